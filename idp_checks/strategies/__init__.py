"""Hypothesis strategies, derived from the models: whatever a provider may send, tame and hostile.

A provider's raw model is walked with ``msgspec.inspect``. The meaning of a member stands in its type
(``Meta.extra["means"]``, see ``idp_checks.shape``), and each meaning has one strategy here. So a new provider needs no
strategy of its own. What a provider demands beyond its types (Slack's ``ok`` must not be false) is met by leaving out
what it refuses.

Hostile values are legal ones: what a person, an old account or a careless issuer really sends. No text holds half a
surrogate, since no UTF-8 body can; one that an escape brings stands in a recording.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec import inspect as kinds

from idp_checks import providers, recordings
from idp_checks.errors import ProfileError
from idp_checks.profiles.profile import NormalizedProfile
from idp_checks.profiles.shape import Path, Shape
from idp_checks.providers.model import Provider
from idp_checks.tokens.endpoint import Endpoint, HttpEndpoint
from idp_checks.tokens.rfc7662 import Active
from idp_checks.tokens.signed import SignedToken
from idp_checks.tokens.wire import Response

__all__ = [
    "MEANINGS",
    "further_answers",
    "ids",
    "introspection_responses",
    "normalized_profiles",
    "not_profiles",
    "raw_profiles",
    "tokens",
]

LONG = "Maximiliane " * 400
"""A text of 4800 characters."""

# fmt: off
BLANKS = ("", " ", "\t\n", "\u00a0", "\u3000")
NAMES = (
    "Mia Chen", "Madonna", "  Mia Chen  ", "Mia  von der  Chen", "O'Brien-Sm\u0131th",
    "\u5f20\u4f1f", "\u05e9\u05e8\u05d4",
    "\u0645\u062d\u0645\u062f \u0639\u0644\u064a", "Zo\u00eb \u00c5ngstr\u00f6m", "Zoe\u0308",
    "\U0001f469\U0001f3fd\u200d\U0001f680 Ada",
    "Mia\u200bChen", "\u202eneh\u0043 aiM", "\u1e9eu\u00df \ufb01",
    "\u0130stanbul", "\U00020bb7\U000291d5", "null", "None", "true",
    "0", "42", "<b>Mia</b>", "Robert'); DROP TABLE users;--", "mia@example.com", "#0", LONG,
)
HANDLES = (
    "mia-chen", "Mia.Chen", "mia_chen_42", "MIA", "m", "12345", "007", "mia|chen", "\u043c\u0438\u044f",
    "mia@example.com",
    "\U0001f98a", "None", "false",
)
IDS = (
    "90000042", "900000420000000001", "9007199254740993", "18446744073709551615",
    "100000000000000000042", "007", "1e5",
    "0x1F", "AbCdEf", "abcdef", "U_sampleNode42",
    "000042.0123456789abcdef0123456789abcdef.0042", "amzn1.account.SAMPLE",
    "{c0ffee00-0000-4000-8000-00000000beef}", "c0ffee00-0000-4000-8000-00000000beef", "https://id.example.com/42",
    "auth0|42", "a|b|c", "mia@example.com", "\u00df\u0130\u0131",
)
NUMBERS = (1, 42, 90000042, 2**31, 2**53 - 1, 2**53, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 10**20 + 42)
ADDRESSES = (
    "mia.chen@example.com", "Mia.Chen@Example.COM", "mia+tag@mail.example.org", "  mia@example.com ", "m@example.com",
    "o'brien@example.com", "\u7528\u6237@\u4f8b\u3048.example", "\u00df@stra\u00dfe.example",
    "1234@users.noreply.example.com", "mia_example.com#EXT#@tenant.example.com",
)
NO_ADDRESSES = (
    "not an address", "mia", "@example.com", "mia@", "mia@@example.com", "mia@example.com, ida@example.com",
    "+43123456789", "mia chen@example.com", "None", "false",
)
WEB = (
    "https://img.example.com/a.png", "https://img.example.com/a.png?s=200&d=%20#x", "http://img.example.com:8080/a",
    "HTTPS://IMG.EXAMPLE.COM/A.PNG", "https://\u4f8b\u3048.example/\u7d75.png", " https://img.example.com/p.png ",
    "https://img.example.com/" + "p" * 3000,
)
NO_WEB = (
    "javascript:alert(1)", "data:image/png;base64,AAAA", "//img.example.com/a.png", "/avatars/1.png",
    "ftp://img.example.com/a", "file:///etc/passwd", "https://", "a.png", "None", "default",
)
TEXTS = (
    "a", "Graz, Austria", "0", "42", "true", "\u202eabc", "\U0001f3fa", "0/sample-avatar-42", "2026-11-24T10:11:12Z",
    "1990-03-00", LONG,
)
JSONS: tuple[Any, ...] = (
    None, True, False, 0, -1, 42, 2**63, 10**20, 1.5, "", " ", "x", "\U0001f3fa", [], [None], ["a", 1], [[], [[]]], {},
    {"a": {"b": [1, 2, {"c": None}]}}, {"\u00fc": "\u202e", "": 0},
)
FLAGS: tuple[Any, ...] = (
    *[True] * 6, *[False] * 4, None, None, "true", "false", "True", "0", 0, 1, "yes", [], {},
)
EXTRAS = (
    "user_id", "nickname", "picture", "email_verified", "identities", "verified", "is_verified", "x_unknown", "locale",
    "\u00fc-nbekannt", "roles", "a.b", "https://example.com/claim",
)
"""Members that a model may not know: some bear the names of standard properties, which win."""
ERROR_BODIES: tuple[dict[str, Any], ...] = (
    {},
    {"error": "invalid_token", "error_description": "The token expired"},
    {"error": {"message": "Error validating access token", "type": "OAuthException", "code": 190}},
    {"errors": [{"message": "Unauthorized", "code": 89}]},
    {"message": "Bad credentials", "documentation_url": "https://example.com", "status": "401"},
    {"ok": False, "error": "invalid_auth"},
    {"data": None, "error": {"code": "access_token_invalid"}},
    {"status": 401, "title": "Unauthorized", "detail": "Unauthorized"},
)
NO_IDS: tuple[Any, ...] = (None, True, False, 1.5, "", " ", "\t\n", [], {}, ["42", "43"], {"id": "42"})
STATUSES = (200, 201, 204, 206, 301, 302, 307, 400, 401, 403, 404, 408, 418, 429, 500, 502, 503, 504, 599)
GARBAGE = (
    b"", b" ", b"null", b"true", b"42", b'"ok"', b"[]", b"OK", b"<html><body>Service Unavailable</body></html>",
    b'{"active": true', b'{"active": true, "active": false}', b'{"exp": NaN, "active": true}', b'{"active": "true"}',
    b"\xff\xfe\x00", b"[" * 5000,
)
KEYS: tuple[dict[str, Any], ...] = (
    {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "k1", "n": "AQAB" * 64, "e": "AQAB"},
    {"kty": "EC", "crv": "P-256", "kid": "k2", "x": "AA", "y": "AA"},
    {"kty": "RSA"}, {"kty": "oct", "k": "AA"}, {},
)
# fmt: on
LETTERS = "".join(sorted({*map(chr, range(128)), *"".join((*NAMES, *HANDLES, *TEXTS))}))
"""ASCII, and every other letter of the texts above; of all of Unicode, a pattern takes seconds to be turned around."""
LISTED = 3
"""Elements of a list that are made at most."""
_GONE = object()


def _one(tame: Iterable[Any], *hostile: Iterable[Any]) -> SearchStrategy[Any]:
    """One of the values; the first is the simplest. Unlike ``sampled_from`` its repr is short, long texts or not."""
    values = [*tame, *(each for some in hostile for each in some)]
    return st.integers(0, len(values) - 1).map(lambda place: values[place])


def ids() -> SearchStrategy[int | str]:
    """Identifiers as texts and as integers: 64 bits and more, odd case, leading zeros, bars, addresses."""
    digits = st.integers(1, 10**21)
    return st.one_of(_one(NUMBERS), digits, digits.map(str), _one(IDS))


def number_ids() -> SearchStrategy[int | str]:
    """Identifiers of providers that document an integer: as one, or as its decimal digits; 64 bits and more."""
    return st.one_of(_one(NUMBERS), st.integers(1, 10**21), _one(NUMBERS).map(str))


def is_numbered(shape: type[Any]) -> bool:
    """Whether the identifier of a model is documented as an integer."""
    return any(meaning == "number-id" for _, meaning in _ids(_struct(shape), ()))


def _short(strategy: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """The same strategy under a short repr: hypothesis warns of long ones, and a model may have many members."""

    @st.composite
    def drawn(draw: st.DrawFn) -> Any:
        return draw(strategy)

    return drawn()


def _often(often: Sequence[Any], *sometimes: Sequence[Any]) -> SearchStrategy[Any]:
    """Mostly one of the former, sometimes one of the others or null."""
    return _one(often, often, often, *sometimes, [None] * max(1, len(often) // 2))


MEANINGS: Mapping[str, SearchStrategy[Any]] = {
    "id": ids(),
    "number-id": number_ids(),
    "text": _often(TEXTS, NAMES, BLANKS),
    "name": _often(NAMES, BLANKS),
    "handle": _often(HANDLES, BLANKS),
    "email": _often(ADDRESSES, NO_ADDRESSES, BLANKS),
    "web": _often(WEB, NO_WEB, BLANKS),
    "flag": _one(FLAGS),
    "text-flag": _one(FLAGS),
    "json": _one(JSONS),
    "epoch": _one((0, 1790000000, 1790000000.0, 4102444800, -1, 10**12)),
    "epoch-millis": _one((0, 1790000000000, -1)),
    "seconds": _one((0, 1, 3600, 5184000.0, -1)),
    "iso-time": _one(("2026-11-24T10:11:12Z", "2026-11-24T10:11:12.345+02:00", "2026-11-24", "soon", "")),
}
"""One strategy for each meaning; what is drawn is held against the member's own type afterwards."""


