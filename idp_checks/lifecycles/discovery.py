"""Discovery of the endpoints that a provider's documentation leaves to its server."""

from __future__ import annotations

from dataclasses import replace

from msgspec import structs

from idp_checks.live.asker import Asker
from idp_checks.providers.model import Provider
from idp_checks.providers.operations import Operation
from idp_checks.tokens.discovery import Metadata, list_metadata_urls, read_metadata
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.template import PLACEHOLDER
from idp_checks.tokens.wire import Request

__all__ = ["discover_operations"]


async def discover_operations(provider: Provider, question: Question, asker: Asker) -> tuple[Provider, Question]:
    """Discover the URLs of the provider's operations.

    Endpoints among the caller's credentials have precedence. The harmless use is the documented one, else the profile
    call. Sources: OpenID Connect Discovery 1.0, section 4, and RFC 8414, section 3.1.

    Returns:
        The provider with these operations, and the question with the discovered endpoints as credentials.
    """
    token = provider.token
    operations = {"renewal": token.renewal, "termination": token.termination, "uses": _choose_use(provider)}
    required = {
        name: placeholder[1]
        for name, operation in operations.items()
        if (placeholder := PLACEHOLDER.fullmatch(operation.url or "")) is not None
        and placeholder[1] in Metadata.__struct_fields__
        and not question.credentials.get(placeholder[1])
    }
    issuer = question.issuer_url or question.credential("issuer")
    if required and issuer:
        metadata = await _fetch_metadata(provider, issuer, asker)
        if isinstance(metadata, Metadata):
            endpoints = {name: url for name, url in metadata.endpoints.items() if name in required.values()}
            question = structs.replace(question, credentials={**endpoints, **question.credentials})
            for name, endpoint in required.items():
                if endpoint not in endpoints:
                    operations[name] = Operation(f"The issuer's discovery document lacks {endpoint}.")
        else:
            note = f"The issuer's discovery document is unavailable: {metadata.detail or metadata.reason}."
            for name in required:
                operations[name] = replace(operations[name], note=note)
    token = replace(
        token, renewal=operations["renewal"], termination=operations["termination"], uses=operations["uses"]
    )
    return replace(provider, token=token), question


async def _fetch_metadata(provider: Provider, issuer: str, asker: Asker) -> Metadata | Reading:
    """Fetch the discovery document of the issuer, or the reason why it is unusable."""
    result: Metadata | Reading = Reading(active=None, reason="not_stated")
    for url in list_metadata_urls(issuer, openid=provider.protocol == "oidc"):
        response, result, _ = await asker.send(Request(method="GET", url=url, headers={"Accept": "application/json"}))
        if response is not None:
            result = read_metadata(response, issuer)
            if isinstance(result, Metadata):
                return result
    return result


def _choose_use(provider: Provider) -> Operation:
    """Return the documented harmless call, or the profile call."""
    operation, profile = provider.token.uses, provider.profile.request
    return operation if operation.request is not None or profile is None else Operation(operation.note, profile)
