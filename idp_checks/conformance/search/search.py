"""Looks for a raw profile that breaks a rule: generated ones, shared by all rules, and the smallest find kept.

Every rule goes through the same pool of raw profiles. Those that judge one profile share what was seen of the
normaliser; those that vary it ask again for each variation. A find is made smaller by leaving out members and by taking
the simpler of like values, as long as the provider's model still reads it and the rule still objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

from idp_checks import strategies
from idp_checks.conformance import oidc
from idp_checks.conformance.normalizers.normalizer import NoAnswer
from idp_checks.conformance.rules import (
    CANARY,
    RULES,
    Case,
    Normalizer,
    Seen,
    expected,
    judged,
    raised,
    redacted,
    same,
    see_once,
    standing,
)
from idp_checks.conformance.search.depth import DEFAULT, Depth
from idp_checks.conformance.search.metamorphic import VARIANTS, beyond, everywhere, same_claims, texts_of, vouched_for
from idp_checks.conformance.search.pool import Bench, Sent, bench
from idp_checks.profiles.profile import STANDARD
from idp_checks.providers.model import Provider

__all__ = ["Found", "search", "tried"]

PATIENCE = 3
"""After so many questions that were not answered a rule is given up."""
MOST = 600
"""Tries that a find is made smaller by, at most."""

Hunt: TypeAlias = Callable[[Bench, Sent, Sent, int], "Trial"]
"""Tries a rule on a profile, with another one at hand; the number says which variation is tried."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One try: what was objected, whether there was a profile to judge, and the two sides of it.

    ``case`` is what was judged; ``other``, of two that were compared, the one that was changed.
    """

    case: Case
    objections: tuple[str, ...] = ()
    answered: bool = True
    seen: Seen | None = None
    other: Case | None = None
    wanted: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a search ends with.

    Attributes:
        objections: none where the rule held on everything that was tried.
        example: the smallest raw profile that shows them, redacted.
        answered: whether there was a profile to judge; where not, the rule is neither held nor broken.
        applies: whether the rule asks anything here: of this provider, of this normaliser's shape; where not, it was
            not ``answered`` either.
        claimed: whether the normaliser claims to keep the rule; where not, it was not ``answered`` either.
        why: the reason, where it does not apply or is not claimed.
        expected: the properties that the rule speaks of, as they should be.
        got: the same as the normaliser gave them, or what it raised.
        trial: the find itself, not redacted: to be kept as a recording, never to be shown.
    """

    objections: tuple[str, ...] = ()
    example: Any = None
    answered: bool = True
    applies: bool = True
    claimed: bool = True
    why: str | None = None
    expected: Mapping[str, Any] | None = None
    got: Mapping[str, Any] | None = None
    trial: Trial | None = field(default=None, repr=False, compare=False)


class _Unfit(Exception):  # noqa: N818 - no error: the profile does not ask the question
    pass


def search(rule: str, provider: Provider, normalizer: Normalizer, depth: Depth = DEFAULT, seed: int = 0) -> Found:
    """Try a rule on generated raw profiles, the same ones for the same depth and seed; the first find ends the search.

    Raises:
        NoAnswer: the normaliser could not be asked.
    """
    if (left := standing(rule, normalizer)) is not None:
        return _left(*left)
    there = bench(normalizer, provider, depth, seed)
    return _search(rule, there, there.sent, depth.turns)


def tried(rule: str, normalizer: Normalizer, case: Case, depth: Depth = DEFAULT, seed: int = 0) -> Found:
    """Try a rule on one raw profile and on all variations of it.

    Raises:
        NoAnswer: the normaliser could not be asked.
    """
    if (left := standing(rule, normalizer)) is not None:
        return _left(*left)
    if case.claims is None and rule not in ("N12", "N13"):
        return Found(answered=False, applies=False, why="it is no profile of this provider")
    there = bench(normalizer, case.provider, depth, seed)
    return _search(rule, there, ((case.raw, case.also),), max(map(len, (_NEAR, PLACES, strategies.FLAGS))))


def _left(state: str, why: str) -> Found:
    return Found(answered=False, applies=state != "not_applicable", claimed=state != "not_claimed", why=why)


