"""Yahoo: OpenID Connect userinfo, and the Social Directory profile of old sign-ins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Flag,
    Id,
    LibraryFacts,
    Name,
    OpenIdClaims,
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
    pick_email,
    profile_probe,
    renew_by_refresh_token,
)


class UserInfo(OpenIdClaims):
    """OpenID Connect userinfo, https://developer.yahoo.com/sign-in-with-yahoo/."""


class EmailEntry(Struct):
    """An element of ``emails``; any field may be missing."""

    handle: Email = None
    primary: Flag = None


class Image(Struct, rename="camel"):
    """``image`` of the Social Directory."""

    image_url: Url = None


class Person(Struct, rename="camel"):
    """``profile`` of the Social Directory."""

    guid: Id
    nickname: Username = None
    given_name: Name = None
    family_name: Name = None
    emails: list[EmailEntry] | None = None
    image: Image | None = None


class Directory(Shape):
    """``GET /v1/user/{guid}/profile``, withdrawn; only in stored profiles and old libraries."""

    subject: ClassVar[Path] = ("profile", "guid")

    profile: Person

    def claims(self, also: Mapping[str, Any]) -> Claims:
        person = self.profile
        entries = ((entry.handle, entry.primary is True, None) for entry in person.emails or ())
        return Claims(
            id=person.guid,
            given_name=person.given_name,
            family_name=person.family_name,
            username=person.nickname,
            email=pick_email(entries)[0],
            picture=None if person.image is None else person.image.image_url,
        )


PROVIDER = Provider(
    name="yahoo",
    title="Yahoo",
    kind="social",
    protocol="oidc",
    aliases={"social_core": "yahoo-oauth2", "allauth": "yahoo"},
    libraries={
        "social_core": LibraryFacts(classes={UserInfo: ""}),
        "allauth": LibraryFacts(classes={UserInfo: ""}),
    },
    docs=(
        "https://developer.yahoo.com/sign-in-with-yahoo/",
        "https://developer.yahoo.com/oauth2/guide/",
        "https://api.login.yahoo.com/.well-known/openid-configuration",
    ),
    profile=ProfileFacts(
        shapes=(UserInfo, Directory),
        request=RequestTemplate("https://api.login.yahoo.com/openid/v1/userinfo"),
        vouching=(
            "Yahoo's email_verified; false for accounts with an address of another mail provider, which means that "
            "Yahoo does not vouch for the address, not that it is wrong. The Social Directory has no such field"
        ),
        quirks=(
            (
                "nickname is the name that the user entered, usually the given name. Many users have no "
                "preferred_username."
            ),
            "profile_images contains four sizes. picture is usually the size of 192.",
            "The token response repeats the identifier as xoauth_yahoo_guid.",
            "gender may be notDisclosed. birthdate may be only a year.",
            (
                "The Social Directory returned all fields under profile: guid, emails[].handle, image.imageUrl. "
                "Entries of the list may lack handle or type."
            ),
            "Yahoo Japan is a different company with separate hosts and identifiers.",
        ),
        sources=(
            "https://developer.yahoo.com/sign-in-with-yahoo/",
            "https://api.login.yahoo.com/.well-known/openid-configuration",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "In practice, a token has about 1,000 characters. It is bound to the app, the user and the registered "
            "permissions of the app. The ID token is a JWT, signed with ES256 or RS256."
        ),
        lifetime=3600,
        renewal=renew_by_refresh_token(
            (
                "The client ID and secret may also be in the form instead of HTTP Basic. The lifetime of refresh "
                "tokens is not documented."
            ),
            "https://api.login.yahoo.com/oauth2/get_token",
            basic=True,
            required_credentials=("client_id", "client_secret", "redirect_uri"),
            params={"redirect_uri": "{redirect_uri}"},
        ),
        termination=Operation(
            (
                "Only the discovery document contains the endpoint, with HTTP Basic. The parameters and responses are "
                "not published."
            ),
            manual_call=("POST", "https://api.login.yahoo.com/oauth2/revoke"),
        ),
        uses=Operation(
            request=RequestTemplate("https://api.login.yahoo.com/openid/v1/userinfo"), required_scopes=("openid",)
        ),
        sources=(
            "https://developer.yahoo.com/oauth2/guide/",
            "https://api.login.yahoo.com/.well-known/openid-configuration",
        ),
    ),
    scopes=Scopes(
        profile=("openid", "profile"),
        email=("email",),
        adding=(
            "Select the permission for the app in Yahoo's console (some require approval), then authorize again. "
            "openid2 instead of openid adds the OpenID 2.0 identifier, for the migration of old accounts."
        ),
        sources=(
            "https://developer.yahoo.com/sign-in-with-yahoo/",
            "https://api.login.yahoo.com/.well-known/openid-configuration",
        ),
    ),
    debug=profile_probe(
        "https://api.login.yahoo.com/openid/v1/userinfo",
        UserInfo,
        refusals=(
            Refusal(401, "denied", header=("www-authenticate", "invalid_token")),
            Refusal(403, "not_permitted", header=("www-authenticate", "insufficient_scope")),
        ),
        source="https://developer.yahoo.com/oauth2/guide/get-user-inf/Get-User-Info-API.html",
        note=(
            "The ID token proves the client (aud is the client ID, the issuer is https://api.login.yahoo.com, and the "
            "keys are at /openid/v1/certs). An empty 401 means that the token did not arrive and is not a refusal."
        ),
    ),
    uncertain=(
        (
            "According to the discovery document, https://api.login.yahoo.com/oauth2/introspect is an introspection "
            "endpoint. Its responses and the tokens it accepts are not published, so it is not used."
        ),
        (
            "The response bodies for revoked and unknown tokens are not published. Only the documented header is read "
            "as a refusal."
        ),
    ),
)