def tokens(provider: str | Provider | None = None) -> SearchStrategy[str]:
    """Made-up access tokens: of the provider's documented form, or of any form if none is named."""
    forms = (
        [_provider(provider).token.sample]
        if provider is not None
        else ["{}", "gho_{}", "ya29.{}", "Atza|{}", "{hex}", "eyJhbGciOiJub25lIn0.{}."]
    )
    body = st.integers(0, 16**64 - 1).map(lambda number: f"{number:064x}")
    return st.builds(lambda form, text: form.replace("{hex}", text).replace("{}", text), st.sampled_from(forms), body)


def raw_profiles(provider: str | Provider) -> SearchStrategy[Any]:
    """What the provider may send about a user, as JSON values: every one of them is a profile of this provider."""
    found = _provider(provider)
    shapes = found.profile.shapes
    known = {name for shape in shapes for name in members(shape)}
    extras = [name for name in EXTRAS if name not in known]
    return _short(st.one_of([_with_extras(_of(kinds.type_info(shape)), extras) for shape in shapes])).filter(
        lambda raw: is_profile(found, raw)
    )


def further_answers(provider: str | Provider) -> SearchStrategy[dict[str, Any]]:
    """Answers of the provider's further calls by their names, some or none of them."""
    calls = _provider(provider).profile.also
    answers = {name: _of(kinds.type_info(each.model)) for name, each in calls.items()}
    return _short(st.fixed_dictionaries({}, optional=answers))


