"""Accounts that are in the request (WeChat), in a second response (QQ), or under another name (Baidu)."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from support.steps import play, run_steps

from idp_checks import ProfileError, introspect_sync, normalize, providers
from idp_checks.errors import json_path
from idp_checks.providers.qq import unwrap_callback
from idp_checks.secret import Secret
from idp_checks.tokens.introspection import conclude
from idp_checks.tokens.question import Question
from idp_checks.tokens.wire import Response

AT = datetime(2026, 11, 24, tzinfo=UTC)
OPENID = "0SAMPLEOPENID00000000000000000042"


def ask(name, *bodies, subject=None, **credentials):
    """Return the introspection from these response bodies, and the requests."""
    question = Question(
        provider="oauth2", token=Secret("sample-token-0042"), asked_at=AT, subject=subject, credentials=credentials
    )
    endpoint = providers.get(name).debug
    responses = (Response(200, {}, json.dumps(body).encode()) for body in bodies)
    reading, requests = run_steps(endpoint.steps(question), play(*responses))
    return conclude(name, reading, method=endpoint.kind, asked_at=AT, subject=subject), requests


GOOD = {"errcode": 0, "errmsg": "ok"}


def test_wechat_asks_about_the_expected_account():
    """The expected account takes precedence over the openid of the connection."""
    introspection, requests = ask("weixin", GOOD, subject="oMia", openid="oSomebody")
    assert requests[0].query["openid"] == "oMia"
    assert (introspection.good, introspection.subject) == (True, "oMia")


def test_wechat_asks_about_the_openid_of_the_connection():
    """Without an expected account, the openid in the request is the account that success confirms."""
    introspection, requests = ask("weixin", GOOD, openid="oSomebody")
    assert requests[0].query["openid"] == "oSomebody"
    assert (introspection.good, introspection.subject) == (True, "oSomebody")


def test_wechat_requires_an_account():
    """Without openid and expected account nothing is sent; the expected account suffices."""
    introspection = introspect_sync("weixin", "sample-token-0042")
    assert (introspection.active, introspection.reason) == (None, "caller_rejected")
    assert (
        providers.get("weixin").debug.missing_credentials(
            Question(provider="oauth2", token=Secret("x"), asked_at=AT, subject="oMia")
        )
        == ()
    )


def test_wechat_foreign_openid_is_a_bare_refusal():
    """Code 40003 is also returned for a good token of another user, so it proves little about the token."""
    introspection, _ = ask("weixin", {"errcode": 40003, "errmsg": "invalid openid"}, subject="oMia")
    assert (introspection.active, introspection.bare) == (False, True)


INFO = {"client_id": "sample", "userid": 42, "scope": "basic", "create_time": 1795000000, "expires_in": 3600}


def test_baidu_confirms_a_userid():
    """An expected userid is confirmed by one response."""
    introspection, requests = ask("baidu", INFO, subject="42")
    assert (introspection.good, introspection.subject, len(requests)) == (True, "42", 1)


@pytest.mark.parametrize(
    ("profile", "reason"),
    [
        ({"openid": "sample-openid-42"}, "ok"),
        ({"openid": "sample-openid-77"}, "wrong_subject"),
        ({"userid": "42"}, "wrong_subject"),
        ({"error_code": 110, "error_msg": "sample text", "openid": "sample-openid-42"}, "not_stated"),
    ],
)
def test_baidu_requests_the_profile_for_an_openid(profile, reason):
    """An openid is confirmed or contradicted only by the profile call."""
    introspection, requests = ask("baidu", INFO, profile, subject="sample-openid-42")
    assert (introspection.reason, len(requests)) == (reason, 2)


def test_qq_unwraps_the_additional_response():
    """The response with the identifier is JSON, or JSON wrapped in a JavaScript call."""
    raw = {"ret": 0, "nickname": "Mia Chen"}
    me = json.dumps({"client_id": "900000042", "openid": OPENID})
    for response in (me, f"callback( {me} );\n", f"callback({me})".encode(), json.loads(me)):
        assert normalize("qq", raw, also={"me": response}).user_id == f"qq|{OPENID}"


@pytest.mark.parametrize("text", ["", "callback(", "callback( {} ); x", "other( {} );", "callback( [] );", "null"])
def test_qq_rejects_other_wrappings(text):
    """Only the documented wrapping is removed; any other response is rejected."""
    assert unwrap_callback(text) == text
    with pytest.raises(ProfileError) as caught:
        normalize("qq", {"ret": 0}, also={"me": text})
    assert caught.value.path.startswith(("also.me", "$"))


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ([], "$"),
        ([{}], "$[0].uid"),
        ([{"uid": None}], "$[0].uid"),
        ({}, "$.id"),
        ("x", "$"),
    ],
)
def test_mailru_error_has_the_position_in_the_list(raw, path):
    """The error is that of the shape with the matching outer type, with the position in the list."""
    with pytest.raises(ProfileError) as caught:
        normalize("mailru", json.dumps(raw))
    assert caught.value.path == path
    assert json_path((0, "uid")) == "$[0].uid"
