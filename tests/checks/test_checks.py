"""Each check says what the catalogue says it says: every verdict of every check is reached, by wrong normalisers, by
issuers that lie, and by what is missing; and no finding shows what must not show."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idp_checks import ProfileError, checks, providers, recordings
from idp_checks.checks import (
    CHECKS,
    REASONS,
    Calibration,
    ConnectionContext,
    Counts,
    IdentityContext,
    Intact,
    Renewal,
    Revocation,
    RunContext,
    Searched,
    Subject,
    Verdict,
    catalogue,
    evaluate,
    paths,
)
from idp_checks.checks.evaluation import check as registered
from idp_checks.checks.evaluation import evaluator
from idp_checks.tokens.template import Ask
from idp_checks.tokens.endpoint import HttpEndpoint
from idp_checks.tokens.wire import Response
from idp_checks.tokens.template import by_bearer
from idp_checks.tokens.introspection import DECIDED
from idp_checks.tokens.introspection import UNDECIDED
from idp_checks.tokens.introspection import Exchange
from idp_checks.tokens.introspection import Introspection
from idp_checks.tokens.introspection import Reading
from idp_checks.tokens.introspection import conclude
from idp_checks.checks.policy import Connection
from idp_checks.checks.policy import Policy
from idp_checks.profiles.profile import Claims
from idp_checks.profiles.profile import Identity
from idp_checks.profiles.profile import NormalizedProfile
from idp_checks.providers.model import ProfileFacts
from idp_checks.providers.model import Provider
from idp_checks.providers.model import Scopes
from idp_checks.providers.model import TokenFacts
from idp_checks.providers.operations import Way
from idp_checks.tokens.discovery import Discovered
from idp_checks.tokens.rfc7662 import UserInfo
from idp_checks.secret import Redactor, Secret
from idp_checks.profiles.shape import Address
from idp_checks.profiles.shape import Flag
from idp_checks.profiles.shape import Id
from idp_checks.profiles.shape import Name
from idp_checks.profiles.shape import Shape
from idp_checks.profiles.shape import TextFlag
from idp_checks.tokens.signed import SignedToken

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEY = b"a key of these tests"
GOOGLE = providers.get("google-oauth2")
GITHUB = providers.get("github")

TOKEN = "ya29.canaryCANARYcanaryCANARY0123456789"
HUB_TOKEN = "gho_" + "cAnArY" * 6
SUBJECT = "100000000000000000042"
EMAIL = "mia.chen@example.com"
OUR_CLIENT = "900000000001-sample.apps.googleusercontent.com"
OTHER_CLIENT = "900000000999-other.apps.googleusercontent.com"
SCOPES = ("openid", "https://www.googleapis.com/auth/userinfo.email")

NO_WAY = Way("none")


# ---------------------------------------------------------------- small providers


class Bare(Shape):
    id: Id
    name: Name = None
    email: Address = None

    def claims(self, also):
        return Claims(id=self.id, name=self.name, email=self.email)


class Nameless(Shape):
    id: Id

    def claims(self, also):
        return Claims(id=self.id)


class Texts(Shape):
    """What a provider sends that documents texts for booleans."""

    vouched_by = ("verified",)

    id: Id
    email: Address = None
    verified: TextFlag = None

    def claims(self, also):
        return Claims(id=self.id, email=self.email, email_verified=self.verified is True or self.verified == "true")


class Booleans(Texts):
    """The same at one that does not."""

    verified: Flag = None


def small(
    name="example", *, shape=Bare, form="opaque", debug=None, separator=" ", subject_scope="the provider", **facts
):
    lifetime, pattern = facts.pop("lifetime", None), facts.pop("pattern", None)
    return Provider(
        name=name,
        title=name,
        docs=("https://docs.example.com",),
        kind=facts.pop("kind", "social"),
        protocol=facts.pop("protocol", "oauth2"),
        profile=ProfileFacts(shapes=(shape,), call=None, subject_scope=subject_scope),
        token=TokenFacts(
            form=form,
            contents="",
            validity="",
            renewal=NO_WAY,
            termination=NO_WAY,
            uses=NO_WAY,
            lifetime=lifetime,
            pattern=pattern,
            sources=("https://docs.example.com/tokens",),
        ),
        scopes=Scopes(separator=separator),
        debug=debug,
        **facts,
    )


PROBE = HttpEndpoint(
    kind="userinfo-probe",
    url="https://api.example.com/userinfo",
    answer=UserInfo,
    send=by_bearer(),
    source="https://docs.example.com",
)
MUTE = small("mute")
PROBED = small("probed", debug=PROBE)
LASTING = small("lasting", debug=PROBE, lifetime=0)
HOURLY = small("hourly", debug=PROBE, lifetime=3600)
OAUTH1 = small("oauth1-example", form="oauth1", protocol="oauth1", debug=PROBE)
SCOPELESS = small("scopeless", debug=PROBE, separator="")
ISSUER = "https://op.example.com/tenant-1"
SIGNED = small(
    "signed",
    form="jwt",
    kind="enterprise",
    debug=SignedToken(
        url="https://op.example.com/keys",
        issuers=("https://op.example.com/{tenant_id}",),
        source="https://docs.example.com",
    ),
)
JWT_BY_QUESTION = small("jwt-by-question", form="jwt", debug=PROBE)
DISCOVERED = small("discovered", kind="generic", protocol="oidc", debug=Discovered(source="https://docs.example.com"))


def jwt(header=None, claims=None):
    """A token in the form of a JWT, whose signature is none."""
    parts = (json.dumps(header or {"alg": "RS256", "typ": "JWT"}), json.dumps(claims or {"sub": "1"}))
    return ".".join((*(base64.urlsafe_b64encode(each.encode()).decode().rstrip("=") for each in parts), "c2lnbmF0dXJl"))


# ---------------------------------------------------------------- contexts


def said(active=True, reason=None, provider="google-oauth2", url="https://oauth2.googleapis.com/tokeninfo", **more):
    """What an issuer answered about a token."""
    reason = reason or {True: "ok", False: "denied", None: "network"}[active]
    more.setdefault("method", "tokeninfo")
    kept = (Exchange({"method": "GET", "url": url}, {"status": 200}),) if url else ()
    return Introspection(provider=provider, active=active, reason=reason, asked_at=NOW, exchanges=kept, **more)


def lied(body, status=200, provider=GOOGLE, clients=(OUR_CLIENT,), subject=SUBJECT):
    """What is made of an answer that an issuer of that provider gave: through its own endpoint's reading."""
    ask = Ask(
        token=Secret(TOKEN), at=NOW, client_id=OUR_CLIENT, client_secret=Secret("a-client-secret"), subject=subject
    )
    steps = provider.debug.steps(ask)
    next(steps)
    text = body if isinstance(body, str) else json.dumps(body)
    with pytest.raises(StopIteration) as stop:
        steps.send(Response(status, {"content-type": "application/json"}, text.encode()))
    kept = (Exchange({"url": provider.debug.url}),)
    return conclude(
        provider.name,
        stop.value.value,
        method=provider.debug.kind,
        asked_at=NOW,
        clients=clients,
        subject=subject,
        exchanges=kept,
    )


def good(**changed):
    """Google's answer about a good token, with members changed or, where None, left out."""
    body = {
        "azp": OUR_CLIENT,
        "aud": OUR_CLIENT,
        "sub": SUBJECT,
        "scope": " ".join(SCOPES),
        "exp": str(int((NOW + HOUR).timestamp())),
        **changed,
    }
    return {name: value for name, value in body.items() if value is not None}


REFUSED = said(False, "denied")
ACCEPTED = said(True)
UNKNOWN = said(None, "network")
CALIBRATED = Calibration(negative=REFUSED, any_active=True)

PROFILE = {
    "user_id": f"google-oauth2|{SUBJECT}",
    "name": "Mia Chen",
    "nickname": "mia",
    "picture": "https://lh3.example.com/a/1",
    "email": EMAIL,
    "email_verified": True,
}


def identity_context(
    introspection=None,
    provider=GOOGLE,
    *,
    token=TOKEN,
    profile=PROFILE,
    identity=None,
    calibration=CALIBRATED,
    policy=Policy(),
    more_identities=(),
    second=False,
    **connection,
):
    name = provider.name if provider is not None else "unknown"
    held = {"provider": name, "user_id": SUBJECT, "connection": name, "isSocial": True} | (identity or {})
    if provider is not None and "isSocial" not in (identity or {}):
        held["isSocial"] = provider.kind == "social"
    if token is not None:
        held["access_token"] = token
    record = NormalizedProfile.from_auth0({**profile, "identities": [held, *more_identities]})
    connection.setdefault("client_ids", (OUR_CLIENT,))
    connection.setdefault("allowed_scopes", frozenset(SCOPES))
    connection.setdefault("max_lifetime_s", 7200)
    return IdentityContext(
        subject=Subject(
            scope="identity", connection=name, provider=name, identity="hmac-sha256:0", record="hmac-sha256:1"
        ),
        redactor=Redactor(KEY, [Secret(token)] if token else []),
        record=record,
        identity=record.identities[1 if second else 0],
        provider=provider,
        connection=Connection(name=held["connection"], provider=name, **connection),
        policy=policy,
        introspection=introspection,
        calibration=calibration,
    )


def connection_context(
    normalizer=None, provider=GOOGLE, *, recorded=None, calibration=CALIBRATED, policy=Policy(), others=(), **connection
):
    name = provider.name if provider is not None else "unknown"
    if recorded is None:
        recorded = () if provider is None else tuple(recordings.profiles(name))
    return ConnectionContext(
        subject=Subject(scope="connection", connection=name, provider=name),
        redactor=Redactor(KEY),
        provider=provider,
        connection=Connection(name=name, provider=name, **connection),
        recordings=tuple(recorded),
        normalizer=normalizer,
        calibration=calibration,
        policy=policy,
        others=others,
    )


def per_scope(scope):
    return sum(each.evaluated and each.scope == scope for each in CHECKS)


ROWS = 3 * per_scope("identity") + per_scope("connection")


def run_context(
    *, complete=True, rows=ROWS, searched=Searched(files=5), intact=Intact(signed=True, key_at_hand=True), **counts
):
    given = {"stated": 2, "read": 2, "checked": 2, "identities": 3, "connections": 1, **counts}
    return RunContext(
        subject=Subject(scope="run"),
        redactor=Redactor(KEY),
        counts=Counts(**given),
        complete=complete,
        rows=rows,
        searched=searched,
        intact=intact,
    )


