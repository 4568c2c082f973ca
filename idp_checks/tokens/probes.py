"""Profile requests as probes: they prove that a token works and for which account, but never for which application."""

from __future__ import annotations

from collections.abc import Mapping

from idp_checks.profiles.shape import Shape
from idp_checks.tokens.endpoint import HttpEndpoint
from idp_checks.tokens.question import Question
from idp_checks.tokens.reading import Reading
from idp_checks.tokens.refusal import Refusal
from idp_checks.tokens.response_model import ResponseModel
from idp_checks.tokens.template import TokenPlacement, by_bearer

__all__ = ["UserInfoResponse", "profile_probe", "userinfo_endpoint"]


def profile_probe(
    url: str,
    response_model: type[Shape],
    *,
    source: str,
    refusals: tuple[Refusal, ...],
    placement: TokenPlacement | None = None,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    required_credentials: tuple[str, ...] = (),
    error_fields: tuple[str, ...] = ("error", "errors"),
    limit: tuple[int, float] | None = None,
    note: str | None = None,
) -> HttpEndpoint:
    """Describe the provider's profile request as a probe."""
    return HttpEndpoint(
        kind="userinfo-probe",
        method=method,
        url=url,
        response_model=response_model,
        placement=placement or by_bearer(),
        headers=headers or {},
        params=params or {},
        required_credentials=required_credentials,
        proves=frozenset({"subject"}),
        refusals=refusals,
        error_fields=error_fields,
        source=source,
        limit=limit,
        note=note,
    )


class UserInfoResponse(ResponseModel):
    """A userinfo response, OpenID Connect Core 1.0, section 5.3.2."""

    sub: str

    def read(self, question: Question) -> Reading:  # noqa: ARG002
        return Reading(active=True, reason="ok", subject=self.sub)


def userinfo_endpoint(
    url: str, source: str = "https://openid.net/specs/openid-connect-core-1_0.html#UserInfoError"
) -> HttpEndpoint:
    """Describe a userinfo endpoint of OpenID Connect as a probe."""
    return HttpEndpoint(
        kind="userinfo-probe",
        url=url,
        response_model=UserInfoResponse,
        placement=by_bearer(),
        proves=frozenset({"subject"}),
        refusals=(
            Refusal(401, "denied", header=("www-authenticate", "invalid_token")),
            Refusal(401, "denied", {"error": "invalid_token"}),
            Refusal(
                403,
                "not_permitted",
                header=("www-authenticate", "insufficient_scope"),
                detail="scope openid is missing",
            ),
        ),
        source=source,
    )
