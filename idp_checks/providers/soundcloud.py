"""SoundCloud: the user behind a token, by the URN of today or the number of older profiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from msgspec import Meta

from idp_checks.providers.sdk import (
    Claims,
    Id,
    Name,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    Refusal,
    RequestTemplate,
    Scopes,
    Shape,
    TokenFacts,
    Url,
    by_header,
    profile_probe,
    renew_by_refresh_token,
)

HEADERS = {"Accept": "application/json; charset=utf-8"}
AUTHORIZATION = "OAuth {token}"

Urn = Annotated[str, Meta(pattern=r"^soundcloud:users:[0-9]+\Z", extra={"means": "id"})]
"""The number of a user with what it is a number of."""


class Person(Shape):
    """What every answer says of a person."""

    username: Name = None
    full_name: Name = None
    first_name: Name = None
    last_name: Name = None
    avatar_url: Url = None

    def said(self, ident: int | str) -> Claims:
        """The claims, under an identifier."""
        return Claims(
            id=ident,
            name=self.full_name,
            given_name=self.first_name,
            family_name=self.last_name,
            username=self.username,
            picture=self.avatar_url,
        )


class User(Person, kw_only=True):
    """``GET /me``, https://developers.soundcloud.com/docs/api/explorer/open-api."""

    subject: ClassVar[Path] = ("urn",)

    urn: Urn

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return self.said(self.urn.rpartition(":")[2])


class OlderUser(Person, kw_only=True):
    """The answer before the URN came: the same number stands in ``id``; the URN of something else is no user's."""

    id: Id
    urn: None = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return self.said(self.id)


PROVIDER = Provider(
    name="soundcloud",
    title="SoundCloud",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "soundcloud", "allauth": "soundcloud"},
    docs=(
        "https://developers.soundcloud.com/docs/api/guide",
        "https://developers.soundcloud.com/docs/api/explorer/open-api",
        "https://github.com/soundcloud/api",
    ),
    profile=ProfileFacts(
        shapes=(User, OlderUser),
        request=RequestTemplate(
            "https://api.soundcloud.com/me", by_header("Authorization", AUTHORIZATION), headers={**HEADERS}
        ),
        quirks=(
            "The header is Authorization: OAuth TOKEN, not Bearer; a token in the query is not accepted any more.",
            (
                "id gives way to urn, whose last part is the same number. The number is the identifier here, as older "
                "profiles hold it; django-allauth now takes the whole urn: the two forms must not be mixed."
            ),
            (
                "There is no address; primary_email_confirmed speaks of one that is not shown, and must not become "
                "email_verified."
            ),
            "username is a display name and may hold spaces; permalink is the name in addresses.",
            "full_name may be an empty text: the name is then made of its parts, or is the username.",
            "Times have the form 2015/02/03 04:05:06 +0000.",
            "Auth0 calls its strategy deprecated.",
        ),
        sources=(
            "https://developers.soundcloud.com/docs/api/explorer/open-api",
            "https://developers.soundcloud.com/docs/api/guide",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "There are no scopes to choose: scope comes back empty. OAuth 2.1 with PKCE, at secure.soundcloud.com."
        ),
        lifetime=3600,
        validity="About an hour (expires_in 3599). Tokens without an end, of the older server, are gone.",
        renewal=renew_by_refresh_token(
            "A refresh token works once and gives the next.",
            "https://secure.soundcloud.com/oauth/token",
        ),
        termination=Operation(
            "Header Authorization: OAuth TOKEN; 200 when done. The path of that name at secure.soundcloud.com is not "
            "for applications.",
            RequestTemplate(
                "https://api.soundcloud.com/sign-out", by_header("Authorization", "OAuth {token}"), method="POST"
            ),
        ),
        uses=Operation(
            "A person's token alone: one of the client_credentials grant gets 401.",
            RequestTemplate(
                "https://api.soundcloud.com/me",
                by_header("Authorization", "OAuth {token}"),
                headers={"Accept": "application/json; charset=utf-8"},
            ),
        ),
        sources=("https://developers.soundcloud.com/docs/api/guide",),
    ),
    scopes=Scopes(
        separator="",
        adding="There are none to ask for.",
        sources=("https://developers.soundcloud.com/docs/api/guide",),
    ),
    debug=profile_probe(
        "https://api.soundcloud.com/me",
        User,
        placement=by_header("Authorization", AUTHORIZATION),
        headers=HEADERS,
        refusals=(
            Refusal(
                401,
                "denied",
                {"code": 401, "status": "401 - Unauthorized"},
                bare=True,
                detail="dead or unknown, or of an application alone",
            ),
        ),
        source="https://developers.soundcloud.com/docs/api/explorer/open-api",
        note=("No limit is published for this call; plays are limited to 15000 a day and application."),
    ),
    uncertain=(
        (
            "Expired, revoked and unknown tokens get the same 401, and so does a good token of an application alone, "
            "which stands for nobody."
        ),
        "An answer with id and without urn is read in stored profiles, and as no good answer of the probe.",
    ),
)
