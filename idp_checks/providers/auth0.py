"""Auth0: a tenant as the issuer.

The tenant's user identifiers have the form of Auth0's ``user_id``, with the provider in front.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from msgspec import Meta
from msgspec.structs import replace

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Flag,
    HttpEndpoint,
    LibraryFacts,
    Name,
    OpenIdClaims,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    Refusal,
    RequestTemplate,
    Scopes,
    Shape,
    SignedToken,
    Steps,
    TokenFacts,
    TokenRules,
    Url,
    UserInfoResponse,
    Username,
    bool_or_none,
    by_bearer,
    first_nonblank,
    read_header,
    renew_by_refresh_token,
    revoke_by_request,
)

JWE_DOTS = 4
"""Number of dots in an encrypted token (RFC 7516, section 3.1); alg is dir if userinfo accepts the token."""

Sub = Annotated[str, Meta(pattern=r"^[^|]+\|.", extra={"means": "id"})]
"""A user_id of the tenant: provider, vertical bar and identifier, which may contain further bars."""


def local_id(sub: str) -> str:
    """Return the identifier within the tenant.

    This is the part after ``auth0|`` for users of the tenant's own databases, and the whole ``sub`` for federated
    users. A tenant identifies its federated users as ``google-oauth2|ID``. Used unchanged, this would be the
    ``user_id`` of that user at Google, and any tenant could impersonate any user. An identifier of a database script
    that contains a bar also stays whole, because it could equal the identifier of a federated user.
    """
    ident = sub.removeprefix("auth0|")
    return sub if "|" in ident else ident


class UserInfo(OpenIdClaims):
    """Userinfo, https://auth0.com/docs/api/authentication/user-profile/get-user-info."""

    sub: Sub

    def claims(self, also: Mapping[str, Any]) -> Claims:
        claims = OpenIdClaims.claims(self, also)
        claims.id = local_id(self.sub)
        return claims


class User(Shape):
    """A user of the Management API or of a database script.

    https://auth0.com/docs/manage-users/user-accounts/user-profiles/user-profile-structure
    """

    subject: ClassVar[Path] = ("user_id",)
    vouched_by: ClassVar[Path | None] = ("email_verified",)

    user_id: Sub
    name: Name = None
    given_name: Name = None
    family_name: Name = None
    nickname: Username = None
    username: Username = None
    picture: Url = None
    email: Email = None
    email_verified: Flag = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=local_id(self.user_id),
            name=self.name,
            given_name=self.given_name,
            family_name=self.family_name,
            username=first_nonblank(self.nickname, self.username),
            email=self.email,
            email_verified=bool_or_none(self.email_verified),
            picture=self.picture,
        )


class TenantToken(SignedToken):
    """A token of a tenant; the caller may know the user by the part of ``sub`` after the bar.

    https://auth0.com/docs/secure/tokens/access-tokens/validate-access-tokens
    """

    def steps(self, question: Question) -> Steps:
        token = question.token.reveal()
        algorithm = (read_header(token) or {}).get("alg")
        if token.count(".") == JWE_DOTS and algorithm not in (None, "dir"):
            return Reading(
                active=None, reason="not_stated", detail="encrypted for its API, and only that API can decrypt it"
            )
        if not self.is_unsigned(token) and algorithm == "HS256":
            return Reading(active=None, reason="not_stated", detail="signed with a secret that only its API knows")
        reading = yield from super().steps(question)
        if reading.active is not True or question.subject is None or reading.subject != f"auth0|{question.subject}":
            return reading
        # An identifier that contains a bar may be the complete user_id of another user.
        return replace(reading, subject=None if "|" in question.subject else question.subject)


