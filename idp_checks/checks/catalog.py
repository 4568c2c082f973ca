"""The catalogue of checks: what each states, what its verdicts mean, which controls it is evidence for.

The facts stand in ``catalog.toml`` beside this module, and are read once into frozen values.
"""

from __future__ import annotations

import hashlib
from functools import cache, cached_property
from importlib.resources import files
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct, field

from idp_checks.checks.finding import Severity, Verdict

__all__ = ["CHECKS", "Catalog", "Check", "Control", "Framework", "Meanings", "Scope", "load_catalog", "get"]

Scope: TypeAlias = Literal["run", "connection", "identity"]
Family: TypeAlias = Literal["token", "profile", "lifecycle", "hygiene"]


class Framework(Struct, frozen=True, forbid_unknown_fields=True):
    """A body of controls: ``name`` as controls cite it, ``version`` the one that was read."""

    name: str
    title: str
    version: str
    url: str


class Control(Struct, frozen=True, forbid_unknown_fields=True):
    """A control of a framework, and what a check shows of it: a part, never the whole."""

    framework: str
    id: str
    why: str


class Meanings(Struct, frozen=True, forbid_unknown_fields=True):
    """What each verdict of a check means; None, it is never given."""

    passed: str = field(name="pass")
    failed: str | None = field(name="fail", default=None)
    indeterminate: str | None = None
    not_applicable: str | None = None

    def of(self, verdict: Verdict) -> str | None:
        """What the verdict means."""
        return {
            Verdict.PASS: self.passed,
            Verdict.FAIL: self.failed,
            Verdict.INDETERMINATE: self.indeterminate,
            Verdict.NOT_APPLICABLE: self.not_applicable,
        }[verdict]


class Check(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One check.

    Attributes:
        statement: what is true where it passes.
        scope: what one verdict is about.
        evaluated: whether this package carries it out; the others are only described.
        attack: what somebody could do where it fails; None, nothing directly.
        remedy: what to do where it fails; None, it never fails.
    """

    id: str
    family: Family
    title: str
    statement: str
    severity: Severity
    scope: Scope
    evaluated: bool
    verdicts: Meanings
    controls: tuple[Control, ...]
    attack: str | None = None
    remedy: str | None = None


class Catalog(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """All checks, in order, and the frameworks that they cite."""

    frameworks: tuple[Framework, ...]
    checks: tuple[Check, ...]

    @cached_property
    def by_id(self) -> dict[str, Check]:
        """The checks by their ids."""
        return {each.id: each for each in self.checks}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the catalogue as canonical JSON (RFC 8785): ``sha256:`` and 64 hex digits."""
        import rfc8785

        return f"sha256:{hashlib.sha256(rfc8785.dumps(msgspec.to_builtins(self))).hexdigest()}"


@cache
def load_catalog() -> Catalog:
    """The catalogue."""
    return msgspec.toml.decode(files(__package__).joinpath("catalog.toml").read_bytes(), type=Catalog)


CHECKS: tuple[Check, ...] = load_catalog().checks


def get(check: str) -> Check:
    """The check of that id.

    Raises:
        LookupError: there is none.
    """
    try:
        return load_catalog().by_id[check]
    except KeyError:
        raise LookupError(f"no check {check!r} in the catalogue") from None
