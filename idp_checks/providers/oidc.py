"""OpenID Connect: any issuer, its endpoints found by discovery."""

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
        vouching="the issuer's email_verified: worth as much as the issuer is trusted for the domain of the address",
        subject_scope="the issuer; with pairwise subjects, the client's sector at the issuer",
        quirks=(
            "The nickname is the claim nickname; without it preferred_username, which is neither unique nor stable.",
            "A claim that is not given should be absent; some servers send null or an empty text.",
            "Some servers write email_verified as a text, where the standard has a boolean: it says nothing here.",
            "The answer may be a signed or encrypted JWT (application/jwt): no JSON, and to be verified first.",
            "A claim's name may carry a language, such as family_name#ja-Kana-JP.",
            "sub must equal that of the ID token, or the answer may not be used.",
            "Distributed claims bring an access token of their own in _claim_sources.",
            "Auth0 reads the ID token and does not call userinfo, unless told to.",
            "Auth0's stored user_id usually holds the connection as well: oidc|CONNECTION|sub.",
        ),
        sources=(
            "https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims",
            "https://auth0.com/docs/authenticate/identity-providers/enterprise-identity-providers/oidc",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "Opaque or a JWT, as the issuer likes; RFC 9068 is the common form of a JWT (typ at+jwt, with iss, exp, "
            "aud, sub, client_id, iat and jti). A client chooses scopes, and where supported the resource (RFC 8707) "
            "and claims. An ID token is no access token: its aud is the client."
        ),
        validity="Set by each issuer; expires_in of the token answer, where it is given.",
        renewal=renew_by_refresh_token(
            "A refresh token usually needs scope offline_access, and may change at each use.",
            "{token_endpoint}",
            basic=True,
            required_credentials=("token_endpoint", "client_id", "client_secret"),
            template_class=CredentialUrlTemplate,
        ),
        termination=revoke_by_request(
            "RFC 7009: form fields token and token_type_hint, the client authenticates; 200 for an unknown token too, "
            "400 unsupported_token_type where access tokens cannot be revoked. Not every issuer has it.",
            "{revocation_endpoint}",
            basic=True,
            required_credentials=("revocation_endpoint", "client_id", "client_secret"),
            template_class=CredentialUrlTemplate,
            params={"token_type_hint": "access_token"},
        ),
        uses=Operation(
            "Needs a token with scope openid.",
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
            "Authorise again with more scopes; the person is normally asked anew. openid, profile, email, address, "
            "phone and offline_access are standard, scopes_supported of the discovery document may list more."
        ),
        sources=("https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims",),
    ),
    debug=DiscoveredEndpoint(
        source="https://www.rfc-editor.org/rfc/rfc7662#section-2",
        note=(
            "Only active is sure to be in the answer: a client, audience, subject or end that is missing is no match. "
            "active false also answers those who may not ask about this token. Discovery often leaves the "
            "introspection endpoint out: then the signature of an RFC 9068 token counts, or userinfo, which proves no "
            "client. client_auth, private_key and their like say how to authenticate, where the document leaves a "
            "choice; an assertion is meant for the issuer, unless client_auth_audience names what the server knows "
            "itself by (the token endpoint at older ones). An ID token is checked where kind is id_token, or its "
            "access_token is at hand, which at_hash must be that of."
        ),
    ),
    uncertain=(
        (
            "Introspection refuses without a reason and also those who may not ask, userinfo without a reason; only a "
            "signature tells an expired token from another bad one."
        ),
    ),
)
