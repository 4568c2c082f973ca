"""Conversion of OpenID Connect claims to Auth0's shape, so that the same rules judge both.

``sub`` is the provider's identifier, either bare or as ``provider|id``. ``preferred_username`` (else ``nickname``) is
the nickname. All other claims have the names of the standard properties (OpenID Connect Core 1.0, section 5.1). Only
``sub`` is required (section 5.3.2): if the provider sends no name, username or picture, those claims may be absent; a
value that the normalizer supplies instead is judged as in Auth0's shape.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from idp_checks.profiles.profile import STANDARD

__all__ = ["to_auth0", "use_claim_names"]

OPTIONAL = ("name", "nickname", "picture")
_CLAIM_NAMES = {"user_id": "sub", "nickname": "preferred_username"}
_RENAMED_PROPERTY = re.compile(r"\b(user_id|nickname)\b")


def to_auth0(
    provider: str, claims: Mapping[str, Any], identifier: str | None, fallbacks: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the claims under the names of the standard properties.

    Args:
        identifier: the bare identifier that the provider sends; None if the response is not a profile.
        fallbacks: values by property for the name, nickname and picture that the provider does not send.
    """
    profile = {name: claims[name] for name in STANDARD if name in claims and name not in _CLAIM_NAMES}
    sub = claims.get("sub")
    if isinstance(sub, str):
        has_provider = sub != identifier and sub.startswith(f"{provider}|")
        profile["user_id"] = sub if has_provider else f"{provider}|{sub}"
    elif sub is not None:
        profile["user_id"] = sub
    nickname = claims.get("preferred_username")
    if nickname is None:
        nickname = claims.get("nickname")
    if nickname is not None:
        profile["nickname"] = nickname
    for name in OPTIONAL:
        if profile.get(name) is None and name in fallbacks:
            profile[name] = fallbacks[name]
    return profile


def use_claim_names(text: str) -> str:
    """Replace the names of standard properties in a message by the names of the claims."""
    return _RENAMED_PROPERTY.sub(lambda match: _CLAIM_NAMES[match[0]], text)
