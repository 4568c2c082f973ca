"""LINE: the profile call, and the claims of the ID token, which alone contain the email address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    AdditionalCall,
    Claims,
    Email,
    HttpEndpoint,
    Id,
    LibraryFacts,
    Name,
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
    by_form,
    by_query,
    expiry_after,
    first_nonblank,
    profile_probe,
    renew_by_refresh_token,
    revoke_by_request,
    split_scopes,
)


class IdTokenClaims(Struct):
    """The claims of an ID token, as ``POST /oauth2/v2.1/verify`` returns them."""

    sub: Id
    email: Email = None


class User(Shape, rename="camel"):
    """``GET /v2/profile``, https://developers.line.biz/en/reference/line-login/#get-user-profile."""

    subject: ClassVar[Path] = ("userId",)

    user_id: Id
    display_name: Name = None
    picture_url: Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=self.user_id,
            name=self.display_name,
            email=find_email(self.user_id, also),
            picture=self.picture_url,
        )


class UserInfo(Shape):
    """OpenID Connect userinfo, without an email address, or ID token claims, with an email address."""

    subject: ClassVar[Path] = ("sub",)

    sub: Id
    name: Name = None
    picture: Url = None
    email: Email = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=self.sub,
            name=self.name,
            email=first_nonblank(self.email, find_email(self.sub, also)),
            picture=self.picture,
        )


def find_email(ident: int | str, also: Mapping[str, Any]) -> str | None:
    """Return the email address in the ID token's claims.

    Raises:
        ProfileError: the claims belong to another account.
    """
    claims: IdTokenClaims | None = also.get("verify")
    if claims is None:
        return None
    if str(claims.sub) != str(ident):
        raise ProfileError("identifies another account than the profile", path="also.verify.sub")
    return claims.email


class TokenCheck(ResponseModel):
    """A valid token of any channel, https://developers.line.biz/en/reference/line-login/#verify-access-token."""

    scope: str
    client_id: str
    expires_in: Seconds

    def read(self, question: Question) -> Reading:
        return Reading(
            active=True,
            reason="ok",
            client_id=self.client_id,
            scopes=split_scopes(self.scope),
            expires_at=expiry_after(question.time, self.expires_in),
        )


PROVIDER = Provider(
    name="line",
    title="LINE",
    kind="social",
    protocol="oidc",
    aliases={"social_core": "line", "allauth": "line", "authjs": "line"},
    libraries={
        "social_core": LibraryFacts(classes={User: ""}),
        "allauth": LibraryFacts(classes={User: ""}),
    },
    docs=(
        "https://developers.line.biz/en/reference/line-login/",
        "https://developers.line.biz/en/docs/line-login/integrate-line-login/",
        "https://developers.line.biz/en/docs/line-login/verify-id-token/",
        "https://developers.line.biz/en/docs/line-login/managing-access-tokens/",
        "https://access.line.me/.well-known/openid-configuration",
    ),
    profile=ProfileFacts(
        shapes=(User, UserInfo),
        request=RequestTemplate("https://api.line.me/v2/profile"),
        also={
            "verify": AdditionalCall(
                IdTokenClaims,
                RequestTemplate("https://api.line.me/oauth2/v2.1/verify", by_form("id_token"), method="POST"),
                "the email address, which only the ID token contains (form fields id_token and client_id)",
            )
        },
        subject_scope="the LINE provider (developer organization) that the channel belongs to",
        quirks=(
            (
                "Only the ID token contains the email address. It requires LINE's permission for the channel and the "
                "user's consent."
            ),
            "The tokens of LINE have no claim email_verified.",
            "The response has no username, no given name and no family name.",
            "userId differs between LINE providers. Moving a channel to another provider changes all identifiers.",
            (
                "ID tokens of web sign-in are signed HS256 with the channel secret, those of native apps and LIFF "
                "ES256. Accept each algorithm only where it belongs."
            ),
            "The channel id in aud and client_id is a string of digits.",
            "pictureUrl and statusMessage are missing if not set.",
        ),
        sources=(
            "https://developers.line.biz/en/reference/line-login/",
            "https://developers.line.biz/en/docs/line-login/verify-id-token/",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "Clients must not read the token, even if it begins with eyJ. Bound to one channel, one account and the "
            "granted scopes."
        ),
        lifetime=2592000,
        expiry_field="expires_in",
        renewal=renew_by_refresh_token(
            "The refresh token expires 90 days after the access token was issued and cannot be renewed.",
            "https://api.line.me/oauth2/v2.1/token",
        ),
        termination=revoke_by_request(
            (
                "LINE responds with 200 and an empty body. POST https://api.line.me/user/v1/deauthorize ends the "
                "consent itself."
            ),
            "https://api.line.me/oauth2/v2.1/revoke",
            placement=by_form("access_token"),
        ),
        uses=Operation(request=RequestTemplate("https://api.line.me/v2/profile"), required_scopes=("profile",)),
        sources=(
            "https://developers.line.biz/en/reference/line-login/",
            "https://developers.line.biz/en/docs/line-login/managing-access-tokens/",
        ),
    ),
    scopes=Scopes(
        profile=("profile", "openid"),
        email=("openid", "email"),
        adding=(
            "Authorize again with the larger set of scopes; prompt=consent shows the consent screen again. email is "
            "ignored until LINE has granted the channel the permission."
        ),
        sources=("https://developers.line.biz/en/docs/line-login/integrate-line-login/",),
    ),
    debug=HttpEndpoint(
        kind="tokeninfo",
        url="https://api.line.me/oauth2/v2.1/verify",
        placement=by_query("access_token"),
        proves=frozenset({"client", "scopes", "end"}),
        response_model=TokenCheck,
        refusals=(
            Refusal(400, "expired", {"error": "invalid_request", "error_description": "access token expired"}),
            Refusal(400, "denied", {"error": "invalid_request"}),
        ),
        profile=profile_probe(
            "https://api.line.me/v2/profile",
            User,
            refusals=(),
            source="https://developers.line.biz/en/reference/line-login/#get-user-profile",
        ),
        source="https://developers.line.biz/en/reference/line-login/#verify-access-token",
        note="Only the profile call returns the account. The thresholds of 429 are not disclosed.",
    ),
    uncertain=(
        (
            "The only documented refusal message is that of an expired token. A 400 with invalid_request and any other "
            "message is read as a denial without a reason, because the request itself never varies."
        ),
    ),
)
