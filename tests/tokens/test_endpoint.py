"""How an issuer's answer is read, rule by rule: what denies, what says nothing, what vouches, and what it then states."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from idp_checks.errors import ProfileError
from idp_checks.profiles.profile import Claims
from idp_checks.profiles.shape import Shape
from idp_checks.secret import Secret
from idp_checks.tokens.endpoint import HttpEndpoint
from idp_checks.tokens.probes import UserInfoResponse
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.refusal import Refusal
from idp_checks.tokens.response_model import (
    ResponseModel,
    expiry_after,
    parse_epoch,
    parse_iso,
    read_body,
    read_undecided,
    split_scopes,
)
from idp_checks.tokens.rfc7662 import FORBIDDEN, INACTIVE, INVALID_CLIENT, INVALID_CLIENT_400, IntrospectionResponse
from idp_checks.tokens.template import by_bearer, by_form
from idp_checks.tokens.urls import is_loopback, may_receive_token, rebase_url
from idp_checks.tokens.wire import Response, Unreachable, decode_body

AT = datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)
NOW = int(AT.timestamp())


def test_what_is_no_phrase_is_told(in_words):
    """The judge of phrases lets no absent, shouted, marked or misspelt one pass."""
    assert in_words("HTTP 503, not an answer")
    for wrong in (None, "", "503", "XXnot an answerXX", "NOT AN ANSWER", "http 503", "no json object"):
        assert not in_words(wrong)


def ask(**given):
    return Question(provider="oauth2", token=Secret("made-up-token"), asked_at=AT, **given)


def answer(status=200, body=b"", **headers):
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, as_bytes(body))


def as_bytes(body):
    return body if isinstance(body, bytes) else json.dumps(body).encode()


class Account(Shape):
    """A profile that is itself the answer."""

    id: int | str
    name: str | None = None

    def claims(self, also):
        if (also.get("name") or self.name) == "nobody":
            raise ProfileError("belongs to nobody", path="$.name")
        return Claims(self.id, name=self.name)


# Refusals


@pytest.mark.parametrize(
    ("wanted", "body", "fits"),
    [
        (None, None, True),
        (None, "<html></html>", True),
        ({}, {"error": "x"}, True),
        ({}, [], False),
        ({"error": "a"}, {"error": "a", "more": 1}, True),
        ({"error": "a"}, {"error": "b"}, False),
        ({"error": "a"}, {"more": 1}, False),
        ({"error": "a", "code": 1}, {"error": "a"}, False),
        ({"error": "a", "code": 1}, {"error": "a", "code": 2}, False),
        ({"error": "a", "code": 1}, {"error": "b", "code": 1}, False),
        ({"error": "a"}, "a", False),
        ({"error": "a"}, [{"error": "a"}], False),
        ({"error": {"code": 190}}, {"error": {"code": 190, "type": "x"}}, True),
        ({"error": {"code": 190}}, {"error": {"code": 191}}, False),
        ({"error": {"code": 190}}, {"error": 190}, False),
        ({"code": 1}, {"code": True}, False),
        ({"code": 1}, {"code": 1.0}, False),
        ({"code": True}, {"code": 1}, False),
        ({"code": 0}, {"code": False}, False),
        ({"code": False}, {"code": False}, True),
        ({"code": "1"}, {"code": 1}, False),
        ({"code": 1.5}, {"code": 1.5}, True),
        ({"code": 1.5}, {"code": 2.5}, False),
        ({"code": 1.0}, {"code": 1}, False),
        ({"code": None}, {"code": None}, True),
        ({"code": None}, {"code": 0}, False),
        ({"code": None}, {}, False),
        ({"errors": [{"code": 89}]}, {"errors": [{"code": 89, "message": "m"}]}, True),
        ({"errors": [{"code": 89}]}, {"errors": [{"code": 90}]}, False),
        ({"errors": [{"code": 89}]}, {"errors": []}, False),
        ({"errors": [{"code": 89}]}, {"errors": [{"code": 89}, {"code": 89}]}, False),
        ({"errors": [1, 2]}, {"errors": [1, 3]}, False),
        ({"errors": [1, 2]}, {"errors": [3, 2]}, False),
        ({"errors": [1]}, {"errors": {"0": 1}}, False),
        ({"errors": ["a"]}, {"errors": "a"}, False),
        ({"code": frozenset({1, 2})}, {"code": 2}, True),
        ({"code": frozenset({1, 2})}, {"code": 3}, False),
        ({"code": frozenset({1, 2})}, {"code": True}, False),
        ({"code": frozenset()}, {"code": 1}, False),
        (frozenset({"gone", "dead"}), "dead", True),
        (frozenset({"gone", "dead"}), "alive", False),
    ],
)
def test_a_body_fits_a_refusal_member_by_member(wanted, body, fits):
    """All that is named must be there, of its own kind and equal; what is not named does not count."""
    assert Refusal(None, "denied", wanted).matches(answer(), body) is fits


@pytest.mark.parametrize(
    ("status", "came", "fits"),
    [
        (None, 500, True),
        (400, 400, True),
        (400, 401, False),
        (frozenset({400, 401}), 401, True),
        (frozenset({400, 401}), 403, False),
    ],
)
def test_the_status_is_part_of_a_refusal(status, came, fits):
    """One status, one of several, or any; the right body under another status is no refusal."""
    refusal = Refusal(status, "denied", {"error": "a"})
    assert refusal.matches(answer(came), {"error": "a"}) is fits
    assert not refusal.matches(answer(came), {"error": "b"})


@pytest.mark.parametrize(
    ("headers", "fits"),
    [
        ({"www_authenticate": 'Bearer error="invalid_token"'}, True),
        ({"www_authenticate": "Bearer"}, False),
        ({"x_error": "invalid_token"}, False),
        ({}, False),
    ],
)
def test_a_header_may_be_what_makes_a_refusal(headers, fits):
    """The header must hold the text; names of headers are compared without case; the body must fit as well."""
    refusal = Refusal(401, "denied", header=("WWW-Authenticate", "invalid_token"))
    assert refusal.matches(answer(401, **headers), None) is fits
    assert not refusal.matches(answer(403, **headers), None)
    both = Refusal(401, "denied", {"error": "a"}, header=("www-authenticate", "invalid_token"))
    assert both.matches(answer(401, **headers), {"error": "a"}) is fits
    assert not both.matches(answer(401, **headers), {"error": "b"})


@pytest.mark.parametrize(
    ("reason", "active"),
    [
        ("denied", False),
        ("expired", False),
        ("revoked", False),
        ("malformed", False),
        ("unknown_token", False),
        ("rate_limited", None),
        ("caller_rejected", None),
        ("not_permitted", None),
        ("issuer_error", None),
    ],
)
def test_a_refusal_denies_or_decides_nothing_by_its_reason(reason, active):
    """Only a reason of the decided kind denies a token; words and bareness of the refusal are handed on."""
    assert Refusal(400, reason).to_reading() == Reading(active=active, reason=reason)
    assert Refusal(400, reason, bare=True, detail="so").to_reading() == Reading(
        active=active, reason=reason, bare=True, detail="so"
    )


@pytest.mark.parametrize(
    ("refusal", "fitting", "others", "active", "bare"),
    [
        (
            INACTIVE,
            (200, {"active": False}),
            [(200, {"active": True}), (200, {"active": 0}), (201, {"active": False}), (200, {})],
            False,
            True,
        ),
        (INVALID_CLIENT, (401, "whatever"), [(400, "whatever"), (402, "whatever"), (403, "whatever")], None, False),
        (
            INVALID_CLIENT_400,
            (400, {"error": "invalid_client"}),
            [(401, {"error": "invalid_client"}), (400, {"error": "invalid_request"}), (400, {})],
            None,
            False,
        ),
        (FORBIDDEN, (403, "whatever"), [(401, "whatever"), (404, "whatever")], None, False),
    ],
)
def test_the_refusals_of_token_introspection(refusal, fitting, others, active, bare, in_words):
    """RFC 7662, sections 2.2 and 2.3, and RFC 6749, section 5.2: only a bare denial denies, and it is marked as bare."""
    assert refusal.matches(answer(fitting[0]), fitting[1])
    for status, body in others:
        assert not refusal.matches(answer(status), body), (status, body)
    said = refusal.to_reading()
    assert (said.active, said.bare) == (active, bare)
    assert in_words(said.detail)


# What says nothing


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (100, "unparsable"),
        (199, "unparsable"),
        (201, "unparsable"),
        (204, "unparsable"),
        (299, "unparsable"),
        (300, "issuer_error"),
        (301, "issuer_error"),
        (304, "issuer_error"),
        (399, "issuer_error"),
        (400, "unparsable"),
        (401, "unparsable"),
        (404, "unparsable"),
        (407, "unparsable"),
        (409, "unparsable"),
        (408, "issuer_error"),
        (428, "unparsable"),
        (430, "unparsable"),
        (429, "rate_limited"),
        (499, "unparsable"),
        (500, "issuer_error"),
        (501, "issuer_error"),
        (503, "issuer_error"),
        (599, "issuer_error"),
    ],
)
def test_a_status_that_is_not_the_good_one_decides_nothing(status, reason, in_words):
    """Slow down, go elsewhere, out of order, or not documented; always in words, with the status where it is odd."""
    said = read_undecided(answer(status, {"active": True}))
    assert said == Reading(active=None, reason=reason, detail=said.detail)
    assert in_words(said.detail)
    assert status == 429 or str(status) in said.detail


def test_only_the_documented_status_may_be_a_good_answer():
    """200 unless the issuer documents another one; then 200 is as odd as any other."""
    assert read_undecided(answer(200)) is None
    assert read_undecided(answer(201), 201) is None
    assert read_undecided(answer(200), 201).reason == "unparsable"
    assert read_undecided(answer(429), 429) is None
    with_201 = endpoint(good_status=201)
    assert with_201.read(answer(201, GOOD), ask()).active is True
    assert with_201.read(answer(200, GOOD), ask()).active is None


# Bodies


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'{"a": [1, 2.5, true, null, "x"]}', {"a": [1, 2.5, True, None, "x"]}),
        (b" 7 ", 7),
        (b'"\xc3\xa9"', "\u00e9"),
        (b'"\\u00e9"', "\u00e9"),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b"\xff\xfe", None),
        (b'{"a": "\xff"}', None),
        (b"", ""),
        (b"<html>", "<html>"),
        (b'{"a": 1', '{"a": 1'),
        (b'{"a": 1, "a": 2}', '{"a": 1, "a": 2}'),
        (b'{"b": {"a": 1, "a": 1}}', '{"b": {"a": 1, "a": 1}}'),
        (b'{"a": NaN}', '{"a": NaN}'),
        (b'{"a": -Infinity}', '{"a": -Infinity}'),
        (b'{"a": "\\ud83d"}', '{"a": "\\ud83d"}'),
        (b'{"\\udc00": 1}', '{"\\udc00": 1}'),
        (b"[" * 100_000, "[" * 100_000),
    ],
    ids=(
        "object",
        "number",
        "letter",
        "escaped",
        "two-halves",
        "no-utf8",
        "no-utf8-within",
        "nothing",
        "page",
        "cut",
        "twice",
        "twice-within",
        "nan",
        "infinity",
        "half",
        "half-name",
        "deep",
    ),
)
def test_a_body_is_read_once_and_exactly(raw, value):
    """JSON as it stands; what is none, or not in one way only, is a text; what is no UTF-8 is nothing."""
    read = decode_body(Response(200, {}, raw))
    assert read == value
    assert type(read) is type(value)


def test_a_wrapped_body_is_unwrapped_before_it_is_read():
    """And what the wrapping holds is JSON or a text, as without it."""
    wrapped = Response(200, {}, b'callback({"a": 1});')
    assert decode_body(wrapped) == 'callback({"a": 1});'
    assert decode_body(wrapped, lambda text: text[9:-2]) == {"a": 1}
    assert decode_body(wrapped, lambda text: text[9:]) == '{"a": 1});'
    assert endpoint(unwrap=lambda text: text[9:-2]).read(answer(200, b"callback(%s);" % as_bytes(GOOD)), ask()).active


# Good answers

GOOD = {"active": True, "client_id": "client-a", "sub": "42", "scope": "openid email", "exp": NOW + 60}


@pytest.mark.parametrize("body", [None, "", "text", 7, True, [], [GOOD]])
def test_what_is_no_object_is_no_good_answer(body, in_words):
    """A list, a text, a number: nothing is known."""
    said = read_body(IntrospectionResponse, body, ask())
    assert (said.active, said.reason) == (None, "unparsable")
    assert in_words(said.detail)


@pytest.mark.parametrize(
    ("members", "errors", "active"),
    [
        ({"error": "invalid_token"}, None, None),
        ({"errors": [{"code": 1}]}, None, None),
        ({"error": {"code": 1}}, None, None),
        ({"error": "", "errors": []}, None, True),
        ({"error": None}, None, True),
        ({"error_code": 7}, None, True),
        ({"error_code": 7}, ("error_code",), None),
        ({"error": "x"}, ("error_code",), True),
        ({"error": "x"}, (), True),
    ],
)
def test_a_filled_error_member_spoils_an_answer(members, errors, active, in_words):
    """HTTP 200 with an error in it is not good, however good the rest; an empty one is none; the issuer names which."""
    body = {**GOOD, **members}
    said = read_body(IntrospectionResponse, body, ask(), *([] if errors is None else [errors]))
    assert said.active is active
    assert endpoint(**({} if errors is None else {"errors": errors})).read(answer(200, body), ask()) == said
    if active is None:
        assert said.reason == "unparsable"
        assert in_words(said.detail)


def test_what_does_not_fit_the_model_says_where():
    """The member at fault is named, not its value, and without typewriter quotes."""
    said = read_body(IntrospectionResponse, {**GOOD, "active": "certainly"}, ask())
    assert (said.active, said.reason) == (None, "unparsable")
    assert "$.active" in said.detail
    assert {"bool,", "str"} <= set(said.detail.split())
    assert "certainly" not in said.detail


@pytest.mark.parametrize("end", [10**30, -(10**30), 10**400])
@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
def test_a_time_that_no_calendar_has_spoils_an_answer(name, end, in_words):
    """A token is not good until a time that is none."""
    said = read_body(IntrospectionResponse, {**GOOD, name: end}, ask())
    assert (said.active, said.reason) == (None, "unparsable")
    assert in_words(said.detail)


@pytest.mark.parametrize(("id", "subject"), [("a42", "a42"), (42, "42"), (9007199254740993, "9007199254740993")])
def test_a_profile_as_answer_vouches_for_its_account(id, subject):
    """It says that the token works, and for whom, exactly: nothing else."""
    said = read_body(Account, {"id": id, "name": "Mia"}, ask())
    assert said == Reading(active=True, reason="ok", subject=subject)


@pytest.mark.parametrize("id", ["", " ", "\t"])
def test_a_profile_of_a_blank_account_vouches_for_none(id, in_words):
    """Somebody without an id is nobody."""
    said = read_body(Account, {"id": id}, ask())
    assert (said.active, said.reason, said.subject) == (None, "unparsable", None)
    assert in_words(said.detail)


def test_a_profile_that_is_none_says_where():
    """What the provider's own reading of the profile objects to makes the answer none, and is named."""
    said = read_body(Account, {"id": 1, "name": "nobody"}, ask())
    assert (said.active, said.reason) == (None, "unparsable")
    assert said.detail == "$.name: belongs to nobody"
    assert read_body(Account, {"name": "Mia"}, ask()).reason == "unparsable"


