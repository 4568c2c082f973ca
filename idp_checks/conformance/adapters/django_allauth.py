"""django-allauth: what its providers and its adapter make of a provider's answers.

A provider is run as its own flow runs it from the token answer on: ``complete_login`` asks for the profile and ends in
``sociallogin_from_response``, in which the project's ``SOCIALACCOUNT_ADAPTER`` has its say. The suggested user, the
e-mail addresses and the account that stand in the login then are the result; nothing is stored, no database is opened.

Outside a Django project settings are made up, with every provider of ours in ``INSTALLED_APPS``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any
from unittest.mock import patch

from idp_checks import providers
from idp_checks.conformance.adapters import OtherForm
from idp_checks.conformance.adapters.forms import USUAL, Forms
from idp_checks.conformance.adapters.project import MADE_UP, request_of, settings_name
from idp_checks.conformance.adapters.wire import CLIENT_ID, DOMAIN, HOST, TOKEN, Wire
from idp_checks.errors import UsageError
from idp_checks.profiles.profile import STANDARD

__all__ = ["library"]

_PROVIDERS: Mapping[str, Mapping[str, str]] = {
    "asana": {"Me": USUAL, "OlderMe": USUAL},
    "atlassian": {"Me": USUAL},
    "auth0": {"UserInfo": USUAL},
    "dropbox": {"Account": USUAL},
    "dwolla": {"Account": USUAL},
    "evernote": {"TokenAnswer": USUAL},
    "facebook": {"User": USUAL},
    "figma": {"User": USUAL},
    "flickr": {"Info": USUAL},
    "gitlab": {"User": USUAL},
    "instagram": {"Me": USUAL, "Listed": USUAL},
    "kakao": {"User": USUAL},
    "line": {"User": USUAL},
    "linkedin": {"UserInfo": USUAL, "Member": "linkedin_oauth2"},
    "mailru": {"GetInfo": USUAL},
    "notion": {"Granted": USUAL},
    "paypal": {"UserInfo": USUAL},
    "pinterest": {"Account": USUAL},
    "samlp": {},
    "shopify": {"Rest": USUAL},
    "slack": {"UserInfo": USUAL},
    "twitch": {"Users": USUAL},
    "twitter": {"Me": USUAL, "Account": "twitter"},
    "vkontakte": {"UserInfo": USUAL},
    "waad": {"User": USUAL},
    "yahoo": {"UserInfo": USUAL},
}
"""Which provider is given which form of answer, where one does not read them all: by the call that it makes. SAML
assertions are XML, which its SAML provider reads by another library."""

_NEEDS: Mapping[str, str] = {"baidu": "uid", "salesforce": "sub"}
"""Members of the answers to its calls, which the answers to other calls do not have."""

_WITHOUT_ID_TOKEN = frozenset({"UserInfoV2"})
"""Forms that are asked for only where the token answer holds no ID token."""

_MADE_UP: Mapping[str, Any] = {
    "auth0": {"AUTH0_URL": HOST},
    "amazon_cognito": {"DOMAIN": HOST},
    "okta": {"OKTA_BASE_URL": DOMAIN},
    "patreon": {"VERSION": "v2"},
}
"""What a provider's settings cannot do without, outside a project."""

UNCLAIMED: Mapping[str, str] = {
    "N2": "nothing stands in for a name, a user name or a picture that the provider does not give",
    "N11": "linked accounts are rows of its database, which is not opened here",
}


def library() -> dict[str, Any]:
    """What an ``Adapter`` needs of this library.

    Raises:
        UsageError: the Django project does not install ``allauth.socialaccount``.
    """
    project = settings_name()
    if project is None:
        _make_up()
    from django.apps import apps

    if not apps.is_installed("allauth.socialaccount"):
        raise UsageError(
            "the Django project does not install allauth.socialaccount",
            where=project,
            remedy="add it to INSTALLED_APPS, or run without DJANGO_SETTINGS_MODULE",
        )
    from allauth.socialaccount.providers import registry

    registry.load()
    forms = Forms.found("allauth", _PROVIDERS, registry.get_class, _NEEDS)

    def reads(provider: str, raw: Any) -> bool:
        return forms.part(provider, raw) is not None

    def normalized(provider: str, raw: Any, *, also: Mapping[str, Any] = {}) -> dict[str, Any]:
        used = forms.part(provider, raw)
        if used is None:
            raise OtherForm(f"none of its providers makes a call of {provider} that answers in this form")
        wire = Wire(providers.get(provider), raw, also)
        with wire.playing():
            return _run(used, wire)

    return {
        "function": normalized,
        "providers": forms.providers,
        "unclaimed": UNCLAIMED,
        "reads": reads,
        "project": project,
    }


