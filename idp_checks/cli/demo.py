"""The main job with nothing configured: simulated issuers on loopback, sample people of every provider, a full audit.

Every provider's sample person holds a good token. Beside them stand people whose tokens are not good, each in one way;
the demonstration is as planned when the audit finds exactly those.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from idp_checks import providers, recordings
from idp_checks.audits.result import AuditResult
from idp_checks.audits.run import audit, named
from idp_checks.profiles.profile import NormalizedProfile
from idp_checks.secret import Secret, new_key

if TYPE_CHECKING:
    from idp_checks.checks.policy import Policy
    from idp_checks.issuers.serve import Served

__all__ = ["Planted", "Shown", "run"]

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


class Planted(Struct, frozen=True):
    """Someone whose token is not good, and the check that must say so."""

    provider: str
    case: str
    check: str
    verdict: str
    story: str


PLANTED = (
    Planted(
        "facebook", "other-client", "IDP-TOK-002", "indeterminate", "a token that Facebook refuses to describe to us"
    ),
    Planted("google-oauth2", "other-client", "IDP-TOK-002", "fail", "a token of another application, replayed at ours"),
    Planted("discord", "other-client", "IDP-TOK-002", "fail", "a token of another application, replayed at ours"),
    Planted("twitch", "other-client", "IDP-TOK-002", "fail", "a token of another application, replayed at ours"),
    Planted("github", "revoked", "IDP-TOK-001", "fail", "a token that was revoked and is still kept"),
    Planted("linkedin", "revoked", "IDP-TOK-001", "fail", "a token that was revoked and is still kept"),
    Planted("line", "expired", "IDP-TOK-001", "fail", "a token that expired and is still kept"),
    Planted("amazon", "rate-limited", "IDP-TOK-001", "indeterminate", "an issuer that asked to slow down: no verdict"),
    Planted("gitlab", "broken", "IDP-TOK-001", "indeterminate", "an answer cut short: no verdict"),
    Planted("slack", "down", "IDP-TOK-001", "indeterminate", "an issuer that was down: no verdict"),
)


LINKED = {
    "provider": "twitter",
    "user_id": "2400000043",
    "connection": "twitter",
    "isSocial": True,
    "access_token": "2400000043-made-up",
    "access_token_secret": "made-up-secret",
}
"""A second account of one user, by OAuth 1.0a: nobody can be asked about such a token by itself."""


class Shown(Struct, frozen=True, kw_only=True):
    """What the demonstration came to."""

    result: AuditResult
    providers: int
    seconds: float
    caught: tuple[tuple[Planted, str], ...]
    good: int
    wrongly: tuple[str, ...]
    open: tuple[str, ...]

    @property
    def as_planned(self) -> bool:
        """Whether every planted fault was found as it should be, and no good token was called bad."""
        return not self.wrongly and all(found == planted.verdict for planted, found in self.caught)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "as_planned": self.as_planned,
            "providers": self.providers,
            "good_tokens_confirmed": self.good,
            "good_tokens_called_bad": list(self.wrongly),
            "good_tokens_undecided": list(self.open),
            "planted": [
                {
                    "provider": each.provider,
                    "case": each.case,
                    "check": each.check,
                    "expected": each.verdict,
                    "found": found,
                }
                for each, found in self.caught
            ],
            "audit": self.result.to_dict(),
        }


def run(out: Path, *, progress: Callable[[str, int, int | None], None] | None = None) -> Shown:
    """Run it, and write the evidence into the folder ``out``, which must not be there yet.

    Raises:
        UsageError: the folder is there already and not empty.
    """
    from idp_checks.issuers.serve import serve

    began = time.perf_counter()
    key = Secret(new_key().hex())
    with serve() as served:
        names = served.world.names
        people = [NormalizedProfile.from_auth0(each) for each in _people(served, names)]
        result = audit(
            people,
            policy=_policy(served, names),
            out=out,
            title="Demonstration: simulated issuers, made-up people",
            key=key,
            progress=progress,
        )
        found = {
            (each.subject.identity, each.check): each.verdict.value
            for each in result.findings
            if each.subject.scope == "identity"
        }

        def verdict(provider: str, user_id: str, check: str) -> str:
            stored = _stored(provider, user_id)
            identity = named(
                key.reveal().encode(), "identity", stored["provider"], stored["connection"], stored["user_id"]
            )
            return found.get((identity, check), "missing")

        caught = tuple((each, verdict(each.provider, _other(each), each.check)) for each in PLANTED)
        active = {name: verdict(name, _subject(served, name), "IDP-TOK-001") for name in names}
    return Shown(
        result=result,
        providers=len(names),
        seconds=time.perf_counter() - began,
        caught=caught,
        good=sum(each == "pass" for each in active.values()),
        wrongly=tuple(name for name, each in active.items() if each not in ("pass", "indeterminate")),
        open=tuple(name for name, each in active.items() if each == "indeterminate"),
    )


def _people(served: Served, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for name in names:
        full = recordings.full(name)
        profile = {} if full is None else providers.normalize(name, full.text, also=full.also).to_dict()
        person = _person(name, _subject(served, name), served.world.token(name, "valid"), profile)
        if name == "oidc":
            person["identities"].append(LINKED)
        yield person
    for planted in PLANTED:
        token = served.world.token(planted.provider, planted.case)
        yield _person(planted.provider, _other(planted), token, {"name": "Robin Sample"})


def _person(provider: str, user_id: str, token: str, profile: dict[str, Any]) -> dict[str, Any]:
    stored = _stored(provider, user_id)
    return {
        **profile,
        "user_id": f"{stored['provider']}|{stored['user_id']}",
        "identities": [{**stored, "access_token": token}],
    }


def _stored(provider: str, user_id: str) -> dict[str, Any]:
    """An identity as Auth0 stores it."""
    known = provider in ENUM
    return {
        "provider": provider if known else "oauth2",
        "user_id": user_id if known else f"{provider}|{user_id}",
        "connection": provider,
        "isSocial": not known or providers.get(provider).kind == "social",
    }


def _policy(served: Served, names: tuple[str, ...]) -> Policy:
    from idp_checks.checks.policy import Connection, Policy

    stated = {}
    for name in names:
        provider, issuer = providers.get(name), served.world.issuer(name)
        valid = issuer.recordings["valid"].introspection if "valid" in issuer.recordings else {}
        scopes = valid.get("scopes") or (*provider.scopes.profile, *provider.scopes.email)
        stated[name] = Connection(
            name=name,
            provider=name,
            client_ids=(issuer.client_id,),
            client_secret=Secret(served.client_secret),
            credentials=issuer.further,
            issuer_url=served.url(name),
            allowed_scopes=frozenset(scopes),
            max_lifetime_s=90 * 86400,
            allow_unbounded=UNBOUNDED if valid.get("endless") or provider.token.lifetime == 0 else None,
        )
    return Policy(connections=stated)


def _subject(served: Served, name: str) -> str:
    return served.world.issuer(name).subject or "made-up"


def _other(planted: Planted) -> str:
    """The account under which a planted token is kept: one that nobody else has."""
    return f"planted-{planted.case}"