def test_an_answer_of_token_introspection_is_read_member_by_member():
    """RFC 7662, section 2.2: each member where it belongs, and none for another."""
    full = {
        **GOOD,
        "iat": NOW - 60.75,
        "nbf": NOW - 60,
        "aud": ["https://api.example.com", "https://files.example.com"],
        "iss": "https://op.example.com",
        "token_type": "Bearer",
        "username": "mia",
    }
    assert read_body(IntrospectionResponse, full, ask()) == Reading(
        active=True,
        reason="ok",
        client_id="client-a",
        audience=("https://api.example.com", "https://files.example.com"),
        subject="42",
        scopes=("openid", "email"),
        expires_at=AT + timedelta(seconds=60),
        issued_at=AT - timedelta(seconds=61),
        issuer="https://op.example.com",
        token_type="Bearer",
    )
    assert read_body(IntrospectionResponse, {"active": True}, ask()) == Reading(active=True, reason="ok")


@pytest.mark.parametrize(
    ("aud", "audience"), [("a b", ("a b",)), (["a", "b"], ("a", "b")), ([], ()), ("", ("",)), (None, None)]
)
def test_an_audience_is_a_text_or_a_list(aud, audience):
    """A text is one audience, never split, and no audience is another thing than an empty list."""
    assert read_body(IntrospectionResponse, {**GOOD, "aud": aud}, ask()).audience == audience


