"""Requests to issuers, their responses, and the meaning of both. No I/O."""
