"""Every provider file follows the rules of CONTRIBUTING.md; a new provider needs no change here."""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from idp_checks import providers, recordings
from idp_checks.profiles.openid import OpenIdClaims
from idp_checks.profiles.shape import Shape
from idp_checks.providers.model import ProfileFacts, Provider, Scopes, TokenFacts
from idp_checks.tokens.endpoint import HttpEndpoint
from idp_checks.tokens.signed import SignedToken
from idp_checks.tokens.wire import Response, decode_body

FOLDER = Path(inspect.getfile(providers)).parent
PROVIDERS = {
    name: providers.get(name) for name in providers.names() if (FOLDER / f"{name.replace('-', '_')}.py").is_file()
}
RECORDED = [name for name in providers.names_with_recordings() if name in PROVIDERS]
FACTS = {facts.__name__: facts for facts in (Provider, ProfileFacts, TokenFacts, Scopes)}
LINK = re.compile(r"https?://[^\s/]+\.[^\s/]+(/\S*)?")
DURATION = re.compile(
    r"(about )?(half an|an?|one|two|three|four|six|eight|[\d,]+) (second|minute|hour|day|week|month|year)s?\.",
    re.IGNORECASE,
)
OPENID_FIELDS = {"sub", "name", "given_name", "family_name", "email", "email_verified", "picture"}


def source_of(name: str) -> ast.Module:
    """Return the syntax tree of a provider file."""
    return ast.parse((FOLDER / f"{name.replace('-', '_')}.py").read_text())


