"""Python Social Auth: what its backends and its pipeline make of a provider's answers.

A backend is run as its own flow runs it from the token answer on: ``do_auth``, ``user_data``, and the steps of the
pipeline up to the first that needs accounts to be stored (``social_user``). The ``details`` and the ``uid`` that stand
then are the result. In a Django project its backends, its settings and the steps of its own pipeline count.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any

from idp_checks import providers
from idp_checks.conformance.adapters import OtherForm, Unanswered
from idp_checks.conformance.adapters.forms import USUAL, Forms
from idp_checks.conformance.adapters.project import request_of, settings_name
from idp_checks.conformance.adapters.wire import CLIENT_ID, DOMAIN, HOST, TOKEN, Wire

__all__ = ["library"]

_BACKENDS: Mapping[str, Mapping[str, str]] = {
    "asana": {"Me": USUAL, "OlderMe": USUAL},
    "atlassian": {"Myself": USUAL},
    "auth0": {"UserInfo": USUAL},
    "dropbox": {"Account": USUAL},
    "evernote": {"TokenAnswer": USUAL},
    "facebook": {"User": USUAL},
    "fitbit": {"Profile": "fitbit.FitbitOAuth2"},
    "flickr": {"TokenAnswer": USUAL},
    "github": {"User": "github.GithubOAuth2"},
    "gitlab": {"User": USUAL},
    "google-oauth2": {"UserInfo": USUAL},
    "instagram": {"Me": USUAL, "Listed": USUAL},
    "kakao": {"User": USUAL},
    "line": {"User": USUAL},
    "linkedin": {"UserInfo": USUAL, "Member": "linkedin.LinkedinOAuth2"},
    "mailru": {"UserInfo": "mailru.MRGOAuth2", "GetInfo": "mailru.MailruOAuth2"},
    "paypal": {"Attributes": USUAL},
    "pinterest": {"Wrapped": USUAL},
    "slack": {"UserIdentity": USUAL},
    "twitch": {"Users": "twitch.TwitchOAuth2", "UserInfo": "twitch.TwitchOpenIdConnect"},
    "twitter": {"Me": USUAL, "Account": "twitter.TwitterOAuth"},
    "uber": {"ByUuid": USUAL},
    "vkontakte": {"UserInfo": USUAL, "Users": "vk.VKOAuth2"},
    "waad": {"User": "microsoft.MicrosoftOAuth2", "IdToken": USUAL},
    "yahoo": {"UserInfo": USUAL},
    "yammer": {"Granted": USUAL},
}
"""Which backend is given which form of answer, where one does not read them all: by the call that it makes."""


_NEEDS: Mapping[str, str] = {"salesforce": "id"}
"""The member of the identity answer, which the userinfo answer does not have."""

_SETTINGS: Mapping[str, Any] = {
    "KEY": CLIENT_ID,
    "SECRET": "sample-secret",
    "CLIENT": CLIENT_ID,
    "SOCIAL_AUTH_AUTH0_DOMAIN": DOMAIN,
    "SOCIAL_AUTH_COGNITO_POOL_DOMAIN": HOST,
    "SOCIAL_AUTH_KEYCLOAK_PUBLIC_KEY": "sample",
    "SOCIAL_AUTH_ODNOKLASSNIKI_OAUTH2_PUBLIC_NAME": "sample",
    "SOCIAL_AUTH_OIDC_OIDC_ENDPOINT": HOST,
    "SOCIAL_AUTH_OKTA_OAUTH2_API_URL": HOST,
    "SOCIAL_AUTH_STACKOVERFLOW_API_KEY": "sample",
    "SOCIAL_AUTH_AZUREAD_TENANT_OAUTH2_TENANT_ID": "sample",
}
"""What a backend cannot do without, where the project does not set it."""

_STORED_FROM = "social_core.pipeline.social_auth.social_user"
"""The first step of the pipeline that asks for accounts."""

UNCLAIMED: Mapping[str, str] = {
    "N2": "nothing stands in for a name or a picture; a user name is made up by get_username, which asks the accounts",
    "N10": "the details hold the user's names and address; of the rest a project stores what EXTRA_DATA names",
    "N11": "linked accounts are rows of its storage, which is not run here",
    "picture": "no picture is among the details that a backend promises",
    "email_verified": "no word on the address is among the details that a backend promises",
}


def library() -> dict[str, Any]:
    """What an ``Adapter`` needs of this library."""
    project = settings_name()
    django = project is not None and _is_installed_app("social_django")
    of_project = _project_backends() if django else None

    def find(named: str) -> type[Any] | None:
        backend = _by_place(named) if "." in named else _by_name(named)
        if backend is None or of_project is None:
            return backend
        return next((each for each in of_project if issubclass(each, backend)), None)

    forms = Forms.found("social_core", _BACKENDS, find, _NEEDS)
    strategy = _django_strategy if django else _plain_strategy

    def reads(provider: str, raw: Any) -> bool:
        return forms.part(provider, raw) is not None

    def normalized(provider: str, raw: Any, *, also: Mapping[str, Any] = {}) -> dict[str, Any]:
        backend = forms.part(provider, raw)
        if backend is None:
            raise OtherForm(f"no backend makes a call of {provider} that answers in this form")
        wire = Wire(providers.get(provider), raw, also)
        with wire.playing():
            return _profile(provider, *_run(backend, strategy, wire))

    return {
        "function": normalized,
        "providers": forms.providers,
        "unclaimed": UNCLAIMED,
        "reads": reads,
        "project": project if django else None,
    }


def _profile(provider: str, uid: Any, details: Mapping[str, Any]) -> dict[str, Any]:
    """Details in Auth0's shape: what is None is not there, and nothing else is mended."""
    named = {
        "user_id": f"{provider}|{uid}",
        "name": details.get("fullname"),
        "nickname": details.get("username"),
        "given_name": details.get("first_name"),
        "family_name": details.get("last_name"),
        "email": details.get("email"),
        "email_verified": details.get("email_verified"),
        "picture": details.get("picture"),
    }
    return {name: value for name, value in named.items() if value is not None}


