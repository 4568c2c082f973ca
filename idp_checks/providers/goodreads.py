"""Goodreads: the API is closed to new developers."""

from __future__ import annotations

from idp_checks.providers.sdk import tokenless_provider

PROVIDER = tokenless_provider(
    "goodreads",
    "Goodreads",
    "social",
    "No new developer keys have been issued since 2020-12-08. Goodreads was a custom connection, stored as oauth1.",
    protocol="oauth1",
    is_defunct=True,
    docs=("https://www.goodreads.com/api",),
)
