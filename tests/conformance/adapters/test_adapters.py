"""The tests of the adapters: they run a library's own code, add no mistake of their own, and hide none of its."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import msgspec
import pytest

from idp_checks import UsageError, providers, recordings
from idp_checks.conformance import adapters, conform
from idp_checks.conformance.adapters import OtherForm, Unanswered, judgements, raised_here
from idp_checks.conformance.adapters.wire import Wire
from idp_checks.conformance.normalizers.normalizer import NormalizerCallError
from idp_checks.conformance.normalizers.normalizer import Normalizer
from idp_checks.conformance.rules import RULES, Case, judge, observe, exemption
from idp_checks.errors import RecordingError
from idp_checks.profiles.profile import STANDARD

pytest.importorskip("social_core", reason="the adapters need the libraries: pip install 'idp-checks[test]'")
pytest.importorskip("allauth", reason="the adapters need the libraries: pip install 'idp-checks[test]'")

SOCIAL = "python-social-auth"
ALLAUTH = "django-allauth"
LIBRARIES = (ALLAUTH, SOCIAL)


def raw_of(recording):
    return recording.text if recording.raw is msgspec.UNSET else recording.raw


def run(library, provider, raw, **also):
    return adapters.get(library).function(provider, raw, also=also)


def recorded(library, provider, case):
    found = next(each for each in recordings.load_profiles(provider) if each.case == case)
    return run(library, provider, raw_of(found), **found.also)


def every_recording(adapter):
    for name in adapter.providers:
        for recording in recordings.load_profiles(name):
            if adapter.reads(name, raw_of(recording)):
                yield recording


@cache
def disagreements(library):
    """Provider, rule and objection, over all recordings that the library reads."""
    adapter = adapters.get(library)
    normalizer = Normalizer(adapter.function, adapter.name, takes_also=adapter.takes_also, unclaimed=adapter.unclaimed)
    claimed = [rule for rule in RULES if exemption(rule, normalizer) is None]
    found = {}
    for recording in every_recording(adapter):
        case = Case.from_raw(providers.get(recording.provider), raw_of(recording), recording.also)
        seen = observe(normalizer, case)
        for rule in claimed:
            for objection in judge(rule, normalizer, case, seen):
                found[recording.provider, rule, objection] = None
    return tuple(found)


# What there is


def test_both_libraries_are_named_in_order():
    """``names`` gives the two adapters, and ``get`` knows each of them."""
    assert adapters.names() == LIBRARIES
    assert [adapters.get(name).name for name in adapters.names()] == list(LIBRARIES)


def test_an_unknown_name_is_a_lookup_error():
    """A name of no adapter is refused by an error that lists those that there are."""
    with pytest.raises(LookupError, match="django-allauth, python-social-auth"):
        adapters.get("passport")


@pytest.mark.parametrize(("library", "extra"), [(SOCIAL, "social-auth"), (ALLAUTH, "allauth")])
def test_a_missing_library_is_a_usage_error_with_the_command(monkeypatch, library, extra):
    """Where the library is not installed, the error says which command of pip brings it."""

    def missing(_name):
        raise PackageNotFoundError

    monkeypatch.setattr(adapters, "version", missing)
    with pytest.raises(UsageError) as caught:
        adapters.get.__wrapped__(library)
    assert f"pip install 'idp-checks[{extra}]'" in str(caught.value)


def test_a_provider_that_the_library_does_not_read_is_a_usage_error():
    """Asked about a provider of which a library reads nothing, a run does not begin: it would find nothing wrong."""
    missing = next(name for name in providers.names_with_recordings() if name not in adapters.get(SOCIAL).providers)
    with pytest.raises(UsageError, match=f"{SOCIAL} reads nothing of {missing}; it reads amazon, "):
        conform(SOCIAL, ["github", missing])


def test_nothing_heavy_is_imported_before_get():
    """Importing the adapters and listing their names loads neither library, nor Django, nor requests."""
    code = (
        "import sys; from idp_checks.conformance import adapters; adapters.names();"
        "print([each for each in ('django', 'allauth', 'social_core', 'requests') if each in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("library", LIBRARIES)
def test_most_of_our_providers_are_supported(library):
    """An adapter supports at least fifty providers, each one of ours, and each with an alias for the library."""
    adapter = adapters.get(library)
    alias = "social_core" if library == SOCIAL else "allauth"
    assert len(adapter.providers) >= 50
    assert set(adapter.providers) <= set(providers.names_with_recordings())
    assert all(alias in providers.get(name).aliases for name in adapter.providers)


@pytest.mark.parametrize("library", LIBRARIES)
def test_what_is_not_claimed_is_a_rule_or_a_property_and_has_a_reason(library):
    """Each unclaimed name is one that the suite knows, and each reason says something."""
    for name, reason in adapters.get(library).unclaimed.items():
        assert name in RULES or name in STANDARD
        assert len(reason) > 20


# Its own code runs


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_recording_runs_through(library):
    """Every recorded profile is read or refused by the library's own code: no failure is the adapter's."""
    adapter = adapters.get(library)
    failed, asked = [], 0
    for recording in every_recording(adapter):
        asked += 1
        try:
            adapter.function(recording.provider, raw_of(recording), also=recording.also)
        except NormalizerCallError as error:
            failed.append(f"{recording.provider} {recording.case}: {error}")
        except Exception as error:
            assert not raised_here(error)
    assert not failed
    assert asked > 250


@pytest.mark.parametrize("library", LIBRARIES)
def test_each_provider_has_a_recording_that_is_read(library):
    """A provider is called supported only where some recorded profile gives one with an identifier."""
    adapter = adapters.get(library)
    without = set(adapter.providers)
    for recording in every_recording(adapter):
        try:
            out = adapter.function(recording.provider, raw_of(recording), also=recording.also)
        except Exception:
            continue
        if out["user_id"].startswith(f"{recording.provider}|"):
            without.discard(recording.provider)
    assert without == set()


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_library_merges_the_answers_of_further_calls_itself(library):
    """GitHub's hidden address comes from ``/user/emails``, which the library's own code asks for."""
    assert recorded(library, "github", "private_email")["email"] == "mia.chen@example.com"


def test_a_word_for_an_address_is_the_library_s_own():
    """allauth's flag stands in the profile where its own code believes the provider, and where it does not."""
    assert recorded(ALLAUTH, "google-oauth2", "full")["email_verified"] is True
    assert recorded(ALLAUTH, "google-oauth2", "unverified_email")["email_verified"] is False


