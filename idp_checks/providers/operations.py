"""How a provider's tokens are renewed, used and revoked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from idp_checks.tokens.template import HOLE, Ask, Recipe, Send, by_bearer, by_form, by_json
from idp_checks.tokens.urls import may_be_asked
from idp_checks.tokens.wire import Unreachable

__all__ = ["BEARER", "AtNamed", "Call", "Manner", "Way", "renewing", "revoking"]

_NONE: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Call:
    """A call that a client makes with a token: ``auth`` says how the token goes (bearer, oauth1, ``query:NAME`` ..)."""

    method: str
    url: str
    auth: str = "bearer"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How the call of a ``Way`` is put together, where that is documented.

    Args:
        send: where the token goes.
        token: which of the user's tokens it takes; one that takes either is given the access token.
        params, headers, as_json, basic, proofs, needs: as in ``idp_checks.endpoint.Recipe``.
        done: the statuses that mean it was carried out.
        ends: what ends with it, for a way to end a token: the token alone (with the other of its pair, where the issuer
            ends pairs), or the whole grant with all its tokens.
        made: the class of the call, where a provider needs more than a table can say.
    """

    send: Send
    token: Literal["access", "refresh"] = "access"
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    as_json: bool = False
    basic: bool = False
    proofs: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    done: frozenset[int] = frozenset({200})
    ends: Literal["token", "grant"] = "token"
    made: type[Recipe] = Recipe


BEARER = Manner(send=by_bearer())
"""The usual manner: the access token as a bearer token (RFC 6750, section 2.1), and nothing else."""


class AtNamed(Recipe):
    """A call at an address that the caller names: ``{token_endpoint}`` and the like."""

    def address(self, ask: Ask) -> str:
        """The address that the caller holds under the name in the hole.

        Raises:
            Unreachable: it is none that a token may be sent to.
        """
        hole = HOLE.fullmatch(self.url)
        if hole is None:
            return super().address(ask)
        named = ask.credential(hole[1]) or ""
        if not may_be_asked(named):
            raise Unreachable("caller_rejected", f"{hole[1]} is no address that a token may be sent to")
        return named


@dataclass(frozen=True, slots=True)
class Way:
    """How a token is renewed, ended or used: a call, or a note why there is none.

    ``manner`` says how the call is put together; where it is None the call is known to people only.
    """

    note: str
    method: str | None = None
    url: str | None = None
    manner: Manner | None = None

    @property
    def possible(self) -> bool:
        """Whether there is a call for it."""
        return self.url is not None

    @property
    def recipe(self) -> Recipe | None:
        """The call as it can be made; None where it is known to people only, or there is none."""
        manner = self.manner
        if manner is None or self.url is None or self.method is None:
            return None
        return manner.made(
            url=self.url,
            method=self.method,
            send=manner.send,
            params=manner.params,
            headers=manner.headers,
            as_json=manner.as_json,
            basic=manner.basic,
            proofs=manner.proofs,
            needs=manner.needs,
        )


def renewing(
    *,
    basic: bool = False,
    as_json: bool = False,
    send: Send | None = None,
    needs: tuple[str, ...] = ("client_id", "client_secret"),
    headers: Mapping[str, str] = _NONE,
    made: type[Recipe] = Recipe,
    **params: str,
) -> Manner:
    """Renewal by a refresh token, RFC 6749, section 6: client id and secret as HTTP Basic or among the parameters."""
    own = {} if basic else {"client_id": "{client_id}", "client_secret": "{client_secret}"}
    if send is None:
        send = by_json("refresh_token") if as_json else by_form("refresh_token")
    return Manner(
        send=send,
        token="refresh",
        params={"grant_type": "refresh_token", **own, **params},
        headers=headers,
        as_json=as_json,
        basic=basic,
        needs=needs,
        made=made,
    )


def revoking(
    *,
    basic: bool = False,
    as_json: bool = False,
    send: Send | None = None,
    token: Literal["access", "refresh"] = "access",
    ends: Literal["token", "grant"] = "token",
    needs: tuple[str, ...] = ("client_id", "client_secret"),
    headers: Mapping[str, str] = _NONE,
    done: frozenset[int] = frozenset({200}),
    made: type[Recipe] = Recipe,
    **params: str,
) -> Manner:
    """The end of a token, RFC 7009, section 2: client id and secret as HTTP Basic or among the parameters."""
    own = {} if basic else {"client_id": "{client_id}", "client_secret": "{client_secret}"}
    if send is None:
        send = by_json("token") if as_json else by_form("token")
    return Manner(
        send=send,
        token=token,
        params={**own, **params},
        headers=headers,
        as_json=as_json,
        basic=basic,
        needs=needs,
        done=done,
        ends=ends,
        made=made,
    )
