"""QQ (Tencent QQ Connect): the user of a token, whose identifier is in a second response.

Every response has HTTP status 200; ``ret`` or ``error`` distinguishes success and failure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct

from idp_checks.providers.sdk import (
    AdditionalCall,
    Claims,
    HttpEndpoint,
    Id,
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
    by_query,
    first_nonblank,
    renew_by_refresh_token,
    revoke_in_settings,
)

_match_callback = re.compile(r"\s*callback\(\s*(\{.*\})\s*\)\s*;?\s*", re.DOTALL).fullmatch


def unwrap_callback(text: str) -> str:
    """Return the JSON text inside ``callback( .. );``, or any other string unchanged."""
    match = _match_callback(text)
    return text if match is None else match[1]


class Me(Struct):
    """``GET /oauth2.0/me``: the user's identifier in the application."""

    openid: Id


class UserInfo(Shape):
    """``GET /user/get_user_info``, https://wiki.connect.qq.com/get_user_info.

    ``openid`` is present only if a library added it. The response of ``me`` contains the identifier. ``nickname`` is
    chosen freely and not unique, so it is read as a name.
    """

    subject: ClassVar[Path] = ("openid",)

    openid: Id | None = None
    ret: Annotated[int, Meta(ge=0, le=0)] | None = None
    nickname: Name = None
    figureurl_qq: Url = None
    figureurl_qq_2: Url = None
    figureurl_qq_1: Url = None
    figureurl_2: Url = None
    figureurl_1: Url = None
    figureurl: Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=self._pick_openid(also.get("me")),
            name=self.nickname,
            picture=first_nonblank(
                self.figureurl_qq,
                self.figureurl_qq_2,
                self.figureurl_qq_1,
                self.figureurl_2,
                self.figureurl_1,
                self.figureurl,
            ),
        )

    def _pick_openid(self, me: Me | None) -> int | str:
        if self.openid is None:
            if me is None:
                raise ProfileError("missing here and in the response of me", path="$.openid")
            if self.ret is None:
                raise ProfileError("missing", path="$.ret")
            return me.openid
        if me is not None and str(me.openid) != str(self.openid):
            raise ProfileError("differs from the identifier of the profile", path="also.me.openid")
        return self.openid


class TokenOwner(ResponseModel):
    """The response to a valid token of any application."""

    client_id: int | str
    openid: Annotated[str, Meta(pattern=r"\S")]

    def read(self, question: Question) -> Reading:
        return Reading(active=True, reason="ok", client_id=str(self.client_id), subject=self.openid)


PROVIDER = Provider(
    name="qq",
    title="QQ (Tencent QQ Connect)",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "qq"},
    simulation=SimulationFacts(
        errors_with_status_200=True,
    ),
    docs=(
        "https://wiki.connect.qq.com/get_user_info",
        "https://wiki.connect.qq.com/使用authorization_code获取access_token",
        "https://wiki.connect.qq.com/获取用户openid_oauth2-0",
    ),
    profile=ProfileFacts(
        shapes=(UserInfo,),
        request=RequestTemplate(
            "https://graph.qq.com/user/get_user_info?oauth_consumer_key={client_id}&openid={openid}",
            by_query("access_token"),
        ),
        also={
            "me": AdditionalCall(
                Me,
                RequestTemplate("https://graph.qq.com/oauth2.0/me?fmt=json", by_query("access_token")),
                "only this response contains the identifier (openid); it is called first, because the profile call "
                "requires openid",
                unwrap_callback,
                wrapper="callback( {} );\n",
                derive=lambda raw: {"client_id": "{client_id}", "openid": raw["openid"]} if "openid" in raw else None,
            )
        },
        subject_scope="the application",
        quirks=(
            (
                "The profile does not contain the identifier. It is openid in the response of me, and libraries add "
                "it to the profile. unionid is the same across the applications of one owner."
            ),
            "The call requires openid, and the application's id as oauth_consumer_key.",
            "An error has HTTP status 200, a ret other than 0 (including negative values) and msg.",
            "Without fmt=json, me returns a JavaScript call, callback( .. );, and the token response is form-encoded.",
            "The profile has no email address and no username. nickname, which may contain emoji, is also the name.",
            (
                "figureurl_qq and figureurl_qq_2 may be empty or missing; figureurl_qq_1 is guaranteed. The URLs "
                "begin with http."
            ),
            "gender is a Chinese word. If the gender is not known, it is the word for male.",
            "Flags and numbers such as vip, level and year are strings. is_lost 1 means that data may be missing.",
        ),
        sources=(
            "https://wiki.connect.qq.com/get_user_info",
            "https://wiki.connect.qq.com/获取用户openid_oauth2-0",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents="Observed tokens have 32 hexadecimal digits. Scopes are the names of the API's methods.",
        lifetime=7776000,
        validity=(
            "Another page of the same wiki states 60 days. expires_in of the token response is decisive; it is a "
            "string if the response is form-encoded."
        ),
        renewal=renew_by_refresh_token(
            "The response contains a new refresh token, and the old refresh token becomes invalid.",
            "https://graph.qq.com/oauth2.0/token",
            method="GET",
            placement=by_query("refresh_token"),
            params={"fmt": "json"},
        ),
        termination=revoke_in_settings(page="the settings of QQ Connect"),
        uses=Operation(request=RequestTemplate("https://graph.qq.com/oauth2.0/me?fmt=json", by_query("access_token"))),
        sample="{}",
        sources=("https://wiki.connect.qq.com/使用authorization_code获取access_token",),
    ),
    scopes=Scopes(
        separator=",",
        profile=("get_user_info",),
        adding=(
            "Request the methods in scope at https://graph.qq.com/oauth2.0/authorize. get_user_info is the default. "
            "QQ must first grant other methods to the application. unionid is a separate permission, requested by "
            "email. No scope provides an email address."
        ),
        sources=("https://wiki.connect.qq.com/使用authorization_code获取access_token",),
    ),
    debug=HttpEndpoint(
        kind="tokeninfo",
        url="https://graph.qq.com/oauth2.0/me",
        placement=by_query("access_token"),
        params={"fmt": "json"},
        proves=frozenset({"client", "subject"}),
        response_model=TokenOwner,
        unwrap=unwrap_callback,
        refusals=(
            Refusal(200, "expired", {"error": 100014}),
            Refusal(200, "revoked", {"error": 100015}),
            Refusal(200, "malformed", {"error": 100013}),
            Refusal(200, "denied", {"error": 100016}),
            Refusal(
                200, "contradiction", {"error": 100007}, detail="QQ did not receive the token, although it was sent"
            ),
            Refusal(200, "not_permitted", {"error": 100048}, detail="the application lacks the permission for unionid"),
        ),
        source="https://wiki.connect.qq.com/获取用户openid_oauth2-0",
        note=(
            "The request omits unionid=1, because it fails for applications without that permission. The token is "
            "sent in the query, the only documented place: keep URLs out of logs."
        ),
    ),
    uncertain=(
        (
            "Of the codes for invalid tokens, only 100016 was observed. 100013, 100014 and 100015 are known only from "
            "QQ's list."
        ),
    ),
)
