"""Google Workspace: Google's sign-in for the members of an organisation, who are known by their address."""

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
    """Google's userinfo, where the address identifies, as Auth0 has it; else ``sub``.

    An address that Google does not vouch for may be somebody else's: it identifies nobody.

    https://auth0.com/docs/manage-users/user-accounts/user-profiles/sample-user-profiles
    """

    subject: ClassVar[Path] = ("email",)

    def claims(self, also: Mapping[str, Any]) -> Claims:
        said = google_oauth2.UserInfo.claims(self, also)
        if not str(self.sub).strip():
            raise ProfileError("the account is blank", path="$.sub")
        if said.email_verified and self.email and is_email(self.email):
            said.id = self.email
        return said


class TokenInfo(google_oauth2.TokenInfo):
    """Google's answer about a token: it names ``sub``, and with the scope email the address."""

    email: str | None = None
    email_verified: StringFlag = None

    def read(self, question: Question) -> Reading:
        said = google_oauth2.TokenInfo.read(self, question)
        if question.subject is None or "@" not in question.subject:
            return said
        return replace(said, subject=self.email if string_flag(self.email_verified) else None)


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
        vouching="Google's email_verified; with the claim hd Google is authoritative for the address",
        subject_scope="the address, as long as it is one person's",
        quirks=(
            (
                "Auth0 makes the identifier of the address, not of sub: a renamed person is another user, and who gets "
                "a used address is the former user. sub stays in the profile, to be compared."
            ),
            "Without scope email, or where email_verified is not true, there is no such identifier: it is sub then.",
            (
                "hd is the primary domain of the organisation and the only proof of membership: it is to be compared "
                "with the allowed domains. Without it the account is none of Google Workspace."
            ),
            "The parameter hd of the authorisation request is a hint that the person can change.",
            "The domain of the address may be another one than hd (secondary domains, aliases).",
            "An administrator may hide pictures. locale is no longer sent for many accounts.",
            (
                "Groups, aliases, suspension and the rest are in the Directory API (thumbnailPhotoUrl for the "
                "picture), which takes an administrator's consent and so as a rule not the person's token."
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
            "The same tokens as those of Google's own accounts: opaque, of one client and one account, with the scopes "
            "granted. An administrator may block a client or narrow its scopes for the organisation."
        ),
        lifetime=3600,
        validity=(
            "Where an administrator limits sessions of Google Cloud, the refresh token ends with the "
            "session (invalid_grant, subtype invalid_rapt)."
        ),
        renewal=renew_by_refresh_token(
            (
                "Needs access_type=offline at the login. At most 100 live ones per client and account; dead "
                "after 6 months unused, or 7 days while the consent screen is external and in testing."
            ),
            "https://oauth2.googleapis.com/token",
        ),
        termination=Operation(
            "Form field token, access or refresh token, no client credentials. An administrator removes a person's "
            "tokens for a client by DELETE https://admin.googleapis.com/admin/directory/v1/users/USER/tokens/CLIENT.",
            RequestTemplate("https://oauth2.googleapis.com/revoke", by_form("token"), method="POST"),
            ends="grant",
        ),
        uses=Operation(
            "Any token with scope openid works; it also gives hd.",
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
            "Authorise again with include_granted_scopes=true; scopes of the Directory API need the consent of an "
            "administrator of the organisation."
        ),
        implied=google_oauth2.PROVIDER.scopes.implied,
        sources=("https://developers.google.com/identity/protocols/oauth2/scopes",),
    ),
    debug=google_oauth2.tokeninfo(
        TokenInfo,
        (
            "Google's endpoint for all accounts: no active flag and no credentials, so the client must be compared. It "
            "does not name the organisation: hd stands in userinfo and in the ID token. The account is sub; a caller "
            "who names it by an address is told the verified address. It may be throttled, and is meant for debugging."
        ),
    ),
    uncertain=(
        (
            "How the endpoint is asked and what it answers is known from Google's own clients, not from a page of "
            "Google's; expired, revoked and unknown tokens are refused alike."
        ),
    ),
)
