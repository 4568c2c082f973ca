"""The lifecycle of a token at a real OpenID provider on loopback (Canaille, through pytest-iam).

A browser and an application obtain the token: login page, form with hidden fields, consent, code, and exchange. The
token is then asked about, used, renewed, revoked, and asked about until it is inactive.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest

from idp_checks import lifecycle_sync

pytestmark = pytest.mark.slow

pytest.importorskip("pytest_iam", reason="requires pytest-iam, which the extra `test` installs")

REDIRECT_URI = "https://app.example.com/callback"
PASSWORD = secrets.token_urlsafe(16)
SCOPES = "openid profile email"


class Form(HTMLParser):
    """The form of a page: its action, its fields with their values, and its buttons."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields, self.buttons = "", {}, []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attributes = {name: value or "" for name, value in attrs}
        name = attributes.get("name")
        if tag == "form":
            self.action = attributes.get("action", "")
        elif tag == "input" and name is not None:
            if attributes.get("type") != "checkbox" or "checked" in attributes:
                self.fields[name] = attributes.get("value", "")
        elif tag == "button" and name is not None:
            self.buttons.append((name, attributes.get("value", "")))


class Browser:
    """A user's browser, which keeps cookies and follows redirects up to the application."""

    def __init__(self):
        self.client = httpx.Client(timeout=30.0)
        self.paths = []

    def open(self, url):
        return self._follow(self.client.get(url))

    def submit(self, page, **fields):
        """Fill in and submit the form of a page as ``multipart/form-data``, as the page requires."""
        form = Form(page.text)
        files = {name: (None, value) for name, value in {**form.fields, **fields}.items()}
        return self._follow(self.client.post(urljoin(str(page.url), form.action), files=files))

    def _follow(self, page):
        while page.is_redirect:
            url = urljoin(str(page.url), page.headers["location"])
            if url.startswith(REDIRECT_URI):
                return url
            page = self.client.get(url)
        self.paths.append(urlsplit(str(page.url)).path)
        return page


@pytest.fixture(scope="module")
def metadata(iam_server):
    """Create a user with a password, and return the provider's discovery document."""
    user = iam_server.models.User(
        user_name="mia.chen",
        formatted_name="Mia Chen",
        given_name="Mia",
        family_name="Chen",
        emails=["mia.chen@example.com"],
        password=PASSWORD,
    )
    iam_server.backend.save(user)
    yield httpx.get(f"{iam_server.url}.well-known/openid-configuration").json()
    iam_server.backend.delete(user)


@pytest.fixture
def application(iam_server):
    """Register an application for one test, because two tokens of the same second are equal at this server."""
    name = f"app-{secrets.token_hex(4)}"
    client = iam_server.models.Client(
        client_id=name,
        client_name=name,
        client_secret=secrets.token_urlsafe(24),
        client_uri="https://app.example.com",
        redirect_uris=[REDIRECT_URI],
        grant_types=["authorization_code", "refresh_token"],
        response_types=["code"],
        scope=SCOPES.split(),
        token_endpoint_auth_method="client_secret_basic",
    )
    iam_server.backend.save(client)
    client.audience = [client]
    iam_server.backend.save(client)
    return client.client_id, client.client_secret


def sign_in(metadata, application):
    """Sign in through the provider's pages (RFC 6749, section 4.1); return the tokens and the visited paths."""
    browser, state = Browser(), secrets.token_urlsafe(8)
    url = httpx.URL(
        metadata["authorization_endpoint"],
        params={
            "response_type": "code",
            "client_id": application[0],
            "scope": SCOPES,
            "redirect_uri": REDIRECT_URI,
            "nonce": secrets.token_urlsafe(8),
            "state": state,
        },
    )
    page = browser.open(str(url))
    for _ in range(5):
        if isinstance(page, str):
            break
        form = Form(page.text)
        if "password" in form.fields:
            page = browser.submit(page, password=PASSWORD)
        elif "login" in form.fields:
            page = browser.submit(page, login="mia.chen")
        else:
            assert ("answer", "accept") in form.buttons, form.buttons
            page = browser.submit(page, answer="accept")
    assert isinstance(page, str), (page.url, page.text)
    query = parse_qs(urlsplit(page).query)
    assert query["state"] == [state]
    response = httpx.post(
        metadata["token_endpoint"],
        auth=application,
        data={"grant_type": "authorization_code", "code": query["code"][0], "redirect_uri": REDIRECT_URI},
    )
    assert response.status_code == 200, response.text
    return response.json(), browser.paths


def run_lifecycle(metadata, tokens, application, **arguments):
    """Run a lifecycle with the tokens of a sign-in."""
    return lifecycle_sync(
        "oidc",
        tokens["access_token"],
        refresh_token=tokens["refresh_token"],
        client_id=application[0],
        client_secret=application[1],
        **{"issuer_url": metadata["issuer"], "subject": "mia.chen", "patience": 5.0, "every": 0.05, **arguments},
    )


