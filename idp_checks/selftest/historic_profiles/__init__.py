"""Historic bugs of profile parsing, each made again by one small function, so that the rules can be held against it."""

from __future__ import annotations

from idp_checks.selftest.historic_profiles import addresses, answers, identifiers, names, pictures
from idp_checks.selftest.historic_profiles.wrong import Example, Wrong, right, written

__all__ = ["IDS", "PROFILES", "Example", "Wrong", "right"]

_MODULES = (identifiers, addresses, names, pictures, answers)
"""What registers the bugs."""

PROFILES: tuple[Wrong, ...] = written()
"""The bugs by number."""

IDS = tuple(
    f"BUG-{number:03}"
    for number in (
        1,
        3,
        5,
        7,
        9,
        11,
        13,
        15,
        17,
        19,
        21,
        23,
        25,
        27,
        29,
        31,
        33,
        35,
        37,
        39,
        41,
        43,
        45,
        47,
        49,
        51,
        53,
        55,
        57,
        59,
        61,
        63,
        65,
        67,
        69,
        71,
        73,
        75,
        77,
        79,
        81,
        83,
        85,
        87,
        89,
        91,
        93,
        95,
        97,
        99,
        101,
        103,
        105,
        107,
        109,
        111,
        113,
        115,
        117,
        119,
        121,
        123,
        125,
        127,
        129,
        131,
        133,
        135,
        137,
        139,
        141,
        143,
        149,
        261,
        263,
    )
)
"""The numbers of all of them, written down apart from the functions, so that none is lost."""
