"""django-allauth: the profiles that its providers and its adapter produce from a provider's response.

A provider runs like its own flow after the token response: ``complete_login`` fetches the profile and ends in
``sociallogin_from_response``, which calls the project's ``SOCIALACCOUNT_ADAPTER``. The result is the suggested user,
the email addresses and the account of the login at that point. Nothing is stored and no database is opened.

Outside a Django project, generated settings install all supported providers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any
from unittest.mock import patch

from idp_checks import providers
from idp_checks.conformance.adapters.adapter import Library, UnsupportedFormError
from idp_checks.conformance.adapters.forms import Forms
from idp_checks.conformance.adapters.project import GENERATED_SETTINGS, make_request, setup_project
from idp_checks.conformance.adapters.simulation import CLIENT_ID, HOST, TOKEN, ProviderSimulation, fill_sample_values
from idp_checks.errors import UsageError
from idp_checks.profiles.profile import STANDARD
from idp_checks.providers.model import LibraryFacts

__all__ = ["load_library"]

UNCLAIMED: Mapping[str, str] = {
    "N2": "a name, username or picture that the provider does not return has no fallback",
    "N11": "linked accounts are rows of its database, which is not opened here",
}


def load_library() -> Library:
    """Return the library with the settings and providers of the Django project, else with all that it supports.

    Raises:
        UsageError: the Django project does not install ``allauth.socialaccount``.
    """
    project = setup_project()
    if project is None:
        _configure_django()
    from django.apps import apps

    if not apps.is_installed("allauth.socialaccount"):
        raise UsageError(
            "the Django project does not install allauth.socialaccount",
            where=project,
            remedy="add it to INSTALLED_APPS, or unset DJANGO_SETTINGS_MODULE",
        )
    from allauth.socialaccount.providers import registry

    registry.load()
    forms = Forms.discover("allauth", registry.get_class)

    def can_read(provider: str, raw: Any) -> bool:
        return forms.select(provider, raw) is not None

    def normalize(provider: str, raw: Any, *, also: Mapping[str, Any] = {}) -> dict[str, Any]:
        provider_class = forms.select(provider, raw)
        if provider_class is None:
            raise UnsupportedFormError(f"none of its providers makes a call of {provider} that returns this form")
        simulation = ProviderSimulation(providers.get(provider), raw, also)
        with simulation.intercept():
            return _run_provider(provider_class, simulation)

    return Library(
        function=normalize,
        providers=forms.providers,
        unclaimed=UNCLAIMED,
        can_read=can_read,
        project=project,
    )


def _run_provider(provider_class: type[Any], simulation: ProviderSimulation) -> dict[str, Any]:
    """Run a provider and return the login in Auth0's shape."""
    from allauth.core import context
    from allauth.socialaccount.models import SocialToken

    request = _make_browser_request(simulation)
    app = _find_app(provider_class, request, _library_facts(simulation).app_key)
    with context.request_context(request), _only_app(app):
        provider = provider_class(request, app=app)
        common_fields: dict[str, Any] = {}
        extract = provider.extract_common_fields

        def extract_common_fields(data: Any) -> Any:
            common_fields["value"] = extract(data)
            return common_fields["value"]

        provider.extract_common_fields = extract_common_fields
        if hasattr(provider_class, "oauth2_adapter_class"):
            adapter = provider.get_oauth2_adapter(request)
            # As after its own exchange of the code, it reads the ID token without verifying the signature.
            adapter.did_fetch_access_token = True
            response = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600, **simulation.token_fields}
            if simulation.provider.profile.request is None or _reads_id_token(simulation):
                response["id_token"] = TOKEN
            adapter.get_provider = lambda: provider
            token = adapter.parse_token(response)
        else:
            adapter = provider.get_oauth_adapter(request)
            adapter.get_provider = lambda: provider
            response = {"oauth_token": TOKEN, "oauth_token_secret": TOKEN, **simulation.token_fields}
            token = SocialToken(token=TOKEN, token_secret=TOKEN)
        login = adapter.complete_login(request, app, token, response=response)
        return _login_to_profile(simulation.provider.name, provider, login, common_fields.get("value"))


