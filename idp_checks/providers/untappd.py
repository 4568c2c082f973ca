"""Untappd: the signed-in user, three levels deep.

An error has HTTP status 500 and an empty list in place of the user.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Json,
    Name,
    NumberId,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    Refusal,
    RequestTemplate,
    Scopes,
    Shape,
    TokenFacts,
    Url,
    Username,
    by_query,
    profile_probe,
    revoke_in_settings,
)


class Settings(Struct):
    """``settings``, visible only to the user; an empty list if no settings exist."""

    email_address: Email = None


class User(Struct):
    """``response.user``; ``id`` repeats ``uid``."""

    uid: NumberId
    user_name: Username = None
    first_name: Name = None
    last_name: Name = None
    user_avatar: Url = None
    settings: Settings | list[Json] | None = None


class UserResponse(Struct):
    """``response``, a list in every error."""

    user: User


class UserInfo(Shape):
    """``GET /v4/user/info/``, https://untappd.com/api/docs#userinfo."""

    subject: ClassVar[Path] = ("response", "user", "uid")

    response: UserResponse

    def claims(self, also: Mapping[str, Any]) -> Claims:
        user = self.response.user
        settings = user.settings
        return Claims(
            id=user.uid,
            given_name=user.first_name,
            family_name=user.last_name,
            username=user.user_name,
            email=settings.email_address if isinstance(settings, Settings) else None,
            picture=user.user_avatar,
        )


PROVIDER = Provider(
    name="untappd",
    title="Untappd",
    kind="social",
    protocol="oauth2",
    status="deprecated",
    status_note=(
        "Untappd has admitted no new applications for years. Existing keys still work. Auth0 marks its strategy as "
        "deprecated."
    ),
    aliases={"social_core": "untappd", "allauth": "untappd"},
    docs=(
        "https://untappd.com/api/docs",
        "https://untappd.com/api/docs#authentication",
        "https://untappd.com/api/docs#userinfo",
    ),
    profile=ProfileFacts(
        shapes=(UserInfo,),
        request=RequestTemplate(
            "https://api.untappd.com/v4/user/info/", by_query("access_token"), headers={"User-Agent": "{user_agent}"}
        ),
        quirks=(
            "In an error, response is an empty list instead of the object that contains the user.",
            (
                "The email address is in settings.email_address, which is visible only to the user, and has no "
                "verification flag. django-allauth nevertheless marks it as verified."
            ),
            "The names may be empty strings. The family name may be an initial.",
            "Flags are 0 and 1. An empty value may be an object or a list.",
            "Calls with the User-Agent of a common library are refused. The User-Agent must contain the application.",
            (
                "The authorization request contains redirect_url, not redirect_uri. The token request is a GET, and "
                "its response contains access_token under response."
            ),
        ),
        sources=("https://untappd.com/api/docs",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents="Bound to one application and one user.",
        lifetime=0,
        validity="The user can revoke the token.",
        renewal=Operation("Not needed: the token does not expire. Untappd has no refresh tokens."),
        termination=revoke_in_settings(),
        uses=Operation(
            "compact=true shortens the response.",
            RequestTemplate(
                "https://api.untappd.com/v4/user/info/",
                by_query("access_token"),
                params={"compact": "true"},
                headers={"User-Agent": "{user_agent}"},
                required_credentials=("user_agent",),
            ),
        ),
        sources=("https://untappd.com/api/docs#authentication",),
    ),
    scopes=Scopes(
        separator="", adding=("Untappd has no scopes."), sources=("https://untappd.com/api/docs#authentication",)
    ),
    debug=profile_probe(
        "https://api.untappd.com/v4/user/info/",
        UserInfo,
        placement=by_query("access_token"),
        params={"compact": "true"},
        headers={"User-Agent": "{user_agent}"},
        required_credentials=("user_agent",),
        refusals=(Refusal(500, "denied", {"meta": {"code": 500, "error_type": "invalid_auth"}, "response": []}),),
        source="https://untappd.com/api/docs",
        note=(
            "The token is in the query, the only documented place, so URLs must be kept out of logs. The rate limit "
            "is 100 calls per hour and token, counted in X-Ratelimit-Remaining."
        ),
    ),
    uncertain=(
        (
            "invalid_auth was observed in a request without a signed-in user. The response to an invalid token is not "
            "documented. Any other error_type with status 500 (invalid_token is likely) is undecided."
        ),
    ),
)
