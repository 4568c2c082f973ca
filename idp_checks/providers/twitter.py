"""X, formerly Twitter: the v2 answer of OAuth 2.0, and the v1.1 answer of connections by OAuth 1.0a."""

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

_oauth1 = re.compile(r"\d+-[A-Za-z0-9]{20,}").fullmatch


class User(Struct):
    """``data`` of a v2 answer."""

    id: Id
    name: Name = None
    username: Username = None
    confirmed_email: Email = None
    profile_image_url: Url = None


class Me(Shape):
    """``GET /2/users/me``, https://docs.x.com/x-api/users/get-my-user; ``errors`` without ``data`` is no user."""

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
    """``GET /1.1/account/verify_credentials.json``: ``id_str`` is exact where ``id`` went through a float."""

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
    """The call with the token itself; a token of OAuth 1.0a is not sent, since as a bearer it is refused if good."""

    def steps(self, question: Question) -> Steps:
        if _oauth1(question.token.reveal()):
            return Reading(
                active=None, reason="not_stated", detail="a token of OAuth 1.0a, good only in signed requests"
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
            "By OAuth 2.0 the user stands in data (v2), by OAuth 1.0a at the top (v1.1), under the same number.",
            "v1.1 identifiers pass 2^53: id_str is exact, id as a float is not.",
            "verified is the account's badge and says nothing about the address, which has no flag in either answer.",
            "Without user.fields v2 gives id, name and username; an unknown field fails the whole call.",
            (
                "confirmed_email needs the scope users.email and the app's permission to ask; v1.1 gives email only "
                "with include_email=true, and many accounts have none."
            ),
            "The picture is the small variant marked _normal; v1.1 has it by http and by https.",
            "There are no given and family names, and the username can be changed.",
            "tweet becomes post in names of members: pinned_post_id beside pinned_tweet_id.",
            "A 200 may hold errors beside data, or instead of it.",
        ),
        sources=(
            "https://docs.x.com/x-api/users/get-my-user",
            "https://docs.x.com/x-api/fundamentals/response-codes-and-errors",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "OAuth 2.0: nothing can be read from it; bound to one client, one person and the scopes granted. OAuth "
            "1.0a: the user's number, a hyphen and letters, of no use without its secret and the app's; the app's "
            "permission level decides. An app-only bearer token has no person in it and may not ask for one."
        ),
        lifetime=7200,
        validity=(
            "OAuth 2.0: 2 hours. OAuth 1.0a: no end by time, until the person or the app takes it back. This project "
            "asks about tokens of OAuth 2.0 only."
        ),
        renewal=renew_by_refresh_token(
            "grant_type=refresh_token, with HTTP Basic or a public client's client_id; a refresh token comes only with "
            "scope offline.access, and each use ends it and gives the next.",
            "https://api.x.com/2/oauth2/token",
            basic=True,
        ),
        termination=revoke_by_request(
            "Form field token, with HTTP Basic or a public client's client_id. OAuth 1.0a: POST "
            "https://api.x.com/1.1/oauth/invalidate_token.json, signed with the token to be ended.",
            "https://api.x.com/2/oauth2/revoke",
            basic=True,
        ),
        uses=Operation(
            "A billed read where the app pays per use; 75 calls in 15 minutes for each person.",
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
            "Authorise again with the larger set, always with PKCE; offline.access adds a refresh token, and "
            "users.email needs the app's permission to ask. OAuth 1.0a has none: tokens keep the app's permission "
            "level of the day they were issued."
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
                detail="an app-only token, which has no person in it",
            ),
            Refusal(403, "not_permitted", detail="the app or the token may not make this call"),
        ),
        source="https://docs.x.com/x-api/users/get-my-user",
        note=("402 and 403 are about the app's credits, spending cap, access level or scopes, never a denial."),
    ),
    uncertain=(
        (
            "Tokens of OAuth 1.0a could be proven for one app by a signed call to verify_credentials, which needs "
            "their secrets and is not made: they are told by their form and read as undecided."
        ),
        (
            "Expired, revoked and unknown tokens get the same 401; whether a good one without users.read and "
            "tweet.read gets 403 or 401 is not stated."
        ),
    ),
)
