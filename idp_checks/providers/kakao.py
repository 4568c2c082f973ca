"""Kakao: the user of Kakao's API, and OpenID Connect userinfo."""

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
    Seconds,
    Shape,
    TokenFacts,
    Url,
    Username,
    by_bearer,
    expiry_after,
    first_nonblank,
    renew_by_refresh_token,
)

NOT_FOUND = "this access token does not exist"
ENDED = "this access token is already expired"


class Properties(Struct):
    """``properties``: the older location, also for the application's custom values."""

    nickname: Username = None
    profile_image: Url = None
    thumbnail_image: Url = None


class Profile(Struct):
    """``kakao_account.profile``; a stock picture also has a URL, here and in ``properties``."""

    nickname: Username = None
    profile_image_url: Url = None
    thumbnail_image_url: Url = None
    is_default_image: Flag = None


class Account(Struct):
    """``kakao_account``: the fields that the user consented to."""

    profile: Profile | None = None
    name: Name = None
    email: Email = None
    is_email_valid: Flag = None
    is_email_verified: Flag = None


class User(Shape):
    """``GET /v2/user/me``, https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#req-user-info."""

    vouched_by: ClassVar[Path | None] = ("kakao_account", "is_email_verified")

    id: Id
    kakao_account: Account | None = None
    properties: Properties | None = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        account, older = self.kakao_account or NO_ACCOUNT, self.properties or NO_PROPERTIES
        profile = account.profile or NO_PROFILE
        return Claims(
            id=self.id,
            name=account.name,
            username=first_nonblank(profile.nickname, older.nickname),
            email=account.email,
            email_verified=combine_flags(account.is_email_valid, account.is_email_verified),
            picture=None
            if profile.is_default_image is True
            else first_nonblank(
                profile.profile_image_url, older.profile_image, profile.thumbnail_image_url, older.thumbnail_image
            ),
        )


NO_ACCOUNT, NO_PROFILE, NO_PROPERTIES = Account(), Profile(), Properties()


def combine_flags(valid: object, verified: object) -> bool | None:
    """Return whether the email address was confirmed and still belongs to this account, if stated."""
    if valid is True and verified is True:
        return True
    return False if valid is False or verified is False else None


class UserInfo(OpenIdClaims):
    """OpenID Connect userinfo, of applications that enabled it; ``sub`` is ``id`` as a string."""


class TokenInfo(ResponseModel):
    """A valid token of any application; without a connected user ``id`` is missing.

    https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#get-token-info. ``app_id`` is the application's
    number, not the client id, so it is not read as client id.
    """

    app_id: int
    expires_in: Seconds
    id: int | None = None

    def read(self, question: Question) -> Reading:
        return Reading(
            active=True,
            reason="ok",
            subject=None if self.id is None else str(self.id),
            expires_at=expiry_after(question.time, self.expires_in),
        )


