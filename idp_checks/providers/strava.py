"""Strava: the athlete of a token, as a summary or in detail."""

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

    Only responses from before 2019-01-15 contain ``email``. ``profile`` is the URL of a picture, or a path if the
    athlete has no picture.
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
            "The profile has no email address. Strava removed it on 2019-01-15, so only older records contain it.",
            "profile and profile_medium are paths such as avatar/athlete/large.png if the athlete has no picture.",
            "username is null for most athletes.",
            "The profile has no full name. firstname or lastname may be empty.",
            "Identifiers exceed 32 bits.",
            "The detailed profile (resource_state 3) requires profile:read_all. country is free text.",
            "The token response contains a summary of the athlete. The response to a renewal does not.",
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
            "In practice, a token has 40 letters and digits. An application requests scopes, and the athlete may "
            "deselect any of them. The redirect contains the granted scopes in the parameter scope."
        ),
        lifetime=21600,
        expiry_field="expires_at",
        validity="Tokens without an expiry became invalid on 2019-10-15.",
        renewal=renew_by_refresh_token(
            (
                "If the token has more than an hour left, the response may contain the same token. A new refresh "
                "token invalidates the previous refresh token."
            ),
            "https://www.strava.com/oauth/token",
        ),
        termination=Operation(
            "Revokes all tokens of that athlete for the application. The athlete can also do this in the settings.",
            RequestTemplate("https://www.strava.com/oauth/deauthorize", by_form("access_token"), method="POST"),
            ends="grant",
        ),
        uses=Operation("Any scope is sufficient.", RequestTemplate("https://www.strava.com/api/v3/athlete")),
        sources=(
            "https://developers.strava.com/docs/authentication/",
            "https://developers.strava.com/docs/oauth-updates/",
        ),
    ),
    scopes=Scopes(
        separator=",",
        profile=("read", "profile:read_all"),
        adding=(
            "Authorize again with more scopes (read_all, profile:write, activity:read, activity:read_all, "
            "activity:write). approval_prompt=force shows the consent page again."
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
                detail="the token is valid but lacks a scope",
            ),
            Refusal(403, "not_permitted", detail="the application may have reached its limit of athletes"),
        ),
        source="https://developers.strava.com/docs/authentication/",
        note=(
            "By default, an application has 200 calls per 15 minutes and 2000 per day, half of them for reading "
            "(X-RateLimit-Usage, X-ReadRateLimit-Usage). The counters reset every quarter of an hour and at midnight "
            "UTC. Small applications are limited to one athlete."
        ),
    ),
    uncertain=("Expired, revoked and unknown tokens get the same 401. A 403 does not contain the reason.",),
)
