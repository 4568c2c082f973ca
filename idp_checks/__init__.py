"""Checks social-login profiles and identity-provider tokens, and proves the answers.

The names below are the public face; each is loaded when it is first used, so importing this package costs next to
nothing.
"""

from __future__ import annotations

from importlib import import_module
TYPE_CHECKING = False  # what type checkers take for true; importing typing would cost more than this module

if TYPE_CHECKING:
    from idp_checks import providers as providers
    from idp_checks.errors import (
        EvidenceError as EvidenceError,
        IdpChecksError as IdpChecksError,
        ProfileError as ProfileError,
        RecordingError as RecordingError,
        UnknownProvider as UnknownProvider,
        UsageError as UsageError,
    )
    from idp_checks.introspection import Introspection as Introspection
    from idp_checks.profile import Identity as Identity, NormalizedProfile as NormalizedProfile
    from idp_checks.providers import normalize as normalize
    from idp_checks.secret import Secret as Secret

_FACE = {
    "EvidenceError": "errors",
    "Identity": "profile",
    "IdpChecksError": "errors",
    "Introspection": "introspection",
    "NormalizedProfile": "profile",
    "ProfileError": "errors",
    "RecordingError": "errors",
    "Secret": "secret",
    "UnknownProvider": "errors",
    "UsageError": "errors",
    "audit": "auditing",
    "introspect": "live",
    "introspect_sync": "live",
    "normalize": "providers",
}

__all__ = [*_FACE, "__version__", "providers", "strategies"]  # noqa: PLE0604 - all of them are texts


def __getattr__(name: str) -> object:
    if name in _FACE:
        value = getattr(import_module(f"{__name__}.{_FACE[name]}"), name)
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
