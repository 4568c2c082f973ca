"""SAML 2.0: any identity provider. The profile is the attributes of a signed assertion."""

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
        subject_scope=(
            "the identity provider; for a persistent NameID, the pair of identity provider and service provider"
        ),
        quirks=(
            (
                "Every identity provider defines its attribute names (claim URIs, urn:oid numbers, plain names such "
                "as mail or firstName). An attribute without a common name requires a mapping in the connection."
            ),
            "Field names contain dots, colons and slashes. They are not paths.",
            "A single value is a string, several values are a list, and an attribute without a value is an empty list.",
            (
                "The identifier is nameidentifier, else upn. Auth0 also uses user_id_attribute and fieldsMap of the "
                "connection, and finally the name, which is not unique."
            ),
            (
                "A transient NameID changes at every sign-in and is not an identifier. A NameID with format "
                "emailAddress changes with the email address."
            ),
            (
                "nameIdAttributes is present only if the NameID has XML attributes, and never with SAML 1.1, whose "
                "names are AttributeNamespace/AttributeName."
            ),
            "email is a copy of the claim emailaddress, unless an attribute has the name email.",
            (
                "With a comment inside the NameID, some readers used a part of the NameID as the whole. The NameID is "
                "the complete text of the signed element."
            ),
            "The profile has no picture and no username. The nickname is the local part of the email address.",
            "Auth0's stored user_id includes the connection: samlp|CONNECTION|NAMEID.",
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
            "SAML has no access token. The assertion is signed XML and may be encrypted. It contains Issuer, Subject "
            "with its NameID and confirmation (Recipient, InResponseTo, NotOnOrAfter), Conditions with the audience, "
            "the sign-in and the attributes. Metadata define the format of the NameID, the kind of sign-in and the "
            "attributes."
        ),
        validity=(
            "An assertion is valid for a few minutes, until NotOnOrAfter of Conditions and of "
            "SubjectConfirmationData. The session is valid until SessionNotOnOrAfter."
        ),
        renewal=Operation(
            "Not available: send a new AuthnRequest. With ForceAuthn, the user must authenticate again despite an "
            "existing session."
        ),
        termination=Operation("Not available for an assertion. Single logout ends sessions if both sides support it."),
        uses=Operation(
            "Not available: the assertion consumer service accepts an assertion once. Some servers exchange it for an "
            "OAuth token (RFC 7522)."
        ),
        sources=(
            "https://docs.oasis-open.org/security/saml/v2.0/saml-core-2.0-os.pdf",
            "https://docs.oasis-open.org/security/saml/v2.0/saml-profiles-2.0-os.pdf",
        ),
    ),
    scopes=Scopes(
        separator="",
        adding=(
            "Not available: the identity provider decides which attributes it releases. The metadata of the service "
            "provider can request more with RequestedAttribute."
        ),
        sources=("https://docs.oasis-open.org/security/saml/v2.0/saml-metadata-2.0-os.pdf",),
    ),
    debug=None,
    uncertain=(
        (
            "An assertion is checked once, on arrival, with a pinned signing certificate. The check covers the "
            "signature of exactly the assertion that is read, the algorithm, Issuer, Conditions, Audience, Recipient, "
            "InResponseTo and a new ID. No endpoint can check it later, so no request is sent."
        ),
        "An attribute with an unknown name is passed through unchanged, but not interpreted.",
        "If the identifier has several values, none is used: their order has no meaning.",
    ),
)
