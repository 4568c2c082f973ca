"""The simulated issuers: every provider's debug endpoint, played from the recordings.

``World`` plays them without a network; ``serve`` plays them on loopback.
"""
