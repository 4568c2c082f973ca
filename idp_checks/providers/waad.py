"""Microsoft Entra ID (Azure AD): work and school accounts, from Microsoft Graph or ID token claims.

A tenant controls the email addresses of its users and may enter any address. Only ``xms_edov`` proves that an
address is verified.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import msgspec
from msgspec import Struct

from idp_checks.providers.sdk import (
    GRAPH_PROBE,
    ID_TOKEN_CREDENTIALS,
    Claims,
    Email,
    Flag,
    Id,
    Json,
    LibraryFacts,
    Name,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    RequestTemplate,
    Scopes,
    Shape,
    SignedToken,
    Steps,
    TokenFacts,
    TokenRules,
    Username,
    is_email,
    renew_by_refresh_token,
)

GRAPH = frozenset({"00000003-0000-0000-c000-000000000000", "https://graph.microsoft.com"})
"""The two identifiers of Microsoft Graph as an audience."""

KEY_ISSUER = "https://login.microsoftonline.com/{tenantid}/v2.0"
"""The issuer of a key that serves all tenants, as the key set contains it."""

JWE_DOTS = 4
"""The number of dots in an encrypted token (RFC 7516, section 3.1)."""

is_guid = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}").fullmatch


class User(
    Shape,
    rename={"display_name": "displayName", "given_name": "givenName", "user_principal_name": "userPrincipalName"},
):
    """``GET /me`` of Graph, https://learn.microsoft.com/en-us/graph/api/user-get; ``id`` is the ``oid`` of tokens."""

    id: Id
    display_name: Name = None
    given_name: Name = None
    surname: Name = None
    mail: Email = None
    user_principal_name: Username = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=self.id,
            name=self.display_name,
            given_name=self.given_name,
            family_name=self.surname,
            username=pick_username(self.mail, self.user_principal_name),
            email=self.mail,
        )


class IdToken(Shape):
    """Claims of an ID token: ``preferred_username`` in v2.0, ``upn`` and ``unique_name`` in v1.0.

    https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference. No claim that is always
    present distinguishes the versions.
    """

    subject: ClassVar[Path] = ("sub",)
    vouched_by: ClassVar[Path | None] = ("xms_edov",)

    sub: Id
    name: Name = None
    given_name: Name = None
    family_name: Name = None
    preferred_username: Username = None
    upn: Username = None
    unique_name: Username = None
    email: Email = None
    xms_edov: Flag = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=self.sub,
            name=self.name,
            given_name=self.given_name,
            family_name=self.family_name,
            username=pick_username(self.email, self.preferred_username, self.upn, self.unique_name),
            email=self.email,
            email_verified=read_edov(self.xms_edov),
        )


def pick_username(email: str | None, *sign_in_names: str | None) -> str | None:
    """Return the local part of the first usable sign-in name; None if the profile has an email address.

    Sign-in names with ``#`` are ignored, because the tenant generates them for guests.
    """
    if email and is_email(email.strip()):
        return None
    for name in sign_in_names:
        if name and not name.isspace() and "#" not in name:
            return name.partition("@")[0]
    return None


def read_edov(value: object) -> bool | None:
    """Return whether the owner of the email domain is verified.

    The claim is documented as a boolean; the number or string 1 was also observed.
    https://learn.microsoft.com/en-us/entra/identity-platform/optional-claims-reference.
    """
    if isinstance(value, bool):
        return value
    return True if value == "1" or (isinstance(value, int) and value == 1) else None


class UnverifiedClaims(Struct):
    """Claims of a token that was not verified."""

    aud: Json = None
    iss: Json = None
    sub: Json = None


def read_unverified_claims(token: str) -> UnverifiedClaims:
    """Return the claims of a JWT without verification; they are empty if the token is not a JWT."""
    payload = token.partition(".")[2].partition(".")[0]
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), type=UnverifiedClaims)
    except (ValueError, msgspec.MsgspecError, RecursionError):
        return UnverifiedClaims()


def is_for_graph(token: str) -> bool:
    """Return whether a JWT is issued for Graph, which determines the endpoint and proves nothing."""
    audience = read_unverified_claims(token).aud
    return isinstance(audience, str) and audience.rstrip("/") in GRAPH


