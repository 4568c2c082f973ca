"""A conformance suite for readers: functions that decide from an issuer's responses whether a token is good.

A reader is a function ``f(scenario) -> bool | None``: the token is good, bad, or undecided. It may return an
``Introspection`` instead, whose fields are then judged too. The trials are the recorded responses of every provider's
debug endpoint and variations of the good response, each with the allowed verdicts and the rule that allows no other.
Nothing is sent: a scenario contains the responses of its issuer.

The rules are the introspection rules of this package, after RFC 7662, sections 2.2 and 4, RFC 9068, section 4, OpenID
Connect Core 1.0, section 3.1.3.7, and RFC 8725, section 3.
"""
