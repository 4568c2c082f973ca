"""Every supported field type has a strategy, and generated values are valid for the model."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
import pytest

from idp_checks.profiles.shape import Email, Flag, Id, Name, Shape, Url, Username
from idp_checks.strategies.type_strategies import strategy_for_model
from idp_checks.strategies.values import BLANKS, EMAILS, INVALID_EMAILS, INVALID_URLS, URLS


class Inner(msgspec.Struct):
    url: Url = None


class Pair(msgspec.Struct, array_like=True):
    first: str
    second: int = 0


class Cat(msgspec.Struct, tag="cat"):
    lives: int


class Sample(Shape):
    """A model with a field of every supported type."""

    id: Id
    given: Name = msgspec.field(default=None, name="givenName")
    inner: Inner | Url = None
    listed: list[Inner] | None = None
    table: dict[str, Name] = {}  # noqa: RUF012 - msgspec copies it
    pair: Pair | None = None
    pet: Cat | None = None
    flag: Flag = None
    kind: Literal["a", "b"] = "a"
    size: float | None = None
    count: Annotated[int, msgspec.Meta(ge=3, le=5)] = 3
    code: Annotated[str, msgspec.Meta(pattern=r"^[a-z]{3}$")] = "abc"
    addresses: tuple[Email, ...] = ()
    handle: Username | int = None
    rest: msgspec.Raw = msgspec.Raw(b"null")
    anything: Any = None


@pytest.mark.slow
def test_every_field_type_has_a_strategy(draw):
    """Nested, listed, renamed, tagged and bounded fields are generated, and all values decode."""
    raws = draw(strategy_for_model(Sample), 200)
    for raw in raws:
        msgspec.json.decode(json.dumps(raw), type=Sample)
    fields = {field.encode_name for field in msgspec.structs.fields(Sample)}
    assert {name for raw in raws for name in raw} == fields
    assert any(isinstance(raw.get("inner"), dict) for raw in raws)
    assert any(isinstance(raw.get("inner"), str) for raw in raws)


def test_unsupported_type_is_an_error_with_a_remedy():
    """A model with an unsupported type tells its author what to do."""

    class Unsupported(Shape):
        at: datetime

    with pytest.raises(NotImplementedError, match="give the field a meaning"):
        strategy_for_model(Unsupported)


@pytest.mark.slow
def test_pattern_is_matched_beyond_ascii(draw):
    """Generated strings match the pattern, include non-ASCII characters, and contain no unpaired surrogates."""

    class Barred(Shape):
        id: Annotated[str, msgspec.Meta(pattern=r"^[^|]+\|.")]

    raws = draw(strategy_for_model(Barred), 100)
    assert all(re.search(r"^[^|]+\|.", raw["id"]) for raw in raws)
    assert any(not raw["id"].isascii() for raw in raws)
    assert all(raw["id"].encode() for raw in raws)


def test_models_with_the_same_name_have_separate_strategies(draw):
    """Two models that differ only in the meaning of a field generate different values."""

    def draw_ids(meaning):
        field_type = Annotated[str, msgspec.Meta(extra={"means": meaning})]
        model = msgspec.defstruct("Same", [("id", field_type)], bases=(Shape,))
        return {raw["id"] for raw in draw(strategy_for_model(model), 60)}

    assert draw_ids("email") <= {*EMAILS, *INVALID_EMAILS, *BLANKS}
    assert draw_ids("url") <= {*URLS, *INVALID_URLS, *BLANKS}
