"""Xero: OpenID Connect userinfo, whose claims the ID token has too; access tokens are signed."""

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
                "Two identifiers: sub, 32 hexadecimal digits, and xero_userid, a UUID with other digits. Many clients "
                "keep the latter; here it is sub."
            ),
            "No flag for the address and no picture.",
            "preferred_username is the address over again: the nickname is its local part.",
            "Most clients read the claims of the ID token, the same ones, and never call userinfo; old ones lack name.",
            (
                "The organisations stand at https://api.xero.com/connections; a person who connected none has an empty "
                "list there."
            ),
        ),
        sources=("https://developer.xero.com/documentation/guides/oauth2/sign-in",),
    ),
    token=TokenFacts(
        form="jwt",
        contents=(
            "Signed by RS256: client_id is the application, scope a list; aud is the same for every application. The "
            "application chooses the scopes, the person the organisations."
        ),
        lifetime=1800,
        validity="An ID token 5 minutes.",
        renewal=renew_by_refresh_token(
            (
                "Needs scope offline_access. A refresh token dies after 60 days unused; each use gives the next, "
                "and the former may be repeated for 30 minutes."
            ),
            "https://identity.xero.com/connect/token",
            basic=True,
        ),
        termination=revoke_by_request(
            "Form field token, the refresh token, with HTTP Basic; removes all the person's connections. Access tokens "
            "already given keep their signature until their end. DELETE https://api.xero.com/connections/{id} takes "
            "one organisation away.",
            "https://identity.xero.com/connect/revocation",
            basic=True,
            token="refresh",
            ends="grant",
        ),
        uses=Operation("An empty list is a success too.", RequestTemplate("https://api.xero.com/connections")),
        sources=(
            "https://developer.xero.com/documentation/guides/oauth2/token-types",
            "https://developer.xero.com/faq/oauth2",
        ),
    ),
    scopes=Scopes(
        profile=("openid", "profile"),
        email=("openid", "email"),
        adding="Authorise again with the further scopes; a person's grants add up.",
        sources=("https://developer.xero.com/documentation/guides/oauth2/scopes",),
    ),
    debug=SignedToken(
        url="https://identity.xero.com/.well-known/openid-configuration/jwks",
        rules=TokenRules(issuers=("https://identity.xero.com",), client_claims=("client_id",), issued_at_claim="nbf"),
        proves=frozenset({"client", "subject", "scopes", "end"}),
        source="https://developer.xero.com/documentation/guides/oauth2/token-types",
        note=(
            "No endpoint answers for tokens: the signature is checked, and client_id must be compared, since aud is "
            "everybody's. An ID token is told by its at_hash and is not good here. A signature says nothing of "
            "revocation: https://api.xero.com/connections refuses a dead token with 401 and a Detail that begins with "
            "TokenExpired. AuthenticationUnsuccessful of the accounting API may mean no more than a connection "
            "removed. Xero shuts out addresses that fetch the keys too often."
        ),
    ),
    uncertain=("No claim iat is documented for access tokens: nbf is read as the time of issue.",),
)
