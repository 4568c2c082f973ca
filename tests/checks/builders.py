"""Builders of the input of checks: providers, tokens, introspections, recordings and contexts."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from idp_checks import providers, recordings
from idp_checks.checks import (
    CHECKS,
    Calibration,
    ConnectionContext,
    EvidenceIntegrity,
    IdentityContext,
    LeakSearch,
    PopulationCounts,
    RunContext,
    Subject,
    get_evaluator,
)
from idp_checks.checks.policy import Connection, Policy
from idp_checks.lifecycles.values import Revocation
from idp_checks.profiles.profile import Claims, NormalizedProfile
from idp_checks.profiles.shape import Email, Flag, Id, Name, Shape, StringFlag
from idp_checks.providers.model import ProfileFacts, Provider, Scopes, TokenFacts
from idp_checks.providers.operations import Operation
from idp_checks.secret import Redactor, Secret
from idp_checks.tokens.discovery import DiscoveredEndpoint
from idp_checks.tokens.endpoint import HttpEndpoint
from idp_checks.tokens.introspection import Exchange, Introspection, conclude
from idp_checks.tokens.probes import UserInfoResponse
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.signed import SignedToken, TokenRules
from idp_checks.tokens.steps import drive
from idp_checks.tokens.template import by_bearer
from idp_checks.tokens.wire import Response

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
PRIVATE = (TOKEN, EMAIL, SUBJECT, "s3cr3t-of-the-token", "a-refresh-token-0123456789")
"""The strings that no finding may contain."""


class Case(NamedTuple):
    """A context, and the verdict and reason that a check must return for it."""

    check_id: str
    claim: str
    context: Any
    verdict: str
    reason: str | None = None

    def __str__(self) -> str:
        return f"{self.check_id}: {self.claim}"


def evaluate_check(check_id, context):
    """Return the finding of one check."""
    return get_evaluator(check_id)(context)


# ---------------------------------------------------------------- providers

NO_OPERATION = Operation("none")


class PlainShape(Shape):
    id: Id
    name: Name = None
    email: Email = None

    def claims(self, also):
        return Claims(id=self.id, name=self.name, email=self.email)


class NamelessShape(Shape):
    id: Id

    def claims(self, also):
        return Claims(id=self.id)


class StringFlagShape(Shape):
    """The profile of a provider that documents strings for booleans."""

    vouched_by = ("verified",)

    id: Id
    email: Email = None
    verified: StringFlag = None

    def claims(self, also):
        return Claims(id=self.id, email=self.email, email_verified=self.verified is True or self.verified == "true")


class BooleanFlagShape(StringFlagShape):
    """The profile of a provider that documents booleans."""

    verified: Flag = None


def build_provider(
    name="example",
    *,
    shape=PlainShape,
    form="opaque",
    debug=None,
    separator=" ",
    subject_scope="the provider",
    lifetime=None,
    pattern=None,
    kind="social",
    protocol="oauth2",
):
    """Build a provider without operations."""
    return Provider(
        name=name,
        title=name,
        docs=("https://docs.example.com",),
        kind=kind,
        protocol=protocol,
        profile=ProfileFacts(shapes=(shape,), request=None, subject_scope=subject_scope),
        token=TokenFacts(
            form=form,
            renewal=NO_OPERATION,
            termination=NO_OPERATION,
            uses=NO_OPERATION,
            lifetime=lifetime,
            pattern=pattern,
            sources=("https://docs.example.com/tokens",),
        ),
        scopes=Scopes(separator=separator),
        debug=debug,
    )


PROBE = HttpEndpoint(
    kind="userinfo-probe",
    url="https://api.example.com/userinfo",
    response_model=UserInfoResponse,
    placement=by_bearer(),
    source="https://docs.example.com",
)
UNASKABLE = build_provider("mute")
PROBED = build_provider("probed", debug=PROBE)
UNLIMITED = build_provider("lasting", debug=PROBE, lifetime=0)
HOURLY = build_provider("hourly", debug=PROBE, lifetime=3600)
OAUTH1 = build_provider("oauth1-example", form="oauth1", protocol="oauth1", debug=PROBE)
SCOPELESS = build_provider("scopeless", debug=PROBE, separator="")
JWT_PROBED = build_provider("jwt-by-question", form="jwt", debug=PROBE)
ISSUER = "https://op.example.com/tenant-1"
SIGNED = build_provider(
    "signed",
    form="jwt",
    kind="enterprise",
    debug=SignedToken(
        url="https://op.example.com/keys",
        rules=TokenRules(issuers=("https://op.example.com/{tenant_id}",)),
        source="https://docs.example.com",
    ),
)
SIGNED_METHOD = {"provider": "signed", "method": "signed-token", "url": "https://op.example.com/keys"}
DISCOVERED = build_provider(
    "discovered", kind="generic", protocol="oidc", debug=DiscoveredEndpoint(source="https://docs.example.com")
)
MANUAL = replace(
    UNASKABLE,
    token=replace(
        UNASKABLE.token, termination=Operation("By hand.", manual_call=("POST", "https://docs.example.com/end"))
    ),
)


def build_jwt(header=None, claims=None):
    """Build a token in the form of a JWT, with an invalid signature."""
    parts = (json.dumps(header or {"alg": "RS256", "typ": "JWT"}), json.dumps(claims or {"sub": "1"}))
    segments = (base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)
    return ".".join((*segments, "c2lnbmF0dXJl"))


# ---------------------------------------------------------------- introspections


def build_introspection(
    active=True,
    reason=None,
    provider="google-oauth2",
    url="https://oauth2.googleapis.com/tokeninfo",
    method="tokeninfo",
    **fields,
):
    """Build an introspection; ``fields`` are those of its reading."""
    reason = reason or {True: "ok", False: "denied", None: "network"}[active]
    reading = Reading(active=active, reason=reason, **fields)
    return Introspection(
        provider=provider,
        active=active,
        reason=reason,
        detail=reading.detail,
        method=method,
        asked_at=NOW,
        reading=reading,
        exchanges=(Exchange({"method": "GET", "url": url}, {"status": 200}),) if url else (),
    )


def read_response(body, status=200, provider=GOOGLE, clients=(OUR_CLIENT,), subject=SUBJECT):
    """Read a response with the provider's own endpoint."""
    question = Question(
        provider=provider.name,
        token=TOKEN,
        client_id=OUR_CLIENT,
        client_secret="a-client-secret",
        subject=subject,
        asked_at=NOW,
    )
    text = body if isinstance(body, str) else json.dumps(body)
    response = Response(status, {"content-type": "application/json"}, text.encode())
    return conclude(
        provider.name,
        drive(provider.debug.steps(question), lambda _: response),
        method=provider.debug.kind,
        asked_at=NOW,
        clients=clients,
        subject=subject,
        exchanges=(Exchange({"url": provider.debug.url}),),
    )


