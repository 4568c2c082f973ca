"""The hostile issuers of one family, over plain HTTP and over TLS."""

from __future__ import annotations

import contextlib
import os
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Self
from unittest import mock

from idp_checks import providers
from idp_checks.issuers.hostile import BEHAVIORS, HostileIssuer
from idp_checks.issuers.world import World
from idp_checks.secret import Secret
from idp_checks.selftest.hostile.families import DESCRIPTIONS, FAMILIES, TLS_BEHAVIORS
from idp_checks.tokens.question import Question

if TYPE_CHECKING:
    import trustme

__all__ = ["TRUSTED_TLS", "FamilyServers", "survey_world", "trust_authority"]

TRUSTED_TLS = "trusted-tls"
"""The unaltered response over TLS with a valid certificate."""


@cache
def survey_world() -> World:
    """Return the simulated issuers of all families, which share one signing key."""
    return World(names=tuple({family.provider for family in FAMILIES.values()}))


@contextlib.contextmanager
def trust_authority() -> Iterator[None]:
    """Make clients trust the certificate authority of the servers."""
    with _authority().cert_pem.tempfile() as path, mock.patch.dict(os.environ, {"SSL_CERT_FILE": path}):
        yield


class FamilyServers:
    """The hostile issuers of one family. A context manager.

    Attributes:
        family: the family.
        plain: the server over plain HTTP.
        secure: the servers over TLS, by behavior.
    """

    def __init__(self, name: str) -> None:
        self.family = FAMILIES[name]
        self._stack = contextlib.ExitStack()
        self.plain = self._start(None)
        kinds = [kind for kind in TLS_BEHAVIORS if kind != "no-tls"]
        self.secure = {kind: self._start(_tls_context(kind)) for kind in (*kinds, TRUSTED_TLS)}

    def _start(self, tls: ssl.SSLContext | None) -> HostileIssuer:
        provider, _, alters_discovery = self.family
        server = HostileIssuer(provider, world=survey_world(), discovery=alters_discovery, tls=tls)
        return self._stack.enter_context(server)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def behaviors(self) -> list[str]:
        """Return the behaviors that apply to this family."""
        return [name for name in DESCRIPTIONS if name in TLS_BEHAVIORS or self.plain.why_not_applicable(name) is None]

    def question(self, behavior: str | None) -> Question:
        """Return the question for a behavior; None for the unaltered response."""
        server = self.secure.get(behavior or "", self.plain)
        name = behavior if behavior in BEHAVIORS else None
        url = server.url(name)
        debug = providers.get(self.family.provider).debug
        assert debug is not None, "every family has a debug endpoint"
        proves_client = "client" in debug.proves
        return Question(
            provider=self.family.provider,
            token=Secret(server.token(name)),
            issuer_url=url.replace("http:", "https:") if behavior == "no-tls" else url,
            client_id=server.client_id if proves_client or "client_id" in debug.required_credentials else None,
            client_secret=Secret(server.client_secret),
            clients=(server.client_id,) if proves_client else (),
            subject=server.subject,
            credentials=dict(server.credentials),
        )

    @property
    def theft_count(self) -> int:
        """Connections to a thief, and requests over TLS that must not be trusted."""
        servers = (self.plain, *self.secure.values())
        untrusted = (server for kind, server in self.secure.items() if kind != TRUSTED_TLS)
        thief_connections = sum(server.thief.connection_count for server in servers)
        return thief_connections + sum(len(server.requested_behaviors) for server in untrusted)


@cache
def _authority() -> trustme.CA:
    import trustme

    return trustme.CA()


@cache
def _tls_context(kind: str) -> ssl.SSLContext:
    """Return a server context with the certificate of a TLS behavior."""
    import trustme

    authority = trustme.CA() if kind == "unknown-authority" else _authority()
    name = "idp.example.com" if kind == "wrong-name" else "127.0.0.1"
    now = datetime.now(UTC)
    expiry = now - timedelta(days=1) if kind == "expired-certificate" else None
    certificate = authority.issue_cert(name, not_before=now - timedelta(days=30), not_after=expiry)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context
