"""The module that provider files import from."""

from __future__ import annotations

import ast
import inspect

from idp_checks.providers import sdk


def test_sdk_only_re_exports() -> None:
    """The module contains imports and ``__all__``, and exports every imported name."""
    docstring, *statements, exports = ast.parse(inspect.getsource(sdk)).body
    assert isinstance(docstring, ast.Expr)
    assert isinstance(exports, ast.Assign)
    assert [node for node in statements if not isinstance(node, ast.ImportFrom)] == []
    names = [
        alias.name
        for node in statements
        if isinstance(node, ast.ImportFrom) and node.module != "__future__"
        for alias in node.names
    ]
    assert sorted(sdk.__all__) == sorted(names)


def test_sdk_describes_its_exports() -> None:
    """Every exported class and function has a docstring."""
    exports = {name: getattr(sdk, name) for name in sdk.__all__}
    undocumented = [
        name
        for name, value in exports.items()
        if (inspect.isclass(value) or inspect.isfunction(value)) and not value.__doc__
    ]
    assert undocumented == []
