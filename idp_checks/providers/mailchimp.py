"""Mailchimp: the metadata of a token, which name the account, its data centre and the person who logged in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Id,
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
    by_header,
    pick_email,
    profile_probe,
    revoke_in_settings,
)

METADATA = "https://login.mailchimp.com/oauth2/metadata"


class Login(Struct):
    """``login``: the person; ``user_id`` beside it is the account that all its members share."""

    login_id: Id
    login_name: Username = None
    login_email: Email = None
    email: Email = None
    avatar: Url = None


class Metadata(Shape):
    """``GET /oauth2/metadata``, https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/."""

    subject: ClassVar[Path] = ("login", "login_id")

    login: Login

    def claims(self, also: Mapping[str, Any]) -> Claims:
        login = self.login
        email, _ = pick_email((each, False, None) for each in (login.login_email, login.email))
        return Claims(
            id=login.login_id,
            username=login.login_name,
            email=email,
            picture=login.avatar,
        )


class Answered(Metadata, kw_only=True):
    """The same from the endpoint itself, which always names the data centre."""

    dc: str


PROVIDER = Provider(
    name="mailchimp",
    title="Mailchimp",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "mailchimp", "allauth": "mailchimp", "authjs": "mailchimp"},
    has_auth0_strategy=False,
    docs=(
        "https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/",
        "https://mailchimp.com/developer/marketing/docs/fundamentals/",
        "https://mailchimp.com/developer/marketing/docs/errors/",
    ),
    profile=ProfileFacts(
        shapes=(Metadata,),
        request=RequestTemplate(METADATA, by_header("Authorization", "OAuth {token}")),
        quirks=(
            "The scheme of the Authorization header is OAuth, not Bearer.",
            (
                "user_id is the account, login.login_id the person: a program that keys on user_id, as some libraries "
                "do, makes one user of all members of an account."
            ),
            "Identifiers come as numbers and as digits in texts: the same ones.",
            (
                "accountname is the account's. Names stand in https://{dc}.api.mailchimp.com/3.0/ alone, which "
                "describes the account and not who logged in: they are not taken."
            ),
            "login_name may be an address. No flag vouches for login_email, and avatar is mostly null.",
            "An answer with dc, login_url and api_endpoint alone was reported in 2018: it names nobody.",
        ),
        sources=(
            "https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/",
            "https://github.com/thorning/node-mailchimp/issues/17",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "32 hex digits as seen, like an API key without its data centre. It opens all that the person's "
            "role in the account may do."
        ),
        lifetime=0,
        validity="expires_in is 0. Valid until the user disconnects the application.",
        renewal=Operation("None is needed, and there is no refresh token."),
        termination=revoke_in_settings(page="the account's connected sites"),
        uses=Operation(
            "With the token as bearer; dc stands in the metadata.",
            RequestTemplate("https://{dc}.api.mailchimp.com/3.0/ping", required_credentials=("dc",)),
        ),
        sources=("https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/",),
    ),
    scopes=Scopes(
        separator="",
        adding="There are no scopes: all or nothing.",
        sources=("https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/",),
    ),
    debug=profile_probe(
        METADATA,
        Answered,
        placement=by_header("Authorization", "OAuth {token}"),
        refusals=(Refusal(200, "denied", {"error": "invalid_token"}),),
        source="https://github.com/airbytehq/airbyte/pull/32466",
        note=(
            "A dead token gets status 200 as well: the body tells. The API proper answers 401 with API Key "
            "Invalid, for the wrong data centre too, so it is not asked. It allows a person 10 connections "
            "at once (429, or a bare page with 403); whether that holds here is not known."
        ),
    ),
    uncertain=(
        (
            "How a dead token is refused is known from client code alone: error invalid_token under status 200 "
            "denies, any other answer without a login is undecided."
        ),
        "Which of login_email and email is the person's own is not stated: the first that is there is taken.",
        "That login_id is the person and user_id the account is inferred from how libraries use them.",
    ),
)
