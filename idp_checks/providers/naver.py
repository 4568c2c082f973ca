"""Naver: all fields are under ``response``; ``resultcode`` distinguishes success and failure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, TypeAlias

from msgspec import Meta, Struct

from idp_checks.providers.sdk import (
    Claims,
    Email,
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
    TokenFacts,
    Url,
    Username,
    by_bearer,
    profile_probe,
    renew_by_refresh_token,
    revoke_by_request,
    split_scopes,
)

SUCCESS = "00"
Code: TypeAlias = Annotated[Any, Meta(extra={"const": SUCCESS})]
"""``00`` in every successful response."""


class User(Struct):
    """``response``: the user may refuse all fields except ``id``."""

    id: Id
    name: Name = None
    nickname: Username = None
    email: Email = None
    profile_image: Url = None


class Me(Shape):
    """``GET /v1/nid/me``, https://developers.naver.com/docs/login/profile/profile.md."""

    subject: ClassVar[Path] = ("response", "id")

    response: User
    resultcode: Code = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        if self.resultcode is not None and self.resultcode != SUCCESS:
            raise ProfileError("the response is an error, not a profile", path="$.resultcode")
        member = self.response
        return Claims(
            id=member.id,
            name=member.name,
            username=member.nickname,
            email=member.email,
            picture=member.profile_image,
        )


class Grant(Struct):
    """``response``: it repeats the token, and its ``expire_date`` is not read as a time.

    The format of ``expire_date`` is not documented.
    """

    allowed_profile: str | None = None


class TokenCheck(ResponseModel):
    """A valid token of any application, https://developers.naver.com/docs/login/api/api.md."""

    resultcode: str
    response: Grant

    def read(self, question: Question) -> Reading:
        if self.resultcode != SUCCESS:
            return Reading(active=None, reason="unparsable", detail="neither a valid response nor a documented error")
        return Reading(active=True, reason="ok", scopes=split_scopes(self.response.allowed_profile, ","))


PROVIDER = Provider(
    name="naver",
    title="Naver",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "naver", "allauth": "naver", "authjs": "naver"},
    docs=(
        "https://developers.naver.com/docs/login/devguide/devguide.md",
        "https://developers.naver.com/docs/login/api/api.md",
        "https://developers.naver.com/docs/login/profile/profile.md",
    ),
    profile=ProfileFacts(
        shapes=(Me,),
        request=RequestTemplate("https://openapi.naver.com/v1/nid/me"),
        subject_scope="the application",
        quirks=(
            "The profile is in the field response. A resultcode other than 00, a string of digits, is an error.",
            "The user may refuse every field except the identifier, even fields that the application requires.",
            "The email address is a contact address, often at another host, and has no flag.",
            "The identifier is not the login name. Two applications receive different identifiers for the same user.",
            "The response has no given name and no family name.",
            "A nickname that was never set may be masked with asterisks.",
            "Strict clients reject the Content-Type text/json.",
            "birthday is MM-DD without a year, age is a range of two numbers, and gender is F, M or U.",
            "Slashes in URLs are escaped in the raw JSON, which every JSON parser undoes.",
        ),
        sources=("https://developers.naver.com/docs/login/profile/profile.md",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The token contains +, / and =, which must be escaped in forms and queries. The registration of the "
            "application determines the fields of the profile."
        ),
        lifetime=3600,
        validity="expires_in of the token response is a string of digits.",
        renewal=renew_by_refresh_token(
            "GET also works. The refresh token stays valid.",
            "https://nid.naver.com/oauth2.0/token",
        ),
        termination=revoke_by_request(
            (
                "Naver responds with 200 and an empty body, and both tokens of the pair are revoked. The call has been "
                "documented since 2026. Before that it was grant_type=delete at the token endpoint."
            ),
            "https://nid.naver.com/oauth2.0/revoke",
            params={"token_type_hint": "access_token"},
        ),
        uses=Operation("Any token works.", RequestTemplate("https://openapi.naver.com/v1/nid/me")),
        sources=(
            "https://developers.naver.com/docs/login/api/api.md",
            "https://developers.naver.com/docs/login/devguide/devguide.md",
        ),
    ),
    scopes=Scopes(
        adding=(
            "The registration determines which fields are required and which are optional; no request parameter does. "
            "After a refusal, auth_type=reprompt asks the user again. The debug response lists the granted fields, "
            "such as profile/email, separated by commas. OpenID Connect uses scope openid."
        ),
        sources=("https://developers.naver.com/docs/login/devguide/devguide.md",),
    ),
    debug=HttpEndpoint(
        kind="check-token",
        url="https://openapi.naver.com/v1/nid/verify",
        placement=by_bearer(),
        params={"info": "true"},
        proves=frozenset({"scopes"}),
        response_model=TokenCheck,
        refusals=(
            Refusal(401, "denied", {"resultcode": "024"}),
            Refusal(401, "caller_rejected", {"resultcode": "028"}, detail="Naver received no token"),
            Refusal(403, "not_permitted", detail="the application has no permission for this API"),
        ),
        profile=profile_probe(
            "https://openapi.naver.com/v1/nid/me",
            Me,
            refusals=(),
            source="https://developers.naver.com/docs/login/profile/profile.md",
        ),
        source="https://developers.naver.com/docs/login/api/api.md",
        note=(
            "The response contains neither the application nor the user, so no client is proven. The closest evidence "
            "is an identifier from an earlier sign-in to the application, because identifiers are per application. The "
            "response repeats the token. The aud of an ID token is the client id: "
            "https://nid.naver.com/.well-known/openid-configuration."
        ),
    ),
    uncertain=(
        "The format of expire_date is not documented, so no expiry is read from it.",
        "The response to a revoked token is not documented. A 401 with resultcode 024 is a denial, whatever the cause.",
    ),
)