def _search(rule: str, there: Bench, sent: Sequence[Sent], turns: int) -> Found:
    asked = answered = False
    unanswered: list[NoAnswer] = []
    for hunt, one, other, turn in _tries(rule, there, sent, turns):
        try:
            trial = hunt(there, one, other, turn)
        except _Unfit:
            continue
        except NoAnswer as error:
            unanswered.append(error)
            if len(unanswered) == PATIENCE:
                break
            continue
        asked, answered = True, answered or trial.answered
        if trial.objections:
            return _found(rule, there, _smaller(trial, there, hunt, one, other, turn))
    if unanswered:
        raise unanswered[0]
    if not asked:
        return Found(answered=False, applies=False, why=_NOT_ASKED.get(rule, _NOTHING_SENT))
    if rule == "N11" and answered and not any("identities" in (there.seen(each)[1].out or ()) for each in sent):
        return Found(answered=False, applies=False, why="the normaliser gives no identities")
    return Found(answered=answered)


_NOTHING_SENT = "what this provider sends is not known"
_NOT_ASKED = {
    "N13": "what this provider sends is no object in which a secret could be planted",
    "M1": "this provider vouches for addresses by no member that could be taken away, or for none",
    "M6": "the identifiers of this provider are no numbers",
}


def _tries(rule: str, there: Bench, sent: Sequence[Sent], turns: int) -> Iterator[tuple[Hunt, Sent, Sent, int]]:
    """What a rule is tried on, and how: all profiles as they are, then varied, then what is no profile."""
    pool = there.sent or there.recorded or tuple(sent)
    if RULES[rule].metamorphic:
        sent = (*sent, *there.recorded) if sent is there.sent else sent
    else:
        plainly = _plainly(rule)
        for one in sent:
            yield plainly, one, one, 0
    if (hunt := _HUNTS.get(rule)) is not None:
        for number, one in enumerate(sent):
            for turn in range(turns):
                # Each profile is varied in other ways than the one before, and beside another one.
                yield hunt, one, pool[(number + turn + 1) % len(pool)], number * turns + turn
    if rule == "N12":
        for one in ((each, {}) for each in there.pool.strangers) if sent is there.sent else sent:
            yield _total, one, one, 0


def _found(rule: str, there: Bench, trial: Trial) -> Found:
    wanted, got = _sides(rule, there.normalizer, trial)
    objections = trial.objections
    if there.normalizer.shape == "oidc":
        objections = tuple(map(oidc.in_claims, objections))
    return Found(objections, redacted(_shown(trial)), expected=wanted, got=got, trial=trial)


def _shown(trial: Trial) -> dict[str, Any]:
    case, other = trial.case, trial.other
    shown = {"raw": case.raw, "also": case.also} if case.also else {"raw": case.raw}
    if other is None:
        return shown
    if not same(other.raw, case.raw):
        shown["and"] = other.raw
    return {**shown, "and_also": other.also} if not same(other.also, case.also) else shown


def _sides(
    rule: str, normalizer: Normalizer, trial: Trial
) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    """What is expected and what was got, of the properties that differ or that the rule speaks of."""
    seen = trial.seen
    if seen is None:
        return None, None
    if seen.out is None:
        got: dict[str, Any] = {"raises": raised(seen.error) if seen.error is not None else "nothing"}
        wanted = {"raises": "an error"} if trial.case.claims is None else expected(trial.case)
        return wanted, got
    if rule == "N13":
        leaks = {name: value for name, value in (seen.returned or {}).items() if CANARY in repr(value)}
        return {}, redacted({name: value for name, value in leaks.items() if name != "identities"})
    out = seen.out
    if trial.case.claims is None:
        return {"raises": "an error"}, redacted({name: out[name] for name in STANDARD if name in out})
    right = expected(trial.case) if trial.wanted is None else trial.wanted
    names = [
        name for name in RULES[rule].properties if trial.wanted is None or not same(right.get(name), out.get(name))
    ]
    said = [name for name in names if any(name in objection.split() for objection in trial.objections)]
    names = said or names
    return _part(normalizer, right, names), redacted(_part(normalizer, out, names))


