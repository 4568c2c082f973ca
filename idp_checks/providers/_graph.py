"""Microsoft Graph as a witness: what it answers to a token that was made for it, whichever Microsoft account it is of.

Nobody but Graph may validate such a token, https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens.
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

REFUSAL_WORDING = (
    ("audience", Reading(active=None, reason="not_stated", detail="made for another resource: Graph cannot judge it")),
    ("token is expired", Reading(active=False, reason="expired")),
    ("token has expired", Reading(active=False, reason="expired")),
    ("compacttoken parsing failed", Reading(active=False, reason="malformed")),
    ("jwt is not well formed", Reading(active=False, reason="malformed")),
)
"""What words of a refusal mean; one code covers dead tokens and good ones of another resource."""

UNCLEAR_REFUSAL = Reading(
    active=None,
    reason="not_stated",
    detail="refused, in words that do not tell a dead token from one made for another resource",
)


class GraphUser(ResponseModel, rename={"user_principal_name": "userPrincipalName"}):
    """The account behind the token, https://learn.microsoft.com/en-us/graph/api/user-get."""

    id: str
    user_principal_name: str

    def read(self, question: Question) -> Reading:
        return Reading(active=True, reason="ok", subject=self.id)


class GraphProbe(HttpEndpoint):
    """A call of Graph with the token itself."""

    def read(self, response: Response, question: Question) -> Reading:
        match response.status, response.json:
            case 401, {"error": {"code": "InvalidAuthenticationToken", "message": str(message)}}:
                said = message.lower()
                return next((reading for words, reading in REFUSAL_WORDING if words in said), UNCLEAR_REFUSAL)
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
        "It shows that Graph takes the token and for whom, not to which application it was issued: for that, check the "
        "ID token (aud). A revocation shows only after the token's end, unless continuous access evaluation is on."
    ),
)
