"""Atlassian accounts: apps of OAuth 2.0 (3LO) for Jira and Confluence. Bitbucket's sign-in is another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct, field

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Flag,
    Id,
    LibraryFacts,
    Name,
    Operation,
    Path,
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
    bool_or_none,
    profile_probe,
    renew_by_refresh_token,
)


class Me(Shape):
    """``GET /me``, https://developer.atlassian.com/cloud/confluence/user-identity-api/."""

    subject: ClassVar[Path] = ("account_id",)
    vouched_by: ClassVar[Path | None] = ("email_verified",)

    account_id: Id
    name: Name = None
    nickname: Username = None
    email: Email = None
    email_verified: Flag = None
    picture: Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=self.account_id,
            name=self.name,
            username=self.nickname,
            email=self.email,
            email_verified=bool_or_none(self.email_verified),
            picture=self.picture,
        )


class Avatars(Struct):
    """``avatarUrls``, by size in pixels."""

    largest: Url = field(name="48x48", default=None)


class Myself(Shape, rename="camel"):
    """``GET /ex/jira/{cloudid}/rest/api/3/myself``: the same account as Jira tells of it."""

    subject: ClassVar[Path] = ("accountId",)

    account_id: Id
    display_name: Name = None
    email_address: Email = None
    avatar_urls: Avatars | None = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=self.account_id,
            name=self.display_name,
            email=self.email_address,
            picture=None if self.avatar_urls is None else self.avatar_urls.largest,
        )


PROVIDER = Provider(
    name="atlassian",
    title="Atlassian",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "atlassian", "allauth": "atlassian", "authjs": "atlassian"},
    has_auth0_strategy=False,
    libraries={
        "social_core": LibraryFacts(classes={Myself: ""}),
        "allauth": LibraryFacts(classes={Me: ""}),
    },
    simulation=SimulationFacts(
        calls={
            "accessible-resources": lambda _: [{"id": "sample-cloud", "url": "{host}", "scopes": ["read:jira-user"]}]
        },
    ),
    docs=(
        "https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/",
        "https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens/",
        "https://developer.atlassian.com/cloud/confluence/user-identity-api/",
    ),
    profile=ProfileFacts(
        shapes=(Me, Myself),
        request=RequestTemplate("https://api.atlassian.com/me"),
        vouching="Atlassian's email_verified of the account's address in /me; Jira's answer says nothing",
        quirks=(
            "account_id is 24 hexadecimal digits, or digits, a colon and a UUID; 128 characters at most.",
            "There are no given and family names; nickname is the public name.",
            (
                "The person's privacy settings decide what shows: address, picture, time zone and extended profile may "
                "be missing."
            ),
            "Jira's answer has names of its own, and an empty text for a hidden address; it needs read:jira-user.",
            "account_type tells people (atlassian, customer) from apps (app).",
        ),
        sources=("https://developer.atlassian.com/cloud/confluence/user-identity-api/",),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "Not to be read, though it is a JWT in practice. Bound to one app, one person and the sites chosen at "
            "consent, and limited by scopes. Good at api.atlassian.com alone, with the site's cloud id in the path."
        ),
        lifetime=3600,
        renewal=renew_by_refresh_token(
            (
                "A refresh token comes only with scope offline_access, each use ends it and gives the next, and "
                "90 days without use end it too. A dead one gives 403, or 400 invalid_grant or "
                "unauthorized_client."
            ),
            "https://auth.atlassian.com/oauth/token",
            as_json=True,
        ),
        termination=Operation(
            "No documented call for these apps: the person removes the app among the account's connected apps. Newer "
            "authorization servers of Atlassian announce https://auth.atlassian.com/oauth/revoke."
        ),
        uses=Operation(request=RequestTemplate("https://api.atlassian.com/me"), required_scopes=("read:me",)),
        sources=(
            "https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/",
            "https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens/",
        ),
    ),
    scopes=Scopes(
        profile=("read:me",),
        email=("read:me",),
        adding=(
            "Enable the scope for the app in the developer console, then authorise again with it, with "
            "audience=api.atlassian.com and prompt=consent."
        ),
        sources=("https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/",),
    ),
    debug=profile_probe(
        "https://api.atlassian.com/me",
        Me,
        refusals=(
            Refusal(401, "denied", {"code": 401, "message": "Unauthorized"}),
            Refusal(
                401,
                "not_permitted",
                {"code": 401, "message": "Unauthorized; scope does not match"},
                detail="the token is alive and lacks scope read:me",
            ),
        ),
        source="https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/",
        note=(
            "GET https://api.atlassian.com/oauth/token/accessible-resources takes a token of any product "
            "scope and lists the sites, each with its scopes, but no person."
        ),
    ),
    uncertain=("The bodies of the 401 are known from practice; a 401 with any other message is no denial here.",),
)
