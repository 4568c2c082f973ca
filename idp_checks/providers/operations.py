"""Operations on a provider's tokens: renewal, revocation and use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any, Literal

from idp_checks.tokens.question import Question
from idp_checks.tokens.template import PLACEHOLDER, RequestTemplate, TokenPlacement, by_form, by_json
from idp_checks.tokens.urls import may_receive_token
from idp_checks.tokens.wire import Unreachable

__all__ = ["CredentialUrlTemplate", "Operation", "renew_by_refresh_token", "revoke_by_request", "revoke_in_settings"]

_NO_ITEMS: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Operation:
    """A step in a token's life: how it is renewed, revoked or used.

    Args:
        note: conditions and effects that the request does not show, or the reason why no request exists.
        request: the request template; None if the step is manual or undocumented.
        token: the token that the request takes; ``access`` if the issuer accepts either.
        success_statuses: the HTTP statuses that mean success.
        ends: the scope of a revocation: this token (and the other token of its pair, if the issuer revokes pairs), or
            the whole grant with all its tokens.
        required_scopes: the scopes that the token must have.
        manual_call: method and URL of a call that is documented and that this package cannot send.
    """

    note: str = ""
    request: RequestTemplate | None = None
    _: KW_ONLY
    token: Literal["access", "refresh"] = "access"
    success_statuses: frozenset[int] = frozenset({200})
    ends: Literal["token", "grant"] = "token"
    required_scopes: tuple[str, ...] = ()
    manual_call: tuple[str, str] | None = None

    @property
    def is_documented(self) -> bool:
        """Whether the provider documents a call for this step."""
        return self.url is not None

    @property
    def method(self) -> str | None:
        """The HTTP method of the documented call."""
        if self.request is not None:
            return self.request.method
        return self.manual_call[0] if self.manual_call is not None else None

    @property
    def url(self) -> str | None:
        """The URL of the documented call."""
        if self.request is not None:
            return self.request.url
        return self.manual_call[1] if self.manual_call is not None else None


class CredentialUrlTemplate(RequestTemplate):
    """A request whose URL is one of the caller's credentials, such as ``{token_endpoint}``."""

    def build_url(self, question: Question) -> str:
        """Return the URL from the credential that the template names.

        Raises:
            Unreachable: the credential is missing, or it is a URL that must not receive a token.
        """
        hole = PLACEHOLDER.fullmatch(self.url)
        if hole is None:
            return super().build_url(question)
        url = question.credential(hole[1]) or ""
        if not may_receive_token(url):
            raise Unreachable("caller_rejected", f"{hole[1]} is not a URL that may receive a token")
        return url


def renew_by_refresh_token(
    note: str,
    url: str,
    *,
    method: str = "POST",
    basic: bool = False,
    as_json: bool = False,
    placement: TokenPlacement | None = None,
    required_credentials: tuple[str, ...] = ("client_id", "client_secret"),
    headers: Mapping[str, str] = _NO_ITEMS,
    params: Mapping[str, str] = _NO_ITEMS,
    template_class: type[RequestTemplate] = RequestTemplate,
) -> Operation:
    """Return a renewal by refresh token (RFC 6749, section 6).

    Args:
        basic: send client id and secret as HTTP Basic instead of as parameters.
        as_json: send the parameters as a JSON body instead of a form.
        placement: where the refresh token goes; the parameter ``refresh_token`` by default.
        params: parameters beyond the standard ones.
    """
    client = {} if basic else {"client_id": "{client_id}", "client_secret": "{client_secret}"}
    if placement is None:
        placement = by_json("refresh_token") if as_json else by_form("refresh_token")
    request = template_class(
        url,
        placement,
        method=method,
        params={"grant_type": "refresh_token", **client, **params},
        headers=headers,
        as_json=as_json,
        basic=basic,
        required_credentials=required_credentials,
    )
    return Operation(note, request, token="refresh")


def revoke_by_request(
    note: str,
    url: str,
    *,
    method: str = "POST",
    basic: bool = False,
    as_json: bool = False,
    placement: TokenPlacement | None = None,
    token: Literal["access", "refresh"] = "access",
    ends: Literal["token", "grant"] = "token",
    required_credentials: tuple[str, ...] = ("client_id", "client_secret"),
    headers: Mapping[str, str] = _NO_ITEMS,
    params: Mapping[str, str] = _NO_ITEMS,
    success_statuses: frozenset[int] = frozenset({200}),
    template_class: type[RequestTemplate] = RequestTemplate,
) -> Operation:
    """Return a revocation by request (RFC 7009, section 2).

    Args:
        basic: send client id and secret as HTTP Basic instead of as parameters.
        as_json: send the parameters as a JSON body instead of a form.
        placement: where the token goes; the parameter ``token`` by default.
        params: parameters beyond the client's credentials.
    """
    client = {} if basic else {"client_id": "{client_id}", "client_secret": "{client_secret}"}
    if placement is None:
        placement = by_json("token") if as_json else by_form("token")
    request = template_class(
        url,
        placement,
        method=method,
        params={**client, **params},
        headers=headers,
        as_json=as_json,
        basic=basic,
        required_credentials=required_credentials,
    )
    return Operation(note, request, token=token, success_statuses=success_statuses, ends=ends)


def revoke_in_settings(note: str = "", *, page: str = "the account settings") -> Operation:
    """Return a revocation that only the user can make, in the settings of the account.

    Args:
        note: further facts.
        where: the page with the list of applications.
    """
    place = f"at {page}" if page.startswith("https://") else f"in {page}"
    return Operation(" ".join(filter(None, (f"No API call: the user removes the application {place}.", note))))