def test_a_name_that_a_form_field_holds_is_read():
    """Apple's name comes beside the token: both libraries find it where Apple sends it."""
    for library in LIBRARIES:
        assert recorded(library, "apple", "full")["given_name"] == "Mia"


def test_latin_1_is_what_wechat_s_plain_text_is_taken_for():
    """WeChat's answer comes as text/plain: the libraries' own repair of it gives the name back."""
    assert recorded(SOCIAL, "weixin", "emoji")["nickname"] == "陈美雅 🏺"
    assert recorded(ALLAUTH, "weixin", "emoji")["nickname"] == "陈美雅 🏺"


@pytest.mark.parametrize("library", LIBRARIES)
def test_input_is_not_changed(library):
    """Neither the raw profile nor the further answers are changed, though the libraries change what they are given."""
    adapter = adapters.get(library)
    for recording in every_recording(adapter):
        raw, also = raw_of(recording), recording.also
        before = json.dumps([raw, also])
        try:
            adapter.function(recording.provider, raw, also=also)
        except Exception:
            pass
        assert json.dumps([raw, also]) == before, (recording.provider, recording.case)


# Mistakes are not papered over


def test_an_error_of_the_library_leaves_as_it_is():
    """A member that the library takes for granted ends in its own KeyError, not in one of ours."""
    with pytest.raises(KeyError, match="email") as caught:
        recorded(SOCIAL, "asana", "minimal")
    assert not raised_here(caught.value)


def test_an_identifier_made_of_nothing_comes_through():
    """allauth makes the text None of a missing identifier: the adapter shows it."""
    assert recorded(ALLAUTH, "dwolla", "error_body")["user_id"] == "dwolla|None"


