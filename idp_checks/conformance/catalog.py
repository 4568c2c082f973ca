"""The catalog of conformance rules: titles, reasons, sources and scope of every rule.

The data is in ``catalog.toml`` beside this module and is read once into frozen values. Reports, documentation and tests
derive everything they state about a rule from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Literal

import msgspec
from msgspec import Struct

from idp_checks.profiles.profile import STANDARD

__all__ = ["PROPERTIES", "RULES", "NotApplicable", "Rule"]

PROPERTIES = (*STANDARD, "identities")
"""The profile properties that a rule can be about and that a normalizer can exclude."""


class NotApplicable(Struct, frozen=True, forbid_unknown_fields=True):
    """Reasons why a rule is not applicable.

    Attributes:
        oidc: if the normalizer returns claims of OpenID Connect; None if the rule applies to them.
        provider: if none of the provider's profiles can be used to test the rule.
        normalizer: if none of the normalizer's profiles has the properties that the rule is about.
    """

    oidc: str | None = None
    provider: str = "this provider's profile format is unknown"
    normalizer: str | None = None


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A conformance rule.

    Attributes:
        id: the rule number.
        statement: the requirement in whole sentences.
        reason: why the rule matters.
        source: the specification or page that states it.
        kind: ``profile`` judges the result for one raw profile; ``metamorphic`` compares the results for two.
        properties: the standard properties that reports show as expected and actual values.
        subject: the properties that the rule is about. If none of them is claimed, neither is the rule.
        requires: further properties that must be claimed for the rule to be judged.
        attack: the attacker's gain if the rule is broken; None without a direct attack.
        variations: how the search varies raw profiles for this rule.
    """

    id: str
    title: str
    statement: str
    reason: str
    source: str
    kind: Literal["profile", "metamorphic"]
    properties: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    attack: str | None = None
    variations: tuple[str, ...] = ()
    not_applicable: NotApplicable = NotApplicable()

    @property
    def is_metamorphic(self) -> bool:
        """Whether the rule compares the results for two raw profiles."""
        return self.kind == "metamorphic"


class _Catalog(Struct, frozen=True, forbid_unknown_fields=True):
    rules: tuple[Rule, ...]


def _read_rules() -> tuple[Rule, ...]:
    return msgspec.toml.decode(files(__package__).joinpath("catalog.toml").read_bytes(), type=_Catalog).rules


RULES: Mapping[str, Rule] = {rule.id: rule for rule in _read_rules()}
"""The rules by number, in order."""
