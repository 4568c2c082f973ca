"""Check that the issuer of a token is the provider in the record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from idp_checks.checks.context import IdentityContext
from idp_checks.checks.evaluation import CheckOutcome, evaluates, failed, passed, undecided
from idp_checks.checks.issuer_response import (
    not_stated,
    require_calibration,
    require_response,
    response_facts,
    unknown_provider,
)
from idp_checks.providers.model import Provider
from idp_checks.tokens.discovery import DiscoveredEndpoint
from idp_checks.tokens.introspection import Introspection
from idp_checks.tokens.signed import SignedToken

__all__: list[str] = []

NO_ISSUER = "The policy does not configure the issuer of this connection."


@evaluates("IDP-TOK-011")
def check_issuer(context: IdentityContext) -> CheckOutcome:
    """Check that the provider in the record confirmed the token.

    It must have done so at its own issuer or host.
    """
    provider, identity = context.provider, context.identity
    if provider is None:
        return unknown_provider()
    facts: dict[str, Any] = {"provider": provider.name, "record_names": identity.provider}
    if identity.provider not in (provider.name, "oauth2", "oidc"):
        return failed("The record names a different provider than the connection has.", **facts)
    if (
        identity.provider == provider.name
        and provider.kind != "generic"
        and identity.is_social is not None
        and identity.is_social != (provider.kind == "social")
    ):
        return failed(
            "The record's isSocial does not match the provider.",
            **facts,
            is_social=identity.is_social,
            kind=provider.kind,
        )
    response = require_response(context)
    if isinstance(response, CheckOutcome):
        return response
    return _compare_response(context, provider, response, facts)


def _compare_response(
    context: IdentityContext, provider: Provider, response: Introspection, facts: dict[str, Any]
) -> CheckOutcome:
    """Compare the issuer or host of a response with the provider's."""
    facts = facts | response_facts(response) | {"issuer": response.issuer}
    if response.provider != provider.name:
        mismatch = failed("The issuer of a different provider was asked.", **facts, asked=response.provider)
        return require_calibration(context, mismatch)
    if response.active is False:
        if response.method == "signed-token" and response.reason == "unknown_token":
            return require_calibration(context, failed("The token is signed for another issuer or tenant.", **facts))
        return not_stated(context, response, "No issuer confirms the token, because it was rejected.")
    if response.issuer is not None:
        return require_calibration(context, _compare_stated_issuer(context, provider, response.issuer, facts))
    hosts = frozenset(_expected_hosts(context, provider))
    if not hosts:
        return undecided("no_policy", NO_ISSUER, **facts)
    host = _parse_host(str(response.exchange.request.get("url", ""))) if response.exchange is not None else None
    if host is None:
        return undecided("no_data", "The host that received the request was not recorded.", **facts)
    facts |= {"host": host, "documented_hosts": hosts}
    if host in hosts:
        return require_calibration(context, passed("The host that received the request is the provider's.", **facts))
    return require_calibration(context, failed("The host that received the request is not the provider's.", **facts))


def _compare_stated_issuer(
    context: IdentityContext, provider: Provider, issuer: str, facts: Mapping[str, Any]
) -> CheckOutcome:
    """Compare a stated issuer, exactly if its value is known, else by its host."""
    expected = frozenset(_expected_issuers(context, provider))
    if expected:
        is_expected = issuer in expected
        facts = {**facts, "expected": expected}
    elif isinstance(provider.debug, DiscoveredEndpoint):
        return undecided("no_policy", NO_ISSUER, **facts)
    else:
        hosts = frozenset(_expected_hosts(context, provider))
        if not hosts:
            return undecided("no_policy", NO_ISSUER, **facts)
        host = _parse_host(issuer if "://" in issuer else f"https://{issuer}")
        is_expected = host is not None and any(_has_same_owner(host, documented) for documented in hosts)
        facts = {**facts, "documented_hosts": hosts}
    if is_expected:
        return passed("The stated issuer is the provider's.", **facts)
    return failed("The stated issuer is not the provider's.", **facts)


def _expected_issuers(context: IdentityContext, provider: Provider) -> Iterator[str]:
    """Iterate over the documented issuers, or those configured for discovery."""
    if isinstance(provider.debug, DiscoveredEndpoint):
        configured = (context.connection.issuer_url, _get_credential(context, "issuer"))
        yield from (issuer for issuer in configured if issuer)
        return
    templates = provider.debug.rules.issuers if isinstance(provider.debug, SignedToken) else ()
    for template in templates:
        if (issuer := _fill_template(context, template)) is not None:
            yield issuer


def _expected_hosts(context: IdentityContext, provider: Provider) -> Iterator[str]:
    """Iterate over the documented and configured hosts of the provider."""
    debug = provider.debug
    documented = (
        _fill_template(context, _origin(debug.url)) if debug is not None and provider.kind != "generic" else None
    )
    configured = (
        context.connection.issuer_url,
        _get_credential(context, "issuer"),
        _get_credential(context, "introspection_endpoint"),
    )
    for url in (documented, *configured):
        if url and (host := _parse_host(url)) is not None:
            yield host


def _fill_template(context: IdentityContext, template: str) -> str | None:
    """Fill ``{tenant_id}`` and the like from the policy; None if a value is missing."""
    for name in re.findall(r"\{(\w+)\}", template):
        value = _get_credential(context, name)
        if value is None:
            return None
        template = template.replace(f"{{{name}}}", value)
    return template


def _get_credential(context: IdentityContext, name: str) -> str | None:
    value = context.connection.credentials.get(name)
    return value if value is None or isinstance(value, str) else value.reveal()


def _parse_host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _origin(url: str) -> str:
    """Return scheme and host of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _has_same_owner(host: str, documented: str) -> bool:
    """Return whether a stated host is the documented one or has the same owner.

    Hosts have the same owner if they share a parent domain that is not a public suffix.
    """
    parent = documented.partition(".")[2]
    labels = parent.split(".")
    is_public = len(labels) < 2 or (len(labels) == 2 and len(labels[1]) == 2 and len(labels[0]) <= 3)
    return host == documented or (not is_public and (host == parent or host.endswith(f".{parent}")))
