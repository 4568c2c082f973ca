"""The steps, plan and result of a token's lifecycle."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct, to_builtins

from idp_checks.checks import Finding, Revocation, Verdict
from idp_checks.clock import zulu
from idp_checks.secret import Secret
from idp_checks.tokens.introspection import Exchange, Introspection

__all__ = ["Lifecycle", "Planned", "Renewed", "Step"]

Name = Literal["ask", "use", "renew", "ask-renewed", "revoke", "ask-until-dead"]


Which = Literal["given", "renewed"]


Outcome = Literal[
    "good", "not_good", "worked", "renewed", "accepted", "refused", "dead", "alive", "undecided", "left_out"
]


class Step(Struct, frozen=True, kw_only=True):
    """One step.

    Args:
        token: about which token it was: the one that was given, or the one that came by renewal.
        at: when it was done, in UTC; of ``ask-until-dead``, when the token was first found dead, or last asked about.
        seconds: from the start of the run.
        reason: why, one of the reasons of an introspection; None where there is nothing to explain.
        times: how often the issuer was asked.
        exchange: the call and its answer, redacted.
        introspection: what the issuer says of the token, where that was asked.
    """

    name: Name
    token: Which
    at: datetime
    seconds: float
    outcome: Outcome
    reason: str | None = None
    detail: str | None = None
    times: int = 1
    exchange: Exchange | None = None
    introspection: Introspection | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON: absent members left out, times in UTC with ``Z``."""
        shape: dict[str, Any] = {
            name: value for name, value in to_builtins(self).items() if value is not None and name != "introspection"
        }
        shape["at"] = zulu(self.at)
        if self.introspection is not None:
            shape["introspection"] = self.introspection.to_dict()
        return shape


class Planned(Struct, frozen=True, kw_only=True):
    """What a step that changes something at the issuer does, or would do.

    Args:
        what: which of the two.
        allowed: whether the caller allowed it.
        possible: whether it can be done with what is held.
        method, address: the call; the address holds no secret.
        sends: which of the user's tokens it is sent.
        effect: what changes by it, in words.
        lacking: what it takes and was not given, by the names of arguments and credentials.
        note: what the provider documents.
    """

    what: Literal["renew", "revoke"]
    allowed: bool
    possible: bool
    note: str
    method: str | None = None
    address: str | None = None
    sends: Literal["access", "refresh"] | None = None
    effect: str | None = None
    lacking: tuple[str, ...] = ()


class Renewed(Struct, frozen=True, kw_only=True):
    """What a renewal brought. The refresh token is the one that counts from now on: a new one, or still the old one.

    Args:
        rotated: whether the issuer put a new refresh token in the old one's place.
        expires_in: seconds from the renewal to the end of the access token, where the issuer says.
    """

    access_token: Secret
    refresh_token: Secret | None = None
    rotated: bool = False
    expires_in: int | None = None


class Lifecycle(Struct, frozen=True, kw_only=True):
    """What was tried with a token, and what came of it.

    Args:
        renewed: the new tokens, where it was renewed; never in ``to_dict``.
        revocation: what the check of it went by; None where nothing was revoked.
    """

    provider: str
    started: datetime
    steps: tuple[Step, ...]
    plan: tuple[Planned, ...]
    findings: tuple[Finding, ...]
    renewed: Renewed | None = None
    revocation: Revocation | None = None

    @property
    def exit_code(self) -> int:
        """0, every finding passed or does not apply; 1, one failed; 3, none failed, and not everything was decided."""
        verdicts = {each.verdict for each in self.findings}
        return 1 if Verdict.FAIL in verdicts else 3 if Verdict.INDETERMINATE in verdicts else 0

    def to_dict(self) -> dict[str, Any]:
        """As JSON, without any token: of a renewal only what it was."""
        return {
            "provider": self.provider,
            "started": zulu(self.started),
            "exit_code": self.exit_code,
            "steps": [each.to_dict() for each in self.steps],
            "plan": [to_builtins(each) for each in self.plan],
            "findings": [
                {name: value for name, value in to_builtins(each).items() if value is not None and name != "subject"}
                for each in self.findings
            ],
            "renewed": None
            if self.renewed is None
            else {
                "refresh_token_held": self.renewed.refresh_token is not None,
                "refresh_token_replaced": self.renewed.rotated,
                "expires_in": self.renewed.expires_in,
            },
        }
