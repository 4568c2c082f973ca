"""Whether an endpoint tells good tokens from made-up ones: one that does not is uncalibrated, and vouches for nothing.

A made-up token of plausible form is asked about with the same credentials. An endpoint that calls it good would call
any text good; one that gives no answer about it has not been shown to refuse anything.
"""

from __future__ import annotations

import json
import secrets
import string
from base64 import urlsafe_b64encode
from datetime import UTC, datetime

from msgspec.structs import replace

from idp_checks.providers.model import Provider
from idp_checks.secret import Secret
from idp_checks.tokens.introspection import Introspection
from idp_checks.tokens.signed import SignedToken

__all__ = ["apply_calibration", "make_canary"]


def apply_calibration(found: Introspection, negative: Introspection) -> Introspection:
    """An answer in the light of what was said of a made-up token (``negative``) by the same endpoint.

    Nothing counts where the made-up one was called active; a good word counts only where it was refused.
    """
    if negative.active is True:
        detail = "the endpoint vouched for a made-up token"
    elif found.active is True and negative.active is None:
        detail = f"the endpoint gave no verdict on a made-up token ({negative.reason})"
    else:
        return found
    reading = replace(found.reading, bare=False)
    return replace(found, active=None, reason="uncalibrated", detail=detail, reading=reading, unproven=())


def make_canary(provider: Provider | None) -> Secret:
    """A token of the provider's form that nobody has issued, another one at every call."""
    if provider is not None and isinstance(provider.debug, SignedToken) and provider.debug.opaque is None:
        return Secret(_badly_signed(provider.debug))
    letters = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(40))
    return Secret(letters if provider is None else provider.token.example(letters, secrets.token_hex(32)))


def _badly_signed(endpoint: SignedToken) -> str:
    """A token that looks like one of the issuer's, under no key of its own: every key must refuse it."""
    now = int(datetime.now(UTC).timestamp())
    claims = {"iss": endpoint.rules.issuers[0], "sub": "made-up", "aud": "made-up", "iat": now, "exp": now + 600}
    parts = [json.dumps(each).encode() for each in ({"alg": endpoint.rules.algorithms[0], "typ": "JWT"}, claims)]
    return ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in (*parts, secrets.token_bytes(256)))