def recorded(raw, normalized, case="full", provider="example"):
    """A recording of a small provider."""
    provenance = recordings.Provenance(kind="synthetic", source="https://docs.example.com", date="2026-11-24")
    return recordings.ProfileRecording(
        note="made up", provenance=provenance, raw=raw, normalized=normalized, case=case, provider=provider
    )


SMALL_FULL = recorded(
    {"id": 42, "name": "Mia Chen", "email": EMAIL},
    {
        "user_id": "example|42",
        "name": "Mia Chen",
        "nickname": "mia.chen",
        "picture": "https://x.example/",
        "email": EMAIL,
    },
)


SMALL_TRUE = recorded(
    {"id": 42, "email": EMAIL, "verified": True}, {"user_id": "example|42", "email": EMAIL, "email_verified": True}
)
SMALL_LEAST = recorded(
    {"id": 42, "email": "Mia.Chen@Example.com"}, {"user_id": "example|42", "email": "Mia.Chen@Example.com"}, "minimal"
)
SMALL_NAMES = recorded({"id": 42, "first": "Mia", "last": "Chen"}, {"user_id": "example|42"}, "minimal")


def finding(name, context):
    """The finding of one check."""
    found = evaluator(name)(context)
    assert found.check == name
    return found


# ---------------------------------------------------------------- wrong normalisers, each in one named way


def wrong(change):
    """A normaliser that is right but for one change: ``change(out, raw, also)`` gives the wrong properties."""

    def normalize(provider, raw, *, also):
        out = providers.get(provider).normalize(raw, also=also).to_dict()
        return {name: each for name, each in {**out, **change(out, raw, also)}.items() if each is not ...}

    return normalize


def refuses(provider, raw, *, also):
    raise ProfileError("not today", provider=provider)


def refuses_odd(provider, raw, *, also):
    """Takes only what is written as recorded."""
    if not (isinstance(raw.get("sub"), str) and raw["sub"].isdigit() and len(raw["sub"]) == 21):
        raise ProfileError("not of the usual form", path="$.sub", provider=provider)
    return providers.get(provider).normalize(raw, also=also).to_dict()


def refuses_other_logins(provider, raw, *, also):
    if raw.get("login") == "someone-else":
        raise ProfileError("no such login", path="$.login", provider=provider)
    return providers.get(provider).normalize(raw, also=also).to_dict()


def only_booleans(provider, raw, *, also):
    if not isinstance(raw.get("email_verified", True), bool):
        raise ProfileError("expected a boolean", path="$.email_verified", provider=provider)
    return providers.get(provider).normalize(raw, also=also).to_dict()


login_as_id = wrong(lambda out, raw, also: {"user_id": f"github|{raw['login']}"})
no_id = wrong(lambda out, raw, also: {"user_id": ""})
linked_by_address = wrong(
    lambda out, raw, also: {"user_id": "google-oauth2|1"} if raw.get("email") == "someone.else@example.org" else {}
)
linked_by_listed_address = wrong(
    lambda out, raw, also: {"user_id": "github|1"} if "someone.else@example.org" in json.dumps(also) else {}
)
no_namespace = wrong(lambda out, raw, also: {"user_id": out["user_id"].partition("|")[2]})
glued_namespace = wrong(lambda out, raw, also: {"user_id": out["user_id"].replace("|", "", 1)})
bar_means_namespaced = wrong(
    lambda out, raw, also: {"user_id": str(raw["sub"]) if "|" in str(raw["sub"]) else out["user_id"]}
)
float_id = wrong(lambda out, raw, also: {"user_id": f"github|{float(raw['id']):.0f}"})
number_id = wrong(lambda out, raw, also: {"user_id": raw["id"]})
trimmed_id = wrong(lambda out, raw, also: {"user_id": f"google-oauth2|{str(raw.get('sub', raw.get('id'))).strip()}"})
lower_id = wrong(lambda out, raw, also: {"user_id": out["user_id"].lower()})
whole_number_id = wrong(
    lambda out, raw, also: {"user_id": f"google-oauth2|{int(raw['sub'])}"} if str(raw.get("sub")).isdigit() else {}
)
truthy = wrong(lambda out, raw, also: {"email_verified": bool(raw.get("email_verified"))})
true_by_default = wrong(lambda out, raw, also: {"email_verified": raw.get("email_verified", True) is True})
text_passed_on = wrong(lambda out, raw, also: {"email_verified": raw.get("email_verified")})
false_by_default = wrong(lambda out, raw, also: {"email_verified": out.get("email_verified", False)})
truthy_list = wrong(
    lambda out, raw, also: (
        {"email_verified": any(each.get("verified") for each in also["emails"])}
        if isinstance(also.get("emails"), list)
        else {}
    )
)
placeholder_address = wrong(lambda out, raw, also: {"email": out.get("email", "noreply@example.com")})
none_as_name = wrong(lambda out, raw, also: {"name": f"{raw.get('given_name')} {raw.get('family_name')}"})
none_in_picture = wrong(lambda out, raw, also: {"picture": f"https://cdn.example.com/{raw.get('avatar')}.png"})
invented_contact = wrong(lambda out, raw, also: {"contact": {"mail": "unknown@example.com"}})
null_as_text = wrong(lambda out, raw, also: {"location": "null"})


def same_for_all(provider, raw, *, also):
    """Whoever the provider is, it is taken for Google."""
    return {"user_id": f"google-oauth2|{raw.get('sub', raw.get('id'))}"}


def always_verified(provider, raw, *, also):
    return {"user_id": f"example|{raw['id']}", "name": raw["name"], "email": raw["email"], "email_verified": True}


def example(provider, raw, *, also):
    return {"user_id": f"example|{raw['id']}"}


def also_texts(provider, raw, *, also):
    """Takes the text "true" for true."""
    return {
        "user_id": f"example|{raw['id']}",
        "email_verified": raw.get("verified") is True or raw.get("verified") == "true",
    }


def saying(**properties):
    """A normaliser that says the same of everybody."""
    return lambda provider, raw, *, also: {"user_id": f"example|{raw['id']}", **properties}


# ---------------------------------------------------------------- every verdict of every check

APP = {"client_ids": ("app-1",)}
SIGNED_POLICY = {"credentials": {"tenant_id": "tenant-1"}}
BARE = said(False, "denied", bare=True)
NOT_PERMITTED = Calibration(negative=REFUSED)
UNASKED = Calibration(any_active=True)
ANYTHING_GOES = Calibration(negative=ACCEPTED, any_active=True)
CANARY_LOST = Calibration(negative=REFUSED, positive=REFUSED, any_active=True)
SIGNED_METHOD = {"provider": "signed", "method": "signed-token", "url": "https://op.example.com/keys"}


def google_data(**data):
    return {**PROFILE, **data}


def linked(data, **more):
    """A second, linked account at a provider, with its own data."""
    return {
        "provider": "github",
        "user_id": "90000042",
        "connection": "github",
        "isSocial": True,
        "profileData": data,
        **more,
    }


def second(data, provider=GITHUB):
    return identity_context(
        provider=provider, identity={"provider": "google-oauth2"}, more_identities=[linked(data)], second=True
    )


BY_HAND = replace(MUTE, token=replace(MUTE.token, termination=Way("By hand.", "POST", "https://docs.example.com/end")))


def revoked(*, before=ACCEPTED, after=(REFUSED,), accepted=True, reason="ok", calibration=CALIBRATED):
    """A connection with whose token a revocation was tried."""
    tried = Revocation(at=NOW, accepted=accepted, reason=reason, before=before, after=after, waited_s=1)
    return msgspec.structs.replace(connection_context(calibration=calibration), revocation=tried)


def lasting(introspection=None, provider=GOOGLE, *, refresh=False, renewal=None, **connection):
    """An identity whose access must last; its token ends in an hour, if nothing else is said."""
    context = identity_context(
        introspection or said(expires_at=NOW + HOUR),
        provider,
        identity={"refresh_token": "1//canary-refresh-token"} if refresh else None,
        needs_offline=True,
        **connection,
    )
    return msgspec.structs.replace(context, renewal=renewal)


