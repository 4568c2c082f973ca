"""Sina Weibo: the person behind a token; the address stands in an answer of its own, which few applications get."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    AdditionalCall,
    Claims,
    Email,
    EpochOrString,
    HttpEndpoint,
    Id,
    Name,
    NumberOrString,
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
    expiry_after,
    first_nonblank,
    parse_epoch,
    pick_email,
    split_scopes,
)

ANSWERED = frozenset((200, 400, 401, 403))
"""Statuses under which a denial counts: Weibo documents none."""


class EmailEntry(Struct):
    """An element of ``GET /2/account/profile/email.json``; an error stands there without an address."""

    email: Email = None


class User(Shape):
    """``GET /2/users/show.json``, https://open.weibo.com/wiki/2/users/show.

    ``idstr`` is exact where ``id`` went through a float.
    """

    subject: ClassVar[Path] = ("idstr",)

    id: Id
    idstr: Id | None = None
    screen_name: Username = None
    name: Name = None
    avatar_hd: Url = None
    avatar_large: Url = None
    profile_image_url: Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        exact = self.idstr
        listed = also.get("email")
        email = None
        if listed:
            listed = [listed] if isinstance(listed, EmailEntry) else listed
            email = pick_email((each.email, False, None) for each in listed)[0]
        return Claims(
            id=self.id if exact is None or not str(exact).strip() else exact,
            name=self.name,
            username=self.screen_name,
            email=email,
            picture=first_nonblank(self.avatar_hd, self.avatar_large, self.profile_image_url),
        )


class TokenInfo(ResponseModel):
    """A good token of whatever application, https://open.weibo.com/wiki/Oauth2/get_token_info.

    Numbers come as such or as texts; an early page has ``expires_in`` for ``expire_in``, the seconds left.
    """

    uid: int | str
    appkey: int | str
    create_at: EpochOrString | None = None
    expire_in: NumberOrString | None = None
    expires_in: NumberOrString | None = None
    scope: str | None = None

    def read(self, question: Question) -> Reading:
        left = self.expires_in if self.expire_in is None else self.expire_in
        if left is None:
            return Reading(active=None, reason="unparsable", detail="the end is missing, which every good answer has")
        return Reading(
            active=True,
            reason="ok",
            client_id=str(self.appkey),
            subject=str(self.uid),
            scopes=split_scopes(self.scope, ","),
            expires_at=expiry_after(question.time, left),
            issued_at=parse_epoch(self.create_at),
        )


def _error(*codes: int) -> Mapping[str, Any]:
    return {"error_code": frozenset(codes)}


PROVIDER = Provider(
    name="weibo",
    title="Sina Weibo",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "weibo", "allauth": "weibo"},
    simulation=SimulationFacts(
        token_fields=lambda raw: {"uid": str(raw.get("idstr") or raw.get("id") or "7000000042")},
        calls={"get_token_info": lambda raw: {"uid": raw.get("id")}},
    ),
    docs=(
        "https://open.weibo.com/wiki/2/users/show",
        "https://open.weibo.com/wiki/2/account/profile/email",
        "https://open.weibo.com/wiki/Oauth2/access_token",
        "https://open.weibo.com/wiki/Oauth2/get_token_info",
        "https://open.weibo.com/wiki/Error_code",
    ),
    profile=ProfileFacts(
        shapes=(User,),
        request=RequestTemplate("https://api.weibo.com/2/users/show.json?uid={uid}", by_query("access_token")),
        also={
            "email": AdditionalCall(
                list[EmailEntry] | EmailEntry,
                RequestTemplate("https://api.weibo.com/2/account/profile/email.json", by_query("access_token")),
                "the address, without a flag: an advanced right (scope email), so most applications get an error",
            )
        },
        quirks=(
            "Nothing vouches for the address: verified is the badge of the account.",
            (
                "The call demands uid: it stands in the token answer as a text, and GET /2/account/get_uid.json and "
                "get_token_info give it too."
            ),
            "The identifier passes 32 bits, those of posts in status pass 2^53: idstr is exact, id as a float is not.",
            "There are no legal name and no parts of it: name repeats screen_name, which can be changed.",
            "Empty texts stand for missing values; province and city are digits in texts, location is for people.",
            "created_at is of the early form of Twitter's dates, with the offset +0800.",
            "Only people who let the application in can be read.",
            (
                "An error is an object with error, error_code and request: 21321 is what an application not yet "
                "approved gets for people who are not its testers."
            ),
        ),
        sources=(
            "https://open.weibo.com/wiki/2/users/show",
            "https://open.weibo.com/wiki/2/account/profile/email",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=("2.00, letters and digits in examples. The token answer names the person in uid, a text."),
        expiry_field="expires_in",
        validity=(
            "By the application's level: about a day under test, 30 days once approved. remind_in is its "
            "older double, a text."
        ),
        renewal=Operation(
            "None for web applications: the person is sent through the authorisation again, without a click while the "
            "old consent stands. SDKs of mobile applications have a refresh token."
        ),
        termination=Operation(
            "Form field access_token (GET with the query works too); result true when done. Withdraws the person's "
            "whole consent.",
            RequestTemplate("https://api.weibo.com/oauth2/revokeoauth2", by_form("access_token"), method="POST"),
            ends="grant",
        ),
        uses=Operation(
            request=RequestTemplate("https://api.weibo.com/2/account/get_uid.json", by_query("access_token"))
        ),
        sample="2.00{}",
        sources=(
            "https://open.weibo.com/wiki/Oauth2/access_token",
            "https://open.weibo.com/wiki/Oauth2/revokeoauth2",
        ),
    ),
    scopes=Scopes(
        separator=",",
        email=("email",),
        adding=(
            "Apply for the advanced right first, then name it in scope at https://api.weibo.com/oauth2/authorize. The "
            "profile needs none."
        ),
        sources=("https://open.weibo.com/wiki/Scope",),
    ),
    debug=HttpEndpoint(
        kind="tokeninfo",
        method="POST",
        url="https://api.weibo.com/oauth2/get_token_info",
        placement=by_form("access_token"),
        proves=frozenset({"client", "subject", "scopes", "end"}),
        response_model=TokenInfo,
        refusals=(
            Refusal(ANSWERED, "expired", _error(21315, 21327)),
            Refusal(ANSWERED, "revoked", _error(21316, 21319)),
            Refusal(ANSWERED, "denied", _error(21314, 21317, 21332), detail="used up, rejected or unknown"),
            Refusal(None, "not_permitted", _error(10004, 10005, 10014, 21321)),
            Refusal(None, "rate_limited", _error(10022, 10023, 10024)),
            Refusal(None, "issuer_error", _error(10001, 10002, 10003, 10009, 10010, 10011, 21331)),
        ),
        error_fields=("error", "error_code"),
        source="https://open.weibo.com/wiki/Oauth2/get_token_info",
        note=("The client is the appkey. The names are create_at and expire_in; nothing left is an end."),
    ),
    uncertain=(
        "The HTTP status of errors is not documented: a denial counts under 200, 400, 401 and 403 alone.",
        "The codes are those of Weibo's general list, whose words for 21314, 21317 and 21332 tell little.",
        "How several scopes are written in the answer is not documented: read as parted by commas.",
    ),
)
