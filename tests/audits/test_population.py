"""A token is introspected only by the issuer that its record and the policy agree on."""

from __future__ import annotations

from idp_checks.audits.run import audit
from idp_checks.checks import Verdict
from idp_checks.evidence.verify import verify


def test_unknown_provider_is_indeterminate(samples):
    """An identity of an unknown provider is indeterminate, not an error."""
    result = audit([samples.user(samples.identity("grandmas-login", "a-token-of-hers"))])
    (finding,) = samples.findings(result, "IDP-TOK-001")
    assert finding.verdict is Verdict.INDETERMINATE
    assert result.exit_code == 3
    assert result.run["population"]["not_asked"][0]["count"] == 1


def test_identity_without_token_sends_no_request(samples, recording_asker):
    """Without a token, the token checks are indeterminate and nothing is sent."""
    asker, transport = recording_asker
    result = audit([samples.user(samples.identity("github"))], policy=samples.policy("github"), asker=asker)
    assert samples.findings(result, "IDP-TOK-001")[0].verdict is Verdict.INDETERMINATE
    assert transport.requests == []


def test_token_is_not_sent_to_another_provider(samples, recording_asker):
    """If the record and the policy name different providers, the token is not sent."""
    asker, transport = recording_asker
    user = samples.user(samples.identity("google-oauth2", "ya29.token-of-google-000", connection="github"))
    result = audit([user], policy=samples.policy("github"), asker=asker)
    assert transport.requests == []
    assert samples.findings(result, "IDP-TOK-011")[0].verdict is Verdict.FAIL
    assert "google-oauth2" in result.run["population"]["not_asked"][0]["why"]


def test_oauth1_token_is_not_sent_as_a_bearer_token(samples, recording_asker):
    """A token with a token secret works only in signed requests, so it is not sent."""
    asker, transport = recording_asker
    identity = samples.identity("github", "gho_with-a-secret-0000", access_token_secret="its-secret-0000")
    result = audit([samples.user(identity)], policy=samples.policy("github"), asker=asker)
    assert transport.requests == []
    assert "OAuth 1.0a" in result.run["population"]["not_asked"][0]["why"]


def test_generic_connection_uses_the_provider_in_the_policy(samples):
    """If the policy names the provider behind a custom connection, that provider's issuer is asked."""
    issuer = samples.issuer()
    identity = samples.identity("oauth2", issuer.token("valid"), issuer.subject, connection="code-host")
    policy = samples.policy(samples.connection("github", name="code-host"))
    result = audit([samples.user(identity)], policy=policy)
    assert samples.findings(result, "IDP-TOK-001")[0].verdict is Verdict.PASS
    assert [connection["identities"] for connection in result.run["connections"]] == [1]


def test_plain_words_stored_as_tokens_do_not_withhold_the_evidence(samples, tmp_path):
    """Plain words in place of tokens are evaluated, and do not count as leaked secrets."""
    words = ("null", "undefined", "pass", "x", "checks")
    profiles = [samples.user(samples.identity("grandmas-login", word, str(at))) for at, word in enumerate(words)]
    result = audit(profiles, out=tmp_path / "out")
    assert verify(tmp_path / "out").whole
    assert result.run["population"]["with_token"] == len(words)
