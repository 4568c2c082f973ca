"""Tests of connections: TLS, proxies, connection reuse and network errors."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ipaddress
import socket
import ssl
import sys
import threading
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from support.fake_server import CLIENT, GOOD, SECRET, TOKEN, FakeServer, http_response, introspect_at, serve

from idp_checks import Question, UsageError
from idp_checks.live import transport
from idp_checks.live.asker import Asker


def make_certificate(folder, name):
    """Write a self-signed certificate for a name and for loopback, with its key, and return its path."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Return a self-signed certificate and its key."""
    return make_certificate(tmp_path_factory.mktemp("tls"), "idp.example.com")


@pytest.fixture
def tls(certificate):
    """Return the TLS settings of a server with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_untrusted_certificate_ends_the_question(tls):
    """The token is not sent to a server with a self-signed certificate, and there is no retry."""
    with FakeServer(lambda request, connection: http_response(GOOD), tls) as server:
        result = introspect_at(server)
        assert (result.active, result.reason) == (None, "network")
        assert "certificate" in result.detail
        assert (server.requests, server.connection_count) == ([], 1)


def test_certificate_for_another_name_ends_the_question(tls, certificate, monkeypatch):
    """A trusted certificate counts only for its own names."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with FakeServer(lambda request, connection: http_response(GOOD), tls) as server:
        assert introspect_at(f"https://localhost:{server.port}").reason == "network"
        assert server.requests == []
        assert introspect_at(server).good


def forward(source, target):
    """Copy data from one connection to another."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)


def test_proxy_does_not_see_the_token(tls, certificate, monkeypatch):
    """The proxy sees the issuer's name, the token stays inside TLS, and loopback is asked without a proxy."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    for name in ("NO_PROXY", "no_proxy", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)

    def tunnel(request, connection):
        if b"refuse" in request:
            return http_response(b"", "407 Proxy Authentication Required")
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with socket.create_connection(("127.0.0.1", server.port)) as upstream:
            threading.Thread(target=forward, args=(upstream, connection), daemon=True).start()
            forward(connection, upstream)
        return None

    with FakeServer(lambda request, connection: http_response(GOOD), tls) as server, FakeServer(tunnel) as proxy:
        monkeypatch.setenv("https_proxy", f"http://user:pa%40ss@127.0.0.1:{proxy.port}")
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        assert introspect_at("https://idp.example.com").good
        assert len(proxy.requests) == 1
        assert proxy.requests[0].startswith(b"CONNECT idp.example.com:443 HTTP/1.1\r\n")
        assert base64.b64encode(b"user:pa@ss") in proxy.requests[0]
        assert b"canary" not in proxy.requests[0]
        assert introspect_at("https://refuse.example.com").reason == "network"
        with serve(http_response(GOOD)) as plain:
            assert introspect_at(plain).good
        assert len(proxy.requests) == 2


