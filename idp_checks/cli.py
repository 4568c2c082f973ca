"""The command line: reads what is asked, calls the toolkit, shows the answer. No rule lives here.

Exit codes: 0 good, 1 not good, 2 the request cannot be carried out as made, 3 indeterminate. Secrets come by prompt,
standard input or environment, never as arguments. Everything heavy is imported by the command that needs it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from idp_checks.errors import IdpChecksError, ProfileError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from idp_checks.introspection import Introspection
    from idp_checks.secret import Secret

WIDE = 160
"""Columns where the output is no terminal."""
GOOD, NOT_GOOD, USAGE, INDETERMINATE = 0, 1, 2, 3

app = typer.Typer(
    name="idp-checks",
    help="Checks social-login profiles and identity-provider tokens, and proves the answers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]


def main() -> None:
    """The program: every error of the toolkit becomes one line and exit code 2."""
    try:
        app()
    except IdpChecksError as error:
        _stop(str(error))
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)
        raise SystemExit(130) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        import idp_checks

        typer.echo(idp_checks.__version__)
        raise typer.Exit


@app.command()
def demo(
    out: Annotated[Path | None, typer.Option(help="Where the evidence goes; a new folder here if not given.")] = None,
    as_json: Json = False,
) -> None:
    """The main job with nothing configured: simulated issuers, sample identities, a full audit, evidence."""
    from idp_checks.demo import run

    target = out or _free(Path("idp-checks-demo"))
    with _progress(quiet=as_json) as progress:
        shown = run(target, progress=progress)
    if as_json:
        _print_json(shown.to_dict())
    else:
        from idp_checks.views import show_demo

        show_demo(_console(), shown)
    raise typer.Exit(GOOD if shown.as_planned else NOT_GOOD)


@app.command()
def providers(
    name: Annotated[str | None, typer.Argument(help="A provider's name; all of them if not given.")] = None,
    as_json: Json = False,
) -> None:
    """The providers, or all that is known of one."""
    from idp_checks import providers as known
    from idp_checks import views

    if name is None:
        rows = [views.provider_row(each) for each in known.every()]
        if as_json:
            _print_json(rows)
        else:
            views.show_providers(_console(), rows)
        return
    page = views.provider_page(known.get(name))
    if as_json:
        _print_json(page)
    else:
        views.show_provider(_console(), page)


@app.command()
def normalize(
    provider: Annotated[str, typer.Argument(help="The provider's name, such as github.")],
    file: Annotated[Path | None, typer.Argument(help="The raw profile, JSON; standard input if not given.")] = None,
    also: Annotated[
        list[str] | None, typer.Option(help="The answer of a further call, as NAME=FILE, such as emails=emails.json.")
    ] = None,
    connection: Annotated[str | None, typer.Option(help="The connection's name.")] = None,
    as_json: Json = False,
) -> None:
    """A provider's raw profile to a normalised one, as JSON."""
    from idp_checks import providers as known

    found = known.get(provider)
    raw = _read(file)
    answers = {}
    for pair in also or []:
        name, equals, path = pair.partition("=")
        if not equals:
            raise UsageError("expected NAME=FILE", where="--also", remedy="such as --also emails=emails.json")
        answers[name] = _read(Path(path))
    try:
        profile = found.normalize(raw, also=answers, connection=connection)
    except ProfileError as error:
        where = str(file) if file else "standard input"
        remedy = f"`idp-checks providers {provider}` shows what {found.title} sends"
        raise UsageError(
            f"no profile of {provider}: {error.path}: {error.problem}", where=where, remedy=remedy
        ) from None
    _print_json(profile.to_dict(), compact=as_json and not sys.stdout.isatty())


@app.command()
def introspect(
    provider: Annotated[str, typer.Argument(help="The provider's name, such as facebook.")],
    issuer_url: Annotated[str | None, typer.Option(help="Another server than the documented one.")] = None,
    subject: Annotated[str | None, typer.Option(help="The account that the token must stand for.")] = None,
    timeout: Annotated[float, typer.Option(help="Seconds for everything together.", min=0.1)] = 10.0,
    as_json: Json = False,
) -> None:
    """A token at its issuer's debug endpoint.

    The token comes by prompt or standard input. Credentials come from the environment: IDP_CHECKS_CLIENT_ID,
    IDP_CHECKS_CLIENT_SECRET, and IDP_CHECKS_ with the name of anything else that the issuer needs, such as
    IDP_CHECKS_TENANT_ID.
    """
    from idp_checks import providers as known
    from idp_checks.live import introspect_sync
    from idp_checks.secret import Secret

    found = known.get(provider)
    held: dict[str, str] = {}
    for need in found.debug.needs if found.debug else ():
        value = os.environ.get(f"IDP_CHECKS_{need.upper()}")
        if value and need not in ("client_id", "client_secret"):
            held[need] = value
    secret = os.environ.get("IDP_CHECKS_CLIENT_SECRET")
    result = introspect_sync(
        provider,
        _token(provider),
        client_id=os.environ.get("IDP_CHECKS_CLIENT_ID") or None,
        client_secret=Secret(secret) if secret else None,
        subject=subject,
        issuer_url=issuer_url,
        credentials=held,
        timeout=timeout,
    )
    if as_json:
        _print_json(result.to_dict())
    else:
        from idp_checks.views import show_introspection

        show_introspection(_console(), result, found)
    raise typer.Exit(_exit_code(result))


