"""Discord: the account of a token; the picture URL is built from a CDN template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Flag,
    HttpEndpoint,
    Id,
    IsoTime,
    Name,
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
    String,
    TokenFacts,
    Username,
    bool_or_none,
    by_bearer,
    parse_iso,
    renew_by_refresh_token,
    revoke_by_request,
)

CDN = "https://cdn.discordapp.com"
SNOWFLAKE_DIGITS = 20
"""Number of digits of the largest 64-bit number."""


class User(Shape):
    """``GET /users/@me``, https://discord.com/developers/docs/resources/user."""

    vouched_by: ClassVar[Path | None] = ("verified",)

    id: Id
    username: Username = None
    global_name: Name = None
    discriminator: String = None
    avatar: String = None
    email: Email = None
    verified: Flag = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=self.id,
            name=self.global_name,
            username=self.username,
            email=self.email,
            email_verified=bool_or_none(self.verified),
            picture=picture_url(str(self.id), self.avatar, self.discriminator),
        )


def picture_url(ident: str, avatar: str | None, discriminator: str | None) -> str | None:
    """Return the URL of a picture from its hash, or the URL of the default picture.

    Return None if the identifier is not a snowflake.
    https://discord.com/developers/docs/reference#image-formatting
    """
    if not (ident.isascii() and ident.isdigit() and len(ident) <= SNOWFLAKE_DIGITS):
        return None
    if avatar and avatar.isascii() and avatar.replace("_", "").isalnum():
        return f"{CDN}/avatars/{ident}/{avatar}.{'gif' if avatar.startswith('a_') else 'png'}"
    is_old_name = (
        discriminator is not None and discriminator != "0" and discriminator.isascii() and discriminator.isdigit()
    )
    number = int(discriminator[-1]) % 5 if is_old_name and discriminator else (int(ident) >> 22) % 6
    return f"{CDN}/embed/avatars/{number}.png"


class Application(Struct):
    id: str


class Holder(Struct):
    id: str


class Authorization(ResponseModel):
    """A good token of any application; ``user`` is present only with scope identify.

    https://discord.com/developers/docs/topics/oauth2#get-current-authorization-information
    """

    application: Application
    scopes: list[str]
    expires: IsoTime
    user: Holder | None = None

    def read(self, question: Question) -> Reading:
        return Reading(
            active=True,
            reason="ok",
            client_id=self.application.id,
            subject=None if self.user is None else self.user.id,
            scopes=tuple(self.scopes),
            expires_at=parse_iso(self.expires),
        )


PROVIDER = Provider(
    name="discord",
    title="Discord",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "discord", "allauth": "discord", "authjs": "discord"},
    has_auth0_strategy=False,
    docs=(
        "https://discord.com/developers/docs/topics/oauth2",
        "https://discord.com/developers/docs/resources/user",
        "https://discord.com/developers/docs/reference",
        "https://discord.com/developers/docs/topics/rate-limits",
    ),
    profile=ProfileFacts(
        shapes=(User,),
        request=RequestTemplate("https://discord.com/api/users/@me"),
        vouching="Discord's verified flag, sent only with scope email",
        quirks=(
            "The identifier is a 64-bit number as a string. Many programs lose digits if they read it as a number.",
            "avatar is a hash, not a URL. A hash that begins with a_ is a gif, regardless of the subscription.",
            "Without a picture, the default picture applies: (id >> 22) % 6, or discriminator % 5 for old names.",
            (
                "discriminator 0 marks a username of the new kind, which is unique. Old names are unique only as "
                "username#discriminator. The nickname is the username in both cases."
            ),
            "Many accounts have null as global_name. The name is then the username.",
            "email is null, not missing, for accounts without an email address.",
        ),
        sources=(
            "https://discord.com/developers/docs/resources/user",
            "https://discord.com/developers/docs/reference",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "Bound to one application, one account and the granted scopes. Bot tokens are a different type and "
            "not a sign-in."
        ),
        lifetime=604800,
        expiry_field="expires_in",
        renewal=renew_by_refresh_token(
            "The endpoint refuses JSON. Client id and secret can also be sent in the form.",
            "https://discord.com/api/oauth2/token",
            basic=True,
        ),
        termination=revoke_by_request(
            "Client id and secret can also be sent in the form. Revokes every token of the authorization.",
            "https://discord.com/api/oauth2/token/revoke",
            basic=True,
            ends="grant",
            params={"token_type_hint": "access_token"},
        ),
        uses=Operation(request=RequestTemplate("https://discord.com/api/users/@me"), required_scopes=("identify",)),
        sources=("https://discord.com/developers/docs/topics/oauth2",),
    ),
    scopes=Scopes(
        profile=("identify",),
        email=("email",),
        adding=(
            "Request authorization again with the larger set of scopes; prompt=consent shows the consent page "
            "again. Some scopes require Discord's approval."
        ),
        sources=("https://discord.com/developers/docs/topics/oauth2",),
    ),
    debug=HttpEndpoint(
        kind="tokeninfo",
        url="https://discord.com/api/oauth2/@me",
        placement=by_bearer(),
        proves=frozenset({"client", "subject", "scopes", "end"}),
        response_model=Authorization,
        limit=(50, 1),
        refusals=(Refusal(401, "denied", {"message": "401: Unauthorized", "code": 0}),),
        source="https://discord.com/developers/docs/topics/oauth2#get-current-authorization-information",
        note=(
            "Discord temporarily blocks an IP address that receives 10,000 responses with 401, 403 or 429 in 10 "
            "minutes. Never check lists of invalid tokens."
        ),
    ),
    uncertain=(
        (
            "The response contains the id of the application, which differs from the client id for very old "
            "applications. Their tokens are read as tokens of another client."
        ),
    ),
)
