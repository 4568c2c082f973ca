"""WeChat (Weixin): the person behind a token, as one application knows them.

Every answer has HTTP status 200 and calls itself plain text, in UTF-8: ``errcode`` tells.
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
    """``GET /sns/userinfo``, https://developers.weixin.qq.com/doc/service/en/api/webdev/access/api_snsuserinfo.html.

    ``nickname`` is free and not unique, so it is a name. Beside a profile ``errcode`` is 0 or missing.
    """

    subject: ClassVar[Path] = ("openid",)

    openid: Id
    errcode: Annotated[int, Meta(ge=0, le=0)] | None = None
    nickname: Name = None
    headimgurl: Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(id=self.openid, name=self.nickname, picture=self.headimgurl)


class Auth(ResponseModel):
    """A good token of the account that was asked about, which the answer does not repeat."""

    errcode: int

    def read(self, question: Question) -> Reading:
        if self.errcode != 0:
            return Reading(active=None, reason="unparsable", detail="neither a success nor a documented error")
        return Reading(active=True, reason="ok", subject=question.credential("openid"))


class OfAccount(HttpEndpoint):
    """A call about a token and an account together: the expected account, else the credential ``openid``."""

    def missing_credentials(self, question: Question) -> tuple[str, ...]:
        return super().missing_credentials(_about(question))

    def steps(self, question: Question) -> Steps:
        return (yield from super().steps(_about(question)))


def _about(question: Question) -> Question:
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
                "openid differs from application to application; unionid joins those of one owner, and is missing "
                "where the application is bound to none. django-allauth keys by openid, Auth.js by unionid: who "
                "changes over makes every user anew."
            ),
            (
                "The call demands openid, which stands in the token answer. With scope snsapi_base that answer is all "
                "there is, and this call gives error 48001."
            ),
            "There is no e-mail address and no username: nickname, with emoji, serves as name too.",
            "An error is an object with errcode (not 0) and errmsg under HTTP 200.",
            (
                "The content type is text/plain without a charset and the body UTF-8: who guesses Latin-1 garbles the "
                "name."
            ),
            "A token answer with is_snapshotuser 1 is of a stand-in for a page's preview, of no person: refuse it.",
            (
                "headimgurl may be an empty text, may begin with http, and stops working when the person changes the "
                "picture."
            ),
            "sex, city, province and country have been empty for most people since 2021.",
            "Outside mainland China api.wechat.com answers the same paths.",
        ),
        sources=("https://developers.weixin.qq.com/doc/service/en/api/webdev/access/api_snsuserinfo.html",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The token answer names the person in openid and, where bound, unionid. The application's own "
            "token for the API (/cgi-bin/token) has the same name and is another thing."
        ),
        lifetime=7200,
        expiry_field="expires_in",
        renewal=Operation(
            "Parameters appid, grant_type=refresh_token and refresh_token, no secret. The refresh token keeps its 30 "
            "days, after which the person has to authorise again.",
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
            "Parameters access_token and openid.",
            RequestTemplate(
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
            "snsapi_login signs in on websites by QR code; snsapi_base (openid alone, silent) and snsapi_userinfo (by "
            "consent) are for pages inside WeChat: send the person through again with the larger one. None opens an "
            "address."
        ),
        sources=("https://developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_webpage_authorization.html",),
    ),
    debug=OfAccount(
        kind="check-token",
        url="https://api.weixin.qq.com/sns/auth",
        placement=by_query("access_token"),
        params={"openid": "{openid}"},
        required_credentials=("openid",),
        proves=frozenset({"subject"}),
        response_model=Auth,
        refusals=(
            Refusal(200, "expired", _error(42001)),
            Refusal(200, "denied", _error(40001, 40014), detail="not valid, or not the latest one"),
            Refusal(
                200,
                "denied",
                _error(40003),
                bare=True,
                detail="no good token of this openid: dead, or of another person or application",
            ),
            Refusal(200, "contradiction", _error(41001), detail="WeChat saw no token, and one was sent"),
            Refusal(200, "not_permitted", _error(48001)),
            Refusal(200, "rate_limited", _error(45009, 45011)),
            Refusal(200, "issuer_error", _error(-1), detail="the system is busy"),
        ),
        source="https://developers.weixin.qq.com/doc/service/en/api/webdev/access/api_snsauth.html",
        note=(
            "It says whether token and openid belong together and live; good is errcode 0 alone. The openid is the "
            "expected account's, where one is expected. It proves the client only where the openid is one that the "
            "application got by its own token exchange, never where it was handed over with the token. Both go in the "
            "query, the one place that is documented: keep addresses out of logs."
        ),
    ),
    uncertain=(
        (
            "Which of the two Auth0 stores is not documented. The identifier here is openid, which is always there; "
            "unionid may come later, and would make the same person another user."
        ),
        "40003 answers for every openid that does not fit, so this refusal alone proves little.",
        "All codes but 40003 are those of WeChat's general list.",
        "Where users are keyed by unionid the call cannot be asked by what is stored: give their openid.",
    ),
)
