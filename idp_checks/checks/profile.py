"""Checks of profiles: experiments on the normaliser with recorded answers, and a look at the stored records."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import msgspec

from idp_checks.checks.context import ConnectionContext, IdentityContext
from idp_checks.checks.evaluation import CheckOutcome, evaluates, failed, not_applicable, passed, undecided
from idp_checks.checks.paths import MISSING, get_path, leaf_strings, collect_meanings, iterate_meanings, iterate_strings, set_path, remove_path
from idp_checks.checks.token import is_distinctive
from idp_checks.errors import ProfileError, json_path
from idp_checks.profiles.profile import GRAVATAR, STANDARD, is_email
from idp_checks.profiles.shape import Path, Shape
from idp_checks.providers.model import Provider
from idp_checks.recordings import ProfileRecording
from idp_checks.secret import CREDENTIAL_NAMES

__all__: list[str] = []

CHANGED = {"email": "someone.else@example.org", "handle": "someone-else", "name": "Someone Else"}
"""What a member of each changeable meaning is changed to."""
CHANGEABLE = {
    "email": ("email", "mail", "emailaddress", "notificationemail", "upn", "userprincipalname"),
    "handle": ("login", "username", "preferredusername", "screenname", "nickname", "handle", "uniquename"),
    "name": ("name", "displayname", "fullname", "givenname", "familyname", "firstname", "lastname", "globalname"),
}
"""The same by name, for members that the model passes over: in lower case, without separators."""

BIG_NUMBERS = (2**53 + 1, 2**63 - 1, 1234567890123456789)
"""Integers that a float does not hold (RFC 8785, section 3.2.2.3), and a snowflake id."""
ODD_TEXTS = (
    "007",
    "12345678901234567890123456789012345678",
    "1.10",
    "1e3",
    "AbC",
    " padded ",
    "re\u0301sume\u0301",
    "r\u00e9sum\u00e9",
)
"""Texts that careless reading changes: zeros, digits, case, blanks, Unicode forms."""

NOT_TRUE: tuple[tuple[str, Any], ...] = (
    ("null", None),
    ("false", False),
    ('"false"', "false"),
    ('"False"', "False"),
    ("0", 0),
    ('""', ""),
    ("[]", []),
    ("{}", {}),
    ("1", 1),
    ('"true"', "true"),
    ('"yes"', "yes"),
)
"""Values of a verification member that are not its documented positive value, by how they are written."""
FLAGS = frozenset({"flag", "text-flag"})

EMPTIES = re.compile(r"\b(?:None|null|undefined|NaN)\b")
"""What a careless program writes where there is nothing."""
GRAVATARS = (GRAVATAR, "https://secure.gravatar.com/avatar/", "https://gravatar.com/avatar/")

LISTED = 20
"""Places that are listed in the facts."""
SHORTEST_FORM = 16
"""Characters of the shortest text that is taken for a token by its form, or looked for as one inside other texts."""
_FORMS = re.compile(
    r"\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*|\bgh[opusr]_\w{16,}|\bgithub_pat_\w{16,}|\bxox[a-z]-[\w-]{8,}|\bAtz[ar]\|\S{8,}"
    r"|\bya29\.[\w-]{16,}|\bEAA\w{24,}|\bAKIA[0-9A-Z]{16}\b|\b[sr]k_live_\w{16,}|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
"""Well-known forms of tokens and keys."""
_SIGNED_ADDRESS = frozenset({"x-amz-signature", "x-goog-signature", "x-amz-security-token"})
_WORDS = re.compile(r"[\s\"'<>?&=#,;]+")


# ---------------------------------------------------------------- experiments on the normaliser


class _Trial(NamedTuple):
    """A recorded profile that a normaliser has to read, and the identifier that it means."""

    case: str
    raw: dict[str, Any]
    also: dict[str, Any]
    ident: str
    says: Mapping[str, Any]
    shape: type[Shape]


def _trials(context: ConnectionContext, provider: Provider) -> list[_Trial]:
    return [found for each in context.recordings if (found := _trial(each, provider)) is not None]


def _trial(recording: ProfileRecording, provider: Provider) -> _Trial | None:
    raw, says = recording.raw, recording.normalized
    if not isinstance(raw, dict) or not isinstance(says, dict):
        return None
    try:
        shape = type(provider.read(raw))
    except ProfileError:
        return None
    return _Trial(recording.case, raw, recording.also, str(says["user_id"]).partition("|")[2], says, shape)


def _normalized(
    context: ConnectionContext, provider: Provider, raw: object, also: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """What the normaliser under test makes of an answer; None where it takes it for no profile."""
    raw, also = copy.deepcopy(raw), copy.deepcopy(dict(also))
    try:
        if context.normalizer is not None:
            return context.normalizer(provider.name, raw, also=also)
        return provider.normalize(raw, also=also, connection=context.connection.name).to_dict()  # type: ignore[arg-type]
    except ProfileError:
        return None


def _identified(trial: _Trial, ident: int | str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The profile with another identifier, in the answers of further calls too."""
    recorded = get_path(trial.raw, trial.shape.subject)
    also = trial.also
    for path, leaf in iterate_strings(trial.also):
        if leaf == str(recorded):
            also = set_path(also, path, ident)
    return set_path(trial.raw, trial.shape.subject, ident), also


