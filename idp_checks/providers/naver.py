"""Naver: everything stands under ``response``, and ``resultcode`` says whether it may be used."""

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
"""``00`` in every answer that is no error."""


class Member(Struct):
    """``response``: the person may refuse all but ``id``."""

    id: Id
    name: Name = None
    nickname: Username = None
    email: Email = None
    profile_image: Url = None


class Me(Shape):
    """``GET /v1/nid/me``, https://developers.naver.com/docs/login/profile/profile.md."""

    subject: ClassVar[Path] = ("response", "id")

    response: Member
    resultcode: Code = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        if self.resultcode is not None and self.resultcode != SUCCESS:
            raise ProfileError("the answer is an error, no profile", path="$.resultcode")
        member = self.response
        return Claims(
            id=member.id,
            name=member.name,
            username=member.nickname,
            email=member.email,
            picture=member.profile_image,
        )


class Grant(Struct):
    """``response``: it repeats the token; the form of ``expire_date`` is not documented, so it is no time here."""

    allowed_profile: str | None = None


class Verified(ResponseModel):
    """A good token of whatever application, https://developers.naver.com/docs/login/api/api.md."""

    resultcode: str
    response: Grant

    def read(self, question: Question) -> Reading:
        if self.resultcode != SUCCESS:
            return Reading(active=None, reason="unparsable", detail="neither a good answer nor a documented error")
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
            "The profile is the member response; a resultcode other than 00, a text of digits, is an error.",
            "The person may refuse every datum but the identifier, those that the application requires as well.",
            "The address is one for contact, often at another host, and has no flag.",
            "The identifier is not the login name; two applications see two of them for one person.",
            "The name has no parts.",
            "A nickname that was never set may be masked with asterisks.",
            "Strict clients stumble over the Content-Type text/json.",
            "birthday is MM-DD, without a year; age is a range of two numbers; gender is F, M or U.",
            "Slashes in addresses are escaped in the raw text, which every JSON parser undoes.",
        ),
        sources=("https://developers.naver.com/docs/login/profile/profile.md",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "It holds +, / and =, to be escaped in forms and queries. What the profile shows is chosen in "
            "the registration of the application."
        ),
        lifetime=3600,
        validity="expires_in of the token answer is a text of digits.",
        renewal=renew_by_refresh_token(
            "grant_type=refresh_token with client_id, client_secret and refresh_token, by GET as well; the refresh "
            "token stays.",
            "https://nid.naver.com/oauth2.0/token",
        ),
        termination=revoke_by_request(
            "Form fields client_id, client_secret, token and token_type_hint; an empty 200, and both of the pair "
            "end. Documented since 2026; before, it was grant_type=delete at the token endpoint.",
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
            "The registration says which data are required and which optional; no parameter does. After a refusal "
            "auth_type=reprompt puts the question again. The debug answer lists what was granted, "
            "such as profile/email, with commas between. OpenID Connect takes openid."
        ),
        sources=("https://developers.naver.com/docs/login/devguide/devguide.md",),
    ),
    debug=HttpEndpoint(
        kind="check-token",
        url="https://openapi.naver.com/v1/nid/verify",
        placement=by_bearer(),
        params={"info": "true"},
        proves=frozenset({"scopes"}),
        response_model=Verified,
        refusals=(
            Refusal(401, "denied", {"resultcode": "024"}),
            Refusal(401, "caller_rejected", {"resultcode": "028"}, detail="the token did not arrive"),
            Refusal(403, "not_permitted", detail="the application may not use this API"),
        ),
        profile=profile_probe(
            "https://openapi.naver.com/v1/nid/me",
            Me,
            refusals=(),
            source="https://developers.naver.com/docs/login/profile/profile.md",
        ),
        source="https://developers.naver.com/docs/login/api/api.md",
        note=(
            "It answers for every application's token and names neither application nor person, so no client is "
            "proven; an identifier that one's own sign-in has seen is the nearest thing to it, since identifiers are "
            "per application. The answer repeats the token. The aud of an ID token is the client id: "
            "https://nid.naver.com/.well-known/openid-configuration."
        ),
    ),
    uncertain=(
        "The form of expire_date is not documented: no end is read from it.",
        "How revoked tokens are answered is not documented: 401 with resultcode 024 denies, whatever the cause.",
    ),
)
