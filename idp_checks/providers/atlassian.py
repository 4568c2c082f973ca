"""Atlassian accounts: OAuth 2.0 (3LO) apps for Jira and Confluence.

Bitbucket has a separate sign-in.
"""

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
    revoke_in_settings,
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
    """``GET /ex/jira/{cloudid}/rest/api/3/myself``: the same account in Jira."""

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
        vouching="Atlassian's email_verified of the account's email address in /me; Jira's response has no such flag",
        quirks=(
            "account_id is 24 hexadecimal digits, or digits, a colon and a UUID. It has at most 128 characters.",
            "The profile has no given and family names. nickname is the public name.",
            (
                "The user's privacy settings decide which fields are visible: email address, picture, time zone and "
                "extended profile may be missing."
            ),
            (
                "Jira's response has different field names and contains an empty string for a hidden email address. It "
                "requires read:jira-user."
            ),
            "account_type distinguishes users (atlassian, customer) from apps (app).",
        ),
        sources=("https://developer.atlassian.com/cloud/confluence/user-identity-api/",),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "Treat it as opaque, although it is a JWT in practice. Bound to one app, one user and the sites chosen "
            "at consent, and limited by scopes. Accepted only at api.atlassian.com, with the site's cloud id in the "
            "path."
        ),
        lifetime=3600,
        renewal=renew_by_refresh_token(
            "A refresh token is issued only with scope offline_access. Each use replaces it, and 90 days without "
            "use end it. The response to an invalid refresh token is 403, or 400 with invalid_grant or "
            "unauthorized_client.",
            "https://auth.atlassian.com/oauth/token",
            as_json=True,
        ),
        termination=revoke_in_settings(
            "Newer authorization servers of Atlassian announce https://auth.atlassian.com/oauth/revoke, which is not "
            "documented for these apps.",
            page="the account's list of connected apps",
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
            "Enable the scope for the app in the developer console. Then request authorization again with the scope, "
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
                detail="the token is valid but lacks scope read:me",
            ),
        ),
        source="https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/",
        note=(
            "GET https://api.atlassian.com/oauth/token/accessible-resources accepts a token with any product scope. "
            "It lists the sites with their scopes, but not the user."
        ),
    ),
    uncertain=(
        ("The bodies of the 401 were observed, not documented. A 401 with any other message does not deny the token."),
    ),
)
