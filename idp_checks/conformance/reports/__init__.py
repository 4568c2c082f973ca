"""Output of the conformance suite, one module for each form.

``html``, ``junit``, ``markdown`` and ``table`` each have a function ``render(results) -> str``. Two more modules show a
single failure: ``failure`` as the message of a failing test, and ``recordings`` as fixture files.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from idp_checks.conformance.results import Results

__all__ = ["Form", "Renderer", "render"]

Form: TypeAlias = Literal["html", "junit", "markdown", "table"]


class Renderer(Protocol):
    """A module that renders results."""

    def render(self, results: Results) -> str:
        """Return the results in the form of this module."""
        ...


def render(form: Form, results: Results) -> str:
    """Return the results as a page, a report or a table."""
    renderer: Renderer = import_module(f"{__name__}.{form}")
    return renderer.render(results)
