"""Tests of the public interface, of the layers of the package, and of the cost of importing it."""

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
    """Run Python code in a new process, and return its output."""
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


# Public interface


def test_public_names_exist():
    """Every listed name resolves, and ``dir()`` lists exactly these."""
    assert all(getattr(idp_checks, name) is not None for name in idp_checks.__all__)
    assert dir(idp_checks) == sorted(idp_checks.__all__)


def test_public_names_are_the_same_for_type_checkers():
    """The names imported for type checkers are the names available at run time."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    names = {
        alias.asname
        for branch in tree.body
        if isinstance(branch, ast.If)
        for node in branch.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert names | {"__version__"} == set(idp_checks.__all__)


def test_unknown_public_name_raises_an_attribute_error():
    """A misspelled name fails as on every module."""
    with pytest.raises(AttributeError, match="nomalize"):
        idp_checks.nomalize  # noqa: B018


QUESTION_OPTIONS = {"client_id", "client_secret", "subject", "issuer_url", "credentials"}
LIFECYCLE_OPTIONS = {
    "refresh_token",
    "timeout",
    "renew",
    "revoke",
    "patience",
    "every",
    "progress",
    "keep",
    "announce",
}


@pytest.mark.parametrize(
    ("name", "positional", "keyword"),
    [
        ("normalize", ["provider", "raw"], {"also", "connection"}),
        ("introspect", ["provider", "token"], {*QUESTION_OPTIONS, "timeout"}),
        ("introspect_sync", ["provider", "token"], {*QUESTION_OPTIONS, "timeout"}),
        ("lifecycle", ["provider", "token"], {*QUESTION_OPTIONS, *LIFECYCLE_OPTIONS, "asker"}),
        ("lifecycle_sync", ["provider", "token"], {*QUESTION_OPTIONS, *LIFECYCLE_OPTIONS}),
    ],
)
def test_arguments_of_public_functions_are_stable(name, positional, keyword):
    """Callers rely on the names of the arguments, including the keys of ``**options``."""
    function = getattr(idp_checks, name)
    parameters = inspect.signature(function).parameters.values()
    assert [item.name for item in parameters if item.kind is item.POSITIONAL_OR_KEYWORD] == positional
    names = {item.name for item in parameters if item.kind is item.KEYWORD_ONLY}
    for item in parameters:
        if item.kind is item.VAR_KEYWORD:
            options = item.annotation.removeprefix("Unpack[").removesuffix("]")
            names |= set(getattr(sys.modules[function.__module__], options).__annotations__)
    assert names == keyword


# Cost of importing


def test_importing_the_package_loads_nothing_else():
    """``import idp_checks`` loads no other module of the package and no dependency."""
    loaded = run(
        "import sys; before = set(sys.modules); import idp_checks; print(*sorted(set(sys.modules) - before), sep='\\n')"
    )
    heavy = {"httpx", "respx", "hypothesis", "msgspec", "typer", "rich", "pytest", "jinja2", "typing"}
    assert "idp_checks" in loaded.split()
    assert not heavy & {name.partition(".")[0] for name in loaded.split()}
    assert not [name for name in loaded.split() if name.startswith("idp_checks.")]


def test_normalizing_loads_no_network_library():
    """Profiles are parsed without a network library and without a test library."""
    loaded = run(
        "import sys, idp_checks; idp_checks.normalize('github', b'{\"id\": 1}'); print(*sys.modules, sep='\\n')"
    ).split()
    assert not {"httpx", "respx", "hypothesis", "pytest", "typer", "rich", "jinja2", "jwt", "starlette"} & set(loaded)


# Layers

LAYERS = (
    ("errors", "secret", "clock", "progress", "private_apis"),
    ("profiles",),
    ("tokens",),
    ("recordings",),
    ("providers",),
    ("strategies",),
    ("issuers",),
    ("live",),
    ("lifecycles",),
    ("checks",),
    ("evidence",),
    ("audits",),
    ("conformance",),
    ("selftest",),
    ("plugin", "cli", "notebook"),
)
"""From the ground up: a package imports only from layers before its own, and from its own modules."""
INTERFACES = ("plugin", "cli", "notebook")
DATA_FOLDERS = ("fixtures", "notebooks")


def list_modules() -> dict[str, Path]:
    """Return the files of all modules by their dotted names."""
    modules = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        if parts[1] not in DATA_FOLDERS:
            modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return modules


MODULES = list_modules()


def imports_of(module: str) -> set[str]:
    """Return the modules of the package that a module imports anywhere, also in functions and for type checkers."""
    imports = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text())):
        if isinstance(node, ast.Import):
            imports |= {alias.name for alias in node.names if alias.name in MODULES}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import"
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                imports |= {name if name in MODULES else node.module} & MODULES.keys()
    return imports - {module}


IMPORTS = {module: imports_of(module) for module in MODULES if module != "idp_checks"}


def layer_of(module: str) -> int:
    """Return the number of the layer of a module."""
    package = module.split(".")[1]
    return next(number for number, packages in enumerate(LAYERS) if package in packages)


def test_every_package_has_a_layer():
    """A new package is added to ``LAYERS``."""
    packages = {module.split(".")[1] for module in IMPORTS}
    assert packages == {package for packages in LAYERS for package in packages}


def test_imports_follow_the_layers():
    """No module imports from a later layer, or from another package of the same layer."""
    violations = [
        f"{module} imports {target}"
        for module, targets in IMPORTS.items()
        for target in targets - {"idp_checks"}
        if target.split(".")[1] != module.split(".")[1] and layer_of(target) >= layer_of(module)
    ]
    assert not violations


def test_only_interfaces_import_the_public_names():
    """Other modules import from the module that defines a name."""
    users = [module for module, targets in IMPORTS.items() if "idp_checks" in targets]
    assert not [module for module in users if module.split(".")[1] not in INTERFACES]


def test_imports_have_no_cycles():
    """Imports inside functions and for type checkers count as well."""
    remaining = {module: set(targets) for module, targets in IMPORTS.items()}
    while removable := [module for module, targets in remaining.items() if not targets & remaining.keys()]:
        for module in removable:
            del remaining[module]
    assert not remaining, "these modules are in a cycle, or import a module in a cycle"


def external_imports(path: Path) -> set[str]:
    """Return the modules outside the package that a module imports, with their parents."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module)
    return names | {name.partition(".")[0] for name in names}


def test_pure_packages_do_no_io():
    """Values, providers and checks import nothing that reads, sends or waits."""
    io = {"httpx", "socket", "asyncio", "subprocess", "urllib.request", "requests", "ssl", "pathlib", "os"}
    pure = ("profiles", "tokens", "providers", "checks")
    violations = {
        module: imports
        for module, path in MODULES.items()
        if module.split(".")[1:2] and module.split(".")[1] in pure and (imports := external_imports(path) & io)
    }
    assert not violations


def test_httpx_is_imported_by_one_module():
    """A switch to another HTTP library changes one line of ``live``."""
    users = {module for module, path in MODULES.items() if "httpx" in external_imports(path)}
    assert users == {"idp_checks.live.http"}
