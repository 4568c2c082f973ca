"""One simulated issuer: a request in, the recorded response out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from idp_checks.issuers.cases import GOOD_CASES, LINGERING, SLOW, UNDYING
from idp_checks.issuers.keys import public_key_set
from idp_checks.issuers.recorded_issuer import RecordedIssuer
from idp_checks.issuers.requests import has_client_secret, has_oauth1_signature
from idp_checks.issuers.responses import invalid_token_response, json_response
from idp_checks.issuers.sample_tokens import SampleTokens, recording_age
from idp_checks.issuers.substitutions import replace_ids, shift_times
from idp_checks.issuers.token_lifecycle import TokenLifecycle
from idp_checks.providers.model import Provider
from idp_checks.recordings import DebugRecording
from idp_checks.tokens.endpoint import HttpEndpoint
from idp_checks.tokens.rfc7662 import IntrospectionResponse
from idp_checks.tokens.signed import SignedToken
from idp_checks.tokens.wire import Request, Response

__all__ = ["Issuer"]


class Issuer(RecordedIssuer):
    """One simulated issuer.

    Args:
        provider: the provider whose issuer is simulated.
        now: returns the current time, in UTC.
        signing_key: returns the key that signs tokens.
    """

    def __init__(self, provider: Provider, now: Callable[[], datetime], signing_key: Callable[[], Any]) -> None:
        super().__init__(provider)
        self._now = now
        self._signing_key = signing_key
        self._tokens = SampleTokens(self, now, signing_key)
        self._lifecycle = TokenLifecycle(provider.token, self._tokens, now)

    @property
    def refresh_token(self) -> str:
        """The refresh token that is accepted now."""
        return self._lifecycle.refresh_token

    def token(self, case: str) -> str:
        """Return the sample token of a case, the same for every call.

        Raises:
            LookupError: the case does not exist.
        """
        return self._tokens.token(case)

    def case(self, request: Request) -> str | None:
        """Return the case of the token in a request; None without a token, or if it was revoked."""
        return self._lifecycle.case(request)

    def respond(self, request: Request, base: str | None = None, case: str | None = None) -> Response:
        """Return the response to a request; see ``World.respond``."""
        path, query = urlsplit(request.url)[2:4]
        if base is not None:
            path = path.removeprefix(urlsplit(base).path.rstrip("/"))
        path = unquote(path) or "/"
        route = next((item for item in self.routes if item.matches(request.method, path, query)), None)
        if route is None:
            return Response(404, {"content-type": "text/plain"}, b"no simulated endpoint at this URL")
        case = case or self.case(request)
        if case == "down":
            return Response(503, {"content-type": "text/html"}, b"<html>Service Unavailable</html>")
        if case == "rate-limited" and (case not in self.recordings or route.role != "debug"):
            return json_response(429, {"error": "slow down"}, {"retry-after": "60"})
        if case in (SLOW, LINGERING, UNDYING):
            case = "valid"
        if case == "broken":
            response = self._respond(route.role, request, base, "valid")
            return Response(response.status, response.headers, response.body[: len(response.body) // 2])
        return self._respond(route.role, request, base, case)

    def _respond(self, role: str, request: Request, base: str | None, case: str | None) -> Response:
        if role == "debug":
            return self._debug(request, base, case)
        if role == "discovery":
            return self._discovery(base or self.credentials["issuer"])
        if role == "keys":
            return json_response(200, public_key_set(self._signing_key()))
        if role == "renewal":
            return self._lifecycle.renew(request)
        if role == "revocation":
            return self._lifecycle.revoke(request)
        if role == "use":
            return json_response(200, {}) if case in GOOD_CASES else invalid_token_response()
        return self._profile(role, case)

    def _debug(self, request: Request, base: str | None, case: str | None) -> Response:
        if not self._is_client_authenticated(request):
            rejection = self.recordings.get("bad-client")
            if rejection is not None:
                return self._replay(rejection, {})
            return json_response(401, {"error": "invalid_client", "message": "Bad credentials"})
        replacements: dict[str, str] = {}
        if base is not None and self.provider.kind == "generic" and "valid" in self.recordings:
            documented = self.recordings["valid"].introspection.get("issuer", self.credentials.get("issuer"))
            replacements[str(documented)] = base
        recording = self.recordings.get(case or "")
        if recording is None and case in ("other-client", "other-user"):
            recording = self.recordings["valid"]
            replacements |= self.replacements(case)
        if recording is not None and self.uses_key_set(recording):
            return self._profile("profile", case)  # the signature proves the token; this call returns the profile
        recording = recording or self.denial
        return invalid_token_response() if recording is None else self._replay(recording, replacements)

    def _is_client_authenticated(self, request: Request) -> bool:
        debug = self.provider.debug
        if debug is None or "client_secret" not in debug.required_credentials:
            return True
        if request.basic is None and isinstance(debug, HttpEndpoint) and debug.placement.location == "oauth1":
            return has_oauth1_signature(request, self.credentials.get("access_token_secret"))
        return has_client_secret(request)

    def _replay(self, recording: DebugRecording, replacements: Mapping[str, str]) -> Response:
        """Return a recorded response, with its times moved and identifiers replaced."""
        response = recording.exchange.response
        headers = {name.lower(): value for name, value in response.headers.items()}
        headers.setdefault("content-type", "application/json")
        body = response.text
        if not isinstance(response.json, msgspec.UnsetType):
            value = shift_times(response.json, recording_age(recording, self._now()), self._response_model)
            body = json.dumps(replace_ids(value, replacements))
        return Response(response.status, headers, body.encode())

    @property
    def _response_model(self) -> Any:
        debug = self.provider.debug
        if isinstance(debug, SignedToken):
            debug = debug.opaque
        return debug.response_model if isinstance(debug, HttpEndpoint) else IntrospectionResponse

    def _profile(self, role: str, case: str | None) -> Response:
        """Return the recorded profile, or the response of an additional call."""
        full = self.full_profile
        if full is None or case not in GOOD_CASES:
            return invalid_token_response()
        if role == "profile" and not isinstance(full.body, msgspec.UnsetType):
            return Response(200, {"content-type": "application/json"}, full.body.encode())
        if role != "profile" and role not in full.also:
            return json_response(404, {})
        raw = full.raw if role == "profile" else full.also[role]
        return json_response(200, replace_ids(raw, self.replacements(case) if case == "other-user" else {}))

    def _discovery(self, issuer: str) -> Response:
        return json_response(
            200,
            {
                "issuer": issuer,
                "introspection_endpoint": f"{issuer}/introspect",
                "userinfo_endpoint": f"{issuer}/userinfo",
                "token_endpoint": f"{issuer}/renewal",
                "revocation_endpoint": f"{issuer}/revocation",
                "jwks_uri": f"{issuer}/keys",
            },
        )
