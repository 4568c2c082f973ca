"""The table of all providers, and the page of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from idp_checks.cli.views.common import print_section, yes_or_no
from idp_checks.providers.describe import format_lifetime

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["print_provider", "print_providers", "providers_markdown"]

COLUMNS = (
    "name",
    "title",
    "kind",
    "protocol",
    "debug endpoint",
    "client?",
    "lifetime",
    "renew?",
    "revoke?",
    "email?",
)


def print_providers(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print all providers as a table."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in COLUMNS:
        table.add_column(title, overflow="fold", no_wrap=title == "name")
    for row in rows:
        table.add_row(*_cells(row))
    console.print(table)
    console.print(
        f"\n{len(rows)} providers. client?: the response names the application that the token was issued to. "
        "email?: the provider vouches for addresses.\nRun `idp-checks providers NAME` for everything known about one.",
        style="dim",
    )


def providers_markdown(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the table of all providers as a page of the documentation."""
    lines = [
        "# Providers",
        "",
        "What each issuer can prove.",
        "",
        "*Client*: the response names the application that the token was issued to. *Email*: the provider vouches for",
        "addresses, so `email_verified` can be true. Run `idp-checks providers NAME` for everything known about one.",
        "",
        "| name | title | kind | protocol | debug endpoint | client | lifetime | renewable | revocable | email |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        name, *others = _cells(row)
        lines.append(f"| `{name}` | {' | '.join(others)} |")
    return "\n".join(lines) + "\n"


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        row["name"],
        row["title"] if row["status"] == "live" else f"{row['title']} ({row['status']})",
        row["kind"],
        row["protocol"] or "-",
        row["debug"] or "-",
        yes_or_no(row["proves_client"]),
        format_lifetime(row["lifetime_s"]),
        yes_or_no(row["renewable"]),
        yes_or_no(row["revocable"]),
        yes_or_no(row["vouches_for_email"]),
    )


def print_provider(console: Console, page: Mapping[str, Any]) -> None:
    """Print everything known about one provider."""
    console.print(f"{page['title']} ({page['name']})", style="bold")
    status = f"{page['status']}: {page['status_note']}" if page["status_note"] else page["status"]
    console.print(f"{page['kind']}, {page['protocol'] or 'no protocol'}, {status}")
    print_section(console, "Profile", _profile_rows(page["profile"]))
    print_section(console, "Token", page["token"])
    scopes = page["scopes"]
    print_section(
        console,
        "Scopes",
        {
            "profile": " ".join(scopes["profile"]) or "none required",
            "email": " ".join(scopes["email"]) or "none",
            "separator": repr(scopes["separator"]),
            "more scopes": scopes["adding"],
        },
    )
    print_section(console, "Validation", _validation_rows(page["validation"]))
    if page["uncertain"]:
        print_section(console, "Uncertain", {"": page["uncertain"]})
    print_section(console, "Documentation", {"": page["docs"]})


def _profile_rows(profile: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "call": profile["call"] or "none: the profile is the claims of an ID token",
        **{f"additional call {name}": call for name, call in profile["further_calls"].items()},
        "identifier unique within": profile["identifier_unique_within"],
        "vouches for email": profile["vouching"] or "no: email_verified is never true",
        "quirks": profile["quirks"],
    }


def _validation_rows(validation: Mapping[str, Any] | None) -> dict[str, Any]:
    if validation is None:
        return {"endpoint": "none: the issuer has no endpoint to ask about a token"}
    request = validation["request"]
    return {
        "kind": validation["kind"],
        "request": f"{request['method']} {request['url']}",
        "requires": ", ".join(validation["needs"]) or "only the token",
        "proves": ", ".join(validation["tells"]) or "only that the token works",
        "note": validation["note"],
    }
