"""Keycloak: OpenID Connect of a realm, with introspection."""

from __future__ import annotations

from idp_checks.providers.sdk import (
    CLIENT_AUTH_METHODS,
    LibraryFacts,
    OpenIdClaims,
    Operation,
    ProfileFacts,
    Provider,
    RequestTemplate,
    Scopes,
    TokenFacts,
    introspection_endpoint,
    renew_by_refresh_token,
    revoke_by_request,
)


class UserInfo(OpenIdClaims):
    """Userinfo of a realm, https://www.keycloak.org/securing-apps/oidc-layers."""


PROVIDER = Provider(
    name="keycloak",
    title="Keycloak",
    kind="generic",
    protocol="oidc",
    aliases={"social_core": "keycloak", "authjs": "keycloak"},
    libraries={
        "social_core": LibraryFacts(settings={"SOCIAL_AUTH_KEYCLOAK_PUBLIC_KEY": "sample"}),
    },
    docs=(
        "https://www.keycloak.org/securing-apps/oidc-layers",
        "https://www.keycloak.org/docs/latest/server_admin/",
        "https://www.keycloak.org/docs/latest/upgrading/",
        "https://github.com/keycloak/keycloak/tree/main/services/src/main/java/org/keycloak/protocol/oidc/endpoints",
    ),
    profile=ProfileFacts(
        shapes=(UserInfo,),
        request=RequestTemplate("https://{host}/realms/{realm}/protocol/openid-connect/userinfo"),
        vouching=(
            "the realm's email_verified: set by the realm's verification email, by an administrator, or copied from an "
            "identity provider that the realm trusts"
        ),
        subject_scope="the realm",
        quirks=(
            "The nickname is preferred_username, the username. A mapped claim nickname takes precedence.",
            "email_verified may be present without an email address. Several users may have the same email address.",
            "The identifier is a UUID, or f:PROVIDER:ID for a user of a federated store.",
            "A picture is present only if a user attribute is mapped to it.",
            "On WildFly, up to version 17, every path begins with /auth. Later versions use /auth only if configured.",
            "Userinfo requires scope openid in the token and otherwise responds with 403 (since version 20).",
            "Since version 25, sub requires the client scope basic. Without it the response has no identifier.",
            "Userinfo may be a signed or encrypted JWT instead of JSON. It must be verified first.",
            "python-social-auth uses the username as identifier unless configured to use sub.",
            "Auth0 connects to Keycloak with the strategy oidc, whose user_id begins with oidc|.",
        ),
        sources=(
            "https://www.keycloak.org/docs/latest/upgrading/",
            "https://github.com/keycloak/keycloak/tree/main/services/src/main/java/org/keycloak/protocol/oidc/endpoints",
        ),
    ),
    token=TokenFacts(
        form="jwt",
        contents=(
            "An RS256 JWT by default. It contains azp for the client, aud (absent, a string or a list: account and the "
            "clients whose roles the user has), realm_access, resource_access, scope, and the claims of mappers. A "
            "lightweight token contains little, and introspection returns the rest."
        ),
        lifetime=300,
        validity=(
            "This is the default of a new realm. Realm and client can set another lifetime, which never exceeds the "
            "session."
        ),
        renewal=renew_by_refresh_token(
            (
                "The refresh token ends with the session unless offline_access was granted. A setting of the realm "
                "determines whether the refresh token changes."
            ),
            "https://{host}/realms/{realm}/protocol/openid-connect/token",
            basic=True,
            required_credentials=("host", "realm", "client_id", "client_secret"),
        ),
        termination=revoke_by_request(
            (
                "A client can revoke only its own tokens; Keycloak responds with 400 to others. The revocation of a "
                "refresh token also ends the client's session. Keycloak responds to an unknown token with 200 and an "
                "error in the body."
            ),
            "https://{host}/realms/{realm}/protocol/openid-connect/revoke",
            basic=True,
            required_credentials=("host", "realm", "client_id", "client_secret"),
            params={"token_type_hint": "access_token"},
        ),
        uses=Operation(
            request=RequestTemplate(
                "https://{host}/realms/{realm}/protocol/openid-connect/userinfo", required_credentials=("host", "realm")
            ),
            required_scopes=("openid",),
        ),
        sources=(
            "https://www.keycloak.org/docs/latest/server_admin/",
            "https://www.keycloak.org/securing-apps/oidc-layers",
        ),
    ),
    scopes=Scopes(
        profile=("openid", "profile"),
        email=("email",),
        adding=(
            "Keycloak always grants default client scopes (profile and email in a new client), and grants optional "
            "client scopes (address, phone, offline_access, microprofile-jwt, custom ones) on request."
        ),
        sources=("https://www.keycloak.org/docs/latest/server_admin/",),
    ),
    debug=introspection_endpoint(
        "https://{host}/realms/{realm}/protocol/openid-connect/token/introspect",
        required_credentials=("host", "realm", "client_id", "client_secret"),
        authentications=CLIENT_AUTH_METHODS,
        audience="https://{host}/realms/{realm}",
        source="https://www.keycloak.org/docs/latest/upgrading/",
        note=(
            "Since 26.6.2 a token is inactive to a client that is not in its aud, even to the client that it was "
            "issued to (azp). That client needs an audience mapper, or the deprecated option "
            "allow-token-introspection-without-audience-check. Earlier servers return the full response to every "
            "confidential client of the realm, so compare client_id. A public client receives 403. A mapper may "
            "overwrite claims. For servers under /auth, set issuer_url to a URL that ends in /auth."
        ),
    ),
    uncertain=(
        "Keycloak never states why a token is refused.",
        "The responses are taken from the server's code.",
    ),
)
