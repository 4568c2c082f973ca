"""Google: OpenID Connect sign-in, and older responses that stored profiles still contain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from idp_checks.providers.sdk import (
    Claims,
    Email,
    EpochOrString,
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
    by_form,
    by_query,
    parse_epoch,
    renew_by_refresh_token,
    split_scopes,
)


class UserInfo(OpenIdClaims):
    """OpenID Connect userinfo, https://developers.google.com/identity/openid-connect/openid-connect."""


class UserInfoV2(Shape):
    """The v2 response: ``id`` and ``verified_email`` for ``sub`` and ``email_verified``."""

    vouched_by: ClassVar[Path | None] = ("verified_email",)

    id: Id
    name: Name = None
    given_name: Name = None
    family_name: Name = None
    picture: Url = None
    email: Email = None
    verified_email: Flag = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=self.id,
            name=self.name,
            given_name=self.given_name,
            family_name=self.family_name,
            email=self.email,
            email_verified=bool_or_none(self.verified_email),
            picture=self.picture,
        )


class TokenInfo(ResponseModel):
    """A valid token of any client; numbers and booleans are strings."""

    aud: str
    exp: EpochOrString
    azp: str | None = None
    sub: str | None = None
    scope: str | None = None

    def read(self, question: Question) -> Reading:
        return Reading(
            active=True,
            reason="ok",
            client_id=self.azp or self.aud,
            audience=(self.aud,),
            subject=self.sub,
            scopes=split_scopes(self.scope),
            expires_at=parse_epoch(self.exp),
        )


def tokeninfo(response_model: type[TokenInfo], note: str) -> HttpEndpoint:
    """Return Google's tokeninfo endpoint, which serves every kind of account."""
    return HttpEndpoint(
        kind="tokeninfo",
        url="https://oauth2.googleapis.com/tokeninfo",
        placement=by_query("access_token"),
        proves=frozenset({"client", "subject", "scopes", "end"}),
        response_model=response_model,
        refusals=(Refusal(400, "denied", {"error": "invalid_token"}),),
        source="https://github.com/googleapis/google-auth-library-nodejs/blob/main/src/auth/oauth2client.ts",
        note=note,
    )


PROVIDER = Provider(
    name="google-oauth2",
    title="Google",
    kind="social",
    protocol="oidc",
    aliases={"social_core": "google-oauth2", "allauth": "google", "authjs": "google"},
    libraries={
        "social_core": LibraryFacts(classes={UserInfo: ""}),
        "allauth": LibraryFacts(id_token_models=(UserInfo,)),
    },
    docs=(
        "https://developers.google.com/identity/openid-connect/openid-connect",
        "https://developers.google.com/identity/openid-connect/reference",
        "https://developers.google.com/identity/protocols/oauth2/web-server",
    ),
    profile=ProfileFacts(
        shapes=(UserInfo, UserInfoV2),
        request=RequestTemplate("https://openidconnect.googleapis.com/v1/userinfo"),
        vouching=(
            "Google's email_verified (verified_email in v2); authoritative for gmail.com and for addresses with an hd "
            "claim, elsewhere the address was verified once and may have been lost since"
        ),
        quirks=(
            "The identifier is a string of about 21 digits. Read as a number, it loses digits.",
            "Scope openid returns sub and at most a picture. Names and locale may be missing even with scope profile.",
            "The response has no username. The nickname is the local part of the email address.",
            "The withdrawn Google+ response (name is an object, emails is a list) is not supported.",
            "iss of an ID token is https://accounts.google.com or accounts.google.com.",
        ),
        sources=("https://developers.google.com/identity/openid-connect/reference",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The format may change. A token has at most 2048 bytes. It is bound to one client, one account and the "
            "granted scopes, which a user may grant one by one."
        ),
        lifetime=3600,
        expiry_field="expires_in",
        validity="The hour is approximate, and shorter if an administrator limits sessions.",
        renewal=renew_by_refresh_token(
            (
                "Google issues a refresh token only with access_type=offline. At most 100 refresh tokens are valid per "
                "client and account. A refresh token expires after 6 months without use, after 7 days while the "
                "consent screen is in testing, and with a new password if it allows access to Gmail."
            ),
            "https://oauth2.googleapis.com/token",
        ),
        termination=Operation(
            (
                "Accepts an access token or a refresh token, without client credentials. The revocation of an access "
                "token also revokes its refresh token. Google responds with 400 to an invalid token. The revocation "
                "may take effect with a delay."
            ),
            RequestTemplate("https://oauth2.googleapis.com/revoke", by_form("token"), method="POST"),
            ends="grant",
        ),
        uses=Operation(
            request=RequestTemplate("https://openidconnect.googleapis.com/v1/userinfo"), required_scopes=("openid",)
        ),
        pattern=r"ya29\.[A-Za-z0-9_-]{10,}",
        sample="ya29.{}",
        sources=("https://developers.google.com/identity/protocols/oauth2",),
    ),
    scopes=Scopes(
        profile=("openid", "profile"),
        email=("email",),
        adding=(
            "Request only the new scopes with include_granted_scopes=true; the scopes granted before are kept. "
            "Sensitive scopes require Google's verification of the app."
        ),
        implied={
            "email": ("https://www.googleapis.com/auth/userinfo.email",),
            "profile": ("https://www.googleapis.com/auth/userinfo.profile",),
            "https://www.googleapis.com/auth/userinfo.email": ("email",),
            "https://www.googleapis.com/auth/userinfo.profile": ("profile",),
        },
        sources=("https://developers.google.com/identity/protocols/oauth2/scopes",),
    ),
    debug=tokeninfo(
        TokenInfo,
        (
            "The response has no active flag. It contains the account only with scope openid or profile. The endpoint "
            "may be throttled and is meant for debugging. Google's own clients also send the token by POST as a bearer "
            "token, which keeps it out of logs. The refusals of that form are not known, so the common form is used."
        ),
    ),
    uncertain=(
        (
            "The request and the response are known from Google's own clients, not from a page of Google's "
            "documentation. Expired, revoked and unknown tokens are refused in the same way."
        ),
    ),
)
