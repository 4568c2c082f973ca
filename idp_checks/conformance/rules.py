"""The rules for normalised profiles, each as a judge of what a normaliser made of one raw profile.

A judge is pure: it is given a ``Case`` (what the provider sent, and what that says by the provider's own model) and
what was ``Seen`` of the normaliser, and gives its objections as texts that hold no value of either. It asks only what a
function ``f(provider, raw) -> dict`` can know: ``identities`` is judged where it is there, a name may be trimmed, a
Gravatar may be taken by MD5 or by SHA-256, and of several pictures that the provider sends any will do.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias
from urllib.parse import urlsplit

import msgspec

from idp_checks.conformance import oidc
from idp_checks.conformance.normalizers.normalizer import NoAnswer, Normalizer
from idp_checks.errors import ProfileError
from idp_checks.profiles.jsontext import whole, without_secrets
from idp_checks.profiles.profile import STANDARD, Claims, assemble, is_address, is_web_address
from idp_checks.profiles.shape import Shape
from idp_checks.providers.model import Provider
from idp_checks.recordings import ProfileRecording
from idp_checks.secret import CREDENTIAL_NAMES, SECRET_NAMES, Redactor, Secret, new_key

__all__ = [
    "CANARY",
    "RULES",
    "Case",
    "Judge",
    "Normalizer",
    "Rule",
    "Seen",
    "answer_of",
    "expected",
    "golden",
    "judged",
    "redacted",
    "see",
    "see_once",
    "standing",
]

CANARY = "gho_CanaryCanaryCanaryCanaryCanary0042"
"""The secret that is planted. It was made up."""
INVENTED = frozenset({"none", "null", "undefined", "nan"})
"""What a careless program writes where there is nothing."""
_SHORTEST = 6
"""A text shorter than this may stand in a profile by chance: it is not looked for as a secret."""
_PARTS = re.compile("[/?&=#]")
"""What parts an address."""


@dataclass(frozen=True)
class Case:
    """What a provider sent, and what that says.

    Attributes:
        claims: what it says; None where it is no profile of this provider.
        shape: the model that fitted.
        error: the path of the member at fault, where it is known.
    """

    provider: Provider
    raw: Any
    also: Mapping[str, Any]
    claims: Claims | None
    shape: Shape | None = None
    error: str | None = None

    @classmethod
    def of(cls, provider: Provider, raw: Any, also: Mapping[str, Any] | None = None) -> Case:
        """Case of a raw profile, and of the answers of further calls."""
        answers = also or {}
        try:
            shape = provider.read(json.dumps(raw) if not isinstance(raw, str) else raw)
            models = provider.profile.also
            claims = shape.claims({name: msgspec.convert(each, models[name].model) for name, each in answers.items()})
        except (ProfileError, msgspec.ValidationError):
            return cls(provider, raw, answers, None)
        said = claims if str(claims.id).strip() else None
        return cls(provider, raw, answers, said, shape)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts in the raw profile that are secret by the names of their members."""
        return tuple(dict.fromkeys(_secrets(self.raw)))


@dataclass(frozen=True)
class Seen:
    """What was seen of a normaliser.

    Attributes:
        out: the profile as it is judged, in Auth0's shape, with what is right where nothing is claimed; None where no
            profile came.
        error: what was raised in its place.
        shown: how the returned value shows itself, where it is an object of its own.
        changed: whether the input was changed.
        differs: whether a second call with the same input gave something else.
        returned: the profile as it was returned.
    """

    out: Mapping[str, Any] | None = None
    error: Exception | None = None
    shown: str = ""
    changed: bool = False
    differs: bool = False
    returned: Mapping[str, Any] | None = None


class NoProfile(Exception):  # noqa: N818 - a normaliser's fault, reported as what it raised
    """What a normaliser returned is neither a mapping nor has ``to_dict``."""


