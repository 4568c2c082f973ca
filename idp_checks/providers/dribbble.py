"""Dribbble: the user of the second API.

The first API is switched off and refuses every token.
"""

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
    TokenFacts,
    Url,
    Username,
    profile_probe,
    revoke_in_settings,
)


class User(Shape):
    """``GET /v2/user``, https://developer.dribbble.com/v2/user/; ``email`` is observed, not documented."""

    id: NumberId
    name: Name = None
    login: Username = None
    avatar_url: Url = None
    email: Email = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(id=self.id, name=self.name, username=self.login, email=self.email, picture=self.avatar_url)


PROVIDER = Provider(
    name="dribbble",
    title="Dribbble",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "dribbble", "authjs": "dribbble"},
    has_auth0_strategy=False,
    docs=(
        "https://developer.dribbble.com/v2/",
        "https://developer.dribbble.com/v2/oauth/",
        "https://developer.dribbble.com/v2/user/",
    ),
    profile=ProfileFacts(
        shapes=(User,),
        request=RequestTemplate("https://api.dribbble.com/v2/user"),
        quirks=(
            (
                "An email address is not documented. Since 2025, the response about the token's own account has "
                "contained email, without a flag. It may be missing."
            ),
            (
                "Version 1 (https://api.dribbble.com/v1/user) was switched off in April 2018 and refuses even "
                "good tokens with 401. A program that still calls it reads every token as invalid."
            ),
            "The profile has no given and family names, and the login can be changed.",
            "The profile always has a picture: the URL of a default picture looks like any other.",
        ),
        sources=(
            "https://developer.dribbble.com/v2/user/",
            "https://github.com/devxoul/Drrrible/issues/14",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents="The application only chooses the scope.",
        validity=(
            "The token response contains access_token, token_type, scope and created_at, but no expiry. The "
            "token apparently does not expire."
        ),
        renewal=Operation("No call is documented: the user authorizes the application again."),
        termination=revoke_in_settings(),
        uses=Operation("Accepts any scope.", RequestTemplate("https://api.dribbble.com/v2/user")),
        sources=("https://developer.dribbble.com/v2/oauth/",),
    ),
    scopes=Scopes(
        profile=("public",),
        adding="Request authorization again. The two scopes are public, which is the default, and upload.",
        sources=("https://developer.dribbble.com/v2/oauth/",),
    ),
    debug=profile_probe(
        "https://api.dribbble.com/v2/user",
        User,
        refusals=(
            Refusal(401, "denied", {"message": frozenset({"Bad credentials.", "Bad credentials"})}),
            Refusal(
                401,
                "not_permitted",
                {
                    "message": (
                        "This version of the API is deprecated. This application must use v2: "
                        "http://developer.dribbble.com/v2/"
                    )
                },
                detail="the first API refuses every token",
            ),
        ),
        source="https://developer.dribbble.com/v2/",
        note=(
            "60 calls a minute and 1440 a day are allowed for each user. X-RateLimit-Remaining and "
            "X-RateLimit-Reset report the remaining calls."
        ),
    ),
    uncertain=(
        (
            "The message of the 401 is not documented. A message about bad credentials denies the token; any other "
            "message is undecided."
        ),
    ),
)
