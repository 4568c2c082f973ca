"""Strava: the athlete behind a token, in a summary or a detailed form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Name,
    NumberId,
    Operation,
    ProfileFacts,
    Provider,
    Refusal,
    RequestTemplate,
    Scopes,
    Shape,
    SimulationFacts,
    TokenFacts,
    Url,
    Username,
    by_form,
    profile_probe,
    renew_by_refresh_token,
)


class Athlete(Shape):
    """``GET /api/v3/athlete``, https://developers.strava.com/docs/reference/#api-Athletes-getLoggedInAthlete.

    ``email`` is in answers from before 2019-01-15 alone; ``profile`` is a picture, or a path where there is none.
    """

    id: NumberId
    username: Username = None
    firstname: Name = None
    lastname: Name = None
    profile: Url = None
    email: Email = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=self.id,
            given_name=self.firstname,
            family_name=self.lastname,
            username=self.username,
            email=self.email,
            picture=self.profile,
        )


PROVIDER = Provider(
    name="strava",
    title="Strava",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "strava", "allauth": "strava", "authjs": "strava"},
    has_auth0_strategy=False,
    simulation=SimulationFacts(
        token_fields=lambda raw: {"athlete": dict(raw)},
    ),
    docs=(
        "https://developers.strava.com/docs/authentication/",
        "https://developers.strava.com/docs/reference/",
        "https://developers.strava.com/docs/getting-started/",
        "https://developers.strava.com/docs/rate-limits/",
    ),
    profile=ProfileFacts(
        shapes=(Athlete,),
        request=RequestTemplate("https://www.strava.com/api/v3/athlete"),
        quirks=(
            "No address: Strava took it out on 2019-01-15, and only older records hold one.",
            "profile and profile_medium are paths such as avatar/athlete/large.png where there is no picture.",
            "username is null for most athletes.",
            "There is no whole name; firstname or lastname may be empty.",
            "Identifiers pass 32 bits.",
            "The detailed form (resource_state 3) needs profile:read_all; country is free text.",
            "The token answer holds a summary of the athlete, that of a renewal does not.",
        ),
        sources=(
            "https://developers.strava.com/docs/reference/#api-Athletes-getLoggedInAthlete",
            "https://developers.strava.com/docs/changelog/",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "40 letters and digits as seen. An application asks for scopes, and the athlete may untick any: "
            "what was granted stands in the parameter scope of the redirect."
        ),
        lifetime=21600,
        expiry_field="expires_at",
        validity="Those without an end died on 2019-10-15.",
        renewal=renew_by_refresh_token(
            ("With more than an hour left the same token may come back; a new refresh token ends the older one."),
            "https://www.strava.com/oauth/token",
        ),
        termination=Operation(
            "Form field access_token; ends every token of that athlete for the application. The athlete can do the "
            "same in the settings.",
            RequestTemplate("https://www.strava.com/oauth/deauthorize", by_form("access_token"), method="POST"),
            ends="grant",
        ),
        uses=Operation("Any scope will do.", RequestTemplate("https://www.strava.com/api/v3/athlete")),
        sources=(
            "https://developers.strava.com/docs/authentication/",
            "https://developers.strava.com/docs/oauth-updates/",
        ),
    ),
    scopes=Scopes(
        separator=",",
        profile=("read", "profile:read_all"),
        adding=(
            "Authorise again with more (read_all, profile:write, activity:read, activity:read_all, activity:write); "
            "approval_prompt=force asks again."
        ),
        sources=("https://developers.strava.com/docs/authentication/#detailsaboutrequestingaccess",),
    ),
    debug=profile_probe(
        "https://www.strava.com/api/v3/athlete",
        Athlete,
        limit=(100, 900),
        refusals=(
            Refusal(401, "denied", {"errors": [{"resource": "Athlete", "field": "access_token", "code": "invalid"}]}),
            Refusal(
                401,
                "not_permitted",
                {"errors": [{"resource": "AccessToken", "code": "missing"}]},
                detail="alive, without a scope",
            ),
            Refusal(403, "not_permitted", detail="the application may have reached its number of athletes"),
        ),
        source="https://developers.strava.com/docs/authentication/",
        note=(
            "By default 200 calls in 15 minutes and 2000 a day for the application, half of them for reading "
            "(X-RateLimit-Usage, X-ReadRateLimit-Usage), counted anew on the quarter hour and at midnight "
            "UTC; small applications have room for one athlete."
        ),
    ),
    uncertain=("Expired, revoked and unknown tokens get the same 401, and a 403 does not say why.",),
)
