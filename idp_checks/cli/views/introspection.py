"""The verdict on one token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from idp_checks.cli.views.common import print_section
from idp_checks.providers.describe import provider_page
from idp_checks.tokens.explanation import token_verdict

if TYPE_CHECKING:
    from rich.console import Console

    from idp_checks.providers.model import Provider
    from idp_checks.tokens.introspection import Introspection

__all__ = ["print_introspection"]

VERDICT_STYLES = {"good": "bold green", "not good": "bold red", "undecided": "bold yellow"}
STATEMENTS = ("client_id", "audience", "subject", "scopes", "issued_at", "expires_at", "issuer", "token_type")
FACTS = ("contents", "validity", "renewal", "termination", "uses")


def print_introspection(console: Console, result: Introspection, provider: Provider) -> None:
    """Print the verdict, the issuer's statements, and the facts about such tokens."""
    verdict = token_verdict(result)
    console.print(verdict.upper(), style=VERDICT_STYLES[verdict], end="")
    console.print(f"  ({result.reason})")
    console.print(result.explain(provider.title))
    fields = result.to_dict()
    statements: dict[str, Any] = {
        name: ", ".join(fields[name]) if isinstance(fields[name], list) else fields[name]
        for name in STATEMENTS
        if name in fields
    }
    if result.endless:
        statements["expires_at"] = "never"
    if statements:
        print_section(console, "The issuer states", statements)
    page = provider_page(provider)["token"]
    print_section(console, f"Tokens of {provider.title}", {name: page[name] for name in FACTS})
    if result.exchanges:
        console.print(f"\nAsked at {fields['asked_at']} ({result.method}).", style="dim")
    else:
        console.print("\nNothing was sent.", style="dim")
