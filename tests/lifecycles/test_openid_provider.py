"""The life of a token at a real OpenID provider on loopback (Canaille, by pytest-iam), from the login form to its end.

The token is had as a person's browser and an application have it: the login page, the form with its hidden fields, the
consent, the code, the exchange. Then it is asked about, used, renewed, revoked, and asked about until it is dead.
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

pytest.importorskip("pytest_iam", reason="pytest-iam is of the extra `test`")

REDIRECT = "https://app.example.com/callback"
PASSWORD = secrets.token_urlsafe(16)
SCOPES = "openid profile email"


class Form(HTMLParser):
    """The form of a page: where it goes, its fields as they stand there, its buttons."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields, self.buttons = "", {}, []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = told.get("action", "")
        elif tag == "input" and "name" in told and (told.get("type") != "checkbox" or "checked" in told):
            self.fields[told["name"]] = told.get("value", "")
        elif tag == "button" and "name" in told:
            self.buttons.append((told["name"], told.get("value", "")))


class Browser:
    """A browser of a person who signs in: it keeps cookies and goes where it is sent, up to the application."""

    def __init__(self):
        self.client = httpx.Client(timeout=30.0)
        self.pages = []

    def open(self, url):
        return self._at(self.client.get(url))

    def send(self, page, **typed):
        """Fill in the form of a page and send it, as ``multipart/form-data`` as the page says."""
        form = Form(page.text)
        filled = {**form.fields, **typed}
        return self._at(
            self.client.post(
                urljoin(str(page.url), form.action), files={name: (None, value) for name, value in filled.items()}
            )
        )

    def _at(self, page):
        while page.is_redirect:
            where = urljoin(str(page.url), page.headers["location"])
            if where.startswith(REDIRECT):
                return where
            page = self.client.get(where)
        self.pages.append(urlsplit(str(page.url)).path)
        return page


@pytest.fixture(scope="module")
def found(iam_server):
    """What the provider says of itself; there is one person with a password."""
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
    """An application of its own for every test: at this server two tokens of one and the same second are the same."""
    name = f"app-{secrets.token_hex(4)}"
    client = iam_server.models.Client(
        client_id=name,
        client_name=name,
        client_secret=secrets.token_urlsafe(24),
        client_uri="https://app.example.com",
        redirect_uris=[REDIRECT],
        grant_types=["authorization_code", "refresh_token"],
        response_types=["code"],
        scope=SCOPES.split(),
        token_endpoint_auth_method="client_secret_basic",
    )
    iam_server.backend.save(client)
    client.audience = [client]
    iam_server.backend.save(client)
    return client.client_id, client.client_secret


def signed_in(found, application):
    """The tokens of a person who signs in by the provider's own pages (RFC 6749, section 4.1), and the pages seen."""
    browser, state = Browser(), secrets.token_urlsafe(8)
    asked = httpx.URL(
        found["authorization_endpoint"],
        params={
            "response_type": "code",
            "client_id": application[0],
            "scope": SCOPES,
            "redirect_uri": REDIRECT,
            "nonce": secrets.token_urlsafe(8),
            "state": state,
        },
    )
    page = browser.open(str(asked))
    for _ in range(5):
        if isinstance(page, str):
            break
        form = Form(page.text)
        if "password" in form.fields:
            page = browser.send(page, password=PASSWORD)
        elif "login" in form.fields:
            page = browser.send(page, login="mia.chen")
        else:
            assert ("answer", "accept") in form.buttons, form.buttons
            page = browser.send(page, answer="accept")
    assert isinstance(page, str), (page.url, page.text)
    answered = parse_qs(urlsplit(page).query)
    assert answered["state"] == [state]
    issued = httpx.post(
        found["token_endpoint"],
        auth=application,
        data={"grant_type": "authorization_code", "code": answered["code"][0], "redirect_uri": REDIRECT},
    )
    assert issued.status_code == 200, issued.text
    return issued.json(), browser.pages


def explore(found, tokens, application, **more):
    return lifecycle_sync(
        "oidc",
        tokens["access_token"],
        refresh_token=tokens["refresh_token"],
        client_id=application[0],
        client_secret=application[1],
        **{"issuer_url": found["issuer"], "subject": "mia.chen", "patience": 5.0, "every": 0.05, **more},
    )


