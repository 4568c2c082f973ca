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

__all__ = ["CLAIMS", "NAME_ID", "Assertion", "NamesId", "address", "only"]

CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
NAME_ID = f"{CLAIMS}nameidentifier"

TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
"""A NameID that is another one at every login (SAML 2.0 Core, section 8.3.8)."""

Names: TypeAlias = Name | list[Name]
NamesId: TypeAlias = Id | list[Id] | None
Addresses: TypeAlias = Email | list[Email]


class NameIdAttributes(Struct, rename={"format": "Format"}):
    """The NameID with its XML attributes; there only where it has any."""

    value: NamesId = None
    format: String = None


class Assertion(Shape):
    """Attributes under the names in use: claim addresses, numbers of eduPerson and X.500, plain words.

    Of NameID and ``upn`` the first that is there is the identifier. Auth0 goes on to ``name``, what a person is
    called: two people may be called the same, so it is none here.
    """

    subject: ClassVar[Path] = (NAME_ID,)

    name_id: NamesId = field(name=NAME_ID, default=None)
    name_id_attributes: NameIdAttributes | None = field(name="nameIdAttributes", default=None)
    upn: NamesId = field(name=f"{CLAIMS}upn", default=None)
    name: Names = field(name=f"{CLAIMS}name", default=None)
    given_name: Names = field(name=f"{CLAIMS}givenname", default=None)
    surname: Names = field(name=f"{CLAIMS}surname", default=None)
    emailaddress: Addresses = field(name=f"{CLAIMS}emailaddress", default=None)
    oid_display_name: Names = field(name="urn:oid:2.16.840.1.113730.3.1.241", default=None)
    oid_given_name: Names = field(name="urn:oid:2.5.4.42", default=None)
    oid_sn: Names = field(name="urn:oid:2.5.4.4", default=None)
    oid_mail: Addresses = field(name="urn:oid:0.9.2342.19200300.100.1.3", default=None)
    first_name: Names = field(name="firstName", default=None)
    last_name: Names = field(name="lastName", default=None)
    mail: Addresses = None
    email: Addresses = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        ident = self.ident()
        if ident is None:
            raise ProfileError("no identifier that stays", path=f"$.{NAME_ID}")
        return Claims(
            id=ident,
            name=one(self.name, self.oid_display_name),
            given_name=one(self.given_name, self.oid_given_name, self.first_name),
            family_name=one(self.surname, self.oid_sn, self.last_name),
            email=self.address(),
        )

    def address(self) -> str | None:
        """The e-mail address."""
        return address(self.emailaddress, self.email, self.oid_mail, self.mail)

    def ident(self) -> str | None:
        """The identifier; None where there is none.

        Raises:
            ProfileError: several stand in the place of one.
        """
        told = self.name_id_attributes
        if told is None:
            found = only(self.name_id, NAME_ID)
        elif told.format is not None and told.format.strip() == TRANSIENT:
            found = None
        else:
            found = only(self.name_id, NAME_ID) or only(told.value, "nameIdAttributes.value")
        return found or only(self.upn, f"{CLAIMS}upn")


def only(values: int | str | list[Any] | None, member: str) -> str | None:
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


def one(*attributes: str | list[str | None] | None) -> str | None:
    """The first value of attributes that is not blank."""
    for values in attributes:
        if found := first_nonblank(*values) if isinstance(values, list) else first_nonblank(values):
            return found
    return None


def address(*attributes: int | str | list[Any] | None) -> str | None:
    """The first address among the values of attributes."""
    for values in attributes:
        if isinstance(values, str):
            if is_email(values) or is_email(values.strip()):
                return values
        elif isinstance(values, list) and (found := address(*values)):
            return found
    return None
