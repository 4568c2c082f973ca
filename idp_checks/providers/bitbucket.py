"""Bitbucket Cloud: the account behind a token of a consumer; the e-mail addresses come by a call of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct
from msgspec.structs import replace

from idp_checks.providers.sdk import (
    AdditionalCall,
    Claims,
    Email,
    Flag,
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
    Response,
    Scopes,
    Shape,
    TokenFacts,
    Url,
    Username,
    bool_or_none,
    by_bearer,
    first_nonblank,
    pick_email,
    renew_by_refresh_token,
    split_scopes,
)


class EmailEntry(Struct):
    """An element of ``GET /2.0/user/emails``."""

    email: Email = None
    is_primary: Flag = None
    is_confirmed: Flag = None


class Emails(Struct):
    """A page of ``GET /2.0/user/emails``; without the scope an error, which has no values."""

    values: list[EmailEntry] | None = None


class Link(Struct):
    href: Url = None


class Links(Struct):
    avatar: Link | None = None


class User(Shape):
    """``GET /2.0/user``, https://developer.atlassian.com/cloud/bitbucket/rest/api-group-users/."""

    subject: ClassVar[Path] = ("uuid",)

    uuid: Id
    display_name: Name = None
    username: Username = None
    nickname: Username = None
    links: Links | None = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        email, verified = None, None
        if (page := also.get("emails")) is not None:
            email, verified = pick_email(
                (each.email, each.is_primary is True, bool_or_none(each.is_confirmed)) for each in page.values or ()
            )
        avatar = None if self.links is None else self.links.avatar
        return Claims(
            id=self.uuid,
            name=self.display_name,
            username=first_nonblank(self.username, self.nickname),
            email=email,
            email_verified=verified,
            picture=None if avatar is None else avatar.href,
        )


class ScopesInHeader(HttpEndpoint):
    """A call whose good answer lists the token's scopes in a header."""

    def read(self, response: Response, question: Question) -> Reading:
        reading = super().read(response, question)
        listed = response.headers.get("x-oauth-scopes")
        return replace(reading, scopes=split_scopes(listed, ",")) if reading.active is True else reading


PROVIDER = Provider(
    name="bitbucket",
    title="Bitbucket Cloud",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "bitbucket-oauth2", "allauth": "bitbucket_oauth2", "authjs": "bitbucket"},
    docs=(
        "https://developer.atlassian.com/cloud/bitbucket/oauth-2/",
        "https://support.atlassian.com/bitbucket-cloud/docs/use-oauth-on-bitbucket-cloud/",
        "https://developer.atlassian.com/cloud/bitbucket/rest/api-group-users/",
        "https://developer.atlassian.com/cloud/bitbucket/rest/intro/",
    ),
    profile=ProfileFacts(
        shapes=(User,),
        request=RequestTemplate("https://api.bitbucket.org/2.0/user"),
        also={
            "emails": AdditionalCall(
                Emails,
                RequestTemplate("https://api.bitbucket.org/2.0/user/emails"),
                "the addresses, each with its own is_confirmed flag (scope email)",
            )
        },
        vouching="Bitbucket's is_confirmed flag of an address in /2.0/user/emails; /2.0/user holds no address",
        quirks=(
            "The braces belong to the uuid; in a path they are percent-encoded.",
            (
                "The uuid is the key: nickname and username can be changed, though django-allauth goes by the "
                "username, and Auth.js by the account_id."
            ),
            (
                "account_id is the Atlassian account, in several forms, and missing for teams and apps; sign-in at "
                "Atlassian itself has hosts, tokens and scopes of its own."
            ),
            "There are no given and family names. A nickname need not be unique.",
            "has_2fa_enabled is null where it is not known, not false.",
            "The addresses come in pages: read on at next before concluding that none is the primary one.",
            "Without a picture of the person's own the address gives one of initials.",
            "The token answer lists what was granted in scopes, not in scope, and has a member state.",
        ),
        sources=("https://developer.atlassian.com/cloud/bitbucket/rest/api-group-users/",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "It may hold characters such as =, to be percent-encoded when sent. The scopes stand in the "
            "consumer's registration: a token has all of them, and an app cannot ask for fewer."
        ),
        lifetime=7200,
        expiry_field="expires_in",
        validity="Two hours by the documentation, one hour in earlier answers.",
        renewal=renew_by_refresh_token(
            "The implicit grant gives no refresh token.",
            "https://bitbucket.org/site/oauth2/access_token",
            basic=True,
        ),
        termination=Operation(
            "No call: the person removes the app in the account settings, or its owner deletes the consumer."
        ),
        uses=Operation(
            "Needs scope account; the header X-OAuth-Scopes of the answer lists the scopes.",
            RequestTemplate("https://api.bitbucket.org/2.0/user"),
        ),
        sources=(
            "https://developer.atlassian.com/cloud/bitbucket/oauth-2/",
            "https://support.atlassian.com/bitbucket-cloud/docs/use-oauth-on-bitbucket-cloud/",
        ),
    ),
    scopes=Scopes(
        profile=("account",),
        email=("email",),
        adding=(
            "Tick the permission in the consumer's settings, then authorise again; earlier tokens keep the earlier "
            "set. A scope parameter changes nothing."
        ),
        sources=(
            "https://developer.atlassian.com/cloud/bitbucket/rest/intro/",
            "https://support.atlassian.com/bitbucket-cloud/docs/use-oauth-on-bitbucket-cloud/",
        ),
    ),
    debug=ScopesInHeader(
        kind="userinfo-probe",
        url="https://api.bitbucket.org/2.0/user",
        placement=by_bearer(),
        proves=frozenset({"subject", "scopes"}),
        response_model=User,
        refusals=(
            Refusal(
                401,
                "expired",
                {
                    "type": "error",
                    "error": {
                        "message": "Access token expired. Use your refresh token to obtain a new access token.",
                    },
                },
            ),
            Refusal(
                401,
                "denied",
                {
                    "type": "error",
                    "error": {"message": "Token is invalid, expired, or not supported for this endpoint."},
                },
            ),
            Refusal(
                403,
                "not_permitted",
                {"type": "error"},
                detail="the token may not ask, as a rule for want of scope account",
            ),
        ),
        source="https://developer.atlassian.com/cloud/bitbucket/rest/intro/",
        note=(
            "Bitbucket has no token endpoint of this kind: the call shows that the token works and for whom, never for "
            "which consumer. Other credentials, such as API tokens, may be answered too, so that a good answer does "
            "not even prove an OAuth token. 1000 requests an hour for each person, then 429."
        ),
    ),
    uncertain=(
        "The messages of the 401 are known from practice; a 401 with any other message is no denial here.",
        "The general message also names tokens that the call does not take: of an OAuth token it is read as a denial.",
    ),
)