def _unknown() -> CheckOutcome:
    return undecided("no_data", "Nothing is known of the provider.")


def _untried() -> CheckOutcome:
    return undecided("no_data", "No recorded profile of this provider is at hand.")


def _refused(detail: str, **facts: object) -> CheckOutcome:
    return undecided("unparsable", detail, **facts)


def _bears(user_id: object, ident: str) -> bool:
    """Whether a ``user_id`` is the identifier, alone or after its namespace."""
    return isinstance(user_id, str) and (user_id == ident or user_id.endswith(f"|{ident}"))


@evaluates("IDP-PRF-001")
def stable_subject(context: ConnectionContext) -> CheckOutcome:
    """``user_id`` is the recorded identifier, and changing address, username and names does not move it."""
    if (provider := context.provider) is None:
        return _unknown()
    if not (trials := _trials(context, provider)):
        return _untried()
    refused: list[str] = []
    changes = 0
    for trial in trials:
        out = _normalized(context, provider, trial.raw, trial.also)
        facts = {"case": trial.case, "documented": json_path(trial.shape.subject)}
        if out is None:
            refused.append(trial.case)
            continue
        if not _bears(out.get("user_id"), trial.ident):
            return failed(
                "user_id is not the documented identifier.", **facts, taken_from=_origin(out.get("user_id"), trial)
            )
        for place, raw, also in _changes(trial, provider):
            again = _normalized(context, provider, raw, also)
            changes += 1
            if again is None:
                refused.append(f"{trial.case}, other {place}")
            elif again.get("user_id") != out["user_id"]:
                return failed("user_id moves with a member that a person can change.", **facts, moves_with=place)
    if refused:
        return _refused("The normaliser refused a profile of the documented form.", refused=refused)
    return passed(
        "user_id is the documented identifier, and nothing that can be changed moves it.",
        profiles=len(trials),
        changes=changes,
    )


def _origin(user_id: object, trial: _Trial) -> list[str]:
    """The members from which a wrong ``user_id`` may have been taken."""
    tail = str(user_id).rpartition("|")[2]
    return [json_path(path) for path, leaf in iterate_strings(trial.raw) if leaf == tail][:LISTED]


def _changes(trial: _Trial, provider: Provider) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """The profile with one changeable member changed at a time, and the place of that member."""
    for path, meaning in _changeable(trial.raw, trial.shape):
        if path != trial.shape.subject:
            yield json_path(path), set_path(trial.raw, path, CHANGED[meaning]), trial.also
    for name, answer in trial.also.items():
        for path, meaning in _changeable(answer, provider.profile.also[name].model):
            changed = {**trial.also, name: set_path(answer, path, CHANGED[meaning])}
            yield f"{name}: {json_path(path)}", trial.raw, changed


def _changeable(value: object, model: Any) -> Iterator[tuple[Path, str]]:
    by_meaning = {path: meaning for path, meaning in iterate_meanings(value, model) if meaning in CHANGED}
    yield from by_meaning.items()
    for path, _ in iterate_strings(value):
        name = re.sub(r"[^a-z]", "", str(path[-1]).lower()) if path else ""
        if path not in by_meaning and isinstance(get_path(value, path), str):
            yield from ((path, meaning) for meaning, names in CHANGEABLE.items() if name in names)