def _run(backend: type[Any], strategy: Callable[[Wire], Any], wire: Wire) -> tuple[Any, Mapping[str, Any]]:
    """The identifier and the details that a backend ends with."""
    from social_core.backends.oauth import BaseOAuth1

    used = strategy(wire)
    given: dict[str, Any] = {}

    def authenticate(*args: Any, **named: Any) -> None:
        running = args[0] if args else named.pop("backend")
        given.update(_piped(running, used, named.get("response") or {}))

    used.authenticate = authenticate
    running = backend(used)
    if hasattr(running, "id_token"):
        # What its check of the token answer leaves: a verified ID token of the same user.
        running.id_token = {"iss": HOST, "aud": CLIENT_ID, **(wire.claims() if isinstance(wire.value, dict) else {})}
    token = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600, "id_token": TOKEN, **wire.granted}
    if isinstance(running, BaseOAuth1):
        running.do_auth({"oauth_token": TOKEN, "oauth_token_secret": TOKEN, **wire.granted})
    else:
        running.do_auth(TOKEN, response=token)
    return given["uid"], given["details"]


def _piped(backend: Any, strategy: Any, response: dict[str, Any]) -> Mapping[str, Any]:
    steps = list(strategy.get_pipeline(backend))
    if _STORED_FROM in steps:
        steps = steps[: steps.index(_STORED_FROM)]
    out = backend.run_pipeline(steps, response=response, user=None, is_new=False, storage=strategy.storage)
    if not isinstance(out, dict):
        raise Unanswered("a step of the project's pipeline stopped it")
    backend.extra_data(None, out["uid"], response, out["details"], out)
    return out


def _request_data(wire: Wire) -> dict[str, Any]:
    """What comes with the browser: Apple sends the name as a form field of its own."""
    user = wire.value.get("user") if wire.provider.name == "apple" and isinstance(wire.value, Mapping) else None
    if user is None:
        return {}
    return {"user": user if isinstance(user, str) else json.dumps(user)}


def _plain_strategy(wire: Wire) -> Any:
    from social_core.storage import BaseStorage

    strategy = _plain_class()(BaseStorage)
    strategy.sent = _request_data(wire)
    return strategy


@cache
def _plain_class() -> Any:
    from social_core.strategy import BaseStrategy

    class Plain(BaseStrategy):  # type: ignore[type-arg,misc,unused-ignore] # the library may be missing
        """A strategy outside any framework: settings from memory, and a session that forgets."""

        sent: Mapping[str, Any]

        def get_setting(self, name: str) -> Any:
            return _SETTINGS[name]

        def get_request_data(self, merge: bool = True) -> dict[str, Any]:  # noqa: ARG002, FBT001, FBT002 - as the base
            return dict(self.sent)

        def absolute_uri(self, path: str | None = None) -> str:
            return f"https://app.example.com{path or ''}"

        def session_get(self, name: str, default: Any = None) -> Any:  # noqa: ARG002 - as the base
            return default

        def session_set(self, name: str, value: Any) -> None:
            """Forgotten."""

        def session_pop(self, name: str) -> None:
            """Nothing is there."""

    return Plain


def _django_strategy(wire: Wire) -> Any:
    from social_django.utils import load_strategy

    strategy = load_strategy(request_of("GET", _request_data(wire), {}))
    own = strategy.get_setting

    def get_setting(name: str) -> Any:
        try:
            return own(name)
        except (AttributeError, KeyError):
            return _SETTINGS[name]

    strategy.get_setting = get_setting
    return strategy


def _project_backends() -> tuple[type[Any], ...]:
    from social_core.backends.base import BaseAuth
    from social_core.utils import module_member
    from social_django.utils import load_strategy

    found = (module_member(path) for path in load_strategy().get_backends())
    return tuple(each for each in found if isinstance(each, type) and issubclass(each, BaseAuth))


def _is_installed_app(name: str) -> bool:
    from django.apps import apps

    return find_spec(name) is not None and apps.is_installed(name)


def _by_place(place: str) -> type[Any] | None:
    module, _, name = place.partition(".")
    found: type[Any] | None = getattr(_module(module), name, None)
    return found


def _by_name(name: str) -> type[Any] | None:
    """The backend of that name: looked for in the module that is called like it, then in all."""
    parts = name.split("-")
    for number in range(len(parts), 0, -1):
        found = _named("_".join(parts[:number]), name)
        if found is not None:
            return found
    import social_core.backends

    for module in iter_modules(social_core.backends.__path__):
        found = _named(module.name, name)
        if found is not None:
            return found
    return None


def _named(module: str, name: str) -> type[Any] | None:
    from social_core.backends.base import BaseAuth

    found = _module(module)
    for each in vars(found).values():
        own = isinstance(each, type) and issubclass(each, BaseAuth) and each.__module__ == found.__name__
        if own and getattr(each, "name", None) == name:
            backend: type[Any] = each
            return backend
    return None


@cache
def _module(name: str) -> Any:
    """A module of backends; an empty object where there is none, or where it needs what is not installed."""
    try:
        return import_module(f"social_core.backends.{name}")
    except ImportError:
        return type("Missing", (), {})
