"""A hostile issuer over real sockets: it alters the good response of a provider's issuer in one way.

A validator must report a token as undecided whenever the issuer's response is not the documented one.

``HostileIssuer`` simulates one provider's issuer on loopback, from the recordings like ``idp_checks.issuers.world``. It
alters the response by one of ``BEHAVIORS``: it breaks off, stalls, floods, redirects to a thief, or states in an
invalid form that the token is good. The altered response is always the good one, with current times, so a careless
validator accepts it. For example::

    with HostileIssuer("facebook") as issuer:
        result = my_validator(issuer.token("gzip-bomb"), issuer_url=issuer.url("gzip-bomb"))

Without a behavior the response is unaltered: a validator must accept that token, or the test proves nothing.
"""

from __future__ import annotations

from idp_checks.issuers.hostile.behaviors import BEHAVIORS, GROUPS
from idp_checks.issuers.hostile.issuer import HostileIssuer, Thief
from idp_checks.issuers.hostile.request import Behavior, HostileRequest

__all__ = ["BEHAVIORS", "GROUPS", "Behavior", "HostileIssuer", "HostileRequest", "Thief"]
