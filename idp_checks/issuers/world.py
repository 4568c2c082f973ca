"""The simulated issuers, without a network: a request in, the recorded answer out.

Every provider's debug endpoint is played from its recordings, and with it the calls for the profile. Which answer is
given is decided by the token that is asked about: ``World.token(provider, case)`` gives the made-up token of a case.
A token of no case is unknown, and refused as that issuer refuses unknown tokens. Times in an answer move with the
clock, so that what was good when recorded is good now.

Beside the recorded cases every issuer plays those of ``PLAYED``, and where its good answer names an application or an
account, ``other-client`` and ``other-user``. A key set is asked for without a token: there a case of ``PLAYED`` is
played for all that is asked.

The documented calls that renew and revoke are played as well, and they last: a token that was revoked is dead from then
on. The good tokens ``LINGERING`` and ``UNDYING`` are those of issuers that take their time, and that lie.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, unquote_plus, urlsplit

import msgspec

from idp_checks import providers, recordings
from idp_checks.providers.model import Provider
from idp_checks.recordings import DebugRecording
from idp_checks.secret import Secret
from idp_checks.tokens.discovery import Discovered
from idp_checks.tokens.endpoint import Endpoint, HttpEndpoint
from idp_checks.tokens.introspection import Introspection, conclude
from idp_checks.tokens.signed import SignedToken
from idp_checks.tokens.template import Ask
from idp_checks.tokens.wire import Request, Response

__all__ = ["CLIENT_SECRET", "PLAYED", "SLOW", "Issuer", "Place", "World", "question"]

CLIENT_SECRET = "simulated-client-secret"
"""The one client secret that the simulated issuers accept."""
REFRESH_TOKEN = "simulated-refresh-token"
"""The refresh token that each of them accepts at first; a renewal puts another in its place."""

PLAYED = ("rate-limited", "broken", "down")
"""Cases that are played for every provider: asked to slow down, an answer cut in half, out of service."""

SLOW = "slow"
"""The case of an answer that comes too late. Only what has a clock plays it; here it is answered at once."""

LINGERING, UNDYING = "lingering", "undying"
"""Cases of a good token that goes on working when it is revoked: for ``LAG`` seconds, and for ever."""
LAG = 2.0

MILLISECONDS = 10**11
"""An issuer that may mean milliseconds or seconds since 1970 means milliseconds from here on."""

_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_KID = "simulated-key"
_MADE = {
    "issuer": "https://op.example.com",
    "introspection_endpoint": "https://idp.example.com/introspect",
    "domain": "tenant.example.com",
}
"""Credentials that are made up, by name; every other is ``simulated-`` and its name."""


class World:
    """All simulated issuers. ``now`` gives the time, in UTC; ``names`` the providers played, all if not given."""

    def __init__(self, now: Callable[[], datetime] | None = None, names: tuple[str, ...] | None = None) -> None:
        self._now = now or (lambda: datetime.now(UTC))
        self.names = names or tuple(
            each for each in providers.own() if providers.get(each).debug is not None and recordings.played(each)
        )
        self._issuers: dict[str, Issuer] = {}

    def issuer(self, name: str) -> Issuer:
        """One provider's simulated issuer."""
        if name not in self._issuers:
            self._issuers[name] = Issuer(providers.get(name), self._now, self)
        return self._issuers[name]

    def token(self, provider: str, case: str) -> str:
        """The made-up token that is answered as in that case."""
        return self.issuer(provider).token(case)

    def tokens(self) -> Iterator[tuple[str, str, str]]:
        """Every token there is, as provider, case, token."""
        for name in self.names:
            for case in self.issuer(name).cases:
                yield name, case, self.token(name, case)

    def respond(self, provider: str, request: Request, base: str | None = None, case: str | None = None) -> Response:
        """The answer to a request.

        Args:
            base: the address under which this issuer is reached; its documented hosts if not given.
            case: the case that is played whatever the request says; that of the request's token if not given.
        """
        return self.issuer(provider).respond(request, base, case)

    def ask(self, provider: str, case: str, **expected: Any) -> Introspection:
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
        try:
            request = next(steps)
            while True:
                request = steps.send(issuer.respond(request, ask.issuer_url, issuer.wholly(case)))
        except StopIteration as stop:
            return conclude(
                provider, stop.value, method=endpoint.kind, asked_at=ask.at, clients=clients, subject=ask.subject
            )

    @cached_property
    def key(self) -> Any:
        """The key that signs all signed tokens: issuers may share a key set."""
        from cryptography.hazmat.primitives.asymmetric import rsa

        return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Place(NamedTuple):
    """Where an issuer answers: method, documented address (``{client_id}`` and the like stand for one segment), part.

    The part is ``debug``, ``keys``, ``discovery``, ``profile``, ``renewal``, ``revocation``, ``use``, or the name of a
    further call for the profile.
    """

    method: str
    url: str
    part: str

    def fits(self, method: str, path: str, query: str = "") -> bool:
        """Whether a request for the path comes here; of calls that share a path the query tells them apart."""
        fixed = {pair for pair in parse_qsl(urlsplit(self.url).query) if "{" not in pair[1]}
        told = not query or fixed <= set(parse_qsl(query))
        return method == self.method and told and re.fullmatch(self.pattern, path) is not None

    @property
    def pattern(self) -> str:
        """The path as a regular expression."""
        path = unquote(urlsplit(self.url).path) or "/"
        return "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"({\w+})", path))