@pytest.mark.parametrize(("ahead", "active"), [(-1, True), (0, True), (60, True), (61, None), (3600, None)])
def test_a_token_that_has_not_begun_is_not_vouched_for(ahead, active, in_words):
    """Active before its nbf is a contradiction; a minute is left to clocks."""
    said = read_body(IntrospectionResponse, {**GOOD, "nbf": NOW + ahead}, ask())
    assert (said.active, said.reason) == (active, "ok" if active else "contradiction")
    assert active or in_words(said.detail)


def test_an_inactive_answer_denies_barely(in_words):
    """Also where it is read by the model itself: active false is a denial without a reason."""
    said = read_body(IntrospectionResponse, {"active": False, "client_id": "client-a"}, ask())
    assert (said.active, said.reason, said.bare, said.client_id) == (False, "denied", True, None)
    assert in_words(said.detail)


def test_userinfo_vouches_for_its_account_alone():
    """OpenID Connect Core 1.0, section 5.3.2: the answer names the account."""
    assert read_body(UserInfoResponse, {"sub": "42", "client_id": "x"}, ask()) == Reading(
        active=True, reason="ok", subject="42"
    )


# An endpoint


class Told(ResponseModel):
    """Client, account and end of a token."""

    client_id: str | None = None
    sub: str | None = None
    exp: int | None = None
    scope: str | None = None

    def read(self, ask):
        return Reading(
            active=True,
            reason="ok",
            client_id=self.client_id,
            subject=self.sub,
            scopes=split_scopes(self.scope),
            expires_at=parse_epoch(self.exp),
        )


