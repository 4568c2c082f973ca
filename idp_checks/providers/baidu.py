"""Baidu: the person behind a token, under an identifier that depends on the application; the picture by a template."""

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
_portrait = re.compile(r"[A-Za-z0-9._-]+(?:\?[A-Za-z0-9=&_-]*)?", re.ASCII).fullmatch


class User(Shape):
    """``users/getInfo``, https://openauth.baidu.com/doc/doc.html, and the short ``users/getLoggedInUser``.

    ``openid`` is what newer applications get, ``userid`` those of the old rules, ``uid`` who asks for the short answer.
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
            picture=picture(self.portrait),
        )


def picture(portrait: str | None) -> str | None:
    """The address of a picture; None where its name is none."""
    if portrait is None or _portrait(portrait) is None:
        return None
    return f"https://himg.bdimg.com/sys/portrait/item/{portrait}.jpg"


class TokenInfo(ResponseModel):
    """A good token of whatever application; Baidu's page spells the seconds left ``expires_in`` and ``expire_in``.

    ``userid`` is 0 for a token without a person.
    """

    client_id: str
    userid: int | str
    scope: str | None = None
    create_time: EpochOrString | None = None
    expires_in: NumberOrString | None = None
    expire_in: NumberOrString | None = None

    def read(self, question: Question) -> Reading:
        left = self.expire_in if self.expires_in is None else self.expires_in
        if left is None:
            return Reading(active=None, reason="unparsable", detail="the end is missing, which every good answer has")
        subject = None if str(self.userid) == "0" else str(self.userid)
        if question.subject not in (None, subject):
            subject = None  # may be known by an openid, which this answer does not name: the profile call does
        return Reading(
            active=True,
            reason="ok",
            client_id=self.client_id,
            subject=subject,
            scopes=split_scopes(self.scope),
            expires_at=expiry_after(question.time, left),
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
                "The identifier depends on the application: openid for newer ones (unionid joins those of one "
                "developer), userid under the old rules, uid in the short answer of getLoggedInUser. Should several "
                "come, openid counts."
            ),
            "There is no e-mail address at all.",
            (
                "The picture is built from portrait; older clients built "
                "http://tb.himg.baidu.com/sys/portrait/item/{portrait}."
            ),
            (
                "There is no full name as a rule: the username serves as name too, and may be masked by asterisks or "
                "empty."
            ),
            "Numbers and flags are digits in texts; birthday is 0000-00-00 where unknown.",
            "An error is an object with error_code and error_msg: 110 for a bad token, 111 for one past its end.",
        ),
        sources=(DOC,),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "Parts joined by dots. The older form shows kind, lifetime, end, user and application in the clear; the "
            "newer begins with 121. and shows nothing. Neither is to be believed without asking Baidu."
        ),
        lifetime=2592000,
        expiry_field="expires_in",
        renewal=renew_by_refresh_token(
            "grant_type=refresh_token with client_id and client_secret, GET works too; a refresh token lives ten years "
            "by Baidu's pages and serves once.",
            "https://openapi.baidu.com/oauth/2.0/token",
        ),
        termination=Operation(
            "Parameter access_token; result 1 when done. Withdraws the person's whole consent.",
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
            "basic is there by default; others, such as mobile or netdisk, are granted to the application first, then "
            "named in scope at https://openapi.baidu.com/oauth/2.0/authorize. None opens an address."
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
            "The client is the API key. The account is told by its userid: where another is expected, the "
            "profile call is asked, since newer applications know people by openid. The token goes in the "
            "query, the one place that is documented: keep addresses out of logs."
        ),
    ),
    uncertain=(
        (
            "Baidu's page is of the old developer wiki: whether the tokens of newer applications (121.) get the same "
            "answer was not confirmed, so a refusal of one of them may be wrong."
        ),
    ),
)
