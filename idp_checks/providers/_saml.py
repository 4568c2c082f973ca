"""A SAML assertion as a profile: its attributes by their names, which are web addresses as a rule, and its NameID.

The names of members hold dots and slashes: they are never paths. An attribute of one value is a text, of several a
list, of none an empty list. https://docs.oasis-open.org/security/saml/v2.0/saml-core-2.0-os.pdf
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, TypeAlias

from msgspec import Struct, field

from idp_checks.errors import ProfileError
from idp_checks.profiles.profile import Claims, is_email
from idp_checks.profiles.shape import Email, Id, Name, Path, Shape, String, first_nonblank

__all__ = ["SAML_CLAIMS", "SAML_NAME_ID", "SamlAssertion", "SamlIds", "first_email", "single_value"]

SAML_CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
SAML_NAME_ID = f"{SAML_CLAIMS}nameidentifier"

TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
"""A NameID that is another one at every login (SAML 2.0 Core, section 8.3.8)."""

SamlNames: TypeAlias = Name | list[Name]
SamlIds: TypeAlias = Id | list[Id] | None
SamlEmails: TypeAlias = Email | list[Email]


class NameIdAttributes(Struct, rename={"format": "Format"}):
    """The NameID with its XML attributes; there only where it has any."""

    value: SamlIds = None
    format: String = None


class SamlAssertion(Shape):
    """Attributes under the names in use: claim addresses, numbers of eduPerson and X.500, plain words.

    Of NameID and ``upn`` the first that is there is the identifier. Auth0 goes on to ``name``, what a person is
    called: two people may be called the same, so it is none here.
    """

    subject: ClassVar[Path] = (SAML_NAME_ID,)

    name_id: SamlIds = field(name=SAML_NAME_ID, default=None)
    name_id_attributes: NameIdAttributes | None = field(name="nameIdAttributes", default=None)
    upn: SamlIds = field(name=f"{SAML_CLAIMS}upn", default=None)
    name: SamlNames = field(name=f"{SAML_CLAIMS}name", default=None)
    given_name: SamlNames = field(name=f"{SAML_CLAIMS}givenname", default=None)
    surname: SamlNames = field(name=f"{SAML_CLAIMS}surname", default=None)
    emailaddress: SamlEmails = field(name=f"{SAML_CLAIMS}emailaddress", default=None)
    oid_display_name: SamlNames = field(name="urn:oid:2.16.840.1.113730.3.1.241", default=None)
    oid_given_name: SamlNames = field(name="urn:oid:2.5.4.42", default=None)
    oid_sn: SamlNames = field(name="urn:oid:2.5.4.4", default=None)
    oid_mail: SamlEmails = field(name="urn:oid:0.9.2342.19200300.100.1.3", default=None)
    first_name: SamlNames = field(name="firstName", default=None)
    last_name: SamlNames = field(name="lastName", default=None)
    mail: SamlEmails = None
    email: SamlEmails = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        ident = self.subject_id()
        if ident is None:
            raise ProfileError("no identifier that stays", path=f"$.{SAML_NAME_ID}")
        return Claims(
            id=ident,
            name=first_value(self.name, self.oid_display_name),
            given_name=first_value(self.given_name, self.oid_given_name, self.first_name),
            family_name=first_value(self.surname, self.oid_sn, self.last_name),
            email=self.pick_email(),
        )

    def pick_email(self) -> str | None:
        """The e-mail address."""
        return first_email(self.emailaddress, self.email, self.oid_mail, self.mail)

    def subject_id(self) -> str | None:
        """The identifier; None where there is none.

        Raises:
            ProfileError: several stand in the place of one.
        """
        told = self.name_id_attributes
        if told is None:
            found = single_value(self.name_id, SAML_NAME_ID)
        elif told.format is not None and told.format.strip() == TRANSIENT:
            found = None
        else:
            found = single_value(self.name_id, SAML_NAME_ID) or single_value(told.value, "nameIdAttributes.value")
        return found or single_value(self.upn, f"{SAML_CLAIMS}upn")


def single_value(values: int | str | list[Any] | None, member: str) -> str | None:
    """The one value of an identifier, a number as its digits; None where there is none.

    Raises:
        ProfileError: there are several: their order means nothing, so none of them is the identifier.
    """
    if isinstance(values, list):
        if len(values) > 1:
            raise ProfileError("several values of an identifier", path=f"$.{member}")
        values = values[0] if values else None
    if isinstance(values, str):
        return values if values and not values.isspace() else None
    return None if values is None else str(values)


def first_value(*attributes: str | list[str | None] | None) -> str | None:
    """The first value of attributes that is not blank."""
    for values in attributes:
        if found := first_nonblank(*values) if isinstance(values, list) else first_nonblank(values):
            return found
    return None


def first_email(*attributes: int | str | list[Any] | None) -> str | None:
    """The first address among the values of attributes."""
    for values in attributes:
        if isinstance(values, str):
            if is_email(values) or is_email(values.strip()):
                return values
        elif isinstance(values, list) and (found := first_email(*values)):
            return found
    return None