def not_profiles(provider: str | Provider) -> SearchStrategy[Any]:
    """JSON objects that are no profile of the provider: error bodies, and profiles whose identifier is gone or none."""
    found = _provider(provider)
    paths = tuple(path for shape in found.profile.shapes for path, _ in _ids(_struct(shape), ()))
    broken = st.builds(
        lambda raw, value: _broken(raw, paths, value), raw_profiles(found), st.sampled_from((_GONE, *NO_IDS))
    )
    return st.one_of(st.sampled_from(ERROR_BODIES), broken, broken)


def normalized_profiles() -> SearchStrategy[NormalizedProfile]:
    """Normalised profiles of every provider, with one or several identities that hold tokens or hold none."""
    name = st.sampled_from(providers.own())
    held = {member: tokens() for member in ("access_token", "access_token_secret", "refresh_token")}
    identity = st.fixed_dictionaries(
        {"provider": name, "user_id": ids(), "connection": _one(HANDLES), "isSocial": st.booleans()},
        optional={
            **held,
            "expires_in": st.integers(0, 10**7),
            "profileData": st.dictionaries(_one(TEXTS), _one(JSONS), max_size=2),
        },
    )
    shape = st.fixed_dictionaries(
        {"identities": st.lists(identity, min_size=1, max_size=3)},
        optional={
            "name": MEANINGS["name"],
            "nickname": MEANINGS["handle"],
            "picture": MEANINGS["web"],
            "email": MEANINGS["email"],
            "email_verified": st.booleans(),
            "given_name": MEANINGS["name"],
            "family_name": MEANINGS["name"],
            "app_metadata": _one(JSONS),
        },
    )
    return shape.map(NormalizedProfile.from_auth0)


