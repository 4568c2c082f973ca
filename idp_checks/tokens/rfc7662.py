"""Token introspection as RFC 7662 has it, and finding the endpoint by discovery.

Section 2.2: only ``active`` is mandatory in an answer; a bare ``active: false`` is given for an expired, a revoked and
an unknown token alike, and also to a caller who may not ask about this token.
"""

from __future__ import annotations

from collections.abc import Mapping

from idp_checks.tokens import client_auth
from idp_checks.tokens.endpoint import HttpEndpoint
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.refusal import Refusal
from idp_checks.tokens.response_model import Epoch, ResponseModel, parse_epoch, split_scopes
from idp_checks.tokens.signed import (
    CLOCK_SKEW,
)
from idp_checks.tokens.template import by_form

__all__ = ["INVALID_CLIENT", "INACTIVE", "IntrospectionResponse", "introspection_endpoint"]

INVALID_CLIENT = Refusal(401, "caller_rejected", detail="the issuer refused our own credentials")
"""RFC 7662, section 2.3: an answer 401 is about the asker, whatever its body."""
INACTIVE = Refusal(200, "denied", {"active": False}, bare=True, detail="not active, without a reason")
"""RFC 7662, section 2.2: a bare refusal."""
INVALID_CLIENT_400 = Refusal(400, "caller_rejected", {"error": "invalid_client"}, detail=INVALID_CLIENT.detail)
"""The same in the other status that RFC 6749, section 5.2, lets a server choose."""
FORBIDDEN = Refusal(403, "not_permitted", detail="the issuer does not let this client ask")


class IntrospectionResponse(ResponseModel):
    """RFC 7662, section 2.2."""

    active: bool
    scope: str | None = None
    client_id: str | None = None
    username: str | None = None
    token_type: str | None = None
    exp: Epoch | None = None
    iat: Epoch | None = None
    nbf: Epoch | None = None
    sub: str | None = None
    aud: str | list[str] | None = None
    iss: str | None = None

    def read(self, question: Question) -> Reading:
        if self.active is not True:
            return Reading(active=False, reason="denied", bare=True, detail="not active, without a reason")
        begins = parse_epoch(self.nbf)
        if begins is not None and begins > question.time + CLOCK_SKEW:
            return Reading(active=None, reason="contradiction", detail="called active before its beginning")
        return Reading(
            active=True,
            reason="ok",
            client_id=self.client_id,
            audience=(self.aud,) if isinstance(self.aud, str) else None if self.aud is None else tuple(self.aud),
            subject=self.sub,
            scopes=split_scopes(self.scope),
            expires_at=parse_epoch(self.exp),
            issued_at=parse_epoch(self.iat),
            issuer=self.iss,
            token_type=self.token_type,
        )


def introspection_endpoint(
    url: str,
    *,
    source: str,
    response_model: type[ResponseModel] = IntrospectionResponse,
    params: Mapping[str, str] | None = None,
    basic: bool = True,
    required_credentials: tuple[str, ...] = ("client_id", "client_secret"),
    proves: frozenset[str] = frozenset({"client", "subject", "scopes", "end"}),
    refusals: tuple[Refusal, ...] = (),
    profile: HttpEndpoint | None = None,
    note: str | None = None,
    endpoint_class: type[HttpEndpoint] = HttpEndpoint,
    authentications: tuple[str, ...] = (),
    audience: str = "",
    optional_credentials: tuple[str, ...] = (),
) -> HttpEndpoint:
    """An endpoint of RFC 7662: the token in a form body, the caller's credentials as HTTP Basic or in the form.

    ``made`` is the class of the endpoint, where a server needs more than a table can say. Section 2.1 leaves open how
    the caller authenticates: where the server takes several methods, ``authentications`` names them (see
    ``idp_checks.endpoint.Recipe``).
    """
    return endpoint_class(
        kind="introspection",
        method="POST",
        url=url,
        response_model=response_model,
        placement=by_form("token"),
        params={"token_type_hint": "access_token"} if params is None else params,
        basic=basic,
        authentications=authentications,
        audience=audience,
        required_credentials=required_credentials,
        optional_credentials=(*client_auth.CLIENT_AUTH_CREDENTIALS, *optional_credentials)
        if authentications
        else optional_credentials,
        proves=proves,
        refusals=(*refusals, INACTIVE, INVALID_CLIENT, INVALID_CLIENT_400, FORBIDDEN),
        profile=profile,
        source=source,
        note=note,
    )