@evaluates("IDP-PRF-002")
def namespaced(context: ConnectionContext) -> CheckOutcome:
    """The key begins with the provider's name and a separator, whatever the subject is."""
    if (provider := context.provider) is None:
        return _unknown()
    if not (trials := _trials(context, provider)):
        return _untried()
    within = provider.profile.subject_scope
    if not within:
        return undecided("no_data", "It is not documented within what an identifier is unique.")
    trial, refused = trials[0], 0
    others = [each.name for each in context.other_providers if each.name != provider.name] or ["another-provider"]
    for ident in (trial.ident, *(f"{name}|{trial.ident}" for name in others)):
        own = _normalized(context, provider, *_identified(trial, ident))
        if own is None:
            # Refusing a subject with the separator in it is as good as escaping it.
            refused += ident == trial.ident
            continue
        key = own.get("user_id")
        if not isinstance(key, str) or not _namespaced(key, provider.name):
            return failed(
                "The key of an account does not name its provider.",
                subject_unique_within=within,
                separator_in_subject=ident != trial.ident,
            )
    for other in context.other_providers:
        if other.name != provider.name and _collide(context, provider, other, trial):
            return failed("Equal subjects of two providers give one key.", other=other.name)
    if refused:
        return _refused("The normaliser refused a profile of the documented form.", refused=trial.case)
    siblings = [each.name for each in context.policy.connections.values() if each.provider == provider.name]
    if within != "the provider" and len(siblings) > 1:
        return undecided(
            "no_data",
            "A subject is unique within less than the provider, and the key does not tell its connections apart.",
            subject_unique_within=within,
            connections=siblings,
        )
    return passed(
        "The key of an account names its provider, whatever the subject.",
        subject_unique_within=within,
        compared_with=others,
    )


def _namespaced(key: str, provider: str) -> bool:
    """Whether a key is the provider's name, a separator that no name holds, and something."""
    rest = key.removeprefix(provider)
    return key.startswith(provider) and len(rest) > 1 and not (rest[0].isalnum() or rest[0] in "-_.")


def _collide(context: ConnectionContext, provider: Provider, other: Provider, trial: _Trial) -> bool:
    """Whether the same subject at another provider gives the same key."""
    own = _normalized(context, provider, trial.raw, trial.also)
    theirs = _normalized(context, other, set_path({}, other.profile.shapes[0].subject, trial.ident), {})
    return own is not None and theirs is not None and own.get("user_id") == theirs.get("user_id")


@evaluates("IDP-PRF-004")
def exact_identifier(context: ConnectionContext) -> CheckOutcome:
    """Identifiers of the recorded type that careless reading changes come out as they went in."""
    if (provider := context.provider) is None:
        return _unknown()
    if not (trials := _trials(context, provider)):
        return _untried()
    tried, derived, refused = 0, 0, []
    for trial in trials:
        recorded = get_path(trial.raw, trial.shape.subject)
        if not isinstance(recorded, int | str) or isinstance(recorded, bool):
            continue
        if str(recorded) != trial.ident:
            derived += 1  # a part of a longer member, such as the number in an address
            continue
        odd: tuple[int | str, ...] = BIG_NUMBERS if isinstance(recorded, int) else ODD_TEXTS
        for ident in (recorded, *odd):
            out = _normalized(context, provider, *_identified(trial, ident))
            tried += 1
            if out is None:
                refused.append(str(ident))
            elif not isinstance(out.get("user_id"), str):
                return failed("The identifier is no text in the end.", case=trial.case)
            elif not _bears(out["user_id"], str(ident)):
                return failed(
                    "The identifier comes out changed.",
                    case=trial.case,
                    **({} if ident is recorded else {"tried": str(ident)}),
                )
    if refused:
        return _refused("The normaliser refused an identifier that the provider could send.", refused=len(refused))
    if not tried and derived:
        return not_applicable(
            "The identifier is a part of a longer member, as documented.", sources=provider.profile.sources
        )
    if not tried:
        return _untried()
    return passed("Every identifier comes out as it went in.", tried=tried)


