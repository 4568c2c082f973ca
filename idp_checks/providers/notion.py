"""Notion: public connections. The API answers with the connection's bot; the person stands inside as its owner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    INACTIVE,
    INVALID_CLIENT,
    INVALID_CLIENT_400,
    Claims,
    Email,
    HttpEndpoint,
    Id,
    IntrospectionResponse,
    LibraryFacts,
    Name,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    Refusal,
    RequestTemplate,
    Scopes,
    Shape,
    SimulationFacts,
    TokenFacts,
    Url,
    by_json,
    profile_probe,
    renew_by_refresh_token,
    revoke_by_request,
)

HEADERS = {"Notion-Version": "2022-06-28"}


class Details(Struct):
    """``person`` of a user."""

    email: Email = None


class Person(Struct):
    """``user`` of an owner; of a partial one there is the identifier alone."""

    id: Id
    name: Name = None
    avatar_url: Url = None
    person: Details | None = None

    def claims(self) -> Claims:
        """What it says of the person."""
        email = None if self.person is None else self.person.email
        return Claims(id=self.id, name=self.name, email=email, picture=self.avatar_url)


class Owner(Struct):
    """Who authorised the connection; an internal one belongs to the workspace and to no person."""

    user: Person


class Bot(Struct):
    owner: Owner


class Me(Shape):
    """``GET /v1/users/me``, https://developers.notion.com/reference/get-self."""

    subject: ClassVar[Path] = ("bot", "owner", "user", "id")

    bot: Bot

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return self.bot.owner.user.claims()


class Granted(Shape):
    """The token answer, which has the same owner: some clients look no further."""

    subject: ClassVar[Path] = ("owner", "user", "id")

    owner: Owner

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return self.owner.user.claims()


PROVIDER = Provider(
    name="notion",
    title="Notion",
    kind="social",
    protocol="oauth2",
    aliases={"allauth": "notion", "authjs": "notion"},
    has_auth0_strategy=False,
    libraries={
        "allauth": LibraryFacts(classes={Granted: ""}),
    },
    simulation=SimulationFacts(
        token_fields=dict,
    ),
    docs=(
        "https://developers.notion.com/reference/get-self",
        "https://developers.notion.com/reference/introspect-token",
        "https://developers.notion.com/reference/revoke-token",
        "https://developers.notion.com/docs/authorization",
        "https://developers.notion.com/reference/status-codes",
    ),
    profile=ProfileFacts(
        shapes=(Me, Granted),
        request=RequestTemplate("https://api.notion.com/v1/users/me", headers=HEADERS),
        quirks=(
            "id, name and avatar_url at the top are the bot's; the person is bot.owner.user.",
            "An internal connection has the workspace for owner and no person: that is no profile.",
            "A partial user has no name, and the address needs the capability to read it.",
            (
                "A person who authorises in two workspaces has one identifier and two tokens with two bots; "
                "django-allauth joins the workspace's identifier to the person's."
            ),
            "There is no username, and there are no parts of the name.",
            "Nothing vouches for the address, though some libraries take it as verified.",
            "Without the header Notion-Version every call is refused with 400 missing_version.",
        ),
        sources=("https://developers.notion.com/reference/get-self",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The kind is not readable either: ntn_ (secret_ up to 2024) stands before tokens of sign-ins, of "
            "internal connections and of persons alike, and is not promised. Bound to one connection, one "
            "workspace and the pages that the person chose."
        ),
        validity="Newer connections get a refresh token with it, older ones null.",
        renewal=renew_by_refresh_token(
            "JSON body with grant_type refresh_token and refresh_token, HTTP Basic and Notion-Version; a new pair, 400 "
            "invalid_grant for a refresh token that was used or is unknown.",
            "https://api.notion.com/v1/oauth/token",
            basic=True,
            as_json=True,
            headers={"Notion-Version": "2022-06-28"},
        ),
        termination=revoke_by_request(
            "JSON body with token, HTTP Basic and Notion-Version; 200 with a request_id. The person can disconnect in "
            "the settings.",
            "https://api.notion.com/v1/oauth/revoke",
            basic=True,
            as_json=True,
            headers={"Notion-Version": "2022-06-28"},
        ),
        uses=Operation(
            "Any token works.",
            RequestTemplate("https://api.notion.com/v1/users/me", headers={"Notion-Version": "2022-06-28"}),
        ),
        sample="ntn_{}",
        sources=(
            "https://developers.notion.com/reference/refresh-a-token",
            "https://developers.notion.com/reference/revoke-token",
        ),
    ),
    scopes=Scopes(
        separator="",
        adding=(
            "There are none: the developer sets capabilities for the connection (read, update and insert content, "
            "comments, users with or without addresses). The authorisation takes owner=user."
        ),
        sources=("https://developers.notion.com/reference/capabilities",),
    ),
    debug=HttpEndpoint(
        kind="introspection",
        method="POST",
        url="https://api.notion.com/v1/oauth/introspect",
        placement=by_json("token"),
        basic=True,
        headers=HEADERS,
        required_credentials=("client_id", "client_secret"),
        proves=frozenset({"scopes"}),
        response_model=IntrospectionResponse,
        refusals=(INACTIVE, INVALID_CLIENT, INVALID_CLIENT_400),
        profile=profile_probe(
            "https://api.notion.com/v1/users/me",
            Me,
            headers=HEADERS,
            refusals=(
                Refusal(401, "denied", {"code": "unauthorized"}),
                Refusal(403, "not_permitted", {"code": "restricted_resource"}),
            ),
            source="https://developers.notion.com/reference/get-self",
        ),
        source="https://developers.notion.com/reference/introspect-token",
        note=(
            "RFC 7662 but for the body, which is JSON. A good answer has scope and iat and names no client, no subject "
            "and no end; users/me tells the subject. About three requests a second for each connection, and a limit "
            "for each workspace, then 429 with Retry-After; 529 when Notion is overloaded."
        ),
    ),
    uncertain=(
        (
            "How a token of another connection and a malformed one are answered is not documented, nor a wrong client "
            "secret: active false proves little, and a 401 is taken for one about the asker."
        ),
        "The words in scope are not documented.",
    ),
)
