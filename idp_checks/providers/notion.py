"""Notion: public connections. The API returns the connection's bot, whose owner is the user."""

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
    """``user`` of an owner; a partial user has only the identifier."""

    id: Id
    name: Name = None
    avatar_url: Url = None
    person: Details | None = None

    def claims(self) -> Claims:
        """Return the claims about the user."""
        email = None if self.person is None else self.person.email
        return Claims(id=self.id, name=self.name, email=email, picture=self.avatar_url)


class Owner(Struct):
    """The user who authorized the connection; an internal connection belongs to the workspace only."""

    user: Person


class Bot(Struct):
    owner: Owner


class Me(Shape):
    """``GET /v1/users/me``, https://developers.notion.com/reference/get-self."""

    subject: ClassVar[Path] = ("bot", "owner", "user", "id")

    bot: Bot

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return self.bot.owner.user.claims()


class TokenResponse(Shape):
    """The token response, which has the same owner; some clients read nothing else."""

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
        "allauth": LibraryFacts(classes={TokenResponse: ""}),
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
        shapes=(Me, TokenResponse),
        request=RequestTemplate("https://api.notion.com/v1/users/me", headers=HEADERS),
        quirks=(
            "id, name and avatar_url at the top level are the bot's. The user is bot.owner.user.",
            "The owner of an internal connection is the workspace and not a user, so the response is not a profile.",
            "A partial user has no name. The email address requires the capability to read it.",
            (
                "A user who authorizes in two workspaces has one identifier and two tokens with two bots. "
                "django-allauth joins the workspace's identifier to the user's."
            ),
            "The response has no username, no given name and no family name.",
            "Notion does not vouch for the email address, although some libraries treat it as verified.",
            "Notion refuses every call without the header Notion-Version with 400 missing_version.",
        ),
        sources=("https://developers.notion.com/reference/get-self",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The kind cannot be read from the token either. ntn_ (secret_ until 2024) is the prefix of sign-in tokens, "
            "internal connection tokens and personal tokens alike, and is not guaranteed. Bound to one connection, one "
            "workspace and the pages that the user chose."
        ),
        validity="The lifetime is not documented. Newer connections also get a refresh token, older connections null.",
        renewal=renew_by_refresh_token(
            (
                "The response contains a new pair. Notion responds with 400 invalid_grant to a used or unknown refresh "
                "token."
            ),
            "https://api.notion.com/v1/oauth/token",
            basic=True,
            as_json=True,
            headers={"Notion-Version": "2022-06-28"},
        ),
        termination=revoke_by_request(
            "Notion responds with 200 and a request_id. The user can disconnect in the settings.",
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
            "Notion has no scopes. The developer sets capabilities for the connection (read, update and insert "
            "content, comments, users with or without email addresses). The authorization request contains owner=user."
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
            "RFC 7662 except for the body, which is JSON. A response about an active token contains scope and iat, but "
            "no client, no subject and no expiry; users/me returns the subject. The rate limit is about three requests "
            "per second and connection, with another limit per workspace. Notion then responds with 429 and "
            "Retry-After, and with 529 when overloaded."
        ),
    ),
    uncertain=(
        (
            "The responses to a token of another connection, to a malformed token and to a wrong client secret are not "
            "documented. Therefore active false proves little, and a 401 is read as a refusal of the caller."
        ),
        "The values in scope are not documented.",
    ),
)