@evaluates("IDP-PRF-006")
def never_true_by_mistake(context: ConnectionContext) -> CheckOutcome:
    """No value of the verification member but the documented one gives ``email_verified`` true, or no boolean."""
    if (provider := context.provider) is None:
        return _unknown()
    trials = [each for each in _trials(context, provider) if "email" in each.says]
    models = (*provider.profile.shapes, *(each.model for each in provider.profile.also.values()))
    if not trials and not any("email" in collect_meanings(each) for each in models):
        return not_applicable("The provider gives no address.", sources=provider.profile.sources)
    if not trials:
        return undecided("no_data", "No recorded profile with an address is at hand.")
    positive = {
        _written(get_path(each.raw, each.shape.vouched_by or ()))
        for each in trials
        if each.says.get("email_verified") is True
    }
    tried, refused, kept_apart = 0, [], True
    for trial in trials:
        path = trial.shape.vouched_by
        if path and trial.says.get("email_verified") is True and get_path(trial.raw, path) in (False, None, MISSING):
            continue  # another address than the first is used: its own flag stands elsewhere
        for variant, raw, also, documented in _variants(trial, provider):
            out = _normalized(context, provider, raw, also)
            tried += 1
            if out is None:
                refused.append(variant)
                continue
            got = out.get("email_verified")
            if got is not None and not isinstance(got, bool):
                return failed("email_verified is no boolean.", case=trial.case, variant=variant)
            # Where this address is not vouched for, another one may be used, which has a flag of its own.
            other = variant in ("removed", "false", "null") and out.get("email") != trial.says.get("email")
            if got is True and not other and not documented and variant not in positive:
                return failed(
                    "email_verified is true although the provider did not say so.", case=trial.case, variant=variant
                )
            kept_apart = kept_apart and not (variant == "removed" and got is False)
    if refused:
        return _refused("The normaliser refused a value of the verification member.", refused=sorted(set(refused)))
    return passed("No value that was tried turns into true.", tried=tried, false_kept_apart_from_not_stated=kept_apart)


def _written(value: object) -> str:
    return "removed" if value is MISSING else msgspec.json.encode(value).decode()


def _variants(trial: _Trial, provider: Provider) -> Iterator[tuple[str, Any, Any, bool]]:
    """The profile with each value in its verification members, and whether that value is documented as positive."""
    vouched_by = trial.shape.vouched_by
    kinds = dict(iterate_meanings(trial.raw, trial.shape))
    flags = {
        name: {path: kind for path, kind in iterate_meanings(answer, provider.profile.also[name].model) if kind in FLAGS}
        for name, answer in trial.also.items()
    }
    if vouched_by is None and not any(flags.values()):
        yield "as recorded", trial.raw, trial.also, trial.says.get("email_verified") is True
        return
    flagged = vouched_by is None or kinds.get(vouched_by) in (*FLAGS, None)
    for variant, value in (("removed", MISSING), *NOT_TRUE):
        if not flagged and value not in (MISSING, None, ""):
            continue  # the member is an address, given only when verified
        raw = trial.raw if vouched_by is None else _put(trial.raw, vouched_by, value)
        also = dict(trial.also)
        for name, paths in flags.items():
            for path in paths:
                also[name] = _put(also[name], path, value)
        as_text = (
            [kinds.get(vouched_by)]
            if vouched_by is not None
            else [kind for paths in flags.values() for kind in paths.values()]
        )
        yield variant, raw, also, value == "true" and "text-flag" in as_text


def _put(value: Any, path: Path, new: object) -> Any:
    return remove_path(value, path) if new is MISSING else set_path(value, path, new)


@evaluates("IDP-PRF-009")
def nothing_invented(context: ConnectionContext) -> CheckOutcome:
    """The recorded minimal profile is read, and each standard property has its origin in what was sent."""
    if (provider := context.provider) is None:
        return _unknown()
    trials = [each for each in _trials(context, provider) if each.case == "minimal"]
    if not trials:
        return undecided("no_data", "No minimal profile of this provider is recorded.")
    trial = trials[0]
    out = _normalized(context, provider, trial.raw, trial.also)
    if out is None:
        return failed("The normaliser refuses the barest profile.", case=trial.case)
    sent = set(leaf_strings(trial.raw)) | set(leaf_strings(trial.also))
    invented = [name for name in STANDARD if out.get(name) is not None and not _traced(name, out[name], trial, sent)]
    if invented:
        return failed("A value has no origin in what the provider sent.", case=trial.case, properties=invented)
    rest = [
        json_path(path)
        for path, leaf in iterate_strings(_others(out))
        if leaf not in sent and (is_email(leaf) or EMPTIES.search(leaf))
    ]
    if rest:
        return failed(
            "An address or the text of an empty value was made up.", case=trial.case, properties=rest[:LISTED]
        )
    return passed("The barest profile is read, and every value can be traced.", case=trial.case)


