"""The normalized profile: one shape for every provider.

The shape is Auth0's normalized user profile. A provider reads its raw response into ``Claims``, and ``assemble`` turns
claims into a profile. The rules that hold for every provider are here:

- ``user_id``: the provider's name, a bar, and its stable identifier, exact to the last digit.
- ``name``: full name, else given and family name, else username, else local part of the email address, else the id.
- ``nickname``: username, else local part, else the name.
- ``picture``: an absolute http(s) URL, else the Gravatar of the email address, else Gravatar's default image.
- ``email``: trimmed. An invalid address is omitted, and ``email_verified`` with it.
- null, an empty string, a blank string and a missing field have the same meaning.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field
from msgspec.structs import force_setattr

from idp_checks.errors import ProfileError, json_path
from idp_checks.profiles.jsontext import decode_text, drop_secrets, parse_json
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
"""The standard fields; together with ``identities`` they override a provider's fields of the same names."""

_STANDARD_NAMES = frozenset((*STANDARD, "identities"))

# Local part and domain: no blanks, controls or delimiters, and no empty labels in the domain (RFC 5321, 4.1.2, extended
# to the letters of RFC 6531). Quoted local parts and address literals are excluded: no sign-in returns them.
_LOCAL = r"[^\s@.<>()\[\],;:\\\"\x00-\x20\x7f]+"
_LABEL = r"[^\s@.<>()\[\],;:\\\"\x00-\x20\x7f#/?&=%_!$*+|'`{}~^]+"
_match_email = re.compile(rf"{_LOCAL}(?:\.{_LOCAL})*@{_LABEL}(?:\.{_LABEL})*").fullmatch
_match_url = re.compile(
    r"(?i:https?)://[^\s/?#@:\[\]\\\"<>%\x00-\x20\x7f]+(?::\d{1,5})?(?:[/?#][^\s\x00-\x20\x7f\"<>\\]*)?"
).fullmatch
# The common ASCII case of each is several times faster; the full rule is tried if it does not match.
_match_ascii_email = re.compile(r"([A-Za-z0-9_%+-][A-Za-z0-9._%+-]*)@[A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z0-9]").fullmatch
_match_ascii_url = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(?:[/?#][!#-;=?-\[\]-~]*)?").fullmatch

BLANK_ID = "the identifier is blank"
GRAVATAR = "https://www.gravatar.com/avatar/"


class Claims(Struct, gc=False):
    """The content of a provider's response before any rule is applied.

    ``email_verified`` is true only if the provider vouches for exactly this address, false if it states that the
    address is not verified, and None if it states neither.
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
        """Return Auth0's JSON shape without tokens."""
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
        tokens = [name for name in ("access_token", "access_token_secret", "refresh_token") if getattr(self, name)]
        suffix = f", with {' and '.join(tokens)}" if tokens else ""
        return f"Identity({self.provider}|{self.user_id} from {self.connection!r}{suffix})"


class NormalizedProfile(Struct, frozen=True, gc=False):
    """A user in the same shape for every provider.

    The provider's other fields are in ``extra`` (and in ``to_dict``); they are decoded on first use.
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
        """The provider's response, including secrets; for leak searches, never for display."""
        source = self._source
        if isinstance(source, bytes | str):
            parsed = parse_json(decode_text(source))
            if isinstance(parsed, list):
                parsed = next((item for item in parsed if isinstance(item, Mapping)), None)
            source = parsed if isinstance(parsed, Mapping) else {}
            force_setattr(self, "_source", source)
        return source or {}

    @property
    def extra(self) -> dict[str, Any]:
        """The provider's other fields, unchanged, without secrets."""
        rest: dict[str, Any] = drop_secrets(self.source)
        return {name: value for name, value in rest.items() if name not in _STANDARD_NAMES}

    def to_dict(self) -> dict[str, Any]:
        """Return Auth0's JSON shape: the provider's fields, the standard fields, the identities without tokens."""
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
            profile: the JSON text or the parsed object. ``identities`` is required; its tokens become ``Secret``.

        Raises:
            ProfileError: the input is not such a profile; ``path`` is the location of the problem.
        """
        if not isinstance(profile, Mapping):
            profile = parse_json(decode_text(profile))
        if not isinstance(profile, Mapping):
            raise ProfileError("expected an object", path="$")
        items = profile.get("identities")
        if not isinstance(items, Sequence) or isinstance(items, str | bytes) or not items:
            raise ProfileError("expected a non-empty list of identities", path="$.identities")
        identities = tuple(_read_identity(item, ("identities", index)) for index, item in enumerate(items))
        user_id = _read_string(profile, "user_id") or f"{identities[0].provider}|{identities[0].user_id}"
        verified = profile.get("email_verified")
        claims = Claims(
            id=user_id,
            name=_read_string(profile, "name"),
            given_name=_read_string(profile, "given_name"),
            family_name=_read_string(profile, "family_name"),
            username=_read_string(profile, "nickname") or _read_string(profile, "username"),
            email=_read_string(profile, "email"),
            email_verified=verified if isinstance(verified, bool) else None,
            picture=_read_string(profile, "picture"),
        )
        rest = {name: value for name, value in profile.items() if name not in _STANDARD_NAMES}
        return assemble("", claims, rest, linked=identities)

    def __repr__(self) -> str:
        return f"NormalizedProfile({self.user_id!r}, {len(self.identities)} identities)"


def assemble(
    provider: str,
    claims: Claims,
    source: bytes | str | Mapping[str, Any] | None = None,
    social: bool = True,  # noqa: FBT001, FBT002 - positional for speed
    connection: str | None = None,
    linked: tuple[Identity, ...] | None = None,
) -> NormalizedProfile:
    """Build a profile from claims by the rules of this module.

    Args:
        linked: the identities of a stored user, whose identifier is a complete ``user_id``.

    Raises:
        ProfileError: the identifier is blank.
    """
    identifier = claims.id
    if isinstance(identifier, int):
        identifier = str(identifier)
    elif not identifier or identifier.isspace():
        raise ProfileError(BLANK_ID)

    given_name = claims.given_name
    if given_name is not None and (not given_name or given_name.isspace()):
        given_name = None
    family_name = claims.family_name
    if family_name is not None and (not family_name or family_name.isspace()):
        family_name = None

    local = verified = None
    email = claims.email
    if email is not None:
        match = _match_ascii_email(email)
        if match is not None and ".." not in email and ".@" not in email:
            local = match[1]
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
        name = (
            f"{given_name} {family_name}"
            if given_name and family_name
            else given_name or family_name or username or identifier
        )

    picture = claims.picture
    if picture is None or (_match_ascii_url(picture) is None and not is_web_url(picture := picture.strip())):
        picture = gravatar(email)
    return NormalizedProfile(
        f"{provider}|{identifier}" if linked is None else identifier,
        name,
        username or name,
        picture,
        email,
        verified,
        given_name,
        family_name,
        (Identity(provider, identifier, connection or provider, social),) if linked is None else linked,
        source,
    )


def gravatar(email: str | None) -> str:
    """Return the Gravatar URL of an address (MD5 of the address in lower case), or of the default image for None."""
    if email is None:
        return f"{GRAVATAR}?d=mp"
    digest = hashlib.md5(email.lower().encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
    return f"{GRAVATAR}{digest}?d=mp"


def is_email(value: str) -> bool:
    """Return whether the string is a valid email address by these rules."""
    if _match_ascii_email(value) is not None:
        return ".." not in value and ".@" not in value
    return _match_email(value) is not None


def is_web_url(value: str) -> bool:
    """Return whether the string is an absolute http or https URL with a host."""
    return _match_ascii_url(value) is not None or _match_url(value) is not None


def _read_string(profile: Mapping[str, Any], name: str) -> str | None:
    value = profile.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise ProfileError("expected a string", path=json_path((name,)))
    return value if value.strip() else None


def _read_identity(value: object, path: tuple[str | int, ...]) -> Identity:
    if not isinstance(value, Mapping):
        raise ProfileError("expected an object", path=json_path(path))

    def fail(problem: str, name: str) -> ProfileError:
        return ProfileError(problem, path=json_path((*path, name)))

    provider = value.get("provider")
    if not isinstance(provider, str) or not provider.strip():
        raise fail("expected the provider's name", "provider")
    user_id = value.get("user_id")
    if isinstance(user_id, bool) or not isinstance(user_id, int | str) or not str(user_id).strip():
        raise fail("expected the provider's identifier: a string or an integer", "user_id")
    tokens = {}
    for name in ("access_token", "access_token_secret", "refresh_token"):
        token = value.get(name)
        if token is not None and not isinstance(token, str):
            raise fail("expected a string", name)
        tokens[name] = Secret(token) if token else None
    connection, is_social, expires_in = value.get("connection"), value.get("isSocial"), value.get("expires_in")
    if connection is not None and not isinstance(connection, str):
        raise fail("expected a string", "connection")
    if is_social is not None and not isinstance(is_social, bool):
        raise fail("expected true or false", "isSocial")
    if isinstance(expires_in, str) and expires_in.isascii() and expires_in.isdigit():
        expires_in = int(expires_in[:18])
    if expires_in is not None and (isinstance(expires_in, bool) or not isinstance(expires_in, int)):
        raise fail("expected a number of seconds", "expires_in")
    profile_data = value.get("profileData")
    if profile_data is not None and not isinstance(profile_data, Mapping):
        raise fail("expected an object", "profileData")
    return Identity(
        provider,
        str(user_id),
        connection or provider,
        is_social,
        **tokens,
        expires_in=expires_in,
        profile_data=profile_data,
    )
