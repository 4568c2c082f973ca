"""The notebook's panel asks, explains, and keeps no token; the saved notebook holds no output and no secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from idp_checks.issuers.serve import serve
from idp_checks.notebook.panel import TokenPanel
from idp_checks.notebook.panel import explain
from idp_checks.notebook.panel import known

CANARY = "canary-token-typed-into-the-masked-field"
NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def served():
    with serve() as running:
        yield running


def state(panel):
    """All that a saved notebook would hold of the panel."""
    from ipywidgets import Widget

    return json.dumps(Widget.get_manager_state(), default=str) + panel.answer.value


def test_a_typed_token_is_asked_about_and_kept_nowhere(served):
    """After the question the masked fields are empty, and neither widget state nor page holds what was typed."""
    panel = TokenPanel(served)
    panel.issuer.value = "google-oauth2"
    panel.token.value = CANARY
    panel.client_secret.value = CANARY[::-1]
    answer = panel.ask()
    assert (answer.active, answer.reason) == (False, "denied")
    assert (panel.token.value, panel.client_secret.value) == ("", "")
    assert CANARY not in state(panel) + repr(answer) + repr(explain(answer))
    assert CANARY[::-1] not in state(panel)


@pytest.mark.parametrize(
    ("case", "word"), [("valid", "Good"), ("other-client", "Not good"), ("expired", "Not good"), ("down", "Undecided")]
)
def test_the_verdict_is_shown_in_words(served, case, word):
    """The page says good, not good or undecided, and never good for what is not decided."""
    panel = TokenPanel(served)
    panel.issuer.value = "google-oauth2"
    panel.case.value = case
    panel.client_id.value = served.world.issuer("google-oauth2").client_id
    page = explain(panel.ask())._repr_html_()
    assert f"<b>{word}</b>" in page
    assert panel.answer.value == page


def test_every_issuer_can_be_chosen(served):
    """Each simulated issuer's good token is confirmed as good from the panel."""
    panel = TokenPanel(served)
    for name in panel.issuer.options:
        panel.issuer.value = name
        answer = panel.ask()
        assert answer.good or (answer.active and answer.reason == "not_stated"), name


def test_without_simulated_issuers_there_is_no_made_up_token():
    """With the real issuers only what is typed is asked about."""
    panel = TokenPanel()
    assert panel.case not in panel.box.children
    assert panel.token in panel.box.children


def test_a_page_shows_all_that_is_known_and_escapes_it():
    """Contents, validity, renewal, termination, uses, scopes, the way of asking; markup in facts is text."""
    page = known("facebook")._repr_html_()
    for word in ("contents", "validity", "renewal", "termination", "uses", "adding more", "debug_token"):
        assert word in page
    assert "<script" not in page


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_saved_notebook_holds_no_output_and_no_widget_state(path):
    """What is committed is the text and the code alone."""
    held = json.loads(path.read_text())
    assert "widgets" not in held["metadata"]
    assert not [cell for cell in held["cells"] if cell.get("outputs") or cell.get("execution_count")]
