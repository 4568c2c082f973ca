"""The answer in words: what was asked and said, what that proves, what to do; no value stands in it."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from idp_checks import providers
from idp_checks.tokens.explanation import token_verdict
from idp_checks.tokens.introspection import DECIDED
from idp_checks.tokens.introspection import UNDECIDED
from idp_checks.tokens.introspection import Exchange
from idp_checks.tokens.introspection import Method
from idp_checks.tokens.introspection import Reading
from idp_checks.tokens.introspection import conclude
from idp_checks.issuers.world import World
from idp_checks.tokens.reasons import REASON_WORDING

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
KEPT = (Exchange({"method": "POST", "url": "https://issuer.example.com/introspect"}, {"status": 200}),)
METHODS = Method.__args__
FULL = {"client_id": "canary-client", "subject": "canary-subject", "expires_at": AT + timedelta(hours=1)}


def found(active, reason, method="introspection", exchanges=KEPT, **more):
    reading = Reading(active=active, reason=reason, **more)
    return conclude("github", reading, method=method, asked_at=AT, exchanges=exchanges)


@pytest.mark.parametrize("reason", sorted((DECIDED | UNDECIDED) - {"ok"}))
@pytest.mark.parametrize("method", METHODS)
def test_every_verdict_is_explained_in_three_sentences(reason, method):
    """Who was asked and how, what it said, whether that proves anything, and the remedy of its reason."""
    active = None if reason in UNDECIDED else False
    told = found(active, reason, method, **FULL).explain()
    assert told.startswith("The issuer of github ")
    assert REASON_WORDING[reason].meaning in told
    assert told.endswith(f"To do: {REASON_WORDING[reason].remedy}.")
    assert ("proves nothing either way" in told) is (active is None)
    assert 2 <= told.count(". ") + 1 <= 3


@pytest.mark.parametrize("known", list(itertools.product([True, False], repeat=3)))
@pytest.mark.parametrize("method", METHODS)
def test_a_good_answer_says_what_it_proves_and_what_not(known, method):
    """Application, account and end are proven where they are stated, and named as not proven where not."""
    stated = {name: value for (name, value), there in zip(FULL.items(), known, strict=True) if there}
    told = found(True, "ok", method, **stated).explain()
    proven, _, open_ = told.partition("it does not prove")
    for words, there in zip(("to which application", "for which account", "when it ends"), known, strict=True):
        assert (words in proven) is there
        assert (words in open_) is not there
    assert ("revoked since" in told) is (method == "signed-token")
    assert "canary" not in told


def test_active_is_not_good_where_another_was_expected():
    """A token of another application is called active by its issuer, and the words say that it is not to be taken."""
    reading = Reading(active=True, reason="ok", **FULL)
    told = conclude("github", reading, method="tokeninfo", asked_at=AT, clients=("ours",), exchanges=KEPT).explain()
    assert "calls the token active, but the token was issued to another application" in told
    assert "To do: refuse it" in told


def test_a_bare_refusal_is_not_taken_for_proof():
    """RFC 7662's bare refusal also answers those who may not ask, and the words say so."""
    assert "those who may not ask" in found(False, "denied", bare=True).explain()
    assert "those who may not ask" not in found(False, "denied").explain()


def test_what_was_not_asked_is_not_called_asked():
    """Where nothing was sent, the words do not say that the issuer said anything."""
    told = found(None, "caller_rejected", exchanges=(), detail="the issuer answers only with client_secret").explain()
    assert "was asked" not in told
    assert "client_secret" in told
    assert "was not asked" in found(False, "malformed", exchanges=()).explain()


def test_the_words_of_every_played_answer_hold_no_value():
    """No client, account, scope or token of any recorded answer of any provider stands in its explanation."""
    world = World(now=lambda: AT)
    shown = 0
    for name in world.names:
        issuer = world.issuer(name)
        for case in issuer.cases:
            result = world.ask(name, case)
            told = result.explain()
            # What is as short as a word may stand in a sentence by chance.
            values = [result.client_id, result.subject, *(result.audience or ()), issuer.token(case)]
            assert not any(value in told for value in values if value and len(value) > 8), (name, case, told)
            shown += 1
    assert shown > 500


def test_a_notebook_shows_the_same_words():
    """The HTML form of an answer holds the verdict and the explanation, escaped."""
    result = found(None, "unparsable", detail="<b>not</b> documented")
    page = result._repr_html_()
    assert "Undecided" in page
    assert "&lt;b&gt;not&lt;/b&gt; documented" in page
    assert token_verdict(result) == "undecided"


@pytest.mark.parametrize(("active", "reason"), [(True, "ok"), (False, "expired"), (None, "network")])
def test_evidence_holds_the_same_words(active, reason):
    """The finding about a token's state carries the explanation of the answer that it rests on, whatever it is."""
    from idp_checks.checks import Calibration, IdentityContext, Subject, evaluate
    from idp_checks.checks.policy import Connection
    from idp_checks.checks.policy import Policy
    from idp_checks.profiles.profile import Identity
    from idp_checks.profiles.profile import NormalizedProfile
    from idp_checks.secret import Redactor, Secret

    result = found(active, reason, **FULL)
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
        calibration=Calibration(negative=found(False, "denied")),
    )
    finding = next(each for each in evaluate(context) if each.check == "IDP-TOK-001")
    assert finding.facts["explanation"] == result.explain()
