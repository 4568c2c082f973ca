"""The verdict on one token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from idp_checks.cli.inputs import PREFIX
from idp_checks.cli.views.common import print_section
from idp_checks.clock import zulu
from idp_checks.providers.describe import provider_page, token_rows
from idp_checks.tokens.explanation import token_verdict

if TYPE_CHECKING:
    from rich.console import Console

    from idp_checks.providers.model import Provider
    from idp_checks.tokens.introspection import Introspection

__all__ = ["print_introspection"]

VERDICT_STYLES = {"good": "bold green", "not good": "bold red", "undecided": "bold yellow"}


def print_introspection(
    console: Console, result: Introspection, provider: Provider, missing: Sequence[str] = ()
) -> None:
    """Print the verdict, the issuer's statements, and the facts about such tokens.

    Args:
        missing: names of the credentials without which nothing was sent.
    """
    verdict = token_verdict(result)
    console.print(verdict.upper(), style=VERDICT_STYLES[verdict], end="")
    console.print(f"  ({result.reason})")
    console.print(result.explain(provider.title))
    for name in missing:
        option = "Pass --issuer-url or set" if name == "issuer" else "Set"
        console.print(f"{option} {PREFIX}{name.upper()}.")
    statements = result.statements()
    if statements:
        print_section(console, "The issuer states", statements)
    print_section(console, f"Tokens of {provider.title}", token_rows(provider_page(provider)))
    if result.exchanges:
        console.print(f"\nAsked at {zulu(result.asked_at)} ({result.method}).", style="dim")
    else:
        console.print("\nNothing was sent.", style="dim")
