"""Tumblr: the person behind a token, known by the name of the primary blog.

There is no identifier: the name stands for it, and can be changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    Claims,
    Flag,
    Id,
    Operation,
    Path,
    Picture,
    ProfileFacts,
    Provider,
    Refusal,
    RequestTemplate,
    Scopes,
    Shape,
    TokenFacts,
    largest_picture,
    profile_probe,
    renew_by_refresh_token,
    revoke_in_settings,
)


class Blog(Struct):
    """An element of ``blogs``."""

    primary: Flag = None
    avatar: list[Picture] | None = None


class User(Struct):
    """``user`` of an answer."""

    name: Id
    blogs: list[Blog] | None = None


class Found(Struct):
    """``response`` of an answer; an error has a list in its place."""

    user: User


class Info(Shape):
    """``GET /v2/user/info``, https://www.tumblr.com/docs/en/api/v2#userinfo--get-a-users-information."""

    subject: ClassVar[Path] = ("response", "user", "name")

    response: Found

    def claims(self, also: Mapping[str, Any]) -> Claims:
        user = self.response.user
        primary = next((each for each in user.blogs or () if each.primary is True), None)
        return Claims(id=user.name, picture=None if primary is None else largest_picture(primary.avatar))


PROVIDER = Provider(
    name="tumblr",
    title="Tumblr",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "tumblr", "allauth": "tumblr_oauth2"},
    docs=("https://www.tumblr.com/docs/en/api/v2", "https://github.com/tumblr/docs/blob/master/api.md"),
    profile=ProfileFacts(
        shapes=(Info,),
        request=RequestTemplate("https://api.tumblr.com/v2/user/info"),
        quirks=(
            (
                "There is no identifier: libraries take the name of the primary blog, which can be changed and then "
                "taken by somebody else. The uuid of the primary blog stays, where it comes."
            ),
            "There is no address, and no name of the person: the blog's name stands for name and nickname too.",
            (
                "The picture is the avatar of the primary blog, in newer answers a list of sizes; else "
                "/v2/blog/{name}.tumblr.com/avatar redirects to it."
            ),
            "Everything stands under response.user; meta repeats the HTTP status.",
            "In an error response is an empty list.",
            "A steady, telling User-Agent is asked for: applications without one may be slowed or shut out.",
            "OAuth 1.0a goes on beside OAuth 2.0 and gives the same profile.",
        ),
        sources=("https://www.tumblr.com/docs/en/api/v2#userinfo--get-a-users-information",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The application chooses the scopes; id_token of the token answer is false, since there is no "
            "OpenID Connect."
        ),
        lifetime=2520,
        expiry_field="expires_in",
        validity="42 minutes in the documented example. Tokens of OAuth 1.0a do not end by time.",
        renewal=renew_by_refresh_token(
            "A refresh token comes only with scope offline_access, and each use gives the next.",
            "https://api.tumblr.com/v2/oauth2/token",
        ),
        termination=revoke_in_settings("Exchanging a token of OAuth 1.0a at /v2/oauth2/exchange ends that one."),
        uses=Operation(request=RequestTemplate("https://api.tumblr.com/v2/user/info"), required_scopes=("basic",)),
        sources=("https://github.com/tumblr/docs/blob/master/api.md",),
    ),
    scopes=Scopes(
        profile=("basic",),
        adding="Authorise again with basic, write or offline_access in scope; none gives an address.",
        sources=("https://github.com/tumblr/docs/blob/master/api.md",),
    ),
    debug=profile_probe(
        "https://api.tumblr.com/v2/user/info",
        Info,
        limit=(300, 60),
        refusals=(
            Refusal(
                401, "denied", {"meta": {"status": 401}}, bare=True, detail="dead or unknown, or a token of OAuth 1.0a"
            ),
        ),
        source="https://www.tumblr.com/docs/en/api/v2#userinfo--get-a-users-information",
        note=(
            "An application may make 1000 calls an hour and 5000 a day, an address 300 a minute. With a "
            "JSONP callback the status is always 200: none is asked for."
        ),
    ),
    uncertain=(
        "Expired, revoked and unknown tokens get the same 401, in which the code varies: the status alone counts.",
        (
            "A token of OAuth 1.0a is good only in signed requests, which are not made: as a bearer token it is taken "
            "to be refused like a dead one, and its form does not tell it apart."
        ),
        "Two accounts that had one name at different times cannot be told apart.",
    ),
)
