"""Checks of ``email_verified``, in the normalizer and in the stored records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from idp_checks.checks.context import ConnectionContext, IdentityContext
from idp_checks.checks.evaluation import CheckOutcome, evaluates, failed, not_applicable, passed, undecided
from idp_checks.checks.issuer_response import unknown_provider
from idp_checks.checks.paths import MISSING, collect_meanings, get_path, iterate_meanings, remove_path, set_path
from idp_checks.checks.trials import Trial, build_trials, normalize_trial, rejected_input
from idp_checks.errors import ProfileError, json_path
from idp_checks.profiles.profile import STANDARD, is_email
from idp_checks.profiles.shape import Path, Shape
from idp_checks.providers.model import Provider

__all__: list[str] = []

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
"""Values of a verification field that are not its documented positive value, by their JSON form."""
FLAGS = frozenset({"flag", "string-flag"})


# ---------------------------------------------------------------- the normalizer


class _Variant(NamedTuple):
    """A trial with one value in its verification fields."""

    name: str
    raw: Any
    also: Any
    is_documented: bool
    """Whether the value is documented as positive."""


@evaluates("IDP-PRF-006")
def check_never_true_by_mistake(context: ConnectionContext) -> CheckOutcome:
    """Check that only the documented positive value makes ``email_verified`` true.

    Its value must be a boolean.
    """
    if (provider := context.provider) is None:
        return unknown_provider()
    trials = [trial for trial in build_trials(context, provider) if "email" in trial.normalized]
    models = (*provider.profile.shapes, *(call.model for call in provider.profile.also.values()))
    if not trials and not any("email" in collect_meanings(model) for model in models):
        return not_applicable("The provider sends no email address.", sources=provider.profile.sources)
    if not trials:
        return undecided("no_data", "No recorded profile with an address is available.")
    positive = {
        _format_flag(get_path(trial.raw, trial.shape.vouched_by or ()))
        for trial in trials
        if trial.normalized.get("email_verified") is True
    }
    tested, rejected, is_distinguished = 0, [], True
    for trial in trials:
        path = trial.shape.vouched_by
        is_true = trial.normalized.get("email_verified") is True
        if path and is_true and get_path(trial.raw, path) in (False, None, MISSING):
            continue  # another address than the first is used, and its flag is in a different field
        for variant in _build_variants(trial, provider):
            result = normalize_trial(context, provider, variant.raw, variant.also)
            tested += 1
            if result is None:
                rejected.append(variant.name)
                continue
            value = result.get("email_verified")
            if value is not None and not isinstance(value, bool):
                return failed("email_verified is not a boolean.", case=trial.case, variant=variant.name)
            # If the provider does not vouch for this address, another address with its own flag may be used.
            is_other_address = variant.name in ("removed", "false", "null") and result.get(
                "email"
            ) != trial.normalized.get("email")
            is_allowed = is_other_address or variant.is_documented or variant.name in positive
            if value is True and not is_allowed:
                return failed(
                    "email_verified is true although the provider did not state that.",
                    case=trial.case,
                    variant=variant.name,
                )
            is_distinguished = is_distinguished and not (variant.name == "removed" and value is False)
    if rejected:
        return rejected_input(
            "The normalizer rejected a value of the verification field.", refused=sorted(set(rejected))
        )
    return passed("No tested value results in true.", tried=tested, false_kept_apart_from_not_stated=is_distinguished)


def _format_flag(value: object) -> str:
    return "removed" if value is MISSING else msgspec.json.encode(value).decode()


def _build_variants(trial: Trial, provider: Provider) -> Iterator[_Variant]:
    """Iterate over the trial with each value in its verification fields."""
    vouched_by = trial.shape.vouched_by
    kinds = dict(iterate_meanings(trial.raw, trial.shape))
    flags = {
        name: {
            path: kind for path, kind in iterate_meanings(response, provider.profile.also[name].model) if kind in FLAGS
        }
        for name, response in trial.also.items()
    }
    if vouched_by is None and not any(flags.values()):
        is_true = trial.normalized.get("email_verified") is True
        yield _Variant("as recorded", trial.raw, trial.also, is_true)
        return
    is_flag = vouched_by is None or kinds.get(vouched_by) in (*FLAGS, None)
    for name, value in (("removed", MISSING), *NOT_TRUE):
        if not is_flag and value not in (MISSING, None, ""):
            continue  # the field is an address, sent only if it is verified
        raw = trial.raw if vouched_by is None else _replace(trial.raw, vouched_by, value)
        also = dict(trial.also)
        for call, paths in flags.items():
            for path in paths:
                also[call] = _replace(also[call], path, value)
        flag_kinds = (
            [kinds.get(vouched_by)]
            if vouched_by is not None
            else [kind for paths in flags.values() for kind in paths.values()]
        )
        yield _Variant(name, raw, also, value == "true" and "string-flag" in flag_kinds)


def _replace(value: Any, path: Path, new: object) -> Any:
    return remove_path(value, path) if new is MISSING else set_path(value, path, new)


# ---------------------------------------------------------------- the stored records


@evaluates("IDP-PRF-005")
def check_vouched_address(context: IdentityContext) -> CheckOutcome:
    """Check that a stored ``email_verified: true`` is the provider's own statement."""
    address, is_verified, data = _read_stored_address(context)
    if address is None:
        return not_applicable("The profile has no email address.")
    if is_verified is not True:
        return passed("The address does not count as verified.", email_verified=is_verified)
    if (provider := context.provider) is None:
        return unknown_provider()
    facts = {"email_verified": True, "sources": provider.profile.sources}
    if provider.profile.vouching is None and not any(shape.vouched_by for shape in provider.profile.shapes):
        if (trust := context.connection.email_trust) is not None:
            return not_applicable(
                "The provider never vouches for an address, but the policy trusts it.", trust=trust, **facts
            )
        return failed("The provider never vouches for an address, and the policy does not trust it.", **facts)
    statements = list(_read_statements(context, provider, address, data))
    for statement in statements:
        if statement.address is not None and statement.address.lower() != address.lower():
            return failed("The provider's statement is about another address.", **facts, stated_by=statement.source)
        if statement.is_verified is not True:
            return failed(
                "The provider did not state that the address is verified.",
                **facts,
                stated_by=statement.source,
                stated=statement.is_verified,
            )
    if statements:
        return passed(
            "The provider states that the address is verified.",
            **facts,
            stated_by=[statement.source for statement in statements],
        )
    return undecided(
        "no_data",
        "The record does not contain the provider's own statement.",
        **facts,
        documented=provider.profile.vouching,
    )


