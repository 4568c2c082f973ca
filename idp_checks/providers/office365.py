"""Office 365: Auth0's old name for work and school accounts, with the directory and the tokens of Microsoft Entra."""

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
from idp_checks.providers.waad import EntraToken, User, for_graph, username

DIRECTORY = "@MicrosoftOnline.com"
"""What stands behind the ``puid`` in identifiers: they look like addresses and are none."""


class Stored(Shape):
    """The record that stored profiles hold, rebuilt from Auth0's sample profile and the claims of v1.0 tokens.

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
            username=first_nonblank(self.nickname) or username(self.email, self.upn),
            email=self.email,
        )


class OfficeToken(EntraToken):
    """A token of Entra that may name the person by ``puid`` as well."""

    def steps(self, question: Question) -> Steps:
        reading = yield from super().steps(question)
        if reading.active is not True or reading.issuer is None or question.subject is None:
            return reading
        same = f"{read_claims(question.token.reveal()).get('puid')}{DIRECTORY}" == question.subject
        return replace(reading, subject=question.subject) if same else reading


PROVIDER = Provider(
    name="office365",
    title="Office 365 (Auth0's older name for Azure AD)",
    kind="enterprise",
    protocol="oauth2",
    status="deprecated",
    status_note=(
        "An old kind of connection at Auth0 for work and school accounts, still listed; waad (Microsoft Entra ID) "
        "takes its place. Microsoft's side is the same directory with the same tokens."
    ),
    docs=(
        "https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens",
        "https://learn.microsoft.com/en-us/graph/api/user-get",
        "https://auth0.com/docs/manage-users/user-accounts/user-profiles/sample-user-profiles",
    ),
    profile=ProfileFacts(
        shapes=(Stored, User),
        request=None,
        subject_scope="the directory",
        quirks=(
            "The identifier is the directory's puid with @MicrosoftOnline.com behind it: no address.",
            "puid, oid and the identifiers of waad differ, so a move to waad makes new users.",
            "The address is the administrator's word, usually the sign-in name, often in TENANT.onmicrosoft.com.",
            "There is no address of a picture.",
            "Microsoft Graph, which is what can be called today, has no puid: its id is the oid.",
        ),
        sources=(
            "https://auth0.com/docs/manage-users/user-accounts/user-profiles/sample-user-profiles",
            "https://learn.microsoft.com/en-us/graph/api/user-get",
        ),
    ),
    token=TokenFacts(
        form="jwt",
        contents=(
            "As for Microsoft Entra ID: an RS256 JWT for one's own API, of version 1.0 as a rule. A token for "
            "Microsoft Graph is for Graph alone to read."
        ),
        validity="60 to 90 minutes, drawn at random.",
        renewal=renew_by_refresh_token(
            "A refresh token lives 90 days.",
            "https://login.microsoftonline.com/{tenant_id}/oauth2/v2.0/token",
            required_credentials=("tenant_id", "client_id", "client_secret"),
        ),
        termination=Operation(
            "Ends the refresh tokens of the person in all apps; there is no call for one token.",
            manual_call=("POST", "https://graph.microsoft.com/v1.0/me/revokeSignInSessions"),
        ),
        uses=Operation("For a token made for Graph.", RequestTemplate("https://graph.microsoft.com/v1.0/me")),
        sources=(
            "https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens",
            "https://learn.microsoft.com/en-us/entra/identity-platform/refresh-tokens",
        ),
    ),
    scopes=Scopes(
        profile=("openid", "profile", "User.Read"),
        email=("email",),
        adding="Authorise again with further delegated permissions, as for Microsoft Entra ID.",
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
        is_opaque=for_graph,
        source="https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens",
        note=(
            "The same check as for waad, against the keys of v1.0: no endpoint answers for tokens, one for "
            "Graph is tried by a call of Graph. The account is the oid; a caller who names it by puid is "
            "answered where the token holds one."
        ),
    ),
    uncertain=(
        "The raw record is documented nowhere any more: only the identifier, the names and the address are sure.",
        "That this connection's tokens were of version 1.0 is inferred.",
    ),
)
