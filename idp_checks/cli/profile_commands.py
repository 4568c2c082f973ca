"""Commands for profiles: providers, normalize, conform."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from idp_checks.cli.inputs import read_file
from idp_checks.cli.outputs import (
    EXIT_GOOD,
    EXIT_NOT_GOOD,
    EXIT_UNDECIDED,
    make_console,
    print_json,
    show_progress,
    write_file,
)
from idp_checks.errors import ProfileError, UsageError

__all__ = ["conform", "normalize", "providers"]


def providers(
    name: Annotated[str | None, typer.Argument(help="Provider name; all providers if omitted.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the providers, or describe a provider."""
    from idp_checks import providers as registry
    from idp_checks.cli.views.provider import print_provider, print_providers
    from idp_checks.providers.describe import provider_page, provider_row

    if name is None:
        rows = [provider_row(provider) for provider in registry.all_providers()]
        if as_json:
            print_json(rows)
        else:
            print_providers(make_console(), rows)
        return
    page = provider_page(registry.get(name))
    if as_json:
        print_json(page)
    else:
        print_provider(make_console(), page)


def normalize(
    provider: Annotated[str, typer.Argument(help="Provider name, such as github.")],
    file: Annotated[Path | None, typer.Argument(help="Raw profile (JSON); default: standard input.")] = None,
    also: Annotated[list[str] | None, typer.Option(help="Additional response, as NAME=FILE.")] = None,
    connection: Annotated[str | None, typer.Option(help="Connection name.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on one line.")] = False,
) -> None:
    """Convert a raw profile to a normalized one."""
    from idp_checks import providers as registry

    found_provider = registry.get(provider)
    raw = read_file(file)
    responses = {}
    for pair in also or []:
        name, equals, path = pair.partition("=")
        if not equals:
            raise UsageError("expected NAME=FILE", where="--also", remedy="for example --also emails=emails.json")
        responses[name] = read_file(Path(path))
    try:
        profile = found_provider.normalize(raw, also=responses, connection=connection)
    except ProfileError as error:
        where = str(file) if file else "standard input"
        remedy = f"`idp-checks providers {provider}` describes the expected profile"
        if not found_provider.profile.shapes:
            remedy = f"profiles of {provider} cannot be normalized"
        raise UsageError(
            f"invalid profile of {provider}: {error.path}: {error.problem}", where=where, remedy=remedy
        ) from None
    print_json(profile.to_dict(), compact=as_json and not sys.stdout.isatty())


def conform(
    normalizer: Annotated[
        str | None,
        typer.Argument(help="Function or library; default: idp_checks."),
    ] = None,
    provider: Annotated[list[str] | None, typer.Option(help="Test only this provider (repeatable).")] = None,
    command: Annotated[str | None, typer.Option(help="Command that reads and writes JSON lines.")] = None,
    shape: Annotated[str | None, typer.Option(help="Shape of the results: auth0 or oidc.")] = None,
    not_claimed: Annotated[list[str] | None, typer.Option(help="Skip a rule (N10) or property (picture).")] = None,
    depth: Annotated[str | None, typer.Option(help="Search depth: quick, default or audit.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the generated profiles.")] = None,
    save_failures: Annotated[Path | None, typer.Option(help="Write failing profiles here, as recordings.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write an HTML report.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML.")] = None,
    self_test: Annotated[bool, typer.Option("--self-test", help="Check that known bugs are caught.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run the conformance suite on a normalizer.

    The normalizer is MODULE:FUNCTION, python-social-auth or django-allauth. MODULE:FUNCTION is called with the
    provider's name and the raw profile, and returns the normalized profile.
    """
    from idp_checks import conformance
    from idp_checks.cli.views.conformance import print_conformance

    if self_test:
        if normalizer or command:
            raise UsageError(
                "--self-test tests the suite, not a normalizer", remedy="leave out MODULE:FUNCTION and --command"
            )
        _run_selftest(tuple(provider or ()), as_json=as_json)
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
        from idp_checks.conformance.reports import render

        write_file(junit, render("junit", results))
    if html is not None:
        from idp_checks.conformance.reports import render

        write_file(html, render("html", results))
    if as_json:
        print_json(results.to_dict())
    else:
        print_conformance(make_console(), results)
    outcomes = {result.outcome for result in results}
    raise typer.Exit(EXIT_NOT_GOOD if "violated" in outcomes else EXIT_GOOD if results.passed else EXIT_UNDECIDED)


def _run_selftest(names: tuple[str, ...], *, as_json: bool) -> NoReturn:
    from idp_checks.cli.views.conformance import print_selftest
    from idp_checks.selftest import run as selftest

    with show_progress(quiet=as_json) as progress:
        result = selftest.run(progress, names)
    if as_json:
        print_json(result.to_dict())
    else:
        print_selftest(make_console(), result)
    raise typer.Exit(EXIT_GOOD if result.passed else EXIT_NOT_GOOD)
