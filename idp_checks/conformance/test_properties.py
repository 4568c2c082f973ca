"""Each rule as a property of everything that a provider may send."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from idp_checks import plugin, providers
from idp_checks.conformance.report import Report
from idp_checks.conformance.search import search

if TYPE_CHECKING:
    from idp_checks.conformance.rules import Normalizer


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each selected provider."""
    metafunc.parametrize("provider", plugin.selected(metafunc.config))


@pytest.fixture
def holds(request: pytest.FixtureRequest, idp_normalizer: Normalizer, provider: str) -> Holds:
    """Whether a rule holds at the provider."""
    return Holds(request.node, idp_normalizer, provider)


class Holds:
    """Searches for a raw profile that breaks a rule, and fails the test with what it found."""

    def __init__(self, node: pytest.Item, normalizer: Normalizer, provider: str) -> None:
        self._node = node
        self._normalizer = normalizer
        self._provider = provider

    def __call__(self, rule: str) -> None:
        """Search, report, and fail unless the rule held on everything that was tried."""
        report = Report(self._node, self._provider, [rule])
        found = search(rule, providers.get(self._provider), self._normalizer)
        if found.answered:
            report.told(rule, *found.objections)
        else:
            report.unanswered(rule)
        report.leave(found.example)


def test_user_id(holds: Holds) -> None:
    """N1: the exact stable identifier; two identifiers are two users, and nothing but the identifier matters."""
    holds("N1")


def test_always_there(holds: Holds) -> None:
    """N2: user_id, name, nickname and picture are texts that are not blank."""
    holds("N2")


def test_name(holds: Holds) -> None:
    """N3: the full name; else given and family name; else username; else local part; else the identifier."""
    holds("N3")


def test_nickname(holds: Holds) -> None:
    """N4: the username; else the local part; else the name; else the identifier."""
    holds("N4")


def test_picture(holds: Holds) -> None:
    """N5: the provider's web address; else a Gravatar."""
    holds("N5")


def test_email(holds: Holds) -> None:
    """N6: the provider's address, trimmed; what is none is left out."""
    holds("N6")


def test_email_verified(holds: Holds) -> None:
    """N7: the provider's word for this address by the field documented for it, and no other."""
    holds("N7")


def test_given_and_family_name(holds: Holds) -> None:
    """N8: only as given, never split nor guessed."""
    holds("N8")


def test_nothing_is_nothing(holds: Holds) -> None:
    """N9: null, empty, blank and absent are the same."""
    holds("N9")


def test_other_properties(holds: Holds) -> None:
    """N10: what else the provider sends passes through unchanged."""
    holds("N10")


def test_identities(holds: Holds) -> None:
    """N11: where there are identities, the account is among them."""
    holds("N11")


def test_pure_and_total(holds: Holds) -> None:
    """N12: the same twice, the input untouched, no error on a good profile, an error on what is none."""
    holds("N12")


def test_no_secret(holds: Holds) -> None:
    """N13: a token among the raw members comes through nowhere outside identities."""
    holds("N13")
