"""Fitbit: the legacy Web API, switched off by Google; stored profiles and tokens still have its form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct
from msgspec.structs import replace

from idp_checks.providers.sdk import (
    INACTIVE,
    Claims,
    HttpEndpoint,
    Id,
    LibraryFacts,
    Name,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    Refusal,
    Request,
    RequestTemplate,
    ResponseModel,
    Scopes,
    Secret,
    Shape,
    TokenFacts,
    Url,
    Username,
    by_form,
    parse_epoch,
    renew_by_refresh_token,
    revoke_by_request,
    split_scopes,
)

Moment = Annotated[int | float, Meta(extra={"means": "epoch-millis"})]
"""Milliseconds or seconds since 1970: the unit is not documented."""
MILLISECONDS = 10**11
"""From here on a number is in milliseconds: as such it is a day of 1973, in seconds one of the year 5138."""
ASKED = ("activity", "heartrate", "location", "nutrition", "profile", "sleep", "weight")
"""Scopes as an application asks for them; answers write them in capitals, with the kind of access."""


class User(Struct, rename="camel"):
    """``user``."""

    encoded_id: Id
    full_name: Name = None
    display_name: Username = None
    first_name: Name = None
    last_name: Name = None
    avatar: Url = None


class Profile(Shape):
    """``GET /1/user/-/profile.json``, https://dev.fitbit.com/build/reference/web-api/user/get-profile/."""

    subject: ClassVar[Path] = ("user", "encodedId")

    user: User

    def claims(self, also: Mapping[str, Any]) -> Claims:
        user = self.user
        return Claims(
            id=user.encoded_id,
            name=user.full_name,
            given_name=user.first_name,
            family_name=user.last_name,
            username=user.display_name,
            picture=user.avatar,
        )


class Introspected(ResponseModel):
    """A good token of whatever client; ``scope`` stands in braces, as in ``{ACTIVITY=READ_WRITE, PROFILE=READ}``.

    https://dev.fitbit.com/build/reference/web-api/authorization/introspect/
    """

    active: bool
    client_id: str
    user_id: str
    exp: Moment
    iat: Moment | None = None
    scope: str | None = None
    token_type: str | None = None

    def read(self, question: Question) -> Reading:
        if self.active is not True:
            return Reading(active=None, reason="contradiction", detail="not active, in the form of a good answer")
        scope = self.scope
        return Reading(
            active=True,
            reason="ok",
            client_id=self.client_id,
            subject=self.user_id,
            scopes=None if scope is None else split_scopes(scope.strip().removeprefix("{").removesuffix("}"), ","),
            expires_at=parse_epoch(seconds(self.exp)),
            issued_at=None if self.iat is None else parse_epoch(seconds(self.iat)),
            token_type=self.token_type,
        )


def seconds(moment: float) -> float:
    """Seconds since 1970, from whichever unit."""
    return moment / 1000 if moment >= MILLISECONDS else moment


class Introspection(HttpEndpoint):
    """An endpoint that wants a bearer token of whoever asks: here the one that is asked about."""

    def build_request(self, question: Question) -> Request:
        request = super().build_request(question)
        bearer = Secret(f"Bearer {question.token.reveal()}")
        return replace(request, headers={**request.headers, "Authorization": bearer})


