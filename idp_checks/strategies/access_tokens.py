"""A strategy for access tokens."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from idp_checks import providers
from idp_checks.providers.model import Provider

__all__ = ["tokens"]

FORMS = ("{}", "gho_{}", "ya29.{}", "Atza|{}", "{hex}", "eyJhbGciOiJub25lIn0.{}.")


def tokens(provider: str | Provider | None = None) -> SearchStrategy[str]:
    """Generate random access tokens in the provider's documented form, or in any form without a provider."""
    if isinstance(provider, str):
        provider = providers.get(provider)
    forms = FORMS if provider is None else (provider.token.sample,)
    digits = st.integers(0, 16**64 - 1).map(lambda number: f"{number:064x}")
    return st.builds(lambda form, body: form.replace("{hex}", body).replace("{}", body), st.sampled_from(forms), digits)
