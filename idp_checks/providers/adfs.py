"""Active Directory Federation Services: a login by an assertion (WS-Federation), and tokens for its OAuth clients."""

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
    """The claims of the assertion; ``sub`` and nothing else where an OAuth client called userinfo.

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
            "The profile is made of the signed assertion; its names are claim addresses, which are no paths.",
            (
                "WS-Federation brings an assertion of SAML 1.1: AttributeNamespace and AttributeName are joined by a "
                "slash."
            ),
            "The identifier is nameidentifier, else upn; Auth0 goes on to name, which is not unique.",
            "One value is a text, several are a list (groups), none is an empty list.",
            ("A upn may be renamed, and its domain need not exist: it is no e-mail address, though it looks like one."),
            "email is a copy of the claim emailaddress; there is no picture.",
            "Other claims keep their address; Auth0 may show the last part of it as the name.",
            "Userinfo gives sub and nothing else; issuance rules put all the rest into the tokens.",
            ("Auth0's stored user_id may hold the connection as well; older pages show adfs|user@domain."),
        ),
        sources=(
            "https://auth0.com/docs/authenticate/identity-providers/enterprise-identity-providers/adfs",
            "https://github.com/auth0/passport-wsfed-saml2",
        ),
    ),
    token=TokenFacts(
        form="jwt",
        contents=(
            "Auth0's connection gives no access token. An OAuth client gets an RS256 JWT: aud is the resource "
            "(urn:microsoft:userinfo where none was asked for, microsoft:identityserver:CLIENT where client and API "
            "are one), appid the client, apptype Public or Confidential, scp the scopes, and what the rules of the web "
            "API add. auth_time is an ISO time here, a number in ID tokens."
        ),
        lifetime=3600,
        validity=(
            "60 minutes (TokenLifetime) unless an administrator of the relying party or web API says otherwise. The "
            "assertion has NotBefore and NotOnOrAfter of its own."
        ),
        renewal=renew_by_refresh_token(
            ("Whether there is one, and for how long, is up to the farm's settings for single sign-on and devices."),
            "https://{host}/adfs/oauth2/token",
            required_credentials=("host", "client_id", "client_secret"),
        ),
        termination=Operation("None: an administrator ends the person's sessions or disables the account."),
        uses=Operation(
            "Only for a token whose aud is urn:microsoft:userinfo; gives sub.",
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
            "None for WS-Federation, where claim rules decide. OAuth clients: openid, profile, email, allatclaims (the "
            "access token's claims in the ID token too), user_impersonation, aza, logon_cert, vpn_cert and own ones, "
            "given to a client and web API by application permissions."
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
            "No endpoint answers for tokens: the signature of an OAuth client's token is checked, which says nothing "
            "of revocation. The discovery document names two issuers: access_token_issuer, with plain http, is that "
            "of access tokens; issuer is that of ID tokens alone. Signing keys change yearly, so there may be two. The "
            "assertion of a login is checked once, on arrival, against the certificate of the federation metadata, and "
            "cannot be asked about later."
        ),
    ),
    uncertain=(
        "sub and scp are not in every token, by version and rules: the account or the scopes are not stated then.",
        "sub is another identifier than the NameID of the login: a token filed under the latter is not that user's.",
        "A farm whose federation service has another identifier than its host issues tokens that are not known here.",
        "The life of a token is that seen in tokens, not documented.",
    ),
)
