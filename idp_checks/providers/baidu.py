"""Baidu: a user whose identifier depends on the application.

The picture URL is built from a template.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from idp_checks.providers.sdk import (
    Claims,
    EpochOrString,
    HttpEndpoint,
    Id,
    LibraryFacts,
    Name,
    NumberOrString,
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
    String,
    TokenFacts,
    Username,
    by_query,
    expiry_after,
    first_nonblank,
    parse_epoch,
    profile_probe,
    renew_by_refresh_token,
    split_scopes,
)

DOC = "https://openauth.baidu.com/doc/doc.html"
TOKENINFO = "https://developer.baidu.com/wiki/index.php?title=docs/oauth/tokeninfo"
_match_portrait = re.compile(r"[A-Za-z0-9._-]+(?:\?[A-Za-z0-9=&_-]*)?", re.ASCII).fullmatch


class User(Shape):
    """``users/getInfo``, https://openauth.baidu.com/doc/doc.html, and the short ``users/getLoggedInUser``.

    Newer applications receive ``openid``, applications under the old rules ``userid``. The short response has ``uid``.
    """

    subject: ClassVar[Path] = ("openid",)

    openid: Id | None = None
    userid: Id | None = None
    uid: Id | None = None
    username: Username = None
    uname: Username = None
    realname: Name = None
    portrait: String = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        ident = self.openid
        if ident is None:
            ident = self.uid if self.userid is None else self.userid
            if ident is None:
                raise ProfileError("missing", path="$.openid")
        return Claims(
            id=ident,
            name=self.realname,
            username=first_nonblank(self.username, self.uname),
            picture=picture_url(self.portrait),
        )


def picture_url(portrait: str | None) -> str | None:
    """Return the URL of a picture; None if the name of the picture is invalid."""
    if portrait is None or _match_portrait(portrait) is None:
        return None
    return f"https://himg.bdimg.com/sys/portrait/item/{portrait}.jpg"


class TokenInfo(ResponseModel):
    """A good token of any application.

    Baidu's page spells the remaining seconds ``expires_in`` and ``expire_in``. ``userid`` is 0 for a token without a
    user.
    """

    client_id: str
    userid: int | str
    scope: str | None = None
    create_time: EpochOrString | None = None
    expires_in: NumberOrString | None = None
    expire_in: NumberOrString | None = None

    def read(self, question: Question) -> Reading:
        remaining = self.expire_in if self.expires_in is None else self.expires_in
        if remaining is None:
            return Reading(
                active=None, reason="unparsable", detail="the expiry is missing, which every good response contains"
            )
        subject = None if str(self.userid) == "0" else str(self.userid)
        if question.subject not in (None, subject):
            subject = None  # may be known by an openid, which only the profile call returns
        return Reading(
            active=True,
            reason="ok",
            client_id=self.client_id,
            subject=subject,
            scopes=split_scopes(self.scope),
            expires_at=expiry_after(question.time, remaining),
            issued_at=parse_epoch(self.create_time),
        )


PROVIDER = Provider(
    name="baidu",
    title="Baidu",
    kind="social",
    protocol="oauth2",
    aliases={"allauth": "baidu"},
    libraries={
        "allauth": LibraryFacts(required_field="uid"),
    },
    docs=(DOC, "https://developer.baidu.com/wiki/index.php?title=docs/oauth", TOKENINFO),
    profile=ProfileFacts(
        shapes=(User,),
        request=RequestTemplate("https://openapi.baidu.com/rest/2.0/passport/users/getInfo", by_query("access_token")),
        subject_scope="the application",
        quirks=(
            (
                "The identifier depends on the application: openid for newer applications (unionid is the same in "
                "all applications of a developer), userid under the old rules, uid in the short response of "
                "getLoggedInUser. If several are present, openid is used."
            ),
            "The profile has no email address.",
            (
                "The picture URL is built from portrait. Older clients built "
                "http://tb.himg.baidu.com/sys/portrait/item/{portrait}."
            ),
            (
                "The profile usually has no full name: the username is also the name. It may be masked by asterisks "
                "or empty."
            ),
            "Numbers and flags are strings of digits. An unknown birthday is 0000-00-00.",
            "An error is an object with error_code and error_msg: 110 for an invalid token, 111 for an expired token.",
        ),
        sources=(DOC,),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "The token consists of parts joined by dots. The older format contains type, lifetime, expiry, user "
            "and application in the clear. The newer format begins with 121. and contains no readable data. Do "
            "not trust either without asking Baidu."
        ),
        lifetime=2592000,
        expiry_field="expires_in",
        renewal=renew_by_refresh_token(
            "GET works as well. Baidu's pages state that a refresh token is valid for ten years and can be used once.",
            "https://openapi.baidu.com/oauth/2.0/token",
        ),
        termination=Operation(
            "Returns result 1 on success. Revokes the user's whole consent.",
            RequestTemplate(
                "https://openapi.baidu.com/rest/2.0/passport/auth/revokeAuthorization", by_query("access_token")
            ),
            ends="grant",
        ),
        uses=Operation(
            request=RequestTemplate(
                "https://openapi.baidu.com/rest/2.0/passport/users/getInfo", by_query("access_token")
            )
        ),
        sample="121.{}",
        sources=(DOC,),
    ),
    scopes=Scopes(
        profile=("basic",),
        adding=(
            "basic is the default. Other scopes, such as mobile or netdisk, are first granted to the application and "
            "then requested in scope at https://openapi.baidu.com/oauth/2.0/authorize. No scope provides an email "
            "address."
        ),
        sources=(DOC,),
    ),
    debug=HttpEndpoint(
        kind="tokeninfo",
        url="https://openapi.baidu.com/oauth/2.0/tokeninfo",
        placement=by_query("access_token"),
        proves=frozenset({"client", "subject", "scopes", "end"}),
        response_model=TokenInfo,
        refusals=(Refusal(400, "denied", {"error": "invalid_grant"}),),
        profile=profile_probe(
            "https://openapi.baidu.com/rest/2.0/passport/users/getInfo",
            User,
            placement=by_query("access_token"),
            refusals=(),
            error_fields=("error_code",),
            source=DOC,
        ),
        source=TOKENINFO,
        note=(
            "The client is the API key. The account is compared by userid. If another account is expected, the "
            "profile call follows, because newer applications know users by openid. The token is sent in the query, "
            "the only documented place: keep URLs out of logs."
        ),
    ),
    uncertain=(
        (
            "Baidu's page belongs to the old developer wiki. It is not confirmed that tokens of newer applications "
            "(121.) get the same response, so a refusal of such a token may be wrong."
        ),
    ),
)
