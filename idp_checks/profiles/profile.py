"""The normalised profile: one shape, whatever the provider sent.

The shape is that of Auth0's normalised user profile. A provider reads its raw answer into ``Claims``; ``assemble``
alone turns claims into a profile, so the rules that hold for every provider stand here and nowhere else:

- ``user_id`` is the provider's name, a bar, and its stable identifier, exact.
- ``name``: full name, else given and family name, else username, else local part of the e-mail address, else the id.
- ``nickname``: username, else local part, else the name.
- ``picture``: an absolute http(s) address, else the Gravatar of the e-mail address, else Gravatar's default image.
- ``email`` is trimmed; what is no address is left out, and then nothing is said about its verification.
- null, an empty text, a blank text and an absent member mean the same.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field
from msgspec.structs import force_setattr

from idp_checks.errors import ProfileError
from idp_checks.profiles.jsontext import parse_json, decode_text, drop_secrets
from idp_checks.secret import Secret

__all__ = [
    "STANDARD",
    "Claims",
    "Identity",
    "NormalizedProfile",
    "assemble",
    "gravatar",
    "is_email",
    "is_web_url",
]

STANDARD = ("user_id", "name", "nickname", "picture", "email", "email_verified", "given_name", "family_name")
"""The standard properties; with ``identities`` they win over what a provider sends under the same names."""

_TAKEN = frozenset((*STANDARD, "identities"))

# Local part and domain: no blanks, controls or delimiters; labels of the domain are not empty (RFC 5321, 4.1.2, widened
# to the letters of RFC 6531). Quoted local parts and address literals are no addresses that a sign-in gives.
_LOCAL = r"[^\s@.<>()\[\],;:\\\"\x00-\x20\x7f]+"
_LABEL = r"[^\s@.<>()\[\],;:\\\"\x00-\x20\x7f#/?&=%_!$*+|'`{}~^]+"
_any_address = re.compile(rf"{_LOCAL}(?:\.{_LOCAL})*@{_LABEL}(?:\.{_LABEL})*").fullmatch
_any_web = re.compile(
    r"(?i:https?)://[^\s/?#@:\[\]\\\"<>%\x00-\x20\x7f]+(?::\d{1,5})?(?:[/?#][^\s\x00-\x20\x7f\"<>\\]*)?"
).fullmatch
# The common case of each, several times faster: ASCII alone. What does not fit is tried again by the whole rule.
_common_address = re.compile(r"([A-Za-z0-9_%+-][A-Za-z0-9._%+-]*)@[A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z0-9]").fullmatch
_common_web = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(?:[/?#][!#-;=?-\[\]-~]*)?").fullmatch

BLANK_ID = "the identifier is blank"
GRAVATAR = "https://www.gravatar.com/avatar/"


class Claims(Struct, gc=False):
    """What a provider's answer says, before any rule is applied: each datum from the provider's own field for it.

    ``email_verified`` is true only where the provider vouches for exactly this address, false where it says that it
    does not, None where it says nothing.
    """

    id: int | str
    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    username: str | None = None
    email: str | None = None
    email_verified: bool | None = None
    picture: str | None = None


class Identity(Struct, frozen=True, gc=False, rename={"is_social": "isSocial", "profile_data": "profileData"}):
    """One linked account: an element of ``identities``. ``expires_in`` is in seconds."""

    provider: str
    user_id: str
    connection: str
    is_social: bool | None
    access_token: Secret | None = None
    access_token_secret: Secret | None = None
    refresh_token: Secret | None = None
    expires_in: int | None = None
    profile_data: Mapping[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Auth0's JSON shape, tokens left out."""
        shape: dict[str, Any] = {
            "provider": self.provider,
            "user_id": self.user_id,
            "connection": self.connection,
        }
        if self.is_social is not None:
            shape["isSocial"] = self.is_social
        if self.expires_in is not None:
            shape["expires_in"] = self.expires_in
        if self.profile_data is not None:
            shape["profileData"] = drop_secrets(self.profile_data)
        return shape

    def __repr__(self) -> str:
        held = [name for name in ("access_token", "access_token_secret", "refresh_token") if getattr(self, name)]
        holds = f", holds {' and '.join(held)}" if held else ""
        return f"Identity({self.provider}|{self.user_id} by {self.connection!r}{holds})"


