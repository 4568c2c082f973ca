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
"""What the check has to repeat."""


class FullName(Struct):
    """``name`` of an account."""

    given_name: Name = None
    surname: Name = None
    display_name: Name = None


class Account(Shape):
    """``/2/users/get_current_account``.

    https://www.dropbox.com/developers/documentation/http/documentation#users-get_current_account.
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
    """A good token of whatever application: the query comes back, and nothing else.

    https://www.dropbox.com/developers/documentation/http/documentation#check-user.
    """

    result: str

    def read(self, question: Question) -> Reading:
        if self.result != ECHO:
            return Reading(active=None, reason="unparsable", detail="what was sent did not come back")
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
        vouching="Dropbox's email_verified; without it the address is not to be relied on",
        quirks=(
            "The call is a POST without a body and without Content-Type; a form or {} is refused with 400.",
            "There is no username: the nickname is the local part of the address.",
            "The family name is called surname.",
            "The identifier holds a colon (dbid:...); that of API v1 was a number, which the token answer has as uid.",
            "Tagged unions have a member named .tag, which readers of dotted paths take for two steps.",
            "profile_photo_url is left out without a photo; null has been seen too.",
            (
                "A token of a team's application acts for nobody until the header Dropbox-API-Select-User names a "
                "member: without it this call is refused with 400."
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
            "It begins with sl. and has no promised length: those with sl.u. pass a thousand characters. The "
            "application chooses the scopes and, by token_access_type=offline, whether a refresh token comes "
            "with it; the token answer holds uid, account_id and scope too."
        ),
        lifetime=14400,
        expiry_field="expires_in",
        validity=(
            "Tokens of 64 characters without sl. do not end by time: none were given out after September "
            "2021, and the old ones work until revoked."
        ),
        renewal=renew_by_refresh_token(
            "grant_type=refresh_token with client_id and client_secret (PKCE: no secret); scope may ask for fewer. The "
            "refresh token stays the same and does not end by time.",
            "https://api.dropboxapi.com/oauth2/token",
        ),
        termination=Operation(
            "Without a body. Ends the token that makes the call, its refresh token, and every access token that came "
            "from that.",
            RequestTemplate("https://api.dropboxapi.com/2/auth/token/revoke", method="POST"),
            ends="grant",
        ),
        uses=Operation(
            "Needs scope account_info.read; without a body.",
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
            "Tick the scope in the app console, then authorise again with it in scope; include_granted_scopes=user "
            "keeps the earlier ones. openid, profile and email are for userinfo."
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
                detail="Dropbox knows the token, which lacks the scope account_info.read",
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
            "It answers for every application's token and names none, nor person, scopes or end: the account stands in "
            "the profile call alone. Needs scope account_info.read. error_summary ends in a varying number of dots: "
            "the tag inside error counts. /2/check/app tests an application's own key and secret, and no token."
        ),
    ),
    uncertain=(
        "The text of the 400 for a token of a wrong form is not promised: in other words it leaves the question open.",
        "Revoked and unknown tokens get one answer, so neither is told from the other.",
    ),
)
