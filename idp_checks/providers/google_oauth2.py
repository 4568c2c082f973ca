"""Google: OpenID Connect sign-in, and the older answers that stored profiles still hold."""

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
    """The v2 answer: ``id`` and ``verified_email`` for ``sub`` and ``email_verified``."""

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
    """A good token of whatever client; numbers and booleans come as texts."""

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


def tokeninfo(answer: type[TokenInfo], note: str) -> HttpEndpoint:
    """Google's endpoint about tokens of every kind of account."""
    return HttpEndpoint(
        kind="tokeninfo",
        url="https://oauth2.googleapis.com/tokeninfo",
        placement=by_query("access_token"),
        proves=frozenset({"client", "subject", "scopes", "end"}),
        response_model=answer,
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
            "The identifier is a text of about 21 digits: as a number it loses digits.",
            "Scope openid gives sub and at most a picture; names and locale may be missing with scope profile too.",
            "Google knows no username: the nickname is the local part of the address.",
            "The answer of Google+ (name as an object, a list emails), withdrawn since, is not read.",
            "iss of an ID token is https://accounts.google.com or accounts.google.com.",
        ),
        sources=("https://developers.google.com/identity/openid-connect/reference",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "Its form may change; 2048 bytes at most. Bound to one client, one account and the scopes "
            "granted, which a person may grant one by one."
        ),
        lifetime=3600,
        expiry_field="expires_in",
        validity="About an hour, less where an administrator limits sessions.",
        renewal=renew_by_refresh_token(
            (
                "A refresh token comes only with access_type=offline. At most 100 are live per client and "
                "account; one dies after 6 months without use, with a new password if it opens Gmail, and after "
                "7 days while the consent screen is in testing."
            ),
            "https://oauth2.googleapis.com/token",
        ),
        termination=Operation(
            "Form field token, access or refresh token, no client credentials; an access token takes its refresh token "
            "along. 400 for a dead one; it may take a while to be felt.",
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
            "Ask for the new ones alone with include_granted_scopes=true, and what was granted before is kept; "
            "sensitive ones need Google's verification of the app."
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
            "No active flag and no credentials: it answers for every client's token, so the client must be compared. "
            "The account is named with scope openid or profile alone. It may be throttled, and is meant for debugging. "
            "Google's own clients also send the token by POST as a bearer, which keeps it out of logs; what refusals "
            "look like there is not known, so the form in common use stays."
        ),
    ),
    uncertain=(
        (
            "How the endpoint is asked and what it answers is known from Google's own clients, not from a page of "
            "Google's; expired, revoked and unknown tokens are refused alike."
        ),
    ),
)
