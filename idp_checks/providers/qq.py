"""QQ (Tencent QQ Connect): the person behind a token, whose identifier stands in another answer.

Every answer has HTTP status 200: ``ret`` or ``error`` tells.
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

_call = re.compile(r"\s*callback\(\s*(\{.*\})\s*\)\s*;?\s*", re.DOTALL).fullmatch


def unwrapped(text: str) -> str:
    """The JSON text inside ``callback( .. );``; any other text as it is."""
    found = _call(text)
    return text if found is None else found[1]


class Me(Struct):
    """``GET /oauth2.0/me``: who the person is for the application."""

    openid: Id


class UserInfo(Shape):
    """``GET /user/get_user_info``, https://wiki.connect.qq.com/get_user_info.

    It does not say whose it is: ``openid`` stands in it where a library has put it there, else in the answer of
    ``me``. ``nickname`` is free and not unique, so it is a name.
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
            id=self._ident(also.get("me")),
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

    def _ident(self, me: Me | None) -> int | str:
        if self.openid is None:
            if me is None:
                raise ProfileError("missing, also in the answer of me", path="$.openid")
            if self.ret is None:
                raise ProfileError("missing", path="$.ret")
            return me.openid
        if me is not None and str(me.openid) != str(self.openid):
            raise ProfileError("names another account than the profile", path="also.me.openid")
        return self.openid


class Holder(ResponseModel):
    """A good token of whatever application."""

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
                "the identifier (openid), which stands nowhere else; it comes first, since the profile call demands it",
                unwrapped,
                wrapper="callback( {} );\n",
                derive=lambda raw: {"client_id": "{client_id}", "openid": raw["openid"]} if "openid" in raw else None,
            )
        },
        subject_scope="the application",
        quirks=(
            (
                "The profile does not say whose it is: the identifier is openid of the answer of me, which libraries "
                "put among the other members. unionid joins the applications of one owner."
            ),
            "The call demands openid, and the application's id under the name oauth_consumer_key.",
            "ret other than 0, negative ones too, is an error under HTTP 200, with msg.",
            (
                "me answers with a call of JavaScript, callback( .. );, unless fmt=json is sent; the token answer is "
                "form-encoded then."
            ),
            "There is no e-mail address and no username: nickname, with emoji, serves as name too.",
            (
                "figureurl_qq and figureurl_qq_2 may be empty or missing, figureurl_qq_1 is promised; the addresses "
                "begin with http."
            ),
            "gender is a Chinese word, and the one for male where nothing is known.",
            "Flags and numbers such as vip, level and year are texts; is_lost 1 means that data may be missing.",
        ),
        sources=(
            "https://wiki.connect.qq.com/get_user_info",
            "https://wiki.connect.qq.com/获取用户openid_oauth2-0",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents="32 hexadecimal digits as seen. Scopes are the names of the API's methods.",
        lifetime=7776000,
        validity=(
            "60 by another page of the same wiki: expires_in of the token answer counts, a text where that "
            "is form-encoded."
        ),
        renewal=renew_by_refresh_token(
            "grant_type=refresh_token with client_id, client_secret and fmt=json; a new refresh token comes, the old "
            "one is spent.",
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
            "Name the methods in scope at https://graph.qq.com/oauth2.0/authorize; get_user_info is the default, "
            "others are granted to the application first. unionid is a right of its own, applied for by mail. None "
            "opens an address."
        ),
        sources=("https://wiki.connect.qq.com/使用authorization_code获取access_token",),
    ),
    debug=HttpEndpoint(
        kind="tokeninfo",
        url="https://graph.qq.com/oauth2.0/me",
        placement=by_query("access_token"),
        params={"fmt": "json"},
        proves=frozenset({"client", "subject"}),
        response_model=Holder,
        unwrap=unwrapped,
        refusals=(
            Refusal(200, "expired", {"error": 100014}),
            Refusal(200, "revoked", {"error": 100015}),
            Refusal(200, "malformed", {"error": 100013}),
            Refusal(200, "denied", {"error": 100016}),
            Refusal(200, "contradiction", {"error": 100007}, detail="QQ saw no token, and one was sent"),
            Refusal(200, "not_permitted", {"error": 100048}, detail="the application may not see unionid"),
        ),
        source="https://wiki.connect.qq.com/获取用户openid_oauth2-0",
        note=(
            "unionid=1 is left out, since it fails for applications without that right. The token goes in "
            "the query, the one place that is documented: keep addresses out of logs."
        ),
    ),
    uncertain=("Of the codes for dead tokens 100016 was seen; 100013, 100014 and 100015 stand in QQ's list alone.",),
)