def test_an_address_that_nobody_vouched_for_comes_through_as_verified():
    """allauth calls every address of Untappd verified: the suite objects by N7."""
    assert ("untappd", "N7") in {(provider, rule) for provider, rule, _ in disagreements(ALLAUTH)}


def test_a_failure_of_the_adapter_is_no_finding(monkeypatch):
    """An error in the adapter's own code is an unanswered question, with the adapter named."""
    monkeypatch.setattr("idp_checks.conformance.adapters.python_social_auth._profile", None)
    with pytest.raises(Unanswered, match="Python Social Auth failed at github: TypeError"):
        run(SOCIAL, "github", {"id": 90000042})


def test_a_form_that_the_library_never_gets_is_not_shown_to_it():
    """Asked about an answer of another call than its own, an adapter says so instead of finding fault."""
    for library, provider, case in ((SOCIAL, "atlassian", "full"), (ALLAUTH, "mailru", "full")):
        found = next(each for each in recordings.load_profiles(provider) if each.case == case)
        assert not adapters.get(library).reads(provider, found.raw)
        with pytest.raises(OtherForm, match=provider):
            run(library, provider, found.raw)


# No network


def github_wire():
    return Wire(providers.get("github"), {"id": 90000042, "login": "mia"}, {})


def test_no_socket_is_opened():
    """Whatever does not go by requests is refused, and makes the question an unanswered one."""
    with pytest.raises(Unanswered, match="socket"), github_wire().playing():
        urllib.request.urlopen("https://issuer.example.com/", timeout=5)


def test_other_threads_keep_their_network():
    """While a provider is played, another thread still opens sockets; afterwards this one does too."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        found = []

        def other():
            with socket.socket() as client:
                client.connect(address)
                found.append(client.getpeername())

        with github_wire().playing():
            thread = threading.Thread(target=other)
            thread.start()
            thread.join(10)
        with socket.socket() as client:
            client.connect(address)
            found.append(client.getpeername())
    assert found == [address, address]


def test_threads_do_not_take_the_provider_from_each_other():
    """Adapters that run in several threads at once are all answered, each from its own raw profile."""

    def asked(number):
        raw = {"id": 90000000 + number, "login": "mia", "name": None}
        return [run(SOCIAL, "github", raw, emails=[])["user_id"] for _ in range(5)]

    with ThreadPoolExecutor(max_workers=4) as pool:
        found = list(pool.map(asked, range(8)))
    assert found == [[f"github|{90000000 + number}"] * 5 for number in range(8)]


def test_a_further_call_of_which_nothing_is_told_is_not_permitted():
    """A recorded refusal, and silence, both come with HTTP 403; what is told comes with 200."""
    import requests

    def status(also):
        with Wire(providers.get("github"), {"id": 90000042}, also).playing():
            return requests.get("https://api.github.com/user/emails", timeout=5).status_code

    assert status({}) == 403
    assert status({"emails": {"message": "Not Found"}}) == 403
    assert status({"emails": []}) == 200


def test_an_error_comes_with_the_status_that_it_has():
    """An error body comes with 401 or its own status, and with 200 from providers that answer so."""
    import requests

    def status(provider, raw):
        with Wire(providers.get(provider), raw, {}).playing():
            return requests.get("https://issuer.example.com/profile", timeout=5).status_code

    assert status("github", {"message": "Bad credentials"}) == 401
    assert status("linkedin", {"status": 403, "code": "REVOKED", "message": "sample text"}) == 403
    assert status("weixin", {"errcode": 48001, "errmsg": "sample text"}) == 200
    assert status("github", {"id": 90000042, "message": "no error, a member of that name"}) == 200


# A project's own settings and overrides


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
    "samples.backends.shouting",
    "social_core.pipeline.social_auth.social_user",
    "samples.backends.never_run",
]
""",
    "samples/__init__.py": "",
    "samples/adapter.py": """
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter

class Adapter(DefaultSocialAccountAdapter):
    def populate_user(self, request, sociallogin, data):
        user = super().populate_user(request, sociallogin, data)
        user.username = f"own-{user.username}"
        return user
""",
    "samples/google/__init__.py": "",
    "samples/google/provider.py": """
from allauth.socialaccount.providers.google.provider import GoogleProvider

class OwnGoogle(GoogleProvider):
    def extract_uid(self, data):
        return "own-" + super().extract_uid(data)

provider_classes = [OwnGoogle]
""",
    "samples/backends.py": """
from social_core.backends.github import GithubOAuth2

class Github(GithubOAuth2):
    def get_user_details(self, response):
        return {**super().get_user_details(response), "email": None}

def shouting(details, **kwargs):
    return {"details": {**details, "username": (details.get("username") or "").upper()}}

def never_run(**kwargs):
    raise RuntimeError("a step that needs stored accounts was run")
""",
    "ask.py": """
import json, sys
from idp_checks import recordings
from idp_checks.conformance import adapters

adapter = adapters.get(sys.argv[1])
out = {"providers": adapter.providers, "project": adapter.project}
for name in adapter.providers:
    full = recordings.load_full_profile(name)
    out[name] = adapter.function(name, full.raw, also=full.also)
print(json.dumps(out))
""",
}


