"""SAML assertions as profiles: the attributes by name, and the NameID.

Attribute names are usually URLs; their dots and slashes never separate a path. An attribute with one value is a string,
with several values a list, without a value an empty list.
https://docs.oasis-open.org/security/saml/v2.0/saml-core-2.0-os.pdf
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
"""The format of a NameID that changes at every sign-in (SAML 2.0 Core, section 8.3.8)."""

SamlNames: TypeAlias = Name | list[Name]
SamlIds: TypeAlias = Id | list[Id] | None
SamlEmails: TypeAlias = Email | list[Email]


class NameIdAttributes(Struct, rename={"format": "Format"}):
    """The NameID with its XML attributes; absent if it has no attributes."""

    value: SamlIds = None
    format: String = None


class SamlAssertion(Shape):
    """Attributes under the names in use: claim URLs, object identifiers of eduPerson and X.500, plain words.

    The identifier is the NameID, or else ``upn``. Auth0 falls back to ``name``, which is not unique, so it is not used
    here.
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
        subject_id = self.subject_id()
        if subject_id is None:
            raise ProfileError("no persistent identifier", path=f"$.{SAML_NAME_ID}")
        return Claims(
            id=subject_id,
            name=first_value(self.name, self.oid_display_name),
            given_name=first_value(self.given_name, self.oid_given_name, self.first_name),
            family_name=first_value(self.surname, self.oid_sn, self.last_name),
            email=self.pick_email(),
        )

    def pick_email(self) -> str | None:
        """Return the email address."""
        return first_email(self.emailaddress, self.email, self.oid_mail, self.mail)

    def subject_id(self) -> str | None:
        """Return the identifier; None if the assertion has no persistent one.

        Raises:
            ProfileError: an attribute has several identifiers.
        """
        name_id = self.name_id_attributes
        if name_id is None:
            subject_id = single_value(self.name_id, SAML_NAME_ID)
        elif name_id.format is not None and name_id.format.strip() == TRANSIENT:
            subject_id = None
        else:
            subject_id = single_value(self.name_id, SAML_NAME_ID)
            subject_id = subject_id or single_value(name_id.value, "nameIdAttributes.value")
        return subject_id or single_value(self.upn, f"{SAML_CLAIMS}upn")


def single_value(values: int | str | list[Any] | None, attribute: str) -> str | None:
    """Return the only value of an identifier as a string; None without a value.

    Raises:
        ProfileError: there are several values; their order is not significant, so none can be chosen.
    """
    if isinstance(values, list):
        if len(values) > 1:
            raise ProfileError("several values of an identifier", path=f"$.{attribute}")
        values = values[0] if values else None
    if isinstance(values, str):
        return values if values and not values.isspace() else None
    return None if values is None else str(values)


def first_value(*attributes: str | list[str | None] | None) -> str | None:
    """Return the first value of the attributes that is not blank."""
    for values in attributes:
        if value := first_nonblank(*values) if isinstance(values, list) else first_nonblank(values):
            return value
    return None


def first_email(*attributes: int | str | list[Any] | None) -> str | None:
    """Return the first valid email address among the values of the attributes."""
    for values in attributes:
        if isinstance(values, str):
            if is_email(values) or is_email(values.strip()):
                return values
        elif isinstance(values, list) and (email := first_email(*values)):
            return email
    return None
