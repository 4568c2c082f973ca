"""Rules for the URLs that a token may be sent to."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

__all__ = ["is_loopback", "may_receive_token", "rebase_url"]


@lru_cache(maxsize=256)
def is_loopback(url: str) -> bool:
    """Return whether the URL's host is this machine."""
    import ipaddress

    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=256)
def may_receive_token(url: str) -> bool:
    """Return whether a token may be sent to the URL.

    It must be https, or http on loopback, and have a host but no user and no fragment.
    """
    try:
        parts = urlsplit(url)
        if not parts.hostname or parts.username is not None or parts.fragment or parts.port == 0:
            return False
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(url))


def rebase_url(documented: str, issuer_url: str | None) -> str:
    """Return the documented URL with scheme and host replaced by ``issuer_url``, whose own path comes first."""
    if issuer_url is None:
        return documented
    parts = urlsplit(documented)
    query = f"?{parts.query}" if parts.query else ""
    return f"{issuer_url.rstrip('/')}{parts.path}{query}"
