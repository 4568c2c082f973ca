"""Vimeo: the user of a token, identified by the number in the user's URI."""

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
"""The URI of a user, which ends in the user's number."""
AppUri = Annotated[str, Meta(pattern=r"^/apps/[0-9]+\Z")]
"""The URI of an application, which ends in the application's number."""


class Size(Picture):
    """An element of ``sizes``."""

    url: Url = field(name="link", default=None)


class Pictures(Struct):
    """``pictures`` of a user; the type ``default`` marks placeholders."""

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
            id=read_number(self.uri),
            name=self.name,
            username=read_username(self.link),
            email=self.email,
            picture=pick_picture(self.pictures),
        )


def read_number(uri: str) -> str:
    """Return the number at the end of a URI such as ``/users/7000001``."""
    return uri.rpartition("/")[2]


def pick_picture(pictures: Pictures | None) -> str | None:
    """Return the widest picture; None if the user has only a placeholder."""
    return None if pictures is None or pictures.type == "default" else largest_picture(pictures.sizes)


def read_username(link: str | None) -> str | None:
    """Return the name at the end of a profile page's URL; None if the URL is not a profile page."""
    name = (link or "").strip().removeprefix(SITE)
    return name if name.isascii() and name.replace("_", "").replace("-", "").isalnum() else None


class App(Struct):
    uri: AppUri


class TokenUser(Struct):
    uri: UserUri


class TokenInfo(ResponseModel):
    """A valid token of any application; a token of the application itself has no user.

    https://developer.vimeo.com/api/reference/authentication-extras#verify_token.
    """

    app: App
    scope: str
    token_type: str
    user: TokenUser | None = None
    expires_on: EpochOrString | None = None

    def read(self, question: Question) -> Reading:
        # A client ID that is not a number cannot be compared with the application's number.
        comparable = question.client_id is None or question.client_id.isdigit()
        return Reading(
            active=True,
            reason="ok",
            client_id=read_number(self.app.uri) if comparable else None,
            subject=None if self.user is None else read_number(self.user.uri),
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
                "The profile has no id field. The number at the end of uri is the identifier. Auth0's recipe uses the "
                "whole uri, /users/7000001."
            ),
            "The picture is the largest of pictures.sizes. With type default, it is a placeholder, which is not used.",
            (
                "The profile has no username. The last part of link is used instead, which is userNUMBER until the "
                "user chooses a name."
            ),
            "email requires the scope email. Vimeo does not state that it is verified.",
            "Without a version in Accept, the response has the version that the application is registered for.",
            "The provider vimeo in libraries is for OAuth 1.0a and an API that no longer exists.",
        ),
        sources=("https://developer.vimeo.com/api/reference/users",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The application chooses the scopes. The token response contains app, scope and the complete user. A "
            "token of the client_credentials grant has no user."
        ),
        lifetime=0,
        validity=(
            "If expires_on is present, it contains the expiry as a string of seconds since 1970. Vimeo may revoke "
            "unused tokens."
        ),
        renewal=Operation("Not available: Vimeo has no refresh tokens, and the token does not expire."),
        termination=Operation(
            "Revokes the token that makes the call. The response is 204 on success and 400 for an OAuth 1.0a token.",
            RequestTemplate(
                "https://api.vimeo.com/tokens",
                method="DELETE",
                headers={"Accept": "application/vnd.vimeo.*+json;version=3.4"},
            ),
            success_statuses=frozenset({204}),
        ),
        uses=Operation(
            "Requires the token of a user. A token of the client_credentials grant gets 401.",
            RequestTemplate("https://api.vimeo.com/me", headers={"Accept": "application/vnd.vimeo.*+json;version=3.4"}),
        ),
        sources=("https://developer.vimeo.com/api/authentication",),
    ),
    scopes=Scopes(
        profile=("public",),
        email=("email",),
        adding=(
            "Authorize again with more scopes, such as private, email, create, edit, delete, interact, upload, stats "
            "and video_files. upload requires Vimeo's approval of the application."
        ),
        sources=("https://developer.vimeo.com/api/authentication#supported-scopes",),
    ),
    debug=HttpEndpoint(
        kind="tokeninfo",
        url="https://api.vimeo.com/oauth/verify",
        placement=by_bearer(),
        headers=HEADERS,
        proves=frozenset({"client", "subject", "scopes", "end"}),
        response_model=TokenInfo,
        refusals=(
            Refusal(401, "denied", header=("www-authenticate", "invalid_token")),
            Refusal(401, "denied", {"error_code": 8003}),
        ),
        source="https://developer.vimeo.com/api/reference/authentication-extras#verify_token",
        note=(
            "The response identifies the application by its number on the developer site. Set client_id to that "
            "number, because the actual client ID cannot be compared. The response repeats the whole token and is "
            "never stored."
        ),
    ),
    uncertain=(
        (
            "The schema of a 401 contains only an error message. The header and the code that are read as a refusal "
            "were observed in practice. A 401 without either is undecided."
        ),
        "Revoked and unknown tokens get the same response and cannot be distinguished.",
    ),
)
