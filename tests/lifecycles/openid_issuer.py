"""A simulated OpenID provider with selectable mistakes, and a lifecycle at it."""

from __future__ import annotations

import asyncio
import base64
import secrets
import time
from urllib.parse import parse_qs

import httpx

from idp_checks import lifecycle
from idp_checks.live.asker import Asker

ISSUER = "https://op.example.com"
TOKEN = "canary-access-6e0d7c0b6f5a4e21"
REFRESH_TOKEN = "canary-refresh-0c9b8a7f6e5d4c3b"
CLIENT_ID = "our-app"
CLIENT_SECRET = "canary-secret-1f2e3d4c5b6a7988"
CANARIES = (
    TOKEN,
    REFRESH_TOKEN,
    CLIENT_SECRET,
    base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode(),
)
"""Strings that must not appear in any output."""


class OpenIDIssuer:
    """An OpenID provider as an httpx handler.

    Args:
        revocation_status: the status of the revocation response.
        revocation_body: the body of the revocation response; with a body nothing is revoked.
        lag: the number of questions about a revoked token with an active response; None for all of them.
        renewal: the status and arguments of the renewal response; the usual one if None.
        rotates: whether a renewal replaces the refresh token.
        ends_renewed: whether a renewal ends the old access token.
        ends_grant: whether a revocation ends all tokens.
        client: the client that the introspection names.
        introspection_status: the status of the introspection response.
        lifetime: the seconds until the token expires.
        flaps_at: the question about a revoked token with an active response.
        missing: the endpoints that the discovery document lacks.
        scope: the scope in each introspection response.
    """

    def __init__(
        self,
        *,
        revocation_status=200,
        revocation_body=None,
        lag=0,
        renewal=None,
        rotates=True,
        ends_renewed=False,
        ends_grant=False,
        client=CLIENT_ID,
        introspection_status=200,
        lifetime=3600,
        flaps_at=None,
        missing=(),
        scope="openid",
    ):
        self.revocation_status, self.revocation_body, self.lag = revocation_status, revocation_body, lag
        self.renewal, self.rotates, self.ends_renewed = renewal, rotates, ends_renewed
        self.ends_grant, self.client, self.introspection_status = ends_grant, client, introspection_status
        self.lifetime, self.flaps_at, self.missing, self.scope = lifetime, flaps_at, missing, scope
        self.active_tokens = {TOKEN}
        self.questions_after_revocation = {}
        self.refresh_token = REFRESH_TOKEN
        self.calls = []
        self.issued = []

    def __call__(self, request):
        path = request.url.path
        self.calls.append(path)
        if path.endswith("openid-configuration"):
            return self.discovery()
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        return getattr(self, path.strip("/"))(request, form)

    def discovery(self):
        names = ("introspection", "userinfo", "token", "revocation")
        endpoints = {f"{name}_endpoint": f"{ISSUER}/{name}" for name in names if name not in self.missing}
        return httpx.Response(200, json={"issuer": ISSUER, **endpoints})

    def introspection(self, _, form):
        if self.introspection_status != 200:
            return httpx.Response(self.introspection_status)
        if not self.is_active(form["token"]):
            return httpx.Response(200, json={"active": False})
        return httpx.Response(
            200,
            json={
                "active": True,
                "client_id": self.client,
                "sub": "42",
                "exp": int(time.time()) + self.lifetime,
                "scope": self.scope,
            },
        )

    def is_active(self, token):
        if token not in self.questions_after_revocation:
            return token in self.active_tokens
        self.questions_after_revocation[token] += 1
        questions = self.questions_after_revocation[token]
        return self.lag is None or questions <= self.lag or questions == self.flaps_at

    def userinfo(self, request, _):
        token = request.headers["authorization"].removeprefix("Bearer ")
        return httpx.Response(200, json={"sub": "42"}) if token in self.active_tokens else httpx.Response(401)

    def token(self, _, form):
        if self.renewal is not None:
            status, arguments = self.renewal
            return httpx.Response(status, **arguments)
        if form["refresh_token"] != self.refresh_token:
            return httpx.Response(400, json={"error": "invalid_grant"})
        token = f"new-access-{secrets.token_hex(8)}"
        self.issued.append(token)
        body = {"access_token": token, "token_type": "Bearer", "expires_in": 3600}
        if self.rotates:
            self.refresh_token = body["refresh_token"] = f"new-refresh-{secrets.token_hex(8)}"
            self.issued.append(self.refresh_token)
        if self.ends_renewed:
            self.active_tokens.clear()
        self.active_tokens.add(token)
        return httpx.Response(200, json=body)

    def revocation(self, _, form):
        if self.revocation_status == 200 and self.revocation_body is None:
            tokens = self.active_tokens if self.ends_grant else {form["token"]} & self.active_tokens
            self.questions_after_revocation |= dict.fromkeys(tokens, 0)
        return httpx.Response(self.revocation_status, json=self.revocation_body or {})


def run_at(issuer, token=TOKEN, **arguments):
    """Run a lifecycle with a revocation at the issuer."""

    async def run():
        async with Asker(transport=httpx.MockTransport(issuer)) as asker:
            return await lifecycle(
                "oidc",
                token,
                asker=asker,
                **{
                    "refresh_token": REFRESH_TOKEN,
                    "client_id": CLIENT_ID,
                    "client_secret": CLIENT_SECRET,
                    "issuer_url": ISSUER,
                    "renew": False,
                    "revoke": True,
                    "patience": 0.2,
                    "every": 0.02,
                    **arguments,
                },
            )

    return asyncio.run(run())


def get_verdict(result, check_id="IDP-LIF-002"):
    """Return the verdict and reason of a check."""
    finding = next(finding for finding in result.findings if finding.check == check_id)
    return finding.verdict.value, finding.reason


def get_step(result, name):
    """Return the first step with that name."""
    return next(step for step in result.steps if step.name == name)
