"""Renewal and revocation at a simulated issuer; both last, as at a real issuer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from idp_checks.issuers.cases import CLIENT_SECRET, LAG, LINGERING, REFRESH_TOKEN, UNDYING
from idp_checks.issuers.requests import request_values
from idp_checks.issuers.responses import json_response
from idp_checks.issuers.sample_tokens import SampleTokens
from idp_checks.providers.model import TokenFacts
from idp_checks.tokens.wire import Request, Response

__all__ = ["TokenLifecycle"]


class TokenLifecycle:
    """The tokens that a simulated issuer has renewed and revoked.

    Attributes:
        refresh_token: the refresh token that is accepted now.
    """

    def __init__(self, facts: TokenFacts, tokens: SampleTokens, now: Callable[[], datetime]) -> None:
        self._facts = facts
        self._tokens = tokens
        self._now = now
        self._renewed_tokens: list[str] = []
        self._revocation_times: dict[str, datetime] = {}
        self.refresh_token = REFRESH_TOKEN

    def case(self, request: Request) -> str | None:
        """Return the case of the token in a request; None without a token, or if it was revoked."""
        token = self._tokens.find(request)
        return None if token is None or self._is_revoked(token) else self._tokens.case(token)

    def renew(self, request: Request) -> Response:
        """Issue a new token (RFC 6749, section 6), and a new refresh token in place of the old one."""
        operation = self._facts.renewal
        assert operation.request is not None, "only documented operations have a route"  # noqa: S101
        if not _is_authenticated(request, operation.request.required_credentials):
            return json_response(401, {"error": "invalid_client"})
        takes_refresh_token = operation.token == "refresh"
        if takes_refresh_token:
            is_granted = self.refresh_token in request_values(request)
        else:
            is_granted = self.case(request) is not None
        if not is_granted:
            return json_response(400, {"error": "invalid_grant"})
        name = f"renewed-{len(self._renewed_tokens) + 1}"
        token = self._tokens.add(name)
        self._renewed_tokens.append(token)
        body = {"access_token": token, "token_type": "bearer", "expires_in": 3600}
        if takes_refresh_token:
            self.refresh_token = body["refresh_token"] = f"{REFRESH_TOKEN}-{name}"
        return json_response(200, body)

    def revoke(self, request: Request) -> Response:
        """Revoke a token, or all; an unknown token gets the same response (RFC 7009, section 2.2)."""
        operation = self._facts.termination
        assert operation.request is not None, "only documented operations have a route"  # noqa: S101
        if not _is_authenticated(request, operation.request.required_credentials):
            return json_response(401, {"error": "invalid_client"})
        token = self._tokens.find(request)
        revoked = set() if token is None else {token}
        if self.refresh_token in request_values(request) or (revoked and operation.ends == "grant"):
            revoked |= {self._tokens.token("valid"), *self._renewed_tokens}
        for item in revoked:
            self._revocation_times.setdefault(item, self._now())
        status = min(operation.success_statuses)
        return json_response(status, {}) if status == 200 else Response(status)

    def _is_revoked(self, token: str) -> bool:
        """Return whether a token was revoked and no longer works."""
        revoked_at, case = self._revocation_times.get(token), self._tokens.case(token)
        if revoked_at is None or case == UNDYING:
            return False
        return case != LINGERING or (self._now() - revoked_at).total_seconds() >= LAG


def _is_authenticated(request: Request, required_credentials: tuple[str, ...]) -> bool:
    """Return whether the request contains the client secret, if it is required."""
    if "client_secret" not in required_credentials:
        return True
    if request.basic is not None and request.basic[1].reveal() == CLIENT_SECRET:
        return True
    return any(CLIENT_SECRET in value for value in request_values(request))
