"""Heroku: the account of the Platform API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Id,
    Name,
    Operation,
    ProfileError,
    ProfileFacts,
    Provider,
    Refusal,
    RequestTemplate,
    Scopes,
    Shape,
    TokenFacts,
    by_form,
    first_nonblank,
    profile_probe,
)

HEADERS = {"Accept": "application/vnd.heroku+json; version=3"}


class Account(Shape):
    """``GET /account``, https://devcenter.heroku.com/articles/platform-api-reference#account.

    An error has an ``id`` too, what is wrong in a word; only an account has an address.
    """

    id: Id
    name: Name = None
    email: Email = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        if not first_nonblank(self.email):
            raise ProfileError("no account, which always has an address", path="$.email")
        return Claims(id=self.id, name=self.name, email=self.email)


PROVIDER = Provider(
    name="heroku",
    title="Heroku",
    kind="social",
    protocol="oauth2",
    has_auth0_strategy=False,
    docs=(
        "https://devcenter.heroku.com/articles/oauth",
        "https://devcenter.heroku.com/articles/platform-api-reference#account",
        "https://devcenter.heroku.com/articles/platform-api-reference#oauth-authorization",
    ),
    profile=ProfileFacts(
        shapes=(Account,),
        request=RequestTemplate("https://api.heroku.com/account", headers=HEADERS),
        quirks=(
            "verified is about billing details and says nothing of the address, for which nothing vouches.",
            "An error has a member id as well, such as unauthorized: it is no account.",
            "The header Accept must name version=3.",
            "name is null until the person sets it; there are no parts of it, no username and no picture.",
            "default_organization is the older name of default_team.",
            "The token answer names the account too, as user_id, with a session_nonce.",
        ),
        sources=("https://devcenter.heroku.com/articles/platform-api-reference#account",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The kind is not readable either: access tokens, direct authorisations and API keys look alike, "
            "HRKU-AA and 58 characters now, a UUID with or without HRKU- before. Limited by scopes."
        ),
        lifetime=28799,
        validity=(
            "Eight hours by expires_in of the token answer; authorisations that a person makes directly may not end."
        ),
        renewal=Operation(
            "Form fields grant_type=refresh_token, refresh_token and client_secret; the refresh token does not end by "
            "time.",
            RequestTemplate(
                "https://id.heroku.com/oauth/token",
                by_form("refresh_token"),
                method="POST",
                params={"grant_type": "refresh_token", "client_secret": "{client_secret}"},
                required_credentials=("client_secret",),
            ),
            token="refresh",
        ),
        termination=Operation(
            "Needs the authorisation's id and a token of scope global; the person can do it in the dashboard.",
            RequestTemplate(
                "https://api.heroku.com/oauth/authorizations/{authorization_id}",
                method="DELETE",
                headers={"Accept": "application/vnd.heroku+json; version=3"},
                required_credentials=("authorization_id",),
            ),
            ends="grant",
        ),
        uses=Operation(
            request=RequestTemplate(
                "https://api.heroku.com/account", headers={"Accept": "application/vnd.heroku+json; version=3"}
            ),
            required_scopes=("identity",),
        ),
        sample="HRKU-AA{}",
        sources=("https://devcenter.heroku.com/articles/oauth",),
    ),
    scopes=Scopes(
        profile=("identity",),
        email=("identity",),
        adding=(
            "Authorise again with another scope (global, identity, read, write, read-protected, write-protected): that "
            "is another authorisation."
        ),
        implied={"global": ("identity", "read", "write", "read-protected", "write-protected")},
        sources=("https://devcenter.heroku.com/articles/oauth#scopes",),
    ),
    debug=profile_probe(
        "https://api.heroku.com/account",
        Account,
        headers=HEADERS,
        refusals=(
            Refusal(401, "denied", {"id": "unauthorized"}),
            Refusal(403, "not_permitted", {"id": "forbidden"}, detail="the token is alive and lacks scope identity"),
        ),
        source="https://devcenter.heroku.com/articles/platform-api-reference#errors",
        note=(
            "GET /oauth/authorizations/~ tells of the person's own API key and not of the token that asks: "
            "it proves nothing. With scope global GET /oauth/authorizations lists every authorisation with "
            "its client, its token and seconds left, but nobody should ask for global for that. 4500 "
            "requests an hour for each account, with RateLimit-Remaining."
        ),
    ),
)
