"""Auth0: a tenant as the issuer. It names its users as Auth0's profiles do, the provider in front."""

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
    Username,
    bool_or_none,
    by_bearer,
    first_nonblank,
    read_header,
    renew_by_refresh_token,
    revoke_by_request,
)
from idp_checks.providers.sdk import UserInfoResponse as Named

JWE_DOTS = 4
"""Dots of an encrypted token (RFC 7516, section 3.1); alg is dir in those that userinfo takes."""

Sub = Annotated[str, Meta(pattern=r"^[^|]+\|.", extra={"means": "id"})]
"""A user's name in the tenant: a provider, a bar, and the identifier there, which may hold bars of its own."""


def local(sub: str) -> str:
    """The identifier: the part behind ``auth0|`` of a user of the tenant's own, the whole for a federated one.

    A tenant names its federated users ``google-oauth2|ID``. Taken as it stands that would be the ``user_id`` of that
    person at Google, and any tenant could name anybody. An identifier of a database script that holds a bar stays whole
    too: it could spell a federated user's name.
    """
    ident = sub.removeprefix("auth0|")
    return sub if "|" in ident else ident


class UserInfo(OpenIdClaims):
    """Userinfo, https://auth0.com/docs/api/authentication/user-profile/get-user-info."""

    sub: Sub

    def claims(self, also: Mapping[str, Any]) -> Claims:
        said = OpenIdClaims.claims(self, also)
        said.id = local(self.sub)
        return said


class User(Shape):
    """A user of the Management API, or of a database script.

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
            id=local(self.user_id),
            name=self.name,
            given_name=self.given_name,
            family_name=self.family_name,
            username=first_nonblank(self.nickname, self.username),
            email=self.email,
            email_verified=bool_or_none(self.email_verified),
            picture=self.picture,
        )


class TenantToken(SignedToken):
    """A token of a tenant; a user may be known by the part of ``sub`` behind the bar alone.

    https://auth0.com/docs/secure/tokens/access-tokens/validate-access-tokens
    """

    def steps(self, question: Question) -> Steps:
        token = question.token.reveal()
        algorithm = (read_header(token) or {}).get("alg")
        if token.count(".") == JWE_DOTS and algorithm not in (None, "dir"):
            return Reading(active=None, reason="not_stated", detail="encrypted for its API, which alone can read it")
        if not self.is_unsigned(token) and algorithm == "HS256":
            return Reading(active=None, reason="not_stated", detail="signed by a secret that its API alone shares")
        reading = yield from super().steps(question)
        if reading.active is not True or question.subject is None or reading.subject != f"auth0|{question.subject}":
            return reading
        # What has a bar of its own may be the whole name of another user.
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
            "the tenant's email_verified: by its own mail for a database user, by the identity provider for a "
            "federated one (false where that says nothing), and as an administrator sets it"
        ),
        subject_scope="the tenant",
        quirks=(
            (
                "sub is a whole user_id of the tenant: auth0| is not put in front of it again. Of federated users the "
                "first part names another provider (google-oauth2|ID, samlp|CONNECTION|ID): they stay users of the "
                "tenant here, with the whole behind auth0|."
            ),
            "A user of the Management API has user_id in place of sub, and identities, metadata and times beside it.",
            "identities[].user_id is a text or a number, without the provider in front.",
            "Custom claims have web addresses for names: they are no paths.",
            "updated_at is a text of ISO 8601, where OpenID Connect wants a number.",
            "Scope openid alone gives sub and nothing else.",
            "The name of a database user without one is the address.",
            "A tenant behind another tenant is the provider auth0-oidc there, which goes in front of the user_id.",
        ),
        sources=(
            "https://auth0.com/docs/api/authentication/user-profile/get-user-info",
            "https://auth0.com/docs/manage-users/user-accounts/user-profiles/user-profile-structure",
        ),
    ),
    token=TokenFacts(
        form="jwt",
        contents=(
            "Without an audience an encrypted token (five parts, alg dir), good for userinfo alone. With one a JWT of "
            "Auth0's profile (typ JWT, azp for the client) or RFC 9068's (typ at+jwt, client_id); aud lists the API, "
            "and userinfo where openid was asked for. Scopes, audience, organization and Actions change it; an API may "
            "be set to HS256 or to encrypted tokens, cnf binds a token to its sender."
        ),
        lifetime=86400,
        validity=(
            "A day for an own API unless it says otherwise (30 days at most) and for the Management API. For userinfo "
            "alone a day from the code flow, 2 hours from the implicit one; 10 minutes for the MFA API."
        ),
        renewal=renew_by_refresh_token(
            ("Needs offline_access, and an API that allows it. Rotation is a setting of the application."),
            "https://{domain}/oauth/token",
            required_credentials=("domain", "client_id", "client_secret"),
        ),
        termination=revoke_by_request(
            "Refresh tokens only: client_id, client_secret and token as JSON or a form; 200 with an empty body. An "
            "access token runs on to its end.",
            "https://{domain}/oauth/revoke",
            token="refresh",
            required_credentials=("domain", "client_id", "client_secret"),
        ),
        uses=Operation(
            "Needs scope openid: the encrypted token, or an RS256 JWT whose aud includes userinfo.",
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
            "Scopes of an API need its identifier as audience, and are granted only where the API defines them and the "
            "roles allow them; offline_access gives a refresh token."
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
            response_model=Named,
            placement=by_bearer(),
            required_credentials=("domain",),
            proves=frozenset({"subject"}),
            refusals=(Refusal(401, "denied", "Unauthorized"),),
            source="https://auth0.com/docs/api/authentication/user-profile/get-user-info",
        ),
        source="https://auth0.com/docs/secure/tokens/access-tokens/validate-access-tokens",
        note=(
            "No endpoint answers for tokens: the signature of a JWT is checked, which sees neither a revocation nor a "
            "blocked or deleted user. The encrypted token is tried at userinfo, which shows for whom it works, not for "
            "which application; userinfo allows a burst of 10 calls, then 5 a minute, for each user. domain is that at "
            "which the token was asked for: a custom one is in iss."
        ),
    ),
    uncertain=(
        "Userinfo's refusal is plain text by what is seen; any other body leaves the question open.",
        "A token signed by HS256 or encrypted for an API can be checked by that API alone: the question stays open.",
        (
            "A user_id without its provider is compared with users of the tenant's own databases alone, and one with a "
            "bar in it is not told from a whole one: the account is not stated then."
        ),
        (
            "A tenant may name any provider in a sub: where its users stand beside those of other connections, their "
            "keys may be the same."
        ),
    ),
)