def see(normalizer: Normalizer, case: Case) -> Seen:
    """Call a normaliser twice with one input, and look.

    Raises:
        NoAnswer: it could not be asked.
    """
    given = _copied(case.raw)
    returned, error, shown = _called(normalizer, case, given)
    again, error_again, _ = _called(normalizer, case, _copied(case.raw))
    return Seen(
        _as_judged(normalizer, case, returned),
        error,
        shown,
        changed=not same(given, case.raw),
        differs=not same(returned, again) or type(error) is not type(error_again),
        returned=returned,
    )


def see_once(normalizer: Normalizer, case: Case) -> Seen:
    """The same by one call: whether input and answer stay the same is not looked at."""
    returned, error, shown = _called(normalizer, case, _copied(case.raw))
    return Seen(_as_judged(normalizer, case, returned), error, shown, returned=returned)


def answer_of(text: str) -> Any:
    """An answer as a normaliser is given it: the JSON object that its text is, else the text itself."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, dict) else text


def expected(case: Case) -> dict[str, Any]:
    """The standard properties as these rules give them; empty where there is no profile."""
    if case.claims is None:
        return {}
    right = assemble(case.provider.name, case.claims)
    return {name: value for name in STANDARD if (value := getattr(right, name)) is not None}


def mapping_of(returned: object) -> Mapping[str, Any]:
    """A returned profile as a mapping.

    Raises:
        NoProfile: it is none.
    """
    if hasattr(returned, "to_dict"):
        returned = returned.to_dict()
    if not isinstance(returned, Mapping):
        raise NoProfile(type(returned).__name__)
    return returned


def _called(normalizer: Normalizer, case: Case, raw: object) -> tuple[Mapping[str, Any] | None, Exception | None, str]:
    try:
        returned = normalizer.returned(case.provider.name, raw, _copied(case.also))
        out = mapping_of(returned)
    except NoAnswer:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a normaliser raises is judged
        return None, error, ""
    return out, None, "" if type(returned) is dict else repr(returned)


def _as_judged(normalizer: Normalizer, case: Case, returned: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """In Auth0's shape; what is not claimed is right, so that no rule speaks of it."""
    claims, left = case.claims, normalizer.unclaimed_properties
    if returned is None or (normalizer.shape == "auth0" and not left):
        return returned
    right = expected(case)
    out = dict(returned)
    if normalizer.shape == "oidc":
        given = () if claims is None else _given(claims)
        stand_in = {name: value for name, value in right.items() if name not in given}
        out = oidc.to_auth0(case.provider.name, returned, None if claims is None else str(claims.id), stand_in)
    for name in left:
        out.pop(name, None)
        if name in right:
            out[name] = right[name]
    return out


def _given(claims: Claims) -> tuple[str, ...]:
    """Which of the properties that have stand-ins the provider itself gives."""
    texts = {"name": claims.name, "nickname": claims.username}
    given = tuple(name for name, text in texts.items() if _said(text))
    return (*given, "picture") if _is_web((claims.picture or "").strip()) else given