def google_response(**fields):
    """Return Google's response about a valid token, with fields changed or, if None, removed."""
    body = {
        "azp": OUR_CLIENT,
        "aud": OUR_CLIENT,
        "sub": SUBJECT,
        "scope": " ".join(SCOPES),
        "exp": str(int((NOW + HOUR).timestamp())),
        **fields,
    }
    return {name: value for name, value in body.items() if value is not None}


ACCEPTED = build_introspection(True)
REJECTED = build_introspection(False, "denied")
BARE_REJECTION = build_introspection(False, "denied", bare=True)
INCONCLUSIVE = build_introspection(None, "network")

CALIBRATED = Calibration(negative=REJECTED, any_active=True)
NOT_PERMITTED = Calibration(negative=REJECTED)
NO_CANARY = Calibration(any_active=True)
ACCEPTS_ANYTHING = Calibration(negative=ACCEPTED, any_active=True)
REJECTS_CANARY = Calibration(negative=REJECTED, positive=REJECTED, any_active=True)


# ---------------------------------------------------------------- contexts

PROFILE = {
    "user_id": f"google-oauth2|{SUBJECT}",
    "name": "Mia Chen",
    "nickname": "mia",
    "picture": "https://lh3.example.com/a/1",
    "email": EMAIL,
    "email_verified": True,
}


def build_profile(**properties):
    """Return the profile with properties changed or added."""
    return {**PROFILE, **properties}


def build_identity(
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
    """Build the context of an identity.

    Args:
        identity: fields of the identity.
        more_identities: further identities of the record.
        second: whether the context is about the second identity.
        connection: settings of the connection.
    """
    name = provider.name if provider is not None else "unknown"
    is_social = provider.kind == "social" if provider is not None else True
    fields = {
        "provider": name,
        "user_id": SUBJECT,
        "connection": name,
        "isSocial": is_social,
        **(identity or {}),
        **({"access_token": token} if token is not None else {}),
    }
    record = NormalizedProfile.from_auth0({**profile, "identities": [fields, *more_identities]})
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
        connection=Connection(name=fields["connection"], provider=name, **connection),
        policy=policy,
        introspection=introspection,
        calibration=calibration,
    )


