"""An issuer's answer in two or three plain sentences: what was asked, what was said, what follows, what to do.

The words hold no value of the answer, so they can stand wherever the verdict stands: in a terminal, a notebook,
evidence.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from idp_checks.tokens.reasons import REASON_WORDING

if TYPE_CHECKING:
    from idp_checks.tokens.introspection import Introspection, Method

__all__ = ["explain", "token_verdict"]

_WAYS: dict[Method, str] = {
    "introspection": "was asked at its introspection endpoint (RFC 7662)",
    "tokeninfo": "was asked at its tokeninfo endpoint",
    "debug-token": "was asked at its endpoint for debugging tokens",
    "check-token": "was asked at the endpoint by which an application checks its tokens",
    "userinfo-probe": "was asked for the profile with the token itself",
    "signed-token": "was asked for its keys, and the token's signature was checked against them",
}
_PROVEN = {
    "client": "to which application it was issued",
    "subject": "for which account",
    "end": "when it ends",
}


def token_verdict(found: Introspection) -> str:
    """The verdict in a word or two: ``good``, ``not good``, ``undecided``."""
    if found.good:
        return "good"
    return "not good" if found.decided else "undecided"


def explain(found: Introspection) -> str:
    """What was asked and said, what that proves and does not prove, and what to do."""
    text = REASON_WORDING[found.reason]
    return f"{_said(found, text.meaning)} {_proof(found)} {_to_do(found, text.remedy)}"


def _said(found: Introspection, meaning: str) -> str:
    issuer = f"The issuer of {found.provider}"
    detail = f" ({found.detail})" if found.detail else ""
    if not found.exchanges and found.active is not True:
        if found.active is False:
            return f"{issuer} was not asked: {meaning}{detail}."
        return f"{issuer} gave no answer to this question: {meaning}{detail}."
    asked = f"{issuer} {_WAYS[found.method] if found.method else 'was asked'}"
    if found.active is True and found.good:
        return f"{asked}, and vouches for the token."
    if found.active is True:
        return f"{asked}, and calls the token active, but {meaning}{detail}."
    if found.active is False:
        return f"{asked}, and does not vouch for the token: {meaning}{detail}."
    return f"{asked}, and gave no verdict: {meaning}{detail}."


def _proof(found: Introspection) -> str:
    if found.active is None:
        return "That proves nothing either way: the token may be good or bad."
    if found.active is False:
        if found.bare:
            return (
                "A refusal without a reason is also given to those who may not ask, so it proves that the token is "
                "dead only where we are known to be allowed to ask."
            )
        return "That proves that the token is not to be accepted now."
    proven = [text for what, text in _PROVEN.items() if what not in found.unproven]
    open_ = [text for what, text in _PROVEN.items() if what in found.unproven]
    if found.method == "signed-token":
        open_.append("that it was not revoked since, which no signature tells")
    alive = "that the issuer made it" if found.method == "signed-token" else "that it works now"
    says = f"That proves {_listed([alive, *proven])}"
    if not open_:
        return f"{says}."
    return f"{says}; it does not prove {_listed(open_, last='or')}."


def _to_do(found: Introspection, remedy: str) -> str:
    if not found.good:
        return f"To do: {remedy}."
    if "client" in found.unproven:
        return "To do: nothing more, unless it came from outside: then find out to which application it was issued."
    return "To do: nothing."


def _listed(parts: Iterable[str], last: str = "and") -> str:
    *others, end = parts
    return f"{', '.join(others)} {last} {end}" if others else end
