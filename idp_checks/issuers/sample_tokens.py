"""Sample tokens of a simulated issuer, one for each case."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from idp_checks import recordings
from idp_checks.issuers.cases import LINGERING, SLOW, UNDYING
from idp_checks.issuers.keys import KEY_ID
from idp_checks.issuers.recorded_issuer import RecordedIssuer
from idp_checks.issuers.requests import request_tokens
from idp_checks.issuers.substitutions import replace_ids
from idp_checks.recordings import DebugRecording
from idp_checks.tokens.wire import Request

__all__ = ["SampleTokens", "recording_age"]

_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def recording_age(recording: DebugRecording, now: datetime) -> int:
    """Return the seconds from the recording until now."""
    return int((now - datetime.fromisoformat(recording.introspection["asked_at"])).total_seconds())


class SampleTokens:
    """The tokens of a simulated issuer, in the provider's documented form.

    Args:
        recorded: the facts about the issuer.
        now: returns the current time, in UTC.
        signing_key: returns the key that signs tokens.
    """

    def __init__(self, recorded: RecordedIssuer, now: Callable[[], datetime], signing_key: Callable[[], Any]) -> None:
        self._recorded = recorded
        self._now = now
        self._signing_key = signing_key
        self._tokens: dict[str, str] = {}
        self._cases: dict[str, str] = {}

    def token(self, case: str) -> str:
        """Return the token of a case, the same for every call.

        Raises:
            LookupError: the case does not exist.
        """
        cases = self._recorded.cases
        if case not in (*cases, SLOW, LINGERING, UNDYING):
            name = self._recorded.provider.name
            raise LookupError(f"unknown case {case!r} of {name} (choose {', '.join(cases)})")
        if case not in self._tokens:
            self._tokens[case] = self._make(case)
        return self._tokens[case]

    def add(self, name: str) -> str:
        """Make another good token."""
        token = self._make(name)
        self._cases[token] = "valid"
        return token

    def case(self, token: str) -> str:
        """Return the case of a token."""
        return self._cases[token]

    def find(self, request: Request) -> str | None:
        """Return the sample token in a request, or None."""
        if not self._cases:
            self._cases = {self.token(case): case for case in (*self._recorded.cases, SLOW, LINGERING, UNDYING)}
        return next((token for token in request_tokens(request) if token in self._cases), None)

    def _make(self, name: str) -> str:
        """Make the token of that name."""
        issuer = self._recorded
        recording = issuer.recordings.get(name) or issuer.recordings.get("valid")
        if recording is not None and isinstance(recording.token, recordings.RecordedJwt):
            return self._sign(recording, recording.token, name)
        digest = hashlib.sha512(f"{issuer.provider.name} {name}".encode()).digest()
        body = "".join(_LETTERS[byte % 62] for byte in digest[:40])
        return issuer.provider.token.example(body, digest.hex()[:64])

    def _sign(self, recording: DebugRecording, token: recordings.RecordedJwt, case: str) -> str:
        import jwt

        age = recording_age(recording, self._now())
        claims = {
            name: value + age if name in ("exp", "iat", "nbf", "auth_time") and isinstance(value, int) else value
            for name, value in token.claims.items()
        }
        if case in ("other-client", "other-user") and recording.case != case:
            claims = replace_ids(claims, self._recorded.replacements(case))
        claims["jti"] = f"{self._recorded.provider.name}-{case}"
        header = {**{name: value for name, value in token.header.items() if name != "alg"}, "kid": KEY_ID}
        signed = jwt.encode(claims, self._signing_key(), algorithm="RS256", headers=header)
        if case == "malformed":
            head, _, signature = signed.rpartition(".")
            signed = f"{head}.{signature[::-1]}"
        return signed
