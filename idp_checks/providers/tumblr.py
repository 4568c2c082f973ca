"""Tumblr: the user of a token, identified by the name of the primary blog.

The API has no identifier. The name of the blog is used instead, although it can change.
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
    """``user`` of a response."""

    name: Id
    blogs: list[Blog] | None = None


class UserResponse(Struct):
    """``response`` of a response; an error contains a list instead."""

    user: User


class Info(Shape):
    """``GET /v2/user/info``, https://www.tumblr.com/docs/en/api/v2#userinfo--get-a-users-information."""

    subject: ClassVar[Path] = ("response", "user", "name")

    response: UserResponse

    def claims(self, also: Mapping[str, Any]) -> Claims:
        user = self.response.user
        primary = next((blog for blog in user.blogs or () if blog.primary is True), None)
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
                "The profile has no identifier. Libraries use the name of the primary blog, which can change and then "
                "be used by another account. The uuid of the primary blog does not change, but is not always present."
            ),
            (
                "The profile has no email address and no personal name. The blog's name is used as the name and the "
                "nickname."
            ),
            (
                "The picture is the avatar of the primary blog. Newer responses contain it as a list of sizes; "
                "otherwise, /v2/blog/{name}.tumblr.com/avatar redirects to it."
            ),
            "All profile fields are under response.user. meta repeats the HTTP status.",
            "In an error, the field response is an empty list.",
            (
                "Tumblr requires a constant and descriptive User-Agent. Applications without it may be throttled or "
                "blocked."
            ),
            "Tumblr also supports OAuth 1.0a, which returns the same profile.",
        ),
        sources=("https://www.tumblr.com/docs/en/api/v2#userinfo--get-a-users-information",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The application chooses the scopes. id_token in the token response is false because Tumblr does not "
            "support OpenID Connect."
        ),
        lifetime=2520,
        expiry_field="expires_in",
        validity="The documentation shows the lifetime of 42 minutes as an example. OAuth 1.0a tokens do not expire.",
        renewal=renew_by_refresh_token(
            "A refresh token requires the scope offline_access. Each renewal returns a new refresh token.",
            "https://api.tumblr.com/v2/oauth2/token",
        ),
        termination=revoke_in_settings("Exchanging an OAuth 1.0a token at /v2/oauth2/exchange revokes it."),
        uses=Operation(request=RequestTemplate("https://api.tumblr.com/v2/user/info"), required_scopes=("basic",)),
        sources=("https://github.com/tumblr/docs/blob/master/api.md",),
    ),
    scopes=Scopes(
        profile=("basic",),
        adding=(
            "Authorize again with basic, write or offline_access in scope. No scope grants access to an email address."
        ),
        sources=("https://github.com/tumblr/docs/blob/master/api.md",),
    ),
    debug=profile_probe(
        "https://api.tumblr.com/v2/user/info",
        Info,
        limit=(300, 60),
        refusals=(
            Refusal(
                401,
                "denied",
                {"meta": {"status": 401}},
                bare=True,
                detail=("the token is invalid, unknown or an OAuth 1.0a token"),
            ),
        ),
        source="https://www.tumblr.com/docs/en/api/v2#userinfo--get-a-users-information",
        note=(
            "An application may make 1000 calls per hour and 5000 per day, an IP address 300 per minute. With a JSONP "
            "callback, the status is always 200, so the request contains no callback."
        ),
    ),
    uncertain=(
        "Expired, revoked and unknown tokens get the same 401. Its code varies, so only the status is used.",
        (
            "An OAuth 1.0a token works only in signed requests, which this package does not send. As a bearer token, "
            "it is assumed to be refused like an invalid token. Its format is not distinguishable."
        ),
        "Two accounts that had the same name at different times cannot be distinguished.",
    ),
)