def _run(used: type[Any], wire: Wire) -> dict[str, Any]:
    """The login that a provider ends with, in Auth0's shape."""
    from allauth.core import context
    from allauth.socialaccount.models import SocialToken

    request = _request(wire)
    app = _app(used, request)
    with context.request_context(request), _apps(app):
        provider = used(request, app=app)
        told: dict[str, Any] = {}
        extract = provider.extract_common_fields

        def common_fields(data: Any) -> Any:
            told["fields"] = extract(data)
            return told["fields"]

        provider.extract_common_fields = common_fields
        answer = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600, **wire.granted}
        if hasattr(used, "oauth2_adapter_class"):
            adapter = provider.get_oauth2_adapter(request)
            # As after its own exchange of the code: an ID token that came with it is read without its signature.
            adapter.did_fetch_access_token = True
            if wire.provider.profile.call is None or _reads_id_token(wire):
                answer["id_token"] = TOKEN
            adapter.get_provider = lambda: provider
            token = adapter.parse_token(answer)
        else:
            adapter = provider.get_oauth_adapter(request)
            adapter.get_provider = lambda: provider
            answer = {"oauth_token": TOKEN, "oauth_token_secret": TOKEN, **wire.granted}
            token = SocialToken(token=TOKEN, token_secret=TOKEN)
        login = adapter.complete_login(request, app, token, response=answer)
        return _profile(wire.provider.name, provider, login, told.get("fields"))


def _profile(name: str, provider: Any, login: Any, fields: Any) -> dict[str, Any]:
    """A login in Auth0's shape; a blank field of Django's user is its way to say that there is nothing."""
    from allauth.account.utils import user_email, user_field, user_username

    user = login.user
    email = user_email(user)
    address = next((each for each in login.email_addresses if each.email == email), None)
    given, family = user_field(user, "first_name"), user_field(user, "last_name")
    stated = fields.get("name") if isinstance(fields, Mapping) else None
    full = stated or " ".join(each for each in (given, family) if each)
    account = provider.wrap_account(login.account)
    extra = account.get_user_data()
    named = {
        "user_id": f"{name}|{login.account.uid}",
        "name": full or None,
        "nickname": user_username(user) or None,
        "given_name": given or None,
        "family_name": family or None,
        "email": email or None,
        "email_verified": address.verified if address is not None else None,
        "picture": account.get_avatar_url(),
    }
    passed = {} if not isinstance(extra, Mapping) else extra
    return {
        **{member: value for member, value in passed.items() if member not in (*STANDARD, "identities")},
        **{member: value for member, value in named.items() if value is not None},
    }


def _request(wire: Wire) -> Any:
    """The browser's request: with a session, the shop that it names, and the form field that Apple sends."""
    from django.contrib.auth.models import AnonymousUser
    from django.contrib.sessions.backends.signed_cookies import SessionStore

    request = request_of("GET", {"shop": "sample.myshopify.com"}, _Session())
    request.user = AnonymousUser()
    user = wire.value.get("user") if wire.provider.name == "apple" and isinstance(wire.value, Mapping) else None
    request.apple_login_session = SessionStore()
    if user is not None:
        request.apple_login_session["user"] = user if isinstance(user, str) else json.dumps(user)
    return request


class _Session(dict[str, Any]):
    """A session in which every OAuth 1.0 service has left its token."""

    def __missing__(self, name: str) -> Any:
        if name.startswith("oauth_") and name.endswith("_access_token"):
            return {"oauth_token": TOKEN, "oauth_token_secret": TOKEN}
        raise KeyError(name)


def _reads_id_token(wire: Wire) -> bool:
    return wire.provider.name == "google-oauth2" and wire.form not in _WITHOUT_ID_TOKEN


class _NoApps(list[Any]):
    """What the database would hold of applications: nothing, so that it is not opened."""

    def filter(self, *_: object, **__: object) -> _NoApps:
        return self


def _app(used: type[Any], request: Any) -> Any:
    """The application that the project's settings or its adapter name, or one that was made up."""
    from allauth.socialaccount.adapter import get_adapter
    from allauth.socialaccount.models import SocialApp, SocialAppManager

    with patch.object(SocialAppManager, "on_site", lambda *_: _NoApps()):
        named = get_adapter(request).list_apps(request, provider=used.id)
    shown = [each for each in named if not each.settings.get("hidden")]
    if shown:
        return shown[0]
    return SocialApp(
        provider=used.id,
        provider_id=used.id if used.id == "openid_connect" else "",
        name="sample",
        client_id=CLIENT_ID,
        secret="sample-secret",
        key=HOST if used.id == "salesforce" else "",
        settings={"server_url": HOST} if used.id == "openid_connect" else {},
    )


@contextmanager
def _apps(app: Any) -> Iterator[None]:
    """Have the project's adapter find this application without a database."""
    from allauth.socialaccount.adapter import get_adapter

    with patch.object(type(get_adapter()), "list_apps", lambda *_, **__: [app]):
        yield


def _make_up() -> None:
    """Configure Django with settings of no project, once."""
    import django
    from django.conf import settings

    if settings.configured:
        return
    wanted = {providers.get(name).aliases.get("allauth") for name in providers.own()}
    wanted |= {each for by_form in _PROVIDERS.values() for each in by_form.values()}
    apps = [f"allauth.socialaccount.providers.{each}" for each in sorted(filter(None, wanted))]
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
            *(each for each in apps if find_spec(each) is not None),
        ],
        SOCIALACCOUNT_PROVIDERS=dict(_MADE_UP),
        SOCIALACCOUNT_QUERY_EMAIL=True,
        **{MADE_UP: True},
    )
    django.setup()