EXPECTED = [
    # check, claim, context, verdict, reason
    ("TOK-001", "active by the issuer's word", identity_context(lied(good())), "pass", None),
    ("TOK-001", "active though it is another client's", identity_context(lied(good(azp=OTHER_CLIENT))), "pass", None),
    ("TOK-001", "refused by the issuer", identity_context(lied({"error": "invalid_token"}, 400)), "fail", None),
    ("TOK-001", "called active after its end", identity_context(lied(good(exp="1000000000"))), "fail", None),
    ("TOK-001", "a bare refusal, and we are known to be answered", identity_context(BARE), "fail", None),
    (
        "TOK-001",
        "a bare refusal, and the canary was accepted",
        identity_context(BARE, calibration=Calibration(negative=REFUSED, positive=ACCEPTED)),
        "fail",
        None,
    ),
    (
        "TOK-001",
        "a bare refusal, and nothing was ever answered active",
        identity_context(BARE, calibration=NOT_PERMITTED),
        "indeterminate",
        "not_permitted",
    ),
    (
        "TOK-001",
        "an error in a 200 is not active",
        identity_context(lied({"error": "oops"})),
        "indeterminate",
        "unparsable",
    ),
    (
        "TOK-001",
        "half an answer is not active",
        identity_context(lied('{"aud": "x", "ex')),
        "indeterminate",
        "unparsable",
    ),
    ("TOK-001", "throttled", identity_context(lied({}, 429)), "indeterminate", "rate_limited"),
    ("TOK-001", "broken issuer", identity_context(lied({}, 503)), "indeterminate", "issuer_error"),
    ("TOK-001", "no network", identity_context(UNKNOWN), "indeterminate", "network"),
    (
        "TOK-001",
        "our own credentials refused",
        identity_context(lied({"message": "Bad credentials"}, 401, GITHUB), GITHUB, token=HUB_TOKEN),
        "indeterminate",
        "caller_rejected",
    ),
    ("TOK-001", "no token shown", identity_context(token=None), "indeterminate", "no_data"),
    ("TOK-001", "nobody could be asked", identity_context(), "indeterminate", "no_data"),
    ("TOK-001", "unknown provider", identity_context(provider=None), "indeterminate", "no_data"),
    (
        "TOK-001",
        "no way to ask, and nobody accepted that",
        identity_context(provider=MUTE),
        "indeterminate",
        "not_stated",
    ),
    (
        "TOK-001",
        "no way to ask, accepted",
        identity_context(provider=MUTE, policy=Policy(accept_unaskable={"mute": "read-only use"})),
        "not_applicable",
        None,
    ),
    (
        "TOK-001",
        "an issuer that was not tried with a made-up token",
        identity_context(lied(good()), calibration=UNASKED),
        "indeterminate",
        "uncalibrated",
    ),
    (
        "TOK-001",
        "an issuer that accepts anything",
        identity_context(lied(good()), calibration=ANYTHING_GOES),
        "indeterminate",
        "uncalibrated",
    ),
    (
        "TOK-001",
        "an issuer that accepts anything also refuses nothing",
        identity_context(REFUSED, calibration=ANYTHING_GOES),
        "indeterminate",
        "uncalibrated",
    ),
    (
        "TOK-001",
        "a refusal by an issuer that refuses the canary",
        identity_context(REFUSED, calibration=CANARY_LOST),
        "indeterminate",
        "uncalibrated",
    ),
    (
        "TOK-001",
        "a refusal, and the canary could not be tried",
        identity_context(REFUSED, canary=Secret("a-known-good-token")),
        "indeterminate",
        "uncalibrated",
    ),
    (
        "TOK-001",
        "a refusal counts without a made-up token",
        identity_context(REFUSED, calibration=UNASKED),
        "fail",
        None,
    ),
    ("TOK-002", "our client", identity_context(lied(good())), "pass", None),
    (
        "TOK-002",
        "one of several clients of ours",
        identity_context(lied(good()), client_ids=("other", OUR_CLIENT)),
        "pass",
        None,
    ),
    ("TOK-002", "a stranger's token", identity_context(lied(good(azp=OTHER_CLIENT, aud=OTHER_CLIENT))), "fail", None),
    (
        "TOK-002",
        "a client that only begins like ours",
        identity_context(lied(good(azp=OUR_CLIENT + ".evil.example"))),
        "fail",
        None,
    ),
    ("TOK-002", "a client in other case", identity_context(lied(good(azp=OUR_CLIENT.upper()))), "fail", None),
    (
        "TOK-002",
        "a dead token of a stranger",
        identity_context(said(False, "expired", client_id=OTHER_CLIENT)),
        "fail",
        None,
    ),
    (
        "TOK-002",
        "the audience is not taken for the client",
        identity_context(said(audience=(OUR_CLIENT,))),
        "indeterminate",
        "not_stated",
    ),
    ("TOK-002", "no client named", identity_context(said(reason="not_stated")), "indeterminate", "not_stated"),
    ("TOK-002", "a bare refusal", identity_context(BARE, calibration=NOT_PERMITTED), "indeterminate", "not_permitted"),
    ("TOK-002", "no client in the policy", identity_context(lied(good()), client_ids=()), "indeterminate", "no_policy"),
    ("TOK-002", "throttled", identity_context(lied({}, 429)), "indeterminate", "rate_limited"),
    ("TOK-002", "no token", identity_context(token=None), "indeterminate", "no_data"),
    (
        "TOK-002",
        "an issuer that accepts anything",
        identity_context(lied(good()), calibration=ANYTHING_GOES),
        "indeterminate",
        "uncalibrated",
    ),
    (
        "TOK-002",
        "a wrong client by an issuer that accepts anything",
        identity_context(lied(good(azp=OTHER_CLIENT)), calibration=ANYTHING_GOES),
        "indeterminate",
        "uncalibrated",
    ),
    ("TOK-002", "no way to ask", identity_context(provider=MUTE), "indeterminate", "not_stated"),
    ("TOK-002", "OAuth 1.0a by its provider", identity_context(provider=OAUTH1), "not_applicable", None),
    (
        "TOK-002",
        "OAuth 1.0a by the secret kept with it",
        identity_context(said(), identity={"access_token_secret": "s3cr3t-of-the-token"}),
        "not_applicable",
        None,
    ),
    ("TOK-003", "the user it is filed under", identity_context(lied(good())), "pass", None),
    ("TOK-003", "somebody else's token", identity_context(lied(good(sub="100000000000000000043"))), "fail", None),
    (
        "TOK-003",
        "filed under CONNECTION|ID at a custom connection",
        identity_context(
            said(subject="42", provider="discovered"),
            DISCOVERED,
            identity={"user_id": "corp|42", "connection": "corp", "provider": "oidc"},
        ),
        "pass",
        None,
    ),
    (
        "TOK-003",
        "another connection's name before the identifier is part of it",
        identity_context(
            said(subject="42", provider="discovered"),
            DISCOVERED,
            identity={"user_id": "corp|42", "connection": "other", "provider": "oidc"},
        ),
        "fail",
        None,
    ),
    (
        "TOK-003",
        "a bar in a social identifier does not split it",
        identity_context(said(subject="42"), identity={"user_id": "google-oauth2|42"}),
        "fail",
        None,
    ),
    ("TOK-003", "no account named", identity_context(lied(good(sub=None))), "indeterminate", "not_stated"),
    ("TOK-003", "no network", identity_context(UNKNOWN), "indeterminate", "network"),
    ("TOK-003", "a bare refusal", identity_context(BARE, calibration=NOT_PERMITTED), "indeterminate", "not_permitted"),
    ("TOK-003", "no token", identity_context(token=None), "indeterminate", "no_data"),
    (
        "TOK-003",
        "an issuer that was not tried",
        identity_context(lied(good()), calibration=UNASKED),
        "indeterminate",
        "uncalibrated",
    ),
    (
        "TOK-003",
        "the policy expects an application's token",
        identity_context(said(), token_kind="application"),
        "not_applicable",
        None,
    ),
    ("TOK-004", "all allowed", identity_context(lied(good())), "pass", None),
    (
        "TOK-004",
        "two names of one scope",
        identity_context(lied(good()), allowed_scopes=frozenset({"openid", "email"})),
        "pass",
        None,
    ),
    ("TOK-004", "one too many", identity_context(lied(good(scope="openid https://mail.example.com/"))), "fail", None),
    ("TOK-004", "scopes are told apart by case", identity_context(lied(good(scope="OpenID"))), "fail", None),
    (
        "TOK-004",
        "what a granted scope implies is not allowed",
        identity_context(
            said(scopes=("user",), provider="github"), GITHUB, token=HUB_TOKEN, allowed_scopes=frozenset({"read:user"})
        ),
        "fail",
        None,
    ),
    (
        "TOK-004",
        "what an allowed scope implies is allowed",
        identity_context(
            said(scopes=("read:user",), provider="github"), GITHUB, token=HUB_TOKEN, allowed_scopes=frozenset({"user"})
        ),
        "pass",
        None,
    ),
    ("TOK-004", "no scopes at all is within any list", identity_context(said(scopes=())), "pass", None),
    ("TOK-004", "scopes not listed", identity_context(lied(good(scope=None))), "indeterminate", "not_stated"),
    (
        "TOK-004",
        "no list in the policy",
        identity_context(lied(good()), allowed_scopes=None),
        "indeterminate",
        "no_policy",
    ),
    ("TOK-004", "broken issuer", identity_context(lied({}, 500)), "indeterminate", "issuer_error"),
    ("TOK-004", "no token", identity_context(token=None), "indeterminate", "no_data"),
    (
        "TOK-004",
        "an issuer that accepts anything",
        identity_context(lied(good()), calibration=ANYTHING_GOES),
        "indeterminate",
        "uncalibrated",
    ),
    (
        "TOK-004",
        "a provider without scopes",
        identity_context(said(provider="scopeless"), SCOPELESS),
        "not_applicable",
        None,
    ),
    (
        "TOK-004",
        "scopes at a provider that documents none",
        identity_context(said(provider="scopeless", scopes=("admin",)), SCOPELESS),
        "fail",
        None,
    ),
    ("TOK-007", "an end to come", identity_context(lied(good())), "pass", None),
    ("TOK-007", "an end that is past", identity_context(lied(good(exp="1000000000"))), "pass", None),
    (
        "TOK-007",
        "a documented life that began at a stated time",
        identity_context(said(provider="hourly", issued_at=NOW), HOURLY),
        "pass",
        None,
    ),
    ("TOK-007", "the issuer says: no end", identity_context(said(endless=True)), "fail", None),
    ("TOK-007", "documented to have no end", identity_context(said(provider="lasting"), LASTING), "fail", None),
    (
        "TOK-007",
        "documented to have no end, and the issuer did not answer",
        identity_context(said(None, provider="lasting"), LASTING),
        "fail",
        None,
    ),
    (
        "TOK-007",
        "nothing stated, nothing documented",
        identity_context(said(provider="probed"), PROBED),
        "indeterminate",
        "not_stated",
    ),
    (
        "TOK-007",
        "documented, and nobody knows since when",
        identity_context(said(provider="hourly"), HOURLY),
        "indeterminate",
        "not_stated",
    ),
    (
        "TOK-007",
        "the issuer would have said, and did not answer",
        identity_context(lied({}, 429)),
        "indeterminate",
        "rate_limited",
    ),
    (
        "TOK-007",
        "a dead token's end is not known from documents",
        identity_context(lied({"message": "Not Found"}, 404, GITHUB), GITHUB, token=HUB_TOKEN),
        "indeterminate",
        "not_stated",
    ),
    ("TOK-007", "no token", identity_context(token=None), "indeterminate", "no_data"),
    (
        "TOK-007",
        "an issuer that accepts anything",
        identity_context(lied(good()), calibration=ANYTHING_GOES),
        "indeterminate",
        "uncalibrated",
    ),
    (
        "TOK-007",
        "the policy excepts it",
        identity_context(said(endless=True), allow_unbounded="cannot be turned off"),
        "not_applicable",
        None,
    ),
    (
        "TOK-007",
        "an end beats the exception",
        identity_context(lied(good()), allow_unbounded="cannot be turned off"),
        "pass",
        None,
    ),
    ("TOK-008", "measured and short", identity_context(said(issued_at=NOW, expires_at=NOW + HOUR)), "pass", None),
    ("TOK-008", "documented and short", identity_context(lied(good())), "pass", None),
    (
        "TOK-008",
        "measured and long",
        identity_context(said(issued_at=NOW - 9 * HOUR, expires_at=NOW + HOUR)),
        "fail",
        None,
    ),
    ("TOK-008", "what is left is too long already", identity_context(lied(good(exp="4000000000"))), "fail", None),
    (
        "TOK-008",
        "documented and long",
        identity_context(said(provider="hourly"), HOURLY, max_lifetime_s=60),
        "fail",
        None,
    ),
    ("TOK-008", "no end at all", identity_context(said(endless=True)), "fail", None),
    ("TOK-008", "documented to have no end", identity_context(said(provider="lasting"), LASTING), "fail", None),
    ("TOK-008", "no maximum", identity_context(lied(good()), max_lifetime_s=None), "indeterminate", "no_policy"),
    (
        "TOK-008",
        "ends before it begins",
        identity_context(said(issued_at=NOW + 2 * HOUR, expires_at=NOW + HOUR)),
        "indeterminate",
        "contradiction",
    ),
    ("TOK-008", "nothing known", identity_context(said(provider="probed"), PROBED), "indeterminate", "not_stated"),
    ("TOK-008", "no network", identity_context(UNKNOWN), "indeterminate", "network"),
    ("TOK-008", "no token", identity_context(token=None), "indeterminate", "no_data"),
    (
        "TOK-008",
        "a measured life by an issuer that was not tried",
        identity_context(said(issued_at=NOW, expires_at=NOW + HOUR), calibration=UNASKED),
        "indeterminate",
        "uncalibrated",
    ),
    (
        "TOK-008",
        "the policy excepts it",
        identity_context(said(endless=True), allow_unbounded="cannot be turned off"),
        "not_applicable",
        None,
    ),
    ("TOK-010", "the documented form", identity_context(lied(good())), "pass", None),
    (
        "TOK-010",
        "the issuer calls it a user's",
        identity_context(said(provider="probed", token_type="USER"), PROBED),
        "pass",
        None,
    ),
    (
        "TOK-010",
        "the header calls it an access token",
        identity_context(provider=PROBED, token=jwt({"alg": "RS256", "typ": "at+jwt"})),
        "pass",
        None,
    ),
    (
        "TOK-010",
        "the issuer calls it a page's",
        identity_context(said(provider="probed", token_type="PAGE"), PROBED),
        "fail",
        None,
    ),
    ("TOK-010", "the issuer calls it the application's", identity_context(said(token_type="APP")), "fail", None),
    (
        "TOK-010",
        "an ID token by its claims",
        identity_context(token=jwt(claims={"sub": "1", "at_hash": "x"})),
        "fail",
        None,
    ),
    (
        "TOK-010",
        "a signed token where they have another form",
        identity_context(token=jwt({"alg": "RS256", "typ": "at+jwt"})),
        "fail",
        None,
    ),
    (
        "TOK-010",
        "a proof by its header",
        identity_context(token=jwt({"alg": "ES256", "typ": "dpop+jwt"})),
        "fail",
        None,
    ),
    (
        "TOK-010",
        "a refresh token by its prefix",
        identity_context(provider=GITHUB, token="ghr_" + "a" * 40),
        "fail",
        None,
    ),
    (
        "TOK-010",
        "Bearer says nothing of the kind",
        identity_context(said(provider="probed", token_type="Bearer"), PROBED),
        "indeterminate",
        "not_stated",
    ),
    (
        "TOK-010",
        "a form that any hash has tells nothing",
        identity_context(provider=small("hashy", pattern="[0-9a-f]{64}"), token="0f" * 32),
        "indeterminate",
        "not_stated",
    ),
    (
        "TOK-010",
        "not told apart, and no answer",
        identity_context(said(None, "rate_limited", provider="probed"), PROBED),
        "indeterminate",
        "rate_limited",
    ),
    ("TOK-010", "no token", identity_context(token=None), "indeterminate", "no_data"),
    (
        "TOK-010",
        "the issuer's word does not count",
        identity_context(said(provider="probed", token_type="USER"), PROBED, calibration=UNASKED),
        "indeterminate",
        "uncalibrated",
    ),
    (
        "TOK-010",
        "the policy expects another kind",
        identity_context(said(token_type="APP"), token_kind="application"),
        "not_applicable",
        None,
    ),
    ("TOK-011", "asked at the documented host", identity_context(lied(good())), "pass", None),
    (
        "TOK-011",
        "asked at the policy's own server",
        identity_context(said(url="http://127.0.0.1:9/x/tokeninfo"), issuer_url="http://127.0.0.1:9/x"),
        "pass",
        None,
    ),
    (
        "TOK-011",
        "the documented issuer",
        identity_context(said(issuer=ISSUER, **SIGNED_METHOD), SIGNED, **SIGNED_POLICY),
        "pass",
        None,
    ),
    (
        "TOK-011",
        "the configured issuer",
        identity_context(
            said(issuer="https://op.example.com", provider="discovered"),
            DISCOVERED,
            issuer_url="https://op.example.com",
        ),
        "pass",
        None,
    ),
    (
        "TOK-011",
        "the configured issuer but for a slash",
        identity_context(
            said(issuer="https://op.example.com/", provider="discovered"),
            DISCOVERED,
            issuer_url="https://op.example.com",
        ),
        "fail",
        None,
    ),
    (
        "TOK-011",
        "an issuer of the same house",
        identity_context(said(issuer="https://www.googleapis.com")),
        "pass",
        None,
    ),
    (
        "TOK-011",
        "a look-alike issuer",
        identity_context(said(issuer="https://accounts.google.com.evil.example")),
        "fail",
        None,
    ),
    (
        "TOK-011",
        "a look-alike tenant",
        identity_context(said(issuer=ISSUER + "0", **SIGNED_METHOD), SIGNED, **SIGNED_POLICY),
        "fail",
        None,
    ),
    (
        "TOK-011",
        "signed for another tenant",
        identity_context(said(False, "unknown_token", **SIGNED_METHOD), SIGNED, **SIGNED_POLICY),
        "fail",
        None,
    ),
    (
        "TOK-011",
        "asked at a stranger's host",
        identity_context(said(url="https://oauth2.googleapis.com.evil.example/tokeninfo")),
        "fail",
        None,
    ),
    (
        "TOK-011",
        "another configured issuer",
        identity_context(
            said(issuer="https://evil.example", provider="discovered"), DISCOVERED, issuer_url="https://op.example.com"
        ),
        "fail",
        None,
    ),
    ("TOK-011", "another provider's issuer was asked", identity_context(said(provider="github")), "fail", None),
    (
        "TOK-011",
        "the record names another provider",
        identity_context(lied(good()), identity={"provider": "facebook"}),
        "fail",
        None,
    ),
    (
        "TOK-011",
        "a social provider that the record calls enterprise",
        identity_context(lied(good()), identity={"isSocial": False}),
        "fail",
        None,
    ),
    (
        "TOK-011",
        "an enterprise provider that the record calls social",
        identity_context(said(issuer=ISSUER, **SIGNED_METHOD), SIGNED, identity={"isSocial": True}, **SIGNED_POLICY),
        "fail",
        None,
    ),
    (
        "TOK-011",
        "no configured issuer to compare with",
        identity_context(said(issuer="https://op.example.com", provider="discovered"), DISCOVERED),
        "indeterminate",
        "no_policy",
    ),
    (
        "TOK-011",
        "no configured host to compare with",
        identity_context(said(provider="discovered"), DISCOVERED),
        "indeterminate",
        "no_policy",
    ),
    (
        "TOK-011",
        "a generic provider's documented host is nobody's",
        identity_context(said(provider="generic", url=PROBE.url), small("generic", kind="generic", debug=PROBE)),
        "indeterminate",
        "no_policy",
    ),
    ("TOK-011", "nobody vouches for a refused token", identity_context(REFUSED), "indeterminate", "not_stated"),
    ("TOK-011", "a bare refusal", identity_context(BARE, calibration=NOT_PERMITTED), "indeterminate", "not_permitted"),
    ("TOK-011", "no record of who was asked", identity_context(said(url=None)), "indeterminate", "no_data"),
    ("TOK-011", "unknown provider", identity_context(provider=None), "indeterminate", "no_data"),
    ("TOK-011", "no network", identity_context(UNKNOWN), "indeterminate", "network"),
    (
        "TOK-011",
        "an issuer that accepts anything",
        identity_context(lied(good()), calibration=ANYTHING_GOES),
        "indeterminate",
        "uncalibrated",
    ),
    (
        "TOK-012",
        "verified",
        identity_context(said(client_id="app-1", issuer=ISSUER, **SIGNED_METHOD), SIGNED, token=jwt(), **APP),
        "pass",
        None,
    ),
    ("TOK-012", "no signed token, so opaque", identity_context(provider=SIGNED), "pass", None),
    (
        "TOK-012",
        "a JWT that is asked about is opaque",
        identity_context(provider=JWT_BY_QUESTION, token=jwt()),
        "pass",
        None,
    ),
    (
        "TOK-012",
        "the signature is wrong",
        identity_context(said(False, "malformed", **SIGNED_METHOD), SIGNED, token=jwt()),
        "fail",
        None,
    ),
    (
        "TOK-012",
        "no key set",
        identity_context(said(None, "network", **SIGNED_METHOD), SIGNED, token=jwt()),
        "indeterminate",
        "network",
    ),
    (
        "TOK-012",
        "no such key",
        identity_context(said(None, "not_stated", **SIGNED_METHOD), SIGNED, token=jwt()),
        "indeterminate",
        "not_stated",
    ),
    (
        "TOK-012",
        "the token names no application",
        identity_context(said(**SIGNED_METHOD), SIGNED, token=jwt()),
        "indeterminate",
        "not_stated",
    ),
    (
        "TOK-012",
        "no client to compare the audience with",
        identity_context(said(client_id="app-1", **SIGNED_METHOD), SIGNED, token=jwt(), client_ids=()),
        "indeterminate",
        "no_policy",
    ),
    (
        "TOK-012",
        "verified, and another application's",
        identity_context(said(client_id="app-2", **SIGNED_METHOD), SIGNED, token=jwt(), **APP),
        "indeterminate",
        "contradiction",
    ),
    (
        "TOK-012",
        "verified, and of another tenant",
        identity_context(said(False, "unknown_token", **SIGNED_METHOD), SIGNED, token=jwt()),
        "indeterminate",
        "contradiction",
    ),
    (
        "TOK-012",
        "verified, and past its end",
        identity_context(said(False, "expired", **SIGNED_METHOD), SIGNED, token=jwt()),
        "indeterminate",
        "stale",
    ),
    (
        "TOK-012",
        "an issuer for which any signature will do",
        identity_context(
            said(client_id="app-1", **SIGNED_METHOD), SIGNED, token=jwt(), calibration=ANYTHING_GOES, **APP
        ),
        "indeterminate",
        "uncalibrated",
    ),
    ("TOK-012", "no token", identity_context(token=None), "indeterminate", "no_data"),
    ("TOK-012", "opaque tokens", identity_context(lied(good())), "not_applicable", None),
    ("TOK-012", "OAuth 1.0a tokens", identity_context(provider=OAUTH1), "not_applicable", None),
    ("PRF-001", "ours, Google", connection_context(), "pass", None),
    ("PRF-001", "ours, GitHub", connection_context(provider=GITHUB), "pass", None),
    ("PRF-001", "the login as identifier", connection_context(login_as_id, GITHUB), "fail", None),
    ("PRF-001", "no identifier", connection_context(no_id), "fail", None),
    ("PRF-001", "linked by address", connection_context(linked_by_address), "fail", None),
    (
        "PRF-001",
        "linked by an address of a further call",
        connection_context(linked_by_listed_address, GITHUB),
        "fail",
        None,
    ),
    ("PRF-001", "refuses everything", connection_context(refuses), "indeterminate", "unparsable"),
    (
        "PRF-001",
        "refuses another login",
        connection_context(refuses_other_logins, GITHUB),
        "indeterminate",
        "unparsable",
    ),
    ("PRF-001", "no recordings", connection_context(recorded=()), "indeterminate", "no_data"),
    ("PRF-001", "unknown provider", connection_context(provider=None), "indeterminate", "no_data"),
    ("PRF-002", "ours", connection_context(others=(GITHUB,)), "pass", None),
    ("PRF-002", "no namespace", connection_context(no_namespace), "fail", None),
    ("PRF-002", "a namespace without a separator", connection_context(glued_namespace), "fail", None),
    (
        "PRF-002",
        "a subject with a bar imitates another provider",
        connection_context(bar_means_namespaced),
        "fail",
        None,
    ),
    ("PRF-002", "one namespace for all", connection_context(same_for_all, others=(GITHUB,)), "fail", None),
    ("PRF-002", "refusing a bar in a subject is safe", connection_context(refuses_odd), "pass", None),
    ("PRF-002", "refuses everything", connection_context(refuses), "indeterminate", "unparsable"),
    (
        "PRF-002",
        "unique within what is not documented",
        connection_context(example, small(subject_scope=""), recorded=[SMALL_FULL]),
        "indeterminate",
        "no_data",
    ),
    (
        "PRF-002",
        "unique within one of two connections",
        connection_context(
            example,
            small(subject_scope="the application"),
            recorded=[SMALL_FULL],
            policy=Policy(connections={each: Connection(name=each, provider="example") for each in "ab"}),
        ),
        "indeterminate",
        "no_data",
    ),
    (
        "PRF-002",
        "unique within the only connection",
        connection_context(
            example,
            small(subject_scope="the application"),
            recorded=[SMALL_FULL],
            policy=Policy(connections={"a": Connection(name="a", provider="example")}),
        ),
        "pass",
        None,
    ),
    ("PRF-002", "no recordings", connection_context(recorded=()), "indeterminate", "no_data"),
    ("PRF-004", "ours, numbers", connection_context(provider=GITHUB), "pass", None),
    ("PRF-004", "ours, texts", connection_context(), "pass", None),
    ("PRF-004", "through a float", connection_context(float_id, GITHUB), "fail", None),
    ("PRF-004", "left a number", connection_context(number_id, GITHUB), "fail", None),
    ("PRF-004", "trimmed", connection_context(trimmed_id), "fail", None),
    ("PRF-004", "in lower case", connection_context(lower_id), "fail", None),
    ("PRF-004", "zeros lost", connection_context(whole_number_id), "fail", None),
    ("PRF-004", "refuses what is unusual", connection_context(refuses_odd), "indeterminate", "unparsable"),
    ("PRF-004", "no recordings", connection_context(recorded=()), "indeterminate", "no_data"),
    ("PRF-005", "true, and the stored member is the provider's own", identity_context(), "pass", None),
    ("PRF-005", "false", identity_context(profile=google_data(email_verified=False)), "pass", None),
    ("PRF-005", "absent", identity_context(profile=google_data(email_verified=None)), "pass", None),
    (
        "PRF-005",
        "true, and the provider's list says so",
        identity_context(
            provider=GITHUB,
            token=HUB_TOKEN,
            profile=google_data(emails=[{"email": EMAIL, "primary": True, "verified": True}]),
        ),
        "pass",
        None,
    ),
    (
        "PRF-005",
        "a linked account's own data say so",
        second(
            {
                "email": EMAIL,
                "email_verified": True,
                "emails": [{"email": EMAIL.upper(), "primary": False, "verified": True}],
            }
        ),
        "pass",
        None,
    ),
    (
        "PRF-005",
        "a list that holds the address twice, once without a statement",
        identity_context(
            provider=GITHUB, token=HUB_TOKEN, profile=google_data(emails=[EMAIL, {"email": EMAIL, "verified": True}])
        ),
        "pass",
        None,
    ),
    (
        "PRF-005",
        "true, and an older member says no",
        identity_context(profile=google_data(verified_email=False)),
        "fail",
        None,
    ),
    (
        "PRF-005",
        "true, and an older member is a text",
        identity_context(profile=google_data(verified_email="true")),
        "fail",
        None,
    ),
    (
        "PRF-005",
        "true, and the provider's list says no",
        identity_context(
            provider=GITHUB,
            token=HUB_TOKEN,
            profile=google_data(emails=[{"email": EMAIL, "primary": True, "verified": False}]),
        ),
        "fail",
        None,
    ),
    (
        "PRF-005",
        "true, and the provider's list is about another address",
        identity_context(
            provider=GITHUB,
            token=HUB_TOKEN,
            profile=google_data(emails=[{"email": "else@example.org", "primary": True, "verified": True}]),
        ),
        "fail",
        None,
    ),
    (
        "PRF-005",
        "true, and the provider spoke of another address",
        identity_context(
            profile=google_data(), identity={"profileData": {"email": "else@example.org", "email_verified": True}}
        ),
        "fail",
        None,
    ),
    (
        "PRF-005",
        "a linked account of a provider that never vouches",
        second({"email": EMAIL, "email_verified": True}, small("github")),
        "fail",
        None,
    ),
    ("PRF-005", "true at a provider that never vouches", identity_context(provider=MUTE), "fail", None),
    (
        "PRF-005",
        "true, and the statement is not stored",
        identity_context(provider=GITHUB, token=HUB_TOKEN),
        "indeterminate",
        "no_data",
    ),
    ("PRF-005", "unknown provider", identity_context(provider=None), "indeterminate", "no_data"),
    ("PRF-005", "no address", identity_context(profile=google_data(email=None)), "not_applicable", None),
    ("PRF-005", "a linked account without data", second(None), "not_applicable", None),
    (
        "PRF-005",
        "trusted by the policy",
        identity_context(provider=MUTE, email_trust="a directory of our own"),
        "not_applicable",
        None,
    ),
    ("PRF-006", "ours, Google", connection_context(), "pass", None),
    ("PRF-006", "ours, GitHub", connection_context(provider=GITHUB), "pass", None),
    ("PRF-006", "false by default is no true", connection_context(false_by_default), "pass", None),
    ("PRF-006", "truthy", connection_context(truthy), "fail", None),
    ("PRF-006", "true by default", connection_context(true_by_default), "fail", None),
    ("PRF-006", "texts passed on", connection_context(text_passed_on), "fail", None),
    ("PRF-006", "truthy in the answer of a further call", connection_context(truthy_list, GITHUB), "fail", None),
    (
        "PRF-006",
        "always true at a provider that never vouches",
        connection_context(always_verified, small(), recorded=[SMALL_FULL]),
        "fail",
        None,
    ),
    (
        "PRF-006",
        "texts where they are documented",
        connection_context(also_texts, small(shape=Texts), recorded=[SMALL_TRUE]),
        "pass",
        None,
    ),
    (
        "PRF-006",
        "texts where they are not documented",
        connection_context(also_texts, small(shape=Booleans), recorded=[SMALL_TRUE]),
        "fail",
        None,
    ),
    ("PRF-006", "refuses what is no boolean", connection_context(only_booleans), "indeterminate", "unparsable"),
    (
        "PRF-006",
        "no recording with an address",
        connection_context(provider=small(), recorded=[]),
        "indeterminate",
        "no_data",
    ),
    ("PRF-006", "unknown provider", connection_context(provider=None), "indeterminate", "no_data"),
    (
        "PRF-006",
        "a provider without addresses",
        connection_context(provider=small(shape=Nameless), recorded=[]),
        "not_applicable",
        None,
    ),
    ("PRF-009", "ours, Google", connection_context(), "pass", None),
    ("PRF-009", "ours, GitHub", connection_context(provider=GITHUB), "pass", None),
    (
        "PRF-009",
        "an address in lower case",
        connection_context(saying(email=EMAIL), small(), recorded=[SMALL_LEAST]),
        "pass",
        None,
    ),
    (
        "PRF-009",
        "the local part as a name",
        connection_context(saying(name="Mia.Chen"), small(), recorded=[SMALL_LEAST]),
        "pass",
        None,
    ),
    (
        "PRF-009",
        "a name of two parts",
        connection_context(saying(name="Mia Chen"), small(), recorded=[SMALL_NAMES]),
        "pass",
        None,
    ),
    (
        "PRF-009",
        "a Gravatar",
        connection_context(saying(picture="https://www.gravatar.com/avatar/?d=mp"), small(), recorded=[SMALL_NAMES]),
        "pass",
        None,
    ),
    (
        "PRF-009",
        "a name of one part that was not sent",
        connection_context(saying(name="Mia Unknown"), small(), recorded=[SMALL_NAMES]),
        "fail",
        None,
    ),
    (
        "PRF-009",
        "an invented name",
        connection_context(saying(name="Unknown user"), small(), recorded=[SMALL_NAMES]),
        "fail",
        None,
    ),
    (
        "PRF-009",
        "an invented picture",
        connection_context(saying(picture="https://cdn.example.com/default.png"), small(), recorded=[SMALL_NAMES]),
        "fail",
        None,
    ),
    (
        "PRF-009",
        "another identifier",
        connection_context(saying(user_id="example|43"), small(), recorded=[SMALL_NAMES]),
        "fail",
        None,
    ),
    (
        "PRF-009",
        "a property of its own",
        connection_context(saying(source="our own directory"), small(), recorded=[SMALL_NAMES]),
        "pass",
        None,
    ),
    (
        "PRF-009",
        "a name as verification",
        connection_context(saying(email_verified="Mia"), small(), recorded=[SMALL_NAMES]),
        "fail",
        None,
    ),
    ("PRF-009", "refuses it", connection_context(refuses), "fail", None),
    ("PRF-009", "a placeholder address", connection_context(placeholder_address), "fail", None),
    ("PRF-009", "None None", connection_context(none_as_name), "fail", None),
    ("PRF-009", "None.png", connection_context(none_in_picture), "fail", None),
    ("PRF-009", "false that nobody said", connection_context(false_by_default), "fail", None),
    ("PRF-009", "an invented contact", connection_context(invented_contact), "fail", None),
    ("PRF-009", "null as a text", connection_context(null_as_text), "fail", None),
    (
        "PRF-009",
        "no minimal profile",
        connection_context(
            recorded=[each for each in recordings.profiles("github") if each.case != "minimal"], provider=GITHUB
        ),
        "indeterminate",
        "no_data",
    ),
    ("PRF-010", "nothing", identity_context(), "pass", None),
    ("PRF-010", "a signed form is known", identity_context(provider=SIGNED), "pass", None),
    (
        "PRF-010",
        "the token again, in the profile",
        identity_context(profile=google_data(app={"note": f"see {TOKEN}"})),
        "fail",
        None,
    ),
    (
        "PRF-010",
        "a member named like a secret",
        identity_context(profile=google_data(id_token="whatever it is")),
        "fail",
        None,
    ),
    (
        "PRF-010",
        "a stranger's token of this provider's form",
        identity_context(profile=google_data(x=["ya29.anotherAnotherAnother"])),
        "fail",
        None,
    ),
    (
        "PRF-010",
        "a JWT in a linked account's data",
        identity_context(identity={"profileData": {"idt": jwt()}}),
        "fail",
        None,
    ),
    (
        "PRF-010",
        "a token in an address",
        identity_context(profile=google_data(picture="https://x.example/p.png?access_token=abc")),
        "fail",
        None,
    ),
    (
        "PRF-010",
        "a signed address",
        identity_context(profile=google_data(file="https://x.example/f?X-Amz-Signature=00")),
        "fail",
        None,
    ),
    ("PRF-010", "a token as a member's name", identity_context(profile=google_data(tokens={TOKEN: 1})), "fail", None),
    ("PRF-010", "a token's form that is not known", identity_context(provider=PROBED), "indeterminate", "no_data"),
    ("PRF-010", "unknown provider", identity_context(provider=None), "indeterminate", "no_data"),
    ("HYG-002", "searched and clean", run_context(), "pass", None),
    (
        "HYG-002",
        "something found",
        run_context(searched=Searched(files=5, found=("results.csv holds a secret of this run",))),
        "fail",
        None,
    ),
    (
        "HYG-002",
        "not readable",
        run_context(searched=Searched(files=5, unread=("report.html",))),
        "indeterminate",
        "no_data",
    ),
    ("HYG-002", "not searched", run_context(searched=None), "indeterminate", "no_data"),
    ("HYG-002", "nothing to search", run_context(searched=Searched(files=0)), "indeterminate", "no_data"),
    ("HYG-003", "adds up", run_context(), "pass", None),
    ("HYG-003", "adds up with what was skipped", run_context(read=3, stated=3, skipped={"blocked": 1}), "pass", None),
    ("HYG-003", "a verdict is missing", run_context(rows=ROWS - 1), "fail", None),
    ("HYG-003", "a verdict is there twice", run_context(rows=ROWS + 1), "fail", None),
    (
        "HYG-003",
        "a verdict is there twice in a run that was stopped",
        run_context(rows=ROWS + 1, complete=False),
        "fail",
        None,
    ),
    ("HYG-003", "cut by a limit", run_context(stated=1000), "fail", None),
    ("HYG-003", "more read than there is", run_context(stated=1), "fail", None),
    ("HYG-003", "read and neither checked nor skipped", run_context(stated=3, read=3), "fail", None),
    ("HYG-003", "no total", run_context(stated=None), "indeterminate", "no_data"),
    ("HYG-003", "stopped", run_context(complete=False, rows=5, stated=9), "indeterminate", "no_data"),
    ("HYG-004", "intact and signed", run_context(), "pass", None),
    (
        "HYG-004",
        "broken",
        run_context(
            intact=Intact(problems=("ledger.jsonl, row 3: its hash is another",), signed=True, key_at_hand=True)
        ),
        "fail",
        None,
    ),
    ("HYG-004", "not signed", run_context(intact=Intact()), "indeterminate", "no_data"),
    ("HYG-004", "no key", run_context(intact=Intact(signed=True)), "indeterminate", "no_data"),
    ("HYG-004", "not verified", run_context(intact=None), "indeterminate", "no_data"),
    (
        "HYG-006",
        "tells good from bad",
        connection_context(
            calibration=Calibration(negative=REFUSED, positive=ACCEPTED), canary=Secret("a-known-good-token")
        ),
        "pass",
        None,
    ),
    ("HYG-006", "refuses what is made up", connection_context(), "pass", None),
    (
        "HYG-006",
        "a bare refusal by one who answers us",
        connection_context(calibration=Calibration(negative=BARE, any_active=True)),
        "pass",
        None,
    ),
    ("HYG-006", "accepts anything", connection_context(calibration=ANYTHING_GOES), "fail", None),
    ("HYG-006", "refuses the canary", connection_context(calibration=CANARY_LOST), "fail", None),
    ("HYG-006", "never tried", connection_context(calibration=Calibration()), "indeterminate", "uncalibrated"),
    (
        "HYG-006",
        "the canary was not tried",
        connection_context(canary=Secret("a-known-good-token")),
        "indeterminate",
        "uncalibrated",
    ),
    (
        "HYG-006",
        "a bare refusal, as to those who may not ask",
        connection_context(calibration=Calibration(negative=BARE)),
        "indeterminate",
        "not_permitted",
    ),
    (
        "HYG-006",
        "no answer about the made-up token",
        connection_context(calibration=Calibration(negative=UNKNOWN)),
        "indeterminate",
        "network",
    ),
    (
        "HYG-006",
        "no answer about the canary",
        connection_context(calibration=Calibration(negative=REFUSED, positive=said(None, "rate_limited"))),
        "indeterminate",
        "rate_limited",
    ),
    ("HYG-006", "unknown provider", connection_context(provider=None), "indeterminate", "no_data"),
    ("HYG-006", "no way to ask", connection_context(provider=MUTE), "not_applicable", None),
    ("LIF-001", "a way that takes nothing but the token", identity_context(lied(good())), "pass", None),
    (
        "LIF-001",
        "a way, and what it takes is held",
        identity_context(provider=GITHUB, token=HUB_TOKEN, client_secret=Secret("a-client-secret")),
        "pass",
        None,
    ),
    (
        "LIF-001",
        "what it takes is not held",
        identity_context(provider=GITHUB, token=HUB_TOKEN),
        "indeterminate",
        "no_data",
    ),
    ("LIF-001", "a way that no program can go", identity_context(provider=BY_HAND), "indeterminate", "not_stated"),
    (
        "LIF-001",
        "no way, and the token does not end",
        identity_context(provider=LASTING, max_unrevocable_s=7200),
        "fail",
        None,
    ),
    (
        "LIF-001",
        "no way, and the token lives long",
        identity_context(said(expires_at=NOW + 3 * HOUR, provider="hourly"), HOURLY, max_unrevocable_s=7200),
        "fail",
        None,
    ),
    (
        "LIF-001",
        "no way, and the token ends soon enough",
        identity_context(said(expires_at=NOW + 2 * HOUR, provider="hourly"), HOURLY, max_unrevocable_s=7200),
        "not_applicable",
        None,
    ),
    (
        "LIF-001",
        "no way, and a documented life that is short enough",
        identity_context(provider=HOURLY, max_unrevocable_s=3600),
        "not_applicable",
        None,
    ),
    (
        "LIF-001",
        "no way, and nobody says when it ends",
        identity_context(provider=PROBED, max_unrevocable_s=7200),
        "indeterminate",
        "not_stated",
    ),
    (
        "LIF-001",
        "no way, and the policy sets no limit",
        identity_context(provider=LASTING),
        "indeterminate",
        "no_policy",
    ),
    ("LIF-001", "no token shown", identity_context(token=None), "indeterminate", "no_data"),
    ("LIF-001", "unknown provider", identity_context(provider=None), "indeterminate", "no_data"),
    ("LIF-002", "good before, revoked, denied after", revoked(), "pass", None),
    ("LIF-002", "still active after", revoked(after=(ACCEPTED,)), "fail", None),
    ("LIF-002", "the other token of the grant still active", revoked(after=(REFUSED, ACCEPTED)), "fail", None),
    ("LIF-002", "nothing known after", revoked(after=(UNKNOWN,)), "indeterminate", "network"),
    ("LIF-002", "nobody asked after", revoked(after=()), "indeterminate", "no_data"),
    ("LIF-002", "denied before", revoked(before=REFUSED), "indeterminate", "no_data"),
    ("LIF-002", "nothing known before", revoked(before=UNKNOWN), "indeterminate", "network"),
    ("LIF-002", "nobody asked before", revoked(before=None), "indeterminate", "no_data"),
    ("LIF-002", "the issuer was down", revoked(accepted=None, reason="issuer_error"), "indeterminate", "issuer_error"),
    (
        "LIF-002",
        "the issuer was down, and the token lives",
        revoked(accepted=None, reason="issuer_error", after=(ACCEPTED,)),
        "indeterminate",
        "issuer_error",
    ),
    ("LIF-002", "the issuer refused", revoked(accepted=False, reason="denied"), "indeterminate", "not_permitted"),
    (
        "LIF-002",
        "only a signature was looked at",
        revoked(before=said(method="signed-token"), after=(said(method="signed-token"),)),
        "indeterminate",
        "not_stated",
    ),
    ("LIF-002", "its own end came first", revoked(before=said(expires_at=NOW)), "indeterminate", "stale"),
    ("LIF-002", "it is called expired", revoked(after=(said(False, "expired"),)), "indeterminate", "stale"),
    (
        "LIF-002",
        "an endpoint that accepts made-up tokens",
        revoked(calibration=ANYTHING_GOES, after=(ACCEPTED,)),
        "indeterminate",
        "uncalibrated",
    ),
    ("LIF-002", "no token was named for it", connection_context(), "not_applicable", None),
    ("LIF-004", "what renews it is held", lasting(refresh=True, client_secret=Secret("a-client-secret")), "pass", None),
    (
        "LIF-004",
        "it was renewed, and the new token is good",
        lasting(renewal=Renewal(outcome=True, after=ACCEPTED)),
        "pass",
        None,
    ),
    (
        "LIF-004",
        "it was renewed, and the new token is denied",
        lasting(renewal=Renewal(outcome=True, after=REFUSED)),
        "indeterminate",
        "contradiction",
    ),
    (
        "LIF-004",
        "it was renewed, and nothing known of the new token",
        lasting(renewal=Renewal(outcome=True, after=UNKNOWN)),
        "indeterminate",
        "network",
    ),
    ("LIF-004", "the renewal was refused", lasting(renewal=Renewal(outcome=False, reason="denied")), "fail", None),
    (
        "LIF-004",
        "the renewal got no answer",
        lasting(renewal=Renewal(outcome=None, reason="network")),
        "indeterminate",
        "network",
    ),
    ("LIF-004", "no refresh token, and the end is near", lasting(renew_before_s=3600), "fail", None),
    ("LIF-004", "no refresh token, and the end is far", lasting(renew_before_s=3599), "indeterminate", "no_data"),
    ("LIF-004", "no refresh token, and nobody says what is near", lasting(), "indeterminate", "no_policy"),
    (
        "LIF-004",
        "no refresh token, and nobody says when it ends",
        lasting(said(provider="probed"), PROBED),
        "indeterminate",
        "not_stated",
    ),
    ("LIF-004", "no client secret", lasting(refresh=True, renew_before_s=3600), "fail", None),
    ("LIF-004", "the token does not end", lasting(said(endless=True)), "not_applicable", None),
    ("LIF-004", "access need not last", identity_context(lied(good()), needs_offline=False), "not_applicable", None),
    ("LIF-004", "the policy does not say", identity_context(lied(good())), "indeterminate", "no_policy"),
    ("LIF-004", "no token shown", identity_context(token=None, needs_offline=True), "indeterminate", "no_data"),
    ("LIF-004", "unknown provider", identity_context(provider=None, needs_offline=True), "indeterminate", "no_data"),
]


