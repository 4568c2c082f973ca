"""Twitch: the user of the Helix API, or OpenID Connect userinfo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    Claims,
    Email,
    HttpEndpoint,
    Id,
    LibraryFacts,
    Name,
    OpenIdClaims,
    Operation,
    Path,
    ProfileError,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    Refusal,
    RequestTemplate,
    ResponseModel,
    Scopes,
    Seconds,
    Shape,
    TokenFacts,
    Url,
    Username,
    by_form,
    by_header,
    expiry_after,
    renew_by_refresh_token,
)


class User(Struct):
    """An element of ``data``."""

    id: Id
    login: Username = None
    display_name: Name = None
    profile_image_url: Url = None
    email: Email = None


class Users(Shape):
    """``GET /helix/users``, https://dev.twitch.tv/docs/api/reference#get-users; the first element is the user.

    There is no flag beside the address: it is given only when verified.
    """

    subject: ClassVar[Path] = ("data", 0, "id")
    vouched_by: ClassVar[Path | None] = ("data", 0, "email")

    data: list[User]

    def claims(self, also: Mapping[str, Any]) -> Claims:
        if not self.data:
            raise ProfileError("no user in the list", path="$.data")
        user = self.data[0]
        return Claims(
            id=user.id,
            name=user.display_name,
            username=user.login,
            email=user.email,
            email_verified=True,
            picture=user.profile_image_url,
        )


class UserInfo(OpenIdClaims):
    """OpenID Connect userinfo, https://dev.twitch.tv/docs/authentication/getting-tokens-oidc."""


class Validated(ResponseModel):
    """A good token of whatever client; an app token has no user.

    https://dev.twitch.tv/docs/authentication/validate-tokens.
    """

    client_id: str
    scopes: list[str] | None
    expires_in: Seconds
    user_id: str | None = None

    def read(self, question: Question) -> Reading:
        endless = self.expires_in == 0
        return Reading(
            active=True,
            reason="ok",
            client_id=self.client_id,
            subject=self.user_id,
            scopes=None if self.scopes is None else tuple(self.scopes),
            expires_at=None if endless else expiry_after(question.time, self.expires_in),
            endless=endless,
        )


PROVIDER = Provider(
    name="twitch",
    title="Twitch",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "twitch", "allauth": "twitch", "authjs": "twitch"},
    has_auth0_strategy=False,
    libraries={
        "social_core": LibraryFacts(classes={Users: "twitch.TwitchOAuth2", UserInfo: "twitch.TwitchOpenIdConnect"}),
        "allauth": LibraryFacts(classes={Users: ""}),
    },
    docs=(
        "https://dev.twitch.tv/docs/authentication/",
        "https://dev.twitch.tv/docs/authentication/validate-tokens",
        "https://dev.twitch.tv/docs/authentication/refresh-tokens",
        "https://dev.twitch.tv/docs/authentication/revoke-tokens",
        "https://dev.twitch.tv/docs/api/reference#get-users",
    ),
    profile=ProfileFacts(
        shapes=(Users, UserInfo),
        request=RequestTemplate("https://api.twitch.tv/helix/users", headers={"Client-Id": "{client_id}"}),
        vouching=(
            "Twitch's word that the address of /users is the verified one (scope user:read:email); in userinfo the "
            "claim email_verified"
        ),
        quirks=(
            "The user is the first element of the list data, which is empty for an app token without a query.",
            (
                "Every call of Helix wants the header Client-Id of the token's own client: another one gives 401 to a "
                "good token."
            ),
            "No real name is known: display_name, which is the login in another spelling or script, stands for it.",
            "The login can be changed: never a key.",
            "A member without a value is an empty text, not null.",
            "In userinfo all but the standard claims come only when asked for by the parameter claims.",
        ),
        sources=("https://dev.twitch.tv/docs/api/reference#get-users",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "30 small letters and digits as seen. Bound to one client, one account (none for app tokens) and "
            "the scopes granted."
        ),
        validity=(
            "expires_in of the token answer counts, about 4 hours in Twitch's examples; tokens of some old clients do "
            "not end by time. A new password or a disconnected app ends a token early."
        ),
        renewal=renew_by_refresh_token(
            "grant_type=refresh_token, the refresh token URL-encoded; 400 or 401 once the person disconnected the app "
            "or changed the password. Refresh tokens of public clients live 30 days and work once.",
            "https://id.twitch.tv/oauth2/token",
        ),
        termination=Operation(
            "Form fields client_id and token; 200 with an empty body when done, 400 for a dead token, 404 for an "
            "unknown client.",
            RequestTemplate(
                "https://id.twitch.tv/oauth2/revoke",
                by_form("token"),
                method="POST",
                params={"client_id": "{client_id}"},
                required_credentials=("client_id",),
            ),
        ),
        uses=Operation(
            "Needs the header Client-Id and no scope.",
            RequestTemplate(
                "https://api.twitch.tv/helix/users",
                headers={"Client-Id": "{client_id}"},
                required_credentials=("client_id",),
            ),
        ),
        sources=(
            "https://dev.twitch.tv/docs/authentication/refresh-tokens",
            "https://dev.twitch.tv/docs/authentication/revoke-tokens",
        ),
    ),
    scopes=Scopes(
        email=("user:read:email",),
        adding=(
            "Authorise again with the larger set; force_verify=true asks again. The token answer has scope as a list. "
            "The profile needs none, OpenID Connect needs openid."
        ),
        sources=("https://dev.twitch.tv/docs/authentication/scopes",),
    ),
    debug=HttpEndpoint(
        kind="tokeninfo",
        url="https://id.twitch.tv/oauth2/validate",
        placement=by_header("Authorization", "OAuth {token}"),
        proves=frozenset({"client", "subject", "scopes", "end"}),
        response_model=Validated,
        refusals=(Refusal(401, "denied", {"status": 401, "message": "invalid access token"}),),
        source="https://dev.twitch.tv/docs/authentication/validate-tokens",
        note=("expires_in 0 is a token without end, not a dead one. Apps must ask at start and every hour."),
    ),
)