def _copied(value: Any) -> Any:
    """A copy of a JSON value: it holds nothing else, so this may be quick."""
    if isinstance(value, dict):
        return {name: _copied(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_copied(each) for each in value]
    return value


Judge: TypeAlias = Callable[[Case, Seen], Iterator[str]]


@dataclass(frozen=True)
class Rule:
    """A rule by its number and title.

    Args:
        judge: gives the objections to one profile; a metamorphic rule, which compares two, has none by one.
        reason: why it matters.
        source: where it stands.
        properties: the standard properties that it speaks of.
        attack: what an attacker gains where it is broken; None where nothing.
    """

    id: str
    title: str
    judge: Judge
    reason: str = ""
    source: str = ""
    properties: tuple[str, ...] = ()
    attack: str | None = None

    @property
    def metamorphic(self) -> bool:
        """Whether it compares the answers to two raw profiles."""
        return self.judge is _no_objection

    def objections(self, case: Case, seen: Seen) -> tuple[str, ...]:
        """Objections, sorted out of what this rule does not judge: without a profile only N12 and N13 have a say."""
        return tuple(self.judge(case, seen))


def _no_objection(_case: Case, _seen: Seen) -> Iterator[str]:
    return iter(())


def n1(case: Case, seen: Seen) -> Iterator[str]:
    """``user_id`` is the provider's name, a bar and the stable identifier, exact."""
    claims, out = _both(case, seen)
    if claims is None or out is None:
        return
    user_id = out.get("user_id")
    if not isinstance(user_id, str):
        yield "user_id is no text"
        return
    wanted = str(claims.id)
    provider, bar, found = user_id.partition("|")
    if not bar or provider != case.provider.name:
        yield "user_id does not begin with the provider's name and a bar"
    elif found != wanted:
        yield f"user_id holds not the provider's identifier: {_how(found, wanted)}"


def _how(found: str, wanted: str) -> str:
    if found.casefold() == wanted.casefold():
        return "the case of letters was changed"
    if _number(found) is not None and _number(found) == _number(wanted):
        return "digits were lost or rewritten"
    if wanted in found or found in wanted:
        return "something was added or cut off"
    return "another datum stands there"


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def n2(case: Case, seen: Seen) -> Iterator[str]:
    """``user_id``, ``name``, ``nickname`` and ``picture`` are always there, texts that are not blank."""
    claims, out = _both(case, seen)
    if claims is None or out is None:
        return
    for name in ("user_id", "name", "nickname", "picture"):
        value = out.get(name)
        if not isinstance(value, str):
            yield f"{name} is missing" if value is None else f"{name} is no text"
        elif not value.strip():
            yield f"{name} is blank"


def n3(case: Case, seen: Seen) -> Iterator[str]:
    """``name``: the full name; else given and family name; else username; else local part; else the id."""
    claims, out = _both(case, seen)
    if claims is None or out is None:
        return
    parts = [each.strip() for each in (claims.given_name, claims.family_name) if each and each.strip()]
    wanted: tuple[str | None, ...]
    if _said(claims.name):
        what, wanted = "the provider's full name", (claims.name,)
    elif parts:
        what, wanted = "given and family name", (" ".join(parts), f"{claims.given_name} {claims.family_name}")
    elif _said(claims.username):
        what, wanted = "the username", (claims.username,)
    else:
        what, wanted = _last_resorts(claims)
    if not _is_one_of(out.get("name"), wanted):
        yield f"name is not {what}"


def n4(case: Case, seen: Seen) -> Iterator[str]:
    """``nickname``: the username; else the local part of the e-mail address; else the name; else the id."""
    claims, out = _both(case, seen)
    if claims is None or out is None:
        return
    wanted: tuple[object, ...]
    if _said(claims.username):
        what, wanted = "the username", (claims.username,)
    elif _address(claims) or _perhaps(claims.email):
        what, wanted = _last_resorts(claims)
        if not _address(claims):
            wanted = (*wanted, out.get("name"))
    else:
        what, wanted = "the name", (out.get("name"),)
    if not _is_one_of(out.get("nickname"), wanted):
        yield f"nickname is not {what}"


def _last_resorts(claims: Claims) -> tuple[str, tuple[str, ...]]:
    """What stands for a name where there is none, and in words."""
    email = (claims.email or "").strip()
    local = email.rpartition("@")[0]
    if _address(claims):
        return "the local part of the e-mail address", (local,)
    if _perhaps(claims.email):
        return "the local part of the e-mail address or the identifier", (local, str(claims.id))
    return "the identifier", (str(claims.id),)


def n5(case: Case, seen: Seen) -> Iterator[str]:
    """``picture``: an absolute http(s) address from the provider; else a Gravatar."""
    claims, out = _both(case, seen)
    picture = None if out is None else out.get("picture")
    if claims is None or case.shape is None or not isinstance(picture, str):
        return
    if not _is_web(picture):
        yield "picture is no absolute http or https address"
        return
    given = (claims.picture or "").strip()
    if _is_web(given):
        read = msgspec.to_builtins(case.shape)
        sent = {each.strip() for each in _texts(read)}
        built = given not in sent and _is_like(picture, given, set(_values(read)))
        if (
            picture != given
            and picture not in sent
            and not built
            and (is_web_address(given) or not _is_gravatar(picture))
        ):
            yield "picture is not the one that the provider sends"
        return
    if not _is_gravatar(picture):
        yield "the provider sends no picture that can be used, and picture is no Gravatar"
    elif (address := _address(claims)) and not any(each in picture for each in _digests(address)):
        yield "picture is not the Gravatar of the e-mail address (MD5 or SHA-256 of it, trimmed, in lower case)"


def n6(case: Case, seen: Seen) -> Iterator[str]:
    """``email``: as the provider gives it, trimmed; what is no address is left out."""
    claims, out = _both(case, seen)
    if claims is None or out is None:
        return
    email = out.get("email")
    given = (claims.email or "").strip()
    if email is not None and not isinstance(email, str):
        yield "email is no text"
    elif _address(claims):
        if email is None:
            yield "email is missing, and the provider gives an address"
        elif email != given:
            yield "email is not the address that the provider gives, as it gives it"
    elif email and (email != given or not _perhaps(given)):
        yield "email holds what is no address" if given else "email holds an address, and the provider gives none"


def n7(case: Case, seen: Seen) -> Iterator[str]:
    """``email_verified``: what the provider says of this address by the field documented for it, and nothing else."""
    claims, out = _both(case, seen)
    if claims is None or out is None:
        return
    verified = out.get("email_verified")
    said = claims.email_verified if _address(claims) or (_perhaps(claims.email) and out.get("email")) else None
    if verified is not None and not isinstance(verified, bool):
        yield "email_verified is neither true nor false"
    elif verified is True and not out.get("email"):
        yield "email_verified is true, and there is no address"
    elif verified is True and said is not True:
        yield "email_verified is true, and the provider does not vouch for this address"
    elif verified is False and said is None:
        yield "email_verified is false, and the provider says nothing of it: it is absent then"
    elif verified is not said:
        yield "email_verified is not what the provider says of this address"


def n8(case: Case, seen: Seen) -> Iterator[str]:
    """``given_name`` and ``family_name``: only as given."""
    claims, out = _both(case, seen)
    if claims is None or out is None:
        return
    for name in ("given_name", "family_name"):
        given, found = getattr(claims, name), out.get(name)
        if found is not None and not isinstance(found, str):
            yield f"{name} is no text"
        elif _said(given):
            if not _is_one_of(found, (given,)):
                yield f"{name} is not the one that the provider gives"
        elif found:
            yield f"{name} is there, and the provider gives none"


def n9(case: Case, seen: Seen) -> Iterator[str]:
    """What is null, empty, blank or absent is absent: no blank text, and no text made of nothing."""
    claims, out = _both(case, seen)
    if claims is None or out is None:
        return
    sent = " ".join(_texts([case.raw, case.also])).casefold()
    for name in STANDARD:
        value = out.get(name)
        if not isinstance(value, str):
            continue
        if not value.strip():
            yield f"{name} is blank: it is absent then"
        words = {each.strip("|,.;:()").casefold() for each in value.replace("|", " ").split()}
        if name == "picture":
            # A template makes nothing a part of an address, with the picture's form behind it.
            words |= {each.partition(".")[0].casefold() for each in _PARTS.split(value)}
        for word in sorted(words & INVENTED):
            if word not in sent:
                yield f"{name} holds the word {word!r}, which the provider did not send"


def n10(case: Case, seen: Seen) -> Iterator[str]:
    """Every other property passes through unchanged."""
    claims, out = _both(case, seen)
    raw = case.raw
    if claims is None or out is None or case.shape is None or not isinstance(raw, Mapping):
        return
    # Where the profile stands inside another member, that member may be unwrapped.
    wrapper = case.shape.subject[0] if len(case.shape.subject) > 1 else None
    for name, value in without_secrets(raw).items():
        if name in STANDARD or name in ("identities", wrapper):
            continue
        if name not in out:
            if value is not None and not (isinstance(value, str) and not value.strip()):
                yield f"{_member(name)} of the raw profile is missing"
        elif not same(without_secrets(out[name]), value):
            yield f"{_member(name)} of the raw profile was changed"


def n11(case: Case, seen: Seen) -> Iterator[str]:
    """``identities`` holds this account, with provider, bare id, connection and whether it is social."""
    claims, out = _both(case, seen)
    if claims is None or out is None or "identities" not in out:
        return
    listed = out["identities"]
    if not isinstance(listed, list | tuple) or not listed or not all(isinstance(each, Mapping) for each in listed):
        yield "identities is no list of objects, with one at least"
        return
    own = [each for each in listed if each.get("provider") == case.provider.name]
    if not own:
        yield "identities holds no account of this provider"
    for each in own:
        found = each.get("user_id")
        if isinstance(found, bool) or not isinstance(found, str | int) or str(found) != str(claims.id):
            yield "identities: user_id is not the bare identifier"
        if not isinstance(each.get("connection"), str) or not each["connection"]:
            yield "identities: connection is no text"
        if not isinstance(each.get("isSocial"), bool):
            yield "identities: isSocial is neither true nor false"


def n12(case: Case, seen: Seen) -> Iterator[str]:
    """Pure and total; what is no profile raises an error, ours one that names the member's path."""
    if seen.changed:
        yield "the input was changed"
    if seen.differs:
        yield "the same input gave another answer the second time"
    if case.claims is None:
        if seen.out is not None:
            yield "a profile was returned for what is no profile of this provider"
        return
    if seen.error is not None:
        yield f"a good profile raised {raised(seen.error)}"


def n12_ours(case: Case, seen: Seen) -> Iterator[str]:
    """The same, and the error is ``ProfileError`` with the path of the member at fault."""
    yield from n12(case, seen)
    if case.claims is None and seen.error is not None:
        if not isinstance(seen.error, ProfileError):
            yield f"another error than ProfileError left: {raised(seen.error)}"
        elif case.error is not None and seen.error.path != case.error:
            yield f"the error names {seen.error.path}, and {case.error} is at fault"
        elif not seen.error.path:
            yield "the error names no path"


def n13(case: Case, seen: Seen) -> Iterator[str]:
    """No secret outside ``identities``, and none in a ``repr`` or an error."""
    secrets = [each for each in case.secrets if len(each) >= _SHORTEST]
    if not secrets:
        return
    finder = Redactor(new_key(), map(Secret, secrets))
    if seen.returned is not None:
        outside = {name: value for name, value in seen.returned.items() if name != "identities"}
        if finder.found_in(json.dumps(outside, ensure_ascii=False, default=repr)):
            yield "a secret of the raw profile stands outside identities"
    if finder.found_in(seen.shown):
        yield "a secret shows in the profile's repr"
    if seen.error is not None and finder.found_in(f"{seen.error} {seen.error!r}"):
        yield "a secret shows in the error"


_CORE = "OpenID Connect Core 1.0"
_AUTH0 = "https://auth0.com/docs/manage-users/user-accounts/user-profiles/normalized-user-profile-schema"
_STABLE = f"{_CORE}, sections 2 and 5.7: sub, never reassigned, at most 255 characters, case sensitive"
_FALLBACK = ("name", "nickname", "picture")

RULES: Mapping[str, Rule] = {
    rule.id: rule
    for rule in (
        Rule(
            "N1",
            "user_id is the exact stable identifier",
            n1,
            "Accounts are found by it: one that loses a digit or the case of its letters, or is an address, is another "
            "user's.",
            _STABLE,
            ("user_id",),
            "Signs in as the user whose identifier becomes the same.",
        ),
        Rule(
            "N2",
            "user_id, name, nickname and picture are always there",
            n2,
            "Programs read them without asking whether they are there.",
            _AUTH0,
            ("user_id", *_FALLBACK),
        ),
        Rule(
            "N3",
            "name falls back in order",
            n3,
            "The name that is shown is the person's own where the provider gives it, and never empty.",
            f"{_CORE}, section 5.1: name; {_AUTH0}",
            ("name",),
        ),
        Rule(
            "N4",
            "nickname falls back in order",
            n4,
            "The username is the handle by which others know the person at the provider.",
            f"{_CORE}, section 5.1: nickname, preferred_username; {_AUTH0}",
            ("nickname",),
        ),
        Rule(
            "N5",
            "picture is a web address or a Gravatar",
            n5,
            "It is put into pages as the source of an image.",
            f"{_CORE}, section 5.1: picture, the URL of an image; {_AUTH0}",
            ("picture",),
            "Has an address of another scheme, such as javascript:, put into the pages of others.",
        ),
        Rule(
            "N6",
            "email is the provider's, and an address",
            n6,
            "Mail goes there, and accounts are linked by it: a repaired or made-up address is another person's.",
            f"{_CORE}, section 5.1: email, an addr-spec by RFC 5322, section 3.4.1",
            ("email",),
            "Receives mail meant for another, or is linked to the account of another address.",
        ),
        Rule(
            "N7",
            "email_verified is the provider's word for this address",
            n7,
            "An address that the provider has not proven is a claim that anybody can make.",
            f"{_CORE}, sections 5.1 and 5.7: email_verified",
            ("email", "email_verified"),
            "Enters a stranger's address at the provider, and is linked to the stranger's account.",
        ),
        Rule(
            "N8",
            "given_name and family_name only as given",
            n8,
            "Where a name is split differs from people to people: a guess is wrong for many of them.",
            f"{_CORE}, section 5.1: given_name, family_name; https://www.w3.org/International/questions/qa-personal-names",
            ("given_name", "family_name"),
        ),
        Rule(
            "N9",
            "null, empty, blank and absent are the same",
            n9,
            "Providers write nothing in four ways, and change from one to another without a word.",
            f"{_CORE}, section 5.3.2: a claim without a value is left out",
            STANDARD,
        ),
        Rule(
            "N10",
            "other properties pass through unchanged",
            n10,
            "Programs read what else the provider says, and rely on its spelling.",
            _AUTH0,
        ),
        Rule(
            "N11",
            "identities holds the account",
            n11,
            "Linked accounts are found in it.",
            _AUTH0,
        ),
        Rule(
            "N12",
            "pure and total; what is no profile is an error",
            n12,
            "A sign-in must neither fail for a good profile nor succeed for an answer that names no user.",
            f"{_CORE}, section 5.3.3: answers with an error; RFC 6750, section 3",
            (),
            "Is let in by an answer that is no profile, often as one and the same user for all.",
        ),
        Rule(
            "N13",
            "no secret outside identities",
            n13,
            "Profiles are logged, cached and sent to browsers.",
            "RFC 6750, section 5.3; OWASP ASVS 5.0, V14.2",
            (),
            "Reads a token where the profile goes, and uses it.",
        ),
        Rule(
            "M1",
            "without the provider's word, email_verified is not true",
            _no_objection,
            "It is true by the field documented for it alone: take that away or turn it to false, and nothing else may "
            "make it true.",
            f"{_CORE}, sections 5.1 and 5.7: email_verified",
            ("email", "email_verified"),
            "Enters a stranger's address at the provider, and is linked to the stranger's account.",
        ),
        Rule(
            "M2",
            "all but the identifier changes, and user_id stays",
            _no_objection,
            "People change name, username and address, and stay who they are.",
            f"{_CORE}, section 5.7: only sub and iss together are relied upon as an identifier",
            ("user_id",),
            "Takes over an account by taking over the username or the address that its owner gave up.",
        ),
        Rule(
            "M3",
            "unknown members change no standard property",
            _no_objection,
            "Providers add members without a word; one that is not documented means nothing.",
            f"{_CORE}, section 2: claims that are not understood are ignored; RFC 6749, section 5.1",
            STANDARD,
            "Sets a free member, such as one that the provider lets users name, to what the program believes.",
        ),
        Rule(
            "M4",
            "the order of members and lists means nothing",
            _no_objection,
            "An object has no order, and a list of addresses is ordered by its flags.",
            "RFC 8259, section 4: an object is an unordered collection",
            STANDARD,
            "Adds an address that is not proven beside one that is, and has the flag of the other.",
        ),
        Rule(
            "M5",
            "a member that is null is one that is absent",
            _no_objection,
            "Providers change from one to the other without a word.",
            f"{_CORE}, section 5.3.2: a claim without a value is left out",
            STANDARD,
        ),
        Rule(
            "M6",
            "the next identifier beyond 2^53 is another user",
            _no_objection,
            "A number beyond 2^53 loses its last digits in a float, and neighbours become one.",
            "RFC 8259, section 6: numbers beyond 2^53 are not read the same everywhere",
            ("user_id",),
            "Signs in as the neighbour whose identifier becomes the same.",
        ),
    )
}
"""The rules by their numbers: N judge the answer to one raw profile, M compare the answers to two."""

_ABOUT: Mapping[str, tuple[str, ...]] = {
    "N1": ("user_id",),
    "N3": ("name",),
    "N4": ("nickname",),
    "N5": ("picture",),
    "N6": ("email",),
    "N7": ("email_verified",),
    "N8": ("given_name", "family_name"),
    "N11": ("identities",),
    "M1": ("email_verified",),
    "M2": ("user_id",),
    "M6": ("user_id",),
}
"""The properties without which a rule has nothing to say: all of one rule's, not claimed, leave the rule unclaimed."""


def standing(rule: str, normalizer: Normalizer) -> tuple[Literal["not_claimed", "not_applicable"], str] | None:
    """Why a normaliser is not judged by a rule: what it does not claim, or its shape; None where it is judged."""
    unclaimed = normalizer.unclaimed
    if rule in unclaimed:
        return "not_claimed", unclaimed[rule]
    about = _ABOUT.get(rule, ())
    if about and all(name in unclaimed for name in about):
        return "not_claimed", "; ".join(dict.fromkeys(f"{name}: {unclaimed[name]}" for name in about))
    if rule in ("N7", "M1") and "email" in unclaimed:
        return "not_claimed", f"email: {unclaimed['email']}"
    if normalizer.shape == "oidc" and rule in oidc.NOT_APPLICABLE:
        return "not_applicable", oidc.NOT_APPLICABLE[rule]
    return None


def judged(rule: str, normalizer: Normalizer, case: Case, seen: Seen) -> tuple[str, ...]:
    """Objections of one rule to what was seen."""
    if rule == "N12" and normalizer.ours:
        return tuple(n12_ours(case, seen))
    said = RULES[rule].objections(case, seen)
    if normalizer.shape == "oidc":
        # Only sub must be there; a claim that the provider gives is asked for by the rule about it.
        said = tuple(oidc.in_claims(each) for each in said if rule != "N2" or each.startswith("user_id"))
    return said


def golden(recording: ProfileRecording, seen: Seen) -> Iterator[tuple[str, str]]:
    """Where a profile differs from the recorded one: rule and objection. The picture has a rule of its own."""
    if seen.out is None or not isinstance(recording.normalized, dict):
        return
    for name, rule in _RULE_OF.items():
        found, wanted = seen.out.get(name), recording.normalized.get(name)
        if isinstance(found, str) and isinstance(wanted, str) and name not in ("user_id", "email"):
            found, wanted = whole(found.strip()), wanted.strip()
        if (found or None) != wanted and not (found is False and wanted is False):
            yield rule, f"{name} is not the recorded one"


_RULE_OF = {
    "user_id": "N1",
    "name": "N3",
    "nickname": "N4",
    "email": "N6",
    "email_verified": "N7",
    "given_name": "N8",
    "family_name": "N8",
}


def raised(error: BaseException) -> str:
    """An error's type and place; its text only where it is the name of a member."""
    if isinstance(error, NoProfile):
        return f"no error, and returned no mapping but {error}"
    text = type(error).__name__
    if isinstance(error, KeyError) and error.args and isinstance(error.args[0], str) and error.args[0].isidentifier():
        text += f" {error.args[0]!r}"
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return text
    return f"{text} in {trace.tb_frame.f_code.co_name}, line {trace.tb_lineno}"


def redacted(value: Any) -> Any:
    """A made-up or recorded value as it may be shown: without what its member's name calls a secret."""
    if isinstance(value, Mapping):
        return {
            name: "[secret]" if str(name).lower() in SECRET_NAMES and isinstance(each, str) else redacted(each)
            for name, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [redacted(each) for each in value]
    return value.replace(CANARY, "[secret]") if isinstance(value, str) else value


def same(one: object, other: object) -> bool:
    """Whether two JSON values are equal, true not being 1 nor 1.0."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and bool(one == other)


def _both(case: Case, seen: Seen) -> tuple[Claims | None, Mapping[str, Any] | None]:
    return case.claims, seen.out


def _said(text: str | None) -> bool:
    return text is not None and bool(text.strip())


def _is_one_of(found: object, wanted: tuple[object, ...]) -> bool:
    """Whether a text is one of those; half a character that an escape brought may stay, or be replaced."""
    return isinstance(found, str) and any(
        isinstance(each, str) and whole(found.strip()) == each.strip() for each in wanted
    )


def _address(claims: Claims) -> str | None:
    """The address that the provider gives, where it is beyond doubt one."""
    email = (claims.email or "").strip()
    return email if is_address(email) and "." in email.rpartition("@")[2] else None


def _perhaps(text: str | None) -> bool:
    """Whether one reader may take the text for an address and another may not."""
    local, _, domain = (text or "").strip().rpartition("@")
    return bool(local and domain) and not any(each.isspace() or each in "@," for each in local + domain)


def _is_web(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and text.isprintable()
    except ValueError:
        return False


def _is_like(picture: str, given: str, sent: set[str]) -> bool:
    """Whether a picture is the one whose address is built from what was sent, in another size or format.

    It is the same up to the last part that was sent, such as a hash; where none was, but for the format. A picture that
    is not given as a GIF does not move, so there is no GIF of it.
    """
    one, other = urlsplit(picture), urlsplit(given)
    if one.hostname != other.hostname or (one.path.endswith(".gif") and not other.path.endswith(".gif")):
        return False
    ends = [found.end() for each in sent if (found := re.search(rf"/{re.escape(each)}(?=[/.]|$)", other.path))]
    stem = other.path[: max(ends)] if ends else re.sub(r"\.[^./]*$", "", other.path)
    behind = one.path.removeprefix(stem)
    return one.path.startswith(stem) and (behind == "" or behind[0] == "." or (bool(ends) and behind[0] == "/"))


def _is_gravatar(text: str) -> bool:
    host = urlsplit(text).hostname or ""
    return host == "gravatar.com" or host.endswith(".gravatar.com")


def _digests(address: str) -> tuple[str, str]:
    seed = address.strip().lower().encode()
    return hashlib.md5(seed, usedforsecurity=False).hexdigest(), hashlib.sha256(seed).hexdigest()


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield str(name)
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def _values(value: object) -> Iterator[str]:
    """Texts and whole numbers in a JSON value, as texts, the names of members left out."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for each in value:
            yield from _values(each)
    elif isinstance(value, str | int) and not isinstance(value, bool) and value != "":
        yield str(value)


def _secrets(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            if isinstance(each, str) and str(name).lower() in CREDENTIAL_NAMES:
                yield each
            else:
                yield from _secrets(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _secrets(each)


def _member(name: object) -> str:
    """A member's name as it may be shown: names of the raw profile may be long or odd."""
    text = str(name)
    return text if text.isascii() and text.isprintable() and len(text) <= 40 else "a member"
