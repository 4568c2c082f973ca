"""Microsoft Graph as a probe, for access tokens issued for Graph, of personal and organizational accounts.

Only Graph may validate such tokens: https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens.
"""

from __future__ import annotations

from idp_checks.tokens.endpoint import HttpEndpoint
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.refusal import Refusal
from idp_checks.tokens.response_model import ResponseModel
from idp_checks.tokens.template import by_bearer
from idp_checks.tokens.wire import Response

__all__ = ["GRAPH_PROBE"]

REFUSAL_READINGS = (
    (
        "audience",
        Reading(active=None, reason="not_stated", detail="issued for another resource: Graph cannot check it"),
    ),
    ("token is expired", Reading(active=False, reason="expired")),
    ("token has expired", Reading(active=False, reason="expired")),
    ("compacttoken parsing failed", Reading(active=False, reason="malformed")),
    ("jwt is not well formed", Reading(active=False, reason="malformed")),
)
"""Readings by a phrase in the error message: one error code covers dead tokens and good tokens for other resources."""

UNCLEAR_REFUSAL = Reading(
    active=None,
    reason="not_stated",
    detail="refused with a message that does not distinguish a dead token from one issued for another resource",
)


class GraphUser(ResponseModel, rename={"user_principal_name": "userPrincipalName"}):
    """The account of the token, https://learn.microsoft.com/en-us/graph/api/user-get."""

    id: str
    user_principal_name: str

    def read(self, question: Question) -> Reading:
        return Reading(active=True, reason="ok", subject=self.id)


class GraphProbe(HttpEndpoint):
    """A call of Graph with the token itself."""

    def read(self, response: Response, question: Question) -> Reading:
        match response.status, response.json:
            case 401, {"error": {"code": "InvalidAuthenticationToken", "message": str(message)}}:
                text = message.lower()
                return next((reading for phrase, reading in REFUSAL_READINGS if phrase in text), UNCLEAR_REFUSAL)
        return super().read(response, question)


GRAPH_PROBE = GraphProbe(
    kind="userinfo-probe",
    url="https://graph.microsoft.com/v1.0/me",
    placement=by_bearer(),
    proves=frozenset({"subject"}),
    response_model=GraphUser,
    refusals=(Refusal(403, "not_permitted", {"error": {}}, detail="a good token without the permission User.Read"),),
    source="https://learn.microsoft.com/en-us/graph/errors",
    note=(
        "To verify the application, check the ID token (aud). A revocation takes effect only when the token expires, "
        "unless continuous access evaluation is on."
    ),
)
