"""The wording of every reason: its meaning and the next step."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["REASON_WORDING", "ReasonWording"]


class ReasonWording(NamedTuple):
    """A reason in words: ``meaning`` is a clause, ``remedy`` an imperative; neither has a final period."""

    meaning: str
    remedy: str


REASON_WORDING: dict[str, ReasonWording] = {
    "ok": ReasonWording("the issuer accepts the token", "no action needed"),
    "expired": ReasonWording("the token has expired", "renew it, or delete it from the store"),
    "revoked": ReasonWording("the token was revoked", "delete it, and have the user sign in again"),
    "malformed": ReasonWording(
        "the string is not a token in the issuer's format", "check which value was stored instead of the token"
    ),
    "unknown_token": ReasonWording("the issuer does not know the token", "delete it, and find out where it came from"),
    "denied": ReasonWording("the issuer denies the token without a reason", "have the user sign in again"),
    "wrong_client": ReasonWording(
        "the token was issued to another application",
        "reject it: the sender may be replaying a token of another application's user",
    ),
    "wrong_subject": ReasonWording(
        "the token belongs to another account", "reject it, and find out how it got into this record"
    ),
    "rate_limited": ReasonWording("rate limited by the issuer", "try again later, or lower the request rate"),
    "issuer_error": ReasonWording(
        "the issuer returned an error or an unusable response", "try again later, and see the issuer's status page"
    ),
    "network": ReasonWording(
        "the request to the issuer failed", "check the network, the proxy and the URL, then try again"
    ),
    "caller_rejected": ReasonWording(
        "the client credentials are missing or were rejected", "check the client id and secret, then try again"
    ),
    "not_permitted": ReasonWording(
        "the issuer did not permit this request",
        "check the client's permissions, and ask as the application that the token was issued to",
    ),
    "not_stated": ReasonWording(
        "the issuer does not provide all required information",
        "get the rest another way, for example from the ID token",
    ),
    "unparsable": ReasonWording(
        "the data does not have the documented form",
        "inspect the response or profile: the provider may have changed its format",
    ),
    "contradiction": ReasonWording(
        "the issuer's responses contradict each other", "compare the responses, then try again"
    ),
    "stale": ReasonWording("the response is older than the policy allows", "run the audit again"),
    "uncalibrated": ReasonWording(
        "the endpoint has not rejected an invalid token in this run", "fix the calibration, or provide a canary token"
    ),
    "no_policy": ReasonWording("the policy does not set this value", "set it for this connection"),
    "no_data": ReasonWording("the data for this check is missing", "provide the missing data"),
}
"""Wording by reason: the reasons of an introspection, then the ones that the checks add."""
