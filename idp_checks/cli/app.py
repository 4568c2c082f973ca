"""The program ``idp-checks``: commands, errors and exit codes.

Exit codes: 0 good, 1 not good, 2 usage error, 3 undecided. Secrets are read from a prompt, standard input or the
environment, never from arguments. Each command imports the heavy modules that it needs.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated, NoReturn

import typer

from idp_checks.cli import evidence_commands, profile_commands, token_commands
from idp_checks.cli.outputs import EXIT_USAGE_ERROR
from idp_checks.errors import IdpChecksError, missing_extra

__all__ = ["app", "main"]

app = typer.Typer(
    name="idp-checks",
    help="Check social-login profiles and identity-provider tokens, and prove the results.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def print_version(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Print the version if asked to."""
    if version:
        import idp_checks

        typer.echo(idp_checks.__version__)
        raise typer.Exit


for command in (
    evidence_commands.demo,
    profile_commands.providers,
    profile_commands.normalize,
    token_commands.introspect,
    token_commands.lifecycle,
    profile_commands.conform,
    evidence_commands.audit,
    evidence_commands.verify,
    token_commands.issuers,
):
    app.command()(command)


def main() -> None:
    """Run the program; every error of the package becomes one line on standard error and exit code 2."""
    try:
        app()
    except IdpChecksError as error:
        _stop(str(error))
    except ModuleNotFoundError as error:
        usage_error = missing_extra(error)
        if usage_error is None:
            raise
        _stop(str(usage_error))
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)
        raise SystemExit(130) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None


def _stop(message: str) -> NoReturn:
    typer.echo(f"error: {message}", err=True)
    raise SystemExit(EXIT_USAGE_ERROR)


if __name__ == "__main__":
    main()
