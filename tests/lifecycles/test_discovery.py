"""The discovery of a lifecycle's endpoints."""

from __future__ import annotations

import httpx

from tests.lifecycles.openid_issuer import ISSUER, OpenIDIssuer, get_step, get_verdict, run_at


def test_discovery_without_a_revocation_endpoint_skips_the_revocation():
    """If the discovery document lacks the revocation endpoint, nothing is sent and the revocation is not judged."""
    issuer = OpenIDIssuer(missing=("revocation",))
    result = run_at(issuer)
    assert get_step(result, "revoke").outcome == "left_out"
    assert "/revocation" not in issuer.calls
    assert get_verdict(result) == ("not_applicable", None)
    assert get_verdict(result, "IDP-LIF-001") == ("indeterminate", "no_policy")


def test_discovery_rejects_the_document_of_another_issuer():
    """No token and no secret is sent to the endpoints of a document that names another issuer."""

    class ForeignDocument(OpenIDIssuer):
        def discovery(self):
            self.calls.clear()
            endpoints = {f"{name}_endpoint": f"{ISSUER}/{name}" for name in ("userinfo", "token", "revocation")}
            return httpx.Response(200, json={"issuer": "https://evil.example.com", **endpoints})

    issuer = ForeignDocument()
    result = run_at(issuer, renew=True)
    assert [step.outcome for step in result.steps] == ["undecided", "left_out", "left_out", "left_out"]
    assert issuer.calls == []
    assert get_verdict(result) == ("indeterminate", "caller_rejected")
