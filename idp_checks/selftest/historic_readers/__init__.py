"""Historic bugs of token validation, each reproduced as a wrong reader that the rules for readers must catch.

Every wrong reader is this package's own reader with one mistake: the mistake of the code described in ``source``. Some
bugs were at a provider that we do not support, or in a call that is not made here (the response of a token endpoint, a
redirect). They are shown with the most similar response, as the docstring says.
"""

from __future__ import annotations

from idp_checks.selftest.historic_readers import accounts, audiences, issuers, responses, signatures, times, types
from idp_checks.selftest.historic_readers.bug import WrongReader, registered_readers
from idp_checks.selftest.result import BugResult

__all__ = ["UNCATCHABLE_BUGS", "WRONG_READERS", "WrongReader"]

_MODULES = (accounts, audiences, issuers, responses, signatures, times, types)
"""The modules that register readers."""

WRONG_READERS: tuple[WrongReader, ...] = registered_readers()
"""The wrong readers by the number of the bug."""

UNCATCHABLE_BUGS: tuple[BugResult, ...] = (
    BugResult(
        id="BUG-207",
        title="A nonce that is only in the token or only in the request is accepted",
        mistake="",
        provider="oidc",
        source="https://github.com/supabase/auth/commit/a67a77dc300d6701511fea4190226c28b9c37477",
        why_not=(
            "A nonce ties an ID token to the browser session that requested it, and a question about a token does not "
            "contain the nonce of a sign-in."
        ),
    ),
)
"""The bugs that no reader can reproduce, with the reason."""