class NormalizedProfile(Struct, frozen=True, gc=False):
    """A user as an application sees it, the same for every provider.

    What else the provider sent is in ``extra`` (and in ``to_dict``); it is decoded only when asked for.
    """

    user_id: str
    name: str
    nickname: str
    picture: str
    email: str | None = None
    email_verified: bool | None = None
    given_name: str | None = None
    family_name: str | None = None
    identities: tuple[Identity, ...] = ()
    _source: bytes | str | Mapping[str, Any] | None = field(default=None, name="_source")

    @property
    def source(self) -> Mapping[str, Any]:
        """What the provider sent, secrets and all: to be searched for them, never to be shown."""
        source = self._source
        if isinstance(source, bytes | str):
            parsed = parse_json(decode_text(source))
            if isinstance(parsed, list):
                parsed = next((each for each in parsed if isinstance(each, Mapping)), None)
            source = parsed if isinstance(parsed, Mapping) else {}
            force_setattr(self, "_source", source)
        return source or {}

    @property
    def extra(self) -> dict[str, Any]:
        """Every other property that the provider sent, unchanged, but for secrets, which are left out."""
        rest: dict[str, Any] = drop_secrets(self.source)
        return {name: value for name, value in rest.items() if name not in _TAKEN}

    def to_dict(self) -> dict[str, Any]:
        """Auth0's JSON shape: the provider's own properties, the standard ones, the identities without their tokens."""
        shape = self.extra
        for name in STANDARD:
            value = getattr(self, name)
            if value is not None:
                shape[name] = value
        shape["identities"] = [identity.to_dict() for identity in self.identities]
        return shape

    @classmethod
    def from_auth0(cls, profile: bytes | str | Mapping[str, Any]) -> NormalizedProfile:
        """Read a user in the shape of Auth0's profile and Management API.

        Args:
            profile: the JSON text, or the object already parsed. ``identities`` must be there; tokens in it are kept
                as ``Secret``.

        Raises:
            ProfileError: the input is no such profile; the path names the place.
        """
        if not isinstance(profile, Mapping):
            profile = parse_json(decode_text(profile))
        if not isinstance(profile, Mapping):
            raise ProfileError("expected an object", path="$")
        listed = profile.get("identities")
        if not isinstance(listed, Sequence) or isinstance(listed, str | bytes) or not listed:
            raise ProfileError("a profile of Auth0 has a list of identities, with one at least", path="$.identities")
        identities = tuple(_identity(each, f"$.identities[{at}]") for at, each in enumerate(listed))
        user_id = _text(profile, "user_id") or f"{identities[0].provider}|{identities[0].user_id}"
        verified = profile.get("email_verified")
        claims = Claims(
            id=user_id,
            name=_text(profile, "name"),
            given_name=_text(profile, "given_name"),
            family_name=_text(profile, "family_name"),
            username=_text(profile, "nickname") or _text(profile, "username"),
            email=_text(profile, "email"),
            email_verified=verified if isinstance(verified, bool) else None,
            picture=_text(profile, "picture"),
        )
        rest = {name: value for name, value in profile.items() if name not in _TAKEN}
        return assemble("", claims, rest, linked=identities)

    def __repr__(self) -> str:
        return f"NormalizedProfile({self.user_id!r}, {len(self.identities)} identities)"


