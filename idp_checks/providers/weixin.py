"""WeChat (Weixin): the user of a token, as one application identifies the user.

Every response has HTTP status 200 and the content type plain text, in UTF-8. ``errcode`` shows whether it is an
error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from msgspec import Meta
from msgspec.structs import replace

from idp_checks.providers.sdk import (
    Claims,
    HttpEndpoint,
    Id,
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
    Steps,
    TokenFacts,
    Url,
    by_query,
    revoke_in_settings,
)


class UserInfo(Shape):
    """``GET /sns/userinfo``.

    https://developers.weixin.qq.com/doc/service/en/api/webdev/access/api_snsuserinfo.html. ``nickname`` is free
    text and not unique, so it is used as a name. In a profile, ``errcode`` is 0 or missing.
    """

    subject: ClassVar[Path] = ("openid",)

    openid: Id
    errcode: Annotated[int, Meta(ge=0, le=0)] | None = None
    nickname: Name = None
    headimgurl: Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(id=self.openid, name=self.nickname, picture=self.headimgurl)


class Auth(ResponseModel):
    """A valid token of the requested account; the response does not contain the account."""

    errcode: int

    def read(self, question: Question) -> Reading:
        if self.errcode != 0:
            return Reading(active=None, reason="unparsable", detail="neither a success nor a documented error")
        return Reading(active=True, reason="ok", subject=question.credential("openid"))


class AccountTokenEndpoint(HttpEndpoint):
    """A call with a token and an account: the expected account, else the credential ``openid``."""

    def missing_credentials(self, question: Question) -> tuple[str, ...]:
        return super().missing_credentials(_with_openid(question))

    def steps(self, question: Question) -> Steps:
        return (yield from super().steps(_with_openid(question)))


def _with_openid(question: Question) -> Question:
    return (
        question
        if question.subject is None
        else replace(question, credentials={**question.credentials, "openid": question.subject})
    )


def _error(*codes: int) -> Mapping[str, Any]:
    return {"errcode": frozenset(codes)}


PROVIDER = Provider(
    name="weixin",
    title="WeChat (Weixin)",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "weixin", "allauth": "weixin", "authjs": "wechat"},
    simulation=SimulationFacts(
        token_fields=lambda raw: {name: raw[name] for name in ("openid", "unionid") if name in raw},
        is_plain_text=True,
        errors_with_status_200=True,
    ),
    docs=(
        "https://developers.weixin.qq.com/doc/service/en/api/webdev/access/api_snsuserinfo.html",
        "https://developers.weixin.qq.com/doc/service/en/api/webdev/access/api_snsauth.html",
        "https://developers.weixin.qq.com/doc/oplatform/en/Website_App/WeChat_Login/Wechat_Login.html",
        "https://developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_webpage_authorization.html",
    ),
    profile=ProfileFacts(
        shapes=(UserInfo,),
        request=RequestTemplate(
            "https://api.weixin.qq.com/sns/userinfo?openid={openid}&lang=zh_CN", by_query("access_token")
        ),
        subject_scope="the application",
        quirks=(
            (
                "openid is specific to the application. unionid is common to the applications of one owner. It is "
                "missing if the application is not bound to an owner. django-allauth uses openid as the key, Auth.js "
                "uses unionid. A switch between them creates every user again."
            ),
            (
                "The call requires openid, which is in the token response. With the scope snsapi_base, only the token "
                "response is available, and this call returns error 48001."
            ),
            (
                "The profile has no email address and no username. nickname, which may contain emoji, is also used as "
                "the name."
            ),
            "An error has HTTP status 200 and is an object with errcode (not 0) and errmsg.",
            (
                "The content type is text/plain without a charset, and the body is UTF-8. A client that assumes "
                "Latin-1 garbles the name."
            ),
            (
                "A token response with is_snapshotuser 1 belongs to a placeholder account for a page preview, not to "
                "a user. Refuse it."
            ),
            "headimgurl may be an empty string or begin with http. It stops working when the user changes the picture.",
            "sex, city, province and country have been empty for most users since 2021.",
            "Outside mainland China, api.wechat.com serves the same paths.",
        ),
        sources=("https://developers.weixin.qq.com/doc/service/en/api/webdev/access/api_snsuserinfo.html",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The token response contains openid and, if the application is bound to an owner, unionid. The "
            "application's API token (/cgi-bin/token) has the same name but is a different token."
        ),
        lifetime=7200,
        expiry_field="expires_in",
        renewal=Operation(
            (
                "The call does not require the secret. The refresh token expires after 30 days, also when used. The "
                "user must then authorize again."
            ),
            RequestTemplate(
                "https://api.weixin.qq.com/sns/oauth2/refresh_token",
                by_query("refresh_token"),
                params={"grant_type": "refresh_token", "appid": "{client_id}"},
                required_credentials=("client_id",),
            ),
            token="refresh",
        ),
        termination=revoke_in_settings(page="WeChat's settings"),
        uses=Operation(
            request=RequestTemplate(
                "https://api.weixin.qq.com/sns/auth",
                by_query("access_token"),
                params={"openid": "{openid}"},
                required_credentials=("openid",),
            ),
        ),
        sources=(
            "https://developers.weixin.qq.com/doc/oplatform/en/Website_App/WeChat_Login/Wechat_Login.html",
            "https://developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_webpage_authorization.html",
        ),
    ),
    scopes=Scopes(
        separator=",",
        profile=("snsapi_userinfo", "snsapi_login"),
        adding=(
            "snsapi_login is for sign-in on websites by QR code. snsapi_base (only openid, without consent) and "
            "snsapi_userinfo (with consent) are for pages inside WeChat. To extend snsapi_base, authorize again with "
            "snsapi_userinfo. No scope grants access to an email address."
        ),
        sources=("https://developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_webpage_authorization.html",),
    ),
    debug=AccountTokenEndpoint(
        kind="check-token",
        url="https://api.weixin.qq.com/sns/auth",
        placement=by_query("access_token"),
        params={"openid": "{openid}"},
        required_credentials=("openid",),
        proves=frozenset({"subject"}),
        response_model=Auth,
        refusals=(
            Refusal(200, "expired", _error(42001)),
            Refusal(200, "denied", _error(40001, 40014), detail="the token is invalid or not the latest token"),
            Refusal(
                200,
                "denied",
                _error(40003),
                bare=True,
                detail="the token is invalid, or belongs to another openid or application",
            ),
            Refusal(
                200,
                "contradiction",
                _error(41001),
                detail=("WeChat reports that the token is missing, although it was sent"),
            ),
            Refusal(200, "not_permitted", _error(48001)),
            Refusal(200, "rate_limited", _error(45009, 45011)),
            Refusal(200, "issuer_error", _error(-1), detail="WeChat is busy"),
        ),
        source="https://developers.weixin.qq.com/doc/service/en/api/webdev/access/api_snsauth.html",
        note=(
            "The response shows whether token and openid belong together and are valid. Only errcode 0 means success. "
            "openid is the expected account, if any, else the credential. The client is proven only if the "
            "application received the openid in its own token exchange, not together with the token. The token and "
            "openid are in the query, the only documented place, so URLs must be kept out of logs."
        ),
    ),
    uncertain=(
        (
            "Whether Auth0 stores openid or unionid is not documented. The identifier here is openid, which is always "
            "present. unionid may be added later and would create a second user."
        ),
        "40003 is returned for every openid that does not match, so this refusal alone proves little.",
        "All codes except 40003 are from WeChat's general list.",
        "If users are stored by unionid, the call needs their openid as well.",
    ),
)
