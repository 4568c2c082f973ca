"""Where the account stands elsewhere: in what was asked (WeChat), in another answer (QQ), under another name (Baidu)."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from idp_checks import ProfileError, introspect_sync, normalize, providers
from idp_checks.errors import json_path
from idp_checks.providers.qq import unwrapped
from idp_checks.secret import Secret
from idp_checks.tokens.introspection import conclude
from idp_checks.tokens.question import Question
from idp_checks.tokens.wire import Response

AT = datetime(2026, 11, 24, tzinfo=UTC)
OPENID = "0SAMPLEOPENID00000000000000000042"


def asked(name, *answers, subject=None, **credentials):
    """What is concluded from answers given one after the other, and the requests that were made."""
    ask = Question(provider="oauth2", token=Secret("sample-token-0042"), asked_at=AT, subject=subject, credentials=credentials)
    endpoint = providers.get(name).debug
    steps = endpoint.steps(ask)
    requests = [next(steps)]
    try:
        for answer in answers:
            requests.append(steps.send(Response(200, {}, json.dumps(answer).encode())))
    except StopIteration as stop:
        return conclude(name, stop.value, method=endpoint.kind, asked_at=AT, subject=subject), requests
    raise AssertionError("more is asked than was answered")


GOOD = {"errcode": 0, "errmsg": "ok"}


def test_wechat_is_asked_about_the_expected_account():
    """The expected account beats the openid of the connection, which is of one account alone."""
    found, requests = asked("weixin", GOOD, subject="oMia", openid="oSomebody")
    assert requests[0].query["openid"] == "oMia"
    assert (found.good, found.subject) == (True, "oMia")


def test_wechat_without_an_expected_account_is_asked_about_the_openid():
    """The openid that was asked about is the account that the success speaks of."""
    found, requests = asked("weixin", GOOD, openid="oSomebody")
    assert requests[0].query["openid"] == "oSomebody"
    assert (found.good, found.subject) == (True, "oSomebody")


def test_wechat_needs_an_account():
    """Without openid and expected account nothing is sent; the expected account is enough."""
    found = introspect_sync("weixin", "sample-token-0042")
    assert (found.active, found.reason) == (None, "caller_rejected")
    assert providers.get("weixin").debug.missing_credentials(Question(provider="oauth2", token=Secret("x"), asked_at=AT, subject="oMia")) == ()


def test_a_foreign_openid_is_a_bare_refusal():
    """40003 also answers for a good token of somebody else, so it may be no word about the token."""
    found, _ = asked("weixin", {"errcode": 40003, "errmsg": "invalid openid"}, subject="oMia")
    assert (found.active, found.bare) == (False, True)


INFO = {"client_id": "sample", "userid": 42, "scope": "basic", "create_time": 1795000000, "expires_in": 3600}


def test_baidu_names_the_account_by_its_userid():
    """The expected userid is confirmed by the one answer."""
    found, requests = asked("baidu", INFO, subject="42")
    assert (found.good, found.subject, len(requests)) == (True, "42", 1)


@pytest.mark.parametrize(
    ("profile", "reason"),
    [
        ({"openid": "sample-openid-42"}, "ok"),
        ({"openid": "sample-openid-77"}, "wrong_subject"),
        ({"userid": "42"}, "wrong_subject"),
        ({"error_code": 110, "error_msg": "sample text", "openid": "sample-openid-42"}, "not_stated"),
    ],
)
def test_baidu_is_asked_for_the_profile_where_another_account_is_expected(profile, reason):
    """An openid and a userid are two names: only the profile call's own name contradicts."""
    found, requests = asked("baidu", INFO, profile, subject="sample-openid-42")
    assert (found.reason, len(requests)) == (reason, 2)


def test_qq_takes_the_identifier_from_the_further_answer_wrapped_or_not():
    """The answer of me comes as JSON, or as a call of JavaScript around it."""
    raw = {"ret": 0, "nickname": "Mia Chen"}
    me = json.dumps({"client_id": "900000042", "openid": OPENID})
    for answer in (me, f"callback( {me} );\n", f"callback({me})".encode(), json.loads(me)):
        assert normalize("qq", raw, also={"me": answer}).user_id == f"qq|{OPENID}"


@pytest.mark.parametrize("text", ["", "callback(", "callback( {} ); x", "other( {} );", "callback( [] );", "null"])
def test_what_is_no_such_call_is_left_as_it_is(text):
    """Only the documented wrapping is taken off; what is left over is no identifier."""
    assert unwrapped(text) == text
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
def test_a_profile_in_a_list_names_its_places(raw, path):
    """Of several forms the error is that of the one that fits from outside, with the place in the list."""
    with pytest.raises(ProfileError) as caught:
        normalize("mailru", json.dumps(raw))
    assert caught.value.path == path
    assert json_path((0, "uid")) == "$[0].uid"
