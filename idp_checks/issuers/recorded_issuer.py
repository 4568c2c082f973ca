"""Facts about a provider's issuer, derived from its recordings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from idp_checks import recordings
from idp_checks.issuers.cases import SLOW, TROUBLE_CASES
from idp_checks.issuers.routes import IssuerRoute, fill_host, issuer_routes
from idp_checks.issuers.substitutions import alternative_id
from idp_checks.providers.model import Provider
from idp_checks.recordings import DebugRecording
from idp_checks.tokens.discovery import DiscoveredEndpoint
from idp_checks.tokens.signed import SignedToken

__all__ = ["RecordedIssuer"]

_DEFAULT_CREDENTIALS = {
    "issuer": "https://op.example.com",
    "introspection_endpoint": "https://idp.example.com/introspect",
    "domain": "tenant.example.com",
}
"""Sample credentials by name; any other credential is ``simulated-`` and its name."""
_DENIAL_ORDER = ("unknown", "malformed", "revoked", "expired")


class RecordedIssuer:
    """Facts about a provider's issuer, derived from its recordings."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.recordings: dict[str, DebugRecording] = {item.case: item for item in recordings.load_debug(provider.name)}
        self.full_profile = recordings.load_full_profile(provider.name)

    @cached_property
    def cases(self) -> tuple[str, ...]:
        """The names of the simulated cases."""
        identifiers = (("other-client", self._good_value("client_id")), ("other-user", self.subject))
        derived = [case for case, identifier in identifiers if identifier and "valid" in self.recordings]
        return tuple(dict.fromkeys((*self.recordings, *derived, *TROUBLE_CASES)))

    @cached_property
    def client_id(self) -> str:
        """The application that the good token was issued to; a sample id if no response contains it."""
        return self._good_value("client_id") or "simulated-client"

    @cached_property
    def subject(self) -> str | None:
        """The account that the good token was issued for, as a bare id."""
        return self._good_value("subject") or self._profile_subject

    @property
    def _profile_subject(self) -> str | None:
        """The account as the profile identifies it, which may differ from the debug endpoint."""
        if self.full_profile is None or not isinstance(self.full_profile.normalized, dict):
            return None
        return str(self.full_profile.normalized["user_id"]).partition("|")[2]

    @cached_property
    def credentials(self) -> Mapping[str, str]:
        """The credentials that a client needs besides client id and secret: recorded values, or samples."""
        values = dict(_DEFAULT_CREDENTIALS)
        valid = self.recordings.get("valid")
        if valid is not None and isinstance(valid.token, recordings.RecordedJwt) and "tid" in valid.token.claims:
            values["tenant_id"] = str(valid.token.claims["tid"])
        if isinstance(self.provider.debug, DiscoveredEndpoint):
            values["issuer"] = self._good_value("issuer") or values["issuer"]
        values |= valid.credentials if valid is not None else {}
        required = self.provider.debug.required_credentials if self.provider.debug else ()
        return {
            name: values.get(name, f"simulated-{name}")
            for name in required
            if name not in ("client_id", "client_secret")
        }

    @cached_property
    def loopback_credentials(self) -> Mapping[str, str]:
        """The credentials to pass together with ``issuer_url``, which replaces the endpoint credentials."""
        return {
            name: value for name, value in self.credentials.items() if name not in ("issuer", "introspection_endpoint")
        }

    @cached_property
    def routes(self) -> tuple[IssuerRoute, ...]:
        """The routes of this issuer; the first route that matches a request wins."""
        return issuer_routes(self.provider, self.credentials)

    @cached_property
    def denial(self) -> DebugRecording | None:
        """The recorded response about an unknown token."""
        denials = [
            item
            for item in self.recordings.values()
            if item.introspection.get("active") is False and not self.uses_key_set(item)
        ]
        denials.sort(key=lambda item: _DENIAL_ORDER.index(item.case) if item.case in _DENIAL_ORDER else 9)
        return denials[0] if denials else None

    def fill_host(self, url: str) -> str:
        """Fill credentials such as a tenant's domain into the host of a URL."""
        return fill_host(url, self.credentials)

    def case_for_all_requests(self, case: str) -> str | None:
        """Return the case if the issuer must simulate it for every request, because no token can select it.

        A key set is fetched without a token, so a key set in trouble is in trouble for every request.
        """
        valid = self.recordings.get("valid")
        is_signed = valid is not None and isinstance(valid.token, recordings.RecordedJwt)
        return case if is_signed and case in (*TROUBLE_CASES, SLOW) and case not in self.recordings else None

    def uses_key_set(self, recording: DebugRecording) -> bool:
        """Return whether the recorded exchange fetched the key set, not an endpoint."""
        debug = self.provider.debug
        return isinstance(debug, SignedToken) and recording.exchange.request.get("url") == debug.url

    def replacements(self, case: str) -> dict[str, str]:
        """Return the replacements that turn the good response into one for another client or another user."""
        identifiers = {self.client_id} if case == "other-client" else {self.subject, self._profile_subject}
        return {identifier: alternative_id(identifier) for identifier in identifiers if identifier}

    def _good_value(self, name: str) -> str | None:
        """Return a value of the introspection of the good token."""
        valid = self.recordings.get("valid")
        value = valid.introspection.get(name) if valid else None
        return None if value is None else str(value)
