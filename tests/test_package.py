"""The public face is what it says, is lazy, and costs next to nothing."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import idp_checks

PACKAGE = Path(idp_checks.__file__).parent


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


def test_every_name_of_the_face_exists():
    """Each listed name resolves, and dir() lists just them."""
    assert all(getattr(idp_checks, name) is not None for name in idp_checks.__all__)
    assert dir(idp_checks) == sorted(idp_checks.__all__)


def test_the_face_is_what_type_checkers_are_told():
    """The names imported for type checkers are the names given at run time."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    told = {
        alias.asname
        for branch in tree.body
        if isinstance(branch, ast.If)
        for node in branch.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert told | {"__version__"} == set(idp_checks.__all__)


def test_an_unknown_name_is_an_attribute_error():
    """A misspelt name fails as on every module."""
    with pytest.raises(AttributeError, match="nomalize"):
        idp_checks.nomalize  # noqa: B018


@pytest.mark.parametrize(
    ("function", "signature"),
    [
        ("normalize", "(provider, raw, *, also, connection)"),
        ("introspect", "(provider, token, *, client_id, client_secret, subject, issuer_url, credentials, timeout)"),
        (
            "introspect_sync",
            "(provider, token, *, client_id, client_secret, subject, issuer_url, credentials, timeout)",
        ),
    ],
)
def test_signatures_are_fixed(function, signature):
    """Callers rely on the names and the order of the arguments."""
    parameters = inspect.signature(getattr(idp_checks, function)).parameters.values()
    positional = [each.name for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]
    keyword = [each.name for each in parameters if each.kind is each.KEYWORD_ONLY]
    assert f"({', '.join([*positional, '*', *keyword])})" == signature


def test_importing_the_package_loads_nothing_else():
    """``import idp_checks`` loads no other module of the package and no dependency."""
    loaded = run(
        "import sys; before = set(sys.modules); import idp_checks; print(*sorted(set(sys.modules) - before), sep='\\n')"
    )
    heavy = {"httpx", "respx", "hypothesis", "msgspec", "typer", "rich", "pytest", "jinja2", "typing"}
    assert "idp_checks" in loaded.split()
    assert not heavy & {name.partition(".")[0] for name in loaded.split()}
    assert not [name for name in loaded.split() if name.startswith("idp_checks.")]


def test_normalising_loads_no_client():
    """Parsing profiles needs no network library and no test library."""
    loaded = run(
        "import sys, idp_checks; idp_checks.normalize('github', b'{\"id\": 1}'); print(*sys.modules, sep='\\n')"
    ).split()
    assert not {"httpx", "respx", "hypothesis", "pytest", "typer", "rich", "jinja2", "jwt", "starlette"} & set(loaded)


FLOORS = [
    {"errors", "secret", "profile", "introspection", "reasons", "explanation"},
    {"shape", "openid", "client_auth", "endpoint", "signed", "rfc7662", "provider", "providers", "calibration"},
    {"recordings", "strategies"},
    {"issuers"},
    {"aiohttp_transport", "gate"},
    {"live"},
    {"bulk"},
    {"policy", "checks"},
    {"sources", "config", "lifecycles"},
    {"evidence"},
    {"auditing"},
    {"demo", "conformance", "plugin"},
    {"views"},
    {"cli", "notebook"},
]
"""From the ground up: a room imports only from its own floor and those below it."""


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("idp_checks"):
            parts = node.module.split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("idp_checks.")}
    return found


def test_imports_point_one_way():
    """No room imports from a room above it."""
    floor = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
    wrong = []
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        room = parts[0]
        if room in ("__init__", "fixtures", "notebooks"):
            continue
        assert room in floor, f"{room} has no floor yet"
        wrong += [
            f"{'/'.join(parts)} imports {other}" for other in _imports(path) if floor.get(other, -1) > floor[room]
        ]
    assert not wrong


def test_pure_rooms_do_no_io():
    """Values, providers and checks import nothing that reads, sends or waits."""
    io = {"httpx", "socket", "asyncio", "subprocess", "urllib.request", "requests", "ssl", "pathlib", "os"}
    for room in (
        "profile",
        "introspection",
        "shape",
        "endpoint",
        "signed",
        "rfc7662",
        "provider",
        "providers",
        "checks",
        "policy",
    ):
        place = PACKAGE / f"{room}.py"
        for path in [place] if place.exists() else (PACKAGE / room).glob("*.py"):
            named = set()
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    named |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom):
                    named.add(node.module)
            assert not named & io, f"{path.name} imports {named & io}"