def introspection_responses(provider: str | Provider) -> SearchStrategy[Response]:
    """What the provider's debug endpoint may answer.

    Recorded answers, answers generated from the model of a good one, and hostile ones: truncated, of wrong types,
    error bodies, pages, odd statuses.
    """
    found = _provider(provider)
    recorded = [
        Response(
            each.exchange.response.status,
            {name.lower(): value for name, value in each.exchange.response.headers.items()},
            each.exchange.response.text.encode(),
        )
        for each in recordings.debug(found.name)
    ]
    bodies = [json.loads(each.body) for each in recorded if _is_json(each.body)]
    sound = _good_answers(found.debug).map(_as_response)
    if recorded:
        sound = st.one_of(st.sampled_from(recorded), sound)
    status = st.sampled_from(STATUSES)
    errors = st.builds(_as_response, st.sampled_from(ERROR_BODIES), status)
    garbage = st.builds(Response, status, st.just({"content-type": "text/html"}), st.sampled_from(GARBAGE))
    cut = st.builds(_cut, sound, st.integers(0, 99))
    moved = st.builds(lambda whole, other: Response(other, whole.headers, whole.body), sound, status)
    some = [sound, sound, errors, garbage, cut, moved]
    if bent := [body for body in bodies if paths(body)]:
        some.append(st.builds(_bent, st.sampled_from(bent), st.integers(0, 10**3), _one(JSONS)).map(_as_response))
    return _short(st.one_of(some))


def members(shape: type[Shape]) -> frozenset[str]:
    """The names of the top-level members that a model reads."""
    return frozenset(each.encode_name for each in _struct(shape).fields)


def texts_of(shape: type[Shape]) -> tuple[Path, ...]:
    """Where a model reads texts that may be absent, inside nested objects too."""
    return tuple(_texts(_struct(shape), ()))


def is_profile(provider: Provider, raw: object, also: Mapping[str, Any] | None = None) -> bool:
    """Whether the provider's own reading takes the value for a profile."""
    try:
        provider.normalize(json.dumps(raw), also=also)
    except ProfileError:
        return False
    return True


def placed(raw: object, path: Path, value: object) -> Any:
    """A copy of a JSON value with another one at a place; unchanged where there is no such place."""
    changed = copy.deepcopy(raw)
    holder = _holder(changed, path)
    last = path[-1]
    if isinstance(holder, dict) or (isinstance(holder, list) and isinstance(last, int) and last < len(holder)):
        holder[last] = copy.deepcopy(value)  # type: ignore[index]
    return changed


def without(raw: object, path: Path) -> Any:
    """A copy of a JSON value without the member at a place."""
    changed = copy.deepcopy(raw)
    holder = _holder(changed, path)
    if isinstance(holder, dict):
        holder.pop(path[-1], None)
    return changed


def at(raw: object, path: Path) -> Any:
    """The value at a place; None where there is no such place."""
    holder = _holder(raw, path)
    last = path[-1]
    if isinstance(holder, dict):
        return holder.get(last)
    return holder[last] if isinstance(holder, list) and isinstance(last, int) and last < len(holder) else None


def paths(value: object, before: Path = ()) -> list[Path]:
    """Every place in a JSON value, the outer before the inner."""
    if isinstance(value, dict):
        return [path for name, each in value.items() for path in [(*before, name), *paths(each, (*before, name))]]
    if isinstance(value, list):
        return [path for place, each in enumerate(value) for path in [(*before, place), *paths(each, (*before, place))]]
    return []


def _holder(raw: object, path: Path) -> object:
    for step in path[:-1]:
        if isinstance(raw, dict):
            raw = raw.get(step)
        elif isinstance(raw, list) and isinstance(step, int) and step < len(raw):
            raw = raw[step]
        else:
            return None
    return raw


