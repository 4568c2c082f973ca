"""All hostile behaviors, by group and by name."""

from __future__ import annotations

from collections.abc import Mapping

from idp_checks.issuers.hostile.bodies import BODY, COMPRESSION, READING, SIZE
from idp_checks.issuers.hostile.connections import CONNECTION, TIME
from idp_checks.issuers.hostile.fields import JSON, TIMES
from idp_checks.issuers.hostile.protocol import HTTP, REDIRECT, STATUS
from idp_checks.issuers.hostile.request import Behavior

__all__ = ["BEHAVIORS", "GROUPS"]

GROUPS: Mapping[str, tuple[Behavior, ...]] = {
    "Connection": CONNECTION,
    "Time": TIME,
    "Body": BODY,
    "Size": SIZE,
    "Reading: 500 with an extra field of 900 kB that is slow to search": READING,
    "Compression": COMPRESSION,
    "HTTP": HTTP,
    "Redirect": REDIRECT,
    "Status, with the body of the good response": STATUS,
    "JSON": JSON,
    "Times": TIMES,
}
"""The behaviors by group, in the order of the documentation."""

BEHAVIORS: Mapping[str, Behavior] = {behavior.name: behavior for group in GROUPS.values() for behavior in group}
"""The behaviors by name. ``refused`` is a port that refuses connections."""