class EntraToken(SignedToken):
    """An Entra token, whose keys belong to tenants and which has two user identifiers.

    ``oid`` is the same in all applications of a tenant. ``sub`` is specific to the application.
    """

    def select_keys(self, keys: Sequence[Mapping[str, Any]], question: Question) -> Sequence[Mapping[str, Any]]:
        """Return the keys that may sign for the caller's tenant; keys of other tenants prove nothing.

        https://learn.microsoft.com/en-us/entra/identity-platform/claims-validation.
        """
        tenant_issuer = KEY_ISSUER.replace("{tenantid}", question.credential("tenant_id") or "")
        return [key for key in keys if key.get("issuer", KEY_ISSUER) in (KEY_ISSUER, tenant_issuer)]

    def _is_of_another_tenant(self, token: str, question: Question) -> bool:
        """Return whether a token that Graph accepts was issued by another tenant than the caller's."""
        tenant = question.credential("tenant_id") or ""
        issuer = read_unverified_claims(token).iss
        expected = {template.replace("{tenant_id}", tenant) for template in self.rules.issuers}
        return is_guid(tenant) is not None and isinstance(issuer, str) and issuer not in expected

    def steps(self, question: Question) -> Steps:
        token = question.token.reveal()
        if token.count(".") == JWE_DOTS:
            return Reading(active=None, reason="not_stated", detail="encrypted for its API: only the API can read it")
        reading = yield from super().steps(question)
        if reading.active is True and reading.issuer is None and self._is_of_another_tenant(token, question):
            # Graph serves all tenants. It accepted the token, so the issuer in the token is correct.
            return msgspec.structs.replace(reading, active=False, reason="unknown_token", detail="of another tenant")
        if reading.active is not True or question.subject is None or is_guid(question.subject):
            return reading
        # The caller expects a sub. It is compared only if the signature was verified. A different sub proves nothing,
        # since it may identify the same user in another application.
        is_same = reading.issuer is not None and read_unverified_claims(token).sub == question.subject
        return msgspec.structs.replace(reading, subject=question.subject if is_same else None)


