"""Sina Weibo: the user of a token. Few applications may call the endpoint for the email address."""

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

DENIAL_STATUSES = frozenset((200, 400, 401, 403))
"""The statuses with which a refusal counts; Weibo documents no statuses."""


class EmailEntry(Struct):
    """An element of ``GET /2/account/profile/email.json``; an error there has no address."""

    email: Email = None


class User(Shape):
    """``GET /2/users/show.json``, https://open.weibo.com/wiki/2/users/show.

    ``idstr`` is exact even if ``id`` was rounded as a float.
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
        entries = also.get("email")
        email = None
        if entries:
            entries = [entries] if isinstance(entries, EmailEntry) else entries
            email = pick_email((entry.email, False, None) for entry in entries)[0]
        return Claims(
            id=self.id if exact is None or not str(exact).strip() else exact,
            name=self.name,
            username=self.screen_name,
            email=email,
            picture=first_nonblank(self.avatar_hd, self.avatar_large, self.profile_image_url),
        )


class TokenInfo(ResponseModel):
    """A valid token of any application, https://open.weibo.com/wiki/Oauth2/get_token_info.

    Numbers may be strings. An early page has ``expires_in`` instead of ``expire_in``, the seconds until expiry.
    """

    uid: int | str
    appkey: int | str
    create_at: EpochOrString | None = None
    expire_in: NumberOrString | None = None
    expires_in: NumberOrString | None = None
    scope: str | None = None

    def read(self, question: Question) -> Reading:
        seconds = self.expires_in if self.expire_in is None else self.expire_in
        if seconds is None:
            return Reading(
                active=None, reason="unparsable", detail=("the expiry, which every valid response contains, is missing")
            )
        return Reading(
            active=True,
            reason="ok",
            client_id=str(self.appkey),
            subject=str(self.uid),
            scopes=split_scopes(self.scope, ","),
            expires_at=expiry_after(question.time, seconds),
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
                (
                    "the email address, without a verification flag; an advanced permission (scope email), so most "
                    "applications get an error"
                ),
            )
        },
        quirks=(
            "Weibo does not state that an email address is verified. verified is the account's badge.",
            (
                "The call requires uid. The token response contains it as a string; GET /2/account/get_uid.json and "
                "get_token_info also return it."
            ),
            (
                "The identifier exceeds 32 bits, and the identifiers of posts in status exceed 2^53. idstr is exact, "
                "id as a float is not."
            ),
            "The profile has no legal name and no given or family name. name repeats screen_name, which can change.",
            "Missing values are empty strings. province and city are strings of digits; location is readable.",
            "created_at has the early Twitter date format, with the offset +0800.",
            "An application can only read users who authorized it.",
            (
                "An error is an object with error, error_code and request. An application that is not yet approved "
                "gets 21321 for users who are not its testers."
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
        contents=(
            "In examples, a token consists of 2.00, letters and digits. The token response contains the user in uid, "
            "a string."
        ),
        expiry_field="expires_in",
        validity=(
            "The lifetime depends on the application's level: about a day during testing, 30 days after approval. The "
            "older field remind_in repeats it as a string."
        ),
        renewal=Operation(
            "Not available for web applications: the user authorizes again, without a click while the previous "
            "consent is valid. SDKs of mobile applications have a refresh token."
        ),
        termination=Operation(
            "GET with a query also works. result is true on success. Withdraws the user's whole consent.",
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
            "Apply for the advanced permission first, then include it in scope at "
            "https://api.weibo.com/oauth2/authorize. The profile requires no scope."
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
            Refusal(DENIAL_STATUSES, "expired", _error(21315, 21327)),
            Refusal(DENIAL_STATUSES, "revoked", _error(21316, 21319)),
            Refusal(
                DENIAL_STATUSES,
                "denied",
                _error(21314, 21317, 21332),
                detail=("the token is used up, rejected or unknown"),
            ),
            Refusal(None, "not_permitted", _error(10004, 10005, 10014, 21321)),
            Refusal(None, "rate_limited", _error(10022, 10023, 10024)),
            Refusal(None, "issuer_error", _error(10001, 10002, 10003, 10009, 10010, 10011, 21331)),
        ),
        error_fields=("error", "error_code"),
        source="https://open.weibo.com/wiki/Oauth2/get_token_info",
        note=(
            "appkey contains the client. The time fields are create_at and expire_in. If no seconds are left, the "
            "token has expired."
        ),
    ),
    uncertain=(
        "The HTTP status of errors is not documented. A refusal counts only with status 200, 400, 401 or 403.",
        "The codes are from Weibo's general list, which describes 21314, 21317 and 21332 only vaguely.",
        "The format of several scopes in the response is not documented. Commas are assumed to separate them.",
    ),
)
