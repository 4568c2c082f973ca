"""The models that a provider's library facts name are its own."""

from __future__ import annotations

import pytest

from idp_checks import providers


@pytest.mark.parametrize("provider", tuple(providers.all_providers()), ids=lambda provider: provider.name)
def test_library_facts_name_models_of_the_provider(provider):
    """Each model that a library reads is one of the provider's shapes, and the library has an alias."""
    assert provider.libraries.keys() <= provider.aliases.keys()
    for facts in provider.libraries.values():
        assert {*(facts.classes or ()), *facts.id_token_models} <= set(provider.profile.shapes)
