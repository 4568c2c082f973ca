"""Microsoft Entra ID (Azure AD): work and school accounts, by Microsoft Graph or by the claims of an ID token.

The addresses are the tenant's word, and any tenant may write any address: only ``xms_edov`` vouches for one.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import msgspec
from msgspec import Struct

from idp_checks.endpoint import Ask, Steps
from idp_checks.profile import Claims, is_address
from idp_checks.provider import Call, ProfileFacts, Provider, Scopes, TokenFacts, Way
from idp_checks.providers._graph import ME
from idp_checks.shape import Address, Flag, Handle, Id, Json, Name, Path, Shape

GRAPH = frozenset({"00000003-0000-0000-c000-000000000000", "https://graph.microsoft.com"})
"""The two names of Microsoft Graph as an audience."""

TENANT_HOLE = "{tenantid}"
"""What stands in the issuer of a key that serves every tenant."""

is_guid = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}").fullmatch


class User(
    Shape,
    rename={"display_name": "displayName", "given_name": "givenName", "user_principal_name": "userPrincipalName"},
):
    """``GET /me`` of Graph, https://learn.microsoft.com/en-us/graph/api/user-get; ``id`` is the ``oid`` of tokens."""

    id: Id
    display_name: Name = None
    given_name: Name = None
    surname: Name = None
    mail: Address = None
    user_principal_name: Handle = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=self.id,
            name=self.display_name,
            given_name=self.given_name,
            family_name=self.surname,
            username=username(self.mail, self.user_principal_name),
            email=self.mail,
        )


class IdToken(Shape):
    """Claims of an ID token: ``preferred_username`` in v2.0, ``upn`` and ``unique_name`` in v1.0.

    https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference. No claim that is always there
    tells the versions apart.
    """

    subject: ClassVar[Path] = ("sub",)
    vouched_by: ClassVar[Path | None] = ("xms_edov",)

    sub: Id
    name: Name = None
    given_name: Name = None
    family_name: Name = None
    preferred_username: Handle = None
    upn: Handle = None
    unique_name: Handle = None
    email: Address = None
    xms_edov: Flag = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=self.sub,
            name=self.name,
            given_name=self.given_name,
            family_name=self.family_name,
            username=username(self.email, self.preferred_username, self.upn, self.unique_name),
            email=self.email,
            email_verified=edov(self.xms_edov),
        )


def username(email: str | None, *sign_in_names: str | None) -> str | None:
    """The local part of the first sign-in name that is the person's own; None where an address gives the nickname.

    ``#`` stands in the sign-in names that a tenant makes up for its guests.
    """
    if email and is_address(email.strip()):
        return None
    for name in sign_in_names:
        if name and not name.isspace() and "#" not in name:
            return name.partition("@")[0]
    return None


def edov(value: object) -> bool | None:
    """Whether the owner of the address's domain is verified: documented as a boolean, also seen as the number or text 1.

    https://learn.microsoft.com/en-us/entra/identity-platform/optional-claims-reference.
    """
    if isinstance(value, bool):
        return value
    return True if value == "1" or (isinstance(value, int) and value == 1) else None


class Unverified(Struct):
    """Claims of a token before anybody has checked them."""

    aud: Json = None
    sub: Json = None


def unverified(token: str) -> Unverified:
    """The claims of a JWT as they stand; none where it is no JWT."""
    payload = token.split(".")[1]
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), type=Unverified)
    except (ValueError, msgspec.MsgspecError, RecursionError):
        return Unverified()


def for_graph(token: str) -> bool:
    """Whether a JWT is made for Graph: this decides who is asked, and is no statement about the token."""
    audience = unverified(token).aud
    return isinstance(audience, str) and audience.rstrip("/") in GRAPH
