"""Amazon Cognito user pools; access tokens are verified with the pool's keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp_checks.providers.sdk import (
    Claims,
    LibraryFacts,
    OpenIdClaims,
    Operation,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    RequestTemplate,
    Scopes,
    SignedToken,
    Steps,
    StringFlag,
    TokenFacts,
    TokenRules,
    Username,
    first_nonblank,
    read_claims,
    renew_by_refresh_token,
    revoke_by_request,
    string_flag,
)


class UserInfo(OpenIdClaims):
    """Userinfo, or the claims of the ID token.

    ``email_verified`` is a string in userinfo and a boolean in the ID token.
    https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html
    """

    username: Username = None
    email_verified: StringFlag = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        claims = OpenIdClaims.claims(self, also)
        claims.email_verified = string_flag(self.email_verified)
        if self.username != self.sub:
            claims.username = first_nonblank(claims.username, self.username)
        return claims


class AccessToken(SignedToken):
    """An access token of a pool; ``token_use`` distinguishes it from an ID token of the same issuer.

    https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
    """

    def steps(self, question: Question) -> Steps:
        reading = yield from super().steps(question)
        if reading.active is not True or read_claims(question.token.reveal()).get("token_use") == "access":
            return reading
        return Reading(active=None, reason="unparsable", detail="not an access token according to its claim token_use")


PROVIDER = Provider(
    name="cognito",
    title="Amazon Cognito user pools",
    kind="generic",
    protocol="oidc",
    aliases={"social_core": "cognito", "allauth": "amazon_cognito", "authjs": "cognito"},
    libraries={
        "social_core": LibraryFacts(settings={"SOCIAL_AUTH_COGNITO_POOL_DOMAIN": "{host}"}),
        "allauth": LibraryFacts(settings={"DOMAIN": "{host}"}),
    },
    docs=(
        "https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html",
        "https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html",
        "https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html",
        "https://docs.aws.amazon.com/cognito/latest/developerguide/revocation-endpoint.html",
    ),
    profile=ProfileFacts(
        shapes=(UserInfo,),
        request=RequestTemplate("https://{domain}.auth.{region}.amazoncognito.com/oauth2/userInfo"),
        vouching=(
            "the pool's email_verified: set by the pool's own code, an administrator, a trigger without any "
            "mail, or an attribute of a federated provider"
        ),
        subject_scope="the user pool",
        quirks=(
            "Booleans are the strings true and false in userinfo, and booleans in ID tokens.",
            (
                "username is PROVIDER_ID for a federated user, and may be the sub if users sign in with their "
                "email address. nickname and preferred_username take precedence."
            ),
            "picture can be any string: it is the unchecked value of the attribute.",
            "identities is a JSON string: a list of the providers of a federated user.",
            "Custom attributes keep custom: in their names. Attributes that the client may not read are omitted.",
            (
                "With a custom domain, userinfo and the OAuth endpoints have another host. The issuer and the "
                "keys stay at cognito-idp.REGION.amazonaws.com."
            ),
            "python-social-auth uses username as the identifier.",
            "Auth0 connects to Cognito with its strategy oidc, whose user_id begins with oidc|.",
        ),
        sources=("https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html",),
    ),
    token=TokenFacts(
        form="jwt",
        contents=(
            "An RS256 JWT with sub, username, client_id, token_use access, scope, cognito:groups and version. It "
            "has no aud: client_id is the client. Scopes of resource servers change the contents, and so does a "
            "trigger before the token is issued (paid tiers). Tokens of the user pools API have only the scope "
            "aws.cognito.signin.user.admin."
        ),
        lifetime=3600,
        validity=(
            "One hour is the default of a new app client, which can set 5 minutes to one day. Refresh "
            "tokens are valid for 30 days."
        ),
        renewal=renew_by_refresh_token(
            "The response contains a new refresh token only if rotation is enabled.",
            "https://{domain}.auth.{region}.amazoncognito.com/oauth2/token",
            basic=True,
            required_credentials=("domain", "region", "client_id", "client_secret"),
        ),
        termination=revoke_by_request(
            "Takes refresh tokens only. Cognito then refuses the access tokens, but they still pass every "
            "signature check. Returns 200 for an invalid token too, and 400 unsupported_token_type for another "
            "type of token.",
            "https://{domain}.auth.{region}.amazoncognito.com/oauth2/revoke",
            basic=True,
            token="refresh",
            ends="grant",
            required_credentials=("domain", "region", "client_id", "client_secret"),
        ),
        uses=Operation(
            request=RequestTemplate(
                "https://{domain}.auth.{region}.amazoncognito.com/oauth2/userInfo",
                required_credentials=("domain", "region"),
            ),
            required_scopes=("openid",),
        ),
        sources=(
            "https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html",
            "https://docs.aws.amazon.com/cognito/latest/developerguide/token-revocation.html",
        ),
    ),
    scopes=Scopes(
        profile=("openid", "profile"),
        email=("email",),
        adding=(
            "The scopes are openid, profile, email, phone, aws.cognito.signin.user.admin and "
            "RESOURCE_SERVER/SCOPE. Enable them for the app client and request them at the authorize endpoint. "
            "email, phone and profile require openid."
        ),
        sources=("https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html",),
    ),
    debug=AccessToken(
        url="https://cognito-idp.{region}.amazonaws.com/{user_pool_id}/.well-known/jwks.json",
        rules=TokenRules(
            issuers=("https://cognito-idp.{region}.amazonaws.com/{user_pool_id}",),
            client_claims=("client_id",),
            optional_claims=frozenset({"aud"}),
        ),
        required_credentials=("region", "user_pool_id"),
        proves=frozenset({"client", "subject", "scopes", "end"}),
        source="https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html",
        note=(
            "token_use must be access. A pool has two keys, one for each type of token. Userinfo also refuses "
            "good tokens without scope openid, so it is not used as a probe."
        ),
    ),
)
