"""The checks of the run itself."""

from __future__ import annotations

import pytest

from idp_checks.checks import Calibration, EvidenceIntegrity, LeakSearch
from idp_checks.secret import Secret
from tests.checks.builders import (
    ACCEPTED,
    ACCEPTS_ANYTHING,
    BARE_REJECTION,
    INCONCLUSIVE,
    REJECTED,
    REJECTS_CANARY,
    ROWS,
    UNASKABLE,
    Case,
    build_connection,
    build_introspection,
    build_run,
    evaluate_check,
)

CASES = [
    Case("IDP-HYG-002", "nothing found", build_run(), "pass"),
    Case(
        "IDP-HYG-002",
        "secret found",
        build_run(leak_search=LeakSearch(files=5, leaks=("results.csv contains a secret of this run",))),
        "fail",
    ),
    Case(
        "IDP-HYG-002",
        "unreadable file",
        build_run(leak_search=LeakSearch(files=5, unreadable=("report.html",))),
        "indeterminate",
        "no_data",
    ),
    Case("IDP-HYG-002", "not searched", build_run(leak_search=None), "indeterminate", "no_data"),
    Case("IDP-HYG-002", "no files", build_run(leak_search=LeakSearch(files=0)), "indeterminate", "no_data"),
    Case("IDP-HYG-003", "consistent counts", build_run(), "pass"),
    Case(
        "IDP-HYG-003",
        "consistent counts with skipped records",
        build_run(read=3, expected=3, skipped={"blocked": 1}),
        "pass",
    ),
    Case("IDP-HYG-003", "missing verdict", build_run(rows=ROWS - 1), "fail"),
    Case("IDP-HYG-003", "duplicate verdict", build_run(rows=ROWS + 1), "fail"),
    Case("IDP-HYG-003", "duplicate verdict in a stopped run", build_run(rows=ROWS + 1, complete=False), "fail"),
    Case("IDP-HYG-003", "records missing", build_run(expected=1000), "fail"),
    Case("IDP-HYG-003", "more records than expected", build_run(expected=1), "fail"),
    Case("IDP-HYG-003", "record neither checked nor skipped", build_run(expected=3, read=3), "fail"),
    Case("IDP-HYG-003", "unknown number of records", build_run(expected=None), "indeterminate", "no_data"),
    Case("IDP-HYG-003", "stopped run", build_run(complete=False, rows=5, expected=9), "indeterminate", "no_data"),
    Case("IDP-HYG-004", "intact and signed", build_run(), "pass"),
    Case(
        "IDP-HYG-004",
        "altered row",
        build_run(
            integrity=EvidenceIntegrity(
                problems=("ledger.jsonl, row 3: its hash differs",), is_signed=True, has_key=True
            )
        ),
        "fail",
    ),
    Case("IDP-HYG-004", "not signed", build_run(integrity=EvidenceIntegrity()), "indeterminate", "no_data"),
    Case("IDP-HYG-004", "no key", build_run(integrity=EvidenceIntegrity(is_signed=True)), "indeterminate", "no_data"),
    Case("IDP-HYG-004", "not verified", build_run(integrity=None), "indeterminate", "no_data"),
    Case(
        "IDP-HYG-006",
        "canary accepted, random canary token rejected",
        build_connection(
            calibration=Calibration(negative=REJECTED, positive=ACCEPTED), canary=Secret("a-known-good-token")
        ),
        "pass",
    ),
    Case("IDP-HYG-006", "random canary token rejected", build_connection(), "pass"),
    Case(
        "IDP-HYG-006",
        "bare rejection, client known to be permitted",
        build_connection(calibration=Calibration(negative=BARE_REJECTION, any_active=True)),
        "pass",
    ),
    Case("IDP-HYG-006", "random canary token accepted", build_connection(calibration=ACCEPTS_ANYTHING), "fail"),
    Case("IDP-HYG-006", "canary rejected", build_connection(calibration=REJECTS_CANARY), "fail"),
    Case("IDP-HYG-006", "not calibrated", build_connection(calibration=Calibration()), "indeterminate", "uncalibrated"),
    Case(
        "IDP-HYG-006",
        "canary not sent",
        build_connection(canary=Secret("a-known-good-token")),
        "indeterminate",
        "uncalibrated",
    ),
    Case(
        "IDP-HYG-006",
        "bare rejection, permission unknown",
        build_connection(calibration=Calibration(negative=BARE_REJECTION)),
        "indeterminate",
        "not_permitted",
    ),
    Case(
        "IDP-HYG-006",
        "inconclusive response about the random canary token",
        build_connection(calibration=Calibration(negative=INCONCLUSIVE)),
        "indeterminate",
        "network",
    ),
    Case(
        "IDP-HYG-006",
        "inconclusive response about the canary",
        build_connection(
            calibration=Calibration(negative=REJECTED, positive=build_introspection(None, "rate_limited"))
        ),
        "indeterminate",
        "rate_limited",
    ),
    Case("IDP-HYG-006", "unknown provider", build_connection(provider=None), "indeterminate", "no_data"),
    Case("IDP-HYG-006", "no introspection method", build_connection(provider=UNASKABLE), "not_applicable"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_run_has_the_expected_verdict(case):
    """The check returns the verdict and reason of the case."""
    finding = evaluate_check(case.check_id, case.context)
    assert (finding.verdict, finding.reason) == (case.verdict, case.reason), finding