def build_second_identity(data, provider=GITHUB):
    """Build the context of a linked account with its own profile data."""
    linked = {
        "provider": "github",
        "user_id": "90000042",
        "connection": "github",
        "isSocial": True,
        "profileData": data,
    }
    return build_identity(
        provider=provider, identity={"provider": "google-oauth2"}, more_identities=[linked], second=True
    )


def build_offline(introspection=None, provider=GOOGLE, *, refresh=False, renewal=None, **connection):
    """Build the context of an identity whose access must last; its token expires in an hour by default."""
    context = build_identity(
        introspection or build_introspection(expires_at=NOW + HOUR),
        provider,
        identity={"refresh_token": "1//canary-refresh-token"} if refresh else None,
        needs_offline=True,
        **connection,
    )
    return msgspec.structs.replace(context, renewal=renewal)


def build_connection(
    normalizer=None,
    provider=GOOGLE,
    *,
    recordings=None,
    calibration=CALIBRATED,
    policy=Policy(),
    other_providers=(),
    **connection,
):
    """Build the context of a connection, with the provider's own recordings by default."""
    name = provider.name if provider is not None else "unknown"
    if recordings is None:
        recordings = load_recordings(name) if provider is not None else ()
    return ConnectionContext(
        subject=Subject(scope="connection", connection=name, provider=name),
        redactor=Redactor(KEY),
        provider=provider,
        connection=Connection(name=name, provider=name, **connection),
        recordings=tuple(recordings),
        normalizer=normalizer,
        calibration=calibration,
        policy=policy,
        other_providers=other_providers,
    )


def build_revoked(*, before=ACCEPTED, after=(REJECTED,), accepted=True, reason="ok", calibration=CALIBRATED):
    """Build the context of a connection with a revocation."""
    revocation = Revocation(at=NOW, accepted=accepted, reason=reason, before=before, after=after, waited_s=1)
    return msgspec.structs.replace(build_connection(calibration=calibration), revocation=revocation)


def count_evaluated(scope):
    """Return the number of evaluated checks of a scope."""
    return sum(check.evaluated and check.scope == scope for check in CHECKS)


ROWS = 3 * count_evaluated("identity") + count_evaluated("connection")
"""The number of verdicts about the three identities and the connection of ``build_run``."""


def build_run(
    *,
    complete=True,
    rows=ROWS,
    leak_search=LeakSearch(files=5),
    integrity=EvidenceIntegrity(is_signed=True, has_key=True),
    **counts,
):
    """Build the context of a run of two records with three identities."""
    return RunContext(
        subject=Subject(scope="run"),
        redactor=Redactor(KEY),
        counts=PopulationCounts(
            **{"expected": 2, "read": 2, "checked": 2, "identities": 3, "connections": 1, **counts}
        ),
        complete=complete,
        rows=rows,
        leak_search=leak_search,
        integrity=integrity,
    )


# ---------------------------------------------------------------- recordings


def load_recordings(provider):
    """Return the recorded profiles of a provider."""
    return tuple(recordings.load_profiles(provider))


def build_recording(raw, normalized, case="full"):
    """Build a recording of the provider ``example``."""
    provenance = recordings.Provenance(kind="synthetic", source="https://docs.example.com", date="2026-11-24")
    return recordings.ProfileRecording(
        note="sample", provenance=provenance, raw=raw, normalized=normalized, case=case, provider="example"
    )


RECORDING_FULL = build_recording(
    {"id": 42, "name": "Mia Chen", "email": EMAIL},
    {
        "user_id": "example|42",
        "name": "Mia Chen",
        "nickname": "mia.chen",
        "picture": "https://x.example/",
        "email": EMAIL,
    },
)
RECORDING_TRUE = build_recording(
    {"id": 42, "email": EMAIL, "verified": True}, {"user_id": "example|42", "email": EMAIL, "email_verified": True}
)
RECORDING_MINIMAL = build_recording(
    {"id": 42, "email": "Mia.Chen@Example.com"}, {"user_id": "example|42", "email": "Mia.Chen@Example.com"}, "minimal"
)
RECORDING_NAMES = build_recording({"id": 42, "first": "Mia", "last": "Chen"}, {"user_id": "example|42"}, "minimal")
