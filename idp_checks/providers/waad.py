"""Microsoft Entra ID (Azure AD): work and school accounts, by Microsoft Graph or by the claims of an ID token.

The addresses are the tenant's word, and any tenant may write any address: only ``xms_edov`` vouches for one.
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
"""The two names of Microsoft Graph as an audience."""

KEY_ISSUER = "https://login.microsoftonline.com/{tenantid}/v2.0"
"""The issuer of a key that serves every tenant, as it stands in the key set."""

JWE_DOTS = 4
"""Dots of an encrypted token (RFC 7516, section 3.1)."""

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
            username=username(self.mail, self.user_principal_name),
            email=self.mail,
        )


class IdToken(Shape):
    """Claims of an ID token: ``preferred_username`` in v2.0, ``upn`` and ``unique_name`` in v1.0.

    https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference. No claim that is always there
    tells the versions apart.
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
            username=username(self.email, self.preferred_username, self.upn, self.unique_name),
            email=self.email,
            email_verified=edov(self.xms_edov),
        )


def username(email: str | None, *sign_in_names: str | None) -> str | None:
    """The local part of the first sign-in name that is the person's own; None where an address gives the nickname.

    ``#`` stands in the sign-in names that a tenant makes up for its guests.
    """
    if email and is_email(email.strip()):
        return None
    for name in sign_in_names:
        if name and not name.isspace() and "#" not in name:
            return name.partition("@")[0]
    return None


def edov(value: object) -> bool | None:
    """Whether the domain owner of the address is verified: documented as a boolean, also seen as the number or text 1.

    https://learn.microsoft.com/en-us/entra/identity-platform/optional-claims-reference.
    """
    if isinstance(value, bool):
        return value
    return True if value == "1" or (isinstance(value, int) and value == 1) else None


class Unverified(Struct):
    """Claims of a token before anybody has checked them."""

    aud: Json = None
    iss: Json = None
    sub: Json = None


def unverified(token: str) -> Unverified:
    """The claims of a JWT as they stand; none where it is no JWT."""
    payload = token.partition(".")[2].partition(".")[0]
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), type=Unverified)
    except (ValueError, msgspec.MsgspecError, RecursionError):
        return Unverified()


def for_graph(token: str) -> bool:
    """Whether a JWT is made for Graph: this decides who is asked, and is no statement about the token."""
    audience = unverified(token).aud
    return isinstance(audience, str) and audience.rstrip("/") in GRAPH


