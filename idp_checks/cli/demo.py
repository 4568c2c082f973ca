"""The demonstration: an audit of sample users at simulated issuers on loopback.

Each provider has a sample user with a good token, and some have users whose token is not good in one way. The
demonstration succeeds if the audit reports exactly those.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from idp_checks import providers, recordings
from idp_checks.audits.masking import fingerprint_parts
from idp_checks.audits.result import AuditResult
from idp_checks.audits.run import audit
from idp_checks.profiles.profile import NormalizedProfile
from idp_checks.progress import Progress
from idp_checks.secret import Secret, new_key

if TYPE_CHECKING:
    from idp_checks.checks.policy import Policy
    from idp_checks.issuers.server import IssuerServer

__all__ = ["DemoResult", "PlantedFault", "run"]

ENUM = frozenset(
    (
        "adfs amazon apple auth0 baidu bitbucket bitly box dropbox dwolla evernote exact facebook fitbit github "
        "google-apps google-oauth2 instagram line linkedin oauth2 office365 oidc okta paypal pingfederate "
        "planningcenter salesforce samlp shopify soundcloud thirtysevensignals twitter untappd vkontakte waad weibo "
        "windowslive wordpress yahoo yandex"
    ).split()
)
"""Providers that Auth0 stores under their own name; the others are custom connections, stored as ``oauth2``."""

UNBOUNDED = "reviewed every quarter; unused tokens are revoked"
"""The reason why the demonstration's policy accepts tokens that do not expire."""


class PlantedFault(Struct, frozen=True):
    """An account with a token that is not good, and the check and verdict that must report it."""

    provider: str
    case: str
    check: str
    verdict: str
    story: str

    @property
    def user_id(self) -> str:
        """Return the account that stores the token; no other account has this identifier."""
        return f"planted-{self.case}"


REPLAYED = "token of another application, replayed"
FAULTS = (
    PlantedFault("facebook", "other-client", "IDP-TOK-002", "indeterminate", "token that Facebook does not describe"),
    PlantedFault("google-oauth2", "other-client", "IDP-TOK-002", "fail", REPLAYED),
    PlantedFault("discord", "other-client", "IDP-TOK-002", "fail", REPLAYED),
    PlantedFault("twitch", "other-client", "IDP-TOK-002", "fail", REPLAYED),
    PlantedFault("github", "revoked", "IDP-TOK-001", "fail", "revoked token, still stored"),
    PlantedFault("linkedin", "revoked", "IDP-TOK-001", "fail", "revoked token, still stored"),
    PlantedFault("line", "expired", "IDP-TOK-001", "fail", "expired token, still stored"),
    PlantedFault("amazon", "rate-limited", "IDP-TOK-001", "indeterminate", "issuer that rate limits: undecided"),
    PlantedFault("gitlab", "broken", "IDP-TOK-001", "indeterminate", "truncated response: undecided"),
    PlantedFault("slack", "down", "IDP-TOK-001", "indeterminate", "issuer that is down: undecided"),
)


LINKED = {
    "provider": "twitter",
    "user_id": "2400000043",
    "connection": "twitter",
    "isSocial": True,
    "access_token": "2400000043-made-up",
    "access_token_secret": "made-up-secret",
}
"""A second account of one user, with OAuth 1.0a, whose issuer has no endpoint to ask about a token."""


