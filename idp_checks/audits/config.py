"""An audit's settings, read from TOML: sources, policy, where secrets are found. ``docs/audit.example.toml`` shows all.

Strict: a key that is not known is an error, since a misspelt limit would be a limit that nobody holds. Secrets stand in
the environment; the file names the variable (``client_secret_env``), and a secret in the file itself is refused.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from idp_checks import providers
from idp_checks.checks.policy import Connection, Policy
from idp_checks.errors import UnknownProvider, UsageError
from idp_checks.secret import CREDENTIAL_NAMES, Redactor, Secret
from idp_checks.tokens.urls import may_receive_token

__all__ = ["Config", "load"]

SHORTEST_KEY = 16
"""Characters of the shortest fingerprint key that is taken."""

TOP = ("title", "sources", "fingerprint_key_env", "ask", "connections", "accept_unaskable")
ASK: Mapping[str, type] = {"timeout_s": float, "concurrency": int, "rate_per_s": float}
_SECRET = ("client_secret", "canary", "lifecycle_token")
_PLAIN = tuple(each for each in Connection.__struct_fields__ if each not in ("name", "credentials", *_SECRET))
CONNECTION = (*_PLAIN, *(f"{each}_env" for each in _SECRET), "credentials", "credentials_env")
_TYPES = {each.name: each.type for each in msgspec.structs.fields(Connection)}


class Config(Struct, frozen=True, kw_only=True):
    """An audit as its file describes it.

    Args:
        sources: the files of profiles, absolute.
        key: the key of all fingerprints; None, each run makes its own.
        timeout_s, concurrency, rate_per_s: the limits of asking, as in ``idp_checks.live.Asker``.
    """

    sources: tuple[Path, ...]
    policy: Policy
    title: str | None = None
    key: Secret | None = None
    timeout_s: float = 10.0
    concurrency: int | None = None
    rate_per_s: float | None = None


def load(path: str | PathLike[str], environ: Mapping[str, str] | None = None) -> Config:
    """Read an audit's file.

    Args:
        path: the file; paths in it are relative to its folder.
        environ: where secrets are found; the environment if not given.

    Raises:
        UsageError: the file cannot be read, says what is not known or not allowed, or names environment variables that
            are not set (all of them at once).
    """
    file = Path(path)
    try:
        table = tomllib.loads(file.read_text("utf-8-sig"))
    except OSError as error:
        raise UsageError(
            f"cannot be read ({error.strerror or type(error).__name__})",
            where=str(file),
            remedy="name the TOML file of the audit",
        ) from None
    except UnicodeDecodeError:
        raise UsageError("is not UTF-8", where=str(file), remedy="save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"is not TOML: {_position(error)}", where=str(file), remedy="mend it at that place") from None
    return _Reader(file, os.environ if environ is None else environ).config(table)


class _Reader:
    """Reads the tables of one file, and gathers the environment variables that are missing."""

    def __init__(self, file: Path, environ: Mapping[str, str]) -> None:
        self.file = file
        self.environ = environ
        self.missing: list[str] = []

    def config(self, table: Mapping[str, Any]) -> Config:
        self.known(table, TOP, "")
        listed = self.typed(table.get("sources"), list[str], "sources")
        if not listed:
            raise self.wrong("sources", "names no file", "list the files of profiles")
        ask = self.table(table, "ask")
        self.known(ask, tuple(ASK), "ask")
        limits = {name: self.positive(ask[name], ASK[name], f"ask.{name}") for name in ask}
        key = self.secret(table, "fingerprint_key_env", "")
        named = self.table(table, "connections")
        connections = {name: self.connection(name, self.table(named, name, "connections")) for name in named}
        accepted = self.typed(table.get("accept_unaskable", {}), dict[str, str], "accept_unaskable")
        for name in accepted:
            self.provider(name, f"accept_unaskable.{name}")
        if self.missing:
            names = ", ".join(self.missing)
            raise UsageError(
                f"environment variables that are not set: {names}",
                where=str(self.file),
                remedy="set them, and start again",
            )
        if key is not None and len(key.reveal()) < SHORTEST_KEY:
            raise self.wrong(
                "fingerprint_key_env",
                f"the key is shorter than {SHORTEST_KEY} characters",
                "make one: openssl rand -hex 32",
            )
        return Config(
            sources=tuple((self.file.parent / each).absolute() for each in listed),
            policy=Policy(connections=connections, accept_unaskable=accepted),
            title=self.typed(table.get("title"), str | None, "title"),
            key=key,
            **limits,
        )

    def connection(self, name: str, table: Mapping[str, Any]) -> Connection:
        where = f"connections.{name}"
        self.known(table, CONNECTION, where)
        if "provider" not in table:
            raise self.wrong(where, "names no provider", 'give provider = "..."; `idp-checks providers` lists them')
        self.provider(self.typed(table["provider"], str, f"{where}.provider"), f"{where}.provider")
        given = {each: self.typed(table[each], _TYPES[each], f"{where}.{each}") for each in _PLAIN if each in table}
        for each in _SECRET:
            given[each] = self.secret(table, f"{each}_env", where)
        credentials: dict[str, str | Secret] = {}
        for each, value in self.table(table, "credentials", where).items():
            self.refuse_secret(each, value, f"{where}.credentials", f'credentials_env = {{ {each} = "A_VARIABLE" }}')
            credentials[each] = self.typed(value, str, f"{where}.credentials.{each}")
        held = self.table(table, "credentials_env", where)
        for each in held:
            secret = self.secret(held, each, f"{where}.credentials_env")
            if secret is not None:
                credentials[each] = secret
        connection = Connection(name=name, credentials=credentials, **given)
        if connection.issuer_url is not None and not may_receive_token(connection.issuer_url):
            raise self.wrong(
                f"{where}.issuer_url",
                "not an address that a token may be sent to",
                "give https://HOST, or http on loopback",
            )
        for each in ("max_lifetime_s", "max_unrevocable_s", "renew_before_s", "revocation_delay_s"):
            seconds = getattr(connection, each)
            if seconds is not None and seconds <= 0:
                raise self.wrong(
                    f"{where}.{each}", "expected a number of seconds above zero", "leave it out for no limit"
                )
        if connection.lifecycle_token is not None and connection.lifecycle_token == connection.canary:
            raise self.wrong(
                f"{where}.lifecycle_token_env",
                "names the canary, which would be revoked",
                "make a token for the purpose, of an account of its own",
            )
        return connection

    def provider(self, name: str, where: str) -> None:
        """See that there is a provider of that name: a misspelt one would leave its connection unasked."""
        try:
            providers.get(name)
        except UnknownProvider as error:
            problem, _, remedy = str(error).partition(": ")
            raise self.wrong(where, problem, remedy) from None

    def known(self, table: Mapping[str, Any], names: Sequence[str], where: str) -> None:
        """Refuse keys that are not known; those that would hold a secret with their own remedy."""
        for name, value in table.items():
            if name in names:
                continue
            place = f"{where}.{name}".lstrip(".")
            self.refuse_secret(name, value, where, f'{name}_env = "A_VARIABLE"')
            near = get_close_matches(name, names, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise self.wrong(place, "is not a known key", f"{hint}known here: {', '.join(sorted(names))}")

    def refuse_secret(self, name: str, value: object, where: str, instead: str) -> None:
        """Refuse a secret that stands in the file, by its key or by its form."""
        lowered = name.lower()
        named = (
            lowered in CREDENTIAL_NAMES
            or lowered in ("canary", "fingerprint_key")
            or lowered.endswith(("_secret", "_token", "_password", "_key"))
        )
        formed = isinstance(value, str) and Redactor(b"").find_suspect(value) == "token"
        if isinstance(value, str) and (named or formed):
            place = f"{where}.{name}".lstrip(".")
            raise self.wrong(
                place,
                "holds a secret",
                f"put it into an environment variable, name that: {instead}; and renew the secret",
            )

    def secret(self, table: Mapping[str, Any], name: str, where: str) -> Secret | None:
        """The secret in the environment variable that the key names."""
        if name not in table:
            return None
        place = f"{where}.{name}".lstrip(".")
        variable = self.typed(table[name], str, place)
        if not variable.isidentifier():
            raise self.wrong(
                place, "is no name of an environment variable", "put the secret into one, and its name here"
            )
        held = self.environ.get(variable, "").strip()
        if not held:
            self.missing.append(f"{variable} ({place})")
            return None
        return Secret(held)

    def table(self, table: Mapping[str, Any], name: str, where: str = "") -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.typed(table.get(name, {}), dict[str, Any], f"{where}.{name}".lstrip("."))
        return found

    def typed(self, value: object, wanted: Any, where: str) -> Any:
        try:
            return msgspec.convert(value, wanted)
        except msgspec.ValidationError as error:
            problem, _, at = str(error).partition(" - at `")
            at = at.rstrip("`").removeprefix("$")
            raise self.wrong(
                where + at,
                problem.replace("`", "").replace("Expected", "expected", 1),
                "see the example in the documentation",
            ) from None

    def positive(self, value: object, wanted: type, where: str) -> Any:
        number = self.typed(value, wanted, where)
        if not 0 < number < float("inf"):
            raise self.wrong(where, "expected a number above zero", "leave it out for the usual limit")
        return number

    def wrong(self, where: str, problem: str, remedy: str) -> UsageError:
        return UsageError(problem, where=f"{self.file}: {where}", remedy=remedy)


def _position(error: tomllib.TOMLDecodeError) -> str:
    """The message of the parser without anything of the file but the place."""
    return (
        str(error).partition(":")[0]
        if "(at " not in str(error)
        else str(error)[str(error).rindex("(at ") :].strip("()")
    )
