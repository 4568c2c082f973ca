"""Dribbble: the user of the second API; the first one is switched off and refuses everybody."""

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
    """``GET /v2/user``, https://developer.dribbble.com/v2/user/; ``email`` is seen in answers and not documented."""

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
                "No address is documented, and still one's own account has shown email since 2025, without a flag: it "
                "may be there or not."
            ),
            (
                "Version 1 (https://api.dribbble.com/v1/user) went dark in April 2018 and refuses even good tokens "
                "with 401: a program that still calls it takes every token for a bad one."
            ),
            "There are no given and family names, and the login can be changed.",
            "The picture is always there: a default one looks like any other address.",
        ),
        sources=(
            "https://developer.dribbble.com/v2/user/",
            "https://github.com/devxoul/Drrrible/issues/14",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents="An application chooses the scope alone.",
        validity=(
            "The token answer holds access_token, token_type, scope and created_at and names no end, which "
            "looks like a token without one."
        ),
        renewal=Operation("No call is documented: the person goes through the authorisation again."),
        termination=revoke_in_settings(),
        uses=Operation("Any scope will do.", RequestTemplate("https://api.dribbble.com/v2/user")),
        sources=("https://developer.dribbble.com/v2/oauth/",),
    ),
    scopes=Scopes(
        profile=("public",),
        adding="Authorise again. There are two: public, which is the default, and upload.",
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
                detail="the first API, which refuses every token",
            ),
        ),
        source="https://developer.dribbble.com/v2/",
        note=(
            "No token endpoint is documented: the probe passes with any application's token and proves no client. 60 "
            "calls a minute and 1440 a day for each person; X-RateLimit-Remaining and X-RateLimit-Reset tell the rest."
        ),
    ),
    uncertain=(
        "The text of the 401 is not documented: one that speaks of bad credentials denies, any other is undecided.",
    ),
)
