"""Mail.ru (OAuth Mail): userinfo, and the user of the older platform API.

New sign-in uses VK ID.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct

from idp_checks.providers.sdk import (
    Claims,
    Email,
    HttpEndpoint,
    Id,
    Json,
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
    TokenFacts,
    Url,
    Username,
    by_form,
    by_query,
    first_nonblank,
    revoke_in_settings,
)

VK_ID = "https://id.vk.ru/about/business/go/docs/ru/vkid/latest/oauth/oauth-mail/index"


class UserInfo(Shape):
    """``GET /userinfo``, https://o2.mail.ru/docs/."""

    id: Id
    name: Name = None
    first_name: Name = None
    last_name: Name = None
    nickname: Username = None
    email: Email = None
    image: Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=self.id,
            name=self.name,
            given_name=self.first_name,
            family_name=self.last_name,
            username=self.nickname,
            email=self.email,
            picture=self.image,
        )


class Person(Struct):
    """The element of the older response."""

    uid: Id
    first_name: Name = None
    last_name: Name = None
    nick: Username = None
    email: Email = None
    pic_big: Url = None
    pic: Url = None
    pic_small: Url = None
    has_pic: Json = None


class GetInfo(Shape, array_like=True):
    """``users.getInfo`` of the older platform, https://api.mail.ru/docs/guides/restapi/: a list with one user."""

    subject: ClassVar[Path] = (0, "uid")

    person: Person

    def claims(self, also: Mapping[str, Any]) -> Claims:
        person = self.person
        return Claims(
            id=person.uid,
            given_name=person.first_name,
            family_name=person.last_name,
            username=person.nick,
            email=person.email,
            picture=None
            if person.has_pic in ("0", 0)
            else first_nonblank(person.pic_big, person.pic, person.pic_small),
        )


class ProfileResponse(ResponseModel):
    """The profile for a valid token of any application, with the client; old responses may lack it."""

    id: Annotated[str, Meta(pattern=r"\S")]
    client_id: str | None = None

    def read(self, question: Question) -> Reading:
        return Reading(active=True, reason="ok", client_id=self.client_id, subject=self.id)


PROVIDER = Provider(
    name="mailru",
    title="Mail.ru (OAuth Mail)",
    kind="social",
    protocol="oauth2",
    status="deprecated",
    status_note=(
        "Since 1 July 2025, new applications get access only to the APIs of the mail and cloud products. Sign-in uses "
        "VK ID, which accepts Mail accounts (see vkontakte). Existing connections still work."
    ),
    aliases={"social_core": "mailru", "allauth": "mailru", "authjs": "mailru"},
    libraries={
        "social_core": LibraryFacts(classes={UserInfo: "mailru.MRGOAuth2", GetInfo: "mailru.MailruOAuth2"}),
        "allauth": LibraryFacts(classes={GetInfo: ""}),
    },
    simulation=SimulationFacts(
        token_fields=lambda raw: {"x_mailru_vid": raw.get("uid")},
        errors_with_status_200=True,
    ),
    docs=("https://o2.mail.ru/docs/", VK_ID, "https://api.mail.ru/docs/guides/restapi/"),
    profile=ProfileFacts(
        shapes=(UserInfo, GetInfo),
        request=RequestTemplate("https://oauth.mail.ru/userinfo", by_query("access_token")),
        quirks=(
            "The email address has no flag, although the mailbox itself signs in.",
            (
                "Stored profiles may lack id, and social_core then uses the email address as key. Here such a response "
                "is not a profile, because mailboxes change hands."
            ),
            "An error is an object with error, error_code and error_description.",
            (
                "The older platform returns a list with uid and nick for id and nickname. It percent-encodes names in "
                "some responses, and returns an email address that was only the name at My World."
            ),
            "has_pic 0 of the older platform marks a stock picture, which is ignored.",
            "birthday is dd.mm.yyyy, gender is one letter, and locale contains an underscore.",
        ),
        sources=(VK_ID, "https://o2.mail.ru/docs/"),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents="Bound to one application, one mailbox and the granted scopes.",
        lifetime=3600,
        expiry_field="expires_in",
        renewal=Operation(
            "Newer applications get a refresh token only with scope offline_access and prompt=consent.",
            RequestTemplate(
                "https://oauth.mail.ru/token",
                by_form("refresh_token"),
                method="POST",
                params={"grant_type": "refresh_token", "client_id": "{client_id}"},
                required_credentials=("client_id",),
            ),
            token="refresh",
        ),
        termination=revoke_in_settings(),
        uses=Operation(request=RequestTemplate("https://oauth.mail.ru/userinfo", by_query("access_token"))),
        sources=(VK_ID, "https://o2.mail.ru/docs/"),
    ),
    scopes=Scopes(
        profile=("userinfo",),
        email=("userinfo",),
        adding=(
            "Agree the permissions for the application with Mail.ru, then send them in scope at "
            "https://oauth.mail.ru/login. Newer applications require openid, and permissions such as mail.imap only "
            "together with it."
        ),
        sources=(VK_ID,),
    ),
    debug=HttpEndpoint(
        kind="tokeninfo",
        url="https://oauth.mail.ru/userinfo",
        placement=by_query("access_token"),
        proves=frozenset({"client", "subject"}),
        response_model=ProfileResponse,
        refusals=(
            Refusal(
                frozenset((200, 400, 401, 403, 404)),
                "unknown_token",
                {"error_code": 6},
                detail="no such token: never issued or no longer valid",
            ),
            Refusal(
                None,
                "contradiction",
                {"error_code": 2},
                detail="Mail.ru received no token, but the request contained it",
            ),
        ),
        error_fields=("error", "error_code"),
        source="https://o2.mail.ru/docs/",
        note=(
            "The endpoint is the profile call itself, whose response contains the client in client_id. The token is a "
            "query parameter, and no client is known to succeed with a header, so keep URLs out of logs."
        ),
    ),
    uncertain=(
        (
            "The refusal is known from user reports, but its HTTP status is not. It is accepted with status 200, 400, "
            "401, 403 or 404."
        ),
        "A response without client_id does not prove the client.",
    ),
)
