"""Renew, use and revoke a token, and ask its issuer until the token is inactive."""
