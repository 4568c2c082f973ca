"""Calibration: find out whether an endpoint denies a token that was never issued.

The canary token has the provider's token form and is sent with the same credentials. An endpoint that accepts it would
accept any string; an endpoint that fails on it has not been shown to deny anything. Both are reported as
``uncalibrated``, and their acceptance of a token does not count.
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


def apply_calibration(result: Introspection, canary_result: Introspection) -> Introspection:
    """Replace a result with ``uncalibrated`` if the same endpoint's result for a canary token requires it.

    If the canary token was accepted, no result counts. If it was neither accepted nor denied, an acceptance does not
    count.
    """
    if canary_result.active is True:
        detail = "the endpoint accepted a canary token"
    elif result.active is True and canary_result.active is None:
        detail = f"the endpoint did not decide about a canary token ({canary_result.reason})"
    else:
        return result
    reading = replace(result.reading, bare=False)
    return replace(result, active=None, reason="uncalibrated", detail=detail, reading=reading, unproven=())


def make_canary(provider: Provider | None) -> Secret:
    """Return a random token in the provider's form, which was never issued."""
    if provider is not None and isinstance(provider.debug, SignedToken) and provider.debug.opaque is None:
        return Secret(_make_badly_signed_token(provider.debug))
    letters = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(40))
    return Secret(letters if provider is None else provider.token.example(letters, secrets.token_hex(32)))


def _make_badly_signed_token(endpoint: SignedToken) -> str:
    """Return a token like the issuer's, with a random signature that no key verifies."""
    now = int(datetime.now(UTC).timestamp())
    claims = {"iss": endpoint.rules.issuers[0], "sub": "made-up", "aud": "made-up", "iat": now, "exp": now + 600}
    header = {"alg": endpoint.rules.algorithms[0], "typ": "JWT"}
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), secrets.token_bytes(256))
    return ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
