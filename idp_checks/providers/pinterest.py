"""Pinterest: the account in API v5, and the wrapped user of the discontinued v1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    Claims,
    Id,
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
    TokenFacts,
    Url,
    Username,
    profile_probe,
    renew_by_refresh_token,
    revoke_by_request,
)


class Account(Shape):
    """``GET /v5/user_account``, https://developers.pinterest.com/docs/api/v5/user_account-get/."""

    id: Id
    username: Username = None
    profile_image: Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(id=self.id, username=self.username, picture=self.profile_image)


class User(Struct):
    """``data`` of v1."""

    id: Id
    first_name: Name = None
    last_name: Name = None


class LegacyUser(Shape):
    """``GET /v1/me/``, discontinued. Only stored profiles and old libraries contain it."""

    subject: ClassVar[Path] = ("data", "id")

    data: User

    def claims(self, also: Mapping[str, Any]) -> Claims:
        user = self.data
        return Claims(id=user.id, given_name=user.first_name, family_name=user.last_name)


PROVIDER = Provider(
    name="pinterest",
    title="Pinterest",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "pinterest", "allauth": "pinterest", "authjs": "pinterest"},
    has_auth0_strategy=False,
    libraries={
        "social_core": LibraryFacts(classes={LegacyUser: ""}),
        "allauth": LibraryFacts(classes={Account: ""}),
    },
    docs=(
        "https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/",
        "https://developers.pinterest.com/docs/api/v5/user_account-get/",
        "https://developers.pinterest.com/docs/api/v5/oauth-token/",
        "https://developers.pinterest.com/docs/api/v5/oauth-revoke_token/",
    ),
    profile=ProfileFacts(
        shapes=(Account, LegacyUser),
        request=RequestTemplate("https://api.pinterest.com/v5/user_account"),
        quirks=(
            "The profile has no email address and no user's name. business_name is the company's name.",
            (
                "Older responses of v5 have no id, and libraries of that time used the username, which can move to "
                "another user. A response without id is not accepted as a profile."
            ),
            "The identifier is a string of about 18 digits. Many programs lose digits if they read it as a number.",
            "v1, now discontinued, returned the user in data, with first_name and last_name.",
        ),
        sources=(
            "https://developers.pinterest.com/docs/api/v5/user_account-get/",
            "https://github.com/pinterest/api-description",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "An access token begins with pina_, a refresh token with pinr_. Bound to application, account and scopes. "
            "A token from client credentials belongs to the application's owner."
        ),
        lifetime=2592000,
        validity=(
            "A refresh token is valid for 60 days, and every use returns a new refresh token. Since September 2025 "
            "this is the only kind. The former refresh tokens of 365 days no longer exist."
        ),
        renewal=renew_by_refresh_token(
            "scope can request fewer scopes. The response contains a new refresh token.",
            "https://api.pinterest.com/v5/oauth/token",
            basic=True,
        ),
        termination=revoke_by_request(
            "Works only for tokens of system users. All other tokens are valid until they expire or until the user "
            "removes the application.",
            "https://api.pinterest.com/v5/oauth/token/revoke",
            basic=True,
            params={"token_type_hint": "access_token"},
        ),
        uses=Operation(
            request=RequestTemplate("https://api.pinterest.com/v5/user_account"),
            required_scopes=("user_accounts:read",),
        ),
        pattern=r"pina_[A-Za-z0-9_-]+",
        sample="pina_{}",
        sources=(
            "https://github.com/pinterest/api-description",
            "https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/",
        ),
    ),
    scopes=Scopes(
        separator=",",
        profile=("user_accounts:read",),
        adding=(
            "Authorize again at https://www.pinterest.com/oauth/ with more scopes: boards:read, pins:read, ads:read, "
            "catalogs:read, and their :write and _secret variants. The token response separates scopes with spaces. "
            "Applications begin with trial access."
        ),
        sources=("https://github.com/pinterest/api-description",),
    ),
    debug=profile_probe(
        "https://api.pinterest.com/v5/user_account",
        Account,
        refusals=(
            Refusal(401, "denied", {"code": frozenset((2, 401)), "message": "Authentication failed."}),
            Refusal(403, "not_permitted", detail="the token is valid but lacks the scope or the access level"),
        ),
        source="https://github.com/pinterest/api-description",
        note=(
            "Pinterest's token debugger shows application, expiry and scopes, but it is only a web page for "
            "developers. Rate limits apply per application and user and per category. The x-ratelimit- headers "
            "contain them."
        ),
    ),
    uncertain=(
        (
            "The reference documents only 403 and a default error for this call. The 401 is taken from the other "
            "calls, with code 2 or with the status repeated as code."
        ),
        "A response without id is undecided: it shows that the token works, but not for which user.",
    ),
)