def _others(out: Mapping[str, Any]) -> dict[str, Any]:
    """The properties beside the standard ones."""
    return {name: each for name, each in out.items() if name not in (*STANDARD, "identities")}


def _traced(name: str, value: object, trial: _Trial, sent: set[str]) -> bool:
    """Whether a property follows from what was sent, by the rules for profiles or by the recording."""
    if value == trial.says.get(name):
        return True
    if not isinstance(value, str) or name == "email_verified":
        return False
    if name == "user_id":
        return _bears(value, trial.ident)
    if value in sent:
        return True
    if EMPTIES.search(value):
        return False
    plain = {each.strip() for each in sent if each.strip()}
    if name == "email":
        return value.lower() in {each.lower() for each in plain}
    if name == "picture":
        return value.startswith(GRAVATARS) or any(each in value for each in plain if len(each) > 3)
    known = (
        plain
        | {each.rpartition("@")[0] for each in plain if is_email(each)}
        | {trial.ident, str(trial.says["user_id"])}
    )
    return value.strip() in known or any(
        value.startswith(f"{each} ") and value[len(each) + 1 :] in known for each in known
    )


# ---------------------------------------------------------------- the stored records


@evaluates("IDP-PRF-005")
def vouched_address(context: IdentityContext) -> CheckOutcome:
    """A stored ``email_verified: true`` is the provider's own word for this address."""
    address, verified, data = _stored(context)
    if address is None:
        return not_applicable("There is no address.")
    if verified is not True:
        return passed("The address does not count as verified.", email_verified=verified)
    if (provider := context.provider) is None:
        return _unknown()
    facts = {"email_verified": True, "sources": provider.profile.sources}
    if provider.profile.vouching is None and not any(each.vouched_by for each in provider.profile.shapes):
        if (trust := context.connection.email_trust) is not None:
            return not_applicable("The provider vouches for no address; the policy trusts it.", trust=trust, **facts)
        return failed("The provider vouches for no address, and the policy does not trust it.", **facts)
    statements = list(_statements(context, provider, address, data))
    for each in statements:
        if each.address is not None and each.address.lower() != address.lower():
            return failed("The provider spoke of another address.", **facts, stated_by=each.member)
        if each.verified is not True:
            return failed(
                "The provider did not say that the address is verified.",
                **facts,
                stated_by=each.member,
                stated=each.verified,
            )
    if statements:
        return passed(
            "The provider says that the address is verified.", **facts, stated_by=[each.member for each in statements]
        )
    return undecided(
        "no_data",
        "The record does not hold the provider's own statement.",
        **facts,
        documented=provider.profile.vouching,
    )


class _Statement(NamedTuple):
    """What the provider said of which address, and in which member."""

    member: str
    address: str | None
    verified: bool | None


def _stored(context: IdentityContext) -> tuple[str | None, bool | None, Mapping[str, Any]]:
    """The identity's address, whether it counts as verified, and what else is stored of the identity's raw profile."""
    record, data = context.record, context.identity.profile_data
    if context.is_primary:
        own = {name: each for name in STANDARD if (each := getattr(record, name)) is not None}
        return record.email, record.email_verified, {**record.extra, **own} if data is None else data
    data = data or {}
    address, verified = data.get("email"), data.get("email_verified")
    usable = isinstance(address, str) and is_email(address.strip())
    return (
        (address.strip() if usable and isinstance(address, str) else None),
        (verified if isinstance(verified, bool) else None),
        data,
    )