@pytest.mark.parametrize(
    ("name", "context", "verdict", "reason"),
    [(f"IDP-{name}", context, verdict, reason) for name, _, context, verdict, reason in EXPECTED],
    ids=[f"{name}: {claim}" for name, claim, *_ in EXPECTED],
)
def test_a_verdict_is_reached(name, context, verdict, reason):
    """What is named in the case gives this verdict, for this reason."""
    found = finding(name, context)
    assert (found.verdict, found.reason) == (verdict, reason), found


NEVER = {
    # No provider documents a normalisation of its identifiers, so nothing can say that the check does not apply.
    ("IDP-PRF-004", "not_applicable"),
}


@pytest.mark.parametrize("check", [each for each in CHECKS if each.evaluated], ids=lambda check: check.id)
def test_every_verdict_of_the_catalogue_is_tried(check):
    """For each verdict that the catalogue gives a meaning there is a case above that reaches it, and for no other."""
    meant = {each.value for each in Verdict if check.verdicts.of(each) is not None}
    tried = {verdict for name, _, _, verdict, _ in EXPECTED if f"IDP-{name}" == check.id}
    assert meant - {verdict for name, verdict in NEVER if name == check.id} == tried


def test_no_undecided_answer_becomes_a_verdict():
    """Every undecided reason of an introspection goes into the findings that rest on it, and none of them passes or fails."""
    resting = ("IDP-TOK-001", "IDP-TOK-002", "IDP-TOK-003", "IDP-TOK-004", "IDP-TOK-007", "IDP-TOK-011")
    for reason in UNDECIDED:
        for found in evaluate(identity_context(said(None, reason))):
            if found.check in resting:
                assert (found.verdict, found.reason) == ("indeterminate", reason)


