"""Token introspection, RFC 7662.

Section 2.2: only ``active`` is mandatory in a response. A bare ``active: false`` is returned for expired, revoked and
unknown tokens alike, and also to a client without permission to ask about the token.
"""

from __future__ import annotations

from collections.abc import Mapping

from idp_checks.tokens import client_auth
from idp_checks.tokens.endpoint import HttpEndpoint
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.refusal import Refusal
from idp_checks.tokens.response_model import Epoch, ResponseModel, parse_epoch, split_scopes
from idp_checks.tokens.signed import CLOCK_SKEW
from idp_checks.tokens.template import by_form

__all__ = ["INACTIVE", "INVALID_CLIENT", "INVALID_CLIENT_400", "IntrospectionResponse", "introspection_endpoint"]

INVALID_CLIENT = Refusal(401, "caller_rejected", detail="the issuer rejected the client credentials")
"""RFC 7662, section 2.3: status 401 is about the client, whatever the body."""
INACTIVE = Refusal(200, "denied", {"active": False}, bare=True, detail="inactive")
"""RFC 7662, section 2.2: a bare refusal."""
INVALID_CLIENT_400 = Refusal(400, "caller_rejected", {"error": "invalid_client"}, detail=INVALID_CLIENT.detail)
"""The same refusal with the other status that RFC 6749, section 5.2, allows."""
FORBIDDEN = Refusal(403, "not_permitted", detail="this client is not allowed to introspect tokens")


class IntrospectionResponse(ResponseModel):
    """An introspection response, RFC 7662, section 2.2."""

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
            return INACTIVE.to_reading()
        not_before = parse_epoch(self.nbf)
        if not_before is not None and not_before > question.time + CLOCK_SKEW:
            return Reading(active=None, reason="contradiction", detail="reported as active, but not valid yet")
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
    """Describe an introspection endpoint: the token in a form body, client credentials in HTTP Basic or in the form.

    Args:
        endpoint_class: the class of the endpoint, for servers that need more than these options.
        authentications: the client authentication methods of a server that accepts several; RFC 7662, section 2.1,
            leaves the method open (see ``RequestTemplate``).
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
