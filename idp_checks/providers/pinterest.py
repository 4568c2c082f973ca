"""Pinterest: the account of API v5, and the wrapped user of the dead v1."""

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


class Wrapped(Shape):
    """``GET /v1/me/``, dead: in stored profiles and old libraries alone."""

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
        "social_core": LibraryFacts(classes={Wrapped: ""}),
        "allauth": LibraryFacts(classes={Account: ""}),
    },
    docs=(
        "https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/",
        "https://developers.pinterest.com/docs/api/v5/user_account-get/",
        "https://developers.pinterest.com/docs/api/v5/oauth-token/",
        "https://developers.pinterest.com/docs/api/v5/oauth-revoke_token/",
    ),
    profile=ProfileFacts(
        shapes=(Account, Wrapped),
        request=RequestTemplate("https://api.pinterest.com/v5/user_account"),
        quirks=(
            "There is no e-mail address and no name of a person; business_name is the firm's.",
            (
                "Older answers of v5 have no id, and libraries of that time took the username, which can change hands: "
                "without id it is no profile here."
            ),
            "The identifier is some 18 digits as a text: as a number it loses digits in many programs.",
            "v1, now dead, had the user in data, with first_name and last_name.",
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
            "pina_ marks an access token, pinr_ a refresh token. Bound to application, account and scopes. "
            "Those of client credentials stand for the application's owner."
        ),
        lifetime=2592000,
        validity=(
            "A refresh token lives 60 days, and every use gives the next; since September 2025 there is no "
            "other kind, and those of 365 days are gone."
        ),
        renewal=renew_by_refresh_token(
            "grant_type=refresh_token and refresh_token, fewer scopes in scope if wanted, HTTP Basic; brings a new "
            "refresh token.",
            "https://api.pinterest.com/v5/oauth/token",
            basic=True,
        ),
        termination=revoke_by_request(
            "Form fields token and token_type_hint, HTTP Basic; for tokens of system users only. All others wait for "
            "their end, or for the person to remove the application.",
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
            "Authorise again at https://www.pinterest.com/oauth/ with more: boards:read, pins:read, ads:read, "
            "catalogs:read, and their :write and _secret kinds. The token answer has spaces between them. Applications "
            "begin with trial access."
        ),
        sources=("https://github.com/pinterest/api-description",),
    ),
    debug=profile_probe(
        "https://api.pinterest.com/v5/user_account",
        Account,
        refusals=(
            Refusal(401, "denied", {"code": frozenset((2, 401)), "message": "Authentication failed."}),
            Refusal(403, "not_permitted", detail="alive, without the scope or the access level"),
        ),
        source="https://github.com/pinterest/api-description",
        note=(
            "Pinterest's token debugger shows application, end and scopes, but is a page for developers. "
            "Limits are per application and person, by category, with x-ratelimit- headers."
        ),
    ),
    uncertain=(
        (
            "The reference of this call has 403 and a default error alone: the 401 is that of the other calls, with "
            "code 2, or the status repeated as code."
        ),
        "An answer without id is undecided: it shows that the token works, not for whom.",
    ),
)
