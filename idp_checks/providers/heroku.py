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

    An error also has an ``id``, which is an error code. Only an account has an email address.
    """

    id: Id
    name: Name = None
    email: Email = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        if not first_nonblank(self.email):
            raise ProfileError("not an account: an account always has an email address", path="$.email")
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
            "verified is about billing details, not about the email address.",
            "An error also has a field id, such as unauthorized, but it is not an account.",
            "The Accept header must contain version=3.",
            (
                "name is null until the user sets it. The response has no given name, no family name, no username and "
                "no picture."
            ),
            "default_organization is the older name of default_team.",
            "The token response also contains the account, as user_id, and a session_nonce.",
        ),
        sources=("https://devcenter.heroku.com/articles/platform-api-reference#account",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The kind cannot be read from the token either. Access tokens, direct authorizations and API keys have the "
            "same format: now HRKU-AA and 58 characters, formerly a UUID with or without HRKU-. Scopes limit the token."
        ),
        lifetime=28799,
        validity=(
            "expires_in of the token response is 28799, almost eight hours. Authorizations that a user creates "
            "directly may not expire."
        ),
        renewal=Operation(
            "The refresh token has no time limit.",
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
            (
                "Requires the id of the authorization and a token with scope global. The user can revoke the "
                "authorization in the dashboard."
            ),
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
            "Authorize again with another scope (global, identity, read, write, read-protected, write-protected). This "
            "creates another authorization."
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
            Refusal(403, "not_permitted", {"id": "forbidden"}, detail="the token is valid but lacks scope identity"),
        ),
        source="https://devcenter.heroku.com/articles/platform-api-reference#errors",
        note=(
            "GET /oauth/authorizations/~ returns the user's own API key and not the token of the request, so it proves "
            "nothing. With scope global, GET /oauth/authorizations lists every authorization with its client, its "
            "token and the seconds left, but do not request global for this purpose. The rate limit is 4500 requests "
            "per hour and account, with RateLimit-Remaining."
        ),
    ),
)
