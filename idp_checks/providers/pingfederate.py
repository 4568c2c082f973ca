"""PingFederate: SAML login with the attributes of a contract, and tokens for OAuth clients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import field

from idp_checks.providers.sdk import (
    CLIENT_AUTH_METHODS,
    SAML_NAME_ID,
    Claims,
    OpenIdClaims,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    RequestTemplate,
    SamlAssertion,
    SamlIds,
    Scopes,
    TokenFacts,
    first_email,
    introspection_endpoint,
    renew_by_refresh_token,
    revoke_by_request,
)


class Assertion(SamlAssertion, kw_only=True):
    """An assertion. The NameID is also the email address if it has the form of an email address.

    https://auth0.com/docs/authenticate/identity-providers/enterprise-identity-providers/saml
    """

    name_id: SamlIds = field(name=SAML_NAME_ID)

    def pick_email(self) -> str | None:
        return first_email(self.name_id, self.emailaddress, self.email, self.oid_mail, self.mail)


class UserInfo(OpenIdClaims):
    """The userinfo response for an OAuth client. The server's OpenID Connect policy defines its claims."""

    vouched_by: ClassVar[Path | None] = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        claims = OpenIdClaims.claims(self, also)
        claims.email_verified = None
        return claims


PROVIDER = Provider(
    name="pingfederate",
    title="PingFederate",
    kind="enterprise",
    protocol="saml",
    docs=(
        "https://docs.pingidentity.com/pingfederate/latest/developers_reference_guide/pf_introspec_endpoint.html",
        "https://docs.pingidentity.com/pingfederate/latest/developers_reference_guide/pf_token_revoc_endpoint.html",
        "https://docs.pingidentity.com/pingfederate/latest/developers_reference_guide/pf_openid_provider_config_endpoint.html",
        "https://auth0.com/docs/authenticate/identity-providers/enterprise-identity-providers/ping-federate",
    ),
    profile=ProfileFacts(
        shapes=(Assertion, UserInfo),
        request=None,
        subject_scope="the server",
        quirks=(
            (
                "Auth0's mapping for PingFederate reads the identifier and the email address from nameidentifier. If "
                "nameidentifier is not an email address, emailaddress is used."
            ),
            (
                "The attribute contract of the connection defines the attributes and their names: claim URIs, or "
                "plain names such as mail and firstName."
            ),
            "An assertion contains no picture.",
            "PingOne is a different product with different endpoints.",
            "Auth0's stored user_id may include the connection.",
        ),
        sources=(
            "https://auth0.com/docs/authenticate/identity-providers/enterprise-identity-providers/saml",
            "https://auth0.com/docs/authenticate/identity-providers/enterprise-identity-providers/ping-federate",
            "https://github.com/auth0/passport-wsfed-saml2",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "Auth0's connection uses SAML and does not issue an access token. For an OAuth client, the access token "
            "manager issues a reference token or a signed JWT, which may also be encrypted. Settings decide whether "
            "the JWT contains scope, client_id and audience. The manager's attribute contract defines all other "
            "claims."
        ),
        validity="The access token manager of each server sets the lifetime.",
        renewal=renew_by_refresh_token(
            "The client must be allowed to use this grant. A setting decides whether the refresh token changes.",
            "https://{host}/as/token.oauth2",
            basic=True,
            required_credentials=("host", "client_id", "client_secret"),
        ),
        termination=revoke_by_request(
            "RFC 7009, with client authentication. A JWT can be revoked only if its manager allows it. Otherwise "
            "revoke its refresh token, which revokes the grant and its access tokens.",
            "https://{host}/as/revoke_token.oauth2",
            basic=True,
            required_credentials=("host", "client_id", "client_secret"),
            params={"token_type_hint": "access_token"},
        ),
        uses=Operation(
            request=RequestTemplate("https://{host}/idp/userinfo.openid", required_credentials=("host",)),
            required_scopes=("openid",),
        ),
        sources=(
            "https://docs.pingidentity.com/pingfederate/latest/developers_reference_guide/pf_token_revoc_endpoint.html",
            "https://docs.pingidentity.com/pingfederate/latest/developers_reference_guide/pf_openid_provider_config_endpoint.html",
        ),
    ),
    scopes=Scopes(
        profile=("openid", "profile"),
        email=("email",),
        adding=(
            "Not available for SAML, where the attribute contract decides. The administrator defines the OAuth scopes "
            "(common scopes, exclusive scopes and scope groups). The OpenID Connect policy maps them to claims."
        ),
        sources=(
            "https://docs.pingidentity.com/pingfederate/latest/developers_reference_guide/pf_openid_provider_config_endpoint.html",
        ),
    ),
    debug=introspection_endpoint(
        "https://{host}/as/introspect.oauth2",
        required_credentials=("host", "client_id", "client_secret"),
        authentications=CLIENT_AUTH_METHODS,
        audience="https://{host}",
        source=(
            "https://docs.pingidentity.com/pingfederate/latest/developers_reference_guide/pf_introspec_endpoint.html"
        ),
        note=(
            "This endpoint checks tokens that PingFederate issued as an OAuth server, not the SAML login. The "
            "response omits scope if only the default scope was granted. It contains username and sub only if the "
            "token manager maps them. For a refresh token the response contains only active, so a response without "
            "client_id does not prove the client. A setting decides whether a client can introspect the tokens of "
            "other clients. A signed response must be requested (since 11.2). The keys of JWTs are at /pf/JWKS."
        ),
    ),
    uncertain=(
        "The response to the token of another client is known only in its general form.",
        "The meaning of email_verified in userinfo depends on the server's policy, so it is ignored.",
        (
            "sub of a token or of userinfo may differ from the NameID of the assertion. The server's settings "
            "determine both."
        ),
        "If there are several NameIDs, none is used: their order has no meaning.",
    ),
)