@pytest.fixture
def project(tmp_path):
    for name, text in PROJECT.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def ask(library, settings="manage_settings"):
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": settings, "PYTHONWARNINGS": "default"}
        if settings is None:
            del environment["DJANGO_SETTINGS_MODULE"]
        return subprocess.run(
            [sys.executable, "ask.py", library], cwd=tmp_path, env=environment, capture_output=True, text=True
        )

    return ask


def answered(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_django_project_s_adapter_settings_and_providers_count(project):
    """allauth in a project: its adapter, its VERIFIED_EMAIL and its own provider class change the outcome."""
    out = answered(project(ALLAUTH))
    assert out["providers"] == ["facebook", "github", "google-oauth2"]
    assert out["project"] == "manage_settings"
    assert out["github"]["nickname"] == "own-mia-chen-sample"
    assert out["facebook"]["email_verified"] is True
    assert out["google-oauth2"]["user_id"] == "google-oauth2|own-100000000000000000042"
    assert run(ALLAUTH, "facebook", recordings.load_full_profile("facebook").raw)["email_verified"] is False


def test_a_django_project_s_backends_settings_and_pipeline_count(project):
    """Python Social Auth in a project: its backend, its settings and its own step of the pipeline change the outcome."""
    out = answered(project(SOCIAL))
    assert out["providers"] == ["github", "google-oauth2"]
    assert out["github"]["nickname"] == "MIA-CHEN-SAMPLE"
    assert "email" not in out["github"]
    assert "given_name" not in out["github"]
    assert run(SOCIAL, "github", recordings.load_full_profile("github").raw)["given_name"] == "Mia"


def test_settings_that_cannot_be_loaded_are_a_usage_error(project):
    """A project that cannot be set up is told as such, with its name: nothing is judged outside it."""
    done = project(ALLAUTH, settings="no_such_settings")
    assert done.returncode != 0
    assert "UsageError: DJANGO_SETTINGS_MODULE=no_such_settings: the Django project cannot be set up" in done.stderr


def test_a_project_without_allauth_is_a_usage_error(project, tmp_path):
    """A project that does not install allauth's app is told so."""
    (tmp_path / "bare.py").write_text('SECRET_KEY = "sample"\nINSTALLED_APPS = []\n', encoding="utf-8")
    done = project(ALLAUTH, settings="bare")
    assert "the Django project does not install allauth.socialaccount" in done.stderr


# Judgements


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_disagreement_on_recordings_is_judged(library):
    """Whatever a rule objects to on a recording has an entry that says whose fault it is."""
    told = judgements.of(library)
    unjudged = {each for each in disagreements(library) if told.why(each[1], each[0], each[2]) is None}
    assert disagreements(library)
    assert unjudged == set()


@pytest.mark.parametrize("library", LIBRARIES)
def test_entries_speak_of_what_there_is(library):
    """An entry names rules and providers that exist and are supported, and is explained in full sentences."""
    adapter, told = adapters.get(library), judgements.of(library)
    for entry in told.judgement:
        assert set(entry.rules) <= set(RULES), entry.name
        assert set(entry.providers) <= {judgements.EVERY, *adapter.providers}, entry.name
        assert entry.consequence.endswith("."), entry.name


@pytest.mark.parametrize("library", LIBRARIES)
def test_entries_are_of_the_installed_version(library):
    """The judgements are those of a version of the installed library's series."""
    series = judgements.of(library).version.split(".")[0]
    assert adapters.get(library).version.split(".")[0] == series


@pytest.mark.parametrize("library", LIBRARIES)
def test_faults_laid_at_the_library_s_door_are_shown(library):
    """Every fault called theirs shows on some recording at the installed version: none is left of an earlier one."""
    told = judgements.of(library)
    shown = {told.why(rule, name, objection) for name, rule, objection in disagreements(library)}
    faults = {entry for entry in told.judgement if entry.kind == "theirs"}
    assert len(faults) > 10
    assert {entry.name for entry in faults - shown} == set()


def test_an_objection_without_an_entry_is_unjudged():
    """What no entry explains is given back as it is, and has no cause."""
    told = judgements.of(SOCIAL)
    assert told.unjudged("N1", "github", ("user_id is no text",)) == ("user_id is no text",)
    assert told.cell("N1", "github", ("user_id is no text",)) == ()


def test_an_entry_that_names_the_provider_comes_before_one_for_all():
    """Kakao's given name has its own cause; that of another provider has the general one."""
    told = judgements.of(SOCIAL)
    objection = "given_name is there, and the provider gives none"
    assert told.why("N8", "kakao", objection).kind == "theirs"
    assert told.why("N8", "github", objection).kind == "policy"
    assert len(told.cell("N8", "github", [objection, objection.replace("given", "family")])) == 1


def test_a_library_without_judgements_is_a_recording_error():
    """A name without a file is an error that names the file."""
    with pytest.raises(RecordingError, match="passport.toml"):
        judgements.of("passport")


# The pages of the documentation


PAGES = Path(__file__).parents[3] / "docs" / "league"


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_page_says_which_version_was_run_and_judged(library):
    """The page names the release that was run, in the series that is installed, and the release that was judged."""
    text = (PAGES / f"{library}.html").read_text(encoding="utf-8")
    adapter, told = adapters.get(library), judgements.of(library)
    ran = re.search(rf"\({re.escape(adapter.distribution)} ([0-9.]+)\)", text)
    assert ran is not None
    assert ran[1].split(".")[0] == adapter.version.split(".")[0]
    assert f"at version {told.version}, on {told.date}" in text
    assert re.search(r"<dt>date</dt><dd>20\d\d-\d\d-\d\d</dd>", text)
    assert re.search(r"idp-checks [0-9.]+, hypothesis [0-9.]+", text)


@pytest.mark.parametrize("library", LIBRARIES)
def test_no_cell_of_a_page_is_unjudged(library):
    """Each failed cell bears a judgement, in the matrix and beside its details; every supported provider has a row."""
    text = (PAGES / f"{library}.html").read_text(encoding="utf-8").partition("<body")[2]
    kinds = re.findall(r'<td class="(\w+)" title="[^"]*: failed: ', text)
    assert len(kinds) > 200
    assert set(kinds) <= {"theirs", "policy", "ours"}
    assert len(re.findall(r'<p class="judged (?:theirs|policy|ours)">', text)) >= len(kinds)
    assert "njudged" not in text
    rows = re.findall(r'<th scope="row">([\w-]+)</th><td class=', text)
    assert rows == list(adapters.get(library).providers)


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_page_is_light_and_needs_nothing_else(library):
    """A page is under a megabyte and a half, loads nothing, runs nothing, and names no folder of a machine."""
    path = PAGES / f"{library}.html"
    text = path.read_text(encoding="utf-8")
    assert path.stat().st_size < 1_500_000
    assert not [part for part in ("<script", "src=", "@import", "<link", "url(") if part in text]
    assert not re.search(r"/(?:home|tmp|work|root|Users)/", text)


def test_the_files_are_beside_the_module():
    """Each adapter has a file of judgements that travels with the package."""
    folder = Path(judgements.__file__).parent
    assert sorted(path.stem for path in folder.glob("*.toml")) == list(LIBRARIES)
