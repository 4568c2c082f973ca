"""Sample identities, policies and simulated issuers for audits."""

from __future__ import annotations

import httpx
import pytest

from idp_checks import Secret
from idp_checks.checks.policy import Connection, Policy
from idp_checks.issuers.cases import CLIENT_SECRET
from idp_checks.issuers.server import serve
from idp_checks.live.asker import Asker
from idp_checks.secret import Redactor

KEY = "an engagement's key of some length"


class RecordingTransport(httpx.AsyncBaseTransport):
    """Forwards requests and records them."""

    def __init__(self):
        self.requests = []

    async def handle_async_request(self, request):
        self.requests.append(request)
        async with httpx.AsyncHTTPTransport() as transport:
            response = await transport.handle_async_request(request)
            body = b"".join([chunk async for chunk in response.aiter_raw()])
            return httpx.Response(response.status_code, headers=dict(response.headers), stream=httpx.ByteStream(body))


class Samples:
    """Builds profiles and policies whose tokens the simulated issuers know."""

    client_secret = CLIENT_SECRET

    def __init__(self, server):
        self.server = server

    def issuer(self, provider="github"):
        return self.server.world.issuer(provider)

    def identity(self, provider, token=None, user_id="583231", connection=None, **fields):
        identity = {
            "provider": provider,
            "user_id": user_id,
            "connection": connection or provider,
            "isSocial": True,
            **fields,
        }
        return identity | ({"access_token": token} if token else {})

    def user(self, identity, **fields):
        return {
            "user_id": f"{identity['provider']}|{identity['user_id']}",
            "name": "Mia Chen",
            "identities": [identity],
            **fields,
        }

    def users(self, *cases, provider="github"):
        """Build one user per case; the case selects the token."""
        issuer = self.issuer(provider)
        return [self.user(self.identity(provider, issuer.token(case), issuer.subject)) for case in cases]

    def connection(self, provider, **fields):
        fields.setdefault("client_ids", (self.issuer(provider).client_id,))
        return Connection(
            name=fields.pop("name", provider),
            provider=provider,
            client_secret=Secret(CLIENT_SECRET),
            issuer_url=self.server.url(provider),
            **fields,
        )

    def policy(self, *connections):
        """Build a policy from connections, or from the names of providers."""
        items = [self.connection(item) if isinstance(item, str) else item for item in connections]
        return Policy(connections={item.name: item for item in items})

    @staticmethod
    def findings(result, check):
        return [finding for finding in result.findings if finding.check == check]


@pytest.fixture(scope="session")
def samples():
    """Sample profiles and policies, with simulated issuers on loopback."""
    with serve() as server:
        yield Samples(server)


@pytest.fixture
def recording_asker():
    """An asker with a transport that records all requests."""
    transport = RecordingTransport()
    return Asker(redactor=Redactor(KEY.encode()), transport=transport), transport
