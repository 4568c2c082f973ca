"""OpenID Connect: any issuer, with endpoints from the discovery document."""

from __future__ import annotations

from idp_checks.providers.sdk import (
    CredentialUrlTemplate,
    DiscoveredEndpoint,
    LibraryFacts,
    OpenIdClaims,
    Operation,
    ProfileFacts,
    Provider,
    RequestTemplate,
    Scopes,
    TokenFacts,
    renew_by_refresh_token,
    revoke_by_request,
)

PROVIDER = Provider(
    name="oidc",
    title="OpenID Connect",
    kind="generic",
    protocol="oidc",
    aliases={"social_core": "oidc", "allauth": "openid_connect"},
    libraries={
        "social_core": LibraryFacts(settings={"SOCIAL_AUTH_OIDC_OIDC_ENDPOINT": "{host}"}),
    },
    docs=(
        "https://openid.net/specs/openid-connect-core-1_0.html",
        "https://openid.net/specs/openid-connect-discovery-1_0.html",
        "https://www.rfc-editor.org/rfc/rfc7662",
        "https://www.rfc-editor.org/rfc/rfc7009",
        "https://www.rfc-editor.org/rfc/rfc9068",
        "https://auth0.com/docs/authenticate/identity-providers/enterprise-identity-providers/oidc",
    ),
    profile=ProfileFacts(
        shapes=(OpenIdClaims,),
        request=RequestTemplate("{userinfo_endpoint}"),
        vouching=(
            "the issuer's email_verified; only as trustworthy as the issuer is for the domain of the email address"
        ),
        subject_scope="the issuer; with pairwise subjects, the client's sector at the issuer",
        quirks=(
            "The nickname is the claim nickname, else preferred_username, which is neither unique nor stable.",
            "A claim without a value should be absent. Some servers send null or an empty string.",
            "Some servers send email_verified as a string instead of the standard's boolean. A string is ignored.",
            (
                "The response may be a signed or encrypted JWT (application/jwt). It is not JSON, and its signature "
                "must be verified first."
            ),
            "The name of a claim may include a language, such as family_name#ja-Kana-JP.",
            "sub must equal the sub of the ID token. Otherwise the response must not be used.",
            "Distributed claims include a separate access token in _claim_sources.",
            "By default, Auth0 reads the ID token and does not call userinfo.",
            "Auth0's stored user_id usually includes the connection: oidc|CONNECTION|sub.",
        ),
        sources=(
            "https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims",
            "https://auth0.com/docs/authenticate/identity-providers/enterprise-identity-providers/oidc",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "The issuer decides whether the token is opaque or a JWT. The common JWT profile is RFC 9068 (typ at+jwt, "
            "with iss, exp, aud, sub, client_id, iat and jti). A client chooses scopes and, if supported, the "
            "resource (RFC 8707) and claims. An ID token is not an access token: its aud is the client."
        ),
        validity="Each issuer sets the lifetime. The token response may state it in expires_in.",
        renewal=renew_by_refresh_token(
            "A refresh token usually requires scope offline_access and may change at each use.",
            "{token_endpoint}",
            basic=True,
            required_credentials=("token_endpoint", "client_id", "client_secret"),
            template_class=CredentialUrlTemplate,
        ),
        termination=revoke_by_request(
            "As in RFC 7009: form fields token and token_type_hint, with client authentication. The issuer returns 200 "
            "for an unknown token too, and 400 unsupported_token_type if access tokens cannot be revoked. Not every "
            "issuer has this endpoint.",
            "{revocation_endpoint}",
            basic=True,
            required_credentials=("revocation_endpoint", "client_id", "client_secret"),
            template_class=CredentialUrlTemplate,
            params={"token_type_hint": "access_token"},
        ),
        uses=Operation(
            "Requires scope openid.",
            CredentialUrlTemplate("{userinfo_endpoint}", required_credentials=("userinfo_endpoint",)),
        ),
        sources=(
            "https://www.rfc-editor.org/rfc/rfc6749",
            "https://www.rfc-editor.org/rfc/rfc7009",
            "https://www.rfc-editor.org/rfc/rfc9068",
        ),
    ),
    scopes=Scopes(
        profile=("openid", "profile"),
        email=("email",),
        adding=(
            "Authorize again with more scopes. The user is normally asked for consent again. openid, profile, email, "
            "address, phone and offline_access are standard. scopes_supported of the discovery document may list "
            "more."
        ),
        sources=("https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims",),
    ),
    debug=DiscoveredEndpoint(
        source="https://www.rfc-editor.org/rfc/rfc7662#section-2",
        note=(
            "Only active is guaranteed in the response. A missing client, audience, subject or expiry does not match. "
            "The issuer also returns active false to clients without permission to introspect the token. Discovery "
            "documents often omit the introspection endpoint. In that case, the signature of an RFC 9068 token is "
            "verified, or userinfo is called, which does not prove the client. If the document allows several "
            "authentication methods, client_auth, private_key and related credentials select the method. The audience "
            "of an assertion is the issuer, unless client_auth_audience contains another audience (the token endpoint "
            "at older servers). An ID token is checked if kind is id_token, or if its access_token is available. "
            "at_hash must match that access token."
        ),
    ),
    uncertain=(
        (
            "Introspection does not state the reason for a refusal, and also refuses clients without permission. "
            "Userinfo does not state the reason either. Only a signature check distinguishes an expired token from "
            "another invalid token."
        ),
    ),
)