PROVIDER = Provider(
    name="kakao",
    title="Kakao",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "kakao", "allauth": "kakao", "authjs": "kakao"},
    libraries={
        "social_core": LibraryFacts(classes={User: ""}),
        "allauth": LibraryFacts(classes={User: ""}),
    },
    docs=(
        "https://developers.kakao.com/docs/latest/en/kakaologin/rest-api",
        "https://developers.kakao.com/docs/latest/en/kakaologin/utilize",
        "https://developers.kakao.com/docs/latest/en/rest-api/error-code",
        "https://developers.kakao.com/docs/latest/en/kakaologin/common",
    ),
    profile=ProfileFacts(
        shapes=(User, UserInfo),
        request=RequestTemplate("https://kapi.kakao.com/v2/user/me"),
        vouching=(
            "Kakao's is_email_verified together with is_email_valid (an address that was confirmed once and now "
            "belongs to another Kakao account is not valid), and in userinfo the claim email_verified"
        ),
        subject_scope="the application",
        quirks=(
            (
                "is_email_valid false marks an email address that now belongs to another account. It must not link "
                "accounts."
            ),
            "A field without consent is omitted, and its flag ..._needs_agreement is true.",
            "Nickname and pictures are in properties (older) and in kakao_account.profile. Either may be missing.",
            (
                "The nickname is a display name and not unique. Usernames do not exist. Only approved businesses "
                "receive the legal name."
            ),
            "The response has no given name and no family name.",
            "The identifier is a 64-bit number. Two applications receive different identifiers for the same user.",
            "is_default_image true marks a stock picture, which is ignored.",
            "Picture URLs may use http. The parameter secure_resource=true requests https.",
            "birthday is MMDD. birthday_type distinguishes lunar and solar dates.",
            (
                "With the admin key (Authorization: KakaoAK) instead of a token, the same call returns any user. Such "
                "a response does not prove a token."
            ),
        ),
        sources=("https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#req-user-info",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "With scope openid, Kakao also issues an ID token, which is a JWT. Consent items determine the scopes. The "
            "token response contains the granted scopes, separated by spaces."
        ),
        lifetime=21600,
        expiry_field="expires_in",
        validity=(
            "Tokens obtained over REST or JavaScript expire after 6 hours, those of native applications after 12 "
            "hours. The refresh token is valid for 2 months."
        ),
        renewal=renew_by_refresh_token(
            (
                "client_id is the REST API key. client_secret is sent if the application uses a secret. A refresh "
                "token in its last month is replaced by a new one."
            ),
            "https://kauth.kakao.com/oauth/token",
        ),
        termination=Operation(
            (
                "The refresh token is revoked too, and the response contains id. POST "
                "https://kapi.kakao.com/v1/user/unlink disconnects the user from the application and revokes all "
                "tokens."
            ),
            RequestTemplate("https://kapi.kakao.com/v1/user/logout", method="POST"),
        ),
        uses=Operation("Any user token works.", RequestTemplate("https://kapi.kakao.com/v2/user/me")),
        sources=("https://developers.kakao.com/docs/latest/en/kakaologin/rest-api",),
    ),
    scopes=Scopes(
        separator=",",
        profile=("profile_nickname", "profile_image"),
        email=("account_email",),
        adding=(
            "Enable the consent item in the console (for some items Kakao must approve the business), then authorize "
            "again with the additional items in scope. Kakao asks the user only for these, and scope must contain "
            "openid again."
        ),
        sources=(
            "https://developers.kakao.com/docs/latest/en/kakaologin/utilize",
            "https://developers.kakao.com/docs/latest/en/kakaologin/rest-api",
        ),
    ),
    debug=HttpEndpoint(
        kind="tokeninfo",
        url="https://kapi.kakao.com/v1/user/access_token_info",
        placement=by_bearer(),
        proves=frozenset({"subject", "end"}),
        response_model=TokenInfo,
        refusals=(
            Refusal(401, "expired", {"code": -401, "msg": ENDED}),
            Refusal(401, "unknown_token", {"code": -401, "msg": NOT_FOUND}, detail="revoked or never issued"),
            Refusal(
                401,
                "not_permitted",
                {"code": -401},
                detail="refused for another cause than the token, such as the caller's address",
            ),
            Refusal(400, "rate_limited", {"code": -10}, detail="the application's quota is used up"),
            Refusal(400, "issuer_error", {"code": -1}, detail="a temporary fault inside Kakao"),
            Refusal(400, "caller_rejected", {"code": -2}, detail="Kakao did not understand the request"),
        ),
        source="https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#get-token-info",
        note=(
            "app_id is the application's number and not the client id (the REST API key), so no client is proven. Only "
            "401 with code -401 is about the token. 400 is about the call or Kakao, and 503 with code -9798 is "
            "maintenance. Older responses repeat the fields as expiresInMillis and appId. Quotas are per application "
            "and method, daily and monthly. The aud of an ID token is the client id: "
            "https://kauth.kakao.com/.well-known/openid-configuration."
        ),
    ),
    uncertain=(
        (
            "Code -401 is also the response to an application that restricts the addresses of its callers. The two "
            "messages that Kakao's staff reports for an invalid token are read as denials, and any other message as "
            "undecided."
        ),
        "Only Kakao's own clients show that id may be missing. The account is then not stated.",
    ),
)
