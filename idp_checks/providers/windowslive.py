"""Microsoft Account: personal accounts from Microsoft Graph, and stored profiles of the Live API.

Microsoft does not state that an email address is verified.
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
    """The email addresses of the Live API."""

    preferred: Email = None
    account: Email = None
    personal: Email = None
    business: Email = None


class UserInfo(Struct):
    """OpenID Connect userinfo; its ``sub`` is a different identifier, and its picture requires the token."""

    sub: Id
    name: Name = None
    given_name: Name = None
    family_name: Name = None
    email: Email = None


NO_USERINFO = UserInfo(sub="")
"""Userinfo if the call was not made."""


class User(
    Shape,
    rename={"display_name": "displayName", "given_name": "givenName", "user_principal_name": "userPrincipalName"},
):
    """``GET /me`` of Graph, https://learn.microsoft.com/en-us/graph/api/user-get, or a Live API profile.

    The fields from ``name`` on are those of the Live API. No field that is always present distinguishes the two.
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
        info: UserInfo = also.get("userinfo", NO_USERINFO)
        mail = self.mail
        return Claims(
            id=self.id,
            name=first_nonblank(self.display_name, self.name, info.name),
            given_name=first_nonblank(self.given_name, self.first_name, info.given_name),
            family_name=first_nonblank(self.surname, self.last_name, info.family_name),
            email=mail if mail and is_email(mail.strip()) else self._fallback_email(info.email),
        )

    def _fallback_email(self, userinfo_email: str | None) -> str | None:
        """Return the address of userinfo, else the first of the Live API, else a sign-in name that is an address."""
        emails = self.emails
        slots = (
            [emails.preferred, emails.account, emails.personal, emails.business]
            if isinstance(emails, Emails)
            else emails or []
        )
        for address in (userinfo_email, *slots):
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
                "the email address if mail is null (scopes openid and email)",
            )
        },
        quirks=(
            (
                "mail is null for most personal accounts. userPrincipalName is a sign-in name, which may have the "
                "format of an email address. A name with #EXT# is not an address."
            ),
            (
                "The identifier is 16 hex digits for personal accounts (a GUID for others) and must stay a string. As "
                "a number it loses leading zeros, and a value such as 12e4567890123456 is read as an exponent."
            ),
            (
                "In ID tokens, the oid of the same user consists of zeros and those 16 digits, in the tenant "
                "9188040d-6c67-4c5b-b112-36a304b66dad."
            ),
            "Graph returns a picture as bytes (/me/photo/$value, 404 without a picture), never as a URL.",
            (
                "Stored profiles have the field names of the Live API, which is switched off: first_name, last_name, "
                "and emails as an object with four fields or as a list."
            ),
            "Auth0's sample shows email_verified true, but Microsoft sends no such field.",
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
            "An encrypted string for personal accounts, a JWT for others. Only Graph may read it. The token is "
            "bound to one app, one account and the granted delegated permissions. The client may read the ID token "
            "(RS256)."
        ),
        lifetime=3600,
        expiry_field="expires_in",
        renewal=renew_by_refresh_token(
            (
                "Requires offline_access. A refresh token expires after 90 days (24 hours for single-page apps) and "
                "is replaced at each use."
            ),
            "https://login.microsoftonline.com/consumers/oauth2/v2.0/token",
        ),
        termination=Operation(
            "No API call: the user removes the app at https://account.live.com/consent/Manage. Access tokens "
            "remain valid until they expire."
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
            "Authorize again with further delegated permissions. Short names are Graph permissions. The permissions "
            "of another API include its full URI and require a separate token."
        ),
        sources=(
            "https://learn.microsoft.com/en-us/entra/identity-platform/scopes-oidc",
            "https://learn.microsoft.com/en-us/graph/permissions-reference",
        ),
    ),
    debug=GRAPH_PROBE,
    uncertain=(
        (
            "Graph documents the code InvalidAuthenticationToken but not its messages. Only the message distinguishes "
            "an invalid token from a token for another resource. A response with an unrecognized message is undecided."
        ),
    ),
)