def test_unsupported_proxy_is_reported(monkeypatch):
    """Nothing is sent without the proxy that the environment requires."""
    for name in ("NO_PROXY", "no_proxy", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", "socks5://127.0.0.1:1")
    result = introspect_at("https://idp.example.com")
    assert (result.reason, result.detail) == ("network", "not sent: unsupported proxy type")


@pytest.mark.usefixtures("no_jitter")
def test_missing_server_is_a_network_failure():
    """A closed port and an unknown host name leave the token undecided."""
    with serve(b"") as server:
        port = server.port
    for url in (f"http://127.0.0.1:{port}", "https://issuer.invalid"):
        result = introspect_at(url)
        assert (result.active, result.reason) == (None, "network")
        assert "cannot connect" in result.detail


def test_data_after_a_response_is_never_read_as_the_next_one():
    """A connection is used again, unless the server sent more than its response."""

    async def ask(server):
        async with Asker(concurrency=1) as asker:
            options = {"client_id": CLIENT, "client_secret": SECRET, "issuer_url": server.url}
            questions = [Question(provider="oauth2", token=f"{TOKEN}{number}", **options) for number in range(3)]
            return [await asker.ask(question) for question in questions]

    with serve(http_response(GOOD)) as server:
        assert all(result.good for result in asyncio.run(ask(server)))
        assert (len(server.requests), server.connection_count) == (3, 1)
    with serve(http_response({"active": False}) + http_response(GOOD)) as server:
        assert [result.active for result in asyncio.run(ask(server))] == [False, False, False]
        assert server.connection_count == 3


def chain(error, *causes, attribute="__cause__"):
    """Return an error that was caused by others."""
    current = error
    for cause in causes:
        setattr(current, attribute, cause)
        current = cause
    return error


ServerDisconnectedError = type("ServerDisconnectedError", (Exception,), {})
MESSAGE = "made-up-secret"


@pytest.mark.parametrize("attribute", ["__cause__", "__context__"])
@pytest.mark.parametrize(
    ("error", "causes", "word", "is_temporary"),
    [
        (httpx.ConnectError(MESSAGE), [ssl.SSLError(MESSAGE)], "TLS", False),
        (httpx.ConnectError(MESSAGE), [OSError(MESSAGE), ssl.SSLCertVerificationError(MESSAGE)], "TLS", False),
        (httpx.ReadError(MESSAGE), [ConnectionResetError(MESSAGE), ssl.SSLError(MESSAGE)], "TLS", False),
        (httpx.ConnectError(MESSAGE), [ConnectionResetError(MESSAGE)], "closed early", True),
        (httpx.WriteError(MESSAGE), [OSError(MESSAGE), BrokenPipeError(MESSAGE)], "closed early", True),
        (httpx.WriteError(MESSAGE), [EOFError(MESSAGE)], "closed early", True),
        (httpx.WriteError(MESSAGE), [ServerDisconnectedError(MESSAGE)], "closed early", True),
        (httpx.ConnectError(MESSAGE), [], "cannot connect", True),
        (httpx.ConnectError(MESSAGE), [OSError(MESSAGE)], "cannot connect", True),
        (httpx.ConnectTimeout(MESSAGE), [], "cannot connect", True),
        (httpx.RemoteProtocolError(MESSAGE), [], "closed early", True),
        (httpx.ReadError(MESSAGE), [], "closed early", True),
        (httpx.ReadTimeout(MESSAGE), [], "timed out", False),
        (httpx.PoolTimeout(MESSAGE), [], "timed out", False),
        (httpx.WriteError(MESSAGE), [], "WriteError", False),
        (httpx.ProxyError(MESSAGE), [OSError(MESSAGE)], "ProxyError", False),
    ],
)
def test_error_is_classified_by_its_causes(error, causes, word, is_temporary, attribute):
    """A certificate error is permanent, a closed connection temporary, and no error message is repeated."""
    fault = transport._classify_error(chain(error, *causes, attribute=attribute))
    assert word in fault.detail
    assert fault.is_temporary is is_temporary
    assert MESSAGE not in fault.detail
    assert "XX" not in fault.detail


def test_circular_causes_are_listed_once():
    """An explicit cause takes precedence over a context."""
    error, cause, context = httpx.ConnectError("a"), OSError("b"), ssl.SSLError("c")
    error.__context__, cause.__context__ = cause, error
    assert "cannot connect" in transport._classify_error(error).detail
    assert list(transport._list_causes(error)) == [error, cause]
    error.__context__, error.__cause__ = context, cause
    assert list(transport._list_causes(error)) == [error, cause]


def test_bulk_without_aiohttp_names_the_extra(monkeypatch):
    """Asking in bulk without the optional dependency is a usage error that names the extra to install."""
    monkeypatch.setitem(sys.modules, "httpx_aiohttp", None)
    monkeypatch.delitem(sys.modules, "idp_checks.live.aiohttp_transport", raising=False)
    with pytest.raises(UsageError, match=r"pip install 'idp-checks\[audit\]'"):
        Asker(bulk=True)
