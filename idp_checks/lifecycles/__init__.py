"""Renew, use and revoke a token, and ask its issuer until it is dead."""
