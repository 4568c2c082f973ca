"""The simulated issuers and their sample tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from idp_checks.issuers.server import IssuerServer

__all__ = ["print_issuers"]


def print_issuers(console: Console, server: IssuerServer, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print the address of the issuers and a sample token for each case."""
    from rich.table import Table

    console.print(f"Simulated issuers at {server.base_url}/PROVIDER", style="bold", soft_wrap=True)
    console.print(f"client secret: {server.client_secret}   refresh token: {server.refresh_token}\n", soft_wrap=True)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("provider", "case", "client id", "token"):
        table.add_column(title, no_wrap=title in ("provider", "case"), overflow="ellipsis", max_width=44)
    for row in rows:
        table.add_row(row["provider"], row["case"], row["client_id"], row["token"])
    console.print(table)
    console.print(
        "\nExample:  echo TOKEN | idp-checks introspect google-oauth2 --issuer-url "
        f"{server.base_url}/google-oauth2\n`--json` prints complete tokens. Press Ctrl-C to stop.",
        style="dim",
        soft_wrap=True,
    )
