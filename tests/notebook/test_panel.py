"""The panel asks about a token, explains the response, and stores no token."""

from __future__ import annotations

import json

import pytest

from idp_checks.issuers.server import serve
from idp_checks.notebook import TokenPanel, explain

CANARY = "canary-token-typed-into-the-masked-field"


@pytest.fixture(scope="module")
def server():
    """The simulated issuers on loopback."""
    with serve() as running:
        yield running


def saved_state(panel):
    """Return everything that a saved notebook contains of the panel."""
    from ipywidgets import Widget

    return json.dumps(Widget.get_manager_state(), default=str) + panel.answer.value


def test_typed_token_is_not_stored(server):
    """After a question the masked fields are empty, and neither widget state nor page contains the typed secrets."""
    panel = TokenPanel(server)
    panel.issuer.value = "google-oauth2"
    panel.token.value = CANARY
    panel.client_secret.value = CANARY[::-1]
    result = panel.ask()
    assert (result.active, result.reason) == (False, "denied")
    assert (panel.token.value, panel.client_secret.value) == ("", "")
    assert CANARY not in saved_state(panel) + repr(result) + repr(explain(result))
    assert CANARY[::-1] not in saved_state(panel)


@pytest.mark.parametrize(
    ("case", "verdict"),
    [("valid", "Good"), ("other-client", "Not good"), ("expired", "Not good"), ("down", "Undecided")],
)
def test_panel_shows_the_verdict(server, case, verdict):
    """The page shows good, not good or undecided, and the panel shows the same page."""
    panel = TokenPanel(server)
    panel.issuer.value = "google-oauth2"
    panel.case.value = case
    panel.client_id.value = server.world.issuer("google-oauth2").client_id
    page = explain(panel.ask())._repr_html_()
    assert f"<b>{verdict}</b>" in page
    assert panel.answer.value == page


@pytest.mark.slow
def test_panel_asks_every_issuer(server):
    """Each simulated issuer confirms its good sample token."""
    panel = TokenPanel(server)
    for name in panel.issuer.options:
        panel.issuer.value = name
        result = panel.ask()
        assert result.good or (result.active and result.reason == "not_stated"), name


def test_panel_without_simulated_issuers_has_no_sample_tokens():
    """With the real issuers the panel shows the token field and no sample tokens."""
    panel = TokenPanel()
    assert panel.case not in panel.box.children
    assert panel.token in panel.box.children
