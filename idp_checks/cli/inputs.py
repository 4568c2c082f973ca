"""Read tokens, credentials and files for the commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from idp_checks.errors import UsageError

if TYPE_CHECKING:
    from idp_checks.secret import Secret
    from idp_checks.tokens.question import QuestionOptions

__all__ = ["PREFIX", "read_file", "read_options", "read_secret", "read_token"]

PREFIX = "IDP_CHECKS_"
"""Prefix of the environment variables that hold credentials."""


def read_token(provider: str) -> Secret:
    """Read a token from the prompt or from standard input.

    Raises:
        UsageError: standard input is empty.
    """
    from idp_checks.secret import Secret

    if sys.stdin.isatty():
        from getpass import getpass

        line = getpass(f"{provider} token (not shown): ")
    else:
        line = sys.stdin.read()
    token = Secret(line.strip("\r\n"))
    if not token:
        raise UsageError("no token", where="standard input", remedy="type it at the prompt or pipe it in")
    return token


def read_secret(name: str) -> Secret | None:
    """Return the secret in the environment variable ``IDP_CHECKS_NAME``; None if it is unset or empty."""
    from idp_checks.secret import Secret

    value = os.environ.get(f"{PREFIX}{name}")
    return Secret(value) if value else None


def read_options(credentials: Iterable[str], *, subject: str | None, issuer_url: str | None) -> QuestionOptions:
    """Return the options of a question, with the credentials from the environment.

    Args:
        credentials: names of the values that the issuer requires or accepts.
        subject: the account that the token must belong to.
        issuer_url: a server other than the documented one.

    Raises:
        UsageError: ``issuer_url`` is not a URL that may receive a token.
    """
    from idp_checks.tokens.urls import may_receive_token

    if issuer_url is not None and not may_receive_token(issuer_url):
        remedy = "use https://HOST, or http on loopback"
        raise UsageError("not a URL that may receive a token", where="--issuer-url", remedy=remedy)
    values = {
        name: value
        for name in credentials
        if name not in ("client_id", "client_secret") and (value := os.environ.get(f"{PREFIX}{name.upper()}"))
    }
    return {
        "client_id": os.environ.get(f"{PREFIX}CLIENT_ID") or None,
        "client_secret": read_secret("CLIENT_SECRET"),
        "subject": subject,
        "issuer_url": issuer_url,
        "credentials": values,
    }


def read_file(file: Path | None) -> bytes:
    """Read a file, or standard input for None and ``-``.

    Raises:
        UsageError: the file cannot be read.
    """
    if file is None or str(file) == "-":
        if sys.stdin.isatty():
            typer.echo("Reading JSON from standard input; end with Ctrl-D.", err=True)
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except IsADirectoryError:
        raise UsageError("is a directory", where=str(file), remedy="name a JSON file") from None
    except OSError as error:
        remedy = "name a readable file"
        raise UsageError(f"cannot be read ({error.strerror})", where=str(file), remedy=remedy) from None
