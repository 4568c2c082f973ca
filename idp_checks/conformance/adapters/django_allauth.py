"""django-allauth: the profiles that its providers and its adapter produce from a provider's response.

A provider runs like its own flow after the token response: ``complete_login`` fetches the profile and ends in
``sociallogin_from_response``, which calls the project's ``SOCIALACCOUNT_ADAPTER``. The result is the suggested user,
the email addresses and the account of the login at that point. Nothing is stored and no database is opened.

Outside a Django project, generated settings install all supported providers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any
from unittest.mock import patch

from idp_checks import providers
from idp_checks.conformance.adapters.adapter import Library, UnsupportedFormError
from idp_checks.conformance.adapters.forms import DEFAULT_CLASS, Forms
from idp_checks.conformance.adapters.project import GENERATED_SETTINGS, make_request, setup_project
from idp_checks.conformance.adapters.simulation import CLIENT_ID, DOMAIN, HOST, TOKEN, ProviderSimulation
from idp_checks.errors import UsageError
from idp_checks.profiles.profile import STANDARD

__all__ = ["load_library"]

_PROVIDER_CLASSES: Mapping[str, Mapping[str, str]] = {
    "asana": {"Me": DEFAULT_CLASS, "OlderMe": DEFAULT_CLASS},
    "atlassian": {"Me": DEFAULT_CLASS},
    "auth0": {"UserInfo": DEFAULT_CLASS},
    "dropbox": {"Account": DEFAULT_CLASS},
    "dwolla": {"Account": DEFAULT_CLASS},
    "evernote": {"TokenAnswer": DEFAULT_CLASS},
    "facebook": {"User": DEFAULT_CLASS},
    "figma": {"User": DEFAULT_CLASS},
    "flickr": {"Info": DEFAULT_CLASS},
    "gitlab": {"User": DEFAULT_CLASS},
    "instagram": {"Me": DEFAULT_CLASS, "Listed": DEFAULT_CLASS},
    "kakao": {"User": DEFAULT_CLASS},
    "line": {"User": DEFAULT_CLASS},
    "linkedin": {"UserInfo": DEFAULT_CLASS, "Member": "linkedin_oauth2"},
    "mailru": {"GetInfo": DEFAULT_CLASS},
    "notion": {"Granted": DEFAULT_CLASS},
    "paypal": {"UserInfo": DEFAULT_CLASS},
    "pinterest": {"Account": DEFAULT_CLASS},
    "samlp": {},
    "shopify": {"Rest": DEFAULT_CLASS},
    "slack": {"UserInfo": DEFAULT_CLASS},
    "twitch": {"Users": DEFAULT_CLASS},
    "twitter": {"Me": DEFAULT_CLASS, "Account": "twitter"},
    "vkontakte": {"UserInfo": DEFAULT_CLASS},
    "waad": {"User": DEFAULT_CLASS},
    "yahoo": {"UserInfo": DEFAULT_CLASS},
}
"""The provider class for each form of response, for providers whose forms are not all read by one class. SAML has none:
its provider reads XML assertions with another library."""

_REQUIRED_FIELDS: Mapping[str, str] = {"baidu": "uid", "salesforce": "sub"}
"""Fields that only the responses to the library's own calls contain."""

_FORMS_WITHOUT_ID_TOKEN = frozenset({"UserInfoV2"})
"""Forms that the library requests only if the token response does not contain an ID token."""

_PROVIDER_SETTINGS: Mapping[str, Any] = {
    "auth0": {"AUTH0_URL": HOST},
    "amazon_cognito": {"DOMAIN": HOST},
    "okta": {"OKTA_BASE_URL": DOMAIN},
    "patreon": {"VERSION": "v2"},
}
"""Settings that providers require, used outside a project."""

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
    forms = Forms.discover("allauth", _PROVIDER_CLASSES, registry.get_class, _REQUIRED_FIELDS)

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
    app = _find_app(provider_class, request)
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
        return _to_profile(simulation.provider.name, provider, login, common_fields.get("value"))


def _to_profile(name: str, provider: Any, login: Any, common_fields: Any) -> dict[str, Any]:
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
    """Return a request with a session, a Shopify shop, and the form field that Apple sends."""
    from django.contrib.auth.models import AnonymousUser
    from django.contrib.sessions.backends.signed_cookies import SessionStore

    request = make_request("GET", {"shop": "sample.myshopify.com"}, _OAuth1Session())
    request.user = AnonymousUser()
    value = simulation.value
    user = value.get("user") if simulation.provider.name == "apple" and isinstance(value, Mapping) else None
    request.apple_login_session = SessionStore()
    if user is not None:
        request.apple_login_session["user"] = user if isinstance(user, str) else json.dumps(user)
    return request


class _OAuth1Session(dict[str, Any]):
    """A session that contains a token of every OAuth 1.0 service."""

    def __missing__(self, name: str) -> Any:
        if name.startswith("oauth_") and name.endswith("_access_token"):
            return {"oauth_token": TOKEN, "oauth_token_secret": TOKEN}
        raise KeyError(name)


def _reads_id_token(simulation: ProviderSimulation) -> bool:
    return simulation.provider.name == "google-oauth2" and simulation.form not in _FORMS_WITHOUT_ID_TOKEN


class _NoApps(list[Any]):
    """An empty query for applications, so that the database is not opened."""

    def filter(self, *_: object, **__: object) -> _NoApps:
        return self


def _find_app(provider_class: type[Any], request: Any) -> Any:
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
        key=HOST if provider_class.id == "salesforce" else "",
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
    modules = {providers.get(name).aliases.get("allauth") for name in providers.names_with_recordings()}
    modules |= {name for by_form in _PROVIDER_CLASSES.values() for name in by_form.values()}
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
        SOCIALACCOUNT_PROVIDERS=dict(_PROVIDER_SETTINGS),
        SOCIALACCOUNT_QUERY_EMAIL=True,
        **{GENERATED_SETTINGS: True},
    )
    django.setup()
