"""The simulated issuers, without a network: a request in, the recorded answer out.

Every provider's debug endpoint is played from its recordings. Which answer is given is decided by the token that is
asked about: ``World.token(provider, case)`` gives the made-up token of a case. Times in an answer move with the clock,
so that what was good when recorded is good now. The cases ``rate-limited``, ``broken`` and ``down`` are played for every
provider, also where its documentation shows no such answer.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from idp_checks import providers, recordings
from idp_checks.endpoint import Ask, HttpEndpoint, Request, Response
from idp_checks.introspection import Introspection, conclude
from idp_checks.provider import Provider
from idp_checks.recordings import DebugRecording
from idp_checks.rfc7662 import Discovered
from idp_checks.secret import Secret
from idp_checks.signed import SignedToken

__all__ = ["CLIENT_SECRET", "PLAYED", "World"]

CLIENT_SECRET = "simulated-client-secret"
"""The one client secret that the simulated issuers accept."""

PLAYED = ("rate-limited", "broken", "down")
"""Cases that are played for every provider."""

_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_KID = "simulated-key"


class World:
    """All simulated issuers. ``now`` gives the time, in UTC; ``names`` the providers played, all if not given."""

    def __init__(self, now: Callable[[], datetime] | None = None, names: tuple[str, ...] | None = None) -> None:
        self._now = now or (lambda: datetime.now(UTC))
        self.names = names or tuple(each.name for each in providers.every() if each.debug is not None)
        self._issuers: dict[str, Issuer] = {}

    def issuer(self, name: str) -> Issuer:
        """One provider's simulated issuer."""
        if name not in self._issuers:
            self._issuers[name] = Issuer(providers.get(name), self._now)
        return self._issuers[name]

    def token(self, provider: str, case: str) -> str:
        """The made-up token that is answered as in that case."""
        return self.issuer(provider).token(case)

    def respond(self, provider: str, request: Request, base: str | None = None) -> Response:
        """The answer to a request; ``base`` is the address under which this issuer is reached."""
        return self.issuer(provider).respond(request, base)

    def ask(self, provider: str, case: str, **expected: Any) -> Introspection:  # noqa: ANN401
        """Put the question of a case to the simulated issuer, as ``introspect`` would, without a network."""
        issuer = self.issuer(provider)
        expected.setdefault("client_id", issuer.client_id)
        expected.setdefault("client_secret", Secret(CLIENT_SECRET))
        expected.setdefault("credentials", issuer.credentials)
        clients = expected.pop("clients", ())
        ask = Ask(token=Secret(self.token(provider, case)), at=self._now(), **expected)
        endpoint = providers.get(provider).debug
        assert endpoint is not None, "only providers with a debug endpoint are played"  # noqa: S101
        steps = endpoint.steps(ask)
        request = next(steps)
        while True:
            try:
                request = steps.send(issuer.respond(request))
            except StopIteration as stop:
                return conclude(
                    provider, stop.value, method=endpoint.kind, asked_at=ask.at, clients=clients, subject=ask.subject
                )


