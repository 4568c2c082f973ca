"""Python Social Auth: the profiles that its backends and pipeline produce from a provider's response.

A backend runs like its own flow after the token response: ``do_auth``, ``user_data``, and the steps of the pipeline up
to the first that needs stored accounts (``social_user``). The result is the ``details`` and the ``uid`` at that point.
In a Django project its backends, settings and pipeline steps apply.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any

from idp_checks import providers
from idp_checks.conformance.adapters.adapter import AdapterError, Library, UnsupportedFormError
from idp_checks.conformance.adapters.forms import Forms
from idp_checks.conformance.adapters.project import make_request, setup_project
from idp_checks.conformance.adapters.simulation import CLIENT_ID, HOST, TOKEN, ProviderSimulation, fill_sample_values

__all__ = ["load_library"]

_FIRST_STEP_WITH_STORAGE = "social_core.pipeline.social_auth.social_user"
"""The first step of the pipeline that needs stored accounts."""

UNCLAIMED: Mapping[str, str] = {
    "N2": "name and picture have no fallback; get_username generates a missing username, which needs the accounts",
    "N10": "details contains only the user's names and email; a project stores other fields if EXTRA_DATA lists them",
    "N11": "linked accounts are rows of its storage, which does not run here",
    "picture": "the documented details do not include a picture",
    "email_verified": "the documented details do not include whether the email is verified",
}


def load_library() -> Library:
    """Return the library with the backends of the Django project, else with all that are installed."""
    project = setup_project()
    is_django = project is not None and _is_installed_app("social_django")
    project_backends = _project_backends() if is_django else None

    def find(name: str) -> type[Any] | None:
        backend = _backend_by_path(name) if "." in name else _backend_by_name(name)
        if backend is None or project_backends is None:
            return backend
        return next((candidate for candidate in project_backends if issubclass(candidate, backend)), None)

    forms = Forms.discover("social_core", find)
    make_strategy = _make_django_strategy if is_django else _make_plain_strategy

    def can_read(provider: str, raw: Any) -> bool:
        return forms.select(provider, raw) is not None

    def normalize(provider: str, raw: Any, *, also: Mapping[str, Any] = {}) -> dict[str, Any]:
        backend = forms.select(provider, raw)
        if backend is None:
            raise UnsupportedFormError(f"no backend makes a call of {provider} that returns this form")
        simulation = ProviderSimulation(providers.get(provider), raw, also)
        with simulation.intercept():
            return _details_to_profile(provider, *_run_backend(backend, make_strategy(simulation), simulation))

    return Library(
        function=normalize,
        providers=forms.providers,
        unclaimed=UNCLAIMED,
        can_read=can_read,
        project=project if is_django else None,
    )


def _details_to_profile(provider: str, uid: Any, details: Mapping[str, Any]) -> dict[str, Any]:
    """Return details in Auth0's shape without None, otherwise unchanged."""
    fields = {
        "user_id": f"{provider}|{uid}",
        "name": details.get("fullname"),
        "nickname": details.get("username"),
        "given_name": details.get("first_name"),
        "family_name": details.get("last_name"),
        "email": details.get("email"),
        "email_verified": details.get("email_verified"),
        "picture": details.get("picture"),
    }
    return {name: value for name, value in fields.items() if value is not None}


def _run_backend(
    backend_class: type[Any], strategy: Any, simulation: ProviderSimulation
) -> tuple[Any, Mapping[str, Any]]:
    """Run a backend and return the identifier and the details."""
    from social_core.backends.oauth import BaseOAuth1

    output: dict[str, Any] = {}

    def authenticate(*args: Any, **options: Any) -> None:
        running = args[0] if args else options.pop("backend")
        output.update(_run_pipeline(running, strategy, options.get("response") or {}))

    strategy.authenticate = authenticate
    backend = backend_class(strategy)
    if hasattr(backend, "id_token"):
        # The result of its check of the token response: a verified ID token of the same user.
        claims = simulation.claims() if isinstance(simulation.value, dict) else {}
        backend.id_token = {"iss": HOST, "aud": CLIENT_ID, **claims}
    if isinstance(backend, BaseOAuth1):
        backend.do_auth({"oauth_token": TOKEN, "oauth_token_secret": TOKEN, **simulation.token_fields})
    else:
        token = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600, "id_token": TOKEN}
        backend.do_auth(TOKEN, response={**token, **simulation.token_fields})
    return output["uid"], output["details"]


