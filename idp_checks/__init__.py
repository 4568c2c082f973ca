"""Check social-login profiles and identity-provider tokens, and prove the results.

The names below are the public interface. Each is loaded on first use, so importing this package takes almost no time.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # true for type checkers; importing typing would take longer than importing this module

if TYPE_CHECKING:
    from idp_checks import providers as providers
    from idp_checks import strategies as strategies
    from idp_checks.audits.lifecycle import Lifecycle as Lifecycle
    from idp_checks.audits.lifecycle import lifecycle as lifecycle
    from idp_checks.audits.lifecycle import lifecycle_sync as lifecycle_sync
    from idp_checks.audits.run import audit as audit
    from idp_checks.errors import EvidenceError as EvidenceError
    from idp_checks.errors import IdpChecksError as IdpChecksError
    from idp_checks.errors import ProfileError as ProfileError
    from idp_checks.errors import RecordingError as RecordingError
    from idp_checks.errors import UnknownProvider as UnknownProvider
    from idp_checks.errors import UsageError as UsageError
    from idp_checks.live.asker import Asker as Asker
    from idp_checks.live.asker import introspect as introspect
    from idp_checks.live.asker import introspect_sync as introspect_sync
    from idp_checks.live.bulk import introspect_many as introspect_many
    from idp_checks.profiles.profile import Identity as Identity
    from idp_checks.profiles.profile import NormalizedProfile as NormalizedProfile
    from idp_checks.providers import normalize as normalize
    from idp_checks.secret import Secret as Secret
    from idp_checks.tokens.introspection import Introspection as Introspection
    from idp_checks.tokens.question import Question as Question

_MODULES = {
    "Asker": "live.asker",
    "EvidenceError": "errors",
    "Identity": "profiles.profile",
    "IdpChecksError": "errors",
    "Introspection": "tokens.introspection",
    "Lifecycle": "audits.lifecycle",
    "NormalizedProfile": "profiles.profile",
    "ProfileError": "errors",
    "Question": "tokens.question",
    "RecordingError": "errors",
    "Secret": "secret",
    "UnknownProvider": "errors",
    "UsageError": "errors",
    "audit": "audits.run",
    "introspect": "live.asker",
    "introspect_many": "live.bulk",
    "introspect_sync": "live.asker",
    "lifecycle": "audits.lifecycle",
    "lifecycle_sync": "audits.lifecycle",
    "normalize": "providers",
}
"""The module of each public name."""

__all__ = [*_MODULES, "__version__", "providers", "strategies"]  # noqa: PLE0604 - the keys are strings


def __getattr__(name: str) -> object:
    if name in _MODULES:
        value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        globals()[name] = value
        return value
    if name in ("providers", "strategies"):
        return import_module(f"{__name__}.{name}")
    if name == "__version__":
        from importlib.metadata import version

        return version("idp-checks")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