def collect_verdicts(result):
    """Return the verdicts by check."""
    return {finding.check: finding.verdict.value for finding in result.findings}


def find_leaks(output, *values):
    """Return the secrets that are in the output."""
    return [value for value in values if value and value in output]


def test_lifecycle_from_sign_in_to_revocation(metadata, application):
    """At a real provider every step works, every check passes, and the output contains no secret."""
    tokens, paths = sign_in(metadata, application)
    assert any("login" in path for path in paths), paths
    received = []
    result = run_lifecycle(metadata, tokens, application, renew=True, revoke=True, keep=received.append)
    assert [(step.name, step.token, step.outcome) for step in result.steps] == [
        ("ask", "given", "good"),
        ("use", "given", "worked"),
        ("renew", "given", "renewed"),
        ("ask-renewed", "renewed", "good"),
        # This server ends the old access token with the renewal, so the renewed token is revoked.
        ("ask", "given", "not_good"),
        ("revoke", "renewed", "accepted"),
        ("ask-until-dead", "renewed", "dead"),
    ]
    assert collect_verdicts(result) == {"IDP-LIF-001": "pass", "IDP-LIF-002": "pass", "IDP-LIF-004": "pass"}
    assert result.exit_code == 0
    assert [step.seconds for step in result.steps] == sorted(step.seconds for step in result.steps)
    renewed = result.renewed
    assert received == [renewed]
    assert renewed.access_token.reveal() != tokens["access_token"]
    assert renewed.rotated
    assert renewed.refresh_token.reveal() != tokens["refresh_token"]
    output = json.dumps(result.to_dict()) + repr(result)
    old = (tokens["access_token"], tokens["refresh_token"], application[1])
    assert find_leaks(output, *old, renewed.access_token.reveal(), renewed.refresh_token.reveal()) == []


def test_lifecycle_without_permission_changes_nothing(metadata, application):
    """The plan names both requests and their URLs, and the token remains good."""
    tokens, _ = sign_in(metadata, application)
    result = run_lifecycle(metadata, tokens, application)
    assert [step.name for step in result.steps] == ["ask", "use"]
    assert [(planned.action, planned.allowed, planned.possible, planned.address) for planned in result.plan] == [
        ("renew", False, True, metadata["token_endpoint"]),
        ("revoke", False, True, metadata["revocation_endpoint"]),
    ]
    assert collect_verdicts(result)["IDP-LIF-002"] == "not_applicable"
    assert run_lifecycle(metadata, tokens, application).steps[0].outcome == "good"


def test_lifecycle_of_a_revoked_token_is_indeterminate(metadata, application):
    """The server responds with 200 to the revocation of an inactive token (RFC 7009), which is not a pass."""
    tokens, _ = sign_in(metadata, application)
    first = run_lifecycle(metadata, tokens, application, revoke=True)
    assert collect_verdicts(first)["IDP-LIF-002"] == "pass"
    second = run_lifecycle(metadata, tokens, application, revoke=True)
    assert [step.outcome for step in second.steps if step.name == "revoke"] == ["accepted"]
    assert collect_verdicts(second)["IDP-LIF-002"] == "indeterminate"
    assert second.exit_code == 3


def test_lifecycle_command_stores_the_new_tokens_privately(metadata, application, tmp_path):
    """The program prints each step and no secret, and writes the new tokens to a file that only its owner can read."""
    tokens, _ = sign_in(metadata, application)
    path = tmp_path / "renewed.json"
    process = subprocess.run(
        [
            *(sys.executable, "-m", "idp_checks.cli", "lifecycle", "oidc", "--issuer-url", metadata["issuer"]),
            *("--subject", "mia.chen", "--patience", "5", "--yes", "--renewed-to", str(path)),
        ],
        input=tokens["access_token"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={
            **os.environ,
            "IDP_CHECKS_CLIENT_ID": application[0],
            "IDP_CHECKS_CLIENT_SECRET": application[1],
            "IDP_CHECKS_REFRESH_TOKEN": tokens["refresh_token"],
        },
    )
    assert process.returncode == 0, process
    assert f"will revoke: POST {metadata['revocation_endpoint']}" in process.stderr
    steps = [line.split()[1] for line in process.stdout.splitlines() if line.strip()[:1].isdigit()]
    assert steps == ["ask", "use", "renew", "ask-renewed", "ask", "revoke", "ask-until-dead"], process.stdout
    assert path.stat().st_mode & 0o777 == 0o600
    new = json.loads(path.read_text())
    values = (tokens["access_token"], tokens["refresh_token"], application[1])
    assert find_leaks(process.stdout + process.stderr, *values, new["access_token"], new["refresh_token"]) == []
    assert new["refresh_token"] not in (None, tokens["refresh_token"])
