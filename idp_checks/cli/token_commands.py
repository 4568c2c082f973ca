"""Commands for tokens: introspect, lifecycle, issuers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from idp_checks.cli.inputs import read_options, read_secret, read_token
from idp_checks.cli.outputs import (
    EXIT_GOOD,
    EXIT_NOT_GOOD,
    EXIT_UNDECIDED,
    TokenFile,
    make_console,
    print_json,
    show_progress,
)
from idp_checks.errors import UsageError

if TYPE_CHECKING:
    from idp_checks.tokens.introspection import Introspection

__all__ = ["introspect", "issuers", "lifecycle"]


def introspect(
    provider: Annotated[str, typer.Argument(help="Provider name, such as facebook.")],
    issuer_url: Annotated[str | None, typer.Option(help="Server to ask instead of the documented one.")] = None,
    subject: Annotated[str | None, typer.Option(help="Account that the token must belong to.")] = None,
    timeout: Annotated[float, typer.Option(help="Deadline in seconds.", min=0.1)] = 10.0,
    calibrate: Annotated[bool, typer.Option("--calibrate", help="Also ask about an invalid canary token.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask an issuer about a token.

    The token is read from a prompt or from standard input. Credentials are read from the environment:
    IDP_CHECKS_CLIENT_ID, IDP_CHECKS_CLIENT_SECRET, and IDP_CHECKS_NAME for any other value that the issuer requires,
    such as IDP_CHECKS_TENANT_ID. Run `idp-checks providers NAME` to see which are required.
    """
    from idp_checks import providers as registry
    from idp_checks.live.asker import Asker
    from idp_checks.live.loop import run_sync
    from idp_checks.tokens.question import Question

    found_provider = registry.get(provider)
    debug = found_provider.debug
    credentials = () if debug is None else (*debug.required_credentials, *debug.optional_credentials)
    options = read_options(credentials, subject=subject, issuer_url=issuer_url)
    question = Question(provider=provider, token=read_token(provider), **options)

    async def ask() -> Introspection:
        async with Asker(timeout=timeout) as asker:
            return await (asker.ask_calibrated(question) if calibrate else asker.ask(question))

    result = run_sync(ask())
    if as_json:
        print_json({**result.to_dict(), "explanation": result.explain(found_provider.title)})
    else:
        from idp_checks.cli.views.introspection import print_introspection

        missing = () if debug is None or result.exchanges else debug.missing_credentials(question)
        print_introspection(make_console(), result, found_provider, missing)
    raise typer.Exit(EXIT_GOOD if result.good else EXIT_NOT_GOOD if result.decided else EXIT_UNDECIDED)


def lifecycle(
    provider: Annotated[str, typer.Argument(help="Provider name, such as gitlab.")],
    issuer_url: Annotated[str | None, typer.Option(help="Server to ask instead of the documented one.")] = None,
    subject: Annotated[str | None, typer.Option(help="Account that the token must belong to.")] = None,
    timeout: Annotated[float, typer.Option(help="Deadline of each request, in seconds.", min=0.1)] = 10.0,
    patience: Annotated[float, typer.Option(help="Seconds a revoked token may still work.", min=0)] = 60.0,
    no_renew: Annotated[bool, typer.Option("--no-renew", help="Do not renew, even with --yes.")] = False,
    no_revoke: Annotated[bool, typer.Option("--no-revoke", help="Do not revoke, even with --yes.")] = False,
    renewed_to: Annotated[Path | None, typer.Option(help="Write new tokens to this new, private file.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Allow changes at the issuer.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Use, renew and revoke a token.

    After the revocation, the command asks about the token until it is dead: no longer accepted. Without --yes, it only
    asks about the token and uses it, and shows what it would change. The token is read from a prompt or from standard
    input, the refresh token from IDP_CHECKS_REFRESH_TOKEN, and other credentials as for `introspect`.
    """
    from idp_checks import lifecycle_sync
    from idp_checks import providers as registry
    from idp_checks.cli.views.lifecycle import format_announcement, print_lifecycle
    from idp_checks.lifecycles.plan import lifecycle_inputs

    found_provider = registry.get(provider)
    renew = yes and not no_renew
    if renewed_to is not None and not renew:
        raise UsageError("no token is renewed", where="--renewed-to", remedy="add --yes and leave out --no-renew")
    token = read_token(provider)
    with show_progress(quiet=as_json) as progress, TokenFile(renewed_to, provider) as token_file:
        result = lifecycle_sync(
            provider,
            token,
            refresh_token=read_secret("REFRESH_TOKEN"),
            timeout=timeout,
            renew=renew,
            revoke=yes and not no_revoke,
            patience=patience,
            progress=progress,
            keep=token_file,
            announce=lambda plan: typer.echo(format_announcement(plan, renewed_to=renewed_to), err=True, nl=False),
            **read_options(lifecycle_inputs(found_provider), subject=subject, issuer_url=issuer_url),
        )
    if as_json:
        print_json(result.to_dict())
    else:
        print_lifecycle(make_console(), result, found_provider)
    raise typer.Exit(result.exit_code)


def issuers(
    host: Annotated[str, typer.Option(help="Address to listen on (loopback only).")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 picks an unused one.", min=0, max=65535)] = 8765,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Serve simulated issuers and sample tokens."""
    from idp_checks.cli.views.issuers import print_issuers
    from idp_checks.issuers.server import serve
    from idp_checks.tokens.urls import is_loopback

    if not is_loopback(f"http://[{host}]" if ":" in host else f"http://{host}"):
        raise UsageError("not a loopback address", where="--host", remedy="use 127.0.0.1 or ::1")
    with serve(host=host, port=port) as server:
        rows = server.tokens()
        if as_json:
            print_json(
                {
                    "base_url": server.base_url,
                    "client_secret": server.client_secret,
                    "refresh_token": server.refresh_token,
                    "tokens": rows,
                }
            )
        else:
            print_issuers(make_console(), server, rows)
        sys.stdout.flush()
        server.wait()
