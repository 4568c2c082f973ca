"""VK: the person of VK ID, and that of the older sign-in by the VK API's own method.

The API answers HTTP 200 whatever happens: ``response`` or ``error`` tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Epoch,
    HttpEndpoint,
    Id,
    Json,
    LibraryFacts,
    Name,
    Operation,
    Path,
    ProfileError,
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
    first_nonblank,
    parse_epoch,
)

API = "https://id.vk.com/about/business/go/docs/ru/vkid/latest/vk-id/connection/api-integration/api-description"


class Person(Struct):
    """``user`` of VK ID."""

    user_id: Id
    first_name: Name = None
    last_name: Name = None
    email: Email = None
    avatar: Url = None


class UserInfo(Shape):
    """``POST /oauth2/user_info`` of VK ID; also ``public_info``, whose address is masked by asterisks."""

    subject: ClassVar[Path] = ("user", "user_id")

    user: Person

    def claims(self, also: Mapping[str, Any]) -> Claims:
        user = self.user
        email = user.email
        return Claims(
            id=user.user_id,
            given_name=user.first_name,
            family_name=user.last_name,
            email=None if email is None or "*" in email else email,
            picture=user.avatar,
        )


class User(Struct):
    """An element of ``response``; ``uid`` before version 5 of the API. ``nickname`` is the patronymic, no username."""

    id: Id | None = None
    uid: Id | None = None
    first_name: Name = None
    last_name: Name = None
    screen_name: Username = None
    photo_200: Url = None
    photo_max_orig: Url = None
    photo_100: Url = None
    photo_50: Url = None
    has_photo: Json = None


class Users(Shape):
    """``users.get`` of the VK API, https://dev.vk.com/ru/method/users.get; the first element is the person."""

    subject: ClassVar[Path] = ("response", 0, "id")

    response: list[User]

    def claims(self, also: Mapping[str, Any]) -> Claims:
        if not self.response:
            raise ProfileError("no user in the list", path="$.response")
        user = self.response[0]
        ident = user.uid if user.id is None else user.id
        if ident is None:
            raise ProfileError("missing", path="$.response[0].id")
        return Claims(
            id=ident,
            given_name=user.first_name,
            family_name=user.last_name,
            username=user.screen_name,
            picture=None
            if user.has_photo == 0
            else first_nonblank(user.photo_200, user.photo_max_orig, user.photo_100, user.photo_50),
        )


class Checked(Struct):
    """``response`` of a check; ``expire`` of 0 means no end."""

    success: int
    user_id: int
    date: Epoch | None = None
    expire: Epoch | None = None


class CheckToken(ResponseModel):
    """A good token, https://dev.vk.com/ru/method/secure.checkToken."""

    response: Checked

    def read(self, question: Question) -> Reading:
        said = self.response
        if said.success != 1:
            return Reading(active=None, reason="unparsable", detail="neither a success nor a documented error")
        endless = said.expire == 0
        return Reading(
            active=True,
            reason="ok",
            subject=str(said.user_id),
            expires_at=None if endless else parse_epoch(said.expire),
            endless=endless,
            issued_at=parse_epoch(said.date),
        )


def _error(*codes: int) -> Mapping[str, Any]:
    return {"error": {"error_code": frozenset(codes)}}


def _is_retired_form(raw: Mapping[str, Any]) -> bool:
    """Return whether a profile has the form of the API before version 5, with ``uid``."""
    users = raw.get("response")
    return isinstance(users, list) and any(isinstance(user, Mapping) and "uid" in user for user in users)


