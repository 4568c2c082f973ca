"""Routes of the simulated issuers."""

from __future__ import annotations

from idp_checks.issuers.routes import IssuerRoute, fill_host


def test_route_matches_placeholders_by_segment():
    """A placeholder in the path matches one segment."""
    route = IssuerRoute("POST", "https://api.example.com/applications/{client_id}/token", "debug")
    assert route.matches("POST", "/applications/abc/token")
    assert not route.matches("POST", "/applications/abc/def/token")
    assert not route.matches("GET", "/applications/abc/token")


def test_route_matches_fixed_query_parameters():
    """Calls that share a path are distinguished by their fixed query parameters, if the request has a query."""
    route = IssuerRoute("GET", "https://api.example.com/?method=user.info&token={token}", "profile")
    assert route.matches("GET", "/", "method=user.info&token=x")
    assert not route.matches("GET", "/", "method=other&token=x")
    assert route.matches("GET", "/")


def test_fill_host_fills_only_the_host():
    """Credentials are filled into the host of a URL, and placeholders in the path stay."""
    url = fill_host("https://{domain}/users/{domain}", {"domain": "tenant.example.com"})
    assert url == "https://tenant.example.com/users/{domain}"