@pytest.mark.parametrize("reason", sorted(DECIDED - {"ok", "wrong_client", "wrong_subject"}))
def test_every_denial_fails(reason):
    """Whatever the reason of a definite refusal is, the token is not active."""
    assert finding("IDP-TOK-001", identity_context(said(False, reason))).verdict is Verdict.FAIL


# ---------------------------------------------------------------- what the facts say


def test_scopes_beyond_the_list_are_named():
    """The finding names each scope that is not allowed, with those that are implied."""
    context = identity_context(
        said(scopes=("user", "repo"), provider="github"),
        GITHUB,
        token=HUB_TOKEN,
        allowed_scopes=frozenset({"read:user"}),
    )
    assert finding("IDP-TOK-004", context).facts["not_allowed"] == ["repo", "user", "user:email", "user:follow"]


def test_a_member_that_moves_the_identifier_is_named():
    """The finding names case and place of the member, and the field that user_id was taken from."""
    moved = finding("IDP-PRF-001", connection_context(linked_by_address))
    assert moved.facts["moves_with"] == "$.email"
    taken = finding("IDP-PRF-001", connection_context(login_as_id, GITHUB))
    assert taken.facts["taken_from"] == ["$.login"]


def test_the_variant_that_turns_true_is_named():
    """The finding names the value that was read as true."""
    assert finding("IDP-PRF-006", connection_context(truthy)).facts["variant"] == '"false"'
    assert finding("IDP-PRF-006", connection_context(true_by_default)).facts["variant"] == "removed"


