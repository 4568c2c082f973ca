"""Fitbit: the legacy Web API, which Google switched off; stored profiles and tokens still use it."""

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
"""Numbers from here on are in milliseconds. This number of milliseconds is a day in 1973, of seconds a day in 5138."""
ASKED = ("activity", "heartrate", "location", "nutrition", "profile", "sleep", "weight")
"""Scopes as an application requests them. Responses contain them in capitals, with the kind of access."""


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


class TokenStatus(ResponseModel):
    """A valid token of any client; ``scope`` is in braces, as in ``{ACTIVITY=READ_WRITE, PROFILE=READ}``.

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
            return Reading(active=None, reason="contradiction", detail="inactive, in the format of a valid response")
        scope = self.scope
        return Reading(
            active=True,
            reason="ok",
            client_id=self.client_id,
            subject=self.user_id,
            scopes=None if scope is None else split_scopes(scope.strip().removeprefix("{").removesuffix("}"), ","),
            expires_at=parse_epoch(to_seconds(self.exp)),
            issued_at=None if self.iat is None else parse_epoch(to_seconds(self.iat)),
            token_type=self.token_type,
        )


def to_seconds(moment: float) -> float:
    """Return a time in either unit as seconds since 1970."""
    return moment / 1000 if moment >= MILLISECONDS else moment


class IntrospectionEndpoint(HttpEndpoint):
    """An endpoint that requires a bearer token from the caller; it receives the token to be checked."""

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
        "Sign-in with Fitbit accounts ended on 2026-05-19. According to Google's announcement, the Web API and its "
        "OAuth endpoints have been off since 2026-11-02. The successor is the Google Health API with Google's OAuth. "
        "Tokens and consents do not carry over."
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
            "All fields are under user.",
            "The profile has no email address, regardless of the scope.",
            (
                "displayName is the name that other users see: a name or a username, depending on the user's setting. "
                "The nickname may therefore be a real name. fullName, firstName and lastName may be missing or empty."
            ),
            "encodedId consists of letters and digits, sometimes of digits alone. It must not be read as a number.",
            (
                "Units and the number format follow the Accept-Language header of the request. offsetFromUTCMillis is "
                "in milliseconds."
            ),
            "dateOfBirth may be an empty string, and gender may be NA.",
            "avatar is always present. It is a default picture if the user never set a picture.",
        ),
        sources=("https://dev.fitbit.com/build/reference/web-api/user/get-profile/",),
    ),
    token=TokenFacts(
        form="jwt",
        contents=(
            "A JWT signed with HS256. Only Fitbit has the key, so the token can be read but not verified. aud is the "
            "client, sub the user, iss Fitbit, and scopes a string of short codes. The user chooses among the "
            "requested scopes."
        ),
        lifetime=28800,
        validity=(
            "This applies to the code flow. Tokens of the implicit flow expire after a day, a week, 30 days or a year."
        ),
        renewal=renew_by_refresh_token(
            "A refresh token works once. The endpoint was switched off with the API.",
            "https://api.fitbit.com/oauth2/token",
            basic=True,
        ),
        termination=revoke_by_request(
            "Accepts an access token or a refresh token and revokes both. The endpoint was switched off with the API.",
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
            "Authorize again with more scopes. The user may deselect any of them. No scopes have been granted since "
            "the switch-off."
        ),
        implied={name: (f"{name.upper()}=READ", f"{name.upper()}=READ_WRITE") for name in ASKED},
        sources=("https://dev.fitbit.com/build/reference/web-api/developer-guide/application-design/#Scopes",),
    ),
    debug=IntrospectionEndpoint(
        kind="introspection",
        method="POST",
        url="https://api.fitbit.com/1.1/oauth2/introspect",
        placement=by_form("token"),
        proves=frozenset({"client", "subject", "scopes", "end"}),
        response_model=TokenStatus,
        refusals=(
            Refusal(401, "expired", {"success": False, "errors": [{"errorType": "expired_token"}]}),
            Refusal(401, "denied", {"success": False, "errors": [{"errorType": "invalid_token"}]}),
            INACTIVE,
        ),
        source="https://dev.fitbit.com/build/reference/web-api/authorization/introspect/",
        note=(
            "No client credentials are required. Any valid token may be used to check any other token, so the client "
            "in the response must be compared. Here the token authenticates its own check, so an invalid "
            "token is refused with 401. Only a request that is authenticated with another token receives active false. "
            "Version 1 had active 1 or 0, clientId.id and userId.id. The rate limit is 150 calls per hour and user; "
            "the header fitbit-rate-limit-remaining contains the remaining calls."
        ),
    ),
    uncertain=(
        (
            "The API is reported to be off and has never been called since. A response that is not in the old format "
            "is undecided. A response in the old format is still accepted."
        ),
        (
            "The unit of exp and iat is not documented. Numbers from 10^11 on are read as milliseconds, smaller "
            "numbers as seconds."
        ),
        "Fitbit documents ACTIVITY=READ_WRITE alone. The other names in the braces are read as the scopes in capitals.",
    ),
)
