"""PingFederate: a SAML login by the attributes of its contract, and tokens for its OAuth clients."""

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


class Person(SamlAssertion, kw_only=True):
    """An assertion, whose NameID is the address as well where it is one.

    https://auth0.com/docs/authenticate/identity-providers/enterprise-identity-providers/saml
    """

    name_id: SamlIds = field(name=SAML_NAME_ID)

    def pick_email(self) -> str | None:
        return first_email(self.name_id, self.emailaddress, self.email, self.oid_mail, self.mail)


class UserInfo(OpenIdClaims):
    """Userinfo of an OAuth client, by the server's OpenID Connect policy."""

    vouched_by: ClassVar[Path | None] = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        said = OpenIdClaims.claims(self, also)
        said.email_verified = None
        return said


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
        shapes=(Person, UserInfo),
        request=None,
        subject_scope="the server",
        quirks=(
            (
                "Auth0's own mapping for PingFederate takes identifier and address from nameidentifier. Where that is "
                "no address, emailaddress counts."
            ),
            (
                "The attribute contract of the connection decides what is sent, and under which names: claim "
                "addresses, or plain words such as mail and firstName."
            ),
            "An assertion vouches for no address, and there is no picture.",
            "PingOne is another product with endpoints of its own.",
            "Auth0's stored user_id may hold the connection as well.",
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
            "Auth0's connection is SAML and gives no access token. An OAuth client gets, as its access token manager "
            "is set, a reference token or a signed JWT, encrypted if so set; scope, client_id and audience in it are "
            "settings, all else is the manager's attribute contract."
        ),
        validity="Set in the access token manager of each server.",
        renewal=renew_by_refresh_token(
            "grant_type=refresh_token, where the client may use it; whether the refresh token changes is a setting.",
            "https://{host}/as/token.oauth2",
            basic=True,
            required_credentials=("host", "client_id", "client_secret"),
        ),
        termination=revoke_by_request(
            "RFC 7009: form fields token and token_type_hint, the client authenticates. A JWT only where its manager "
            "allows it; else its refresh token, which takes the grant and its access tokens along.",
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
            "None for SAML, where the attribute contract decides. OAuth scopes are the administrator's (common and "
            "exclusive ones, groups of scopes), tied to claims by the OpenID Connect policy."
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
            "For tokens that PingFederate issued as an OAuth server, not for the login by SAML. scope is left out "
            "where only the default scope was granted, username and sub come only where the token manager maps them. "
            "A refresh token is active and nothing else, so an answer without client_id proves no client. Whether a "
            "client sees the tokens of others is a setting; a signed answer comes only when asked for (since 11.2). "
            "Keys of JWTs stand at /pf/JWKS."
        ),
    ),
    uncertain=(
        "Why a token is refused is never told: every refusal is bare.",
        "The answer about the token of another client is known by the general form alone.",
        "What email_verified of userinfo is worth is up to the server's policy: it says nothing here.",
        "sub of a token or of userinfo need not be the NameID of the login: it is up to settings of the server.",
        "Of several NameIDs none is taken: their order means nothing.",
    ),
)
