"""Flickr: the user of an OAuth 1.0a token, with a picture URL built from a template.

Flickr always returns HTTP 200; the field ``stat`` distinguishes success and failure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct, field

from idp_checks.providers.sdk import (
    Claims,
    HttpEndpoint,
    Id,
    LibraryFacts,
    Name,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    Refusal,
    RequestTemplate,
    ResponseModel,
    Scopes,
    Shape,
    SimulationFacts,
    String,
    TokenFacts,
    Username,
    by_oauth1,
    revoke_in_settings,
)

REST = "https://api.flickr.com/services/rest/?format=json&nojsoncallback=1&method="

Ok = Annotated[str, Meta(pattern=r"^ok\Z")]
"""``stat`` of a successful response."""

_nsid = re.compile(r"[0-9]+@N[0-9]{2}").fullmatch


class Content(Struct):
    """A string in Flickr's wrapper object."""

    text: String = field(name="_content", default=None)


class Person(Struct):
    """``person`` of a response."""

    id: Id
    username: Content | None = None
    realname: Content | None = None
    iconserver: int | str | None = None
    iconfarm: int | str | None = None


class Info(Shape):
    """``flickr.people.getInfo``, https://www.flickr.com/services/api/flickr.people.getInfo.html."""

    subject: ClassVar[Path] = ("person", "id")

    person: Person
    stat: Ok | None = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        person = self.person
        return Claims(
            id=person.id,
            name=None if person.realname is None else person.realname.text,
            username=None if person.username is None else person.username.text,
            picture=build_picture_url(str(person.id), str(person.iconserver), str(person.iconfarm)),
        )


class LoginUser(Struct):
    """``user`` of a response."""

    id: Id
    username: Content | None = None


class Login(Shape):
    """``flickr.test.login``, https://www.flickr.com/services/api/flickr.test.login.html."""

    subject: ClassVar[Path] = ("user", "id")

    user: LoginUser
    stat: Ok | None = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        username = self.user.username
        return Claims(id=self.user.id, username=None if username is None else username.text)


class TokenResponse(Shape):
    """Fields of the token response, https://www.flickr.com/services/api/auth.oauth.html."""

    subject: ClassVar[Path] = ("user_nsid",)

    user_nsid: Id
    username: Username = None
    fullname: Name = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(id=self.user_nsid, name=self.fullname, username=self.username)


def build_picture_url(nsid: str, server: str, farm: str) -> str | None:
    """Return the URL of the user's picture; None if the user never set a picture.

    https://www.flickr.com/services/api/misc.buddyicons.html.
    """
    if not (_nsid(nsid) and server.isascii() and server.isdigit() and farm.isascii() and farm.isdigit()):
        return None
    return None if server.strip("0") == "" else f"https://farm{farm}.staticflickr.com/{server}/buddyicons/{nsid}.jpg"


class Perms(Struct):
    text: str = field(name="_content")


class TokenUser(Struct):
    nsid: str


class Credentials(Struct):
    perms: Perms
    user: TokenUser


class TokenCheck(ResponseModel):
    """A valid token of the calling application.

    https://www.flickr.com/services/api/flickr.auth.oauth.checkToken.html.
    """

    stat: Ok
    oauth: Credentials

    def read(self, question: Question) -> Reading:
        return Reading(active=True, reason="ok", subject=self.oauth.user.nsid, scopes=(self.oauth.perms.text,))


def _failure(*codes: int) -> Mapping[str, Any]:
    return {"stat": "fail", "code": frozenset(codes)}


