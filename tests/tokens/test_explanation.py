"""Tests of the explanation of a result."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from idp_checks import providers
from idp_checks.issuers.world import World
from idp_checks.tokens.explanation import explain, token_verdict
from idp_checks.tokens.introspection import Exchange, conclude
from idp_checks.tokens.reading import DECIDED, UNDECIDED, Method, Reading
from idp_checks.tokens.reasons import REASON_WORDING

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
EXCHANGES = (Exchange({"method": "POST", "url": "https://issuer.example.com/introspect"}, {"status": 200}),)
METHODS = Method.__args__
FULL = {"client_id": "canary-client", "subject": "canary-subject", "expires_at": AT + timedelta(hours=1)}
FACTS = ("which application", "which account", "when it expires")


def make_result(active, reason, method="introspection", exchanges=EXCHANGES, **fields):
    """Conclude a reading of GitHub with these fields."""
    reading = Reading(active=active, reason=reason, **fields)
    return conclude("github", reading, method=method, asked_at=AT, exchanges=exchanges)


@pytest.mark.parametrize("reason", sorted((DECIDED | UNDECIDED) - {"ok"}))
@pytest.mark.parametrize("method", METHODS)
def test_explanation_has_response_proof_and_remedy(reason, method):
    """The explanation names the endpoint, the reason and its consequence, and ends with the remedy."""
    active = None if reason in UNDECIDED else False
    wording = REASON_WORDING[reason]
    explanation = make_result(active, reason, method, **FULL).explain()
    assert "github" in explanation.partition(".")[0]
    assert wording.meaning in explanation
    assert explanation.lower().endswith(f"{wording.remedy.lower()}.")
    assert ("may or may not be valid" in explanation) is (active is None)
    assert ("Do not accept the token" in explanation) is (active is False)
    assert explanation.count(". ") + 1 == 3


def test_explanation_uses_the_title():
    """The provider's title replaces its short name."""
    result = make_result(True, "ok", **FULL)
    assert result.explain("GitHub") == explain(result, "GitHub")
    assert result.explain("GitHub").startswith("The introspection endpoint of GitHub confirms the token.")


@pytest.mark.parametrize("present", list(itertools.product([True, False], repeat=3)))
@pytest.mark.parametrize("method", METHODS)
def test_explanation_separates_proven_from_unproven(present, method):
    """Client, account and end are proven if present, and listed as unproven otherwise."""
    fields = {name: value for (name, value), is_stated in zip(FULL.items(), present, strict=True) if is_stated}
    explanation = make_result(True, "ok", method, **fields).explain()
    proven, _, unproven = explanation.partition("but not")
    for words, is_stated in zip(FACTS, present, strict=True):
        assert (words in proven) is is_stated
        assert (words in unproven.partition(".")[0]) is not is_stated
    assert ("whether it was revoked" in explanation) is (method == "signed-token")
    assert "canary" not in explanation


def test_explanation_of_wrong_client_rejects_an_active_token():
    """A token of another application is active, and the explanation says to reject it."""
    reading = Reading(active=True, reason="ok", **FULL)
    result = conclude("github", reading, method="tokeninfo", asked_at=AT, clients=("ours",), exchanges=EXCHANGES)
    assert "reports the token as active, but the token was issued to another application" in result.explain()
    assert "Reject it" in result.explain()


def test_explanation_of_bare_refusal_says_how_much_it_proves():
    """A bare refusal is also returned to clients without permission, and the explanation says so."""
    assert "clients without permission" in make_result(False, "denied", bare=True).explain()
    assert "clients without permission" not in make_result(False, "denied").explain()


def test_explanation_of_an_unsent_question_says_not_sent():
    """Without an exchange the explanation says that nothing was sent, and gives the detail once."""
    explanation = make_result(None, "caller_rejected", exchanges=(), detail="not sent: issuer is missing").explain(
        "GitHub"
    )
    assert explanation.startswith("Not sent to GitHub: issuer is missing. The token may or may not be valid.")
    explanation = make_result(False, "malformed", exchanges=()).explain("GitHub")
    assert explanation.startswith(f"Not sent to GitHub: {REASON_WORDING['malformed'].meaning}.")


@pytest.mark.slow
def test_explanation_contains_no_value_of_any_recording():
    """No client, account, scope or token of any recorded response appears in its explanation."""
    world = World(now=lambda: AT)
    count = 0
    for name in world.names:
        issuer = world.issuer(name)
        for case in issuer.cases:
            result = world.ask(name, case)
            explanation = result.explain()
            # A value as short as a word may be in a sentence by chance.
            values = [result.client_id, result.subject, *(result.audience or ()), issuer.token(case)]
            assert not any(value in explanation for value in values if value and len(value) > 8), (name, case)
            count += 1
    assert count > 500


def test_html_contains_the_escaped_explanation():
    """The HTML form contains the verdict and the escaped explanation."""
    result = make_result(None, "unparsable", detail="<b>not</b> documented")
    page = result._repr_html_()
    assert "Undecided" in page
    assert "&lt;b&gt;not&lt;/b&gt; documented" in page
    assert token_verdict(result) == "undecided"


@pytest.mark.parametrize(("active", "reason"), [(True, "ok"), (False, "expired"), (None, "network")])
def test_finding_contains_the_explanation(active, reason):
    """The finding about a token's state contains the explanation of its introspection."""
    from idp_checks.checks import Calibration, IdentityContext, Subject, evaluate
    from idp_checks.checks.policy import Connection, Policy
    from idp_checks.profiles.profile import Identity, NormalizedProfile
    from idp_checks.secret import Redactor, Secret

    result = make_result(active, reason, **FULL)
    token = Secret("gho_0123456789abcdefghijABCDEFGHIJ012345")
    profile = NormalizedProfile.from_auth0(
        {
            "user_id": "github|42",
            "name": "Mia",
            "nickname": "mia",
            "picture": "https://www.gravatar.com/avatar/",
            "identities": [
                {
                    "provider": "github",
                    "user_id": "42",
                    "connection": "github",
                    "isSocial": True,
                    "access_token": token.reveal(),
                }
            ],
        }
    )
    identity: Identity = profile.identities[0]
    context = IdentityContext(
        subject=Subject(scope="identity", connection="github", provider="github", identity="x", record="y"),
        redactor=Redactor(b"k" * 32),
        record=profile,
        identity=identity,
        provider=providers.get("github"),
        connection=Connection(name="github", provider="github"),
        policy=Policy(),
        introspection=result,
        calibration=Calibration(negative=make_result(False, "denied")),
    )
    finding = next(finding for finding in evaluate(context) if finding.check == "IDP-TOK-001")
    assert finding.facts["explanation"] == result.explain()
