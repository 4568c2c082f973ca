"""Mailchimp: the metadata of a token, with the account, its data center and the user who logged in."""

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
    """``login``: the user; ``user_id`` beside it is the account, which all its users share."""

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
        email, _ = pick_email((address, False, None) for address in (login.login_email, login.email))
        return Claims(
            id=login.login_id,
            username=login.login_name,
            email=email,
            picture=login.avatar,
        )


class MetadataResponse(Metadata, kw_only=True):
    """The metadata as the endpoint returns them, always with the data center."""

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
                "user_id is the account, and login.login_id is the user. A program that uses user_id as key, as some "
                "libraries do, merges all users of an account into one."
            ),
            "Identifiers are numbers or strings of digits, with the same value.",
            (
                "accountname belongs to the account. Only https://{dc}.api.mailchimp.com/3.0/ contains names, but it "
                "describes the account and not the user, so they are not used."
            ),
            "login_name may be an email address. login_email has no flag, and avatar is usually null.",
            "A response with only dc, login_url and api_endpoint was reported in 2018. It identifies no user.",
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
            "Observed tokens have 32 hex digits, like an API key without its data center. A token allows everything "
            "that the user's role in the account allows."
        ),
        lifetime=0,
        validity="expires_in is 0. Valid until the user disconnects the application.",
        renewal=Operation("Renewal is not needed, and there is no refresh token."),
        termination=revoke_in_settings(page="the account's connected sites"),
        uses=Operation(
            "dc is in the metadata.",
            RequestTemplate("https://{dc}.api.mailchimp.com/3.0/ping", required_credentials=("dc",)),
        ),
        sources=("https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/",),
    ),
    scopes=Scopes(
        separator="",
        adding="Mailchimp has no scopes: access is all or nothing.",
        sources=("https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/",),
    ),
    debug=profile_probe(
        METADATA,
        MetadataResponse,
        placement=by_header("Authorization", "OAuth {token}"),
        refusals=(Refusal(200, "denied", {"error": "invalid_token"}),),
        source="https://github.com/airbytehq/airbyte/pull/32466",
        note=(
            "The response to an invalid token also has status 200; only the body shows the refusal. The API itself "
            "responds with 401 and API Key Invalid, also for the wrong data center, so it is not called. It allows a "
            "user 10 simultaneous connections (429, or a bare page with 403). Whether this limit applies here is not "
            "known."
        ),
    ),
    uncertain=(
        (
            "The refusal of an invalid token is known from client code alone. error invalid_token with status 200 is a "
            "denial. Any other response without a login is undecided."
        ),
        (
            "The documentation does not state which of login_email and email is the user's own. The first that is "
            "present is used."
        ),
        "Libraries use login_id as the user and user_id as the account; their meaning is inferred from this.",
    ),
)
