"""The catalog of checks, with their verdicts and controls.

The data are in ``catalog.toml`` next to this module, and are read once into frozen values.
"""

from __future__ import annotations

import hashlib
from functools import cache, cached_property
from importlib.resources import files
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct, field

from idp_checks.checks.finding import Severity, Verdict

__all__ = ["CHECKS", "Catalog", "Check", "Control", "Framework", "Meanings", "Scope", "get", "load_catalog"]

Scope: TypeAlias = Literal["run", "connection", "identity"]
Family: TypeAlias = Literal["token", "profile", "lifecycle", "hygiene"]


class Framework(Struct, frozen=True, forbid_unknown_fields=True):
    """A control framework.

    Attributes:
        name: the name that controls cite.
        version: the edition that was read.
    """

    name: str
    title: str
    version: str
    url: str


class Control(Struct, frozen=True, forbid_unknown_fields=True):
    """A control of a framework; ``why`` names the part that a check is evidence for."""

    framework: str
    id: str
    why: str


class Meanings(Struct, frozen=True, forbid_unknown_fields=True):
    """The meaning of each verdict of a check; None if the check never returns it."""

    passed: str = field(name="pass")
    failed: str | None = field(name="fail", default=None)
    indeterminate: str | None = None
    not_applicable: str | None = None

    def of(self, verdict: Verdict) -> str | None:
        """Return the meaning of the verdict."""
        return {
            Verdict.PASS: self.passed,
            Verdict.FAIL: self.failed,
            Verdict.INDETERMINATE: self.indeterminate,
            Verdict.NOT_APPLICABLE: self.not_applicable,
        }[verdict]


class Check(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One check.

    Attributes:
        statement: the condition that is true if the check passes.
        scope: the kind of subject that one verdict is about.
        evaluated: whether this package evaluates the check; the others are only described.
        attack: the attack that becomes possible if the check fails; None if there is no direct attack.
        remedy: the action to take if the check fails; None if it never fails.
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
        """The checks by id."""
        return {check.id: check for check in self.checks}

    @cached_property
    def digest(self) -> str:
        """The SHA-256 digest of the catalog as canonical JSON (RFC 8785).

        It is ``sha256:`` and 64 hex digits.
        """
        import rfc8785

        return f"sha256:{hashlib.sha256(rfc8785.dumps(msgspec.to_builtins(self))).hexdigest()}"


@cache
def load_catalog() -> Catalog:
    """Return the catalog, read once from ``catalog.toml``."""
    return msgspec.toml.decode(files(__package__).joinpath("catalog.toml").read_bytes(), type=Catalog)


CHECKS: tuple[Check, ...] = load_catalog().checks


def get(check_id: str) -> Check:
    """Return the check with that id.

    Raises:
        LookupError: the catalog has no check with that id.
    """
    try:
        return load_catalog().by_id[check_id]
    except KeyError:
        raise LookupError(f"unknown check {check_id!r}; `idp-checks checks` lists the catalog") from None
