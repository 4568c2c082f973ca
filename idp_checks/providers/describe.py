"""Facts about a provider as JSON values, for the command line, notebooks and documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp_checks.providers.model import Provider, TokenFacts
from idp_checks.providers.operations import Operation
from idp_checks.tokens.endpoint import Endpoint, HttpEndpoint
from idp_checks.tokens.template import RequestTemplate

__all__ = ["format_lifetime", "provider_page", "provider_row", "token_rows"]

CUSTOM_CONNECTION = (
    "Auth0 has no strategy for this provider: a custom connection stores identifiers as oauth2|CONNECTION|ID."
)
OPAQUE = "Opaque: carries no readable data."
PROBE = (
    "A probe: it shows that the token works and for whom. Any application's token passes, so the client is not proven."
)
TOKENINFO = "Requires no credentials and reports on any application's token."
COMPARE_CLIENT = "Compare the client in the response with your own."
SIGNED_TOKEN = "No endpoint reports on the token: its signature is verified, which does not detect a revocation."
PLACES = {
    "form": "form field {name}",
    "header": "the {name} header",
    "json": "JSON field {name}",
    "oauth1": "an OAuth 1.0a signature",
    "path": "the URL path",
    "query": "query parameter {name}",
}
TOKEN_LABELS = {
    "contents": "contents",
    "validity": "validity",
    "renewal": "renewal",
    "termination": "revocation",
    "uses": "use",
}
"""Labels of the facts about tokens."""
BARE_REFUSALS = "The endpoint does not say why a token is refused."


def provider_row(provider: Provider) -> dict[str, Any]:
    """Return one provider as a table row: its kind, and the facts that its issuer can prove."""
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
            "further_calls": {name: f"{call.request.method} {call.request.url}" for name, call in facts.also.items()},
            "vouching": facts.vouching,
            "identifier_unique_within": facts.subject_scope,
            "quirks": [*facts.quirks, *(() if provider.has_auth0_strategy else (CUSTOM_CONNECTION,))],
        },
        "token": {
            "form": token.form,
            "contents": _join(OPAQUE if token.opaque else "", token.contents),
            "validity": _describe_validity(token),
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
            "note": _join(_describe_kind(debug), getattr(debug, "note", None) or "") or None,
            "source": debug.source,
        }
        if debug
        else None,
        "uncertain": list(provider.uncertain),
        "docs": list(provider.docs),
        "sources": list(dict.fromkeys((*facts.sources, *token.sources, *provider.scopes.sources))),
    }


def token_rows(page: Mapping[str, Any]) -> dict[str, str]:
    """Return the facts about a provider's tokens with the labels that views show; one row if all facts are equal."""
    token = page["token"]
    facts = {label: token[name] for name, label in TOKEN_LABELS.items()}
    if len(set(facts.values())) == 1:
        return {"tokens": token["contents"]}
    return {"form": token["form"], **facts}


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


def _describe_validity(token: TokenFacts) -> str:
    """Describe how long a token is valid."""
    if token.lifetime == 0:
        lifetime = "Does not expire."
    elif token.lifetime is None:
        lifetime = "" if token.expiry_field or token.validity else "The lifetime is not documented."
    else:
        lifetime = f"Expires after {format_lifetime(token.lifetime)}."
    field = f"The token response states the lifetime in {token.expiry_field}." if token.expiry_field else ""
    return _join(lifetime, field, token.validity)


def _describe_operation(operation: Operation) -> str:
    """Describe a step in a token's life: the call, its parameters, and the note."""
    call = f"{operation.method} {operation.url}" if operation.url is not None else ""
    if operation.request is not None:
        call = f"{call} ({_describe_parameters(operation.request)})"
    scopes = f"Requires scope {' '.join(operation.required_scopes)}." if operation.required_scopes else ""
    return ": ".join(filter(None, (call, _join(scopes, operation.note))))


def _describe_parameters(request: RequestTemplate) -> str:
    """Describe where a request carries the token, and which parameters go with it."""
    parts = [f"token in {PLACES[request.placement.location].format(name=request.placement.name)}"]
    parts += [name if "{" in value else f"{name}={value}" for name, value in request.params.items()]
    parts += [*request.proofs, *(("HTTP Basic",) if request.basic else ())]
    return ", ".join(parts)


def _describe_kind(debug: Endpoint) -> str:
    """Describe the properties that all endpoints of this kind have in common."""
    sentences = []
    if debug.kind == "userinfo-probe" and "client" not in debug.proves:
        sentences.append(PROBE)
    elif debug.kind == "tokeninfo" and not debug.required_credentials:
        sentences += [TOKENINFO, *((COMPARE_CLIENT,) if "client" in debug.proves else ())]
    elif debug.kind == "signed-token":
        sentences.append(SIGNED_TOKEN)
    if isinstance(debug, HttpEndpoint):
        denials = [refusal for refusal in debug.refusals if refusal.to_reading().active is False]
        if denials and all(refusal.bare for refusal in denials):
            sentences.append(BARE_REFUSALS)
    return " ".join(sentences)


def _join(*sentences: str) -> str:
    return " ".join(filter(None, sentences))
