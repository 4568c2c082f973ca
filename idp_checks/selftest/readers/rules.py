"""The rules for readers, and the verdicts that they allow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

__all__ = [
    "MUST_BE_BAD",
    "MUST_BE_GOOD",
    "MUST_BE_UNDECIDED",
    "MUST_NOT_BE_GOOD",
    "READER_RULES",
    "ReaderRule",
    "ReaderVerdict",
    "verdict_names",
]

ReaderVerdict: TypeAlias = bool | None
"""True: good; False: bad; None: undecided."""

MUST_BE_GOOD: frozenset[ReaderVerdict] = frozenset((True,))
MUST_BE_BAD: frozenset[ReaderVerdict] = frozenset((False,))
MUST_BE_UNDECIDED: frozenset[ReaderVerdict] = frozenset((None,))
MUST_NOT_BE_GOOD: frozenset[ReaderVerdict] = frozenset((None, False))

_NAMES: Mapping[ReaderVerdict, str] = {True: "good", False: "bad", None: "undecided"}


class ReaderRule(NamedTuple):
    """A rule for readers, and its source."""

    id: str
    title: str
    source: str


_RULES = (
    ReaderRule("T1", "Every response leads to a verdict, never to an exception", "RFC 7662, section 2.2"),
    ReaderRule("T2", "A positive response of the issuer makes the token good", "RFC 7662, section 2.2"),
    ReaderRule("T3", "A malformed, truncated or empty response leaves it undecided", "RFC 7662, section 2.2"),
    ReaderRule("T4", "A documented denial makes it bad", "RFC 7662, section 2.2; RFC 6750, section 3.1"),
    ReaderRule("T5", "An outage or a rate limit leaves it undecided", "RFC 9110, section 15.6"),
    ReaderRule("T6", "A missing permission of the client does not deny the token", "RFC 7662, section 2.3"),
    ReaderRule("T7", "A body with an error is not good, whatever its status", "RFC 6749, section 5.2"),
    ReaderRule("T8", "A token of another application is not good; one of several expected is", "RFC 8725, section 3.9"),
    ReaderRule("T9", "A token of another account is not good", "OpenID Connect Core 1.0, section 5.3.2"),
    ReaderRule("T10", "An expired token is not good; a small clock skew is allowed", "RFC 7519, section 4.1.4"),
    ReaderRule("T11", "Issuer and tenant are compared exactly, in each documented form", "RFC 9068, section 4"),
    ReaderRule("T12", "A token without a valid signature of the issuer is not good", "RFC 8725, sections 3.1 and 3.2"),
    ReaderRule(
        "T13", "Only keys that this issuer publishes now are used", "RFC 8725, section 3.8; RFC 7517, section 5"
    ),
    ReaderRule("T14", "A flag of another type or a duplicate field is not good", "RFC 8259, section 4"),
    ReaderRule("T15", "An expected or required value that is blank is not ignored", "RFC 8725, section 3.9"),
    ReaderRule("T16", "A verdict does not outlive a revocation", "RFC 7662, section 4"),
    ReaderRule("T17", "Values that come with the token from its sender prove nothing", "RFC 8725, section 3.10"),
    ReaderRule("T18", "The reported expiry and scopes are those of the issuer", "RFC 7662, section 2.2"),
)

READER_RULES: Mapping[str, ReaderRule] = {rule.id: rule for rule in _RULES}
"""The rules by id."""


def verdict_names(verdicts: frozenset[ReaderVerdict]) -> str:
    """Return verdicts in words."""
    return " or ".join(name for verdict, name in _NAMES.items() if verdict in verdicts)