def _part(normalizer: Normalizer, profile: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    called = {name: oidc.in_claims(name) if normalizer.shape == "oidc" else name for name in names}
    return {called[name]: profile[name] for name in names if name in profile}


def _smaller(trial: Trial, there: Bench, hunt: Hunt, one: Sent, other: Sent, turn: int) -> Trial:
    """The same find without what it does not need, and with the simplest values that show it."""
    left = MOST
    parts: list[Any] = [one[0], one[1], other[0]]
    for place in range(len(parts)):
        progress = True
        while progress:
            progress = False
            for value in _simpler(parts[place]):
                if (left := left - 1) < 0:
                    return trial
                tried_parts = [*parts[:place], value, *parts[place + 1 :]]
                with suppress(_Unfit, NoAnswer):
                    again = hunt(there, (tried_parts[0], tried_parts[1]), (tried_parts[2], other[1]), turn)
                    if again.objections:
                        trial, parts, progress = again, tried_parts, True
                        break
    return trial


def _simpler(value: Any) -> Iterator[Any]:
    """Simpler values of a like kind: without one member, or with a simpler one in its place."""
    places = strategies.paths(value)
    for path in places:
        yield _cut(value, path)
    for path in places:
        found = strategies.at(value, path)
        for each in _like(found):
            yield strategies.placed(value, path, each)


def _cut(value: Any, path: tuple[str | int, ...]) -> Any:
    """The value without the member or element at a place."""
    if isinstance(path[-1], str):
        return strategies.without(value, path)
    listed = strategies.at(value, path[:-1]) if path[:-1] else value
    rest = [each for place, each in enumerate(listed) if place != path[-1]]
    return strategies.placed(value, path[:-1], rest) if path[:-1] else rest


_FAMILIES: tuple[tuple[Any, ...], ...] = (
    strategies.NAMES,
    strategies.HANDLES,
    strategies.IDS,
    strategies.ADDRESSES,
    strategies.NO_ADDRESSES,
    strategies.WEB,
    strategies.NO_WEB,
    strategies.TEXTS,
)


def _like(value: Any) -> Iterator[Any]:
    """The simpler values of the family that a value is of, so that a profile stays one that the provider may send."""
    if isinstance(value, str):
        if value == "":
            return
        if value.isdigit():
            yield from (str(each) for each in strategies.NUMBERS if each < int(value))
            return
        family = next((each for each in _FAMILIES if value in each), ())
        yield from family[: family.index(value)][:4] if family else ()
    elif isinstance(value, bool):
        return
    elif isinstance(value, int):
        yield from (each for each in strategies.NUMBERS if each < value)


def _case(there: Bench, sent: Sent) -> Case:
    """A profile by the provider's model that the normaliser may be asked about."""
    case = there.case(sent)
    if case.claims is None or not there.normalizer.may_be_asked(there.provider.name, case.raw):
        raise _Unfit
    return case


def _once(there: Bench, case: Case) -> Seen:
    if not there.normalizer.may_be_asked(there.provider.name, case.raw):
        raise _Unfit
    return see_once(there.normalizer, case)


def _plainly(rule: str) -> Hunt:
    def hunt(there: Bench, one: Sent, _other: Sent, _turn: int) -> Trial:
        _case(there, one)
        case, seen = there.seen(one)
        return Trial(case, judged(rule, there.normalizer, case, seen), seen.out is not None or rule == "N12", seen)

    return hunt


def _identifiers(there: Bench, one: Sent, other: Sent, turn: int) -> Trial:
    """Another identifier, however near, gives another user; and nothing but the identifier matters."""
    case = _case(there, one)
    assert case.shape is not None and case.claims is not None  # noqa: PT018 - both or neither
    own = there.seen(one)[1].out
    if own is None:
        return Trial(case, answered=False)
    path = case.shape.subject
    near = _NEAR_NUMBERS if _is_numbered(type(case.shape)) else _NEAR
    for changed, objection in (
        (strategies.placed(one[0], path, near[turn % len(near)](case.claims.id)), "two identifiers give one user_id"),
        (strategies.placed(other[0], path, case.claims.id), "something else than the identifier changes user_id"),
    ):
        second = Case.of(there.provider, changed, case.also)
        if second.claims is None:
            continue
        seen = _once(there, second)
        if seen.out is None:
            continue
        if (str(second.claims.id) == str(case.claims.id)) is not (seen.out.get("user_id") == own.get("user_id")):
            return Trial(case, (objection,), seen=seen, other=second, wanted=expected(second))
    return Trial(case)


_NEAR: tuple[Callable[[int | str], int | str], ...] = (
    lambda one: one + 1 if isinstance(one, int) else f"{one}1",
    lambda one: f"0{one}",
    lambda one: str(one).swapcase(),
    lambda one: f"{one}|{one}",
    lambda one: str(one)[:-1] or "0",
    lambda one: 2**53 + 1 if one == 2**53 else 2**53,
)
"""Identifiers near to another one: the next number, a zero in front, other case, a bar, a digit less."""
_NEAR_NUMBERS: tuple[Callable[[int | str], int], ...] = (
    lambda one: int(one) + 1,
    lambda one: 10 * int(one),
    lambda one: max(int(one) // 10, 1),
    lambda one: 2**53 + 1 if int(one) == 2**53 else 2**53,
)
"""The same where the provider documents an integer."""
_is_numbered = cache(strategies.is_numbered)


def _vouched(there: Bench, one: Sent, _other: Sent, turn: int) -> Trial:
    """Whatever stands where the provider vouches, only its documented word makes an address verified."""
    case = _case(there, one)
    path = None if case.shape is None else case.shape.vouched_by
    word: Any = _AS_IT_IS
    if path is not None:
        word = _WORDS[turn % len(_WORDS)]
        case = _case(there, (everywhere(one[0], path, word), one[1]))
    seen = there.seen(one)[1] if word is _AS_IT_IS else _once(there, case)
    said = judged("N7", there.normalizer, case, seen)
    if said or case.also or (path is not None and _is_yes(word)):
        return Trial(case, said, seen.out is not None, seen)
    if (seen.out or {}).get("email_verified") is True:
        said = ("email_verified is true, and nothing that is documented for it says so",)
    return Trial(case, said, seen.out is not None, seen)


_AS_IT_IS = object()
_WORDS: tuple[Any, ...] = tuple(
    word for at, word in enumerate(strategies.FLAGS) if not any(same(word, each) for each in strategies.FLAGS[:at])
)
"""What may stand in place of a flag, each once."""


def _is_yes(stated: object) -> bool:
    """Whether a value may be a provider's documented word for yes; which of them is, its model says."""
    return stated is True or (isinstance(stated, int) and stated == 1) or stated in ("true", "1")


def _blank(there: Bench, one: Sent, _other: Sent, turn: int) -> Trial:
    """A member that is null, empty, blank or absent gives the same standard properties."""
    raw, also = one
    case = _case(there, one)
    paths = texts_of(type(case.shape)) if case.shape is not None else ()
    if not paths:
        return Trial(case, answered=False)
    path = paths[turn % len(paths)]
    results: list[tuple[Case, Seen, dict[str, Any]]] = []
    for changed in (strategies.without(raw, path), *(strategies.placed(raw, path, each) for each in (None, "", " \t"))):
        variant = Case.of(there.provider, changed, also)
        if type(variant.shape) is not type(case.shape) or variant.claims is None:
            return Trial(case, answered=False)
        seen = _once(there, variant)
        if seen.out is None:
            return Trial(case, answered=False)
        results.append((variant, seen, _standard(seen.out)))
    first = results[0][2]
    for variant, seen, each in results[1:]:
        if not same(each, first):
            names = ", ".join(name for name in STANDARD if not same(each.get(name), first.get(name)))
            member = ".".join(map(str, path))
            said = f"{names}: not the same where {member} is null, empty, blank or absent"
            return Trial(results[0][0], (said,), seen=seen, other=variant, wanted=first)
    return Trial(case)


def _total(there: Bench, one: Sent, _other: Sent, _turn: int) -> Trial:
    """What is no profile gives an error."""
    if not there.normalizer.may_be_asked(there.provider.name, one[0]):
        raise _Unfit
    case, seen = there.seen(one)
    return Trial(case, judged("N12", there.normalizer, case, seen), seen=seen)


def _planted(there: Bench, one: Sent, _other: Sent, turn: int) -> Trial:
    """A token that stands among the raw members, outermost or further in, comes through nowhere."""
    raw, also = one
    if not isinstance(raw, dict):
        raise _Unfit
    name, *outer = PLACES[turn % len(PLACES)]
    secret: Any = {name: CANARY}
    for each in outer:
        secret = {each: [secret]} if each.endswith("s") else {each: secret}
    case = _case(there, ({**raw, **secret}, also))
    if turn // len(PLACES) % 2 and case.shape is not None:
        case = Case.of(there.provider, strategies.placed(case.raw, case.shape.subject, {"not": "an identifier"}))
    seen = _once(there, case)
    return Trial(case, judged("N13", there.normalizer, case, seen), seen.out is not None, seen)


PLACES = (
    ("access_token",),
    ("refresh_token",),
    ("id_token",),
    ("access_token_secret",),
    ("client_secret",),
    ("access_token", "x_session"),
    ("Access_Token", "x_sessions"),
    ("refresh_token", "x_inner", "x_outer"),
)
"""Where a secret is planted: its member, and the members around it."""


def _unvouched(there: Bench, one: Sent, other: Sent, turn: int) -> Trial:
    """M1: an address that was verified is so no longer where the provider's word for it is gone."""
    _case(there, one)
    case = _case(there, vouched_for(there.case(one)))
    if case.claims is None or case.claims.email_verified is not True:
        raise _Unfit
    variants = [
        variant
        for sent in VARIANTS["M1"](there.provider, case, other, turn)
        if (variant := Case.of(there.provider, *sent)).claims is not None and not variant.claims.email_verified
    ]
    if not variants:
        raise _Unfit
    answered = False
    for variant in variants:
        seen = _once(there, variant)
        answered = answered or seen.out is not None
        if (seen.out or {}).get("email_verified") is True:
            said = "email_verified stays true where the provider's word for the address is taken away"
            return Trial(case, (said,), seen=seen, other=variant, wanted=expected(variant))
    return Trial(case, answered=answered)


def _unmoved(rule: str, names: Sequence[str], objection: str) -> Hunt:
    """The variants of a rule leave these properties as they were."""

    def hunt(there: Bench, one: Sent, other: Sent, turn: int) -> Trial:
        case = _case(there, one)
        variants = [
            variant
            for sent in VARIANTS[rule](there.provider, case, other, turn)
            if (variant := Case.of(there.provider, *sent)).claims is not None
            and (str(variant.claims.id) == str(_case(there, one).claims.id) if rule == "M2" else True)  # type: ignore[union-attr]
            and (rule == "M2" or same_claims(variant.claims, case.claims))
        ]
        if not variants:
            raise _Unfit
        own = there.seen(one)[1].out
        if own is None:
            return Trial(case, answered=False)
        first = _standard(own)
        answered = False
        for variant in variants:
            seen = _once(there, variant)
            if seen.out is None:
                continue
            answered = True
            second = _standard(seen.out)
            moved = [name for name in names if not same(first.get(name), second.get(name))]
            if moved:
                said = f"{', '.join(moved)}: {objection}"
                return Trial(case, (said,), seen=seen, other=variant, wanted=first)
        return Trial(case, answered=answered)

    return hunt


def _next(there: Bench, one: Sent, _other: Sent, turn: int) -> Trial:
    """M6: neighbours beyond 2^53 are two users."""
    pair = beyond(_case(there, one), turn)
    if pair is None:
        raise _Unfit
    first, second = (_case(there, each) for each in pair)
    if first.claims is None or second.claims is None or str(first.claims.id) == str(second.claims.id):
        raise _Unfit
    one_seen, other_seen = _once(there, first), _once(there, second)
    if one_seen.out is None or other_seen.out is None:
        return Trial(first, answered=False)
    if one_seen.out.get("user_id") == other_seen.out.get("user_id"):
        said = "two identifiers beyond 2^53 that differ by one give one user_id"
        # Of the two the one that was made another's: a float may hit one of them.
        seen, right = other_seen, expected(second)
        if other_seen.out.get("user_id") == right.get("user_id"):
            seen, right = one_seen, expected(first)
        return Trial(first, (said,), seen=seen, other=second, wanted=right)
    return Trial(first)


_HUNTS: Mapping[str, Hunt] = {
    "N1": _identifiers,
    "N7": _vouched,
    "N9": _blank,
    "N13": _planted,
    "M1": _unvouched,
    "M2": _unmoved("M2", ("user_id",), "changed by something else than the identifier"),
    "M3": _unmoved("M3", STANDARD, "changed by members that the provider does not document"),
    "M4": _unmoved("M4", STANDARD, "changed by the order of members or of a list"),
    "M5": _unmoved("M5", STANDARD, "not the same where a member is null and where it is absent"),
    "M6": _next,
}
"""How the profiles are varied, for the rules that vary them."""


def _standard(out: Mapping[str, Any]) -> dict[str, Any]:
    """The standard properties that are there."""
    return {name: out[name] for name in STANDARD if out.get(name) is not None}