def test_false_and_not_stated_are_told_apart():
    """Ours keeps false apart from not stated; one that says false by default does not."""
    kept = "false_kept_apart_from_not_stated"
    assert finding("IDP-PRF-006", connection_context()).facts[kept] is True
    assert finding("IDP-PRF-006", connection_context(false_by_default)).facts[kept] is False


def test_a_secret_is_named_by_its_place():
    """The finding gives the place and the kind of a secret, and not the secret."""
    found = finding("IDP-PRF-010", identity_context(profile=google_data(app={"note": TOKEN})))
    assert found.facts["places"] == [{"place": "$.app.note", "kind": "a known secret"}]


def test_a_secret_of_a_linked_account_is_named_by_its_place():
    """The place is that of the account's own data in the record."""
    found = finding("IDP-PRF-010", second({"id_token": "whatever it is"}))
    assert found.facts["places"] == [
        {"place": "$.identities[1].profileData.id_token", "kind": "by the name of its member"}
    ]


def test_another_users_token_is_known():
    """A token that the run knows from another record is found in this one."""
    theirs = "opaque-token-of-somebody-else"
    context = identity_context(profile=google_data(note=theirs))
    assert finding("IDP-PRF-010", context).verdict is Verdict.PASS
    context.redactor.learn(Secret(theirs))
    assert finding("IDP-PRF-010", context).facts["places"] == [{"place": "$.note", "kind": "a known secret"}]


