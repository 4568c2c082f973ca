"""A strategy for responses of debug and introspection endpoints."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from idp_checks import providers, recordings
from idp_checks.providers.model import Provider
from idp_checks.strategies.choices import choose, with_short_repr
from idp_checks.strategies.json_paths import list_paths, replace_at
from idp_checks.strategies.type_strategies import strategy_for_model
from idp_checks.strategies.values import ERROR_BODIES, INVALID_BODIES, JSON_VALUES, JSON_WEB_KEYS, STATUSES
from idp_checks.tokens.endpoint import Endpoint, HttpEndpoint
from idp_checks.tokens.rfc7662 import IntrospectionResponse
from idp_checks.tokens.signed import SignedToken
from idp_checks.tokens.wire import Response

__all__ = ["introspection_responses"]


def introspection_responses(provider: str | Provider) -> SearchStrategy[Response]:
    """Generate responses of the provider's debug endpoint.

    They include recorded responses, responses generated from the model of a good response, truncated bodies, values of
    wrong types, error bodies, HTML pages and unexpected statuses.
    """
    model = provider if isinstance(provider, Provider) else providers.get(provider)
    recorded = [
        Response(
            recording.exchange.response.status,
            {name.lower(): value for name, value in recording.exchange.response.headers.items()},
            recording.exchange.response.text.encode(),
        )
        for recording in recordings.load_debug(model.name)
    ]
    bodies = [json.loads(response.body) for response in recorded if _is_json(response.body)]
    valid = _good_bodies(model.debug).map(_build_response)
    if recorded:
        valid = st.one_of(st.sampled_from(recorded), valid)
    status = st.sampled_from(STATUSES)
    errors = st.builds(_build_response, st.sampled_from(ERROR_BODIES), status)
    invalid = st.builds(Response, status, st.just({"content-type": "text/html"}), st.sampled_from(INVALID_BODIES))
    truncated = st.builds(_truncate, valid, st.integers(0, 99))
    other_status = st.builds(lambda response, code: Response(code, response.headers, response.body), valid, status)
    alternatives = [valid, valid, errors, invalid, truncated, other_status]
    if changeable := [body for body in bodies if list_paths(body)]:
        changed = st.builds(_replace_value, st.sampled_from(changeable), st.integers(0, 10**3), choose(JSON_VALUES))
        alternatives.append(changed.map(_build_response))
    return with_short_repr(st.one_of(alternatives))


def _good_bodies(endpoint: Endpoint | None) -> SearchStrategy[Any]:
    """Generate bodies of good responses: of the endpoint's model, a key set for signed tokens, or RFC 7662."""
    if isinstance(endpoint, HttpEndpoint):
        return strategy_for_model(endpoint.response_model)
    if isinstance(endpoint, SignedToken):
        key_sets = st.lists(st.sampled_from(JSON_WEB_KEYS), max_size=2).map(lambda keys: {"keys": keys})
        return key_sets if endpoint.opaque is None else st.one_of(key_sets, _good_bodies(endpoint.opaque))
    return strategy_for_model(IntrospectionResponse)


def _build_response(body: object, status: int = 200) -> Response:
    return Response(status, {"content-type": "application/json"}, json.dumps(body).encode())


def _truncate(response: Response, percent: int) -> Response:
    return Response(response.status, response.headers, response.body[: len(response.body) * percent // 100])


def _replace_value(body: object, index: int, value: object) -> Any:
    """Return the body with the value of one field replaced."""
    paths = list_paths(body)
    return replace_at(body, paths[index % len(paths)], value)


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True
