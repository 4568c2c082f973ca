"""Responses that simulated issuers share."""

from __future__ import annotations

import json
from collections.abc import Mapping

from idp_checks.tokens.wire import Response

__all__ = ["invalid_token_response", "json_response"]


def json_response(status: int, body: object, headers: Mapping[str, str] = {}) -> Response:
    """Return a JSON response."""
    return Response(status, {"content-type": "application/json", **headers}, json.dumps(body).encode())


def invalid_token_response() -> Response:
    """Return the response about an invalid token (RFC 6750, section 3.1)."""
    return json_response(401, {"error": "invalid_token"}, {"www-authenticate": 'Bearer error="invalid_token"'})