def endpoint(**given):
    return HttpEndpoint(
        **{
            "kind": "tokeninfo",
            "url": "https://op.example.com/info",
            "placement": by_form(),
            "method": "POST",
            "response_model": IntrospectionResponse,
            "source": "https://op.example.com/docs",
            **given,
        }
    )


REFUSALS = (
    Refusal(200, "expired", {"error": "expired"}),
    Refusal(None, "denied", {"error": frozenset({"expired", "unknown"})}, bare=True),
    Refusal(503, "revoked", {"state": "revoked"}),
    Refusal(400, "caller_rejected", {"error": "client"}),
)


@pytest.mark.parametrize(
    ("status", "body", "active", "reason"),
    [
        (200, {"error": "expired", "client_id": "a"}, False, "expired"),
        (400, {"error": "expired"}, False, "denied"),
        (200, {"error": "unknown"}, False, "denied"),
        (503, {"state": "revoked"}, False, "revoked"),
        (503, {"state": "other"}, None, "issuer_error"),
        (400, {"error": "client"}, None, "caller_rejected"),
        (400, {"error": "other"}, None, "unparsable"),
        (200, {"error": "other"}, None, "unparsable"),
        (200, {"client_id": "a"}, True, "ok"),
    ],
)
def test_an_answer_is_read_in_order(status, body, active, reason):
    """Documented refusals first, the first that fits, whatever the status; then the status; then the good answer."""
    said = endpoint(response_model=Told, refusals=REFUSALS).read(answer(status, body), ask())
    assert (said.active, said.reason) == (active, reason)


