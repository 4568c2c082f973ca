"""The plan of a lifecycle and the inputs of its operations."""

from __future__ import annotations

from idp_checks import providers
from idp_checks.lifecycles.plan import lifecycle_inputs
from tests.lifecycles.openid_issuer import OpenIDIssuer, get_verdict, run_at


def test_plan_names_missing_inputs():
    """Without a client secret the plan names it as missing, and nothing is sent."""
    issuer = OpenIDIssuer()
    result = run_at(issuer, client_secret=None)
    assert {planned.action: planned.missing for planned in result.plan} == {
        "renew": ("client_secret",),
        "revoke": ("client_secret",),
    }
    assert {"/token", "/revocation"}.isdisjoint(issuer.calls)
    assert get_verdict(result, "IDP-LIF-001") == ("indeterminate", "no_data")


def test_plan_keeps_its_field_names_in_json():
    """In JSON the action is ``what`` and the missing inputs are ``lacking``."""
    planned = run_at(OpenIDIssuer(), client_secret=None).to_dict()["plan"][0]
    assert (planned["what"], list(planned["lacking"])) == ("renew", ["client_secret"])


def test_lifecycle_inputs_exclude_the_token():
    """The inputs of a lifecycle are the issuer, the client and the endpoints, not the token."""
    names = lifecycle_inputs(providers.get("oidc"))
    assert {"issuer", "client_id", "client_secret", "token_endpoint", "revocation_endpoint"} <= set(names)
    assert "token" not in names
