"""What the strategies make: all of it legal, none of it only tame."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from idp_checks import ProfileError, Secret, providers, strategies
from idp_checks.tokens.template import Ask
from idp_checks.tokens.introspection import Reading
from idp_checks.tokens.introspection import conclude
from idp_checks.profiles.shape import Address
from idp_checks.profiles.shape import Flag
from idp_checks.profiles.shape import Handle
from idp_checks.profiles.shape import Id
from idp_checks.profiles.shape import Name
from idp_checks.profiles.shape import Shape
from idp_checks.profiles.shape import Web

NAMES = providers.own()
SOME = settings(derandomize=True, database=None, deadline=None, max_examples=60)


def drawn(strategy, count=300):
    """That many values, in short rounds; hypothesis' own health checks passed."""
    values = []

    def keep(value):
        values.append(value)

    for turn in range(count // 10):
        seed(turn)(settings(SOME, max_examples=10, phases=(Phase.generate,))(given(strategy)(keep)))()
    return values


@pytest.mark.parametrize("name", NAMES)
def test_a_raw_profile_is_one(name):
    """Whatever is made normalises, as a text and as an object, and can be written as UTF-8."""
    provider = providers.get(name)

    @SOME
    @given(strategies.raw_profiles(name))
    def holds(raw):
        text = json.dumps(raw, ensure_ascii=False)
        assert provider.normalize(text.encode("utf-8")).user_id == provider.normalize(raw).user_id

    holds()


@pytest.mark.parametrize("name", NAMES)
def test_every_shape_is_made(name):
    """Each form of answer in circulation comes up."""
    provider = providers.get(name)
    assert {type(provider.read(json.dumps(raw))) for raw in drawn(strategies.raw_profiles(name), 150)} == set(
        provider.profile.shapes
    )


@pytest.mark.parametrize("name", NAMES)
def test_further_answers_are_read(name):
    """What is made for the further calls is read by the provider, or refused by it as a profile error."""
    provider = providers.get(name)
    raw = drawn(strategies.raw_profiles(name), 10)[0]
    answers = drawn(strategies.further_answers(name), 100)
    assert {call for each in answers for call in each} == set(provider.profile.also)
    assert any(strategies.is_profile(provider, raw, each) for each in answers)


def test_raw_profiles_are_hostile():
    """The values that break parsers do come up, each at its place."""
    raws = drawn(strategies.raw_profiles("github"), 400)
    ids = [raw["id"] for raw in raws]
    assert any(isinstance(each, int) and each > 2**64 for each in ids)
    assert any(isinstance(each, int) and 2**53 < each < 2**64 and int(float(each)) != each for each in ids)
    assert any(isinstance(each, str) and each.isdigit() and len(each) == 21 for each in ids)
    texts = [raw.get("sub") for raw in drawn(strategies.raw_profiles("google-oauth2"), 400)]
    assert any(isinstance(each, str) and each != each.lower() for each in texts)
    assert any("name" not in raw for raw in raws)
    names = [raw.get("name") for raw in raws if "name" in raw]
    assert None in names
    assert "" in names
    assert any(each and each.isspace() for each in names)
    said = [each for each in names if each]
    assert any(" " not in each for each in said)
    assert any(len(each) > 1000 for each in said)
    assert any("\u200b" in each for each in said)
    assert any("\u0627" <= letter <= "\u064a" for each in said for letter in each)
    assert any(ord(letter) > 0xFFFF for each in said for letter in each)
    assert any("@" not in (raw.get("email") or "@") for raw in raws)
    assert any(str(raw.get("avatar_url")).startswith("javascript:") for raw in raws)
    assert {"nickname", "identities", "email_verified"} <= {name for raw in raws for name in raw}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_profile_is_refused(name):
    """Error bodies, and profiles without an identifier, are errors that name a place."""
    provider = providers.get(name)

    @SOME
    @given(strategies.not_profiles(name))
    def holds(raw):
        with pytest.raises(ProfileError) as caught:
            provider.normalize(raw)
        assert caught.value.path.startswith("$")
        assert caught.value.provider == name

    holds()


@pytest.mark.parametrize("name", [name for name in NAMES if providers.get(name).debug is not None])
def test_every_answer_is_read(name):
    """Whatever an issuer answers, the answer is read; and only a good status makes a token active."""
    endpoint = providers.get(name).debug
    at = datetime(2026, 11, 24, tzinfo=UTC)
    held = {
        need: "https://op.example.com" if need in ("issuer", "introspection_endpoint") else "made-up"
        for need in endpoint.needs
    }
    ask = Ask(
        token=Secret(
            "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiI0MiJ9.c2ln"
            if endpoint.kind == "signed-token"
            else "made-up-token-0042"
        ),
        at=at,
        client_id="made-up",
        client_secret=Secret("made-up"),
        credentials=held,
    )

    @SOME
    @given(st.lists(strategies.introspection_responses(name), min_size=4, max_size=4))
    def holds(responses):
        steps = endpoint.steps(ask)
        given_answers = []
        try:
            next(steps)
            for response in responses:
                given_answers.append(response)
                steps.send(response)
        except StopIteration as stop:
            reading = stop.value
        assert isinstance(reading, Reading)
        said = conclude(name, reading, method=endpoint.kind, asked_at=at)
        if said.active is True:
            assert {each.status for each in given_answers} <= {200, 201, 204}

    holds()


def test_answers_are_of_all_kinds():
    """Good answers come up, refusals, pages, truncated bodies and bodies that are not UTF-8."""
    answers = drawn(strategies.introspection_responses("github"), 400)
    bodies = [each.body for each in answers]
    assert any(b'"app"' in each.body and each.status == 200 for each in answers)
    assert any(each.status >= 500 for each in answers)
    assert any(body.startswith(b"<html>") for body in bodies)
    assert any(body.startswith(b"{") and not body.endswith(b"}") for body in bodies)
    assert any(b"\xff" in body for body in bodies)


def test_normalized_profiles_hide_their_tokens():
    """Profiles with one and with several identities come up; no token shows in a repr or in the JSON shape."""
    made = drawn(strategies.normalized_profiles(), 100)
    assert {1, 3} <= {len(each.identities) for each in made}
    held = [(each, one.access_token.reveal()) for each in made for one in each.identities if one.access_token]
    assert held
    assert not any(token in f"{each!r}{each.to_dict()}{each.identities!r}" for each, token in held)


@pytest.mark.parametrize("name", [name for name in NAMES if providers.get(name).token.pattern])
def test_tokens_have_the_documented_form(name):
    """A made-up token looks like one of its provider."""
    pattern = providers.get(name).token.pattern
    assert all(re.fullmatch(pattern, token) for token in drawn(strategies.tokens(name), 10))


class Inner(msgspec.Struct):
    url: Web = None


class Pair(msgspec.Struct, array_like=True):
    one: str
    two: int = 0


class Cat(msgspec.Struct, tag="cat"):
    lives: int


class Made(Shape):
    """A model with every kind of member."""

    id: Id
    given: Name = msgspec.field(default=None, name="givenName")
    inner: Inner | Web = None
    listed: list[Inner] | None = None
    table: dict[str, Name] = {}
    pair: Pair | None = None
    pet: Cat | None = None
    flag: Flag = None
    kind: Literal["a", "b"] = "a"
    size: float | None = None
    count: Annotated[int, msgspec.Meta(ge=3, le=5)] = 3
    code: Annotated[str, msgspec.Meta(pattern=r"^[a-z]{3}$")] = "abc"
    addresses: tuple[Address, ...] = ()
    handle: Handle | int = None
    rest: msgspec.Raw = msgspec.Raw(b"null")
    anything: Any = None


def test_every_kind_of_member_has_a_strategy():
    """Nested, listed, renamed, tagged, bounded: what is made fits the model, and every member comes up."""
    raws = drawn(strategies._of(msgspec.inspect.type_info(Made)), 200)
    for raw in raws:
        msgspec.json.decode(json.dumps(raw), type=Made)
    fields = {each.encode_name for each in msgspec.structs.fields(Made)}
    assert {name for raw in raws for name in raw} == fields
    assert any(isinstance(raw.get("inner"), dict) for raw in raws)
    assert any(isinstance(raw.get("inner"), str) for raw in raws)


def test_texts_are_found_inside_objects():
    """The members that may be blank are found by their names on the wire, inside objects too."""
    assert {("givenName",), ("inner",), ("inner", "url")} <= set(strategies.texts_of(Made))
    assert ("id",) not in strategies.texts_of(Made)


def test_a_type_without_a_strategy_says_so():
    """A model that needs more than there is tells its author what to do."""

    class Odd(Shape):
        at: datetime

    with pytest.raises(NotImplementedError, match="give the member a meaning"):
        strategies._of(msgspec.inspect.type_info(Odd))


def test_places():
    """A place is read, filled and emptied without changing the value that was given."""
    raw = {"a": {"b": [{"c": 1}]}}
    assert strategies.at(raw, ("a", "b", 0, "c")) == 1
    assert strategies.placed(raw, ("a", "b", 0, "c"), 2) == {"a": {"b": [{"c": 2}]}}
    assert strategies.without(raw, ("a", "b")) == {"a": {}}
    assert strategies.at(raw, ("x", "y")) is None
    assert (
        strategies.placed(raw, ("x", "y"), 1) == strategies.without(raw, ("x", "y")) == raw == {"a": {"b": [{"c": 1}]}}
    )


def test_a_pattern_is_met_with_letters_beyond_ascii():
    """What is made by a pattern fits it, and is not of ASCII alone; half surrogates there are none."""

    class Barred(Shape):
        id: Annotated[str, msgspec.Meta(pattern=r"^[^|]+\|.")]

    made = drawn(strategies._of(msgspec.inspect.type_info(Barred)), 100)
    assert all(re.search(r"^[^|]+\|.", each["id"]) for each in made)
    assert any(not each["id"].isascii() for each in made)
    assert all(each["id"].encode() for each in made)


def test_models_of_one_name_are_told_apart():
    """Two models that bear one name and one form but for a member's meaning have each values of its own."""

    def made(meaning):
        member = Annotated[str, msgspec.Meta(extra={"means": meaning})]
        model = msgspec.defstruct("Same", [("id", member)], bases=(Shape,))
        return {each["id"] for each in drawn(strategies._of(msgspec.inspect.type_info(model)), 60)}

    assert made("email") <= {*strategies.ADDRESSES, *strategies.NO_ADDRESSES, *strategies.BLANKS}
    assert made("web") <= {*strategies.WEB, *strategies.NO_WEB, *strategies.BLANKS}