def test_a_refusal_states_what_its_body_says_of_the_token():
    """An expired token is still somebody's; a bare or undecided refusal is believed nothing more."""
    body = {"client_id": "client-a", "sub": "42", "exp": NOW - 60, "scope": ""}
    said = endpoint(response_model=Told, refusals=(Refusal(400, "expired", detail="past"),)).read(answer(400, body), ask())
    assert said == Reading(
        active=False,
        reason="expired",
        detail="past",
        client_id="client-a",
        subject="42",
        scopes=(),
        expires_at=AT - timedelta(seconds=60),
    )
    full = {**GOOD, "nbf": NOW, "iat": NOW - 9, "aud": "api", "iss": "https://op.example.com", "token_type": "Bearer"}
    revoked = endpoint(refusals=(Refusal(400, "revoked"),)).read(answer(400, full), ask())
    assert revoked == msgspec.structs.replace(read_body(IntrospectionResponse, full, ask()), active=False, reason="revoked")
    for refusal in (Refusal(400, "denied", bare=True), Refusal(400, "not_permitted")):
        assert endpoint(response_model=Told, refusals=(refusal,)).read(answer(400, body), ask()) == refusal.to_reading()


@pytest.mark.parametrize("body", ["<html></html>", {"client_id": 7}, {"client_id": "a", "error": "x"}, {"exp": 10**30}])
def test_a_refusal_of_another_form_states_nothing_more(body):
    """What does not fit a good answer, or is an error itself, adds nothing to the refusal and takes nothing away."""
    refusal = Refusal(400, "expired")
    assert endpoint(response_model=Told, refusals=(refusal,)).read(answer(400, body), ask()) == refusal.to_reading()


