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
            "the realm's email_verified: set by its own mail, by an administrator, or taken over from an identity "
            "provider that the realm trusts"
        ),
        subject_scope="the realm",
        quirks=(
            "The nickname is preferred_username, the username; a mapped claim nickname comes first.",
            "email_verified may come without an address; an address may be that of several users.",
            "The identifier is a UUID, or f:PROVIDER:ID for a user of a federated store.",
            "A picture is there only where a user attribute is mapped to it.",
            "On WildFly, to version 17, every path begins with /auth; later only where it is configured so.",
            "Userinfo needs scope openid in the token, else 403 (since version 20).",
            "Since version 25 sub comes by the client scope basic: without it there is no identifier.",
            "Userinfo may answer with a signed or encrypted JWT: no JSON, and to be verified first.",
            "python-social-auth identifies by the username, unless told to take sub.",
            "Auth0 reaches Keycloak by its strategy oidc, whose user_id begins with oidc|.",
        ),
        sources=(
            "https://www.keycloak.org/docs/latest/upgrading/",
            "https://github.com/keycloak/keycloak/tree/main/services/src/main/java/org/keycloak/protocol/oidc/endpoints",
        ),
    ),
    token=TokenFacts(
        form="jwt",
        contents=(
            "An RS256 JWT by default, with azp for the client, aud (absent, a text or a list: account and the clients "
            "whose roles the user has), realm_access, resource_access, scope, and what mappers add. A lightweight "
            "token holds little, and introspection tells the rest."
        ),
        lifetime=300,
        validity="5 minutes in a new realm; a setting of realm and client, and never longer than the session.",
        renewal=renew_by_refresh_token(
            (
                "Ends with the session, unless offline_access was granted. Whether the refresh token changes is "
                "a setting of the realm."
            ),
            "https://{host}/realms/{realm}/protocol/openid-connect/token",
            basic=True,
            required_credentials=("host", "realm", "client_id", "client_secret"),
        ),
        termination=revoke_by_request(
            "Form fields token and token_type_hint, the client authenticates; for its own tokens only (else 400). A "
            "refresh token ends the client's session with it; an unknown token gives 200 with an error in the body.",
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
            "Client scopes: default ones (profile and email in a new client) are always granted, optional ones "
            "(address, phone, offline_access, microprofile-jwt, own ones) when asked for."
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
            "Since 26.6.2 a token is inactive to a client that is not in its aud, also to the client that it was "
            "issued to (azp): that client needs an audience mapper, or the deprecated option "
            "allow-token-introspection-without-audience-check. Earlier servers answer every confidential client of the "
            "realm in full, so client_id is to be compared. A public client gets 403. A mapper may overwrite claims. "
            "Servers under /auth are asked by an address of the caller's own that ends in it."
        ),
    ),
    uncertain=(
        "Why a token is refused is never told: every refusal is bare.",
        "The answers are those of the server's code.",
    ),
)
