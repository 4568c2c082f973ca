"""Every reason in words: what it means, and what to do about it. Said once, shown everywhere."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["REASON_WORDING", "ReasonWording"]


class ReasonWording(NamedTuple):
    """What a reason means, and what to do."""

    meaning: str
    remedy: str


REASON_WORDING: dict[str, ReasonWording] = {
    "ok": ReasonWording("the issuer vouches for the token", "nothing"),
    "expired": ReasonWording("the token's end is past", "renew it, or drop it from the store"),
    "revoked": ReasonWording("the token was withdrawn before its end", "drop it, and let the user sign in again"),
    "malformed": ReasonWording("this is no token of the issuer's form", "look for what was stored in its place"),
    "unknown_token": ReasonWording("the issuer does not know the token", "drop it; find out where it came from"),
    "denied": ReasonWording("the issuer denies the token and gives no reason", "let the user sign in again"),
    "wrong_client": ReasonWording(
        "the token was issued to another application", "refuse it: whoever sent it may be replaying a stranger's token"
    ),
    "wrong_subject": ReasonWording(
        "the token stands for another account", "refuse it, and look how it got into this record"
    ),
    "rate_limited": ReasonWording("the issuer asked to slow down", "ask again later, or with a lower rate"),
    "issuer_error": ReasonWording(
        "the issuer failed to answer properly", "ask again later; see the issuer's status page"
    ),
    "network": ReasonWording(
        "the issuer was not reached", "check the network, the proxy and the address, and ask again"
    ),
    "caller_rejected": ReasonWording(
        "the issuer refused our own credentials, or they were not given", "check client id and secret, then ask again"
    ),
    "not_permitted": ReasonWording(
        "the issuer may answer so because we may not ask about this token",
        "ask with the application that owns the token",
    ),
    "not_stated": ReasonWording(
        "the issuer does not state what would settle it", "get the statement another way, such as the ID token"
    ),
    "unparsable": ReasonWording(
        "the answer is not one that the issuer documents", "look at the kept exchange; the issuer may have changed"
    ),
    "contradiction": ReasonWording(
        "the issuer's statements contradict each other", "look at the kept exchange, and ask again"
    ),
    "stale": ReasonWording("the answer is older than the policy allows", "run the audit again"),
    "uncalibrated": ReasonWording(
        "the endpoint was not shown to tell good from bad in this run",
        "let the calibration succeed; give a canary token",
    ),
    "no_policy": ReasonWording("the policy does not say what is allowed", "state it for this connection"),
    "no_data": ReasonWording("there was nothing to judge by", "supply the missing data"),
}
"""By reason: those of an introspection and those that the checks add."""
