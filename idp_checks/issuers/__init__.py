"""Simulated issuers: every provider's debug endpoint and profile calls, replayed from recordings.

``world`` simulates them without a network, ``server`` on loopback (``app`` is its application), and ``mock`` at the
providers' own hosts, for tests. ``hostile`` alters the good responses.
"""
