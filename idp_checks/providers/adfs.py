"""Active Directory Federation Services: WS-Federation logins and OAuth tokens."""

from __future__ import annotations

from idp_checks.providers.sdk import (
    Operation,
    ProfileFacts,
    Provider,
    RequestTemplate,
    SamlAssertion,
    SamlIds,
    Scopes,
    SignedToken,
    TokenFacts,
    TokenRules,
    renew_by_refresh_token,
    single_value,
)


class Person(SamlAssertion):
    """The claims of the assertion, or the ``sub`` that userinfo returns to an OAuth client.

    https://auth0.com/docs/authenticate/identity-providers/enterprise-identity-providers/adfs
    """

    sub: SamlIds = None

    def subject_id(self) -> str | None:
        return SamlAssertion.subject_id(self) or single_value(self.sub, "sub")


PROVIDER = Provider(
    name="adfs",
    title="Active Directory Federation Services (AD FS)",
    kind="enterprise",
    protocol="wsfed",
    docs=(
        "https://learn.microsoft.com/windows-server/identity/ad-fs/development/ad-fs-openid-connect-oauth-concepts",
        "https://learn.microsoft.com/windows-server/identity/ad-fs/overview/ad-fs-faq",
        "https://auth0.com/docs/authenticate/identity-providers/enterprise-identity-providers/adfs",
    ),
    profile=ProfileFacts(
        shapes=(Person,),
        request=None,
        subject_scope="the farm",
        quirks=(
            "The profile consists of the claims of the signed assertion. The claim names are URIs, not dotted paths.",
            (
                "WS-Federation delivers a SAML 1.1 assertion: AttributeNamespace and AttributeName are joined by a "
                "slash."
            ),
            "The identifier is nameidentifier, else upn. Auth0 also falls back to name, which is not unique.",
            "A claim with one value is a string, with several values a list (groups), without a value an empty list.",
            "A upn can be renamed, and its domain does not have to exist: it only looks like an email address.",
            "email is a copy of the claim emailaddress. The profile has no picture.",
            "Other claims keep their URI as the name. Auth0 may show only the last part of the URI.",
            "Userinfo returns only sub. Issuance rules put all other claims into the tokens.",
            "A user_id stored by Auth0 may also contain the connection. Older pages show adfs|user@domain.",
        ),
        sources=(
            "https://auth0.com/docs/authenticate/identity-providers/enterprise-identity-providers/adfs",
            "https://github.com/auth0/passport-wsfed-saml2",
        ),
    ),
    token=TokenFacts(
        form="jwt",
        contents=(
            "Auth0's connection returns no access token. An OAuth client receives an RS256 JWT. Its aud is the "
            "resource: urn:microsoft:userinfo if no resource was requested, microsoft:identityserver:CLIENT if "
            "client and API are the same. Its appid is the client, apptype is Public or Confidential, and scp "
            "contains the scopes. The rules of the web API add further claims. auth_time is an ISO time in the "
            "access token and a number in ID tokens."
        ),
        lifetime=3600,
        validity=(
            "An administrator can change the lifetime (TokenLifetime) for a relying party or web API. The assertion "
            "has its own NotBefore and NotOnOrAfter."
        ),
        renewal=renew_by_refresh_token(
            "The farm's settings for single sign-on and devices decide whether a refresh token is issued and how "
            "long it is valid.",
            "https://{host}/adfs/oauth2/token",
            required_credentials=("host", "client_id", "client_secret"),
        ),
        termination=Operation("No API call: an administrator ends the user's sessions or disables the account."),
        uses=Operation(
            "Accepts only a token whose aud is urn:microsoft:userinfo. Returns sub.",
            RequestTemplate("https://{host}/adfs/userinfo", required_credentials=("host",)),
        ),
        sources=(
            "https://learn.microsoft.com/windows-server/identity/ad-fs/development/ad-fs-openid-connect-oauth-concepts",
            "https://github.com/snok/django-auth-adfs",
        ),
    ),
    scopes=Scopes(
        profile=("openid", "profile"),
        email=("email",),
        adding=(
            "WS-Federation has no scopes: claim rules decide. Scopes of OAuth clients are openid, profile, email, "
            "allatclaims (also puts the claims of the access token into the ID token), user_impersonation, aza, "
            "logon_cert, vpn_cert and custom scopes. Application permissions grant them to a client and a web API."
        ),
        sources=(
            "https://learn.microsoft.com/windows-server/identity/ad-fs/development/ad-fs-openid-connect-oauth-concepts",
        ),
    ),
    debug=SignedToken(
        url="https://{host}/adfs/discovery/keys",
        rules=TokenRules(
            issuers=("http://{host}/adfs/services/trust",),
            client_claims=("appid",),
            scope_claim="scp",
            optional_claims=frozenset({"sub"}),
        ),
        required_credentials=("host",),
        proves=frozenset({"client", "subject", "scopes", "end"}),
        source=(
            "https://learn.microsoft.com/windows-server/identity/ad-fs/development/ad-fs-openid-connect-oauth-concepts"
        ),
        note=(
            "Only tokens of OAuth clients can be checked. The discovery document contains two issuers: "
            "access_token_issuer, with plain http, issues access tokens; issuer issues only ID tokens. Signing keys "
            "change every year, so two may be published. The assertion of a login is verified once, on arrival, "
            "against the certificate in the federation metadata. It cannot be checked later."
        ),
    ),
    uncertain=(
        "Some versions and rules omit sub or scp. The account or the scopes are then not stated.",
        (
            "sub differs from the NameID of the assertion. A token stored under the NameID is not recognized as the "
            "user's token."
        ),
        "Tokens are not recognized if the identifier of the federation service differs from the host of the farm.",
        "The lifetime is not documented. It was observed in tokens.",
    ),
)
