"""SoundCloud: the user of a token, with today's URN or the number of older profiles."""

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
"""The user's number with the prefix of its type."""


class Person(Shape):
    """The fields of every response about a user."""

    username: Name = None
    full_name: Name = None
    first_name: Name = None
    last_name: Name = None
    avatar_url: Url = None

    def to_claims(self, user_id: int | str) -> Claims:
        """Return the claims with this identifier."""
        return Claims(
            id=user_id,
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
        return self.to_claims(self.urn.rpartition(":")[2])


class OlderUser(Person, kw_only=True):
    """The response before the URN was introduced, with the same number in ``id``.

    The URN of another resource does not identify a user.
    """

    id: Id
    urn: None = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return self.to_claims(self.id)


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
            "The header is Authorization: OAuth TOKEN, not Bearer. A token in the query is no longer accepted.",
            (
                "urn replaces id; its last part is the same number. The identifier is the number, as in older "
                "profiles. django-allauth now uses the complete urn: the two forms must not be mixed."
            ),
            (
                "The profile has no email address. primary_email_confirmed refers to an email address that is not in "
                "the response, and must not become email_verified."
            ),
            "username is a display name and may contain spaces. permalink is the name in URLs.",
            "full_name may be an empty string. The name is then built from its parts, or is the username.",
            "Times have the form 2015/02/03 04:05:06 +0000.",
            "Auth0 has deprecated its strategy.",
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
            "SoundCloud has no selectable scopes: scope is empty in the response. The grant is OAuth 2.1 with PKCE, "
            "at secure.soundcloud.com."
        ),
        lifetime=3600,
        validity="expires_in is 3599. Tokens without expiry, issued by the older server, no longer work.",
        renewal=renew_by_refresh_token(
            "A refresh token works once. The response contains the next refresh token.",
            "https://secure.soundcloud.com/oauth/token",
        ),
        termination=Operation(
            "Sends the header Authorization: OAuth TOKEN. SoundCloud returns 200 on success. The path sign-out at "
            "secure.soundcloud.com is not for applications.",
            RequestTemplate(
                "https://api.soundcloud.com/sign-out", by_header("Authorization", "OAuth {token}"), method="POST"
            ),
        ),
        uses=Operation(
            "Requires a user's token. A token of the client_credentials grant gets 401.",
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
        adding="SoundCloud has no scopes to request.",
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
                detail="invalid or unknown, or a token of an application without a user",
            ),
        ),
        source="https://developers.soundcloud.com/docs/api/explorer/open-api",
        note="No rate limit is published for this call. Plays are limited to 15000 per day and application.",
    ),
    uncertain=(
        (
            "Expired, revoked and unknown tokens get the same 401. A valid token of an application without a user "
            "gets it too."
        ),
        "A response with id and without urn is accepted in stored profiles, but not as a valid response of the probe.",
    ),
)