@app.command()
def conform(
    normalizer: Annotated[str, typer.Argument(help="MODULE:FUNCTION, a function f(provider: str, raw: dict) -> dict.")],
    provider: Annotated[list[str] | None, typer.Option(help="Only this provider; repeats.")] = None,
    as_json: Json = False,
) -> None:
    """The conformance suite against a normaliser."""
    from idp_checks import conformance, views

    results = conformance.conform(normalizer, tuple(provider or ()))
    if as_json:
        _print_json(results.to_dict())
    else:
        views.show_conformance(_console(), results)
    outcomes = {each.outcome for each in results}
    raise typer.Exit(NOT_GOOD if "violated" in outcomes else INDETERMINATE if "error" in outcomes else GOOD)


@app.command()
def audit(
    config: Annotated[Path, typer.Argument(help="What to audit and by which policy, TOML.")],
    out: Annotated[Path, typer.Option(help="Where the evidence goes: a folder that is not there yet.")],
    as_json: Json = False,
) -> None:
    """Sources x connections x checks to evidence."""
    from idp_checks import auditing, views

    with _progress(quiet=as_json) as progress:
        result = auditing.audit_config(config, out=out, progress=progress)
    if as_json:
        _print_json(result.to_dict())
    else:
        views.show_audit(_console(), result)
    raise typer.Exit(result.exit_code)


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="A folder of evidence.")],
    as_json: Json = False,
) -> None:
    """Tell whether evidence is whole and unaltered."""
    from idp_checks.evidence.verify import verify as check

    result = check(folder)
    if as_json:
        _print_json(result.to_dict())
    else:
        from idp_checks.views import show_verification

        show_verification(_console(), result)
    raise typer.Exit(result.exit_code)


@app.command()
def issuers(
    host: Annotated[str, typer.Option(help="The address to listen on; loopback alone.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; a free one if 0.", min=0, max=65535)] = 8765,
    as_json: Json = False,
) -> None:
    """Serve the simulated issuers, with a made-up token for every case."""
    from idp_checks import views
    from idp_checks.issuers.serve import serve

    with serve(host=host, port=port) as served:
        rows = served.tokens()
        if as_json:
            _print_json({"base_url": served.base_url, "client_secret": served.client_secret, "tokens": rows})
        else:
            views.show_issuers(_console(), served, rows)
        sys.stdout.flush()
        served.wait()


def _exit_code(result: Introspection) -> int:
    return GOOD if result.good else NOT_GOOD if result.decided else INDETERMINATE


def _token(provider: str) -> Secret:
    from idp_checks.secret import Secret

    if sys.stdin.isatty():
        from getpass import getpass

        typed = getpass(f"{provider} token (not shown): ")
    else:
        typed = sys.stdin.read()
    token = Secret(typed.strip("\r\n"))
    if not token:
        raise UsageError("no token came", where="standard input", remedy="type it at the prompt, or pipe it in")
    return token


def _read(file: Path | None) -> bytes:
    if file is None or str(file) == "-":
        if sys.stdin.isatty():
            typer.echo("reading JSON from standard input, end with Ctrl-D", err=True)
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except IsADirectoryError:
        raise UsageError("a directory, not a file", where=str(file), remedy="name a JSON file in it") from None
    except OSError as error:
        raise UsageError(f"cannot be read ({error.strerror})", where=str(file), remedy="name a file that can") from None


def _free(wanted: Path) -> Path:
    """The path, or the path with the first number that makes it new."""
    numbered = wanted
    count = 1
    while numbered.exists():
        count += 1
        numbered = wanted.with_name(f"{wanted.name}-{count}")
    return numbered


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)


def _progress(*, quiet: bool) -> Any:  # noqa: ANN401 - a context manager of a progress callable
    from idp_checks.views import Progress

    return Progress(quiet=quiet or not sys.stderr.isatty())


def _print_json(value: Mapping[str, Any] | list[Any], *, compact: bool = False) -> None:
    typer.echo(json.dumps(value, indent=None if compact else 2, ensure_ascii=False))


def _stop(message: str) -> NoReturn:
    typer.echo(f"error: {message}", err=True)
    raise SystemExit(USAGE)


if __name__ == "__main__":
    main()