def assemble(
    provider: str,
    claims: Claims,
    source: bytes | str | Mapping[str, Any] | None = None,
    social: bool = True,  # noqa: FBT001, FBT002 - by place, for speed
    connection: str | None = None,
    linked: tuple[Identity, ...] | None = None,
) -> NormalizedProfile:
    """A profile from what a provider's answer says, by the rules of this module.

    Args:
        linked: the identities of a user that is stored already, whose identifier is a whole ``user_id``.

    Raises:
        ProfileError: the identifier is blank.
    """
    ident = claims.id
    if isinstance(ident, int):
        ident = str(ident)
    elif not ident or ident.isspace():
        raise ProfileError(BLANK_ID)

    given = claims.given_name
    if given is not None and (not given or given.isspace()):
        given = None
    family = claims.family_name
    if family is not None and (not family or family.isspace()):
        family = None

    local = verified = None
    email = claims.email
    if email is not None:
        found = _common_address(email)
        if found is not None and ".." not in email and ".@" not in email:
            local = found[1]
            verified = claims.email_verified
        elif is_email(email := email.strip()):
            local = email[: email.rindex("@")]
            verified = claims.email_verified
        else:
            email = None

    username = claims.username
    if username is None or not username or username.isspace():
        username = local

    name = claims.name
    if name is None or not name or name.isspace():
        name = f"{given} {family}" if given and family else given or family or username or ident

    picture = claims.picture
    if picture is None or (_common_web(picture) is None and not is_web_url(picture := picture.strip())):
        picture = gravatar(email)
    return NormalizedProfile(
        f"{provider}|{ident}" if linked is None else ident,
        name,
        username or name,
        picture,
        email,
        verified,
        given,
        family,
        (Identity(provider, ident, connection or provider, social),) if linked is None else linked,
        source,
    )


def gravatar(email: str | None) -> str:
    """The Gravatar of an address (MD5 of the address in lower case), or the default image without one."""
    if email is None:
        return f"{GRAVATAR}?d=mp"
    digest = hashlib.md5(email.lower().encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
    return f"{GRAVATAR}{digest}?d=mp"


def is_email(text: str) -> bool:
    """Whether the text is an e-mail address, as these rules see it."""
    if _common_address(text) is not None:
        return ".." not in text and ".@" not in text
    return _any_address(text) is not None


def is_web_url(text: str) -> bool:
    """Whether the text is an absolute http or https address with a host."""
    return _common_web(text) is not None or _any_web(text) is not None


def _text(profile: Mapping[str, Any], name: str) -> str | None:
    value = profile.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise ProfileError("expected a text", path=f"$.{name}")
    return value if value.strip() else None


def _identity(value: object, path: str) -> Identity:
    if not isinstance(value, Mapping):
        raise ProfileError("expected an object", path=path)
    provider = value.get("provider")
    if not isinstance(provider, str) or not provider.strip():
        raise ProfileError("expected the provider's name", path=f"{path}.provider")
    user_id = value.get("user_id")
    if isinstance(user_id, bool) or not isinstance(user_id, int | str) or not str(user_id).strip():
        raise ProfileError("expected the provider's identifier, a text or an integer", path=f"{path}.user_id")
    tokens = {}
    for name in ("access_token", "access_token_secret", "refresh_token"):
        token = value.get(name)
        if token is not None and not isinstance(token, str):
            raise ProfileError("expected a text", path=f"{path}.{name}")
        tokens[name] = Secret(token) if token else None
    connection, social, expires_in = value.get("connection"), value.get("isSocial"), value.get("expires_in")
    if connection is not None and not isinstance(connection, str):
        raise ProfileError("expected a text", path=f"{path}.connection")
    if social is not None and not isinstance(social, bool):
        raise ProfileError("expected true or false", path=f"{path}.isSocial")
    if isinstance(expires_in, str) and expires_in.isascii() and expires_in.isdigit():
        expires_in = int(expires_in[:18])
    if expires_in is not None and (isinstance(expires_in, bool) or not isinstance(expires_in, int)):
        raise ProfileError("expected a number of seconds", path=f"{path}.expires_in")
    data = value.get("profileData")
    if data is not None and not isinstance(data, Mapping):
        raise ProfileError("expected an object", path=f"{path}.profileData")
    return Identity(
        provider, str(user_id), connection or provider, social, **tokens, expires_in=expires_in, profile_data=data
    )
