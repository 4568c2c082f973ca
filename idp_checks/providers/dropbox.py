"""Dropbox: the account of the API, or OpenID Connect userinfo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Flag,
    HttpEndpoint,
    Id,
    LibraryFacts,
    Name,
    OpenIdClaims,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    Refusal,
    RequestTemplate,
    ResponseModel,
    Scopes,
    Shape,
    TokenFacts,
    Url,
    bool_or_none,
    by_bearer,
    profile_probe,
    renew_by_refresh_token,
)

ECHO = "idp-checks"
"""The string that the check must return."""


class FullName(Struct):
    """``name`` of an account."""

    given_name: Name = None
    surname: Name = None
    display_name: Name = None


class Account(Shape):
    """``/2/users/get_current_account``.

    https://www.dropbox.com/developers/documentation/http/documentation#users-get_current_account
    """

    subject: ClassVar[Path] = ("account_id",)
    vouched_by: ClassVar[Path | None] = ("email_verified",)

    account_id: Id
    name: FullName | None = None
    email: Email = None
    email_verified: Flag = None
    profile_photo_url: Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        name = self.name or FullName()
        return Claims(
            id=self.account_id,
            name=name.display_name,
            given_name=name.given_name,
            family_name=name.surname,
            email=self.email,
            email_verified=bool_or_none(self.email_verified),
            picture=self.profile_photo_url,
        )


class UserInfo(OpenIdClaims):
    """``/2/openid/userinfo``, https://developers.dropbox.com/oidc-guide."""


class Echo(ResponseModel):
    """A good token of any application: the response only repeats the query.

    https://www.dropbox.com/developers/documentation/http/documentation#check-user
    """

    result: str

    def read(self, question: Question) -> Reading:
        if self.result != ECHO:
            return Reading(active=None, reason="unparsable", detail="the response does not repeat the query")
        return Reading(active=True, reason="ok")


def _error(tag: str) -> Mapping[str, Any]:
    return {"error": {".tag": tag}}


PROVIDER = Provider(
    name="dropbox",
    title="Dropbox",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "dropbox-oauth2", "allauth": "dropbox", "authjs": "dropbox"},
    libraries={
        "social_core": LibraryFacts(classes={Account: ""}),
        "allauth": LibraryFacts(classes={Account: ""}),
    },
    docs=(
        "https://www.dropbox.com/developers/documentation/http/documentation",
        "https://developers.dropbox.com/oauth-guide",
        "https://developers.dropbox.com/error-handling-guide",
        "https://developers.dropbox.com/oidc-guide",
    ),
    profile=ProfileFacts(
        shapes=(Account, UserInfo),
        request=RequestTemplate("https://api.dropboxapi.com/2/users/get_current_account", method="POST"),
        vouching="Dropbox's email_verified; an email address without it is not reliable",
        quirks=(
            "The call is a POST without a body and without Content-Type. A form or {} is refused with 400.",
            "The profile has no username: the nickname is the local part of the email address.",
            "The family name is in the field surname.",
            (
                "The identifier contains a colon (dbid:...). The identifier of API v1 was a number, which the token "
                "response contains as uid."
            ),
            "Tagged unions have a field named .tag, which readers of dotted paths read as two steps.",
            "profile_photo_url is missing if the account has no photo; null was also observed.",
            (
                "A token of a team's application acts for no user until the header Dropbox-API-Select-User "
                "selects a user. Without it, this call is refused with 400."
            ),
        ),
        sources=(
            "https://www.dropbox.com/developers/documentation/http/documentation#users-get_current_account",
            "https://developers.dropbox.com/oidc-guide",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The token begins with sl. and has no guaranteed length: tokens that begin with sl.u. exceed a "
            "thousand characters. The application chooses the scopes and, by token_access_type=offline, whether "
            "a refresh token is issued. The token response also contains uid, account_id and scope."
        ),
        lifetime=14400,
        expiry_field="expires_in",
        validity=(
            "Tokens of 64 characters without sl. do not expire. They were not issued after September 2021, and "
            "old tokens work until they are revoked."
        ),
        renewal=renew_by_refresh_token(
            "With PKCE, the request has no secret. scope can request fewer scopes. The refresh token stays the "
            "same and does not expire.",
            "https://api.dropboxapi.com/oauth2/token",
        ),
        termination=Operation(
            "The request has no body. It revokes the token of the call, its refresh token, and every access "
            "token obtained from that refresh token.",
            RequestTemplate("https://api.dropboxapi.com/2/auth/token/revoke", method="POST"),
            ends="grant",
        ),
        uses=Operation(
            "Requires scope account_info.read. The request has no body.",
            RequestTemplate("https://api.dropboxapi.com/2/users/get_current_account", method="POST"),
        ),
        pattern=r"sl\.(?:u\.)?[A-Za-z0-9_-]{130,}|[A-Za-z0-9_-]{64}",
        sample="sl.u.{}{}{}{}",
        sources=(
            "https://developers.dropbox.com/oauth-guide",
            "https://www.dropbox.com/developers/documentation/http/documentation#auth-token-revoke",
        ),
    ),
    scopes=Scopes(
        profile=("account_info.read",),
        email=("account_info.read",),
        adding=(
            "Enable the scope in the app console, then request authorization again with it in scope. "
            "include_granted_scopes=user keeps the earlier scopes. openid, profile and email are scopes for "
            "userinfo."
        ),
        sources=("https://developers.dropbox.com/oauth-guide", "https://developers.dropbox.com/oidc-guide"),
    ),
    debug=HttpEndpoint(
        kind="check-token",
        method="POST",
        url="https://api.dropboxapi.com/2/check/user",
        placement=by_bearer(),
        params={"query": ECHO},
        as_json=True,
        response_model=Echo,
        refusals=(
            Refusal(401, "expired", _error("expired_access_token")),
            Refusal(401, "denied", _error("invalid_access_token")),
            Refusal(401, "denied", _error("user_suspended"), detail="the account of the token is suspended"),
            Refusal(
                401,
                "not_permitted",
                _error("missing_scope"),
                detail="the token is valid but lacks scope account_info.read",
            ),
            Refusal(
                400,
                "malformed",
                'Error in call to API function "check/user": The given OAuth 2 access token is malformed.',
            ),
        ),
        profile=profile_probe(
            "https://api.dropboxapi.com/2/users/get_current_account",
            Account,
            method="POST",
            refusals=(),
            source="https://www.dropbox.com/developers/documentation/http/documentation#users-get_current_account",
        ),
        source="https://www.dropbox.com/developers/documentation/http/documentation#check-user",
        note=(
            "Accepts any application's token. The response contains no application, user, scopes or expiry: only "
            "the profile call returns the account. Requires scope account_info.read. error_summary ends with a "
            "varying number of dots, so the tag inside error is compared. /2/check/app tests an application's "
            "own key and secret, and no token."
        ),
    ),
    uncertain=(
        "The message of the 400 for a malformed token is not guaranteed. With another message, the token is undecided.",
        "Revoked and unknown tokens get the same response and cannot be distinguished.",
    ),
)
