"""Untappd: the signed-in user, three levels deep.

A failure has HTTP status 500 and an empty list where the user would stand.
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
    """``settings``, told to oneself alone; an empty list where there are none."""

    email_address: Email = None


class User(Struct):
    """``response.user``; ``id`` is the same number again."""

    uid: NumberId
    user_name: Username = None
    first_name: Name = None
    last_name: Name = None
    user_avatar: Url = None
    settings: Settings | list[Json] | None = None


class Held(Struct):
    """``response``: a list in every failure."""

    user: User


class UserInfo(Shape):
    """``GET /v4/user/info/``, https://untappd.com/api/docs#userinfo."""

    subject: ClassVar[Path] = ("response", "user", "uid")

    response: Held

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
        "For years no new applications have been let in, and keys given before still work. Auth0 marks its strategy as "
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
            "On failure response is an empty list in place of the object that holds the user.",
            (
                "The address is in settings.email_address, for oneself alone, and has no flag; django-allauth calls it "
                "verified of its own accord."
            ),
            "The names may be empty texts, the family name an initial.",
            "Flags are 0 and 1; what is empty comes as an object or as a list.",
            "Calls with the User-Agent of a common library are refused: it has to name the application.",
            (
                "The authorisation takes redirect_url, not redirect_uri; the token answer has access_token under "
                "response and is asked for by GET."
            ),
        ),
        sources=("https://untappd.com/api/docs",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents="Bound to one application and one person; there are no scopes.",
        lifetime=0,
        validity="Valid until the person takes it back.",
        renewal=Operation("None is needed, and there is no refresh token."),
        termination=revoke_in_settings(),
        uses=Operation(
            "compact=true makes the answer short.",
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
    scopes=Scopes(separator="", adding="There are none.", sources=("https://untappd.com/api/docs#authentication",)),
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
            "The token goes in the query, the one place that is documented: keep addresses out of logs. 100 "
            "calls an hour for each token, counted in X-Ratelimit-Remaining."
        ),
    ),
    uncertain=(
        (
            "invalid_auth was seen where nobody is signed in; what a dead token gives is not documented. Any other "
            "error_type under 500 (invalid_token is to be expected) leaves the question open."
        ),
    ),
)