def _run_pipeline(backend: Any, strategy: Any, response: dict[str, Any]) -> Mapping[str, Any]:
    steps = list(strategy.get_pipeline(backend))
    if _FIRST_STEP_WITH_STORAGE in steps:
        steps = steps[: steps.index(_FIRST_STEP_WITH_STORAGE)]
    output = backend.run_pipeline(steps, response=response, user=None, is_new=False, storage=strategy.storage)
    if not isinstance(output, dict):
        raise AdapterError("a step of the project's pipeline stopped the pipeline")
    backend.extra_data(None, output["uid"], response, output["details"], output)
    return output


@cache
def _sample_settings() -> Mapping[str, str]:
    """Return the settings that backends require, used if the project does not set them."""
    settings = {"KEY": CLIENT_ID, "SECRET": "sample-secret", "CLIENT": CLIENT_ID}
    for provider in providers.all_providers():
        if "social_core" in provider.libraries:
            settings |= fill_sample_values(provider.libraries["social_core"].settings)
    return settings


def _make_plain_strategy(simulation: ProviderSimulation) -> Any:
    from social_core.storage import BaseStorage

    strategy = _plain_strategy_class()(BaseStorage)
    strategy.request_data_fields = simulation.redirect_parameters
    return strategy


@cache
def _plain_strategy_class() -> Any:
    from social_core.strategy import BaseStrategy

    class PlainStrategy(BaseStrategy):  # type: ignore[type-arg,misc,unused-ignore] # the library may be missing
        """A strategy without a framework: settings in memory, and a session that stores nothing."""

        request_data_fields: Mapping[str, Any]

        def get_setting(self, name: str) -> Any:
            return _sample_settings()[name]

        def get_request_data(self, merge: bool = True) -> dict[str, Any]:  # noqa: ARG002, FBT001, FBT002 - as the base
            return dict(self.request_data_fields)

        def absolute_uri(self, path: str | None = None) -> str:
            return f"https://app.example.com{path or ''}"

        def session_get(self, name: str, default: Any = None) -> Any:  # noqa: ARG002 - as the base
            return default

        def session_set(self, name: str, value: Any) -> None:
            """Store nothing."""

        def session_pop(self, name: str) -> None:
            """Remove nothing."""

    return PlainStrategy


def _make_django_strategy(simulation: ProviderSimulation) -> Any:
    from social_django.utils import load_strategy

    strategy = load_strategy(make_request("GET", simulation.redirect_parameters, {}))
    get_project_setting = strategy.get_setting

    def get_setting(name: str) -> Any:
        try:
            return get_project_setting(name)
        except (AttributeError, KeyError):
            return _sample_settings()[name]

    strategy.get_setting = get_setting
    return strategy


def _project_backends() -> tuple[type[Any], ...]:
    from social_core.backends.base import BaseAuth
    from social_core.utils import module_member
    from social_django.utils import load_strategy

    members = (module_member(path) for path in load_strategy().get_backends())
    return tuple(member for member in members if isinstance(member, type) and issubclass(member, BaseAuth))


def _is_installed_app(name: str) -> bool:
    from django.apps import apps

    return find_spec(name) is not None and apps.is_installed(name)


def _backend_by_path(path: str) -> type[Any] | None:
    module, _, name = path.partition(".")
    backend: type[Any] | None = getattr(_backend_module(module), name, None)
    return backend


def _backend_by_name(name: str) -> type[Any] | None:
    """Return the backend of that name; the module with a similar name is searched first, then all others."""
    import social_core.backends

    parts = name.split("-")
    modules = ["_".join(parts[:length]) for length in range(len(parts), 0, -1)]
    modules += [module.name for module in iter_modules(social_core.backends.__path__)]
    backends = (_backend_in(module, name) for module in modules)
    return next((backend for backend in backends if backend is not None), None)


def _backend_in(module_name: str, name: str) -> type[Any] | None:
    from social_core.backends.base import BaseAuth

    module = _backend_module(module_name)
    for member in vars(module).values():
        is_backend = isinstance(member, type) and issubclass(member, BaseAuth)
        if is_backend and member.__module__ == module.__name__ and getattr(member, "name", None) == name:
            backend: type[Any] = member
            return backend
    return None


@cache
def _backend_module(name: str) -> Any:
    """Return a module of backends; an empty class if it does not exist or a package it needs is missing."""
    try:
        return import_module(f"social_core.backends.{name}")
    except ImportError:
        return type("Missing", (), {})