PROVIDER = Provider(
    name="vkontakte",
    title="VK (VKontakte, VK ID)",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "vk-id", "allauth": "vk", "authjs": "vk"},
    libraries={
        "social_core": LibraryFacts(classes={UserInfo: "", Users: "vk.VKOAuth2"}),
        "allauth": LibraryFacts(classes={UserInfo: ""}),
    },
    simulation=SimulationFacts(
        token_fields=lambda raw: (
            {"user_id": raw["user"].get("user_id")} if isinstance(raw.get("user"), Mapping) else {}
        ),
        is_retired_form=_is_retired_form,
        errors_with_status_200=True,
    ),
    docs=(
        API,
        "https://id.vk.com/about/business/go/docs/ru/vkid/latest/vk-id/connection/tokens/access-token",
        "https://dev.vk.com/ru/method/users.get",
        "https://dev.vk.com/ru/method/secure.checkToken",
    ),
    profile=ProfileFacts(
        shapes=(UserInfo, Users),
        request=RequestTemplate("https://id.vk.ru/oauth2/user_info", by_form("access_token"), method="POST"),
        quirks=(
            (
                "The identifier is a text (user_id) in VK ID, and a number in users.get (id, once uid) and in the "
                "token answer: the same digits everywhere."
            ),
            "No answer has a flag for the address: verified is the badge of the account.",
            (
                "VK ID has no screen name, so the nickname is the local part of the address; users.get has one, and "
                "its nickname is the patronymic."
            ),
            (
                "users.get never gives the address: in the older sign-in it stands in the token answer alone, beside "
                "user_id."
            ),
            "public_info masks telephone and address by asterisks: such an address is left out.",
            "Address, telephone and birthday may be absent or empty texts though the scope was granted.",
            "users.get answers with a list of one; its errors come under HTTP 200 as an object error.",
            "Hosts moved from vk.com to vk.ru in 2025; the older ones still stand in clients and pages.",
            (
                "The VK ID call wants client_id beside the token: in the form by VK's pages, in the query by VK's own "
                "web SDK. users.get without the parameter v is refused (error 8)."
            ),
            "Names come in Cyrillic or Latin letters, by the parameter lang or the person's settings.",
            "has_photo 0 of users.get marks stock drawings, which are left out; VK ID has no such mark.",
            "A person who is deleted or banned has deactivated, and names such as DELETED.",
        ),
        sources=(API, "https://dev.vk.com/ru/method/users.get", "https://github.com/VKCOM/vkid-web-sdk"),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "Its length is open by VK's word; vk1.a. and vk2.a. are seen in front. Service and community "
            "keys of an application are other kinds of token and name no person."
        ),
        lifetime=3600,
        validity=(
            "An hour at VK ID. In the older sign-in expires_in is 86400, or 0 for a token without an end (scope "
            "offline), which a new password ends; such a token may be bound to the network address that got it."
        ),
        renewal=Operation(
            "grant_type=refresh_token with client_id, state and the device_id of the redirect; a new pair comes, the "
            "old refresh token is spent. The older sign-in has none.",
            RequestTemplate(
                "https://id.vk.ru/oauth2/auth",
                by_form("refresh_token"),
                method="POST",
                params={
                    "grant_type": "refresh_token",
                    "client_id": "{client_id}",
                    "device_id": "{device_id}",
                    "state": "{state}",
                },
                required_credentials=("client_id", "device_id", "state"),
            ),
            token="refresh",
        ),
        termination=Operation(
            "Form field access_token; response 1 when done, as VK's web SDK calls it. /oauth2/revoke, by "
            "VK's pages, withdraws the application's rights; the person can in the settings of VK ID.",
            RequestTemplate(
                "https://id.vk.ru/oauth2/logout?client_id={client_id}",
                by_form("access_token"),
                method="POST",
                required_credentials=("client_id",),
            ),
        ),
        uses=Operation(
            "Reads the token's own person when nobody is named; a bearer header or the parameter access_token.",
            RequestTemplate("https://api.vk.ru/method/users.get?v=5.199"),
        ),
        sample="vk2.a.{}",
        sources=(
            "https://id.vk.com/about/business/go/docs/ru/vkid/latest/vk-id/connection/tokens/access-token",
            "https://github.com/VKCOM/vkid-web-sdk",
        ),
    ),
    scopes=Scopes(
        profile=("vkid.personal_info",),
        email=("email",),
        adding=(
            "Allow the data in the application's settings first, then name it in scope and send the person through "
            "again, who can untick it. vkid.personal_info is there by default. The older sign-in took names by commas "
            "or a bit mask."
        ),
        sources=(API,),
    ),
    debug=HttpEndpoint(
        kind="check-token",
        method="POST",
        url="https://api.vk.ru/method/secure.checkToken",
        placement=by_form("token"),
        params={"access_token": "{service_token}", "v": "5.199"},
        required_credentials=("service_token",),
        proves=frozenset({"subject", "end"}),
        response_model=CheckToken,
        refusals=(
            Refusal(
                200,
                "denied",
                _error(15),
                bare=True,
                detail="no good token for this service key: dead, unknown, or of another application",
            ),
            Refusal(200, "rate_limited", _error(6, 9, 29)),
            Refusal(200, "issuer_error", _error(1, 10)),
            Refusal(200, "caller_rejected", _error(2, 5, 8, 27, 28), detail="the service key is not accepted"),
        ),
        source="https://dev.vk.com/ru/method/secure.checkToken",
        note=(
            "Asked with the application's service key, from its settings: a key of the client-credentials grant is "
            "refused (error 8). Only success 1 is good. The client is not named, it rests on the service key. VK's API "
            "takes GET and POST alike, so both tokens go in the body. The parameter ip would check the person's "
            "address too. A handful of calls a second are let through for each key (error 6)."
        ),
    ),
    uncertain=(
        "Which code a dead token gets is not documented: 15 was seen, a code that also answers for other refusals.",
        "What a good token of another application gives is not documented either: success proves no client.",
        (
            "VK describes the call for applications embedded in VK, and its SDK's developers point to it for mobile "
            "sign-in; that it takes tokens of VK ID was not seen."
        ),
    ),
)