def _login_to_profile(name: str, provider: Any, login: Any, common_fields: Any) -> dict[str, Any]:
    """Return a login in Auth0's shape; a blank field of Django's user means that the value is absent."""
    from allauth.account.utils import user_email, user_field, user_username

    user = login.user
    email = user_email(user)
    address = next((item for item in login.email_addresses if item.email == email), None)
    given_name, family_name = user_field(user, "first_name"), user_field(user, "last_name")
    full_name = common_fields.get("name") if isinstance(common_fields, Mapping) else None
    full_name = full_name or " ".join(part for part in (given_name, family_name) if part)
    account = provider.wrap_account(login.account)
    user_data = account.get_user_data()
    fields = {
        "user_id": f"{name}|{login.account.uid}",
        "name": full_name or None,
        "nickname": user_username(user) or None,
        "given_name": given_name or None,
        "family_name": family_name or None,
        "email": email or None,
        "email_verified": address.verified if address is not None else None,
        "picture": account.get_avatar_url(),
    }
    extra = user_data if isinstance(user_data, Mapping) else {}
    return {
        **{field: value for field, value in extra.items() if field not in (*STANDARD, "identities")},
        **{field: value for field, value in fields.items() if value is not None},
    }


def _make_browser_request(simulation: ProviderSimulation) -> Any:
    """Return a request with a session and the parameters that the provider and the library expect in it."""
    from django.contrib.auth.models import AnonymousUser
    from django.contrib.sessions.backends.signed_cookies import SessionStore

    request = make_request("GET", dict(_library_facts(simulation).request_parameters), _OAuth1Session())
    request.user = AnonymousUser()
    request.apple_login_session = SessionStore()
    request.apple_login_session.update(simulation.redirect_parameters)
    return request


class _OAuth1Session(dict[str, Any]):
    """A session that contains a token of every OAuth 1.0 service."""

    def __missing__(self, name: str) -> Any:
        if name.startswith("oauth_") and name.endswith("_access_token"):
            return {"oauth_token": TOKEN, "oauth_token_secret": TOKEN}
        raise KeyError(name)


def _reads_id_token(simulation: ProviderSimulation) -> bool:
    """Return whether the library reads an ID token: one of these forms, or no profile at all."""
    models = _library_facts(simulation).id_token_models
    return bool(models) and simulation.form in (None, *(model.__name__ for model in models))


def _library_facts(simulation: ProviderSimulation) -> LibraryFacts:
    return simulation.provider.libraries.get("allauth", LibraryFacts())


class _NoApps(list[Any]):
    """An empty query for applications, so that the database is not opened."""

    def filter(self, *_: object, **__: object) -> _NoApps:
        return self


def _find_app(provider_class: type[Any], request: Any, app_key: str) -> Any:
    """Return the application from the project's settings or adapter, else a sample."""
    from allauth.socialaccount.adapter import get_adapter
    from allauth.socialaccount.models import SocialApp, SocialAppManager

    with patch.object(SocialAppManager, "on_site", lambda *_: _NoApps()):
        apps = get_adapter(request).list_apps(request, provider=provider_class.id)
    visible_apps = [app for app in apps if not app.settings.get("hidden")]
    if visible_apps:
        return visible_apps[0]
    is_openid = provider_class.id == "openid_connect"
    return SocialApp(
        provider=provider_class.id,
        provider_id=provider_class.id if is_openid else "",
        name="sample",
        client_id=CLIENT_ID,
        secret="sample-secret",
        key=fill_sample_values(app_key),
        settings={"server_url": HOST} if is_openid else {},
    )


@contextmanager
def _only_app(app: Any) -> Iterator[None]:
    """Make the project's adapter return this application without a database."""
    from allauth.socialaccount.adapter import get_adapter

    with patch.object(type(get_adapter()), "list_apps", lambda *_, **__: [app]):
        yield


def _configure_django() -> None:
    """Configure Django with generated settings, once."""
    import django
    from django.conf import settings

    if settings.configured:
        return
    modules: set[str | None] = set()
    provider_settings: dict[str, Mapping[str, str]] = {}
    for provider in map(providers.get, providers.names_with_recordings()):
        alias, facts = provider.aliases.get("allauth"), provider.libraries.get("allauth", LibraryFacts())
        if alias is not None:
            modules |= {alias, *(facts.classes or {}).values()}
            provider_settings[alias] = fill_sample_values(facts.settings)
    apps = [f"allauth.socialaccount.providers.{name}" for name in sorted(filter(None, modules))]
    settings.configure(
        SECRET_KEY="sample",
        USE_TZ=True,
        ROOT_URLCONF="allauth.urls",
        MIDDLEWARE=["allauth.account.middleware.AccountMiddleware"],
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "allauth",
            "allauth.account",
            "allauth.socialaccount",
            *(app for app in apps if find_spec(app) is not None),
        ],
        SOCIALACCOUNT_PROVIDERS={name: dict(value) for name, value in provider_settings.items() if value},
        SOCIALACCOUNT_QUERY_EMAIL=True,
        **{GENERATED_SETTINGS: True},
    )
    django.setup()