def _derive_login(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the response of ``flickr.test.login`` for a raw profile."""
    person = raw.get("person")
    person = person if isinstance(person, Mapping) else {}
    return {"user": {"id": person.get("nsid") or person.get("id")}}


PROVIDER = Provider(
    name="flickr",
    title="Flickr",
    kind="social",
    protocol="oauth1",
    aliases={"social_core": "flickr", "allauth": "flickr"},
    libraries={
        "social_core": LibraryFacts(classes={TokenResponse: ""}),
        "allauth": LibraryFacts(classes={Info: ""}),
    },
    simulation=SimulationFacts(
        token_fields=dict,
        calls={"flickr.test.login": _derive_login},
        errors_with_status_200=True,
    ),
    docs=(
        "https://www.flickr.com/services/api/auth.oauth.html",
        "https://www.flickr.com/services/api/flickr.auth.oauth.checkToken.html",
        "https://www.flickr.com/services/api/flickr.people.getInfo.html",
        "https://www.flickr.com/services/api/flickr.test.login.html",
    ),
    profile=ProfileFacts(
        shapes=(Info, Login, TokenResponse),
        request=RequestTemplate(
            f"{REST}flickr.people.getInfo&user_id={{user_nsid}}",
            by_oauth1(),
            required_credentials=("client_id", "client_secret", "access_token_secret"),
        ),
        quirks=(
            "A failure has HTTP status 200 and contains stat fail, code and message.",
            "Most strings are objects with a single field, _content.",
            (
                "The response does not contain the URL of the picture. If iconserver is above 0, the URL is built from "
                "iconfarm, iconserver and the identifier. Otherwise only a general placeholder exists."
            ),
            "The response does not contain an email address. mbox_sha1sum is a hash of the email address.",
            (
                "The call requires the identifier. It is in the token response as user_nsid, and flickr.test.login "
                "returns it. Some libraries read only the token response, which also contains fullname and username."
            ),
            "Without nojsoncallback=1, the JSON is wrapped in jsonFlickrApi(...).",
            "realname may be missing or empty. The name is then the username.",
            "Auth0 removed Flickr from its list in April 2026. Flickr itself still works.",
        ),
        sources=(
            "https://www.flickr.com/services/api/flickr.people.getInfo.html",
            "https://www.flickr.com/services/api/misc.buddyicons.html",
        ),
    ),
    token=TokenFacts(
        form="oauth1",
        opaque=True,
        contents=(
            "The token cannot be used without its secret and the application's secret, because requests are signed "
            "with HMAC-SHA1. Its permission is read, write or delete."
        ),
        lifetime=0,
        validity="Valid until the user removes the application in the account settings.",
        renewal=Operation("Renewal is not needed. Authorize again for more permission."),
        termination=revoke_in_settings(),
        uses=Operation(
            request=RequestTemplate(
                f"{REST}flickr.test.login",
                by_oauth1(),
                required_credentials=("client_id", "client_secret", "access_token_secret"),
            ),
            required_scopes=("read",),
        ),
        sample="70000000000000001-{}",
        sources=("https://www.flickr.com/services/api/auth.oauth.html",),
    ),
    scopes=Scopes(
        separator=",",
        profile=("read",),
        adding=(
            "Authorize again with perms=write or perms=delete. Request only one permission. Each includes those before "
            "it (read, write, delete)."
        ),
        implied={"write": ("read",), "delete": ("write",)},
        sources=("https://www.flickr.com/services/api/auth.oauth.html",),
    ),
    debug=HttpEndpoint(
        kind="check-token",
        url=f"{REST}flickr.auth.oauth.checkToken",
        placement=by_oauth1(),
        required_credentials=("client_id", "client_secret", "access_token_secret"),
        proves=frozenset({"subject", "scopes"}),
        response_model=TokenCheck,
        limit=(3600, 3600),
        refusals=(
            Refusal(200, "denied", _failure(98)),
            Refusal(200, "caller_rejected", _failure(100), detail="Flickr does not know the application's key"),
            Refusal(
                200,
                "caller_rejected",
                _failure(96, 97),
                detail="the signature is wrong: check the application's secret and the token's secret",
            ),
            Refusal(200, "issuer_error", _failure(105, 106), detail="Flickr is temporarily unavailable"),
        ),
        source="https://www.flickr.com/services/api/flickr.auth.oauth.checkToken.html",
        note=(
            "The signing key is the audience; the response contains no client. The published guideline is 3600 calls "
            "per hour and key. The response repeats the token and is therefore never stored."
        ),
    ),
    uncertain=(
        (
            "The documentation implies, but does not state, that another application's token is refused with code 98. "
            "Code 98 is documented on the page of the older checkToken."
        ),
        (
            "The documented request is signed with the application's secret alone and contains the token as a "
            "parameter. This package sends the token in the signed header and signs with its secret, as in every other "
            "call."
        ),
    ),
)
