"""Strategies for raw and normalized profiles."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from idp_checks import providers
from idp_checks.errors import ProfileError
from idp_checks.profiles.profile import NormalizedProfile
from idp_checks.profiles.shape import Path
from idp_checks.providers.model import Provider
from idp_checks.strategies.access_tokens import tokens
from idp_checks.strategies.choices import choose, with_short_repr
from idp_checks.strategies.json_paths import get_at, remove_at, replace_at
from idp_checks.strategies.meanings import MEANINGS, ids
from idp_checks.strategies.models import field_names, id_paths
from idp_checks.strategies.type_strategies import strategy_for_model
from idp_checks.strategies.values import (
    ERROR_BODIES,
    EXTRA_NAMES,
    INVALID_IDS,
    JSON_VALUES,
    STRINGS,
    USERNAMES,
)

__all__ = ["further_answers", "is_profile", "normalized_profiles", "not_profiles", "raw_profiles"]

_MISSING = object()


def raw_profiles(provider: str | Provider) -> SearchStrategy[Any]:
    """Generate valid raw profiles of a provider, as JSON values."""
    model = _get_provider(provider)
    shapes = model.profile.shapes
    known_names = {name for shape in shapes for name in field_names(shape)}
    extra_names = [name for name in EXTRA_NAMES if name not in known_names]
    alternatives = [_with_extra_fields(strategy_for_model(shape), extra_names) for shape in shapes]
    return with_short_repr(st.one_of(alternatives)).filter(lambda raw: is_profile(model, raw))


def further_answers(provider: str | Provider) -> SearchStrategy[dict[str, Any]]:
    """Generate responses of the provider's additional calls, by name; any of them can be missing."""
    calls = _get_provider(provider).profile.also
    responses = {name: strategy_for_model(call.model) for name, call in calls.items()}
    return with_short_repr(st.fixed_dictionaries({}, optional=responses))


def not_profiles(provider: str | Provider) -> SearchStrategy[Any]:
    """Generate JSON objects that are not a profile: error bodies, and profiles with a missing or invalid identifier."""
    model = _get_provider(provider)
    paths = tuple(path for shape in model.profile.shapes for path in id_paths(shape))
    invalid = st.builds(
        lambda raw, value: _invalidate_ids(raw, paths, value),
        raw_profiles(model),
        st.sampled_from((_MISSING, *INVALID_IDS)),
    )
    return st.one_of(st.sampled_from(ERROR_BODIES), invalid, invalid)


def normalized_profiles() -> SearchStrategy[NormalizedProfile]:
    """Generate normalized profiles of all providers, with up to three identities, with and without tokens."""
    name = st.sampled_from(providers.names_with_recordings())
    token_fields = {field: tokens() for field in ("access_token", "access_token_secret", "refresh_token")}
    identity = st.fixed_dictionaries(
        {"provider": name, "user_id": ids(), "connection": choose(USERNAMES), "isSocial": st.booleans()},
        optional={
            **token_fields,
            "expires_in": st.integers(0, 10**7),
            "profileData": st.dictionaries(choose(STRINGS), choose(JSON_VALUES), max_size=2),
        },
    )
    profile = st.fixed_dictionaries(
        {"identities": st.lists(identity, min_size=1, max_size=3)},
        optional={
            "name": MEANINGS["name"],
            "nickname": MEANINGS["username"],
            "picture": MEANINGS["url"],
            "email": MEANINGS["email"],
            "email_verified": st.booleans(),
            "given_name": MEANINGS["name"],
            "family_name": MEANINGS["name"],
            "app_metadata": choose(JSON_VALUES),
        },
    )
    return profile.map(NormalizedProfile.from_auth0)


def is_profile(provider: Provider, raw: object, also: Mapping[str, Any] | None = None) -> bool:
    """Return whether the provider's normalizer accepts a value as a profile."""
    try:
        provider.normalize(json.dumps(raw), also=also)
    except ProfileError:
        return False
    return True


def _get_provider(provider: str | Provider) -> Provider:
    return provider if isinstance(provider, Provider) else providers.get(provider)


def _with_extra_fields(profiles: SearchStrategy[Any], names: Sequence[str]) -> SearchStrategy[Any]:
    extra_fields = st.dictionaries(st.sampled_from(names), choose(JSON_VALUES, STRINGS), max_size=3)
    return st.builds(lambda raw, extra: {**extra, **raw} if isinstance(raw, dict) else raw, profiles, extra_fields)


def _invalidate_ids(raw: Any, paths: Iterable[Path], value: object) -> Any:
    for path in paths:
        if value is not _MISSING and get_at(raw, path) is not None:
            raw = replace_at(raw, path, value)
        else:
            raw = remove_at(raw, path)
    return raw
