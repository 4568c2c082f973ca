"""Microsoft Account: personal accounts by Microsoft Graph, and the profiles of the Live API that are still stored.

Microsoft vouches for no address here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from idp_checks.providers.sdk import (
    GRAPH_PROBE,
    AdditionalCall,
    Claims,
    Email,
    Id,
    Name,
    Operation,
    ProfileFacts,
    Provider,
    RequestTemplate,
    Scopes,
    Shape,
    SimulationFacts,
    TokenFacts,
    first_nonblank,
    is_email,
    renew_by_refresh_token,
)


class Emails(Struct):
    """The addresses of the Live API."""

    preferred: Email = None
    account: Email = None
    personal: Email = None
    business: Email = None


class UserInfo(Struct):
    """OpenID Connect userinfo; its ``sub`` is another identifier, its picture opens only with the token."""

    sub: Id
    name: Name = None
    given_name: Name = None
    family_name: Name = None
    email: Email = None


NOTHING = UserInfo(sub="")
"""What is known where userinfo was not asked."""


class User(
    Shape,
    rename={"display_name": "displayName", "given_name": "givenName", "user_principal_name": "userPrincipalName"},
):
    """``GET /me`` of Graph, https://learn.microsoft.com/en-us/graph/api/user-get, and from ``name`` on of the Live API.

    Both are told apart by nothing that is always there.
    """

    id: Id
    display_name: Name = None
    given_name: Name = None
    surname: Name = None
    mail: Email = None
    user_principal_name: Email = None
    name: Name = None
    first_name: Name = None
    last_name: Name = None
    emails: Emails | list[Email] | None = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        info: UserInfo = also.get("userinfo", NOTHING)
        mail = self.mail
        return Claims(
            id=self.id,
            name=first_nonblank(self.display_name, self.name, info.name),
            given_name=first_nonblank(self.given_name, self.first_name, info.given_name),
            family_name=first_nonblank(self.surname, self.last_name, info.family_name),
            email=mail if mail and is_email(mail.strip()) else self._other_address(info.email),
        )

    def _other_address(self, told: str | None) -> str | None:
        """The address of userinfo, else the first of the Live API, else the sign-in name where it is an address."""
        held = self.emails
        slots = [held.preferred, held.account, held.personal, held.business] if isinstance(held, Emails) else held or []
        for address in (told, *slots):
            if address and is_email(address.strip()):
                return address
        sign_in = self.user_principal_name
        return None if sign_in is None or "#EXT#" in sign_in.upper() else sign_in


PROVIDER = Provider(
    name="windowslive",
    title="Microsoft Account",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "microsoft-graph", "allauth": "microsoft"},
    simulation=SimulationFacts(
        is_retired_form=lambda raw: bool({"emails", "first_name", "last_name"} & raw.keys()),
    ),
    docs=(
        "https://learn.microsoft.com/en-us/graph/api/user-get",
        "https://learn.microsoft.com/en-us/graph/api/profilephoto-get",
        "https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow",
        "https://learn.microsoft.com/en-us/entra/identity-platform/userinfo",
    ),
    profile=ProfileFacts(
        shapes=(User,),
        request=RequestTemplate("https://graph.microsoft.com/v1.0/me"),
        also={
            "userinfo": AdditionalCall(
                UserInfo,
                RequestTemplate("https://graph.microsoft.com/oidc/userinfo"),
                "the address where mail is null (scopes openid and email)",
            )
        },
        quirks=(
            (
                "mail is null for most personal accounts; userPrincipalName is a sign-in name that only happens to be "
                "an address, and with #EXT# it is none."
            ),
            (
                "The identifier is 16 hex digits for personal accounts (a GUID for others) and must stay text: leading "
                "zeros and forms such as 12e4567890123456 are lost as numbers."
            ),
            (
                "In ID tokens the same person has an oid of zeros and those 16 digits, in the tenant "
                "9188040d-6c67-4c5b-b112-36a304b66dad."
            ),
            "Graph gives a picture as bytes (/me/photo/$value, 404 without one), never as an address.",
            (
                "Stored profiles have the names of the Live API, switched off since: first_name, last_name, and emails "
                "as an object of four slots or as a plain list."
            ),
            "Auth0's own sample shows email_verified true, for which Microsoft sends nothing.",
        ),
        sources=(
            "https://learn.microsoft.com/en-us/graph/api/user-get",
            "https://learn.microsoft.com/en-us/entra/identity-platform/userinfo",
            "https://auth0.com/docs/manage-users/user-accounts/user-profiles/sample-user-profiles",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "An encrypted text for personal accounts, a JWT for others; either is for Graph alone to read. Bound to "
            "one app, one account and the delegated permissions granted. The ID token (RS256) is the client's to read."
        ),
        lifetime=3600,
        expiry_field="expires_in",
        renewal=renew_by_refresh_token(
            (
                "Needs offline_access. A refresh token lives 90 days (24 hours for single-page apps) and is "
                "replaced at each use."
            ),
            "https://login.microsoftonline.com/consumers/oauth2/v2.0/token",
        ),
        termination=Operation(
            "No call for it: the person removes the app at https://account.live.com/consent/Manage, and access tokens "
            "run on to their end."
        ),
        uses=Operation(request=RequestTemplate("https://graph.microsoft.com/v1.0/me"), required_scopes=("User.Read",)),
        sample="EwB{}",
        sources=(
            "https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens",
            "https://learn.microsoft.com/en-us/entra/identity-platform/refresh-tokens",
        ),
    ),
    scopes=Scopes(
        profile=("User.Read", "openid", "profile"),
        email=("email", "User.Read"),
        adding=(
            "Authorise again with further delegated permissions. Short names are Graph's; another API is named by its "
            "whole address and needs a token of its own."
        ),
        sources=(
            "https://learn.microsoft.com/en-us/entra/identity-platform/scopes-oidc",
            "https://learn.microsoft.com/en-us/graph/permissions-reference",
        ),
    ),
    debug=GRAPH_PROBE,
    uncertain=(
        (
            "Graph documents the code InvalidAuthenticationToken but not the texts beside it, which alone tell a dead "
            "token from one made for another resource: any text that is not well known leaves the question open."
        ),
    ),
)
