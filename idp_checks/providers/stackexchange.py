"""Stack Exchange: the user on one site of the network, usually Stack Overflow.

Every error has HTTP status 400. The field ``error_id`` contains the kind of error.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import unescape
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    Claims,
    Epoch,
    HttpEndpoint,
    LibraryFacts,
    Name,
    NumberId,
    Operation,
    Path,
    ProfileError,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    Refusal,
    RequestTemplate,
    ResponseModel,
    Scopes,
    Shape,
    Steps,
    TokenFacts,
    Url,
    by_path,
    by_query,
    parse_epoch,
)


class User(Struct):
    """An element of ``items``: ``account_id`` identifies the user in the network, ``user_id`` on one site."""

    account_id: NumberId
    display_name: Name = None
    profile_image: Url = None


class Users(Shape):
    """``GET /me``, https://api.stackexchange.com/docs/me; the first element is the user.

    ``GET /me/associated`` also fits; it contains only the identifier.
    """

    subject: ClassVar[Path] = ("items", 0, "account_id")

    items: list[User]

    def claims(self, also: Mapping[str, Any]) -> Claims:
        if not self.items:
            raise ProfileError("the user has no profile on the requested site", path="$.items")
        user = self.items[0]
        name = user.display_name
        if name is not None and "&" in name:
            name = unescape(name)
        return Claims(id=user.account_id, name=name, picture=user.profile_image)


class AccessToken(Struct):
    """An element of ``items``, https://api.stackexchange.com/docs/types/access-token."""

    account_id: int
    expires_on_date: Epoch | None = None
    scope: list[str] | None = None


class AccessTokens(ResponseModel):
    """A valid token of any application. Without ``scope`` it has no scopes; with ``no_expiry`` it does not expire."""

    items: list[AccessToken]

    def read(self, question: Question) -> Reading:
        if len(self.items) != 1:
            return Reading(active=None, reason="unparsable", detail="the response does not contain exactly one token")
        token = self.items[0]
        scopes = tuple(token.scope or ())
        return Reading(
            active=True,
            reason="ok",
            subject=str(token.account_id),
            scopes=scopes,
            expires_at=parse_epoch(token.expires_on_date),
            endless=token.expires_on_date is None and "no_expiry" in scopes,
        )


class SingleTokenEndpoint(HttpEndpoint):
    """The call for a single token. It accepts several, separated by semicolons, and returns the valid tokens."""

    def steps(self, question: Question) -> Steps:
        if ";" in question.token.reveal():
            return Reading(
                active=None,
                reason="not_stated",
                detail=("not sent: the token contains the semicolon that separates tokens in this call"),
            )
        return (yield from super().steps(question))


def _error(*ids: int) -> Mapping[str, Any]:
    return {"error_id": frozenset(ids)}


PROVIDER = Provider(
    name="stackexchange",
    title="Stack Exchange (Stack Overflow)",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "stackoverflow", "allauth": "stackexchange"},
    libraries={
        "social_core": LibraryFacts(settings={"SOCIAL_AUTH_STACKOVERFLOW_API_KEY": "sample"}),
    },
    docs=(
        "https://api.stackexchange.com/docs/authentication",
        "https://api.stackexchange.com/docs/me",
        "https://api.stackexchange.com/docs/read-access-tokens",
        "https://api.stackexchange.com/docs/error-handling",
    ),
    profile=ProfileFacts(
        shapes=(Users,),
        request=RequestTemplate(
            "https://api.stackexchange.com/2.3/me?site=stackoverflow&key={key}", by_query("access_token")
        ),
        quirks=(
            (
                "account_id identifies the user in the whole network, user_id on one site. An application that stores "
                "user_id, as social_core does, creates two accounts for one user."
            ),
            (
                "If the user never joined the requested site, the response to a valid token has empty items. GET "
                "/me/associated still returns account_id."
            ),
            (
                "The profile has no email address, username or legal name. It only has display_name, which the user "
                "chooses and which is not unique."
            ),
            "display_name contains HTML entities such as &#39;. URLs do not.",
            "The body is always compressed, with gzip, or with deflate on request.",
            "Requests contain the token and the application's key.",
        ),
        sources=(
            "https://api.stackexchange.com/docs/me",
            "https://api.stackexchange.com/docs/types/user",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The token may end in two closing brackets, so it is percent-encoded. It is bound to one application, "
            "one user and the granted scopes."
        ),
        lifetime=86400,
        validity=(
            "The token response contains the lifetime as expires, not as expires_in. With scope no_expiry, the token "
            "does not expire and expires is missing. A token that is sent once over plain HTTP is revoked."
        ),
        renewal=Operation("Not available. Authorize again, or request the scope no_expiry."),
        termination=Operation(
            (
                "Accepts up to 20 tokens, separated by semicolons, and lists the revoked tokens. GET "
                "https://api.stackexchange.com/2.3/apps/{token}/de-authenticate revokes the whole grant."
            ),
            RequestTemplate("https://api.stackexchange.com/2.3/access-tokens/{token}/invalidate", by_path("token")),
        ),
        uses=Operation(
            "The call works without the parameter site.",
            RequestTemplate(
                "https://api.stackexchange.com/2.3/me/associated",
                by_query("access_token"),
                params={"key": "{key}"},
                required_credentials=("key",),
            ),
        ),
        sample="{}))",
        sources=(
            "https://api.stackexchange.com/docs/authentication",
            "https://api.stackexchange.com/docs/invalidate-access-tokens",
            "https://api.stackexchange.com/docs/application-de-authenticate",
        ),
    ),
    scopes=Scopes(
        separator=",",
        adding=(
            "Authorize again at https://stackoverflow.com/oauth. The scopes are private_info, read_inbox, "
            "write_access and no_expiry. The profile requires no scope. No scope grants access to the email address."
        ),
        sources=("https://api.stackexchange.com/docs/authentication",),
    ),
    debug=SingleTokenEndpoint(
        kind="tokeninfo",
        url="https://api.stackexchange.com/2.3/access-tokens/{token}",
        placement=by_path("token"),
        proves=frozenset({"subject", "scopes", "end"}),
        response_model=AccessTokens,
        limit=(30, 1),
        refusals=(
            Refusal(200, "denied", {"items": [], "has_more": False}, detail="the token is unknown or has expired"),
            Refusal(400, "denied", _error(402)),
            Refusal(400, "revoked", _error(406), detail="revoked because it was sent without HTTPS"),
            Refusal(400, "not_permitted", _error(403), detail="the token lacks a permission or does not match the key"),
            Refusal(400, "caller_rejected", _error(405), detail="the application's key is required"),
            Refusal(None, "rate_limited", _error(502)),
            Refusal(None, "issuer_error", _error(500, 503), detail="Stack Exchange is unavailable"),
        ),
        source="https://api.stackexchange.com/docs/read-access-tokens",
        note=(
            "The response does not contain the client. To prove the client, call GET /me/associated with access_token "
            "and the application's own key. That call returns 400 with error_id 403 for an unknown token or a token "
            "of another application. The path and the response both contain the token, so neither belongs in a log. "
            "Without a key, an IP address has 300 requests a day. The rate limit is 30 requests per second, and "
            "clients must wait for the time in backoff."
        ),
    ),
    uncertain=(
        (
            "No page documents that an empty list means an invalid or unknown token. Clients read it this way, and "
            "the API treats identifiers this way. It is read as a refusal without a reason."
        ),
        "A missing expires_on_date without the scope no_expiry is not documented. The expiry is then not proven.",
        "Some third-party descriptions end the path in /read. Stack Exchange's own pages do not.",
    ),
)