def test_a_past_end_is_said_to_be_past():
    """Both have an end; the words tell them apart."""
    assert "past" in finding("IDP-TOK-007", identity_context(lied(good(exp="1000000000")))).detail
    assert "past" not in finding("IDP-TOK-007", identity_context(lied(good()))).detail


def test_places_in_json_values():
    """Reading and changing a place leaves the value itself alone, and nothing is taken for a text that is none."""
    value = {"a": [{"b": None, "c": True, "d": 7}], "e": "x"}
    assert list(paths.texts(value)) == [(("a", 0, "d"), "7"), (("e",), "x")]
    assert paths.dig(value, ("a", 0, "b")) is None
    assert {paths.dig(value, each) for each in (("a", 1), ("a", "b"), ("e", 0), ("z",))} == {paths.MISSING}
    assert paths.with_value(value, ("a", 1, "f"), 1)["a"] == [value["a"][0], {"f": 1}]
    assert paths.without(value, ("a", 0, "b"))["a"] == [{"c": True, "d": 7}]
    assert paths.without(value, ("e", "x")) == value == {"a": [{"b": None, "c": True, "d": 7}], "e": "x"}
    assert paths.spelt(("a", 0, "b")) == "$.a[0].b"


def test_the_providers_compared_with_are_named():
    """A key is compared with those of other providers, never with its own."""
    assert finding("IDP-PRF-002", connection_context(others=(GOOGLE, GITHUB))).facts["compared_with"] == ["github"]


def test_equal_subjects_have_equal_fingerprints():
    """Both readings of a filed identifier are shown as fingerprints, and the one that agrees can be seen."""
    context = identity_context(
        said(subject="42", provider="discovered"),
        DISCOVERED,
        identity={"user_id": "corp|42", "connection": "corp", "provider": "oidc"},
    )
    facts = finding("IDP-TOK-003", context).facts
    assert facts["stated"] == facts["filed_without_connection"] != facts["filed"]
    assert all(facts[name].startswith("hmac-sha256:") for name in ("stated", "filed", "filed_without_connection"))


def test_the_measured_life_is_shown():
    """Times are UTC with Z, and the life is a number of seconds."""
    facts = finding("IDP-TOK-008", identity_context(said(issued_at=NOW, expires_at=NOW + HOUR))).facts
    assert (facts["lifetime_s"], facts["expires_at"]) == (3600, "2026-11-24T13:00:00Z")


# ---------------------------------------------------------------- nothing shows that must not


PRIVATE = (TOKEN, EMAIL, SUBJECT, "s3cr3t-of-the-token", "a-refresh-token-0123456789")