def verdicts(result):
    return {each.check: each.verdict.value for each in result.findings}


def hidden(shown, *secret):
    """None of the secrets stands in what is shown."""
    return [each for each in secret if each and each in shown]


def test_a_whole_life_from_the_login_form_to_the_end(found, application):
    """Good, used, renewed and the new one good, revoked, dead: every step is seen at a real provider, and all passes."""
    tokens, pages = signed_in(found, application)
    assert any("login" in page for page in pages), pages
    told = []
    result = explore(found, tokens, application, renew=True, revoke=True, keep=told.append)
    assert [(each.name, each.token, each.outcome) for each in result.steps] == [
        ("ask", "given", "good"),
        ("use", "given", "worked"),
        ("renew", "given", "renewed"),
        ("ask-renewed", "renewed", "good"),
        # This server ends the old access token with the renewal, so it is the renewed one that is revoked.
        ("ask", "given", "not_good"),
        ("revoke", "renewed", "accepted"),
        ("ask-until-dead", "renewed", "dead"),
    ]
    assert verdicts(result) == {"IDP-LIF-001": "pass", "IDP-LIF-002": "pass", "IDP-LIF-004": "pass"}
    assert result.exit_code == 0
    assert [each.seconds for each in result.steps] == sorted(each.seconds for each in result.steps)
    assert told == [result.renewed]
    new = result.renewed
    assert new.access_token.reveal() != tokens["access_token"]
    assert (new.rotated, new.refresh_token.reveal() != tokens["refresh_token"]) == (True, True)
    shown = json.dumps(result.to_dict()) + repr(result)
    canaries = (*(tokens[name] for name in ("access_token", "refresh_token")), application[1])
    assert hidden(shown, *canaries, new.access_token.reveal(), new.refresh_token.reveal()) == []


def test_without_permission_nothing_is_changed(found, application):
    """The plan names both calls and their addresses, and the token is as good afterwards as before."""
    tokens, _ = signed_in(found, application)
    result = explore(found, tokens, application)
    assert [each.name for each in result.steps] == ["ask", "use"]
    assert [(each.what, each.allowed, each.possible, each.address) for each in result.plan] == [
        ("renew", False, True, found["token_endpoint"]),
        ("revoke", False, True, found["revocation_endpoint"]),
    ]
    assert verdicts(result)["IDP-LIF-002"] == "not_applicable"
    assert explore(found, tokens, application).steps[0].outcome == "good"


def test_a_token_that_was_dead_before_proves_nothing(found, application):
    """This server, as RFC 7009 has it, answers 200 to the revocation of a dead token: that is no pass."""
    tokens, _ = signed_in(found, application)
    first = explore(found, tokens, application, revoke=True)
    assert verdicts(first)["IDP-LIF-002"] == "pass"
    again = explore(found, tokens, application, revoke=True)
    assert [each.outcome for each in again.steps if each.name == "revoke"] == ["accepted"]
    assert verdicts(again)["IDP-LIF-002"] == "indeterminate"
    assert again.exit_code == 3


def test_the_command_shows_a_whole_life_and_no_secret(found, application, tmp_path):
    """The terminal shows each step with its seconds; the new tokens are in the file alone, which its owner can read."""
    tokens, _ = signed_in(found, application)
    kept = tmp_path / "renewed.json"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "idp_checks.cli", "lifecycle", "oidc", "--issuer-url", found["issuer"]),
            *("--subject", "mia.chen", "--patience", "5", "--yes", "--renewed-to", str(kept)),
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
    assert done.returncode == 0, done
    assert f"will revoke: POST {found['revocation_endpoint']}" in done.stderr
    steps = [line.split()[1] for line in done.stdout.splitlines() if line.strip()[:1].isdigit()]
    assert steps == ["ask", "use", "renew", "ask-renewed", "ask", "revoke", "ask-until-dead"], done.stdout
    assert kept.stat().st_mode & 0o777 == 0o600
    new = json.loads(kept.read_text())
    canaries = (tokens["access_token"], tokens["refresh_token"], application[1], new["access_token"])
    assert hidden(done.stdout + done.stderr, *canaries, new["refresh_token"]) == []
    assert new["refresh_token"] not in (None, tokens["refresh_token"])
