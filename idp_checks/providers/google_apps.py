"""Google Workspace: Google's sign-in for users of an organization, identified by email address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec.structs import replace

from idp_checks.providers import google_oauth2
from idp_checks.providers.sdk import (
    Claims,
    Operation,
    Path,
    ProfileError,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    RequestTemplate,
    Scopes,
    StringFlag,
    TokenFacts,
    by_form,
    is_email,
    renew_by_refresh_token,
    string_flag,
)


class UserInfo(google_oauth2.UserInfo):
    """Google's userinfo with the email address as identifier, as in Auth0, otherwise ``sub``.

    An email address that Google does not vouch for may belong to another user, so it is not the identifier.

    https://auth0.com/docs/manage-users/user-accounts/user-profiles/sample-user-profiles
    """

    subject: ClassVar[Path] = ("email",)

    def claims(self, also: Mapping[str, Any]) -> Claims:
        claims = google_oauth2.UserInfo.claims(self, also)
        if not str(self.sub).strip():
            raise ProfileError("the identifier is blank", path="$.sub")
        if claims.email_verified and self.email and is_email(self.email):
            claims.id = self.email
        return claims


class TokenInfo(google_oauth2.TokenInfo):
    """Google's response about a token; it contains ``sub``, and with scope email the email address."""

    email: str | None = None
    email_verified: StringFlag = None

    def read(self, question: Question) -> Reading:
        reading = google_oauth2.TokenInfo.read(self, question)
        if question.subject is None or "@" not in question.subject:
            return reading
        return replace(reading, subject=self.email if string_flag(self.email_verified) else None)


PROVIDER = Provider(
    name="google-apps",
    title="Google Workspace",
    kind="enterprise",
    protocol="oidc",
    docs=(
        "https://developers.google.com/identity/openid-connect/openid-connect",
        "https://developers.google.com/identity/openid-connect/reference",
        "https://developers.google.com/workspace/admin/directory/reference/rest/v1/users",
        "https://auth0.com/docs/authenticate/identity-providers/enterprise-identity-providers/google-apps",
    ),
    profile=ProfileFacts(
        shapes=(UserInfo,),
        request=RequestTemplate("https://openidconnect.googleapis.com/v1/userinfo"),
        vouching="Google's email_verified; with the claim hd, Google is authoritative for the email address",
        subject_scope="the provider, as long as an email address belongs to one user",
        quirks=(
            (
                "In Auth0 the identifier is the email address, not sub. A user whose address changes becomes another "
                "user, and a user who receives a reassigned address becomes the former user. sub stays in the profile "
                "for comparison."
            ),
            "Without scope email, or if email_verified is not true, the identifier is sub.",
            (
                "hd is the primary domain of the organization and the only proof of membership, so compare it with the "
                "allowed domains. An account without hd is outside Google Workspace."
            ),
            "The parameter hd of the authorization request is a hint that the user can change.",
            "The domain of the email address may differ from hd (secondary domains, aliases).",
            "An administrator may hide pictures. locale is no longer sent for many accounts.",
            (
                "Groups, aliases, suspension and further data are in the Directory API (thumbnailPhotoUrl for the "
                "picture). It requires an administrator's consent, so it does not usually accept the user's token."
            ),
        ),
        sources=(
            "https://developers.google.com/identity/openid-connect/reference",
            "https://auth0.com/docs/authenticate/identity-providers/enterprise-identity-providers/google-apps",
            "https://auth0.com/docs/manage-users/user-accounts/user-profiles/sample-user-profiles",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "The tokens are the same as for other Google accounts: opaque, bound to one client and one account, with "
            "the granted scopes. An administrator may block a client or restrict its scopes for the organization."
        ),
        lifetime=3600,
        validity=(
            "If an administrator limits Google Cloud sessions, the refresh token ends with the session (invalid_grant, "
            "subtype invalid_rapt)."
        ),
        renewal=renew_by_refresh_token(
            (
                "Requires access_type=offline at sign-in. At most 100 refresh tokens are valid per client and account. "
                "They expire after 6 months without use, or after 7 days while the consent screen is external and in "
                "testing."
            ),
            "https://oauth2.googleapis.com/token",
        ),
        termination=Operation(
            (
                "Accepts an access token or a refresh token, without client credentials. An administrator removes a "
                "user's tokens for a client with DELETE "
                "https://admin.googleapis.com/admin/directory/v1/users/USER/tokens/CLIENT."
            ),
            RequestTemplate("https://oauth2.googleapis.com/revoke", by_form("token"), method="POST"),
            ends="grant",
        ),
        uses=Operation(
            "Any token with scope openid works. The response also contains hd.",
            RequestTemplate("https://openidconnect.googleapis.com/v1/userinfo"),
        ),
        pattern=google_oauth2.PROVIDER.token.pattern,
        sample=google_oauth2.PROVIDER.token.sample,
        sources=(
            "https://developers.google.com/identity/protocols/oauth2",
            "https://developers.google.com/workspace/admin/directory/reference/rest/v1/tokens",
        ),
    ),
    scopes=Scopes(
        profile=("openid", "profile"),
        email=("email",),
        adding=(
            "Authorize again with include_granted_scopes=true. Scopes of the Directory API require the consent of an "
            "administrator of the organization."
        ),
        implied=google_oauth2.PROVIDER.scopes.implied,
        sources=("https://developers.google.com/identity/protocols/oauth2/scopes",),
    ),
    debug=google_oauth2.tokeninfo(
        TokenInfo,
        (
            "The endpoint serves all Google accounts. The response has no active flag and does not contain the "
            "organization; hd is in userinfo and in the ID token. The account is sub. If the account in question is an "
            "email address, it is compared with the verified email address. The endpoint may be throttled and is meant "
            "for debugging."
        ),
    ),
    uncertain=(
        (
            "The request and the response are known from Google's own clients, not from a page of Google's "
            "documentation. Expired, revoked and unknown tokens are refused in the same way."
        ),
    ),
)
