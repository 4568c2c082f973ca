"""The clients of this package against every hostile behavior, over real sockets."""

from __future__ import annotations

import httpx
import pytest

from idp_checks.selftest.hostile.families import EXPECTED_GOOD, FAMILIES
from idp_checks.selftest.hostile.page import DESCRIPTIONS, family_cells
from idp_checks.selftest.hostile.survey import (
    ASK_FUNCTIONS,
    MAX_DELAY,
    STALL_TIMEOUT,
    SurveyOutcome,
    ask_singly,
    find_faults,
    survey_family,
)


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_no_altered_response_is_accepted(family, family_servers, caplog):
    """An altered response is neither good nor a denial, raises nothing and is not late; the unaltered one is good.

    Both clients are tried: one question at a time, and in bulk. The event loop has nothing to complain about.
    """
    surveys = [survey_family(family, ask, servers=family_servers(family)) for ask in ASK_FUNCTIONS]
    for survey in surveys:
        assert all(outcome.good for outcome in survey.unaltered), survey.unaltered
        assert list(find_faults(family, survey.altered)) == []
        assert survey.theft_count == 0
    cells = family_cells(surveys)
    assert set(cells) == set(DESCRIPTIONS)
    assert {name for name, cell in cells.items() if cell == "**good**"} == {
        name for name, expected_family in EXPECTED_GOOD if expected_family == family
    }
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []


class CredulousTransport(httpx.AsyncBaseTransport):
    """A transport that follows redirects, for a reader that trusts HTTP 200."""

    def __init__(self):
        self.statuses = []

    async def handle_async_request(self, request):
        async with httpx.AsyncClient(follow_redirects=True) as client:
            response = await client.send(request)
        self.statuses.append(response.status_code)
        return httpx.Response(response.status_code, content=response.content)


async def ask_credulously(questions):
    """Ask, and accept every token whose response is HTTP 200."""
    outcomes = {}
    for behavior, question in questions.items():
        transport = CredulousTransport()
        (outcome,) = (await ask_singly({behavior: question}, transport=transport)).values()
        is_good = transport.statuses[-1:] == [200]
        reason = "ok" if is_good else outcome.reason
        outcomes[behavior] = outcome._replace(good=is_good, active=is_good or None, reason=reason)
    return outcomes


def test_credulous_reader_is_caught(family_servers):
    """A reader that trusts HTTP 200 and follows redirects accepts invalid tokens and sends one to the thief."""
    behaviors = ["html", "proof-null", "proof-duplicate", "time-past", "redirect-307", "500"]
    survey = survey_family("tokeninfo", ask_credulously, behaviors, servers=family_servers("tokeninfo"))
    assert all(outcome.good for outcome in survey.unaltered)
    faults = list(find_faults("tokeninfo", survey.altered))
    assert faults == [f"{behavior}: read as good" for behavior in behaviors if behavior != "500"]
    assert survey.theft_count == 1


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"good": True, "active": True, "reason": "ok"}, "read as good"),
        ({"active": False, "reason": "denied"}, "read as a denial"),
        ({"reason": "raised ValueError"}, "raised ValueError"),
        ({"seconds": STALL_TIMEOUT + MAX_DELAY + 0.1}, f"took {STALL_TIMEOUT + MAX_DELAY + 0.1:.1f} s"),
    ],
)
def test_find_faults_reports_each_fault(changes, fault):
    """A good result, a denial, an exception and a late result are faults; so is a missing good result."""
    outcome = SurveyOutcome(None, False, "network", 0.1)
    assert list(find_faults("introspection", {"silence": outcome})) == []
    (message,) = find_faults("introspection", {"silence": outcome._replace(**changes)})
    assert fault in message
    assert list(find_faults("introspection", {"time-float": outcome})) == ["time-float: not read as good (network)"]
