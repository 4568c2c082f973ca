"""Names and constants of the simulated issuers: cases, secrets and timing."""

from __future__ import annotations

__all__ = [
    "CLIENT_SECRET",
    "GOOD_CASES",
    "LAG",
    "LINGERING",
    "REFRESH_TOKEN",
    "SLOW",
    "TROUBLE_CASES",
    "UNDYING",
]

CLIENT_SECRET = "simulated-client-secret"
"""The only client secret that the simulated issuers accept."""
REFRESH_TOKEN = "simulated-refresh-token"
"""The refresh token that each issuer accepts at first; a renewal replaces it."""

GOOD_CASES = ("valid", "other-client", "other-user")
"""Cases in which the token fetches a profile."""
TROUBLE_CASES = ("rate-limited", "broken", "down")
"""Cases of every provider: HTTP 429, a truncated response, HTTP 503."""

SLOW = "slow"
"""The case of a response after the deadline. Only servers delay it; without a network the response is immediate."""

LINGERING, UNDYING = "lingering", "undying"
"""Cases of a good token that still works after it is revoked: for ``LAG`` seconds, or forever."""
LAG = 2.0