PROFILE = endpoint(
    url="https://op.example.com/me", response_model=UserInfoResponse, placement=by_bearer(), method="GET", kind="userinfo-probe"
)


def asked(made, *answers, subject=None):
    """What an endpoint says where these answers come, and the addresses that were asked."""
    answers, urls = list(answers), []
    steps = made.steps(ask(subject=subject))
    try:
        request = next(steps)
        while True:
            urls.append(request.url)
            came = answers.pop(0)
            request = steps.throw(came) if isinstance(came, Exception) else steps.send(came)
    except StopIteration as stop:
        return stop.value, urls


@pytest.mark.parametrize(
    ("body", "subject", "profile", "calls"),
    [
        ({"active": True}, "42", PROFILE, 2),
        ({"active": True}, None, PROFILE, 1),
        ({"active": True}, "42", None, 1),
        ({"active": True, "sub": "42"}, "42", PROFILE, 1),
        ({"active": True, "sub": "43"}, "42", PROFILE, 1),
        ({"active": False}, "42", PROFILE, 1),
        ({"active": "true"}, "42", PROFILE, 1),
    ],
)
def test_the_account_is_asked_for_only_where_it_is_wanted_and_not_told(body, subject, profile, calls):
    """A second call with the token is made for nothing less."""
    said, urls = asked(endpoint(profile=profile), answer(200, body), answer(200, {"sub": "42"}), subject=subject)
    assert urls == ["https://op.example.com/info", "https://op.example.com/me"][:calls]
    assert said.subject == ("42" if calls == 2 else body.get("sub"))