def calls_in(name: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the calls of names in a provider file, with their keywords."""
    for node in ast.walk(source_of(name)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id, [keyword.arg for keyword in node.keywords if keyword.arg is not None]


def http_endpoint(provider: Provider) -> HttpEndpoint | None:
    """Return the endpoint that receives the token, also behind a check of signatures."""
    debug = provider.debug.opaque if isinstance(provider.debug, SignedToken) else provider.debug
    return debug if isinstance(debug, HttpEndpoint) else None


def sends_json(endpoint: HttpEndpoint) -> bool:
    """Return whether the endpoint takes a JSON body, which the shared helpers do not build."""
    return endpoint.as_json or endpoint.placement.location == "json"


@pytest.mark.parametrize("name", PROVIDERS)
def test_provider_file_imports_only_the_sdk(name: str) -> None:
    """A provider file imports the SDK, msgspec, the standard library, and possibly other provider files."""
    siblings = {f"idp_checks.providers.{sibling.replace('-', '_')}" for sibling in PROVIDERS}
    modules = {node.module for node in ast.walk(source_of(name)) if isinstance(node, ast.ImportFrom)}
    modules |= {
        alias.name for node in ast.walk(source_of(name)) if isinstance(node, ast.Import) for alias in node.names
    }
    foreign = {
        module
        for module in modules - siblings - {"idp_checks.providers.sdk", "idp_checks.providers"}
        if module is None or module.partition(".")[0] not in {*sys.stdlib_module_names, "msgspec"}
    }
    assert not foreign


@pytest.mark.parametrize("name", PROVIDERS)
def test_facts_are_in_the_order_of_the_model(name: str) -> None:
    """The arguments of Provider, ProfileFacts, TokenFacts and Scopes are in the order of their fields."""
    for function, keywords in calls_in(name):
        if function in FACTS:
            order = [field.name for field in fields(FACTS[function])]
            assert keywords == sorted(keywords, key=order.index), function


@pytest.mark.parametrize("name", PROVIDERS)
def test_required_facts_are_present(name: str) -> None:
    """A provider has a title and documentation, and a provider with tokens says how they are validated."""
    provider = PROVIDERS[name]
    assert provider.title.strip()
    assert provider.docs
    assert provider.status == "live" or provider.status_note
    assert (
        provider.debug is not None or provider.uncertain or provider.status == "defunct" or not provider.profile.shapes
    )
    if provider.profile.shapes:
        assert provider.profile.sources
        assert provider.token.sources


@pytest.mark.parametrize("name", PROVIDERS)
def test_sources_are_links(name: str) -> None:
    """Every source is one link, and no list names one twice."""
    provider = PROVIDERS[name]
    lists = [provider.docs, provider.profile.sources, provider.token.sources, provider.scopes.sources]
    if provider.debug is not None:
        lists.append((provider.debug.source,))
    for links in lists:
        assert [link for link in links if not LINK.fullmatch(link)] == []
        assert len(set(links)) == len(links)


@pytest.mark.parametrize("name", PROVIDERS)
def test_validity_does_not_restate_the_lifetime(name: str) -> None:
    """The lifetime is stated by the field alone, so that field and text cannot disagree."""
    token = PROVIDERS[name].token
    if token.lifetime is not None:
        assert not DURATION.match(token.validity)
        assert not re.match("no end by|does not expire", token.validity.lower())


@pytest.mark.parametrize("name", PROVIDERS)
def test_opaque_tokens_are_not_jwts(name: str) -> None:
    """A token from which nothing can be read is not declared as a JWT."""
    assert not (PROVIDERS[name].token.opaque and PROVIDERS[name].token.form == "jwt")


@pytest.mark.parametrize("name", PROVIDERS)
def test_sample_token_matches_the_pattern(name: str) -> None:
    """A sample token has the documented form."""
    token = PROVIDERS[name].token
    if token.pattern is not None and token.sample != "{}":
        assert re.fullmatch(token.pattern, token.example("sample0" * 6, "0123456789abcdef" * 4))


@pytest.mark.parametrize("name", PROVIDERS)
def test_shared_helpers_are_used(name: str) -> None:
    """OpenID claims, profile probes and RFC 7662 endpoints are built by the shared helpers."""
    debug = http_endpoint(PROVIDERS[name])
    functions = {function for function, _ in calls_in(name)}
    if type(debug) is HttpEndpoint and PROVIDERS[name].variant_of is None and not sends_json(debug):
        if debug.kind == "userinfo-probe" and issubclass(debug.response_model, Shape):
            assert "HttpEndpoint" not in functions, "use profile_probe()"
        if debug.kind == "introspection":
            assert "HttpEndpoint" not in functions, "use introspection_endpoint()"
    for shape in PROVIDERS[name].profile.shapes:
        assert not set(shape.__struct_fields__) >= OPENID_FIELDS or issubclass(shape, OpenIdClaims), shape


@pytest.mark.parametrize("name", RECORDED)
def test_paths_of_shapes_exist(name: str) -> None:
    """The paths of the identifier and of the verification flag lead to fields of the shape."""
    for shape in PROVIDERS[name].profile.shapes:
        for path in (shape.subject, shape.vouched_by):
            if path is not None and not shape.__struct_config__.array_like:
                assert path[0] in shape.__struct_encode_fields__, (shape, path)


@pytest.mark.parametrize("name", RECORDED)
def test_fields_of_shapes_occur_in_recordings(name: str) -> None:
    """Every field that a provider file declares for a profile occurs in a recorded profile."""
    provider = PROVIDERS[name]
    recorded = {field for item in recordings.load_profiles(name) for field in fields_in(parse(provider, item.text))}
    module = import_module(f"idp_checks.providers.{name.replace('-', '_')}").__name__
    for shape in provider.profile.shapes:
        if not shape.__struct_config__.array_like:
            declared = {field for base in shape.__mro__ if base.__module__ == module for field in base.__annotations__}
            names = dict(zip(shape.__struct_fields__, shape.__struct_encode_fields__, strict=True))
            assert {names[field] for field in declared & names.keys()} <= recorded, shape


def parse(provider: Provider, text: str) -> Any:
    """Return a recorded response as a JSON value; None if it is not JSON."""
    try:
        return json.loads(text if provider.profile.unwrap is None else provider.profile.unwrap(text))
    except Exception:  # noqa: BLE001 - recordings of broken responses break every reader in their own way
        return None


def fields_in(value: Any) -> Iterator[str]:
    """Yield all field names in a JSON value."""
    if isinstance(value, dict):
        yield from value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from fields_in(item)


@pytest.mark.parametrize("name", RECORDED)
def test_required_recordings_exist(name: str) -> None:
    """A provider has a full and a minimal profile, and one good token if tokens are checked, in two folders."""
    provider, folder = PROVIDERS[name], recordings.fixtures_folder() / name
    assert {path.name for path in folder.iterdir()} <= {"profile", "debug"}
    assert {"full", "minimal"} <= {item.case for item in recordings.load_profiles(name)}
    assert recordings.has_debug(name) == (provider.debug is not None)
    if http_endpoint(provider) is not None:
        assert "valid" in {item.case for item in recordings.load_debug(name)}


@pytest.mark.parametrize("name", RECORDED)
def test_every_documented_refusal_has_a_recording(name: str) -> None:
    """Each refusal of the endpoint is the first match of a recorded response."""
    endpoint = http_endpoint(PROVIDERS[name])
    if endpoint is None:
        return
    unmatched = dict(enumerate(endpoint.refusals))
    for item in recordings.load_debug(name):
        recorded = item.exchange.response
        headers = {header.lower(): value for header, value in recorded.headers.items()}
        response = Response(recorded.status, headers, recorded.text.encode())
        body = response.json if endpoint.unwrap is None else decode_body(response, endpoint.unwrap)
        first = next((at for at, refusal in enumerate(endpoint.refusals) if refusal.matches(response, body)), None)
        unmatched.pop(-1 if first is None else first, None)
    assert unmatched == {}