def _statements(
    context: IdentityContext, provider: Provider, address: str, data: Mapping[str, Any]
) -> Iterator[_Statement]:
    """The provider's statements that are stored: by its vouching members, and by the answers of further calls."""
    for shape in provider.profile.shapes:
        member = shape.vouched_by
        if member is not None and get_path(data, member) is not MISSING:
            yield from _read(shape, json_path(member), context, data, {})
        for name, further in provider.profile.also.items():
            if name in data:
                about = _about(data[name], address)
                if about == []:
                    yield _Statement(name, None, verified=None)
                    continue
                try:
                    answer = msgspec.convert(about, further.model)
                except msgspec.ValidationError:
                    continue
                yield from _read(shape, name, context, data, {name: answer})


def _about(answer: Any, address: str) -> Any:
    """Of a list of addresses the elements about this one."""
    if not isinstance(answer, list):
        return answer
    return [
        each
        for each in answer
        if isinstance(each, Mapping) and address.lower() in (str(text).lower() for text in each.values())
    ]


def _read(
    shape: type[Shape], member: str, context: IdentityContext, data: Mapping[str, Any], also: Mapping[str, Any]
) -> Iterator[_Statement]:
    """What the provider's own model reads in stored data; nothing where it cannot be read so."""
    whole = (
        data if get_path(data, shape.subject) is not MISSING else set_path(data, shape.subject, context.identity.user_id)
    )
    try:
        claims = msgspec.convert(whole, shape).claims(also)
    except (msgspec.ValidationError, ProfileError):
        return
    yield _Statement(member, claims.email.strip() if claims.email else None, claims.email_verified)


@evaluates("IDP-PRF-010")
def nothing_secret(context: IdentityContext) -> CheckOutcome:
    """No text of the stored profile is a known token, has a token's form, or stands under a secret's name."""
    pattern = context.provider.token.pattern if context.provider is not None else None
    form = re.compile(pattern) if pattern is not None and is_distinctive(pattern) else None
    places = []
    for path, text in _texts_of(context):
        kind = _secret_kind(context, path, text, form)
        if kind is not None:
            places.append({"place": json_path(path), "kind": kind})
    if places:
        return failed(f"Something secret stands in the profile, at {len(places)} places.", places=places[:LISTED])
    if form is None and (context.provider is None or context.provider.token.form != "jwt"):
        return undecided("no_data", "Nothing was found, but the form of this provider's tokens is not known.")
    return passed("Nothing secret was found in the profile.")


def _texts_of(context: IdentityContext) -> Iterator[tuple[Path, str]]:
    """Every text that is stored of the identity, with its place; names of members are texts too."""
    if context.is_primary:
        for name in STANDARD:
            yield from iterate_strings(getattr(context.record, name), (name,))
        yield from _with_names(context.record.source, ())
    if context.identity.profile_data is not None:
        yield from _with_names(context.identity.profile_data, ("identities", _index(context), "profileData"))


def _index(context: IdentityContext) -> int:
    listed = context.record.identities
    return listed.index(context.identity) if context.identity in listed else 0


def _with_names(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield path, str(name)
            yield from _with_names(each, (*path, str(name)))
    elif isinstance(value, list | tuple):
        for at, each in enumerate(value):
            yield from _with_names(each, (*path, at))
    else:
        yield from iterate_strings(value, path)


def _secret_kind(context: IdentityContext, path: Path, text: str, form: re.Pattern[str] | None) -> str | None:
    """Why a text is taken for a secret; None where it is not."""
    if any(
        len(each.reveal()) >= SHORTEST_FORM // 2 and each.reveal() in text for each in context.secrets
    ) or context.redactor.contains_secret(text):
        return "a known secret"
    if path and str(path[-1]).lower() in CREDENTIAL_NAMES and text.strip():
        return "by the name of its member"
    if _FORMS.search(text):
        return "of the form of a token"
    if form is not None and any(len(word) >= SHORTEST_FORM and form.fullmatch(word) for word in _WORDS.split(text)):
        return "of the form of this provider's tokens"
    if "://" in text and any(name.lower() in CREDENTIAL_NAMES | _SIGNED_ADDRESS for name in _query(text)):
        return "an address with a secret in it"
    return None


def _query(url: str) -> list[str]:
    """The names in the query of an address that have a value."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return []
    return [name for name, _ in parse_qsl(f"{parts.query}&{parts.fragment}")]