@pytest.mark.parametrize(
    "second",
    [answer(401, b""), answer(200, {"id": 42}), answer(500, b""), Unreachable("network", "no answer")],
    ids=["refused", "odd", "down", "unreachable"],
)
def test_an_account_that_cannot_be_had_stays_unknown(second):
    """The issuer's good word stands, and for whom is not known."""
    said, urls = asked(endpoint(profile=PROFILE), answer(200, {"active": True, "client_id": "a"}), second, subject="42")
    assert said == Reading(active=True, reason="ok", client_id="a")
    assert len(urls) == 2


def test_an_account_that_the_profile_call_names_is_taken_and_nothing_else():
    """Whom the second answer names counts, be it another than the one expected."""
    said, _ = asked(
        endpoint(profile=PROFILE),
        answer(200, {"active": True, "client_id": "a"}),
        answer(200, {"sub": "43"}),
        subject="42",
    )
    assert said == Reading(active=True, reason="ok", client_id="a", subject="43")


def test_a_refused_second_call_names_nobody():
    """Whom a refusal of the second call states is not the account of a good token."""
    refusing = endpoint(url="https://op.example.com/me", response_model=Told, refusals=(Refusal(400, "expired"),))
    said, _ = asked(endpoint(profile=refusing), answer(200, {"active": True}), answer(400, {"sub": "42"}), subject="42")
    assert said == Reading(active=True, reason="ok")


@pytest.mark.parametrize(("ahead", "active", "subject"), [(0, True, "42"), (61, True, None)])
def test_each_answer_is_read_at_the_time_of_asking(ahead, active, subject):
    """What an answer says of times is held against the question's own, in the second call as in the first."""
    late = endpoint(url="https://op.example.com/me")
    first, second = {"active": True, "nbf": NOW}, {"active": True, "sub": "42", "nbf": NOW + ahead}
    said, _ = asked(endpoint(profile=late), answer(200, first), answer(200, second), subject="42")
    assert (said.active, said.subject) == (active, subject)
    assert asked(endpoint(), answer(200, {**first, "nbf": NOW + 61}))[0].reason == "contradiction"


# Times and lists


