"""SAML 2.0: any identity provider, its profile the attributes of a signed assertion."""

from __future__ import annotations

from idp_checks.providers.sdk import LibraryFacts, Operation, ProfileFacts, Provider, SamlAssertion, Scopes, TokenFacts

PROVIDER = Provider(
    name="samlp",
    title="SAML 2.0 identity provider",
    kind="generic",
    protocol="saml",
    aliases={"social_core": "saml", "allauth": "saml"},
    libraries={
        "allauth": LibraryFacts(classes={}),
    },
    docs=(
        "https://docs.oasis-open.org/security/saml/v2.0/saml-core-2.0-os.pdf",
        "https://auth0.com/docs/authenticate/identity-providers/enterprise-identity-providers/saml",
        "https://auth0.com/docs/authenticate/protocols/saml/saml-sso-integrations/configure-auth0-saml-service-provider",
    ),
    profile=ProfileFacts(
        shapes=(SamlAssertion,),
        request=None,
        subject_scope="the identity provider; a persistent NameID, the pair of identity and service provider",
        quirks=(
            (
                "Every identity provider names its attributes itself (claim addresses, urn:oid numbers, plain words "
                "such as mail or firstName): what is not under a name in common use needs a mapping of the connection."
            ),
            "Names of members hold dots, colons and slashes: they are no paths.",
            "One value is a text, several are a list, an attribute without a value is an empty list.",
            (
                "The identifier is nameidentifier, else upn; Auth0 also takes user_id_attribute and fieldsMap of the "
                "connection, and at last the name, which is not unique."
            ),
            (
                "A transient NameID is another one at every login and no identifier; one of format emailAddress "
                "changes with the address."
            ),
            (
                "nameIdAttributes is there only where the NameID has XML attributes, and never with SAML 1.1, whose "
                "names are AttributeNamespace/AttributeName."
            ),
            "email is a copy of the claim emailaddress, unless an attribute bears that name itself.",
            (
                "A comment inside the NameID has made readers take a part of it for the whole: all text of the signed "
                "element counts."
            ),
            "There is no picture and no username: the nickname is the local part of the address.",
            "Auth0's stored user_id holds the connection as well: samlp|CONNECTION|NAMEID.",
        ),
        sources=(
            "https://auth0.com/docs/authenticate/identity-providers/enterprise-identity-providers/saml",
            "https://auth0.com/docs/authenticate/enterprise-connections/user-attribute-profile",
            "https://github.com/auth0/passport-wsfed-saml2",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "There is no access token. The assertion is signed XML and may be encrypted: Issuer, Subject with its "
            "NameID and confirmation (Recipient, InResponseTo, NotOnOrAfter), Conditions with the audience, the login "
            "and the attributes. Metadata settle the form of the NameID, the kind of login and the attributes."
        ),
        validity=(
            "A few minutes, to NotOnOrAfter of Conditions and of SubjectConfirmationData; the session to "
            "SessionNotOnOrAfter."
        ),
        renewal=Operation("None: a new AuthnRequest; ForceAuthn asks the person again whatever session there is."),
        termination=Operation("None for an assertion; single logout ends sessions where both sides have it."),
        uses=Operation(
            "None: an assertion is taken once, by the assertion consumer service. Some servers give an OAuth token "
            "for one (RFC 7522)."
        ),
        sources=(
            "https://docs.oasis-open.org/security/saml/v2.0/saml-core-2.0-os.pdf",
            "https://docs.oasis-open.org/security/saml/v2.0/saml-profiles-2.0-os.pdf",
        ),
    ),
    scopes=Scopes(
        separator="",
        adding=(
            "None: the identity provider decides which attributes it releases; RequestedAttribute in the metadata of "
            "the service provider asks for more."
        ),
        sources=("https://docs.oasis-open.org/security/saml/v2.0/saml-metadata-2.0-os.pdf",),
    ),
    debug=None,
    uncertain=(
        (
            "An assertion is checked once, on arrival, against a signing certificate that is pinned: signature over "
            "the very assertion that is read, algorithm, Issuer, Conditions, Audience, Recipient, InResponseTo, and "
            "that its ID was not seen before. Nobody can be asked about it later, so nothing is asked here."
        ),
        "An attribute under a name that is not known here passes through, and counts for nothing.",
        "Of several values of an identifier none is taken: their order means nothing.",
    ),
)
