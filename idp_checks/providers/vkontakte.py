"""VK: the user of VK ID, and the user of the older sign-in with the VK API's method.

The API always responds with HTTP 200. The body contains ``response`` or ``error``.
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
    """``POST /oauth2/user_info`` of VK ID; also ``public_info``, which masks the email address with asterisks."""

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
    """An element of ``response``; ``uid`` before version 5 of the API. ``nickname`` is the patronymic."""

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
    """``users.get`` of the VK API, https://dev.vk.com/ru/method/users.get; the first element is the user."""

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


class TokenCheck(Struct):
    """``response`` of a check; ``expire`` 0 means that the token does not expire."""

    success: int
    user_id: int
    date: Epoch | None = None
    expire: Epoch | None = None


class CheckToken(ResponseModel):
    """A valid token, https://dev.vk.com/ru/method/secure.checkToken."""

    response: TokenCheck

    def read(self, question: Question) -> Reading:
        check = self.response
        if check.success != 1:
            return Reading(active=None, reason="unparsable", detail="neither a success nor a documented error")
        endless = check.expire == 0
        return Reading(
            active=True,
            reason="ok",
            subject=str(check.user_id),
            expires_at=None if endless else parse_epoch(check.expire),
            endless=endless,
            issued_at=parse_epoch(check.date),
        )


def _error(*codes: int) -> Mapping[str, Any]:
    return {"error": {"error_code": frozenset(codes)}}


def _is_retired_form(raw: Mapping[str, Any]) -> bool:
    """Return whether a profile has the format of the API before version 5, with ``uid``."""
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
                "The identifier is a string in VK ID (user_id) and a number in users.get (id, formerly uid) and in "
                "the token response. The digits are the same."
            ),
            "The profile has no verification flag for the email address. verified is the account's badge.",
            (
                "VK ID has no screen name, so the nickname is the local part of the email address. users.get has a "
                "screen name; its nickname is the patronymic."
            ),
            (
                "users.get never returns the email address. In the older sign-in, only the token response contains "
                "it, beside user_id."
            ),
            "public_info masks the phone number and the email address with asterisks. A masked address is ignored.",
            (
                "The email address, phone number and birthday may be missing or empty strings even if the scope was "
                "granted."
            ),
            "users.get returns a list with one user. Its errors are HTTP 200 with an object error.",
            "The hosts moved from vk.com to vk.ru in 2025. Clients and pages still contain the old hosts.",
            (
                "The VK ID call requires client_id beside the token: in the form according to VK's pages, in the "
                "query according to VK's web SDK. users.get without the parameter v is refused (error 8)."
            ),
            "Names are in Cyrillic or Latin letters, depending on the parameter lang or the user's settings.",
            "has_photo 0 in users.get marks default pictures, which are ignored. VK ID has no such field.",
            "A deleted or banned user has the field deactivated and names such as DELETED.",
        ),
        sources=(API, "https://dev.vk.com/ru/method/users.get", "https://github.com/VKCOM/vkid-web-sdk"),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "According to VK, the length is not fixed. In practice, tokens begin with vk1.a. or vk2.a. Service and "
            "community keys of an application are different tokens without a user."
        ),
        lifetime=3600,
        validity=(
            "This applies to VK ID. In the older sign-in, expires_in is 86400, or 0 for a token that does not expire "
            "(scope offline) and that a password change revokes. Such a token may be bound to the IP address that "
            "obtained it."
        ),
        renewal=Operation(
            (
                "device_id comes from the redirect. The response contains a new pair, and the old refresh token "
                "becomes invalid. The older sign-in has no renewal."
            ),
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
            (
                "The field response is 1 on success, as in VK's web SDK. According to VK's pages, /oauth2/revoke "
                "withdraws the application's rights. The user can also do this in the VK ID settings."
            ),
            RequestTemplate(
                "https://id.vk.ru/oauth2/logout?client_id={client_id}",
                by_form("access_token"),
                method="POST",
                required_credentials=("client_id",),
            ),
        ),
        uses=Operation(
            (
                "Returns the token's own user if the request contains no user ID. The token is in a bearer header or "
                "the parameter access_token."
            ),
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
            "Enable the data in the application's settings, add it to scope and authorize again. The user can "
            "deselect it. vkid.personal_info is granted by default. The older sign-in accepted scopes separated by "
            "commas or a bit mask."
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
                detail="the token is invalid, unknown or issued to another application than the service key's",
            ),
            Refusal(200, "rate_limited", _error(6, 9, 29)),
            Refusal(200, "issuer_error", _error(1, 10)),
            Refusal(200, "caller_rejected", _error(2, 5, 8, 27, 28), detail="the service key is not accepted"),
        ),
        source="https://dev.vk.com/ru/method/secure.checkToken",
        note=(
            "The call requires the application's service key, from its settings. A key of the client-credentials "
            "grant is refused (error 8). Only success 1 means a valid token. The response does not contain the "
            "client; the service key implies it. VK's API accepts GET and POST, so both tokens are sent in the body. "
            "The parameter ip would also check the user's IP address. VK allows a few calls per second and key (error "
            "6)."
        ),
    ),
    uncertain=(
        "The code for an invalid token is not documented. 15 was observed, but VK also uses it for other refusals.",
        "The response to a valid token of another application is not documented, so success does not prove the client.",
        (
            "VK describes the call for applications embedded in VK. The developers of its SDK recommend it for mobile "
            "sign-in. Whether it accepts VK ID tokens was not observed."
        ),
    ),
)
