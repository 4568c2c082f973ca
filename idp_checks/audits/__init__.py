"""Audits: introspect the tokens of stored identities, evaluate the checks, and write evidence."""
