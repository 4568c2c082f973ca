"""The simulated provider answers the requests of one thread and opens no socket."""

from __future__ import annotations

import socket
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from idp_checks import providers
from idp_checks.conformance.adapters.adapter import AdapterError
from idp_checks.conformance.adapters.simulation import ProviderSimulation


@pytest.fixture
def simulation():
    """Simulate GitHub with a small profile."""
    return ProviderSimulation(providers.get("github"), {"id": 90000042, "login": "mia"}, {})


def test_intercept_refuses_sockets(simulation):
    """Network access other than by requests is refused and raised as an AdapterError."""
    with pytest.raises(AdapterError, match="socket"), simulation.intercept():
        urllib.request.urlopen("https://issuer.example.com/", timeout=5)


def test_intercept_affects_only_its_thread(simulation):
    """During the simulation another thread still opens sockets, and afterwards this thread does too."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        peers = []

        def connect():
            with socket.socket() as client:
                client.connect(address)
                peers.append(client.getpeername())

        with simulation.intercept():
            thread = threading.Thread(target=connect)
            thread.start()
            thread.join(10)
        connect()
    assert peers == [address, address]


def test_threads_do_not_share_responses(run_library):
    """Adapters that run in several threads at once each receive the response for the right raw profile."""

    def run_repeatedly(number):
        raw = {"id": 90000000 + number, "login": "mia", "name": None}
        return [run_library("python-social-auth", "github", raw, emails=[])["user_id"] for _ in range(5)]

    with ThreadPoolExecutor(max_workers=4) as pool:
        results = list(pool.map(run_repeatedly, range(8)))
    assert results == [[f"github|{90000000 + number}"] * 5 for number in range(8)]


def test_additional_call_without_response_is_forbidden():
    """A missing response and a recorded refusal return HTTP 403, a recorded response returns 200."""
    import requests

    def status(also):
        with ProviderSimulation(providers.get("github"), {"id": 90000042}, also).intercept():
            return requests.get("https://api.github.com/user/emails", timeout=5).status_code

    assert status({}) == 403
    assert status({"emails": {"message": "Not Found"}}) == 403
    assert status({"emails": []}) == 200


def test_error_body_has_its_status():
    """An error body is returned with 401 or its own status, and with 200 by providers that do so."""
    import requests

    def status(provider, raw):
        with ProviderSimulation(providers.get(provider), raw, {}).intercept():
            return requests.get("https://issuer.example.com/profile", timeout=5).status_code

    assert status("github", {"message": "Bad credentials"}) == 401
    assert status("linkedin", {"status": 403, "code": "REVOKED", "message": "sample text"}) == 403
    assert status("weixin", {"errcode": 48001, "errmsg": "sample text"}) == 200
    assert status("github", {"id": 90000042, "message": "not an error, but a field of that name"}) == 200