@pytest.mark.parametrize(
    ("seconds", "time"),
    [
        (None, None),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (NOW, AT),
        (NOW + 0.9, AT),
        (str(NOW), AT),
        (f"{NOW}.9", AT),
        (-1, datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_seconds_since_1970_are_a_time(seconds, time):
    """As a number, a fraction being cut, or as a text of one; in UTC; zero is a time and None is not."""
    found = parse_epoch(seconds)
    assert found == time
    assert found is None or found.utcoffset() == timedelta(0)


@pytest.mark.parametrize("seconds", ["soon", "", 10**30, 10**400, -(10**30), float("nan"), float("inf"), "1e999"])
def test_what_is_no_number_of_seconds_is_no_time(seconds):
    """Words, and numbers that no calendar has."""
    with pytest.raises(ValueError, match=r"."):
        parse_epoch(seconds)


@pytest.mark.parametrize(
    ("left", "seconds"), [(None, None), (0, 0), (60, 60), (59.9, 59), ("60", 60), ("59.9", 59), (-5, -5)]
)
def test_seconds_left_count_from_the_time_of_asking(left, seconds):
    """A fraction is cut, so that no token lives longer than it is said to; nothing said is no end."""
    assert expiry_after(AT, left) == (None if seconds is None else AT + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "text",
    ["2026-01-02T12:00:00Z", "2026-01-02T12:00:00.987Z", "2026-01-02T14:00:00+02:00", "2026-01-02T06:30:00-05:30"],
)
def test_a_written_time_is_brought_to_utc(text):
    """Whatever its zone; a fraction of a second is cut."""
    found = parse_iso(text)
    assert found == AT
    assert found.tzinfo is UTC
    assert found.microsecond == 0


def test_a_written_time_without_zone_is_none():
    """Nobody knows when it is; words are no time either, and nothing said is no time at all."""
    assert parse_iso(None) is None
    for text in ("2026-01-02T12:00:00", "2026-01-02", "tomorrow", ""):
        with pytest.raises(ValueError, match=r"."):
            parse_iso(text)


@pytest.mark.parametrize(
    ("text", "separator", "scopes"),
    [
        (None, " ", None),
        ("", " ", ()),
        ("  ", " ", ()),
        ("a", " ", ("a",)),
        (" a  b ", " ", ("a", "b")),
        ("a,b c", " ", ("a,b", "c")),
        ("a, b ,,c", ",", ("a", "b", "c")),
        ("a b,c", ",", ("a b", "c")),
    ],
)
def test_scopes_in_one_text_are_split(text, separator, scopes):
    """By the issuer's separator; blanks around a scope and empty ones are none; no list is not an empty list."""
    assert split_scopes(text, separator) == scopes
    assert separator != " " or split_scopes(text) == scopes


# Addresses


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://localhost", True),
        ("http://localhost:8000/x", True),
        ("http://LOCALHOST", True),
        ("http://idp.localhost", True),
        ("http://127.0.0.1:9", True),
        ("http://127.8.9.1", True),
        pytest.param("http://[::1]:9", True, id="IPv6 loopback"),
        ("http://notlocalhost", False),
        ("http://localhost.example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://127.0.0.1@idp.example.com", False),
        ("http://128.0.0.1", False),
        ("http://192.168.0.1", False),
        ("http://0.0.0.0", False),
        pytest.param("http://[::2]", False, id="IPv6 elsewhere"),
        ("https://idp.example.com", False),
        ("localhost", False),
        ("", False),
    ],
)
def test_loopback_is_this_machine_alone(url, here):
    """RFC 6761, section 6.3, and the loopback addresses; a name that only begins or ends alike is elsewhere."""
    assert is_loopback(url) is here


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://op.example.com", True),
        ("https://op.example.com:8443/x?y=z", True),
        ("https://op.example.com:1", True),
        ("https://op.example.com:65535", True),
        ("https://127.0.0.1", True),
        ("http://127.0.0.1:8000/x", True),
        ("http://localhost", True),
        ("http://op.example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("ftp://127.0.0.1", False),
        ("ftp://op.example.com", False),
        ("//op.example.com", False),
        ("op.example.com", False),
        ("https://", False),
        ("https:///x", False),
        ("https://:443", False),
        ("https://mia@op.example.com", False),
        ("https://@op.example.com", False),
        ("https://mia:pass@op.example.com", False),
        ("https://op.example.com/#top", False),
        ("https://op.example.com:0", False),
        ("https://op.example.com:65536", False),
        ("https://op.example.com:-1", False),
        ("https://op.example.com:x", False),
        pytest.param("https://[::1", False, id="half an IPv6 address"),
        ("", False),
    ],
)
def test_a_token_goes_over_tls_or_not_at_all(url, may):
    """Plain http is for loopback; no user, no fragment, no port that is none; an address that cannot be read is none."""
    assert may_receive_token(url) is may


@pytest.mark.parametrize(
    ("documented", "own", "url"),
    [
        ("https://op.example.com/a/b?c=d", None, "https://op.example.com/a/b?c=d"),
        ("https://op.example.com/a/b?c=d", "http://127.0.0.1:9", "http://127.0.0.1:9/a/b?c=d"),
        ("https://op.example.com/a/b?c=d", "http://127.0.0.1:9/x/", "http://127.0.0.1:9/x/a/b?c=d"),
        ("https://op.example.com/a", "https://own.example.com/x", "https://own.example.com/x/a"),
        ("https://op.example.com/a", "https://own.example.com/X", "https://own.example.com/X/a"),
        ("https://op.example.com", "https://own.example.com/", "https://own.example.com"),
    ],
)
def test_the_callers_own_server_takes_the_place_of_the_documented_one(documented, own, url):
    """Its path first, then the documented path and query; without one, the documented address as it stands."""
    assert rebase_url(documented, own) == url
    assert ask(issuer_url=own).url(documented) == url