def _provider(provider: str | Provider) -> Provider:
    return provider if isinstance(provider, Provider) else providers.get(provider)


def _struct(model: type[Any]) -> kinds.StructType:
    found = kinds.type_info(model)
    assert isinstance(found, kinds.StructType), "a shape is a struct"  # noqa: S101
    return found


def _with_extras(shape: SearchStrategy[Any], names: Sequence[str]) -> SearchStrategy[Any]:
    unknown = st.dictionaries(st.sampled_from(names), _one(JSONS, TEXTS), max_size=3)
    return st.builds(lambda raw, extras: {**extras, **raw} if isinstance(raw, dict) else raw, shape, unknown)


_made: dict[Any, SearchStrategy[Any]] = {}
"""Strategies by the types that they are of: models share most of theirs, and hypothesis takes its time over each."""


def _of(known: kinds.Type, meaning: str | None = None) -> SearchStrategy[Any]:
    """A strategy for a type; what a meaning gives is kept where the type takes it; a pattern says more."""
    if isinstance(known, kinds.Metadata):
        return _of(known.type, (known.extra or {}).get("means", meaning))
    # A model is told by its class; other types have no hash, for what their members mean is a mapping.
    key = (known.cls if isinstance(known, kinds.StructType) else repr(known), meaning)
    if key not in _made:
        _made[key] = _newly(known, meaning)
    return _made[key]


def _newly(known: kinds.Type, meaning: str | None) -> SearchStrategy[Any]:
    if meaning is not None and meaning in MEANINGS and getattr(known, "pattern", None) is None:
        return MEANINGS[meaning].filter(lambda value: _takes(known, value))
    for kind, strategy in _BY_KIND.items():
        if isinstance(known, kind):
            return strategy(known)
    raise NotImplementedError(f"no strategy for {type(known).__name__}: give the member a meaning (idp_checks.shape)")


def _takes(known: kinds.Type, value: object) -> bool:
    """Whether a value of a meaning is of the type: only the plain kinds, which the meanings have."""
    if isinstance(known, kinds.Metadata):
        return _takes(known.type, value)
    if isinstance(known, kinds.UnionType):
        return any(_takes(each, value) for each in known.types)
    if isinstance(known, kinds.AnyType):
        return True
    if isinstance(known, kinds.FloatType):
        return isinstance(value, int | float) and not isinstance(value, bool)
    wanted = _PLAIN.get(type(known))
    return wanted is not None and type(value) is wanted


_PLAIN: Mapping[type[kinds.Type], type] = {
    kinds.StrType: str,
    kinds.IntType: int,
    kinds.BoolType: bool,
    kinds.NoneType: type(None),
    kinds.ListType: list,
    kinds.DictType: dict,
}


def _struct_values(known: kinds.StructType) -> SearchStrategy[Any]:
    members = [(each.encode_name, _of(each.type), each.required) for each in known.fields]
    # Which of the members are there, one bit for each: half of them by one draw, three of four by two.
    bits = st.integers(0, 2 ** len(members) - 1)

    @st.composite
    def struct(draw: st.DrawFn) -> Any:
        tag = {} if known.tag_field is None else {known.tag_field: known.tag}
        if known.array_like:
            return [*tag.values(), *(draw(member) for _, member, _ in members)]
        there = draw(bits) | draw(bits)
        return tag | {
            name: draw(member) for at, (name, member, required) in enumerate(members) if required or there >> at & 1
        }

    return struct()


def _text_values(known: kinds.StrType) -> SearchStrategy[Any]:
    if known.pattern is not None:
        return st.from_regex(known.pattern, alphabet=LETTERS)
    shortest, longest = known.min_length or 0, known.max_length or len(LONG)
    return _one(TEXTS, NAMES, BLANKS).filter(lambda text: shortest <= len(text) <= longest)


def _numbers(known: kinds.IntType) -> SearchStrategy[Any]:
    low = known.ge if known.ge is not None else known.gt + 1 if known.gt is not None else 0
    high = known.le if known.le is not None else known.lt - 1 if known.lt is not None else 2**64
    return st.integers(low, high)