class _Statement(NamedTuple):
    """A provider's statement about an address; the source is a field or a call."""

    source: str
    address: str | None
    is_verified: bool | None


def _read_stored_address(context: IdentityContext) -> tuple[str | None, bool | None, Mapping[str, Any]]:
    """Return the stored address, whether it is verified, and the stored raw profile."""
    record, data = context.record, context.identity.profile_data
    if context.is_primary:
        properties = {name: value for name in STANDARD if (value := getattr(record, name)) is not None}
        return record.email, record.email_verified, {**record.extra, **properties} if data is None else data
    data = data or {}
    address, is_verified = data.get("email"), data.get("email_verified")
    return (
        (address.strip() if isinstance(address, str) and is_email(address.strip()) else None),
        (is_verified if isinstance(is_verified, bool) else None),
        data,
    )


def _read_statements(
    context: IdentityContext, provider: Provider, address: str, data: Mapping[str, Any]
) -> Iterator[_Statement]:
    """Iterate over the statements in stored fields and additional responses."""
    for shape in provider.profile.shapes:
        path = shape.vouched_by
        if path is not None and get_path(data, path) is not MISSING:
            yield from _read_statement(shape, json_path(path), context, data, {})
        for name, call in provider.profile.also.items():
            if name in data:
                elements = _select_address(data[name], address)
                if elements == []:
                    yield _Statement(name, None, is_verified=None)
                    continue
                try:
                    response = msgspec.convert(elements, call.model)
                except msgspec.ValidationError:
                    continue
                yield from _read_statement(shape, name, context, data, {name: response})


def _select_address(response: Any, address: str) -> Any:
    """Return a list of addresses without the other addresses; other values unchanged."""
    if not isinstance(response, list):
        return response
    return [
        element
        for element in response
        if isinstance(element, Mapping) and address.lower() in (str(value).lower() for value in element.values())
    ]


def _read_statement(
    shape: type[Shape], source: str, context: IdentityContext, data: Mapping[str, Any], also: Mapping[str, Any]
) -> Iterator[_Statement]:
    """Read stored data with the provider's own model; yield nothing on a mismatch."""
    complete = (
        data
        if get_path(data, shape.subject) is not MISSING
        else set_path(data, shape.subject, context.identity.user_id)
    )
    try:
        claims = msgspec.convert(complete, shape).claims(also)
    except (msgspec.ValidationError, ProfileError):
        return
    yield _Statement(source, claims.email.strip() if claims.email else None, claims.email_verified)
