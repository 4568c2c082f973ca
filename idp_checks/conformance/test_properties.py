"""Each rule as a property of everything that a provider may send."""

from __future__ import annotations

from idp_checks.conformance.asking import Holds, holds, pytest_generate_tests

__all__ = [
    "holds",
    "pytest_generate_tests",
    "test_all_but_the_identifier_changes",
    "test_always_there",
    "test_another_order",
    "test_email",
    "test_email_verified",
    "test_given_and_family_name",
    "test_identities",
    "test_name",
    "test_nickname",
    "test_no_secret",
    "test_nothing_is_nothing",
    "test_null_is_absent",
    "test_other_properties",
    "test_picture",
    "test_pure_and_total",
    "test_the_next_identifier",
    "test_unknown_members",
    "test_user_id",
    "test_without_the_providers_word",
]


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


def test_without_the_providers_word(holds: Holds) -> None:
    """M1: the provider's word for an address taken away, and email_verified is not true."""
    holds("M1")


def test_all_but_the_identifier_changes(holds: Holds) -> None:
    """M2: whatever else changes, user_id stays."""
    holds("M2")


def test_unknown_members(holds: Holds) -> None:
    """M3: members that the provider does not document change no standard property."""
    holds("M3")


def test_another_order(holds: Holds) -> None:
    """M4: the order of members, and of lists where it means nothing, changes no standard property."""
    holds("M4")


def test_null_is_absent(holds: Holds) -> None:
    """M5: a member that is null and one that is absent give the same standard properties."""
    holds("M5")


def test_the_next_identifier(holds: Holds) -> None:
    """M6: two identifiers beyond 2^53 that differ by one are two users."""
    holds("M6")
