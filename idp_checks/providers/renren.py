"""Renren, which is gone: the three forms of its profile that stores still hold."""

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
    """One size of a picture; ``size`` in the second API, ``type`` in the token answer."""

    size: String = None
    type: String = None
    url: Url = None


class Person(Struct):
    """``response`` of the second API and ``user`` of the token answer."""

    id: NumberId
    name: Name = None
    avatar: list[Avatar] | None = None

    def said(self) -> Claims:
        """What it says."""
        return Claims(id=self.id, name=self.name, picture=largest(self.avatar or ()))


def largest(avatars: Iterable[Avatar]) -> str | None:
    """The address of the largest picture; their order is not promised."""
    sized = [
        (SIZES.get((each.size or each.type or "").lower(), 0), each.url)
        for each in avatars
        if each.url is not None and is_web_url(each.url)
    ]
    return max(sized, key=lambda one: one[0], default=(0, None))[1]


class GetUser(Shape):
    """``GET /v2/user/get``, http://open.renren.com/wiki/API2."""

    subject: ClassVar[Path] = ("response", "id")

    response: Person

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return self.response.said()


class TokenAnswer(Shape):
    """The token answer, which has a short profile; the tokens beside it pass through nowhere."""

    subject: ClassVar[Path] = ("user", "id")

    user: Person

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return self.user.said()


class Listed(Struct):
    """The element of the first API's answer."""

    uid: NumberId
    name: Name = None
    mainurl: Url = None
    headurl: Url = None
    tinyurl: Url = None


class GetInfo(Shape, array_like=True):
    """``users.getInfo`` of the first API: a list with one person."""

    subject: ClassVar[Path] = (0, "uid")

    person: Listed

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
        "The site and all accounts were switched off at the start of December 2024, for a rebuilding without a date "
        "of return; the open platform had been left alone for years. Nothing of it is to be called."
    ),
    docs=(OAUTH, "http://open.renren.com/wiki/API2"),
    profile=ProfileFacts(
        shapes=(GetUser, TokenAnswer, GetInfo),
        request=RequestTemplate("https://api.renren.com/v2/user/get?userId={user_id}", by_query("access_token")),
        quirks=(
            "Such profiles exist in stores alone.",
            "There never was an e-mail address, nor a username.",
            (
                "All of it stands under response in the second API, under user in the token answer, and in a list in "
                "the first API."
            ),
            (
                "Pictures are a list without a promised order, with size (LARGE) in the second API and type (large) in "
                "the token answer."
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
        contents="Bearer tokens, or MAC tokens by token_type=mac; the application chose the scopes.",
        lifetime=2592000,
        validity="A month for bearer tokens; MAC tokens had no end. Now no token can be good.",
        renewal=Operation("Gone; it was grant_type=refresh_token with client_id and client_secret."),
        termination=Operation("None was known, and none is needed any more."),
        uses=Operation("None is left."),
        sources=(OAUTH,),
    ),
    scopes=Scopes(
        adding="They were named in scope at the authorisation; the basic profile needed none, none opened an address.",
        sources=(OAUTH,),
    ),
    debug=None,
    uncertain=("The shapes are known from client code: the platform's pages are gone.",),
)