class DemoResult(Struct, frozen=True, kw_only=True):
    """The result of the demonstration.

    Args:
        providers: the number of simulated issuers.
        faults: the planted faults, each with the verdict that was reported.
        good: the number of good tokens that were reported as good.
        false_alarms: providers whose good token was reported as bad.
        undecided: providers whose good token was reported as indeterminate.
    """

    result: AuditResult
    providers: int
    seconds: float
    faults: tuple[tuple[PlantedFault, str], ...]
    good: int
    false_alarms: tuple[str, ...]
    undecided: tuple[str, ...]

    @property
    def as_expected(self) -> bool:
        """Whether every planted fault was reported as expected and no good token was reported as bad."""
        return not self.false_alarms and all(verdict == fault.verdict for fault, verdict in self.faults)

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON."""
        return {
            "as_planned": self.as_expected,
            "providers": self.providers,
            "good_tokens_confirmed": self.good,
            "good_tokens_called_bad": list(self.false_alarms),
            "good_tokens_undecided": list(self.undecided),
            "planted": [
                {
                    "provider": fault.provider,
                    "case": fault.case,
                    "check": fault.check,
                    "expected": fault.verdict,
                    "found": verdict,
                }
                for fault, verdict in self.faults
            ],
            "audit": self.result.to_dict(),
        }


def run(out: Path, *, progress: Progress | None = None) -> DemoResult:
    """Run the demonstration and write the evidence into the folder ``out``.

    Raises:
        UsageError: the folder exists and is not empty.
    """
    from idp_checks.issuers.server import serve

    started = time.perf_counter()
    key = Secret(new_key().hex())
    with serve() as server:
        names = server.world.names
        people = [NormalizedProfile.from_auth0(user) for user in _users(server, names)]
        result = audit(
            people,
            policy=_policy(server, names),
            out=out,
            title="Demonstration: simulated issuers, sample users",
            key=key,
            progress=progress,
        )
        verdicts = {
            (finding.subject.identity, finding.check): finding.verdict.value
            for finding in result.findings
            if finding.subject.scope == "identity"
        }

        def verdict_on(provider: str, user_id: str, check: str) -> str:
            identity = _stored_identity(provider, user_id)
            subject = fingerprint_parts(
                key.reveal().encode(), "identity", identity["provider"], identity["connection"], identity["user_id"]
            )
            return verdicts.get((subject, check), "missing")

        faults = tuple((fault, verdict_on(fault.provider, fault.user_id, fault.check)) for fault in FAULTS)
        good = {name: verdict_on(name, _subject(server, name), "IDP-TOK-001") for name in names}
    return DemoResult(
        result=result,
        providers=len(names),
        seconds=time.perf_counter() - started,
        faults=faults,
        good=sum(verdict == "pass" for verdict in good.values()),
        false_alarms=tuple(name for name, verdict in good.items() if verdict not in ("pass", "indeterminate")),
        undecided=tuple(name for name, verdict in good.items() if verdict == "indeterminate"),
    )


def _users(server: IssuerServer, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for name in names:
        recording = recordings.load_full_profile(name)
        profile = {} if recording is None else providers.normalize(name, recording.text, also=recording.also).to_dict()
        user = _user(name, _subject(server, name), server.world.token(name, "valid"), profile)
        if name == "oidc":
            user["identities"].append(LINKED)
        yield user
    for fault in FAULTS:
        token = server.world.token(fault.provider, fault.case)
        yield _user(fault.provider, fault.user_id, token, {"name": "Robin Sample"})


def _user(provider: str, user_id: str, token: str, profile: dict[str, Any]) -> dict[str, Any]:
    identity = _stored_identity(provider, user_id)
    return {
        **profile,
        "user_id": f"{identity['provider']}|{identity['user_id']}",
        "identities": [{**identity, "access_token": token}],
    }


def _stored_identity(provider: str, user_id: str) -> dict[str, Any]:
    """Return an identity as Auth0 stores it."""
    is_native = provider in ENUM
    return {
        "provider": provider if is_native else "oauth2",
        "user_id": user_id if is_native else f"{provider}|{user_id}",
        "connection": provider,
        "isSocial": not is_native or providers.get(provider).kind == "social",
    }


def _policy(server: IssuerServer, names: tuple[str, ...]) -> Policy:
    from idp_checks.checks.policy import Connection, Policy

    connections = {}
    for name in names:
        provider, issuer = providers.get(name), server.world.issuer(name)
        valid = issuer.recordings["valid"].introspection if "valid" in issuer.recordings else {}
        scopes = valid.get("scopes") or (*provider.scopes.profile, *provider.scopes.email)
        connections[name] = Connection(
            name=name,
            provider=name,
            client_ids=(issuer.client_id,),
            client_secret=Secret(server.client_secret),
            credentials=issuer.loopback_credentials,
            issuer_url=server.url(name),
            allowed_scopes=frozenset(scopes),
            max_lifetime_s=90 * 86400,
            allow_unbounded=UNBOUNDED if valid.get("endless") or provider.token.lifetime == 0 else None,
        )
    return Policy(connections=connections)


def _subject(server: IssuerServer, name: str) -> str:
    return server.world.issuer(name).subject or "made-up"
