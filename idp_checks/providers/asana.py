"""Asana: the API's user, and the userinfo response for tokens with scope openid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    Claims,
    Email,
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
    profile_probe,
    renew_by_refresh_token,
    revoke_by_request,
)


class Photo(Struct):
    """``photo``, with URLs by width in pixels."""

    image_128x128: Url = None


class User(Struct):
    """``data`` of a response."""

    gid: Id
    name: Name = None
    email: Email = None
    photo: Photo | None = None


class Me(Shape):
    """``GET /users/me``, https://developers.asana.com/reference/getuser."""

    subject: ClassVar[Path] = ("data", "gid")

    data: User

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return _claims(self.data.gid, self.data)


class OlderUser(Struct):
    """``data`` of a response from before ``gid``."""

    id: Id
    name: Name = None
    email: Email = None
    photo: Photo | None = None


class OlderMe(Shape):
    """The response of the same call in its older form."""

    subject: ClassVar[Path] = ("data", "id")

    data: OlderUser

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return _claims(self.data.id, self.data)


def _claims(ident: int | str, user: User | OlderUser) -> Claims:
    return Claims(
        id=ident,
        name=user.name,
        email=user.email,
        picture=None if user.photo is None else user.photo.image_128x128,
    )


class UserInfo(OpenIdClaims):
    """``GET /openid_connect/userinfo``, where ``sub`` is the gid.

    https://developers.asana.com/docs/openid-connect
    """

    vouched_by: ClassVar[Path | None] = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        claims = OpenIdClaims.claims(self, also)
        claims.email_verified = None
        return claims


PROVIDER = Provider(
    name="asana",
    title="Asana",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "asana", "allauth": "asana"},
    has_auth0_strategy=False,
    libraries={
        "social_core": LibraryFacts(classes={Me: "", OlderMe: ""}),
        "allauth": LibraryFacts(classes={Me: "", OlderMe: ""}),
    },
    docs=(
        "https://developers.asana.com/docs/oauth",
        "https://developers.asana.com/docs/openid-connect",
        "https://developers.asana.com/reference/getuser",
        "https://developers.asana.com/docs/errors",
    ),
    profile=ProfileFacts(
        shapes=(Me, OlderMe, UserInfo),
        request=RequestTemplate("https://app.asana.com/api/1.0/users/me"),
        quirks=(
            "The user is in the field data.",
            (
                "gid is a string of digits that exceeds 53 bits. Older responses contain the numeric id in addition or "
                "instead."
            ),
            "photo is null without a picture, otherwise an object of sizes; image_128x128 is used.",
            "The profile has no username and no parts of the name.",
            "Asana never states that the email address is verified, not even in userinfo.",
            "Users unknown to the token's user have the name Private User.",
        ),
        sources=("https://developers.asana.com/reference/getuser",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "Bound to one app and one user. Scope default grants access to everything, other scopes to one resource "
            "each. Personal access tokens (digits, a slash, digits, a colon, hexadecimal digits) are sent in the "
            "same header and are not a sign-in. The ID token is signed with RS256; its keys are at "
            "https://app.asana.com/api/1.0/openid_connect/jwks."
        ),
        lifetime=3600,
        expiry_field="expires_in",
        renewal=renew_by_refresh_token(
            "The refresh token stays the same until it is revoked.",
            "https://app.asana.com/-/oauth_token",
        ),
        termination=revoke_by_request(
            "Takes the refresh token. Its access tokens become invalid as well.",
            "https://app.asana.com/-/oauth_revoke",
            token="refresh",
            ends="grant",
        ),
        uses=Operation(
            "Requires scope users:read or default.",
            RequestTemplate("https://app.asana.com/api/1.0/users/me?opt_fields=gid"),
        ),
        sources=("https://developers.asana.com/docs/oauth",),
    ),
    scopes=Scopes(
        profile=("users:read",),
        email=("users:read",),
        adding=(
            "Enable scopes of the form RESOURCE:ACTION for the app in the developer console, then request "
            "authorization again. openid, email and profile are OpenID Connect scopes."
        ),
        implied={"default": ("users:read",)},
        sources=("https://developers.asana.com/docs/oauth", "https://developers.asana.com/docs/oauth-scopes"),
    ),
    debug=profile_probe(
        "https://app.asana.com/api/1.0/users/me",
        Me,
        params={"opt_fields": "gid,name"},
        refusals=(
            Refusal(401, "expired", {"errors": [{"message": "The bearer token has expired."}]}),
            Refusal(401, "denied", {"errors": [{"message": "Not Authorized"}]}),
            Refusal(
                403, "not_permitted", {"errors": [{}]}, detail="the token is valid but lacks the scope or permission"
            ),
        ),
        source="https://developers.asana.com/docs/errors",
        note=(
            "The response does not contain the expiry. 150 requests a minute in free domains and 1500 in paid "
            "domains, then 429 with Retry-After."
        ),
    ),
    uncertain=(
        (
            "The messages of the 401 were observed, not documented. A 401 with any other message does not deny "
            "the token."
        ),
    ),
)
