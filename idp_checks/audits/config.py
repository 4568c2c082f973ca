"""Read the configuration of an audit from a TOML file; ``docs/audit.example.toml`` shows all keys.

Unknown keys are errors, because a misspelled limit would not be enforced. Secrets come from environment variables: the
file contains the name of the variable (``client_secret_env``), and a secret in the file is an error.
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

__all__ = ["ASK_KEYS", "CONNECTION_KEYS", "TOP_KEYS", "Config", "load"]

MIN_KEY_LENGTH = 16
"""The minimum length of the fingerprint key, in characters."""

TOP_KEYS = ("title", "sources", "fingerprint_key_env", "ask", "connections", "accept_unaskable")
ASK_KEYS: Mapping[str, type] = {"timeout_s": float, "concurrency": int, "rate_per_s": float}
SECRET_FIELDS = ("client_secret", "canary", "lifecycle_token")
PLAIN_FIELDS = tuple(
    name for name in Connection.__struct_fields__ if name not in ("name", "credentials", *SECRET_FIELDS)
)
CONNECTION_KEYS = (*PLAIN_FIELDS, *(f"{name}_env" for name in SECRET_FIELDS), "credentials", "credentials_env")
SECONDS_FIELDS = ("max_lifetime_s", "max_unrevocable_s", "renew_before_s", "revocation_delay_s")
_FIELD_TYPES = {field.name: field.type for field in msgspec.structs.fields(Connection)}


class Config(Struct, frozen=True, kw_only=True):
    """The configuration of an audit.

    Args:
        sources: the absolute paths of the profile files.
        key: the key of all fingerprints; None creates a new key for each run.
        timeout_s, concurrency, rate_per_s: the limits of the asker, as in ``idp_checks.live.asker.Asker``.
    """

    sources: tuple[Path, ...]
    policy: Policy
    title: str | None = None
    key: Secret | None = None
    timeout_s: float = 10.0
    concurrency: int | None = None
    rate_per_s: float | None = None


def load(path: str | PathLike[str], environ: Mapping[str, str] | None = None) -> Config:
    """Read a configuration file.

    Args:
        path: the file; paths in it are relative to its folder.
        environ: the environment variables with the secrets; ``os.environ`` by default.

    Raises:
        UsageError: the file cannot be read, contains an unknown or invalid key, or names environment variables that are
            not set. The error lists all missing variables.
    """
    file = Path(path)
    try:
        table = tomllib.loads(file.read_text("utf-8-sig"))
    except OSError as error:
        raise UsageError(
            f"cannot be read ({error.strerror or type(error).__name__})",
            where=str(file),
            remedy="pass the TOML file of the audit",
        ) from None
    except UnicodeDecodeError:
        raise UsageError("is not encoded as UTF-8", where=str(file), remedy="save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f"is not valid TOML ({_error_position(error)})", where=str(file), remedy="fix the syntax there"
        ) from None
    return _ConfigReader(file, os.environ if environ is None else environ).read_config(table)


class _ConfigReader:
    """Reads the tables of one file, and collects the environment variables that are not set."""

    def __init__(self, file: Path, environ: Mapping[str, str]) -> None:
        self._file = file
        self._environ = environ
        self._missing_variables: list[str] = []

    def read_config(self, table: Mapping[str, Any]) -> Config:
        self._check_keys(table, TOP_KEYS, "")
        sources = self._convert(table.get("sources"), list[str], "sources")
        if not sources:
            raise self._error("sources", "the list is empty", "add at least one file of user profiles")
        ask = self._read_table(table, "ask")
        self._check_keys(ask, tuple(ASK_KEYS), "ask")
        limits = {name: self._read_positive(ask[name], ASK_KEYS[name], f"ask.{name}") for name in ask}
        key = self._read_secret(table, "fingerprint_key_env", "")
        tables = self._read_table(table, "connections")
        connections = {
            name: self._read_connection(name, self._read_table(tables, name, "connections")) for name in tables
        }
        accepted = self._convert(table.get("accept_unaskable", {}), dict[str, str], "accept_unaskable")
        for name in accepted:
            self._check_provider(name, f"accept_unaskable.{name}")
        if self._missing_variables:
            raise UsageError(
                f"environment variables are not set: {', '.join(self._missing_variables)}",
                where=str(self._file),
                remedy="set them and run the audit again",
            )
        if key is not None and len(key.reveal()) < MIN_KEY_LENGTH:
            raise self._error(
                "fingerprint_key_env",
                f"the key has fewer than {MIN_KEY_LENGTH} characters",
                "create a key with: openssl rand -hex 32",
            )
        return Config(
            sources=tuple((self._file.parent / source).absolute() for source in sources),
            policy=Policy(connections=connections, accept_unaskable=accepted),
            title=self._convert(table.get("title"), str | None, "title"),
            key=key,
            **limits,
        )

    def _read_connection(self, name: str, table: Mapping[str, Any]) -> Connection:
        place = f"connections.{name}"
        self._check_keys(table, CONNECTION_KEYS, place)
        if "provider" not in table:
            raise self._error(
                place, "the provider is missing", 'add provider = "NAME"; `idp-checks providers` lists the names'
            )
        self._check_provider(self._convert(table["provider"], str, f"{place}.provider"), f"{place}.provider")
        fields = {
            field: self._convert(table[field], _FIELD_TYPES[field], f"{place}.{field}")
            for field in PLAIN_FIELDS
            if field in table
        }
        for field in SECRET_FIELDS:
            fields[field] = self._read_secret(table, f"{field}_env", place)
        connection = Connection(name=name, credentials=self._read_credentials(table, place), **fields)
        self._check_connection(connection, place)
        return connection

    def _read_credentials(self, table: Mapping[str, Any], place: str) -> dict[str, str | Secret]:
        credentials: dict[str, str | Secret] = {}
        for name, value in self._read_table(table, "credentials", place).items():
            self._reject_secret(name, value, f"{place}.credentials", f'credentials_env = {{ {name} = "VARIABLE" }}')
            credentials[name] = self._convert(value, str, f"{place}.credentials.{name}")
        variables = self._read_table(table, "credentials_env", place)
        for name in variables:
            secret = self._read_secret(variables, name, f"{place}.credentials_env")
            if secret is not None:
                credentials[name] = secret
        return credentials

    def _check_connection(self, connection: Connection, place: str) -> None:
        if connection.issuer_url is not None and not may_receive_token(connection.issuer_url):
            raise self._error(
                f"{place}.issuer_url",
                "tokens may only be sent to an https URL, or to an http URL on loopback",
                "use https://HOST",
            )
        for field in SECONDS_FIELDS:
            seconds = getattr(connection, field)
            if seconds is not None and seconds <= 0:
                raise self._error(
                    f"{place}.{field}", "expected a positive number of seconds", "remove the key for no limit"
                )
        if connection.lifecycle_token is not None and connection.lifecycle_token == connection.canary:
            raise self._error(
                f"{place}.lifecycle_token_env",
                "this token is also the canary, and the audit would revoke it",
                "create another token, of an account that is used only for audits",
            )

    def _check_provider(self, name: str, place: str) -> None:
        """Reject an unknown provider, because the audit could not introspect the tokens of its connection."""
        try:
            providers.get(name)
        except UnknownProvider as error:
            problem, _, remedy = str(error).partition(": ")
            raise self._error(place, problem, remedy) from None

    def _check_keys(self, table: Mapping[str, Any], known_keys: Sequence[str], place: str) -> None:
        """Reject unknown keys; a key that contains a secret has its own remedy."""
        for name, value in table.items():
            if name in known_keys:
                continue
            self._reject_secret(name, value, place, f'{name}_env = "VARIABLE"')
            matches = get_close_matches(name, known_keys, n=1)
            hint = f"did you mean {matches[0]}? " if matches else ""
            raise self._error(
                _key_path(place, name), "unknown key", f"{hint}known keys: {', '.join(sorted(known_keys))}"
            )

    def _reject_secret(self, name: str, value: object, place: str, replacement: str) -> None:
        """Reject a secret in the file, recognized by its key or by its form."""
        lowered = name.lower()
        has_secret_name = (
            lowered in CREDENTIAL_NAMES
            or lowered in ("canary", "fingerprint_key")
            or lowered.endswith(("_secret", "_token", "_password", "_key"))
        )
        if isinstance(value, str) and (has_secret_name or Redactor(b"").find_suspect(value) == "token"):
            raise self._error(
                _key_path(place, name),
                "the file contains a secret",
                f"move the secret to an environment variable, write {replacement}, and renew the exposed secret",
            )

    def _read_secret(self, table: Mapping[str, Any], name: str, place: str) -> Secret | None:
        """Return the value of the environment variable that a key names."""
        if name not in table:
            return None
        place = _key_path(place, name)
        variable = self._convert(table[name], str, place)
        if not variable.isidentifier():
            raise self._error(
                place,
                "not a valid name of an environment variable",
                "put the secret in an environment variable, and the name of the variable here",
            )
        value = self._environ.get(variable, "").strip()
        if not value:
            self._missing_variables.append(f"{variable} ({place})")
            return None
        return Secret(value)

    def _read_table(self, table: Mapping[str, Any], name: str, place: str = "") -> Mapping[str, Any]:
        value: Mapping[str, Any] = self._convert(table.get(name, {}), dict[str, Any], _key_path(place, name))
        return value

    def _convert(self, value: object, expected_type: Any, place: str) -> Any:
        try:
            return msgspec.convert(value, expected_type)
        except msgspec.ValidationError as error:
            problem, _, path = str(error).partition(" - at `")
            raise self._error(
                place + path.rstrip("`").removeprefix("$"),
                "missing" if value is None else problem.replace("`", "").replace("Expected", "expected", 1),
                "see docs/audit.example.toml",
            ) from None

    def _read_positive(self, value: object, expected_type: type, place: str) -> Any:
        number = self._convert(value, expected_type, place)
        if not 0 < number < float("inf"):
            raise self._error(place, "expected a positive number", "remove the key to use the default")
        return number

    def _error(self, place: str, problem: str, remedy: str) -> UsageError:
        return UsageError(problem, where=f"{self._file}: {place}", remedy=remedy)


def _key_path(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _error_position(error: tomllib.TOMLDecodeError) -> str:
    """Return the position in a parser error, without any content of the file."""
    message = str(error)
    if "(at " not in message:
        return message.partition(":")[0]
    return message[message.rindex("(at ") :].strip("()")
