"""Xero: OpenID Connect userinfo, with the same claims as the ID token; access tokens are signed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Id,
    Name,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    RequestTemplate,
    Scopes,
    Shape,
    SignedToken,
    TokenFacts,
    TokenRules,
    renew_by_refresh_token,
    revoke_by_request,
)


class UserInfo(Shape):
    """Userinfo and the ID token, https://developer.xero.com/documentation/guides/oauth2/sign-in."""

    subject: ClassVar[Path] = ("sub",)

    sub: Id
    name: Name = None
    given_name: Name = None
    family_name: Name = None
    email: Email = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=self.sub,
            name=self.name,
            given_name=self.given_name,
            family_name=self.family_name,
            email=self.email,
        )


PROVIDER = Provider(
    name="xero",
    title="Xero",
    kind="social",
    protocol="oidc",
    has_auth0_strategy=False,
    docs=(
        "https://developer.xero.com/documentation/guides/oauth2/auth-flow/",
        "https://developer.xero.com/documentation/guides/oauth2/sign-in",
        "https://developer.xero.com/documentation/guides/oauth2/token-types",
        "https://developer.xero.com/faq/oauth2",
        "https://identity.xero.com/.well-known/openid-configuration",
    ),
    profile=ProfileFacts(
        shapes=(UserInfo,),
        request=RequestTemplate("https://identity.xero.com/connect/userinfo"),
        quirks=(
            (
                "The profile has two identifiers: sub, 32 hexadecimal digits, and xero_userid, a UUID with other "
                "digits. Many clients store xero_userid; here the identifier is sub."
            ),
            "The profile has no verification flag for the email address and no picture.",
            "preferred_username repeats the email address. The nickname is its local part.",
            "Most clients read the same claims from the ID token and never call userinfo. Old ID tokens lack name.",
            (
                "https://api.xero.com/connections lists the organizations. The list is empty for a user who connected "
                "no organization."
            ),
        ),
        sources=("https://developer.xero.com/documentation/guides/oauth2/sign-in",),
    ),
    token=TokenFacts(
        form="jwt",
        contents=(
            "Signed with RS256. client_id is the application, scope a list, and aud is the same for all applications. "
            "The application chooses the scopes, the user the organizations."
        ),
        lifetime=1800,
        validity="An ID token expires after 5 minutes.",
        renewal=renew_by_refresh_token(
            (
                "Requires the scope offline_access. A refresh token expires after 60 days without use. Each use "
                "returns a new refresh token, and the previous refresh token may be used again for 30 minutes."
            ),
            "https://identity.xero.com/connect/token",
            basic=True,
        ),
        termination=revoke_by_request(
            (
                "Accepts the refresh token. The call removes all connections of the user. The signature of existing "
                "access tokens remains valid until they expire. DELETE https://api.xero.com/connections/{id} removes "
                "one organization."
            ),
            "https://identity.xero.com/connect/revocation",
            basic=True,
            token="refresh",
            ends="grant",
        ),
        uses=Operation("An empty list is also a success.", RequestTemplate("https://api.xero.com/connections")),
        sources=(
            "https://developer.xero.com/documentation/guides/oauth2/token-types",
            "https://developer.xero.com/faq/oauth2",
        ),
    ),
    scopes=Scopes(
        profile=("openid", "profile"),
        email=("openid", "email"),
        adding="Authorize again with the further scopes. A user's grants are cumulative.",
        sources=("https://developer.xero.com/documentation/guides/oauth2/scopes",),
    ),
    debug=SignedToken(
        url="https://identity.xero.com/.well-known/openid-configuration/jwks",
        rules=TokenRules(issuers=("https://identity.xero.com",), client_claims=("client_id",), issued_at_claim="nbf"),
        proves=frozenset({"client", "subject", "scopes", "end"}),
        source="https://developer.xero.com/documentation/guides/oauth2/token-types",
        note=(
            "Compare client_id, because aud is the same for all applications. An ID token is recognized by its "
            "at_hash and is not accepted. To detect a revocation, call https://api.xero.com/connections, which "
            "refuses an invalid token with 401 and a Detail that begins with TokenExpired. AuthenticationUnsuccessful "
            "of the accounting API may only mean that a connection was removed. Xero blocks IP addresses that fetch "
            "the keys too often."
        ),
    ),
    uncertain=("The claim iat is not documented for access tokens, so nbf is read as the time of issue.",),
)