class Issuer:
    """One simulated issuer."""

    def __init__(self, provider: Provider, now: Callable[[], datetime]) -> None:
        self.provider = provider
        self._now = now
        self.recordings: dict[str, DebugRecording] = {each.case: each for each in recordings.debug(provider.name)}
        self._tokens: dict[str, str] = {}

    @cached_property
    def cases(self) -> tuple[str, ...]:
        """The cases that can be asked for."""
        return tuple(dict.fromkeys((*self.recordings, *PLAYED)))

    @cached_property
    def client_id(self) -> str:
        """The application that the good recorded token was issued to, or a made-up one where no answer names it."""
        valid = self.recordings.get("valid")
        return str((valid.introspection.get("client_id") if valid else None) or "simulated-client")

    @cached_property
    def subject(self) -> str | None:
        """The account of the recorded full profile: bare id."""
        full = next((each for each in recordings.profiles(self.provider.name) if each.case == "full"), None)
        if full is None or not isinstance(full.normalized, dict):
            return None
        return str(full.normalized["user_id"]).partition("|")[2]

    @cached_property
    def credentials(self) -> Mapping[str, str]:
        """What this issuer needs beyond client id and secret, made up or as recorded."""
        valid = self.recordings.get("valid")
        claims = valid.token.claims if valid is not None and isinstance(valid.token, recordings.Signed) else {}
        made = {"tenant_id": str(claims.get("tid", "")), "issuer": "https://op.example.com"}
        made["introspection_endpoint"] = "https://idp.example.com/introspect"
        needs = self.provider.debug.needs if self.provider.debug else ()
        return {name: made[name] for name in needs if name in made}

    def token(self, case: str) -> str:
        """The token of a case: of the provider's documented form, the same at every call."""
        if case not in self.cases:
            raise LookupError(f"{self.provider.name} plays no case {case!r}; it plays {', '.join(self.cases)}")
        if case not in self._tokens:
            recorded = self.recordings.get(case)
            if isinstance(self.provider.debug, SignedToken):
                self._tokens[case] = self._signed(recorded or self.recordings["valid"], case)
            else:
                digest = hashlib.sha512(f"{self.provider.name} {case}".encode()).digest()
                body = "".join(_LETTERS[byte % 62] for byte in digest[:40])
                if self.provider.token.sample == "{hex}":
                    body = digest.hex()[:64]
                self._tokens[case] = self.provider.token.sample.replace("{hex}", body).replace("{}", body)
        return self._tokens[case]

    def respond(self, request: Request, base: str | None = None) -> Response:
        """The answer to a request."""
        path = urlsplit(request.url).path
        debug = self.provider.debug
        if path.endswith("/.well-known/openid-configuration"):
            return self._discovery(request.url.removesuffix("/.well-known/openid-configuration"), base)
        if isinstance(debug, SignedToken) and path.endswith(urlsplit(debug.url).path):
            return self._keys(request)
        case = self._case(request)
        if case == "rate-limited" and "rate-limited" not in self.recordings:
            return _json(429, {"error": "slow down"}, {"retry-after": "60"})
        if case == "down":
            return Response(503, {"content-type": "text/html"}, b"<html>Service Unavailable</html>")
        if self._is_debug(path):
            return self._debug(request, case)
        return self._profile(case)

    def _is_debug(self, path: str) -> bool:
        debug = self.provider.debug
        if isinstance(debug, Discovered):
            return path.endswith("/introspect")
        if isinstance(debug, SignedToken):
            debug = debug.opaque
        documented = urlsplit(debug.url).path if isinstance(debug, HttpEndpoint) else ""
        wanted = documented.split("/")
        asked = path.split("/")[-len(wanted) + 1 :]
        return all(part in (each, "") or part.startswith("{") for part, each in zip(wanted[1:], asked, strict=False))

    def _debug(self, request: Request, case: str | None) -> Response:
        if not self._caller_is_known(request):
            refused = self.recordings.get("bad-client")
            return self._answer(refused) if refused else _json(401, {"error": "invalid_client", "message": "Bad credentials"})
        if case == "broken":
            whole = self._answer(self.recordings["valid"])
            return Response(whole.status, whole.headers, whole.body[: len(whole.body) // 2])
        recorded = self.recordings.get(case or "")
        if recorded is None:
            recorded = next(
                (self.recordings[name] for name in ("malformed", "unknown", "revoked", "expired") if name in self.recordings), None
            )
        if recorded is None:
            return _json(401, {"error": "invalid_token"}, {"www-authenticate": 'Bearer error="invalid_token"'})
        return self._answer(recorded)

    def _caller_is_known(self, request: Request) -> bool:
        if "client_secret" not in (self.provider.debug.needs if self.provider.debug else ()):
            return True
        if request.basic is not None:
            return request.basic[1].reveal() == CLIENT_SECRET
        return any(CLIENT_SECRET in value for value in _values(request))

    def _answer(self, recorded: DebugRecording) -> Response:
        answered = recorded.exchange.response
        headers = {name.lower(): value for name, value in answered.headers.items()}
        headers.setdefault("content-type", "application/json")
        body = answered.text
        if not isinstance(answered.json, msgspec.UnsetType):
            body = json.dumps(shifted(answered.json, self._ago(recorded), self._model()))
        return Response(answered.status, headers, body.encode())

    def _model(self) -> Any:  # noqa: ANN401 - a type
        debug = self.provider.debug
        if isinstance(debug, SignedToken):
            debug = debug.opaque
        if isinstance(debug, HttpEndpoint):
            return debug.answer
        from idp_checks.rfc7662 import Active

        return Active

    def _ago(self, recorded: DebugRecording) -> int:
        """Seconds from the recording to now."""
        at = datetime.fromisoformat(recorded.introspection["asked_at"])
        return int((self._now() - at).total_seconds())

    def _profile(self, case: str | None) -> Response:
        full = next((each for each in recordings.profiles(self.provider.name) if each.case == "full"), None)
        if full is None or case not in ("valid", "other-client", "other-user"):
            return _json(401, {"error": "invalid_token"}, {"www-authenticate": 'Bearer error="invalid_token"'})
        return Response(200, {"content-type": "application/json"}, full.text.encode())

    def _case(self, request: Request) -> str | None:
        known = {self.token(case): case for case in self.cases}
        for value in _values(request):
            for word in (value, value.rpartition(" ")[2]):
                if word in known:
                    return known[word]
        return None

    def _discovery(self, issuer: str, base: str | None) -> Response:
        issuer = base or issuer
        return _json(200, {
            "issuer": issuer,
            "introspection_endpoint": f"{issuer}/introspect",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "jwks_uri": f"{issuer}/keys",
        })  # fmt: skip

    @cached_property
    def _key(self) -> Any:  # noqa: ANN401 - a private key of the cryptography package
        from cryptography.hazmat.primitives.asymmetric import rsa

        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def _keys(self, request: Request) -> Response:
        numbers = self._key.public_key().public_numbers()
        key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": _KID, "n": _b64(numbers.n), "e": _b64(numbers.e)}
        return _json(200, {"keys": [key]})

    def _signed(self, recorded: DebugRecording, case: str) -> str:
        import jwt

        assert isinstance(recorded.token, recordings.Signed), "a signed provider's recordings hold tokens"  # noqa: S101
        ago = self._ago(recorded)
        claims = {
            name: value + ago if name in ("exp", "iat", "nbf", "auth_time") and isinstance(value, int) else value
            for name, value in recorded.token.claims.items()
        }
        token = jwt.encode({**claims, "jti": f"{self.provider.name}-{case}"}, self._key, algorithm="RS256", headers={"kid": _KID})
        if case in ("malformed", "broken"):
            head, _, signature = token.rpartition(".")
            token = f"{head}.{signature[::-1]}"
        return token


def shifted(value: Any, ago: int, model: Any) -> Any:  # noqa: ANN401 - any JSON value and its type
    """A recorded answer with its times moved by so many seconds; the model tells which members are times."""
    return _shift(value, ago, msgspec.inspect.type_info(model))


def _shift(value: Any, ago: int, known: msgspec.inspect.Type) -> Any:  # noqa: ANN401
    meaning = None
    while isinstance(known, msgspec.inspect.Metadata):
        meaning = (known.extra or {}).get("means", meaning)
        known = known.type
    if isinstance(known, msgspec.inspect.UnionType):
        if meaning is None:
            for each in known.types:
                moved = _shift(value, ago, each)
                if moved != value:
                    return moved
            return value
    if meaning == "epoch" and value not in (0, None, -1):
        if isinstance(value, str):
            return str(int(value) + ago)
        return value + ago if isinstance(value, int | float) else value
    if meaning == "epoch-millis" and isinstance(value, int) and value > 0:
        return value + ago * 1000
    if meaning == "iso-time" and isinstance(value, str):
        moved = datetime.fromtimestamp(datetime.fromisoformat(value).timestamp() + ago, UTC).replace(microsecond=0)
        return moved.isoformat().replace("+00:00", "Z")
    if isinstance(known, msgspec.inspect.StructType) and isinstance(value, Mapping):
        members = {each.encode_name: each.type for each in known.fields}
        return {name: _shift(each, ago, members[name]) if name in members else each for name, each in value.items()}
    if isinstance(known, msgspec.inspect.ListType) and isinstance(value, list):
        return [_shift(each, ago, known.item_type) for each in value]
    return value


def _values(request: Request) -> list[str]:
    """Every value that a request carries, decoded."""
    tables: list[Mapping[str, Any]] = [request.headers, request.query, request.form or {}, request.json or {}]
    held = [value for table in tables for value in table.values()]
    plain = [value.reveal() if isinstance(value, Secret) else str(value) for value in held]
    return plain + [value for _, value in parse_qsl(urlsplit(request.url).query)] + [unquote(part) for part in urlsplit(request.url).path.split("/")]


def _json(status: int, body: object, headers: Mapping[str, str] = {}) -> Response:  # noqa: B006 - never written to
    return Response(status, {"content-type": "application/json", **headers}, json.dumps(body).encode())


def _b64(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()