PROVIDER = Provider(
    name="fitbit",
    title="Fitbit",
    kind="social",
    protocol="oauth2",
    status="defunct",
    status_note=(
        "Logins with Fitbit accounts ended on 2026-05-19, and by Google's announcement the Web API with its OAuth "
        "endpoints is off since 2026-11-02. The successor is the Google Health API with Google's OAuth; tokens and "
        "consents do not carry over."
    ),
    aliases={"social_core": "fitbit"},
    libraries={
        "social_core": LibraryFacts(classes={Profile: "fitbit.FitbitOAuth2"}),
    },
    docs=(
        "https://dev.fitbit.com/build/reference/web-api/developer-guide/authorization/",
        "https://dev.fitbit.com/build/reference/web-api/user/get-profile/",
        "https://dev.fitbit.com/build/reference/web-api/authorization/introspect/",
        "https://developers.google.com/health/migration",
    ),
    profile=ProfileFacts(
        shapes=(Profile,),
        request=RequestTemplate("https://api.fitbit.com/1/user/-/profile.json"),
        quirks=(
            "All of it stands under user.",
            "No address, whatever the scope.",
            (
                "displayName is what others see, a name or a username by the person's own setting: the nickname may be "
                "a real name. fullName, firstName and lastName may be missing or empty."
            ),
            "encodedId is letters and digits, sometimes digits alone: never a number.",
            "Units and the form of numbers follow the Accept-Language of the request; offsetFromUTCMillis is in ms.",
            "dateOfBirth may be an empty text, and gender NA.",
            "avatar is always there, a default picture where none was set.",
        ),
        sources=("https://dev.fitbit.com/build/reference/web-api/user/get-profile/",),
    ),
    token=TokenFacts(
        form="jwt",
        contents=(
            "A JWT by HS256 under a key that Fitbit alone holds: it can be read and not verified. aud is the client, "
            "sub the person, iss Fitbit, scopes a text of short codes. The person chooses among the scopes asked for."
        ),
        lifetime=28800,
        validity="Eight hours by the code flow; a day, a week, 30 days or a year by the implicit one.",
        renewal=renew_by_refresh_token(
            "A refresh token works once. Off with the API.",
            "https://api.fitbit.com/oauth2/token",
            basic=True,
        ),
        termination=revoke_by_request(
            "Form field token, access or refresh token, HTTP Basic; ends both. Off with the API.",
            "https://api.fitbit.com/oauth2/revoke",
            basic=True,
        ),
        uses=Operation(
            request=RequestTemplate("https://api.fitbit.com/1/user/-/profile.json"), required_scopes=("profile",)
        ),
        sources=(
            "https://dev.fitbit.com/build/reference/web-api/authorization/",
            "https://dev.fitbit.com/build/reference/web-api/developer-guide/authorization/",
        ),
    ),
    scopes=Scopes(
        profile=("profile",),
        adding=(
            "Authorise again with more names; the person may untick any of them. Nothing new is granted since the "
            "switch-off."
        ),
        implied={name: (f"{name.upper()}=READ", f"{name.upper()}=READ_WRITE") for name in ASKED},
        sources=("https://dev.fitbit.com/build/reference/web-api/developer-guide/application-design/#Scopes",),
    ),
    debug=Introspection(
        kind="introspection",
        method="POST",
        url="https://api.fitbit.com/1.1/oauth2/introspect",
        placement=by_form("token"),
        proves=frozenset({"client", "subject", "scopes", "end"}),
        response_model=Introspected,
        refusals=(
            Refusal(401, "expired", {"success": False, "errors": [{"errorType": "expired_token"}]}),
            Refusal(401, "denied", {"success": False, "errors": [{"errorType": "invalid_token"}]}),
            INACTIVE,
        ),
        source="https://dev.fitbit.com/build/reference/web-api/authorization/introspect/",
        note=(
            "No client credentials: any living token may ask about any other, and answers name the client, which must "
            "be compared. The token asks about itself here, so a dead one falls at the header with 401; active false "
            "is for those who ask with another. Version 1 had active 1 or 0, clientId.id and userId.id. 150 calls an "
            "hour for each person, told by fitbit-rate-limit-remaining."
        ),
    ),
    uncertain=(
        (
            "The API is said to be off and was not asked since: whatever fails to answer in its old form is undecided, "
            "and an answer in that form is still taken at its word."
        ),
        "The unit of exp and iat is not documented: numbers from 10^11 on are read as milliseconds, others as seconds.",
        "Fitbit shows ACTIVITY=READ_WRITE alone; the other names in the braces are taken for the scopes in capitals.",
    ),
)