class Issuer:
    """One simulated issuer."""

    def __init__(self, provider: Provider, now: Callable[[], datetime], world: World) -> None:
        self.provider = provider
        self._now = now
        self._world = world
        self.recordings: dict[str, DebugRecording] = {each.case: each for each in recordings.debug(provider.name)}
        self._full = recordings.full(provider.name)
        self._tokens: dict[str, str] = {}
        self._known: dict[str, str] = {}
        self._renewed: list[str] = []
        self._ended: dict[str, datetime] = {}
        self.refresh_token = REFRESH_TOKEN

    @cached_property
    def cases(self) -> tuple[str, ...]:
        """The cases that can be asked for."""
        others = [
            case
            for case, named in (("other-client", self._said("client_id")), ("other-user", self.subject))
            if named and "valid" in self.recordings
        ]
        return tuple(dict.fromkeys((*self.recordings, *others, *PLAYED)))

    @cached_property
    def client_id(self) -> str:
        """The application that the good recorded token was issued to, or a made-up one where no answer names it."""
        return self._said("client_id") or "simulated-client"

    @cached_property
    def subject(self) -> str | None:
        """The account that the good token stands for: bare id."""
        return self._said("subject") or self._filed

    @property
    def _filed(self) -> str | None:
        """The account as the profile names it, which may be another name of it."""
        if self._full is None or not isinstance(self._full.normalized, dict):
            return None
        return str(self._full.normalized["user_id"]).partition("|")[2]

    @cached_property
    def credentials(self) -> Mapping[str, str]:
        """What this issuer needs beyond client id and secret, made up or as recorded."""
        valid = self.recordings.get("valid")
        claims = valid.token.claims if valid is not None and isinstance(valid.token, recordings.Signed) else {}
        made = {**_MADE, **({"tenant_id": str(claims["tid"])} if "tid" in claims else {})}
        if isinstance(self.provider.debug, Discovered):
            made["issuer"] = self._said("issuer") or made["issuer"]
        made |= valid.credentials if valid is not None else {}
        needs = self.provider.debug.needs if self.provider.debug else ()
        return {
            name: made.get(name, f"simulated-{name}") for name in needs if name not in ("client_id", "client_secret")
        }

    @cached_property
    def further(self) -> Mapping[str, str]:
        """The same where this issuer is reached under an address of its own, which stands for its endpoints."""
        return {
            name: value for name, value in self.credentials.items() if name not in ("issuer", "introspection_endpoint")
        }

    def wholly(self, case: str) -> str | None:
        """The case, if no token can ask for it here and the issuer as a whole has to play it."""
        valid = self.recordings.get("valid")
        signed = valid is not None and isinstance(valid.token, recordings.Signed)
        return case if signed and case in (*PLAYED, SLOW) and case not in self.recordings else None

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Where this issuer answers; of two that fit, the first."""
        found = list(self._debug_places(self.provider.debug))
        profile = self.provider.profile
        calls = [] if profile.call is None else [("profile", profile.call)]
        calls += [(name, further.call) for name, further in profile.also.items()]
        found += [Place(call.method, call.url, name) for name, call in calls if call.url.startswith("https://")]
        found += self._ways()
        return tuple(each._replace(url=self.hosted(each.url)) for each in found)

    def _ways(self) -> Iterator[Place]:
        """Where tokens are renewed, revoked and used, as far as it is documented how."""
        discovered, token = isinstance(self.provider.debug, Discovered), self.provider.token
        for part, way in (("renewal", token.renewal), ("revocation", token.termination), ("use", token.uses)):
            if way.manner is None or way.method is None or way.url is None:
                continue
            if way.url.startswith("https://"):
                yield Place(way.method, way.url, part)
            elif discovered and part != "use":
                yield Place(way.method, f"{self.credentials['issuer']}/{part}", part)

    def hosted(self, url: str) -> str:
        """The address with what the caller holds filled into its host."""
        scheme, _, rest = url.partition("://")
        host, slash, path = rest.partition("/")
        for name, value in self.credentials.items():
            host = host.replace("{" + name + "}", value)
        return f"{scheme}://{host}{slash}{path}"

    def _debug_places(self, debug: Endpoint | None) -> Iterator[Place]:
        if isinstance(debug, HttpEndpoint):
            yield Place(debug.method, self.credentials.get("introspection_endpoint", debug.url), "debug")
            if debug.profile is not None:
                yield Place(debug.profile.method, debug.profile.url, "profile")
        elif isinstance(debug, SignedToken):
            yield Place("GET", debug.url, "keys")
            yield from self._debug_places(debug.opaque)
        elif isinstance(debug, Discovered):
            issuer = self.credentials["issuer"]
            yield Place("GET", debug.url.replace("{issuer}", issuer), "discovery")
            yield Place("POST", f"{issuer}/introspect", "debug")
            yield Place("GET", f"{issuer}/userinfo", "profile")
            yield Place("GET", f"{issuer}/keys", "keys")

    def token(self, case: str) -> str:
        """The token of a case: of the provider's documented form, the same at every call."""
        if case not in (*self.cases, SLOW, LINGERING, UNDYING):
            raise LookupError(f"{self.provider.name} plays no case {case!r}; it plays {', '.join(self.cases)}")
        if case not in self._tokens:
            self._tokens[case] = self._made(case)
        return self._tokens[case]

    def _made(self, case: str) -> str:
        """The made-up token of that name."""
        recorded = self.recordings.get(case) or self.recordings.get("valid")
        if recorded is not None and isinstance(recorded.token, recordings.Signed):
            return self._signed(recorded, recorded.token, case)
        digest = hashlib.sha512(f"{self.provider.name} {case}".encode()).digest()
        body = "".join(_LETTERS[byte % 62] for byte in digest[:40])
        return self.provider.token.example(body, digest.hex()[:64])

    def case(self, request: Request) -> str | None:
        """The case of the token that stands in the request; none of one that has ended."""
        token = self._asked_about(request)
        return None if token is None or self._is_over(token) else self._known[token]

    def _asked_about(self, request: Request) -> str | None:
        """The token of ours that stands in the request."""
        if not self._known:
            self._known = {self.token(case): case for case in (*self.cases, SLOW, LINGERING, UNDYING)}
        for value in _values(request):
            words: list[str] = [value, value.rpartition(" ")[2], *_OAUTH1.findall(value)]
            for word in words:
                if word in self._known:
                    return word
        return None

    def _is_over(self, token: str) -> bool:
        """Whether a token was revoked, and no longer works."""
        at, case = self._ended.get(token), self._known[token]
        if at is None or case == UNDYING:
            return False
        return case != LINGERING or (self._now() - at).total_seconds() >= LAG

    def respond(self, request: Request, base: str | None = None, case: str | None = None) -> Response:
        """The answer to a request; see ``World.respond``."""
        path, query = urlsplit(request.url)[2:4]
        if base is not None:
            path = path.removeprefix(urlsplit(base).path.rstrip("/"))
        place = next((each for each in self.places if each.fits(request.method, unquote(path) or "/", query)), None)
        if place is None:
            return Response(404, {"content-type": "text/plain"}, b"nothing is played at this address")
        case = case or self.case(request)
        if case == "down":
            return Response(503, {"content-type": "text/html"}, b"<html>Service Unavailable</html>")
        if case == "rate-limited" and (case not in self.recordings or place.part != "debug"):
            return _json(429, {"error": "slow down"}, {"retry-after": "60"})
        as_good = case in ("broken", SLOW, LINGERING, UNDYING)
        answer = self._part(place.part, request, base, "valid" if as_good else case)
        if case == "broken":
            return Response(answer.status, answer.headers, answer.body[: len(answer.body) // 2])
        return answer

    def _part(self, part: str, request: Request, base: str | None, case: str | None) -> Response:
        if part == "discovery":
            return self._discovery(base or self.credentials["issuer"])
        if part == "keys":
            return self._keys()
        if part == "renewal":
            return self._renew(request)
        if part == "revocation":
            return self._revoke(request)
        if part == "use":
            good = case in ("valid", "other-client", "other-user")
            return _json(200, {}) if good else self._profile("profile", None)
        return self._debug(request, base, case) if part == "debug" else self._profile(part, case)

    def _debug(self, request: Request, base: str | None, case: str | None) -> Response:
        if not self._caller_is_known(request):
            refused = self.recordings.get("bad-client")
            return (
                self._answer(refused, {})
                if refused
                else _json(401, {"error": "invalid_client", "message": "Bad credentials"})
            )
        renamed: dict[str, str] = {}
        if base is not None and self.provider.kind == "generic" and "valid" in self.recordings:
            stated = self.recordings["valid"].introspection.get("issuer", self.credentials.get("issuer"))
            renamed[str(stated)] = base
        recorded = self.recordings.get(case or "")
        if recorded is None and case in ("other-client", "other-user"):
            recorded = self.recordings["valid"]
            renamed |= self._other(case)
        if recorded is not None and self._by_keys(recorded):
            return self._profile("profile", case)  # its signature is what answers; the call gives the person
        recorded = recorded or self._denial
        if recorded is None:
            return _json(401, {"error": "invalid_token"}, {"www-authenticate": 'Bearer error="invalid_token"'})
        return self._answer(recorded, renamed)

    def _renew(self, request: Request) -> Response:
        """A new token (RFC 6749, section 6), and a new refresh token in the old one's place."""
        manner = self.provider.token.renewal.manner
        assert manner is not None, "only ways with a manner have a place"  # noqa: S101
        if not _authenticated(request, manner.needs):
            return _json(401, {"error": "invalid_client"})
        rotating = manner.token == "refresh"
        if self.case(request) is None if not rotating else self.refresh_token not in _values(request):
            return _json(400, {"error": "invalid_grant"})
        name = f"renewed-{len(self._renewed) + 1}"
        token = self._made(name)
        self._renewed.append(token)
        self._known[token] = "valid"
        answer = {"access_token": token, "token_type": "bearer", "expires_in": 3600}
        if rotating:
            self.refresh_token = answer["refresh_token"] = f"{REFRESH_TOKEN}-{name}"
        return _json(200, answer)

    def _revoke(self, request: Request) -> Response:
        """The end of a token, or of all: an unknown one gets the same answer (RFC 7009, section 2.2)."""
        manner = self.provider.token.termination.manner
        assert manner is not None, "only ways with a manner have a place"  # noqa: S101
        if not _authenticated(request, manner.needs):
            return _json(401, {"error": "invalid_client"})
        token = self._asked_about(request)
        by_refresh = self.refresh_token in _values(request)
        ended = {token} if token is not None else set()
        if by_refresh or (ended and manner.ends == "grant"):
            ended |= {self.token("valid"), *self._renewed}
        self._ended |= {each: self._now() for each in ended if each not in self._ended}
        status = min(manner.done)
        return _json(status, {}) if status == 200 else Response(status)

    @cached_property
    def _denial(self) -> DebugRecording | None:
        """How this issuer answers about a token that it does not know."""
        denials = [
            each
            for each in self.recordings.values()
            if each.introspection.get("active") is False and not self._by_keys(each)
        ]
        order = ("unknown", "malformed", "revoked", "expired")
        denials.sort(key=lambda each: order.index(each.case) if each.case in order else len(order))
        return denials[0] if denials else None

    def _by_keys(self, recorded: DebugRecording) -> bool:
        """Whether the key set was asked, and not an endpoint."""
        debug = self.provider.debug
        return isinstance(debug, SignedToken) and recorded.exchange.request.get("url") == debug.url

    def _other(self, case: str) -> dict[str, str]:
        """What stands for the application or the account in a good answer, and what in that of another one."""
        names = {self.client_id} if case == "other-client" else {self.subject, self._filed}
        return {name: _another(name) for name in names if name}

    def _said(self, name: str) -> str | None:
        """What the good answer says."""
        valid = self.recordings.get("valid")
        said = valid.introspection.get(name) if valid else None
        return None if said is None else str(said)

    def _caller_is_known(self, request: Request) -> bool:
        if "client_secret" not in (self.provider.debug.needs if self.provider.debug else ()):
            return True
        if request.basic is not None:
            return request.basic[1].reveal() == CLIENT_SECRET
        debug = self.provider.debug
        if isinstance(debug, HttpEndpoint) and debug.send.place == "oauth1":
            return self._signed_by_us(request)
        return any(CLIENT_SECRET in value.split("|") for value in _values(request))

    def _signed_by_us(self, request: Request) -> bool:
        """Whether our secrets signed the request (RFC 5849, section 3.4): they sign, and are not sent."""
        from oauthlib.oauth1.rfc5849.signature import collect_parameters, verify_hmac_sha1

        headers = {
            name: value.reveal() if isinstance(value, Secret) else value for name, value in request.headers.items()
        }
        try:
            params = collect_parameters(urlsplit(request.url).query, headers=headers)
            signature = dict(collect_parameters(headers=headers, exclude_oauth_signature=False))["oauth_signature"]
        except (ValueError, KeyError):
            return False
        signed = SimpleNamespace(params=params, signature=signature, uri=request.url, http_method=request.method)
        return bool(verify_hmac_sha1(signed, CLIENT_SECRET, self.credentials.get("access_token_secret")))

    def _answer(self, recorded: DebugRecording, renamed: Mapping[str, str]) -> Response:
        answered = recorded.exchange.response
        headers = {name.lower(): value for name, value in answered.headers.items()}
        headers.setdefault("content-type", "application/json")
        body = answered.text
        if not isinstance(answered.json, msgspec.UnsetType):
            body = json.dumps(_renamed(shifted(answered.json, self._ago(recorded), self._model()), renamed))
        return Response(answered.status, headers, body.encode())

    def _model(self) -> Any:
        debug = self.provider.debug
        if isinstance(debug, SignedToken):
            debug = debug.opaque
        if isinstance(debug, HttpEndpoint):
            return debug.answer
        from idp_checks.tokens.rfc7662 import Active

        return Active

    def _ago(self, recorded: DebugRecording) -> int:
        """Seconds from the recording to now."""
        at = datetime.fromisoformat(recorded.introspection["asked_at"])
        return int((self._now() - at).total_seconds())

    def _profile(self, part: str, case: str | None) -> Response:
        if self._full is None or case not in ("valid", "other-client", "other-user"):
            return _json(401, {"error": "invalid_token"}, {"www-authenticate": 'Bearer error="invalid_token"'})
        if part == "profile" and not isinstance(self._full.body, msgspec.UnsetType):
            return Response(200, {"content-type": "application/json"}, self._full.body.encode())
        if part != "profile" and part not in self._full.also:
            return _json(404, {})
        raw = self._full.raw if part == "profile" else self._full.also[part]
        return _json(200, _renamed(raw, self._other(case) if case == "other-user" else {}))

    def _discovery(self, issuer: str) -> Response:
        return _json(
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

    def _keys(self) -> Response:
        numbers = self._world.key.public_key().public_numbers()
        key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": _KID, "n": _b64(numbers.n), "e": _b64(numbers.e)}
        return _json(200, {"keys": [key]})

    def _signed(self, recorded: DebugRecording, token: recordings.Signed, case: str) -> str:
        import jwt

        ago = self._ago(recorded)
        claims = {
            name: value + ago if name in ("exp", "iat", "nbf", "auth_time") and isinstance(value, int) else value
            for name, value in token.claims.items()
        }
        if case in ("other-client", "other-user") and recorded.case != case:
            claims = _renamed(claims, self._other(case))
        claims["jti"] = f"{self.provider.name}-{case}"
        header = {**{name: value for name, value in token.header.items() if name != "alg"}, "kid": _KID}
        signed = jwt.encode(claims, self._world.key, algorithm="RS256", headers=header)
        if case == "malformed":
            head, _, signature = signed.rpartition(".")
            signed = f"{head}.{signature[::-1]}"
        return signed


_OAUTH1 = re.compile(r'oauth_token="([^"]*)"')


def _another(name: str) -> str:
    """Another name of the same form: its last letter or digit is another one."""
    digits = "0123456789"
    for at in range(len(name) - 1, -1, -1):
        if name[at] in digits:
            return f"{name[:at]}{digits[(int(name[at]) + 5) % 10]}{name[at + 1 :]}"
    return f"{name}-2"


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """A JSON value with some of its texts and numbers replaced, taken as wholes or as the last part of an address."""
    if isinstance(value, Mapping):
        return {name: _renamed(each, names) for name, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, names) for each in value]
    if isinstance(value, str):
        last = re.split("[/:]", value)[-1]
        return names.get(value) or (value.removesuffix(last) + names[last] if last in names else value)
    if isinstance(value, int) and not isinstance(value, bool) and str(value) in names:
        return int(names[str(value)])
    return value


def question(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Request:
    """A request as it came over the wire, as the world takes it."""
    form = data = None
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        form = dict(parse_qsl(body.decode("utf-8", "replace")))
    elif kind == "application/json":
        data = _object(body)
    return Request(method=method, url=url, headers=headers, form=form, json=data, basic=_basic(headers))


def _object(body: bytes) -> dict[str, str] | None:
    try:
        data = json.loads(body)
    except ValueError:
        return None
    return {str(name): str(value) for name, value in data.items()} if isinstance(data, dict) else None


def _basic(headers: Mapping[str, str]) -> tuple[str, Secret] | None:
    """User and password of HTTP Basic, which OAuth form-encodes (RFC 6749, section 2.3.1)."""
    scheme, _, pair = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(pair, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return unquote_plus(user), Secret(unquote_plus(password))


def shifted(value: Any, ago: int, model: Any) -> Any:
    """A recorded answer with its times moved by so many seconds; the model tells which members are times."""
    return _shift(value, ago, msgspec.inspect.type_info(model))


def _shift(value: Any, ago: int, known: msgspec.inspect.Type) -> Any:
    meaning = None
    while isinstance(known, msgspec.inspect.Metadata):
        meaning = (known.extra or {}).get("means", meaning)
        known = known.type
    if isinstance(known, msgspec.inspect.UnionType) and meaning is None:
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
        return value + ago * (1000 if value >= MILLISECONDS else 1)
    if meaning == "iso-time" and isinstance(value, str) and value:
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
    tables = (request.headers, request.path, request.query, request.form or {}, request.json or {})
    held = [value for table in tables for value in table.values()]
    plain = [value.reveal() if isinstance(value, Secret) else str(value) for value in held]
    return (
        plain
        + [value for _, value in parse_qsl(urlsplit(request.url).query)]
        + [unquote(part) for part in urlsplit(request.url).path.split("/")]
    )


def _authenticated(request: Request, needs: tuple[str, ...]) -> bool:
    """Whether the request carries our secret, where it must."""
    if "client_secret" not in needs:
        return True
    own = request.basic is not None and request.basic[1].reveal() == CLIENT_SECRET
    return own or any(CLIENT_SECRET in value for value in _values(request))


def _json(status: int, body: object, headers: Mapping[str, str] = {}) -> Response:
    return Response(status, {"content-type": "application/json", **headers}, json.dumps(body).encode())


def _b64(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()
