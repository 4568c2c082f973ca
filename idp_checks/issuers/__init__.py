"""The simulated issuers: every provider's debug endpoint and profile calls, played from the recordings.

``world`` plays them without a network, ``serve`` on loopback (``app`` is the application behind it), ``mock`` at the
providers' own hosts, for tests.
"""
