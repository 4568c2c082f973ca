"""Mail.ru (OAuth Mail): userinfo, and the person of the older platform API.

New sign-in goes through VK ID.
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
    """The element of the older answer."""

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
    """``users.getInfo`` of the older platform, https://api.mail.ru/docs/guides/restapi/: a list with one person."""

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


class Holder(ResponseModel):
    """A good token of whatever application: the profile, which names the client. Old answers may lack it."""

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
        "Since 1 July 2025 new applications get it for the mail and cloud products' own APIs alone: sign-in goes "
        "through VK ID, which lets Mail accounts in (see vkontakte). What was connected before goes on working."
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
            "No flag speaks of the address, although it is the mailbox itself that signs in.",
            (
                "Stored profiles may lack id, and social_core keys by the address then: here such an answer is no "
                "profile, since mailboxes change hands."
            ),
            "An error is an object with error, error_code and error_description.",
            (
                "The older platform answers with a list, has uid and nick for id and nickname, percent-encodes names "
                "in some answers, and gives an address that was only the name at My World."
            ),
            "has_pic 0 of the older platform marks a stock picture, which is left out.",
            "birthday is dd.mm.yyyy, gender one letter, locale has an underscore.",
        ),
        sources=(VK_ID, "https://o2.mail.ru/docs/"),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents="Bound to one application, one mailbox and the scopes granted.",
        lifetime=3600,
        expiry_field="expires_in",
        renewal=Operation(
            "grant_type=refresh_token with refresh_token and client_id. Newer applications get a refresh token only "
            "with scope offline_access and prompt=consent.",
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
            "Rights are agreed with Mail.ru for the application, then named in scope at https://oauth.mail.ru/login. "
            "Newer applications need openid, and rights such as mail.imap come only together with it."
        ),
        sources=(VK_ID,),
    ),
    debug=HttpEndpoint(
        kind="tokeninfo",
        url="https://oauth.mail.ru/userinfo",
        placement=by_query("access_token"),
        proves=frozenset({"client", "subject"}),
        response_model=Holder,
        refusals=(
            Refusal(
                frozenset((200, 400, 401, 403, 404)),
                "unknown_token",
                {"error_code": 6},
                detail="no such token: never issued, or ended",
            ),
            Refusal(None, "contradiction", {"error_code": 2}, detail="Mail.ru saw no token, and one was sent"),
        ),
        error_fields=("error", "error_code"),
        source="https://o2.mail.ru/docs/",
        note=(
            "The profile call itself: it names the client in client_id and needs no credentials, so it answers for "
            "every application's token and the client must be compared. The token goes in the query, and no client "
            "was seen to succeed with a header: keep addresses out of logs."
        ),
    ),
    uncertain=(
        "The refusal is known from reports of users, its HTTP status is not: it counts under 200, 400, 401, 403, 404.",
        "An answer without client_id proves no client.",
    ),
)
