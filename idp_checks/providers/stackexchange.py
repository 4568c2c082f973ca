"""Stack Exchange: the person on one site of the network, Stack Overflow as a rule.

Every error has HTTP status 400: its kind stands in ``error_id``.
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
    """An element of ``items``: ``account_id`` is the person in the whole network, ``user_id`` on one site."""

    account_id: NumberId
    display_name: Name = None
    profile_image: Url = None


class Users(Shape):
    """``GET /me``, https://api.stackexchange.com/docs/me; the first element is the person.

    Also ``GET /me/associated``, which has the identifier alone.
    """

    subject: ClassVar[Path] = ("items", 0, "account_id")

    items: list[User]

    def claims(self, also: Mapping[str, Any]) -> Claims:
        if not self.items:
            raise ProfileError("no profile on the site that was asked", path="$.items")
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
    """A good token of whatever application; without ``scope`` it has none, with ``no_expiry`` no end."""

    items: list[AccessToken]

    def read(self, question: Question) -> Reading:
        if len(self.items) != 1:
            return Reading(active=None, reason="unparsable", detail="one token was asked about, and not one is told of")
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


class OneToken(HttpEndpoint):
    """The call for a single token: it takes several, parted by semicolons, and tells of those that are good."""

    def steps(self, question: Question) -> Steps:
        if ";" in question.token.reveal():
            return Reading(active=None, reason="not_stated", detail="several tokens in one, by the issuer's semicolon")
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
                "account_id is the person in the whole network, user_id on one site: who keys by user_id, as "
                "social_core does, makes two users of one person."
            ),
            (
                "A good token of somebody who never joined the site asked gives empty items; account_id is still in "
                "GET /me/associated."
            ),
            "There is no e-mail address, no username and no legal name: display_name, free and not unique, is all.",
            "display_name has HTML entities in it, such as &#39;, web addresses have none.",
            "The body is always compressed, by gzip, or by deflate where asked for.",
            "Beside the token goes the key of the application.",
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
            "It may end in two closing brackets, so it is percent-encoded. Bound to one application, one "
            "person and the scopes granted."
        ),
        lifetime=86400,
        validity=(
            "The token answer has it as expires, not as expires_in. Scope no_expiry takes the end away, and "
            "expires with it. Sent once over plain HTTP, a token is ended."
        ),
        renewal=Operation("None: authorise again, or ask for no_expiry."),
        termination=Operation(
            "Takes 20 tokens at most, parted by semicolons, and lists the ones it ended. The whole consent ends by GET "
            "https://api.stackexchange.com/2.3/apps/{token}/de-authenticate.",
            RequestTemplate("https://api.stackexchange.com/2.3/access-tokens/{token}/invalidate", by_path("token")),
        ),
        uses=Operation(
            "Parameters access_token and key, no site.",
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
            "Authorise again at https://stackoverflow.com/oauth; there are private_info, read_inbox, write_access and "
            "no_expiry. The profile needs none; none opens an address."
        ),
        sources=("https://api.stackexchange.com/docs/authentication",),
    ),
    debug=OneToken(
        kind="tokeninfo",
        url="https://api.stackexchange.com/2.3/access-tokens/{token}",
        placement=by_path("token"),
        proves=frozenset({"subject", "scopes", "end"}),
        response_model=AccessTokens,
        limit=(30, 1),
        refusals=(
            Refusal(200, "denied", {"items": [], "has_more": False}, detail="no such token, or one that has ended"),
            Refusal(400, "denied", _error(402)),
            Refusal(400, "revoked", _error(406), detail="seen outside HTTPS, and ended for it"),
            Refusal(400, "not_permitted", _error(403), detail="the token lacks a permission, or does not fit the key"),
            Refusal(400, "caller_rejected", _error(405), detail="the application's key is asked for"),
            Refusal(None, "rate_limited", _error(502)),
            Refusal(None, "issuer_error", _error(500, 503), detail="Stack Exchange cannot answer at present"),
        ),
        source="https://api.stackexchange.com/docs/read-access-tokens",
        note=(
            "It answers for the tokens of every application and does not name the client: only a call with the "
            "application's own key proves that (GET /me/associated with access_token and key; 400 with error_id 403 "
            "for another application's token, and for an unknown one). Path and answer both hold the token: "
            "neither belongs in a log. An address without a key has 300 requests a day, 30 a second at most, and none "
            "before backoff is over."
        ),
    ),
    uncertain=(
        (
            "That an empty list means a dead or unknown token is how clients read it and how the API treats "
            "identifiers, but stands on no page: it is read as a denial without a reason."
        ),
        "A missing expires_on_date without scope no_expiry is not documented: the end is not proven then.",
        "Some third-party descriptions end the path in /read, which Stack Exchange's own pages do not.",
    ),
)
