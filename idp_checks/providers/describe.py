"""Facts about a provider as JSON values, for the command line, notebooks and documentation."""

from __future__ import annotations

from typing import Any

from idp_checks.providers.model import Provider
from idp_checks.providers.operations import Operation

__all__ = ["format_lifetime", "provider_page", "provider_row"]


def provider_row(provider: Provider) -> dict[str, Any]:
    """Return one provider as a table row: what it is, and what its issuer can prove."""
    token, debug = provider.token, provider.debug
    return {
        "name": provider.name,
        "title": provider.title,
        "kind": provider.kind,
        "protocol": provider.protocol,
        "status": provider.status,
        "debug": debug.kind if debug else None,
        "proves_client": bool(debug and "client" in debug.proves),
        "lifetime_s": token.lifetime,
        "renewable": token.renewal.is_documented,
        "revocable": token.termination.is_documented,
        "vouches_for_email": provider.profile.vouching is not None,
    }


def provider_page(provider: Provider) -> dict[str, Any]:
    """Return everything known about a provider."""
    token, debug, facts = provider.token, provider.debug, provider.profile
    return {
        **provider_row(provider),
        "status_note": provider.status_note,
        "aliases": dict(provider.aliases),
        "profile": {
            "call": f"{facts.request.method} {facts.request.url}" if facts.request else None,
            "further_calls": {
                name: f"{additional.request.method} {additional.request.url}" for name, additional in facts.also.items()
            },
            "vouching": facts.vouching,
            "identifier_unique_within": facts.subject_scope,
            "quirks": list(facts.quirks),
        },
        "token": {
            "form": token.form,
            "contents": token.contents,
            "validity": token.validity,
            "renewal": _describe_operation(token.renewal),
            "termination": _describe_operation(token.termination),
            "uses": _describe_operation(token.uses),
        },
        "scopes": {
            "separator": provider.scopes.separator,
            "profile": list(provider.scopes.profile),
            "email": list(provider.scopes.email),
            "adding": provider.scopes.adding,
        },
        "validation": {
            "kind": debug.kind,
            "request": debug.describe_request(),
            "needs": list(debug.required_credentials),
            "tells": sorted(debug.proves),
            "note": getattr(debug, "note", None),
            "source": debug.source,
        }
        if debug
        else None,
        "uncertain": list(provider.uncertain),
        "docs": list(provider.docs),
        "sources": list(dict.fromkeys((*facts.sources, *token.sources, *provider.scopes.sources))),
    }


def format_lifetime(seconds: int | None) -> str:
    """Format a token lifetime: ``1 h``, ``60 d``, ``no end`` for 0, ``not documented`` for None."""
    if seconds is None:
        return "not documented"
    if seconds == 0:
        return "no end"
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _describe_operation(operation: Operation) -> str:
    if operation.url is None:
        return operation.note
    return f"{operation.method} {operation.url}: {operation.note}"