PROVIDER = Provider(
    name="waad",
    title="Microsoft Entra ID (Azure AD)",
    kind="enterprise",
    protocol="oidc",
    aliases={"social_core": "azuread-tenant-oauth2", "allauth": "microsoft", "authjs": "microsoft-entra-id"},
    libraries={
        "social_core": LibraryFacts(
            classes={User: "microsoft.MicrosoftOAuth2", IdToken: ""},
            settings={"SOCIAL_AUTH_AZUREAD_TENANT_OAUTH2_TENANT_ID": "sample"},
        ),
        "allauth": LibraryFacts(classes={User: ""}),
    },
    docs=(
        "https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens",
        "https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference",
        "https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference",
        "https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc",
        "https://learn.microsoft.com/en-us/graph/api/user-get",
        "https://auth0.com/docs/authenticate/identity-providers/enterprise-identity-providers/azure-active-directory/v2",
    ),
    profile=ProfileFacts(
        shapes=(User, IdToken),
        request=RequestTemplate(
            "https://graph.microsoft.com/v1.0/me?$select=id,displayName,givenName,surname,mail,userPrincipalName,"
            "otherMails,jobTitle,department,officeLocation,mobilePhone,businessPhones,preferredLanguage,accountEnabled,"
            "onPremisesImmutableId"
        ),
        vouching=(
            "the optional claim xms_edov (the owner of the email domain is verified) for the claim email; no other "
            "claim, since a tenant's administrator may enter any address"
        ),
        subject_scope="the tenant (oid, and id of Graph) or the application (sub)",
        quirks=(
            (
                "Older connections store sub as the identifier. Newer connections store CONNECTION|oid, with a second "
                "bar. The connection's option userid_attribute determines the format."
            ),
            "tid and oid together identify a user. tid 9188040d-6c67-4c5b-b112-36a304b66dad is a personal account.",
            (
                "email and preferred_username can change and may contain the address of another user. Accounts that "
                "are linked by them can be taken over (nOAuth)."
            ),
            (
                "Sign-in names are not email addresses. Guests have NAME_DOMAIN#EXT#@TENANT.onmicrosoft.com. mail is "
                "null without a mailbox."
            ),
            (
                "v1.0 has upn, unique_name and appid where v2.0 has preferred_username and azp. The registration of "
                "the API determines the version, not the endpoint of the request."
            ),
            (
                "With more than 200 groups, _claim_names and _claim_sources replace the claim groups. "
                "/me/transitiveMemberOf then returns the groups page by page."
            ),
            "Graph returns a picture as bytes (/me/photo/$value, 404 without a picture), never as a URL.",
            "Auth0 adds fields to stored profiles, such as tenantid and group names.",
        ),
        sources=(
            "https://learn.microsoft.com/en-us/graph/api/user-get",
            "https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference",
            "https://learn.microsoft.com/en-us/entra/identity-platform/claims-validation",
            "https://auth0.com/docs/manage-users/user-accounts/user-profiles/sample-user-profiles",
        ),
    ),
    token=TokenFacts(
        form="jwt",
        contents=(
            "An RS256 JWT for the application's own API. The API determines the version, optional claims and "
            "encryption. The client determines the resource and scopes. scp contains delegated scopes and roles the "
            "permissions of an application. aud is the API, and azp (v2.0) or appid (v1.0) is the client. Only Graph "
            "may read a token for Graph."
        ),
        validity=(
            "Expires after a random time of 60 to 90 minutes, or after up to 28 hours with continuous access "
            "evaluation. A policy of the tenant may set 10 minutes to a day. ID tokens expire after an hour."
        ),
        renewal=renew_by_refresh_token(
            (
                "Requires offline_access. A refresh token expires after 90 days (24 hours for single-page apps), is "
                "replaced at each use, and is valid for all resources."
            ),
            "https://login.microsoftonline.com/{tenant_id}/oauth2/v2.0/token",
            required_credentials=("tenant_id", "client_id", "client_secret"),
        ),
        termination=Operation(
            (
                "Revokes the user's refresh tokens and sessions in all apps after some minutes (bearer token with "
                "User.RevokeSessions.All). Access tokens remain valid until they expire. A single token cannot be "
                "revoked."
            ),
            manual_call=("POST", "https://graph.microsoft.com/v1.0/me/revokeSignInSessions"),
        ),
        uses=Operation(
            "Requires a token that was issued for Graph with User.Read. Graph refuses tokens for other APIs.",
            RequestTemplate("https://graph.microsoft.com/v1.0/me"),
        ),
        sources=(
            "https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens",
            "https://learn.microsoft.com/en-us/entra/identity-platform/configurable-token-lifetimes",
            "https://learn.microsoft.com/en-us/entra/identity-platform/refresh-tokens",
            "https://learn.microsoft.com/en-us/graph/api/user-revokesigninsessions",
        ),
    ),
    scopes=Scopes(
        profile=("openid", "profile", "User.Read"),
        email=("email",),
        adding=(
            "Authorize again with further delegated permissions, some of which require an administrator's consent. A "
            "token is valid for one resource. RESOURCE/.default includes all permissions of the registration."
        ),
        sources=("https://learn.microsoft.com/en-us/entra/identity-platform/scopes-oidc",),
    ),
    debug=EntraToken(
        url="https://login.microsoftonline.com/common/discovery/v2.0/keys",
        rules=TokenRules(
            issuers=("https://login.microsoftonline.com/{tenant_id}/v2.0", "https://sts.windows.net/{tenant_id}/"),
            client_claims=("azp", "appid", "aud"),
            subject_claim="oid",
            scope_claim="scp",
            token_kind="any",
        ),
        required_credentials=("tenant_id",),
        optional_credentials=ID_TOKEN_CREDENTIALS,
        proves=frozenset({"client", "subject", "scopes", "end"}),
        opaque=GRAPH_PROBE,
        is_opaque=is_for_graph,
        source="https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens",
        note=(
            "This applies to ID tokens and to tokens for the application's own API. A token for Graph is checked by a "
            "call to Graph. tenant_id is the tenant's GUID."
        ),
    ),
    uncertain=(
        "The claim xms_edov is documented as a boolean; 1 was also observed. Any other string or number is ignored.",
        (
            "v1.0 tokens are checked against the v2.0 keys. If the key is only in the v1.0 set, or belongs to an app "
            "with separate signing keys, the token is undecided."
        ),
        "Other clouds and External ID tenants (*.ciamlogin.com) have other issuers. Their tokens are not supported.",
        (
            "The messages of Graph's InvalidAuthenticationToken are not documented. A response with an unrecognized "
            "message is undecided."
        ),
    ),
)