PROVIDER = Provider(
    name="auth0",
    title="Auth0 (a tenant as the issuer)",
    kind="generic",
    protocol="oidc",
    aliases={"social_core": "auth0", "allauth": "auth0", "authjs": "auth0"},
    libraries={
        "social_core": LibraryFacts(classes={UserInfo: ""}, settings={"SOCIAL_AUTH_AUTH0_DOMAIN": "{domain}"}),
        "allauth": LibraryFacts(classes={UserInfo: ""}, settings={"AUTH0_URL": "{host}"}),
    },
    docs=(
        "https://auth0.com/docs/api/authentication/user-profile/get-user-info",
        "https://auth0.com/docs/secure/tokens/access-tokens",
        "https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles",
        "https://auth0.com/docs/secure/tokens/access-tokens/validate-access-tokens",
        "https://auth0.com/docs/secure/tokens/json-web-tokens/json-web-key-sets",
    ),
    profile=ProfileFacts(
        shapes=(UserInfo, User),
        request=RequestTemplate("https://{domain}/userinfo"),
        vouching=(
            "the tenant's email_verified: set by the tenant's own mail for a database user, by the identity provider "
            "for a federated user (false if that provider does not state it), or by an administrator"
        ),
        subject_scope="the tenant",
        quirks=(
            (
                "sub is a complete user_id of the tenant: auth0| is not put in front of it again. For federated "
                "users the first part is another provider (google-oauth2|ID, samlp|CONNECTION|ID). They stay users "
                "of the tenant here, with the complete sub after auth0|."
            ),
            "A user of the Management API has user_id instead of sub, and also identities, metadata and timestamps.",
            "identities[].user_id is a string or a number, without the provider in front.",
            "The names of custom claims are URLs, not dotted paths.",
            "updated_at is an ISO 8601 string, although OpenID Connect requires a number.",
            "With scope openid alone, userinfo returns only sub.",
            "If a database user has no name, name contains the email address.",
            (
                "A tenant that is the identity provider of another tenant is the provider auth0-oidc there: "
                "auth0-oidc precedes the user_id."
            ),
        ),
        sources=(
            "https://auth0.com/docs/api/authentication/user-profile/get-user-info",
            "https://auth0.com/docs/manage-users/user-accounts/user-profiles/user-profile-structure",
        ),
    ),
    token=TokenFacts(
        form="jwt",
        contents=(
            "Without an audience: an encrypted token (five parts, alg dir), accepted only by userinfo. With an "
            "audience: a JWT of Auth0's profile (typ JWT, client in azp) or of RFC 9068 (typ at+jwt, client in "
            "client_id). aud contains the API, and userinfo if openid was requested. The contents depend on scopes, "
            "audience, organization and Actions. An API may be set to HS256 or to encrypted tokens. cnf binds a "
            "token to its sender."
        ),
        lifetime=86400,
        validity=(
            "One day is the default for a custom API, which may set another lifetime (at most 30 days), and for the "
            "Management API. A token for userinfo alone is valid for one day from the code flow and 2 hours from the "
            "implicit flow. A token for the MFA API is valid for 10 minutes."
        ),
        renewal=renew_by_refresh_token(
            "Requires scope offline_access and an API that allows it. Rotation is a setting of the application.",
            "https://{domain}/oauth/token",
            required_credentials=("domain", "client_id", "client_secret"),
        ),
        termination=revoke_by_request(
            "Takes refresh tokens only, as JSON or a form. Returns 200 with an empty body. Access tokens stay valid "
            "until they expire.",
            "https://{domain}/oauth/revoke",
            token="refresh",
            required_credentials=("domain", "client_id", "client_secret"),
        ),
        uses=Operation(
            "Requires scope openid. Accepts the encrypted token, or an RS256 JWT whose aud contains userinfo.",
            RequestTemplate("https://{domain}/userinfo", required_credentials=("domain",)),
        ),
        sources=(
            "https://auth0.com/docs/secure/tokens/access-tokens",
            "https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles",
            "https://auth0.com/docs/secure/tokens/access-tokens/update-access-token-lifetime",
            "https://auth0.com/docs/secure/tokens/refresh-tokens/revoke-refresh-tokens",
        ),
    ),
    scopes=Scopes(
        profile=("openid", "profile"),
        email=("email",),
        adding=(
            "Scopes of an API require its identifier as the audience. They are granted only if the API defines them "
            "and the roles allow them. offline_access adds a refresh token."
        ),
        sources=("https://auth0.com/docs/get-started/apis/scopes/openid-connect-scopes",),
    ),
    debug=TenantToken(
        url="https://{domain}/.well-known/jwks.json",
        rules=TokenRules(
            issuers=("https://{domain}/",), algorithms=("RS256", "RS512", "PS256"), client_claims=("azp", "client_id")
        ),
        required_credentials=("domain",),
        proves=frozenset({"client", "subject", "scopes", "end"}),
        opaque=HttpEndpoint(
            kind="userinfo-probe",
            url="https://{domain}/userinfo",
            response_model=UserInfoResponse,
            placement=by_bearer(),
            required_credentials=("domain",),
            proves=frozenset({"subject"}),
            refusals=(Refusal(401, "denied", "Unauthorized"),),
            source="https://auth0.com/docs/api/authentication/user-profile/get-user-info",
        ),
        source="https://auth0.com/docs/secure/tokens/access-tokens/validate-access-tokens",
        note=(
            "A blocked or deleted user is not detected either. The encrypted token is sent to userinfo, which proves "
            "the user but not the application. Userinfo allows a burst of 10 calls, then 5 a minute, for each user. "
            "domain is the domain at which the token was requested: a custom domain is in iss."
        ),
    ),
    uncertain=(
        "The refusal of userinfo was observed as plain text. Any other body leaves the token undecided.",
        (
            "A token that is signed with HS256 or encrypted for an API can be checked only by that API. It stays "
            "undecided."
        ),
        (
            "A user_id without its provider is compared only with users of the tenant's own databases. If it "
            "contains a bar, it could be a complete user_id, and the account is undecided."
        ),
        (
            "A tenant may put any provider into sub. Its users can then have the same keys as users of other "
            "connections."
        ),
    ),
)