def lying_everywhere():
    """A record and an issuer that put secrets and names wherever a text can stand."""
    return identity_context(
        said(
            client_id=TOKEN,
            audience=(EMAIL, SUBJECT),
            subject=SUBJECT,
            scopes=(TOKEN, EMAIL, f"user:{SUBJECT}"),
            issuer=f"https://{SUBJECT}.evil.example/?t={TOKEN}",
            token_type=EMAIL,
            detail=f"{TOKEN} of {EMAIL}",
            url=f"https://evil.example/{TOKEN}",
            expires_at=NOW + HOUR,
        ),
        identity={
            "refresh_token": "a-refresh-token-0123456789",
            "access_token_secret": "s3cr3t-of-the-token",
            "profileData": {
                TOKEN: {EMAIL: TOKEN},
                SUBJECT: [TOKEN],
                "email": EMAIL,
                "email_verified": True,
                "sub": EMAIL,
            },
        },
        profile=google_data(**{TOKEN: "x", EMAIL: TOKEN}),
        policy=Policy(accept_unaskable={"google-oauth2": EMAIL}),
        client_ids=(SUBJECT, TOKEN),
        allowed_scopes=frozenset({EMAIL, TOKEN}),
        email_trust=EMAIL,
        token_kind="user",
    )


@pytest.mark.parametrize("active", [True, False, None])
def test_no_finding_shows_a_secret(active):
    """Tokens, addresses and subjects stand in no finding, although record, policy and issuer put them everywhere."""
    context = lying_everywhere()
    lie = msgspec.structs.replace(
        context.introspection, active=active, reason={True: "ok", False: "denied", None: "network"}[active]
    )
    written = msgspec.json.encode(list(evaluate(msgspec.structs.replace(context, introspection=lie)))).decode()
    assert [each for each in PRIVATE if each in written] == []
    assert "hmac-sha256:" in written


def test_no_finding_of_all_cases_shows_a_secret():
    """The same for every case of this file."""
    for name, _, context, _, _ in EXPECTED:
        written = msgspec.json.encode(finding(f"IDP-{name}", context)).decode()
        assert [each for each in (*PRIVATE, HUB_TOKEN) if each in written] == []


TEXTS = (
    st.none() | st.sampled_from((TOKEN, EMAIL, SUBJECT, OUR_CLIENT, "", "USER", "ya29.", ISSUER)) | st.text(max_size=12)
)
TIMES = st.none() | st.datetimes(timezones=st.just(UTC))


@settings(max_examples=150, deadline=None)
@given(
    introspection=st.builds(
        Introspection,
        provider=st.sampled_from(("google-oauth2", "github", "")),
        active=st.sampled_from((True, False, None)),
        reason=st.sampled_from(sorted(DECIDED | UNDECIDED)),
        method=st.sampled_from(("tokeninfo", "signed-token", None)),
        asked_at=st.just(NOW),
        bare=st.booleans(),
        client_id=TEXTS,
        audience=st.none() | st.lists(st.text(max_size=5), max_size=2).map(tuple),
        subject=TEXTS,
        scopes=st.none() | st.lists(st.sampled_from((*SCOPES, TOKEN, EMAIL)), max_size=3).map(tuple),
        expires_at=TIMES,
        issued_at=TIMES,
        endless=st.booleans(),
        issuer=TEXTS,
        token_type=TEXTS,
    ),
    provider=st.sampled_from((GOOGLE, GITHUB, SIGNED, MUTE, LASTING, DISCOVERED, OAUTH1, None)),
    token=st.sampled_from((TOKEN, HUB_TOKEN, jwt(), "eyJ.eyJ.", "eyJ\u00e9.!.x", None)),
    calibration=st.sampled_from((CALIBRATED, NOT_PERMITTED, UNASKED, ANYTHING_GOES, CANARY_LOST, Calibration())),
)
def test_whatever_an_issuer_says_there_is_one_finding_for_each_check(introspection, provider, token, calibration):
    """No answer makes a check raise or vanish; indeterminate has a reason of the list; facts are JSON without floats."""
    context = identity_context(introspection, provider, token=token, calibration=calibration)
    found = list(evaluate(context))
    assert [each.check for each in found] == [each.id for each in CHECKS if each.evaluated and each.scope == "identity"]
    for each in found:
        assert (each.reason in REASONS) == (each.verdict is Verdict.INDETERMINATE)
        written = json.dumps(each.facts, allow_nan=False)
        assert json.loads(written, parse_float=lambda _: pytest.fail("a float")) == each.facts
        assert TOKEN not in written
        assert SUBJECT not in written
        assert EMAIL not in written
    if introspection.active is not True or not calibration.refuses:
        assert next(each for each in found if each.check == "IDP-TOK-001").verdict is not Verdict.PASS


# ---------------------------------------------------------------- the catalogue


def test_the_ids_are_unique():
    """No two checks have one id, and each is of its family."""
    ids = [each.id for each in CHECKS]
    assert len(set(ids)) == len(ids) == 40
    short = {"token": "TOK", "profile": "PRF", "lifecycle": "LIF", "hygiene": "HYG"}
    assert all(each.id.split("-")[1] == short[each.family] for each in CHECKS)


def test_every_check_is_evidence_for_controls_of_known_frameworks():
    """Each check has controls, each with a reason, none twice, and of frameworks that the catalogue names with a version."""
    known = {each.name for each in catalogue().frameworks}
    for check in CHECKS:
        assert check.controls
        assert len({(each.framework, each.id) for each in check.controls}) == len(check.controls)
        assert {each.framework for each in check.controls} <= known
        assert all(each.why for each in check.controls)
    cited = {each.framework for check in CHECKS for each in check.controls}
    assert cited == known
    assert all(each.version and each.url.startswith("https://") for each in catalogue().frameworks)


def test_a_check_that_can_fail_says_what_to_do():
    """There is a remedy exactly where there is a way to fail."""
    assert [each.id for each in CHECKS if (each.remedy is None) != (each.verdicts.failed is None)] == []


def test_every_check_can_be_undecided():
    """No check claims to know always."""
    assert all(each.verdicts.indeterminate for each in CHECKS)


def test_the_evaluated_checks_are_those_that_the_scopes_give():
    """Run, connection and identity together evaluate each evaluated check once, and nothing else."""
    given = [
        found.check
        for context in (run_context(), connection_context(), identity_context())
        for found in evaluate(context)
    ]
    assert sorted(given) == sorted(each.id for each in CHECKS if each.evaluated)
    assert len(given) == 23


def test_the_digest_is_that_of_the_canonical_catalogue():
    """The digest changes with any word of the catalogue, and only then."""
    known = catalogue()
    assert known.digest.startswith("sha256:")
    assert len(known.digest) == 71
    same = checks.Catalogue(frameworks=known.frameworks, checks=known.checks)
    assert same.digest == known.digest
    first, *rest = known.checks
    other = checks.Catalogue(
        frameworks=known.frameworks, checks=(msgspec.structs.replace(first, severity="low"), *rest)
    )
    assert other.digest != known.digest


def test_an_unknown_check_is_an_error():
    """``get`` gives the check of an id, and no other."""
    assert checks.get("IDP-TOK-002").severity == "critical"
    with pytest.raises(LookupError, match="IDP-TOK-999"):
        checks.get("IDP-TOK-999")


def test_a_check_is_not_registered_twice():
    """Neither a second function for a check nor one for a check that is only described is taken."""
    for name in ("IDP-TOK-001", "IDP-TOK-005"):
        with pytest.raises(ValueError, match=name):
            registered(name)


def test_a_context_is_of_its_subjects_scope():
    """A finding about a run cannot be filed under an identity."""
    with pytest.raises(ValueError, match="scope"):
        msgspec.structs.replace(run_context(), subject=Subject(scope="identity"))


def test_a_programming_error_is_not_swallowed():
    """Only ``ProfileError`` is an answer of a normaliser; anything else is its author's to see."""

    def broken(provider, raw, *, also):
        raise KeyError("login")

    with pytest.raises(KeyError):
        finding("IDP-PRF-001", connection_context(broken))


def test_the_normaliser_cannot_change_what_others_are_given():
    """A normaliser that writes into its input changes neither the recordings nor the other experiments."""

    def vandal(provider, raw, *, also):
        out = providers.get(provider).normalize(raw, also=also).to_dict()
        raw.clear()
        also.clear()
        return out

    before = [each.raw for each in recordings.profiles("github")]
    context = connection_context(vandal, GITHUB)
    judged = {each.verdict for each in evaluate(context) if each.check != "IDP-LIF-002"}  # nothing was revoked
    assert judged == {Verdict.PASS}
    assert [each.raw for each in context.recordings] == before


@pytest.mark.parametrize("name", ["github", "google-oauth2"])
def test_our_own_normaliser_passes(name):
    """Every experiment on our own normaliser passes, with every other provider beside it."""
    context = connection_context(provider=providers.get(name), others=(GOOGLE, GITHUB))
    expected = dict.fromkeys(
        (each.id for each in CHECKS if each.evaluated and each.scope == "connection"), Verdict.PASS
    )
    expected["IDP-LIF-002"] = Verdict.NOT_APPLICABLE  # nothing was revoked
    assert {each.check: each.verdict for each in evaluate(context)} == expected


def test_an_excepted_connection_is_printed():
    """The policy's reason stands in the facts of what it excepts."""
    context = identity_context(said(endless=True), allow_unbounded="the provider has no other tokens")
    assert finding("IDP-TOK-007", context).facts["exception"] == "the provider has no other tokens"


def test_an_issuer_is_told_from_its_neighbours_on_a_public_suffix():
    """Names below a suffix that many owners share are not one house."""
    shared = replace(PROBED, debug=replace(PROBE, url="https://example.co.uk/userinfo"))
    context = identity_context(said(provider="probed", issuer="https://evil.co.uk"), shared)
    assert finding("IDP-TOK-011", context).verdict is Verdict.FAIL


def test_reading_is_what_lying_issuers_are_read_by():
    """The helper of this file reads answers as the live questions do."""
    assert (
        conclude(
            "google-oauth2",
            Reading(active=True, reason="ok", client_id=OTHER_CLIENT),
            method="tokeninfo",
            asked_at=NOW,
            clients=(OUR_CLIENT,),
        ).reason
        == "wrong_client"
    )
    assert lied(good(azp=OTHER_CLIENT)).reason == "wrong_client"
    assert not lied(good(azp=OTHER_CLIENT)).good


def test_identities_of_the_record_are_not_mixed_up():
    """The standard properties are the first identity's; a linked one is judged by its own data alone."""
    assert isinstance(second({"email": EMAIL}).identity, Identity)
    assert finding("IDP-PRF-005", second({"email": EMAIL})).verdict is Verdict.PASS
    leak = second({"note": "fine"})
    record = msgspec.structs.replace(leak.record, name=TOKEN)
    assert finding("IDP-PRF-010", msgspec.structs.replace(leak, record=record)).verdict is Verdict.PASS
