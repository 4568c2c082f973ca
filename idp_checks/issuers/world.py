"""All simulated issuers, without a network: a request in, the recorded response out.

Every provider's debug endpoint and profile calls are simulated from recordings. The token in the request selects the
response: ``World.token(provider, case)`` returns the sample token of a case. Any other token is unknown, and the issuer
denies it as documented. Times in responses move with the clock, so a token that was good when recorded is good now.

Besides the recorded cases every issuer simulates ``TROUBLE_CASES``; if its good response contains an application or an
account, also ``other-client`` and ``other-user``. A key set is fetched without a token, so an issuer in trouble must be
in trouble for every request (``Issuer.case_for_all_requests``).

The documented calls that renew and revoke tokens are simulated too, and they last: a revoked token stays revoked.
``LINGERING`` and ``UNDYING`` are good tokens of issuers that revoke late, or never.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from idp_checks import providers, recordings
from idp_checks.issuers.cases import CLIENT_SECRET
from idp_checks.issuers.issuer import Issuer
from idp_checks.issuers.keys import make_key
from idp_checks.secret import Secret
from idp_checks.tokens.introspection import Introspection, conclude
from idp_checks.tokens.question import Question
from idp_checks.tokens.steps import drive
from idp_checks.tokens.wire import Request, Response

__all__ = ["World"]


class World:
    """All simulated issuers.

    Args:
        now: returns the current time, in UTC.
        names: the simulated providers; all that have recordings if not given.
    """

    def __init__(self, now: Callable[[], datetime] | None = None, names: tuple[str, ...] | None = None) -> None:
        self._now = now or (lambda: datetime.now(UTC))
        self.names = names or tuple(
            name
            for name in providers.names_with_recordings()
            if providers.get(name).debug is not None and recordings.has_debug(name)
        )
        self._issuers: dict[str, Issuer] = {}

    def issuer(self, name: str) -> Issuer:
        """Return one provider's simulated issuer."""
        if name not in self._issuers:
            self._issuers[name] = Issuer(providers.get(name), self._now, lambda: self.key)
        return self._issuers[name]

    def token(self, provider: str, case: str) -> str:
        """Return the sample token of a case.

        Raises:
            LookupError: the case does not exist.
        """
        return self.issuer(provider).token(case)

    def tokens(self) -> Iterator[tuple[str, str, str]]:
        """Yield every sample token as provider, case and token."""
        for name in self.names:
            for case in self.issuer(name).cases:
                yield name, case, self.token(name, case)

    def respond(self, provider: str, request: Request, base: str | None = None, case: str | None = None) -> Response:
        """Return the response to a request.

        Args:
            provider: the provider whose issuer responds.
            request: the request.
            base: the base URL of this issuer; its documented hosts if not given.
            case: the case for every request; the case of the token in the request if not given.
        """
        return self.issuer(provider).respond(request, base, case)

    def ask(self, provider: str, case: str, **options: Any) -> Introspection:
        """Ask the simulated issuer about the token of a case, like ``introspect`` but without a network.

        Args:
            provider: the provider whose issuer is asked.
            case: the case of the token.
            options: fields of the question; client id, client secret and credentials are filled in.
        """
        issuer = self.issuer(provider)
        options.setdefault("client_id", issuer.client_id)
        options.setdefault("client_secret", Secret(CLIENT_SECRET))
        options.setdefault("credentials", issuer.credentials)
        options.setdefault("clients", ())
        question = Question(
            provider=provider, token=Secret(self.token(provider, case)), asked_at=self._now(), **options
        )
        endpoint = providers.get(provider).debug
        assert endpoint is not None, "only providers with a debug endpoint are simulated"  # noqa: S101
        fixed_case = issuer.case_for_all_requests(case)
        reading = drive(
            endpoint.steps(question), lambda request: issuer.respond(request, question.issuer_url, fixed_case)
        )
        return conclude(
            provider,
            reading,
            method=endpoint.kind,
            asked_at=question.time,
            clients=question.expected_clients,
            subject=question.subject,
        )

    @cached_property
    def key(self) -> Any:
        """The key that signs all tokens: issuers may share a key set."""
        return make_key()