_BY_KIND: Mapping[type[kinds.Type], Callable[[Any], SearchStrategy[Any]]] = {
    kinds.StructType: _struct_values,
    kinds.UnionType: lambda known: st.one_of([_of(each) for each in known.types]),
    kinds.ListType: lambda known: st.lists(
        _of(known.item_type), min_size=known.min_length or 0, max_size=min(known.max_length or LISTED, LISTED)
    ),
    kinds.VarTupleType: lambda known: st.lists(_of(known.item_type), min_size=known.min_length or 0, max_size=3),
    kinds.TupleType: lambda known: st.tuples(*map(_of, known.item_types)).map(list),
    kinds.DictType: lambda known: st.dictionaries(_of(known.key_type), _of(known.value_type), max_size=3),
    kinds.LiteralType: lambda known: st.sampled_from(known.values),
    kinds.StrType: _text_values,
    kinds.IntType: _numbers,
    kinds.FloatType: lambda _: _one((0.0, 1.5, 1e9, -1.0, 42)),
    kinds.BoolType: lambda _: st.booleans(),
    kinds.NoneType: lambda _: st.none(),
    kinds.AnyType: lambda _: _one(JSONS),
    kinds.RawType: lambda _: _one(JSONS),
}


def _alternatives(known: kinds.Type, meaning: str | None = None) -> Iterator[tuple[kinds.Type, str | None]]:
    """The plain types that a type is made of, each with its meaning."""
    if isinstance(known, kinds.Metadata):
        yield from _alternatives(known.type, (known.extra or {}).get("means", meaning))
    elif isinstance(known, kinds.UnionType):
        for each in known.types:
            yield from _alternatives(each, meaning)
    else:
        yield known, meaning


def _members(known: kinds.StructType, before: Path) -> Iterator[tuple[Path, kinds.Field]]:
    """The members of a model, each with its place: by name, or by number in one that is a list."""
    for place, each in enumerate(known.fields):
        yield (*before, place if known.array_like else each.encode_name), each


def _texts(known: kinds.StructType, before: Path) -> Iterator[Path]:
    for path, each in _members(known, before):
        types = [one for one, _ in _alternatives(each.type)]
        if {kinds.StrType, kinds.NoneType} <= set(map(type, types)):
            yield path
        for one in types:
            if isinstance(one, kinds.StructType):
                yield from _texts(one, path)


def _ids(known: kinds.StructType, before: Path) -> Iterator[tuple[Path, str]]:
    """Where a model reads identifiers, and of which kind; inside nested objects and the elements of lists too."""
    for path, each in _members(known, before):
        for one, meaning in _alternatives(each.type):
            if meaning in ("id", "number-id"):
                yield path, meaning
            if isinstance(one, kinds.StructType):
                yield from _ids(one, path)
            elif isinstance(one, kinds.ListType) and isinstance(one.item_type, kinds.StructType):
                for at_place in range(LISTED):
                    yield from _ids(one.item_type, (*path, at_place))


def _broken(raw: Any, paths: Iterable[Path], value: object) -> Any:
    for path in paths:
        raw = placed(raw, path, value) if value is not _GONE and at(raw, path) is not None else without(raw, path)
    return raw


def _good_answers(endpoint: Endpoint | None) -> SearchStrategy[Any]:
    """Bodies of good answers: of the endpoint's own model, key sets for signed tokens, RFC 7662 for what is found."""
    if isinstance(endpoint, HttpEndpoint):
        return _of(kinds.type_info(endpoint.answer))
    if isinstance(endpoint, SignedToken):
        keys = st.lists(st.sampled_from(KEYS), max_size=2).map(lambda keys: {"keys": keys})
        return keys if endpoint.opaque is None else st.one_of(keys, _good_answers(endpoint.opaque))
    return _of(kinds.type_info(Active))


def _cut(whole: Response, percent: int) -> Response:
    return Response(whole.status, whole.headers, whole.body[: len(whole.body) * percent // 100])


def _as_response(body: object, status: int = 200) -> Response:
    return Response(status, {"content-type": "application/json"}, json.dumps(body).encode())


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def _bent(body: object, place: int, value: object) -> Any:
    """The body with the value of one member replaced."""
    places = paths(body)
    return placed(body, places[place % len(places)], value)
