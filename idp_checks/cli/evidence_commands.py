"""Commands for evidence: demo, audit, verify."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from idp_checks.cli.outputs import EXIT_GOOD, EXIT_NOT_GOOD, make_console, print_json, show_progress, unused_path
from idp_checks.errors import missing_extra

__all__ = ["audit", "demo", "verify"]


def demo(
    out: Annotated[Path | None, typer.Option(help="Folder for the evidence; default: a new one here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Audit sample identities at simulated issuers."""
    from idp_checks.cli.views.audit import print_demo

    folder = out or unused_path(Path("idp-checks-demo"))
    try:
        from idp_checks.cli.demo import run

        with show_progress(quiet=as_json) as progress:
            result = run(folder, progress=progress)
    except ModuleNotFoundError as error:
        raise missing_extra(error, "demo") or error from None
    if as_json:
        print_json(result.to_dict())
    else:
        print_demo(make_console(), result)
    raise typer.Exit(EXIT_GOOD if result.as_expected else EXIT_NOT_GOOD)


def audit(
    config: Annotated[Path, typer.Argument(help="Sources and policy (TOML).")],
    out: Annotated[Path, typer.Option(help="New folder for the evidence.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Audit identities and write sealed evidence."""
    from idp_checks.audits.run import audit_config
    from idp_checks.cli.views.audit import print_audit

    with show_progress(quiet=as_json) as progress:
        result = audit_config(config, out=out, progress=progress)
    if as_json:
        print_json(result.to_dict())
    else:
        print_audit(make_console(), result)
    raise typer.Exit(result.exit_code)


def verify(
    folder: Annotated[Path, typer.Argument(help="Folder of evidence.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Verify that evidence is intact."""
    from idp_checks.cli.views.audit import print_verification
    from idp_checks.evidence.verify import verify as verify_evidence

    result = verify_evidence(folder)
    if as_json:
        print_json(result.to_dict())
    else:
        print_verification(make_console(), result)
    raise typer.Exit(result.exit_code)
