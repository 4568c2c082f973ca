"""A result in two or three plain sentences: the response, its meaning, and the next step.

The sentences contain no value from the response, so they can be shown wherever the verdict is shown: in a terminal, a
notebook or evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from idp_checks.tokens.reading import Method, Reason
from idp_checks.tokens.reasons import REASON_WORDING

__all__ = ["Explainable", "explain", "token_verdict"]

_SOURCES: dict[Method, str] = {
    "introspection": "The introspection endpoint of {title}",
    "tokeninfo": "The tokeninfo endpoint of {title}",
    "debug-token": "The token debug endpoint of {title}",
    "check-token": "The token check endpoint of {title}",
    "userinfo-probe": "The profile endpoint of {title}",
    "signed-token": "A signature check with the keys of {title}",
}
_FACTS = {
    "client": "which application it was issued to",
    "subject": "which account it belongs to",
    "end": "when it expires",
}
_OPEN = "The token may or may not be valid."


class Explainable(Protocol):
    """The part of an introspection that the explanation uses."""

    @property
    def provider(self) -> str: ...
    @property
    def active(self) -> bool | None: ...
    @property
    def reason(self) -> Reason: ...
    @property
    def detail(self) -> str | None: ...
    @property
    def method(self) -> Method | None: ...
    @property
    def bare(self) -> bool: ...
    @property
    def unproven(self) -> tuple[str, ...]: ...
    @property
    def exchanges(self) -> Sequence[object]: ...
    @property
    def good(self) -> bool: ...
    @property
    def decided(self) -> bool: ...


def token_verdict(result: Explainable) -> str:
    """Return the verdict in words: ``good``, ``not good`` or ``undecided``."""
    if result.good:
        return "good"
    return "not good" if result.decided else "undecided"


def explain(result: Explainable, title: str | None = None) -> str:
    """Explain a result in two or three sentences.

    Args:
        title: the provider's display name; its short name if None.
    """
    sentences = (_describe_response(result, title or result.provider), _describe_proof(result), _describe_step(result))
    return " ".join(filter(None, sentences))


def _describe_response(result: Explainable, title: str) -> str:
    meaning = REASON_WORDING[result.reason].meaning
    explanation = f"{meaning} ({result.detail})" if result.detail else meaning
    if not result.exchanges and result.active is not True:
        problem = (result.detail or meaning).removeprefix("not sent: ").rstrip(".")
        return f"Not sent to {title}: {problem}."
    source = _SOURCES[result.method].format(title=title) if result.method else title
    if result.good:
        return f"{source} confirms the token."
    if result.active is True:
        return f"{source} reports the token as active, but {explanation}."
    if result.active is False:
        return f"{source} does not confirm the token: {explanation}."
    return f"{source} gave no verdict: {explanation}."


def _describe_proof(result: Explainable) -> str:
    if result.active is None:
        return _OPEN
    if result.active is False:
        if result.bare:
            return (
                "This issuer returns the same response to clients without permission, so the token is only known to "
                "be invalid if this client has received a valid response before."
            )
        return "Do not accept the token."
    is_signature = result.method == "signed-token"
    proven = ["that the issuer signed the token" if is_signature else "that the token works now"]
    proven += [words for fact, words in _FACTS.items() if fact not in result.unproven]
    unproven = [words for fact, words in _FACTS.items() if fact in result.unproven]
    if is_signature:
        unproven.append("whether it was revoked")
    if not unproven:
        return f"This proves {_join_facts(proven, 'and')}."
    return f"This proves {_join_facts(proven, 'and')}, but not {_join_facts(unproven, 'or')}."


def _describe_step(result: Explainable) -> str:
    if result.good:
        if "client" in result.unproven:
            return "If the token came from outside, find out which application it was issued to."
        return "No action needed."
    if result.active is None and not result.exchanges:
        if result.reason == "not_stated":
            return ""
        if result.reason == "caller_rejected":
            return "Provide valid values, then try again."
    remedy = REASON_WORDING[result.reason].remedy
    return f"{remedy[0].upper()}{remedy[1:]}."


def _join_facts(parts: Sequence[str], conjunction: str) -> str:
    *start, end = parts
    return f"{', '.join(start)} {conjunction} {end}" if start else end
