"""Every reason in words: what it means, and what to do about it. Said once, shown everywhere."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["REASON_TEXTS", "ReasonText"]


class ReasonText(NamedTuple):
    """What a reason means, and what to do."""

    meaning: str
    remedy: str


REASON_TEXTS: dict[str, ReasonText] = {
    "ok": ReasonText("the issuer vouches for the token", "nothing"),
    "expired": ReasonText("the token's end is past", "renew it, or drop it from the store"),
    "revoked": ReasonText("the token was withdrawn before its end", "drop it, and let the user sign in again"),
    "malformed": ReasonText("this is no token of the issuer's form", "look for what was stored in its place"),
    "unknown_token": ReasonText("the issuer does not know the token", "drop it; find out where it came from"),
    "denied": ReasonText("the issuer denies the token and gives no reason", "let the user sign in again"),
    "wrong_client": ReasonText(
        "the token was issued to another application", "refuse it: whoever sent it may be replaying a stranger's token"
    ),
    "wrong_subject": ReasonText(
        "the token stands for another account", "refuse it, and look how it got into this record"
    ),
    "rate_limited": ReasonText("the issuer asked to slow down", "ask again later, or with a lower rate"),
    "issuer_error": ReasonText("the issuer failed to answer properly", "ask again later; see the issuer's status page"),
    "network": ReasonText("the issuer was not reached", "check the network, the proxy and the address, and ask again"),
    "caller_rejected": ReasonText(
        "the issuer refused our own credentials, or they were not given", "check client id and secret, then ask again"
    ),
    "not_permitted": ReasonText(
        "the issuer may answer so because we may not ask about this token",
        "ask with the application that owns the token",
    ),
    "not_stated": ReasonText(
        "the issuer does not state what would settle it", "get the statement another way, such as the ID token"
    ),
    "unparsable": ReasonText(
        "the answer is not one that the issuer documents", "look at the kept exchange; the issuer may have changed"
    ),
    "contradiction": ReasonText(
        "the issuer's statements contradict each other", "look at the kept exchange, and ask again"
    ),
    "stale": ReasonText("the answer is older than the policy allows", "run the audit again"),
    "uncalibrated": ReasonText(
        "the endpoint was not shown to tell good from bad in this run",
        "let the calibration succeed; give a canary token",
    ),
    "no_policy": ReasonText("the policy does not say what is allowed", "state it for this connection"),
    "no_data": ReasonText("there was nothing to judge by", "supply the missing data"),
}
"""By reason: those of an introspection and those that the checks add."""
