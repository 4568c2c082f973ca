"""One question about a token: the token, the client that asks, and the values it expects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict

from msgspec import Struct
from msgspec.structs import force_setattr

from idp_checks.secret import Secret
from idp_checks.tokens.urls import rebase_url

if TYPE_CHECKING:
    from typing import Unpack

__all__ = ["Question", "QuestionOptions"]


class QuestionOptions(TypedDict, total=False):
    """The optional arguments that ``introspect``, ``lifecycle`` and ``Question`` share.

    Attributes:
        client_id: the application that the token must be issued to; also the client that asks, if the endpoint
            requires client authentication.
        client_secret: the secret of that client.
        subject: the account that the token must belong to, as the provider identifies it.
        issuer_url: a server other than the documented one: scheme, host and a path that is put before the documented
            path. For ``oidc`` it is the issuer, where discovery starts; for ``oauth2`` the endpoint is this URL
            followed by ``/introspect``.
        credentials: further values that an issuer requires, by name.
    """

    client_id: str | None
    client_secret: str | Secret | None
    subject: str | None
    issuer_url: str | None
    credentials: Mapping[str, str | Secret]


class Question(Struct, frozen=True, kw_only=True):
    """One question about a token; ``QuestionOptions`` describes the fields not listed here.

    The token, the client secret and every credential with a secret-looking name become ``Secret`` on construction.

    Args:
        provider: the provider's name, such as ``facebook``.
        token: the access token.
        clients: the applications that the token may have been issued to; only ``client_id`` if None.
        tag: any value of the caller's; it comes back with the answer.
        asked_at: the time of asking, in UTC; the asker sets it.
    """

    provider: str
    token: Secret
    client_id: str | None = None
    client_secret: Secret | None = None
    clients: tuple[str, ...] | None = None
    subject: str | None = None
    issuer_url: str | None = None
    credentials: Mapping[str, str | Secret] = {}
    tag: Any = None
    asked_at: datetime | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            provider: str,
            token: str | Secret,
            clients: tuple[str, ...] | None = None,
            tag: Any = None,
            asked_at: datetime | None = None,
            **options: Unpack[QuestionOptions],
        ) -> None: ...

    def __post_init__(self) -> None:
        secrets_by_name: dict[str, str | Secret | None] = {"token": self.token, "client_secret": self.client_secret}
        for name, value in secrets_by_name.items():
            if value is not None:
                force_setattr(self, name, Secret.of(value))
        if self.credentials:
            secrets = {
                name: Secret(value)
                for name, value in self.credentials.items()
                if not isinstance(value, Secret) and _is_secret_name(name)
            }
            force_setattr(self, "credentials", {**self.credentials, **secrets})

    def __repr__(self) -> str:
        return f"Question(provider={self.provider!r}, tag={self.tag!r})"

    @property
    def time(self) -> datetime:
        """Return the time of asking.

        Raises:
            ValueError: the question has not been asked yet.
        """
        if self.asked_at is None:
            raise ValueError("the question has no time: it has not been asked yet")
        return self.asked_at

    @property
    def expected_clients(self) -> tuple[str, ...]:
        """Return the applications one of which the token must be issued to; empty if any application will do."""
        if self.clients is not None:
            return self.clients
        return (self.client_id,) if self.client_id else ()

    def credential(self, name: str) -> str | None:
        """Return the caller's credential of that name in plain text; None without it."""
        if name == "client_id":
            return self.client_id
        value = self.client_secret if name == "client_secret" else self.credentials.get(name)
        if name == "issuer" and value is None:
            return self.issuer_url
        return value.reveal() if isinstance(value, Secret) else value

    def url(self, documented: str) -> str:
        """Return the URL to ask: the documented one, or the caller's own server with the documented path."""
        return rebase_url(documented, self.issuer_url)


_is_secret_name = re.compile(
    r"secret|token(?!_endpoint)|key(?!s_uri|_id|_alg)|password|assertion", re.IGNORECASE
).search
"""Whether a credential is secret even when it is given as a plain string."""
