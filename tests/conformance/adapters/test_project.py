"""Inside a Django project its settings, overrides and pipeline apply; each run is a separate process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache

import pytest

from idp_checks import recordings

pytestmark = pytest.mark.slow

ALLAUTH, SOCIAL = "django-allauth", "python-social-auth"

PROJECT = {
    "manage_settings.py": """
SECRET_KEY = "sample"
USE_TZ = True
ROOT_URLCONF = "allauth.urls"
MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]
DATABASES = {}
INSTALLED_APPS = [
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
    "allauth", "allauth.account", "allauth.socialaccount", "social_django",
    "allauth.socialaccount.providers.github", "allauth.socialaccount.providers.facebook", "samples.google",
]
SOCIALACCOUNT_ADAPTER = "samples.adapter.Adapter"
SOCIALACCOUNT_PROVIDERS = {"facebook": {"VERIFIED_EMAIL": True}}
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend", "samples.backends.Github", "social_core.backends.google.GoogleOAuth2",
]
SOCIAL_AUTH_FIRSTLAST_FROM_FULL = False
SOCIAL_AUTH_PIPELINE = [
    "social_core.pipeline.social_auth.social_details",
    "social_core.pipeline.social_auth.social_names",
    "social_core.pipeline.social_auth.social_uid",
    "samples.backends.upper_case",
    "social_core.pipeline.social_auth.social_user",
    "samples.backends.needs_storage",
]
""",
    "bare_settings.py": 'SECRET_KEY = "sample"\nINSTALLED_APPS = []\n',
    "samples/__init__.py": "",
    "samples/adapter.py": """
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter

class Adapter(DefaultSocialAccountAdapter):
    def populate_user(self, request, sociallogin, data):
        user = super().populate_user(request, sociallogin, data)
        user.username = f"custom-{user.username}"
        return user
""",
    "samples/google/__init__.py": "",
    "samples/google/provider.py": """
from allauth.socialaccount.providers.google.provider import GoogleProvider

class CustomGoogle(GoogleProvider):
    def extract_uid(self, data):
        return "custom-" + super().extract_uid(data)

provider_classes = [CustomGoogle]
""",
    "samples/backends.py": """
from social_core.backends.github import GithubOAuth2

class Github(GithubOAuth2):
    def get_user_details(self, response):
        return {**super().get_user_details(response), "email": None}

def upper_case(details, **kwargs):
    return {"details": {**details, "username": (details.get("username") or "").upper()}}

def needs_storage(**kwargs):
    raise RuntimeError("a step that needs stored accounts ran")
""",
    "run.py": """
import json, sys
from idp_checks import recordings
from idp_checks.conformance import adapters

adapter = adapters.get(sys.argv[1])
output = {"providers": adapter.providers, "project": adapter.project}
for name in adapter.providers:
    recording = recordings.load_full_profile(name)
    output[name] = adapter.function(name, recording.raw, also=recording.also)
print(json.dumps(output))
""",
}


@pytest.fixture(scope="module")
def run_in_project(tmp_path_factory):
    """Function ``f(library, settings)`` that runs an adapter in the sample project and returns the process."""
    folder = tmp_path_factory.mktemp("project")
    for name, content in PROJECT.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")

    @cache
    def run(library, settings="manage_settings"):
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": settings, "PYTHONWARNINGS": "default"}
        command = [sys.executable, "run.py", library]
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)

    return run


def read_output(process):
    """Return the JSON output of a successful process."""
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


def test_allauth_uses_project_adapter_settings_and_providers(run_in_project, run_library):
    """The project's adapter, its VERIFIED_EMAIL and its own provider class change the result."""
    output = read_output(run_in_project(ALLAUTH))
    assert output["providers"] == ["facebook", "github", "google-oauth2"]
    assert output["project"] == "manage_settings"
    assert output["github"]["nickname"] == "custom-mia-chen-sample"
    assert output["facebook"]["email_verified"] is True
    assert output["google-oauth2"]["user_id"] == "google-oauth2|custom-100000000000000000042"
    raw = recordings.load_full_profile("facebook").raw
    assert run_library(ALLAUTH, "facebook", raw)["email_verified"] is False


def test_social_auth_uses_project_backends_settings_and_pipeline(run_in_project, run_library):
    """The project's backend, its settings and its own step of the pipeline change the result."""
    output = read_output(run_in_project(SOCIAL))
    assert output["providers"] == ["github", "google-oauth2"]
    assert output["github"]["nickname"] == "MIA-CHEN-SAMPLE"
    assert "email" not in output["github"]
    assert "given_name" not in output["github"]
    raw = recordings.load_full_profile("github").raw
    assert run_library(SOCIAL, "github", raw)["given_name"] == "Mia"


def test_invalid_settings_are_a_usage_error(run_in_project):
    """A project that cannot be set up is a usage error that names the settings, and nothing runs outside it."""
    process = run_in_project(ALLAUTH, "no_such_settings")
    assert process.returncode != 0
    assert "UsageError: DJANGO_SETTINGS_MODULE=no_such_settings: the Django project cannot be set up" in process.stderr


def test_project_without_allauth_is_a_usage_error(run_in_project):
    """A project that does not install allauth's app is a usage error."""
    process = run_in_project(ALLAUTH, "bare_settings")
    assert "the Django project does not install allauth.socialaccount" in process.stderr
