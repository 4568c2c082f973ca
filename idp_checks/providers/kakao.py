"""Kakao: the user of its own API, and OpenID Connect userinfo."""

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
    """``properties``: the older place, also of the application's own values."""

    nickname: Username = None
    profile_image: Url = None
    thumbnail_image: Url = None


class Profile(Struct):
    """``kakao_account.profile``; a stock picture has an address too, here and in ``properties``."""

    nickname: Username = None
    profile_image_url: Url = None
    thumbnail_image_url: Url = None
    is_default_image: Flag = None


class Account(Struct):
    """``kakao_account``: what the person consented to."""

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
            email_verified=vouched(account.is_email_valid, account.is_email_verified),
            picture=None
            if profile.is_default_image is True
            else first_nonblank(
                profile.profile_image_url, older.profile_image, profile.thumbnail_image_url, older.thumbnail_image
            ),
        )


NO_ACCOUNT, NO_PROFILE, NO_PROPERTIES = Account(), Profile(), Properties()


def vouched(valid: object, verified: object) -> bool | None:
    """Whether the address was confirmed and still belongs to this account; None where that is not said."""
    if valid is True and verified is True:
        return True
    return False if valid is False or verified is False else None


class UserInfo(OpenIdClaims):
    """OpenID Connect userinfo, of applications that have it switched on; ``sub`` is ``id`` as a text."""


class TokenInfo(ResponseModel):
    """A good token of whatever application; without a connected person there is no ``id``.

    https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#get-token-info. ``app_id`` is the application's
    number and no client id, so it is not read as one.
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
            "Kakao's is_email_verified together with is_email_valid: an address that was confirmed once and has passed "
            "to another Kakao account is not valid. In userinfo the claim email_verified"
        ),
        subject_scope="the application",
        quirks=(
            "is_email_valid false marks an address that has passed to another account: it must not link accounts.",
            "A datum without consent is left out, and its flag ..._needs_agreement says true.",
            "Nickname and pictures stand in properties (older) and in kakao_account.profile; either may be missing.",
            (
                "The nickname is for display and not unique; usernames do not exist. Only approved businesses get the "
                "legal name."
            ),
            "The name has no parts.",
            "The identifier is a 64-bit number; two applications see two of them for one person.",
            "is_default_image true marks a stock picture, which is passed over.",
            "Pictures may come by http: the parameter secure_resource=true asks for https.",
            "birthday is MMDD; birthday_type tells a lunar date from a solar one.",
            (
                "With the admin key (Authorization: KakaoAK) in place of a token the same call tells of any person: "
                "that is no proof of a token."
            ),
        ),
        sources=("https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#req-user-info",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "Scope openid adds an ID token, a JWT. Consent items decide the scopes; what was granted stands "
            "in the token answer, with spaces between."
        ),
        lifetime=21600,
        expiry_field="expires_in",
        validity=(
            "6 hours when got over REST or JavaScript, 12 in native applications. The refresh token lives 2 months."
        ),
        renewal=renew_by_refresh_token(
            "grant_type=refresh_token with client_id (the REST API key), and client_secret where the application uses "
            "one; in its last month a refresh token is replaced by the next.",
            "https://kauth.kakao.com/oauth/token",
        ),
        termination=Operation(
            "Sent with the token as bearer; its refresh token ends too, and the answer holds id. By POST "
            "https://kapi.kakao.com/v1/user/unlink the person leaves the application, and all tokens end.",
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
            "Enable the consent item in the console (for some Kakao must approve the business), then authorise again "
            "with the further items in scope: only those are asked for, and openid must be named again."
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
            Refusal(401, "unknown_token", {"code": -401, "msg": NOT_FOUND}, detail="revoked, or never a token"),
            Refusal(
                401,
                "not_permitted",
                {"code": -401},
                detail="for another cause than the token, such as the address that asks",
            ),
            Refusal(400, "rate_limited", {"code": -10}, detail="the application's quota is used up"),
            Refusal(400, "issuer_error", {"code": -1}, detail="a passing fault inside Kakao"),
            Refusal(400, "caller_rejected", {"code": -2}, detail="the question was not understood"),
        ),
        source="https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#get-token-info",
        note=(
            "app_id names the application by its number, which is not the client id (the REST API key), so "
            "no client is proven. Only 401 with code -401 is about the token; 400 is about the call or "
            "Kakao, and 503 with code -9798 is maintenance. Older answers repeat the members as "
            "expiresInMillis and appId. Quotas are per application and method, daily and monthly. The aud of "
            "an ID token is the client id: https://kauth.kakao.com/.well-known/openid-configuration."
        ),
    ),
    uncertain=(
        (
            "Code -401 also answers an application that limits the addresses which may call: the two texts that "
            "Kakao's staff gives for a bad token deny it, any other text is read as undecided."
        ),
        "That id may be missing is known from Kakao's own clients: no account is stated then.",
    ),
)
