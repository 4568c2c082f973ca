"""Asana: the user of the API, and the userinfo answer for tokens with scope openid."""

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
    """``photo``, by width in pixels."""

    image_128x128: Url = None


class User(Struct):
    """``data`` of an answer."""

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
    """``data`` of an answer from before ``gid``."""

    id: Id
    name: Name = None
    email: Email = None
    photo: Photo | None = None


class OlderMe(Shape):
    """The same call in its older form."""

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
    """``GET /openid_connect/userinfo``, https://developers.asana.com/docs/openid-connect: sub is the gid."""

    vouched_by: ClassVar[Path | None] = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        said = OpenIdClaims.claims(self, also)
        said.email_verified = None
        return said


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
            "The user stands in data.",
            "gid is digits as text, more than 53 bits hold; older answers have the number id beside it or instead.",
            "photo is null without a picture, and an object of sizes with one: image_128x128 is taken.",
            "There is no username, and there are no parts of the name.",
            "Nothing vouches for the address, in userinfo neither.",
            "Strangers are named Private User.",
        ),
        sources=("https://developers.asana.com/reference/getuser",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "Bound to one app and one person; scope default opens everything, others a resource each. "
            "Personal access tokens (digits, a slash, digits, a colon, hexadecimal digits) go in the same "
            "header and are no sign-in. The ID token is signed with RS256, keys at "
            "https://app.asana.com/api/1.0/openid_connect/jwks."
        ),
        lifetime=3600,
        expiry_field="expires_in",
        renewal=renew_by_refresh_token(
            "Form fields grant_type=refresh_token, client_id, client_secret and refresh_token, which stays the same "
            "until it is revoked.",
            "https://app.asana.com/-/oauth_token",
        ),
        termination=revoke_by_request(
            "Form fields client_id, client_secret and token, the refresh token; its access tokens end with it.",
            "https://app.asana.com/-/oauth_revoke",
            token="refresh",
            ends="grant",
        ),
        uses=Operation(
            "Needs scope users:read or default.",
            RequestTemplate("https://app.asana.com/api/1.0/users/me?opt_fields=gid"),
        ),
        sources=("https://developers.asana.com/docs/oauth",),
    ),
    scopes=Scopes(
        profile=("users:read",),
        email=("users:read",),
        adding=(
            "Enable scopes of the form RESOURCE:ACTION for the app in the developer console, then authorise again; "
            "openid, email and profile are those of OpenID Connect."
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
            Refusal(403, "not_permitted", {"errors": [{}]}, detail="the token is alive and lacks the scope or right"),
        ),
        source="https://developers.asana.com/docs/errors",
        note=(
            "It names the person, never the app, and no end. 150 requests a minute in free domains and 1500 in paid "
            "ones, then 429 with Retry-After."
        ),
    ),
    uncertain=("The messages of the 401 are known from practice; a 401 with any other message is no denial here.",),
)
