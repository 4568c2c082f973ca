"""Bitbucket Cloud: the account of a token; email addresses need a second call."""

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
    revoke_in_settings,
    split_scopes,
)


class EmailEntry(Struct):
    """An element of ``GET /2.0/user/emails``."""

    email: Email = None
    is_primary: Flag = None
    is_confirmed: Flag = None


class Emails(Struct):
    """A page of ``GET /2.0/user/emails``; without the scope an error without ``values``."""

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
                (entry.email, entry.is_primary is True, bool_or_none(entry.is_confirmed)) for entry in page.values or ()
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
    """A call whose good response lists the token's scopes in a header."""

    def read(self, response: Response, question: Question) -> Reading:
        reading = super().read(response, question)
        scopes = response.headers.get("x-oauth-scopes")
        return replace(reading, scopes=split_scopes(scopes, ",")) if reading.active is True else reading


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
                "the email addresses, each with its own is_confirmed flag (scope email)",
            )
        },
        vouching=(
            "Bitbucket's is_confirmed flag of an email address in /2.0/user/emails; /2.0/user contains no email address"
        ),
        quirks=(
            "The braces are part of the uuid. In a path they are percent-encoded.",
            (
                "The uuid is the key, because nickname and username can be changed. django-allauth uses the "
                "username, Auth.js the account_id."
            ),
            (
                "account_id identifies the Atlassian account. It has several forms and is missing for teams and "
                "apps. The sign-in at Atlassian itself has different hosts, tokens and scopes."
            ),
            "The profile has no given and family names. A nickname is not necessarily unique.",
            "has_2fa_enabled is null, not false, if the value is unknown.",
            "The email addresses are paginated: follow next before concluding that no address is primary.",
            "If the user has no picture, the URL returns a picture of the initials.",
            "The token response lists the granted scopes in scopes, not in scope, and contains a field state.",
        ),
        sources=("https://developer.atlassian.com/cloud/bitbucket/rest/api-group-users/",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "It may contain characters such as =, which must be percent-encoded in requests. The scopes are part of "
            "the consumer's registration: a token has all of them, and an app cannot request fewer."
        ),
        lifetime=7200,
        expiry_field="expires_in",
        validity="Earlier token responses stated one hour.",
        renewal=renew_by_refresh_token(
            "The implicit grant does not return a refresh token.",
            "https://bitbucket.org/site/oauth2/access_token",
            basic=True,
        ),
        termination=revoke_in_settings("The owner of the consumer can also delete it."),
        uses=Operation(
            "Requires scope account. The response header X-OAuth-Scopes lists the scopes.",
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
            "Enable the permission in the consumer's settings, then request authorization again. Earlier tokens keep "
            "the earlier scopes. A scope parameter has no effect."
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
                detail="the token lacks permission, usually scope account",
            ),
        ),
        source="https://developer.atlassian.com/cloud/bitbucket/rest/intro/",
        note=(
            "Other credentials, such as API tokens, may be accepted as well, so a good response does not even prove "
            "an OAuth token. 1000 requests an hour for each user, then 429."
        ),
    ),
    uncertain=(
        "The messages of the 401 were observed, not documented. A 401 with any other message does not deny the token.",
        (
            "The general message also covers tokens that the call does not accept. For an OAuth token it is read as a "
            "denial."
        ),
    ),
)
