"""Evidence and results contain no secrets, and fingerprints depend on the key."""

from __future__ import annotations

import json

import pytest

from idp_checks import Secret
from idp_checks.audits.run import audit
from idp_checks.evidence.verify import verify

KEY = "an engagement's key of some length"
CANARIES = {
    "refresh token": "1//0refresh-canary-5d8e2f",
    "token secret": "oauth1-secret-canary-77aa",
    "email": "mia.canary@example.com",
    "subject": "canary-subject-99887766",
    "record": "canary-record-11223344",
    "token": "gho_canarycanarycanarycanary123456",
}


def build_profiles(samples):
    """Build profiles that contain every canary."""
    fields = {
        "email": CANARIES["email"],
        "email_verified": True,
        "app_metadata": {"note": CANARIES["refresh token"], CANARIES["email"]: 1},
    }
    github = samples.identity("github", CANARIES["token"], CANARIES["subject"], refresh_token=CANARIES["refresh token"])
    twitter = samples.identity(
        "twitter", "oauth1-token-canary-00aa", CANARIES["subject"], access_token_secret=CANARIES["token secret"]
    )
    other_case = "other-user" if "other-user" in samples.issuer().cases else "down"
    return [
        samples.user(github, **fields) | {"user_id": CANARIES["record"]},
        samples.user(twitter, **fields),
        *samples.users("valid", "other-client", other_case),
    ]


@pytest.mark.slow
def test_no_secret_is_in_any_output(samples, tmp_path):
    """Tokens, secrets, emails and identifiers from the input are in no file, finding or run fact."""
    token, subject = samples.issuer().token("valid"), samples.issuer().subject
    connection = samples.connection("github", canary=Secret(token), email_trust=f"ask {CANARIES['email']}")
    source = tmp_path / f"{CANARIES['email']}.json"
    source.write_text(json.dumps(build_profiles(samples)))
    result = audit(source, policy=samples.policy(connection), out=tmp_path / "out", title=f"for {CANARIES['email']}")
    secrets = [*CANARIES.values(), samples.client_secret, token]
    for file in (tmp_path / "out").iterdir():
        text = file.read_text()
        assert [secret for secret in (*secrets, subject + '"') if secret in text] == [], file.name
    assert verify(tmp_path / "out").whole
    for secret in secrets:
        assert secret not in repr(result.findings)
        assert secret not in json.dumps(result.run)


def test_fingerprints_are_equal_only_with_the_same_key(samples):
    """Two runs with the same key give the same fingerprints; two runs without a key do not."""

    def fingerprints(key):
        findings = audit(samples.users("valid"), policy=samples.policy("github"), key=key).findings
        return {finding.subject.identity for finding in findings} - {None}

    assert fingerprints(KEY) == fingerprints(KEY)
    assert fingerprints(None) != fingerprints(None)
