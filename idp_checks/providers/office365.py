"""Office 365: Auth0's old name for work and school accounts of Microsoft Entra."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec.structs import replace

from idp_checks.providers.sdk import (
    GRAPH_PROBE,
    Claims,
    Email,
    Id,
    Name,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    Question,
    RequestTemplate,
    Scopes,
    Shape,
    Steps,
    TokenFacts,
    TokenRules,
    Username,
    first_nonblank,
    read_claims,
    renew_by_refresh_token,
)
from idp_checks.providers.waad import EntraToken, User, is_for_graph, pick_username

DIRECTORY = "@MicrosoftOnline.com"
"""The suffix of the ``puid`` in identifiers. Identifiers look like email addresses but are not."""


class StoredRecord(Shape):
    """The record in stored profiles, reconstructed from Auth0's sample profile and the claims of v1.0 tokens.

    https://auth0.com/docs/manage-users/user-accounts/user-profiles/sample-user-profiles
    """

    subject: ClassVar[Path] = ("puid",)

    puid: Id
    name: Name = None
    given_name: Name = None
    family_name: Name = None
    nickname: Username = None
    email: Email = None
    upn: Username = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        puid = self.puid
        return Claims(
            id="" if isinstance(puid, str) and puid.strip() == "" else f"{puid}{DIRECTORY}",
            name=self.name,
            given_name=self.given_name,
            family_name=self.family_name,
            username=first_nonblank(self.nickname) or pick_username(self.email, self.upn),
            email=self.email,
        )


class OfficeToken(EntraToken):
    """A token of Entra that may also identify the user by ``puid``."""

    def steps(self, question: Question) -> Steps:
        reading = yield from super().steps(question)
        if reading.active is not True or reading.issuer is None or question.subject is None:
            return reading
        is_same_user = f"{read_claims(question.token.reveal()).get('puid')}{DIRECTORY}" == question.subject
        return replace(reading, subject=question.subject) if is_same_user else reading


PROVIDER = Provider(
    name="office365",
    title="Office 365 (Auth0's older name for Azure AD)",
    kind="enterprise",
    protocol="oauth2",
    status="deprecated",
    status_note=(
        "An old kind of connection at Auth0 for work and school accounts. Auth0 still lists it, but waad (Microsoft "
        "Entra ID) replaces it. On Microsoft's side, the directory and the tokens are the same."
    ),
    docs=(
        "https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens",
        "https://learn.microsoft.com/en-us/graph/api/user-get",
        "https://auth0.com/docs/manage-users/user-accounts/user-profiles/sample-user-profiles",
    ),
    profile=ProfileFacts(
        shapes=(StoredRecord, User),
        request=None,
        subject_scope="the directory",
        quirks=(
            "The identifier is the directory's puid followed by @MicrosoftOnline.com. It is not an email address.",
            "puid, oid and the identifiers of waad differ, so a migration to waad creates new users.",
            (
                "The administrator sets the email address. It is usually the sign-in name, often in "
                "TENANT.onmicrosoft.com."
            ),
            "The profile has no picture URL.",
            "Microsoft Graph, the API available today, has no puid. Its id is the oid.",
        ),
        sources=(
            "https://auth0.com/docs/manage-users/user-accounts/user-profiles/sample-user-profiles",
            "https://learn.microsoft.com/en-us/graph/api/user-get",
        ),
    ),
    token=TokenFacts(
        form="jwt",
        contents=(
            "As with Microsoft Entra ID, a token for the application's API is an RS256 JWT, usually of version 1.0. "
            "Only Graph can read a token for Microsoft Graph."
        ),
        validity="The lifetime is random, between 60 and 90 minutes.",
        renewal=renew_by_refresh_token(
            "A refresh token is valid for 90 days.",
            "https://login.microsoftonline.com/{tenant_id}/oauth2/v2.0/token",
            required_credentials=("tenant_id", "client_id", "client_secret"),
        ),
        termination=Operation(
            "Revokes the user's refresh tokens in all apps. No call revokes a single token.",
            manual_call=("POST", "https://graph.microsoft.com/v1.0/me/revokeSignInSessions"),
        ),
        uses=Operation("Requires a token for Graph.", RequestTemplate("https://graph.microsoft.com/v1.0/me")),
        sources=(
            "https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens",
            "https://learn.microsoft.com/en-us/entra/identity-platform/refresh-tokens",
        ),
    ),
    scopes=Scopes(
        profile=("openid", "profile", "User.Read"),
        email=("email",),
        adding="Authorize again with further delegated permissions, as for Microsoft Entra ID.",
        sources=("https://learn.microsoft.com/en-us/entra/identity-platform/scopes-oidc",),
    ),
    debug=OfficeToken(
        url="https://login.microsoftonline.com/common/discovery/keys",
        rules=TokenRules(
            issuers=("https://sts.windows.net/{tenant_id}/", "https://login.microsoftonline.com/{tenant_id}/v2.0"),
            client_claims=("appid", "azp", "aud"),
            subject_claim="oid",
            scope_claim="scp",
        ),
        required_credentials=("tenant_id",),
        proves=frozenset({"client", "subject", "scopes", "end"}),
        opaque=GRAPH_PROBE,
        is_opaque=is_for_graph,
        source="https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens",
        note=(
            "The check is the same as for waad, with the keys of v1.0. Tokens for Graph are checked with a call to "
            "Graph. The account is the oid. If the caller passes a puid and the token contains the same puid, the "
            "account is the puid."
        ),
    ),
    uncertain=(
        "The raw record is no longer documented. Only the identifier, the names and the email address are certain.",
        "Version 1.0 of this connection's tokens is inferred.",
    ),
)
