"""Flickr: the person behind a token of OAuth 1.0a, with a picture by a template.

Flickr answers HTTP 200 whatever happens: ``stat`` says whether an answer is one.
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
"""``stat`` of an answer that is no error."""

_nsid = re.compile(r"[0-9]+@N[0-9]{2}").fullmatch


class Content(Struct):
    """A text, as Flickr wraps it."""

    text: String = field(name="_content", default=None)


class Person(Struct):
    """``person`` of an answer."""

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
            picture=picture(str(person.id), str(person.iconserver), str(person.iconfarm)),
        )


class SignedIn(Struct):
    """``user`` of an answer."""

    id: Id
    username: Content | None = None


class Login(Shape):
    """``flickr.test.login``, https://www.flickr.com/services/api/flickr.test.login.html."""

    subject: ClassVar[Path] = ("user", "id")

    user: SignedIn
    stat: Ok | None = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        username = self.user.username
        return Claims(id=self.user.id, username=None if username is None else username.text)


class TokenAnswer(Shape):
    """Members of the token answer, https://www.flickr.com/services/api/auth.oauth.html."""

    subject: ClassVar[Path] = ("user_nsid",)

    user_nsid: Id
    username: Username = None
    fullname: Name = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(id=self.user_nsid, name=self.fullname, username=self.username)


def picture(nsid: str, server: str, farm: str) -> str | None:
    """The address of a picture; None where there is no own one.

    https://www.flickr.com/services/api/misc.buddyicons.html.
    """
    if not (_nsid(nsid) and server.isascii() and server.isdigit() and farm.isascii() and farm.isdigit()):
        return None
    return None if server.strip("0") == "" else f"https://farm{farm}.staticflickr.com/{server}/buddyicons/{nsid}.jpg"


class Perms(Struct):
    text: str = field(name="_content")


class Holder(Struct):
    nsid: str


class Credentials(Struct):
    perms: Perms
    user: Holder


class Checked(ResponseModel):
    """A good token of the asking application.

    https://www.flickr.com/services/api/flickr.auth.oauth.checkToken.html.
    """

    stat: Ok
    oauth: Credentials

    def read(self, question: Question) -> Reading:
        return Reading(active=True, reason="ok", subject=self.oauth.user.nsid, scopes=(self.oauth.perms.text,))


def _fail(*codes: int) -> Mapping[str, Any]:
    return {"stat": "fail", "code": frozenset(codes)}


def _login(raw: Mapping[str, Any]) -> dict[str, Any]:
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
        "social_core": LibraryFacts(classes={TokenAnswer: ""}),
        "allauth": LibraryFacts(classes={Info: ""}),
    },
    simulation=SimulationFacts(
        token_fields=dict,
        calls={"flickr.test.login": _login},
        errors_with_status_200=True,
    ),
    docs=(
        "https://www.flickr.com/services/api/auth.oauth.html",
        "https://www.flickr.com/services/api/flickr.auth.oauth.checkToken.html",
        "https://www.flickr.com/services/api/flickr.people.getInfo.html",
        "https://www.flickr.com/services/api/flickr.test.login.html",
    ),
    profile=ProfileFacts(
        shapes=(Info, Login, TokenAnswer),
        request=RequestTemplate(
            f"{REST}flickr.people.getInfo&user_id={{user_nsid}}",
            by_oauth1(),
            required_credentials=("client_id", "client_secret", "access_token_secret"),
        ),
        quirks=(
            "A failure comes with HTTP 200 and stat fail, code and message.",
            "Most texts are objects of one member, _content.",
            (
                "There is no address of the picture: it is built of iconfarm, iconserver and the identifier where "
                "iconserver is above 0; else there is only a general placeholder."
            ),
            "There is no e-mail address; mbox_sha1sum is a hash of one.",
            (
                "The identifier that the call asks for stands in the token answer as user_nsid, or comes by "
                "flickr.test.login. Some libraries stop at the token answer, which holds fullname and username too."
            ),
            "Without nojsoncallback=1 the JSON is wrapped in jsonFlickrApi(...).",
            "realname may be missing or empty: the name is then the username.",
            "Auth0 took it off its list in April 2026; Flickr itself goes on.",
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
            "It is of no use without its secret and the application's: requests are signed by HMAC-SHA1. Its "
            "permission is read, write or delete."
        ),
        lifetime=0,
        validity="Valid until the person removes the application in the account settings.",
        renewal=Operation("None needed; more permission by authorising again."),
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
        adding="Authorise again with perms=write or perms=delete: one alone, which includes those before it.",
        implied={"write": ("read",), "delete": ("write",)},
        sources=("https://www.flickr.com/services/api/auth.oauth.html",),
    ),
    debug=HttpEndpoint(
        kind="check-token",
        url=f"{REST}flickr.auth.oauth.checkToken",
        placement=by_oauth1(),
        required_credentials=("client_id", "client_secret", "access_token_secret"),
        proves=frozenset({"subject", "scopes"}),
        response_model=Checked,
        limit=(3600, 3600),
        refusals=(
            Refusal(200, "denied", _fail(98)),
            Refusal(200, "caller_rejected", _fail(100), detail="Flickr does not know the application's key"),
            Refusal(
                200,
                "caller_rejected",
                _fail(96, 97),
                detail="the signature is wrong: the application's secret, or the token's",
            ),
            Refusal(200, "issuer_error", _fail(105, 106), detail="Flickr cannot answer at present"),
        ),
        source="https://www.flickr.com/services/api/flickr.auth.oauth.checkToken.html",
        note=(
            "The key that signs is the audience: no client is named. 3600 calls an hour and key are the published "
            "guideline. The answer repeats the token: it is never kept."
        ),
    ),
    uncertain=(
        (
            "That another application's token is refused with code 98 is implied, not stated; code 98 itself stands on "
            "the page of the older checkToken."
        ),
        (
            "The page signs with the application's secret alone and passes the token as a parameter; here it stands in "
            "the signed header with its secret, as in every other call."
        ),
    ),
)
