"""X, formerly Twitter: the v2 profile of OAuth 2.0, and the v1.1 profile of OAuth 1.0a connections."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    Claims,
    Email,
    HttpEndpoint,
    Id,
    LibraryFacts,
    Name,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    Refusal,
    RequestTemplate,
    Scopes,
    Shape,
    SimulationFacts,
    Steps,
    TokenFacts,
    Url,
    Username,
    by_bearer,
    first_nonblank,
    renew_by_refresh_token,
    revoke_by_request,
)

_match_oauth1_token = re.compile(r"\d+-[A-Za-z0-9]{20,}").fullmatch


class User(Struct):
    """``data`` of a v2 response."""

    id: Id
    name: Name = None
    username: Username = None
    confirmed_email: Email = None
    profile_image_url: Url = None


class Me(Shape):
    """``GET /2/users/me``, https://docs.x.com/x-api/users/get-my-user; ``errors`` without ``data`` is not a profile."""

    subject: ClassVar[Path] = ("data", "id")

    data: User

    def claims(self, also: Mapping[str, Any]) -> Claims:
        user = self.data
        return Claims(
            id=user.id,
            name=user.name,
            username=user.username,
            email=user.confirmed_email,
            picture=user.profile_image_url,
        )


class Account(Shape):
    """``GET /1.1/account/verify_credentials.json``: ``id_str`` is exact even if ``id`` was rounded as a float."""

    subject: ClassVar[Path] = ("id_str",)

    id: Id
    id_str: Id | None = None
    name: Name = None
    screen_name: Username = None
    email: Email = None
    profile_image_url: Url = None
    profile_image_url_https: Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        exact = self.id_str
        return Claims(
            id=self.id if exact is None or not str(exact).strip() else exact,
            name=self.name,
            username=self.screen_name,
            email=self.email,
            picture=first_nonblank(self.profile_image_url_https, self.profile_image_url),
        )


class Probe(HttpEndpoint):
    """The call with the token itself. OAuth 1.0a tokens are not sent, because X refuses them as bearer tokens."""

    def steps(self, question: Question) -> Steps:
        if _match_oauth1_token(question.token.reveal()):
            return Reading(
                active=None, reason="not_stated", detail="not sent: an OAuth 1.0a token works only in signed requests"
            )
        return (yield from super().steps(question))


PROVIDER = Provider(
    name="twitter",
    title="X (Twitter)",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "twitter-oauth2", "allauth": "twitter_oauth2", "authjs": "twitter"},
    libraries={
        "social_core": LibraryFacts(classes={Me: "", Account: "twitter.TwitterOAuth"}),
        "allauth": LibraryFacts(classes={Me: "", Account: "twitter"}),
    },
    simulation=SimulationFacts(
        errors_with_status_200=True,
    ),
    docs=(
        "https://docs.x.com/x-api/users/get-my-user",
        "https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code",
        "https://docs.x.com/fundamentals/authentication/oauth-1-0a/api-key-and-secret",
        "https://docs.x.com/x-api/fundamentals/rate-limits",
        "https://docs.x.com/x-api/fundamentals/response-codes-and-errors",
    ),
    profile=ProfileFacts(
        shapes=(Me, Account),
        request=RequestTemplate(
            "https://api.x.com/2/users/me?user.fields=id,name,username,confirmed_email,created_at,description,"
            "entities,location,profile_banner_url,profile_image_url,protected,public_metrics,subscription_type,url,"
            "verified,verified_type"
        ),
        quirks=(
            (
                "With OAuth 2.0, the user is in data (v2). With OAuth 1.0a, the user is at the top level (v1.1). The "
                "identifier is the same."
            ),
            "v1.1 identifiers exceed 2^53. id_str is exact, id as a float is not.",
            "verified is the account's badge. Neither version has a verification flag for the email address.",
            "Without user.fields, v2 returns id, name and username. An unknown field makes the whole call fail.",
            (
                "confirmed_email requires the scope users.email and the app's permission to request it. v1.1 returns "
                "email only with include_email=true, and many accounts have no email address."
            ),
            "The picture is the small variant marked _normal. v1.1 has an http and an https URL.",
            "The profile has no given and family name. The username can change.",
            "X is renaming tweet to post in field names: pinned_post_id appears beside pinned_tweet_id.",
            "A response with status 200 may contain errors beside data or instead of it.",
        ),
        sources=(
            "https://docs.x.com/x-api/users/get-my-user",
            "https://docs.x.com/x-api/fundamentals/response-codes-and-errors",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "OAuth 2.0 tokens are opaque. They are bound to one client, one user and the granted scopes. OAuth 1.0a "
            "tokens consist of the user's number, a hyphen and letters. They work only with their secret and the "
            "app's secret, and the app's permission level determines the access. An app-only bearer token has no user "
            "and may not call the profile endpoint."
        ),
        lifetime=7200,
        validity=(
            "This applies to OAuth 2.0. OAuth 1.0a tokens do not expire; the user or the app revokes them. This "
            "package checks only OAuth 2.0 tokens."
        ),
        renewal=renew_by_refresh_token(
            (
                "A public client sends client_id instead of HTTP Basic. A refresh token requires the scope "
                "offline.access and works once. Each renewal returns a new refresh token."
            ),
            "https://api.x.com/2/oauth2/token",
            basic=True,
        ),
        termination=revoke_by_request(
            (
                "A public client sends client_id instead of HTTP Basic. For OAuth 1.0a, send POST "
                "https://api.x.com/1.1/oauth/invalidate_token.json, signed with the token to be revoked."
            ),
            "https://api.x.com/2/oauth2/revoke",
            basic=True,
        ),
        uses=Operation(
            "If the app pays per use, X bills the call. The rate limit is 75 calls per 15 minutes and user.",
            RequestTemplate("https://api.x.com/2/users/me"),
        ),
        sources=(
            "https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code",
            "https://docs.x.com/fundamentals/authentication/oauth-1-0a/api-key-and-secret",
        ),
    ),
    scopes=Scopes(
        profile=("users.read", "tweet.read"),
        email=("users.email",),
        adding=(
            "Authorize again with the larger set of scopes, always with PKCE. offline.access adds a refresh token. "
            "users.email requires the app's permission to request it. OAuth 1.0a has no scopes: tokens keep the app's "
            "permission level at the time of issue."
        ),
        sources=("https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code",),
    ),
    debug=Probe(
        kind="userinfo-probe",
        url="https://api.x.com/2/users/me",
        placement=by_bearer(),
        proves=frozenset({"subject"}),
        response_model=Me,
        refusals=(
            Refusal(401, "denied", {"title": "Unauthorized", "status": 401}),
            Refusal(402, "not_permitted", detail="the app's paid credits are used up"),
            Refusal(
                403,
                "not_permitted",
                {
                    "type": frozenset(
                        f"https://api.{host}/2/problems/unsupported-authentication" for host in ("twitter.com", "x.com")
                    )
                },
                detail="an app-only token without a user",
            ),
            Refusal(403, "not_permitted", detail="the app or the token may not make this call"),
        ),
        source="https://docs.x.com/x-api/users/get-my-user",
        note=(
            "402 and 403 concern the app's credits, spending cap, access level or scopes. They are never a refusal of "
            "the token."
        ),
    ),
    uncertain=(
        (
            "OAuth 1.0a tokens could be verified for one app by a signed call to verify_credentials. The call "
            "requires their secrets, so it is not sent. These tokens are recognized by their format and undecided."
        ),
        (
            "Expired, revoked and unknown tokens get the same 401. X does not document whether a valid token without "
            "users.read and tweet.read gets 403 or 401."
        ),
    ),
)
