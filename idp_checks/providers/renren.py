"""Renren, which no longer exists: the three forms of its profile in stored data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    Claims,
    Name,
    NumberId,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    RequestTemplate,
    Scopes,
    Shape,
    String,
    TokenFacts,
    Url,
    by_query,
    first_nonblank,
    is_web_url,
)

OAUTH = "http://open.renren.com/wiki/English_version_for_OAuth2.0"
SIZES = {"large": 4, "main": 3, "head": 2, "avatar": 2, "tiny": 1}


class Avatar(Struct):
    """A picture in one size; ``size`` in the second API, ``type`` in the token response."""

    size: String = None
    type: String = None
    url: Url = None


class Person(Struct):
    """``response`` of the second API and ``user`` of the token response."""

    id: NumberId
    name: Name = None
    avatar: list[Avatar] | None = None

    def to_claims(self) -> Claims:
        """Return the claims of this user."""
        return Claims(id=self.id, name=self.name, picture=find_largest_picture(self.avatar or ()))


def find_largest_picture(avatars: Iterable[Avatar]) -> str | None:
    """Return the URL of the largest picture; the order of the list is not guaranteed."""
    pictures = [
        (SIZES.get((avatar.size or avatar.type or "").lower(), 0), avatar.url)
        for avatar in avatars
        if avatar.url is not None and is_web_url(avatar.url)
    ]
    return max(pictures, key=lambda picture: picture[0], default=(0, None))[1]


class GetUser(Shape):
    """``GET /v2/user/get``, http://open.renren.com/wiki/API2."""

    subject: ClassVar[Path] = ("response", "id")

    response: Person

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return self.response.to_claims()


class TokenResponse(Shape):
    """The token response with a short profile. Its tokens are discarded."""

    subject: ClassVar[Path] = ("user", "id")

    user: Person

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return self.user.to_claims()


class ListedUser(Struct):
    """The element of the first API's response."""

    uid: NumberId
    name: Name = None
    mainurl: Url = None
    headurl: Url = None
    tinyurl: Url = None


class GetInfo(Shape, array_like=True):
    """``users.getInfo`` of the first API: a list with one user."""

    subject: ClassVar[Path] = (0, "uid")

    person: ListedUser

    def claims(self, also: Mapping[str, Any]) -> Claims:
        person = self.person
        return Claims(
            id=person.uid, name=person.name, picture=first_nonblank(person.mainurl, person.headurl, person.tinyurl)
        )


PROVIDER = Provider(
    name="renren",
    title="Renren",
    kind="social",
    protocol="oauth2",
    status="defunct",
    status_note=(
        "Renren switched off the site and all accounts at the start of December 2024, for a rebuild without a return "
        "date. The open platform had been neglected for years. None of its endpoints may be called."
    ),
    docs=(OAUTH, "http://open.renren.com/wiki/API2"),
    profile=ProfileFacts(
        shapes=(GetUser, TokenResponse, GetInfo),
        request=RequestTemplate("https://api.renren.com/v2/user/get?userId={user_id}", by_query("access_token")),
        quirks=(
            "Such profiles exist only in stored data.",
            "The profile never had an email address or a username.",
            (
                "All fields are under response in the second API, under user in the token response, and in a list in "
                "the first API."
            ),
            (
                "Pictures are a list without a guaranteed order, with size (LARGE) in the second API and type (large) "
                "in the token response."
            ),
            "sex is a word (FEMALE) in the second API and a number in the first.",
        ),
        sources=(
            "http://open.renren.com/wiki/API2",
            "https://github.com/justauth/JustAuth",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        contents="Bearer tokens, or MAC tokens with token_type=mac. The application chose the scopes.",
        lifetime=2592000,
        validity="This applied to bearer tokens. MAC tokens did not expire. Today no token is valid.",
        renewal=Operation(
            "No longer available. The call used grant_type=refresh_token with client_id and client_secret."
        ),
        termination=Operation("No call was known, and none is needed any more."),
        uses=Operation("No call is left."),
        sources=(OAUTH,),
    ),
    scopes=Scopes(
        adding=(
            "Scopes were requested in scope during authorization. The basic profile required no scope, and no scope "
            "provided an email address."
        ),
        sources=(OAUTH,),
    ),
    debug=None,
    uncertain=("The forms of the profile are known from client code: the platform's documentation no longer exists.",),
)
