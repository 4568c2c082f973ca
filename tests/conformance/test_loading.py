"""Normalizers are loaded by name, and a name that cannot be loaded is a usage error."""

from __future__ import annotations

import sys

import pytest

from idp_checks import UsageError, normalize
from idp_checks.conformance import builtin_normalizer, load, select_normalizer


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder for the modules of an application, which are unloaded after the test."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith("app_"):
            del sys.modules[name]


def test_load_finds_functions(folder):
    """A function, and a function of a class, are loaded; ``also`` is passed to those that accept it."""
    folder.joinpath("app_good.py").write_text(
        "def plain(provider, raw): return {'user_id': provider}\n"
        "class Parser:\n    @staticmethod\n    def inner(provider, raw, *, also): return {'also': also}\n"
    )
    plain, inner = load("app_good:plain", folder), load("app_good:Parser.inner", folder)
    assert plain("github", {}, also={"emails": []}) == {"user_id": "github"}
    assert inner("github", {}, also={"emails": []}) == {"also": {"emails": []}}
    assert (plain.takes_also, inner.takes_also) == (False, True)
    assert load("idp_checks:normalize").is_builtin


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("app_none:profile", "app_none:profile: no module named 'app_none'"),
        ("app_pack.none:profile", "no module named 'app_pack.none'"),
        ("app_plain:nothing", "app_plain has no attribute 'nothing'"),
        ("app_plain:VALUE", "VALUE is a str, not a function"),
        ("app_plain", "'app_plain' is not a function; use MODULE:FUNCTION"),
        ("app_plain:", "is not a function"),
        ("app plain:x", "is not a function"),
    ],
)
def test_load_error_names_missing_part(folder, spec, message):
    """The error names the module or attribute that does not exist, or the required form."""
    folder.joinpath("app_plain.py").write_text("VALUE = 'x'\n")
    folder.joinpath("app_pack").mkdir()
    folder.joinpath("app_pack", "__init__.py").touch()
    with pytest.raises(UsageError) as caught:
        load(spec, folder)
    assert message in str(caught.value)


@pytest.mark.parametrize("source", ["import app_missing_dependency\n", "1 / 0\n", "raise ImportError('half done')\n"])
def test_load_error_contains_traceback_of_module(folder, source):
    """If the module exists but fails on import, the error contains its traceback."""
    folder.joinpath("app_broken.py").write_text(source)
    with pytest.raises(UsageError, match="importing the module 'app_broken' failed") as caught:
        load("app_broken:profile", folder)
    assert "Traceback (most recent call last)" in str(caught.value)
    assert source.strip() in str(caught.value)


@pytest.mark.slow
def test_load_without_colon_selects_adapter():
    """The name of a library loads its adapter; any other name is not a function."""
    with pytest.raises(UsageError, match="is not a function"):
        load("python-asocial-auth")
    pytest.importorskip("allauth")
    adapter = load("django-allauth")
    assert adapter.version.startswith("django-allauth ")
    assert adapter.providers


def test_builtin_normalizer_is_the_public_function():
    """The built-in normalizer is the function that users call."""
    assert builtin_normalizer().function is normalize


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"unclaimed": ["pictures"]}, "unknown rule or property 'pictures'; choose from N1, .*picture"),
        ({"shape": "saml"}, "unknown shape 'saml'; choose auth0 or oidc"),
        ({"spec": "a:b", "command": "x"}, "mutually exclusive"),
        ({"command": "no-such-program-42 x"}, "program 'no-such-program-42' not found"),
        ({"command": "'"}, "cannot be split"),
    ],
)
def test_select_normalizer_rejects_invalid_options(options, message):
    """An invalid option is a usage error that lists the choices."""
    with pytest.raises(UsageError, match=message):
        select_normalizer(**options)


def test_select_normalizer_ignores_empty_options():
    """Without a name and with an empty command the built-in normalizer is selected."""
    assert select_normalizer(command="").is_builtin