class EntraToken(SignedToken):
    """A token of Entra: its keys are tied to tenants, and it names the person twice.

    ``oid`` is the same in every application of a tenant, ``sub`` another one in each.
    """

    def select_keys(self, keys: Sequence[Mapping[str, Any]], question: Question) -> Sequence[Mapping[str, Any]]:
        """The keys that may sign for the caller's tenant: a key of another tenant proves nothing here.

        https://learn.microsoft.com/en-us/entra/identity-platform/claims-validation.
        """
        tied = KEY_ISSUER.replace("{tenantid}", question.credential("tenant_id") or "")
        return [key for key in keys if key.get("issuer", KEY_ISSUER) in (KEY_ISSUER, tied)]

    def _of_another_tenant(self, token: str, question: Question) -> bool:
        """Whether a token that Graph accepts names another tenant than the caller's."""
        tenant = question.credential("tenant_id") or ""
        issuer = unverified(token).iss
        ours = {each.replace("{tenant_id}", tenant) for each in self.rules.issuers}
        return is_guid(tenant) is not None and isinstance(issuer, str) and issuer not in ours

    def steps(self, question: Question) -> Steps:
        token = question.token.reveal()
        if token.count(".") == JWE_DOTS:
            return Reading(active=None, reason="not_stated", detail="encrypted for its API, which alone can read it")
        reading = yield from super().steps(question)
        if reading.active is True and reading.issuer is None and self._of_another_tenant(token, question):
            # Graph has accepted the token, and with it what it says of its issuer; Graph serves every tenant.
            return msgspec.structs.replace(reading, active=False, reason="unknown_token", detail="of another tenant")
        if reading.active is not True or question.subject is None or is_guid(question.subject):
            return reading
        # The caller knows the person by a sub. That of this token counts when its signature was checked and it is the
        # same; another one may be the same person's in another application.
        same = reading.issuer is not None and unverified(token).sub == question.subject
        return msgspec.structs.replace(reading, subject=question.subject if same else None)


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
            "the optional claim xms_edov (the owner of the address's domain is verified) for the claim email; nothing "
            "else, since a tenant's administrator may write anybody's address"
        ),
        subject_scope="the tenant (oid, and id of Graph) or the application (sub)",
        quirks=(
            (
                "Stored identifiers are a sub at older connections and CONNECTION|oid, with a second bar, at newer "
                "ones; the option userid_attribute of the connection decides."
            ),
            (
                "A person is known by tid and oid together; tid 9188040d-6c67-4c5b-b112-36a304b66dad is a personal "
                "account."
            ),
            (
                "email and preferred_username change and may be anybody's: accounts linked by them can be taken over "
                "(nOAuth)."
            ),
            (
                "Sign-in names are no addresses: guests have NAME_DOMAIN#EXT#@TENANT.onmicrosoft.com; mail is null "
                "without a mailbox."
            ),
            (
                "v1.0 has upn, unique_name and appid where v2.0 has preferred_username and azp. The registration of "
                "the API decides which it gets, not the endpoint that was called."
            ),
            (
                "Above 200 groups the claim groups is replaced by _claim_names and _claim_sources; the groups then "
                "come page by page from /me/transitiveMemberOf."
            ),
            "Graph gives a picture as bytes (/me/photo/$value, 404 without one), never as an address.",
            "Auth0 adds members of its own to stored profiles, such as tenantid and group names.",
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
            "An RS256 JWT for one's own API, which decides version, optional claims and encryption; the client decides "
            "resource and scopes. scp has delegated scopes, roles the permissions of an application; aud is the API, "
            "azp (v2.0) or appid (v1.0) the client. A token for Graph is for Graph alone to read."
        ),
        validity=(
            "60 to 90 minutes, drawn at random, or up to 28 hours with continuous access evaluation; a policy of the "
            "tenant may set 10 minutes to a day. ID tokens live an hour."
        ),
        renewal=renew_by_refresh_token(
            (
                "Needs offline_access. A refresh token lives 90 days (24 hours for single-page apps), is "
                "replaced at each use, and serves every resource."
            ),
            "https://login.microsoftonline.com/{tenant_id}/oauth2/v2.0/token",
            required_credentials=("tenant_id", "client_id", "client_secret"),
        ),
        termination=Operation(
            "Ends refresh tokens and sessions of the person in all apps after some minutes (bearer token with "
            "User.RevokeSessions.All); access tokens run on to their end. There is no call for one token.",
            manual_call=("POST", "https://graph.microsoft.com/v1.0/me/revokeSignInSessions"),
        ),
        uses=Operation(
            "For a token made for Graph with User.Read; one for another API is refused there.",
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
            "Authorise again with further delegated permissions; some need an administrator's consent. One token "
            "serves one resource; RESOURCE/.default stands for every permission in the registration."
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
        is_opaque=for_graph,
        source="https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens",
        note=(
            "No endpoint answers for tokens: one for an own API, or an ID token, is checked by its "
            "signature, one for Graph by a call of Graph. tenant_id is the tenant's GUID."
        ),
    ),
    uncertain=(
        "The claim xms_edov is documented as a boolean and seen as 1 too; any other text or number says nothing.",
        (
            "Tokens of v1.0 are checked against the keys of v2.0; a key that stands in the set of v1.0 alone, or "
            "belongs to an app with signing keys of its own, leaves the question open."
        ),
        "Other clouds and External ID tenants (*.ciamlogin.com) have other issuers: their tokens are not known here.",
        (
            "Texts beside Graph's InvalidAuthenticationToken are not documented: one that is not well known leaves the "
            "question open."
        ),
    ),
)
