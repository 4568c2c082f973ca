"""The command line: reads what is asked, calls the toolkit, shows the answer. No rule lives here.

Exit codes: 0 good, 1 not good, 2 the request cannot be carried out as made, 3 indeterminate. Secrets come by prompt,
standard input or environment, never as arguments. Everything heavy is imported by the command that needs it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, NoReturn, Self

import typer

from idp_checks.errors import IdpChecksError, ProfileError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from idp_checks.lifecycles.values import Renewed
    from idp_checks.secret import Secret
    from idp_checks.tokens.introspection import Introspection

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
    from idp_checks.cli.demo import run

    target = out or _free(Path("idp-checks-demo"))
    with _progress(quiet=as_json) as progress:
        shown = run(target, progress=progress)
    if as_json:
        _print_json(shown.to_dict())
    else:
        from idp_checks.cli.views import show_demo

        show_demo(_console(), shown)
    raise typer.Exit(GOOD if shown.as_planned else NOT_GOOD)


@app.command()
def providers(
    name: Annotated[str | None, typer.Argument(help="A provider's name; all of them if not given.")] = None,
    as_json: Json = False,
) -> None:
    """The providers, or all that is known of one."""
    from idp_checks import providers as known
    from idp_checks.cli import views

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
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Ask about a made-up token too; an endpoint must refuse it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """A token at its issuer's debug endpoint.

    The token comes by prompt or standard input. Credentials come from the environment: IDP_CHECKS_CLIENT_ID,
    IDP_CHECKS_CLIENT_SECRET, and IDP_CHECKS_ with the name of anything else that the issuer needs, such as
    IDP_CHECKS_TENANT_ID.
    """
    from idp_checks import providers as known
    from idp_checks.live.asker import Asker
    from idp_checks.live.loop import driven

    found = known.get(provider)
    credentials = _credentials((*found.debug.needs, *found.debug.takes) if found.debug else ())
    token = _token(provider)

    async def asked() -> Introspection:
        async with Asker(timeout=timeout) as asker:
            return await (asker.calibrated if calibrate else asker.ask)(
                provider,
                token,
                client_id=os.environ.get("IDP_CHECKS_CLIENT_ID") or None,
                client_secret=_secret("CLIENT_SECRET"),
                subject=subject,
                issuer_url=issuer_url,
                credentials=credentials,
            )

    result = driven(asked())
    if as_json:
        _print_json({**result.to_dict(), "explanation": result.explain()})
    else:
        from idp_checks.cli.views import show_introspection

        show_introspection(_console(), result, found)
    raise typer.Exit(_exit_code(result))


@app.command()
def lifecycle(
    provider: Annotated[str, typer.Argument(help="The provider's name, such as gitlab.")],
    issuer_url: Annotated[str | None, typer.Option(help="Another server than the documented one.")] = None,
    subject: Annotated[str | None, typer.Option(help="The account that the token must stand for.")] = None,
    timeout: Annotated[float, typer.Option(help="Seconds for each question.", min=0.1)] = 10.0,
    patience: Annotated[float, typer.Option(help="Seconds that a revoked token may go on working.", min=0)] = 60.0,
    no_renew: Annotated[bool, typer.Option("--no-renew", help="Do not renew, whatever is allowed.")] = False,
    no_revoke: Annotated[bool, typer.Option("--no-revoke", help="Do not revoke, whatever is allowed.")] = False,
    renewed_to: Annotated[Path | None, typer.Option(help="A new file for the new tokens, for your eyes only.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Allow what changes something at the issuer.")] = False,
    as_json: Json = False,
) -> None:
    """A token's life: ask, use, renew, revoke, ask until dead.

    Without --yes it only asks and uses, and tells what it would do. The token comes by prompt or standard input, the
    refresh token from IDP_CHECKS_REFRESH_TOKEN, all else as in introspect.
    """
    from idp_checks import providers as known
    from idp_checks.cli import views
    from idp_checks.lifecycles.run import lifecycle_sync, wanted

    found = known.get(provider)
    renew = yes and not no_renew
    if renewed_to is not None and not renew:
        raise UsageError("nothing is renewed", where="--renewed-to", remedy="add --yes, and leave --no-renew out")
    token = _token(provider)
    with _progress(quiet=as_json) as progress, _Handover(renewed_to, provider) as handover:
        result = lifecycle_sync(
            provider,
            token,
            refresh_token=_secret("REFRESH_TOKEN"),
            client_id=os.environ.get("IDP_CHECKS_CLIENT_ID") or None,
            client_secret=_secret("CLIENT_SECRET"),
            subject=subject,
            issuer_url=issuer_url,
            credentials=_credentials(wanted(found)),
            timeout=timeout,
            renew=renew,
            revoke=yes and not no_revoke,
            patience=patience,
            progress=progress,
            keep=handover,
            announce=lambda plan: typer.echo(views.announcement(plan, kept=renewed_to), err=True, nl=False),
        )
    if as_json:
        _print_json(result.to_dict())
    else:
        views.show_lifecycle(_console(), result, found)
    raise typer.Exit(result.exit_code)


@app.command()
def conform(
    normalizer: Annotated[
        str | None,
        typer.Argument(
            help="MODULE:FUNCTION, a function f(provider: str, raw: dict) -> dict; or a library: python-social-auth, "
            "django-allauth."
        ),
    ] = None,
    provider: Annotated[list[str] | None, typer.Option(help="Only this provider; repeats.")] = None,
    command: Annotated[str | None, typer.Option(help="A command that reads JSON lines and writes JSON lines.")] = None,
    shape: Annotated[str | None, typer.Option(help="The shape of the answers: auth0 or oidc.")] = None,
    not_claimed: Annotated[
        list[str] | None, typer.Option(help="A rule (N10) or property (picture) that is not claimed; repeats.")
    ] = None,
    depth: Annotated[str | None, typer.Option(help="How deep to search: quick, default or audit.")] = None,
    seed: Annotated[int | None, typer.Option(help="The number by which profiles are drawn.")] = None,
    save_failures: Annotated[
        Path | None, typer.Option(help="Write what breaks a rule under this folder, as recordings.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write the result as one HTML page.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write the result as JUnit XML.")] = None,
    self_test: Annotated[bool, typer.Option("--self-test", help="Test the tester: historic bugs, one by one.")] = False,
    as_json: Json = False,
) -> None:
    """The conformance suite against a normaliser: ours if none is named."""
    from idp_checks import conformance
    from idp_checks.cli import views

    if self_test:
        if normalizer or command:
            raise UsageError("the self-test tests the tester, no normaliser", where="--self-test")
        _self_test(tuple(provider or ()), as_json=as_json)
    results = conformance.conform(
        normalizer,
        tuple(provider or ()),
        command=command,
        shape=shape,
        unclaimed=tuple(not_claimed or ()),
        depth=depth,
        seed=seed,
        save_failures=save_failures,
    )
    if junit is not None:
        _write(junit, results.junit())
    if html is not None:
        from idp_checks.conformance.reports.html import judged_page

        _write(html, judged_page(results))
    if as_json:
        _print_json(results.to_dict())
    else:
        views.show_conformance(_console(), results)
    outcomes = {each.outcome for each in results}
    raise typer.Exit(NOT_GOOD if "violated" in outcomes else GOOD if results.passed else INDETERMINATE)


def _self_test(names: tuple[str, ...], *, as_json: bool) -> NoReturn:
    from idp_checks.cli import views
    from idp_checks.selftest import run as selftest

    with _progress(quiet=as_json) as progress:
        found = selftest.run(progress, names)
    if as_json:
        _print_json(found.to_dict())
    else:
        views.show_selftest(_console(), found)
    raise typer.Exit(GOOD if found.passed else NOT_GOOD)


@app.command()
def audit(
    config: Annotated[Path, typer.Argument(help="What to audit and by which policy, TOML.")],
    out: Annotated[Path, typer.Option(help="Where the evidence goes: a folder that is not there yet.")],
    as_json: Json = False,
) -> None:
    """Sources x connections x checks to evidence."""
    from idp_checks.audits import run as auditing
    from idp_checks.cli import views

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
        from idp_checks.cli.views import show_verification

        show_verification(_console(), result)
    raise typer.Exit(result.exit_code)


@app.command()
def issuers(
    host: Annotated[str, typer.Option(help="The address to listen on; loopback alone.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; a free one if 0.", min=0, max=65535)] = 8765,
    as_json: Json = False,
) -> None:
    """Serve the simulated issuers, with a made-up token for every case."""
    from idp_checks.cli import views
    from idp_checks.issuers.serve import serve

    with serve(host=host, port=port) as served:
        rows = served.tokens()
        if as_json:
            _print_json(
                {
                    "base_url": served.base_url,
                    "client_secret": served.client_secret,
                    "refresh_token": served.refresh_token,
                    "tokens": rows,
                }
            )
        else:
            views.show_issuers(_console(), served, rows)
        sys.stdout.flush()
        served.wait()


def _exit_code(result: Introspection) -> int:
    return GOOD if result.good else NOT_GOOD if result.decided else INDETERMINATE


class _Handover:
    """Where new tokens go: a new file that only its owner can read, made before anything is renewed."""

    def __init__(self, path: Path | None, provider: str) -> None:
        self._path, self._provider = path, provider
        self._file: IO[str] | None = None
        self._filled = False

    def __enter__(self) -> Self:
        if self._path is not None:
            try:
                self._file = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w")
            except FileExistsError:
                raise UsageError("is there already", where=str(self._path), remedy="name a new file") from None
            except OSError as error:
                remedy = "name a file in a folder that can be written to"
                raise UsageError(
                    f"cannot be written ({error.strerror})", where=str(self._path), remedy=remedy
                ) from None
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None and self._path is not None:
            self._file.close()
            if not self._filled:
                self._path.unlink(missing_ok=True)

    def __call__(self, renewed: Renewed) -> None:
        """Write the new tokens down, at once and for good."""
        if self._file is None:
            return
        self._filled = True
        refresh = renewed.refresh_token
        json.dump(
            {
                "provider": self._provider,
                "access_token": renewed.access_token.reveal(),
                "refresh_token": None if refresh is None else refresh.reveal(),
                "expires_in": renewed.expires_in,
            },
            self._file,
        )
        self._file.flush()
        os.fsync(self._file.fileno())


def _secret(name: str) -> Secret | None:
    """A secret that the environment may hold."""
    from idp_checks.secret import Secret

    held = os.environ.get(f"IDP_CHECKS_{name}")
    return Secret(held) if held else None


def _credentials(names: Iterable[str]) -> dict[str, str]:
    """What the environment holds of what an issuer takes beyond client id and secret."""
    others = (each for each in names if each not in ("client_id", "client_secret"))
    return {name: held for name in others if (held := os.environ.get(f"IDP_CHECKS_{name.upper()}"))}


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


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot be written ({error.strerror})", where=str(file), remedy="name another file") from None


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


def _progress(*, quiet: bool) -> Any:
    from idp_checks.cli.views import Progress

    return Progress(quiet=quiet or not sys.stderr.isatty())


def _print_json(value: Mapping[str, Any] | list[Any], *, compact: bool = False) -> None:
    typer.echo(json.dumps(value, indent=None if compact else 2, ensure_ascii=False))


def _stop(message: str) -> NoReturn:
    typer.echo(f"error: {message}", err=True)
    raise SystemExit(USAGE)


if __name__ == "__main__":
    main()
