"""Vimeo: the user behind a token, by the number in its address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct, field

from idp_checks.providers.sdk import (
    Claims,
    Email,
    EpochOrString,
    HttpEndpoint,
    Name,
    Operation,
    Path,
    Picture,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    Refusal,
    RequestTemplate,
    ResponseModel,
    Scopes,
    Shape,
    SimulationFacts,
    String,
    TokenFacts,
    Url,
    by_bearer,
    largest_picture,
    parse_epoch,
    split_scopes,
)

HEADERS = {"Accept": "application/vnd.vimeo.*+json;version=3.4"}
SITE = "https://vimeo.com/"

UserUri = Annotated[str, Meta(pattern=r"^/users/[0-9]+\Z", extra={"means": "id"})]
"""The number of a user with what it is a number of."""
AppUri = Annotated[str, Meta(pattern=r"^/apps/[0-9]+\Z")]
"""The same of an application."""


class Size(Picture):
    """An element of ``sizes``."""

    url: Url = field(name="link", default=None)


class Pictures(Struct):
    """``pictures`` of a user; of the type ``default`` they are placeholders."""

    type: String = None
    sizes: list[Size] | None = None


class User(Shape):
    """``GET /me``, https://developer.vimeo.com/api/reference/users."""

    subject: ClassVar[Path] = ("uri",)

    uri: UserUri
    name: Name = None
    link: Url = None
    email: Email = None
    pictures: Pictures | None = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=number(self.uri),
            name=self.name,
            username=username(self.link),
            email=self.email,
            picture=picture(self.pictures),
        )


def number(uri: str) -> str:
    """The number at the end of an address such as ``/users/7000001``."""
    return uri.rpartition("/")[2]


def picture(pictures: Pictures | None) -> str | None:
    """The widest picture; None where there is no own one."""
    return None if pictures is None or pictures.type == "default" else largest_picture(pictures.sizes)


def username(link: str | None) -> str | None:
    """The name at the end of the address of a profile page; None where it is another address."""
    last = (link or "").strip().removeprefix(SITE)
    return last if last.isascii() and last.replace("_", "").replace("-", "").isalnum() else None


class App(Struct):
    uri: AppUri


class Holder(Struct):
    uri: UserUri


class Verified(ResponseModel):
    """A good token of whatever application; that of an application alone has no user.

    https://developer.vimeo.com/api/reference/authentication-extras#verify_token.
    """

    app: App
    scope: str
    token_type: str
    user: Holder | None = None
    expires_on: EpochOrString | None = None

    def read(self, question: Question) -> Reading:
        # The client id is no number: it is not to be held against the application's.
        comparable = question.client_id is None or question.client_id.isdigit()
        return Reading(
            active=True,
            reason="ok",
            client_id=number(self.app.uri) if comparable else None,
            subject=None if self.user is None else number(self.user.uri),
            scopes=split_scopes(self.scope),
            expires_at=parse_epoch(self.expires_on),
            endless=self.expires_on is None,
            token_type=self.token_type,
        )


PROVIDER = Provider(
    name="vimeo",
    title="Vimeo",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "vimeo-oauth2", "allauth": "vimeo_oauth2"},
    has_auth0_strategy=False,
    simulation=SimulationFacts(
        token_fields=lambda raw: {"user": dict(raw)},
    ),
    docs=(
        "https://developer.vimeo.com/api/authentication",
        "https://developer.vimeo.com/api/reference/users",
        "https://developer.vimeo.com/api/reference/authentication-extras",
        "https://developer.vimeo.com/guidelines/rate-limiting",
    ),
    profile=ProfileFacts(
        shapes=(User,),
        request=RequestTemplate("https://api.vimeo.com/me", headers=HEADERS),
        quirks=(
            (
                "There is no member id: the number at the end of uri is the identifier. Auth0's recipe takes the whole "
                "uri, /users/7000001."
            ),
            "The picture is the largest of pictures.sizes; with type default it is a placeholder, and not taken.",
            "There is no username: the last part of link stands for it, userNUMBER until the person chooses one.",
            "email needs the scope email, and nothing vouches for it.",
            "Without a version in Accept the answer has the version that the application is registered for.",
            "The provider named vimeo in libraries is of OAuth 1.0a, for an API that is gone.",
        ),
        sources=("https://developer.vimeo.com/api/reference/users",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The application chooses the scopes; the token answer holds app, scope and the whole user. A "
            "token of the client_credentials grant has no user."
        ),
        lifetime=0,
        validity=(
            "If expires_on is present, it states the expiry as a string of seconds since 1970. Vimeo may end unused "
            "tokens."
        ),
        renewal=Operation("None: there is no refresh token, and the token does not end."),
        termination=Operation(
            "Ends the token that makes the call; 204 when done, 400 for a token of OAuth 1.0a.",
            RequestTemplate(
                "https://api.vimeo.com/tokens",
                method="DELETE",
                headers={"Accept": "application/vnd.vimeo.*+json;version=3.4"},
            ),
            success_statuses=frozenset({204}),
        ),
        uses=Operation(
            "A person's token alone: one of the client_credentials grant gets 401.",
            RequestTemplate("https://api.vimeo.com/me", headers={"Accept": "application/vnd.vimeo.*+json;version=3.4"}),
        ),
        sources=("https://developer.vimeo.com/api/authentication",),
    ),
    scopes=Scopes(
        profile=("public",),
        email=("email",),
        adding=(
            "Authorise again with more of private, email, create, edit, delete, interact, upload, stats, video_files "
            "and the like; upload needs Vimeo's approval of the application."
        ),
        sources=("https://developer.vimeo.com/api/authentication#supported-scopes",),
    ),
    debug=HttpEndpoint(
        kind="tokeninfo",
        url="https://api.vimeo.com/oauth/verify",
        placement=by_bearer(),
        headers=HEADERS,
        proves=frozenset({"client", "subject", "scopes", "end"}),
        response_model=Verified,
        refusals=(
            Refusal(401, "denied", header=("www-authenticate", "invalid_token")),
            Refusal(401, "denied", {"error_code": 8003}),
        ),
        source="https://developer.vimeo.com/api/reference/authentication-extras#verify_token",
        note=(
            "It names the application by its number on the developer site, and that number is to be given as "
            "client_id: against the client id proper nothing can be proven. The answer repeats the whole "
            "token: it is never kept."
        ),
    ),
    uncertain=(
        (
            "The schema of a 401 has a text alone; the header and the code that are read as a denial are seen in "
            "practice, and without either the question stays open."
        ),
        "Revoked and unknown tokens get one answer, so neither is told from the other.",
    ),
)
