"""The table of all providers, and the page of a single provider."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from idp_checks.cli.views.common import print_section, yes_or_no
from idp_checks.providers.describe import format_lifetime, token_rows

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
NARROW_COLUMNS = ("name", "debug endpoint", "client?", "lifetime", "renew?", "revoke?", "email?")
"""Columns on a terminal that is too narrow for all of them."""
WIDE = 150
"""Width in characters that all columns need."""
PROFILE_ORIGINS = {
    "oidc": "none: the profile is in the ID token",
    "saml": "none: the profile is in the assertion",
    "wsfed": "none: the profile is in the assertion",
}
"""Where the profile comes from if no call returns it, by protocol."""
FACT_LABELS = {"end": "expiry"}
"""Labels of proven facts whose name is not the label."""


def print_providers(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print all providers as a table."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    columns = COLUMNS if console.width >= WIDE else NARROW_COLUMNS
    for title in columns:
        table.add_column(title, overflow="fold", no_wrap=title == "name")
    for row in rows:
        cells = dict(zip(COLUMNS, _cells(row), strict=True))
        if columns is NARROW_COLUMNS and row["lifetime_s"] is None:
            cells["lifetime"] = "-"
        table.add_row(*(cells[title] for title in columns))
    console.print(table)
    console.print(
        f"\n{len(rows)} providers. client?: the response names the application that the token was issued to. "
        "email?: the provider vouches for email addresses.\nRun `idp-checks providers NAME` to describe one provider.",
        style="dim",
    )


def providers_markdown(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the table of all providers as a page of the documentation."""
    lines = [
        "# Providers",
        "",
        "The facts that each issuer can prove.",
        "",
        "*Client*: the response names the application that the token was issued to. *Email*: the provider vouches for",
        "email addresses, so `email_verified` can be true. Run `idp-checks providers NAME` to describe one provider.",
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
    console.print(f"{page['kind']}, {page['protocol'] or 'no protocol'}, {page['status']}")
    if page["status_note"]:
        console.print(page["status_note"], markup=False)
    print_section(console, "Profile", _profile_rows(page))
    print_section(console, "Token", token_rows(page))
    print_section(console, "Scopes", _scope_rows(page["scopes"]))
    print_section(console, "Validation", _validation_rows(page["validation"]))
    if page["uncertain"]:
        print_section(console, "Uncertain", {"": page["uncertain"]})
    console.print("\nDocumentation", style="bold")
    for url in page["docs"]:
        console.print(f"  {url}", markup=False, soft_wrap=True)


def _profile_rows(page: Mapping[str, Any]) -> dict[str, Any]:
    profile = page["profile"]
    origin = "none" if page["status"] == "defunct" else PROFILE_ORIGINS.get(page["protocol"], "none")
    return {
        "call": profile["call"] or origin,
        **{f"additional call {name}": call for name, call in profile["further_calls"].items()},
        "identifier unique within": profile["identifier_unique_within"],
        "vouches for email": profile["vouching"] or "no: email_verified is never true",
        "quirks": profile["quirks"],
    }


def _scope_rows(scopes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "profile": " ".join(scopes["profile"]) or "none required",
        "email": " ".join(scopes["email"]) or "none",
        "separator": repr(scopes["separator"]) if scopes["separator"] else None,
        "more scopes": scopes["adding"] or None,
    }


def _validation_rows(validation: Mapping[str, Any] | None) -> dict[str, Any]:
    if validation is None:
        return {"endpoint": "none: the issuer has no endpoint that checks tokens"}
    request = validation["request"]
    return {
        "kind": validation["kind"],
        "request": f"{request['method']} {request['url']}",
        "requires": ", ".join(validation["needs"]) or "only the token",
        "proves": ", ".join(FACT_LABELS.get(fact, fact) for fact in validation["tells"]) or "only that the token works",
        "note": validation["note"],
    }
