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
    """An element of ``emails``; any member may be missing."""

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
    """``GET /v1/user/{guid}/profile``, withdrawn: in stored profiles and old libraries alone."""

    subject: ClassVar[Path] = ("profile", "guid")

    profile: Person

    def claims(self, also: Mapping[str, Any]) -> Claims:
        person = self.profile
        listed = ((each.handle, each.primary is True, None) for each in person.emails or ())
        return Claims(
            id=person.guid,
            given_name=person.given_name,
            family_name=person.family_name,
            username=person.nickname,
            email=pick_email(listed)[0],
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
            "Yahoo's email_verified; accounts that use an address of another mail provider show false, which means not "
            "vouched for, not bad. The Social Directory says nothing"
        ),
        quirks=(
            "nickname is whatever the person wrote, the given name as a rule; many have no preferred_username.",
            "profile_images holds four sizes; picture is the one of 192 as a rule.",
            "The token answer repeats the identifier as xoauth_yahoo_guid.",
            "gender may say notDisclosed; birthdate may be a year alone.",
            (
                "The Social Directory put all under profile: guid, emails[].handle, image.imageUrl; entries of the "
                "list may lack handle or type."
            ),
            "Yahoo Japan is another company with hosts and identifiers of its own.",
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
            "Some 1,000 characters as seen. Bound to app, person and the permissions that the app was "
            "registered with. The ID token is a JWT, signed ES256 or RS256."
        ),
        lifetime=3600,
        renewal=renew_by_refresh_token(
            "grant_type=refresh_token with refresh_token and redirect_uri, client id and secret as HTTP Basic or in "
            "the form; no end of refresh tokens is stated.",
            "https://api.login.yahoo.com/oauth2/get_token",
            basic=True,
            required_credentials=("client_id", "client_secret", "redirect_uri"),
            params={"redirect_uri": "{redirect_uri}"},
        ),
        termination=Operation(
            "Named in the discovery document alone, with HTTP Basic; parameters and answers are not published.",
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
            "Tick the permission for the app in Yahoo's console (some need approval), then authorise again. openid2 in "
            "place of openid adds the identifier of OpenID 2.0, for moving old accounts."
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
            "The probe passes with any app's token and proves no client; the ID token does (aud is the client id, "
            "issuer https://api.login.yahoo.com, keys at /openid/v1/certs). A call whose token did not arrive gets an "
            "empty 401: no denial."
        ),
    ),
    uncertain=(
        (
            "By the discovery document there is introspection at https://api.login.yahoo.com/oauth2/introspect; what "
            "it answers, and about whose tokens, is not published: it is not asked."
        ),
        "Bodies about revoked and unknown tokens are not published: only the documented header denies.",
    ),
)
