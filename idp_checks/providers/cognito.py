"""Amazon Cognito: the user pools, by userinfo; access tokens are checked by the pool's keys."""

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
    """Userinfo, where ``email_verified`` is a text, and the claims of the ID token, where it is a boolean.

    https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html
    """

    username: Username = None
    email_verified: StringFlag = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        said = OpenIdClaims.claims(self, also)
        said.email_verified = string_flag(self.email_verified)
        if self.username != self.sub:
            said.username = first_nonblank(said.username, self.username)
        return said


class AccessToken(SignedToken):
    """An access token of a pool, by its own word: ID tokens bear the same issuer.

    https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
    """

    def steps(self, question: Question) -> Steps:
        reading = yield from super().steps(question)
        if reading.active is not True or read_claims(question.token.reveal()).get("token_use") == "access":
            return reading
        return Reading(active=None, reason="unparsable", detail="by its own claim no access token")


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
            "the pool's email_verified: set by its own code, an administrator, a trigger without any mail, or a "
            "federated provider's attribute"
        ),
        subject_scope="the user pool",
        quirks=(
            "Booleans are the texts true and false in userinfo, and booleans in ID tokens.",
            (
                "username is PROVIDER_ID for a federated user, and may be the sub where users log in by their address; "
                "nickname and preferred_username come first."
            ),
            "picture is whatever text the attribute holds.",
            "identities is a text that holds JSON: a list of the providers of a federated user.",
            "Custom attributes keep custom: in their names; those that the client may not read are left out.",
            (
                "With a custom domain userinfo and the OAuth endpoints have another host; issuer and keys stay at "
                "cognito-idp.REGION.amazonaws.com."
            ),
            "python-social-auth identifies by username.",
            "Auth0 reaches Cognito by its strategy oidc, whose user_id begins with oidc|.",
        ),
        sources=("https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html",),
    ),
    token=TokenFacts(
        form="jwt",
        contents=(
            "An RS256 JWT: sub, username, client_id, token_use access, scope, cognito:groups, version. There is no "
            "aud: client_id is the client. Scopes of resource servers change it, and in paid tiers a trigger before "
            "its making. Tokens of the user pools API have the scope aws.cognito.signin.user.admin alone."
        ),
        lifetime=3600,
        validity="One hour for a new app client, 5 minutes to a day as it is set; refresh tokens 30 days.",
        renewal=renew_by_refresh_token(
            "No new refresh token comes unless rotation is on.",
            "https://{domain}.auth.{region}.amazoncognito.com/oauth2/token",
            basic=True,
            required_credentials=("domain", "region", "client_id", "client_secret"),
        ),
        termination=revoke_by_request(
            "Form field token, a refresh token only; its access tokens then fail at Cognito itself, and pass every "
            "check by keys. 200 for an invalid token too, 400 unsupported_token_type for another kind.",
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
            "openid, profile, email, phone, aws.cognito.signin.user.admin and RESOURCE_SERVER/SCOPE, enabled for the "
            "app client and asked for at the authorize endpoint; openid must go with email, phone and profile."
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
            "token_use must be access. A pool has two keys, one for each kind of token. Userinfo would show "
            "a token at work, but refuses a good one without scope openid too, so it is not asked."
        ),
    ),
)
