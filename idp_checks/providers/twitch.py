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

    The response has no verification flag. It contains the email address only if the address is verified.
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


class TokenInfo(ResponseModel):
    """A valid token of any client; an app token has no user.

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
            "email of /users, which contains only verified addresses (scope user:read:email); in userinfo, the claim "
            "email_verified"
        ),
        quirks=(
            "The user is the first element of the list data. The list is empty for an app token without a query.",
            (
                "Every Helix call requires the header Client-Id with the token's own client. With another client, a "
                "valid token gets 401."
            ),
            "The profile has no real name. It has display_name, which is the login in another spelling or script.",
            "The login can change and must not be used as a key.",
            "A field without a value is an empty string, not null.",
            "Userinfo contains non-standard claims only if the parameter claims requests them.",
        ),
        sources=("https://dev.twitch.tv/docs/api/reference#get-users",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "In practice, a token has 30 lowercase letters and digits. It is bound to one client, one account (app "
            "tokens have no account) and the granted scopes."
        ),
        validity=(
            "expires_in in the token response contains the lifetime, about 4 hours in Twitch's examples. Tokens of "
            "some old clients do not expire. A password change or a disconnected app revokes a token early."
        ),
        renewal=renew_by_refresh_token(
            (
                "The refresh token must be URL-encoded. The response is 400 or 401 after the user disconnected the "
                "app or changed the password. Refresh tokens of public clients expire after 30 days and work once."
            ),
            "https://id.twitch.tv/oauth2/token",
        ),
        termination=Operation(
            (
                "The response is 200 with an empty body on success, 400 for an invalid token, and 404 for an unknown "
                "client."
            ),
            RequestTemplate(
                "https://id.twitch.tv/oauth2/revoke",
                by_form("token"),
                method="POST",
                params={"client_id": "{client_id}"},
                required_credentials=("client_id",),
            ),
        ),
        uses=Operation(
            "Requires the header Client-Id, but no scope.",
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
            "Authorize again with the larger set of scopes. force_verify=true shows the consent page again. The token "
            "response contains scope as a list. The profile requires no scope, OpenID Connect requires openid."
        ),
        sources=("https://dev.twitch.tv/docs/authentication/scopes",),
    ),
    debug=HttpEndpoint(
        kind="tokeninfo",
        url="https://id.twitch.tv/oauth2/validate",
        placement=by_header("Authorization", "OAuth {token}"),
        proves=frozenset({"client", "subject", "scopes", "end"}),
        response_model=TokenInfo,
        refusals=(Refusal(401, "denied", {"status": 401, "message": "invalid access token"}),),
        source="https://dev.twitch.tv/docs/authentication/validate-tokens",
        note=(
            "expires_in 0 means that the token does not expire. Twitch requires apps to validate tokens at start and "
            "every hour."
        ),
    ),
)
