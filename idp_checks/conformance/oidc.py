"""Claims of OpenID Connect read as a profile in Auth0's shape, so that the same rules judge both.

``sub`` is the provider's identifier, bare or as ``provider|id``; ``preferred_username`` (else ``nickname``) is the
nickname; all other claims bear the names of the standard properties (OpenID Connect Core 1.0, section 5.1). Only
``sub`` must be there (section 5.3.2): where the provider gives no name, username or picture, those claims may be
absent, and what is given in their place is judged as in Auth0's shape.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from idp_checks.profiles.profile import STANDARD

__all__ = ["NOT_APPLICABLE", "in_claims", "to_auth0"]

NOT_APPLICABLE: Mapping[str, str] = {
    "N10": "claims of OpenID Connect are a set of their own: a provider's other properties have no place in it",
    "N11": "claims of OpenID Connect hold no linked accounts",
}
"""Rules without a meaning in this shape, and why."""
MAY_BE_ABSENT = ("name", "nickname", "picture")
_NAMES = {"user_id": "sub", "nickname": "preferred_username"}
_WORDS = re.compile(r"\b(user_id|nickname)\b")


def to_auth0(
    provider: str, claims: Mapping[str, Any], identifier: str | None, stand_in: Mapping[str, Any]
) -> dict[str, Any]:
    """The claims under the names of the standard properties.

    Args:
        identifier: the bare identifier that the provider gives; None where it is no profile.
        stand_in: what stands where the provider gives no name, username or picture, by property.
    """
    shape = {name: claims[name] for name in STANDARD if name in claims and name not in _NAMES}
    sub = claims.get("sub")
    if isinstance(sub, str):
        whole = sub != identifier and sub.startswith(f"{provider}|")
        shape["user_id"] = sub if whole else f"{provider}|{sub}"
    elif sub is not None:
        shape["user_id"] = sub
    nickname = claims.get("preferred_username")
    if nickname is None:
        nickname = claims.get("nickname")
    if nickname is not None:
        shape["nickname"] = nickname
    for name in MAY_BE_ABSENT:
        if shape.get(name) is None and name in stand_in:
            shape[name] = stand_in[name]
    return shape


def in_claims(text: str) -> str:
    """A text that speaks of standard properties, speaking of claims."""
    return _WORDS.sub(lambda found: _NAMES[found[0]], text)
