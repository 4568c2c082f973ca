"""DigitalOcean: the account behind a token, and the token information that its own command line asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Epoch,
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
    Request,
    RequestTemplate,
    ResponseModel,
    Scopes,
    Seconds,
    Shape,
    TokenFacts,
    bool_or_none,
    by_bearer,
    expiry_after,
    parse_epoch,
    profile_probe,
    renew_by_refresh_token,
)

UNAUTHORIZED = Refusal(401, "denied", {"id": "unauthorized"})


class User(Struct):
    """``account`` of an answer."""

    uuid: Id
    name: Name = None
    email: Email = None
    email_verified: Flag = None


class Account(Shape):
    """``GET /v2/account``, https://docs.digitalocean.com/reference/api/reference/account/."""

    subject: ClassVar[Path] = ("account", "uuid")
    vouched_by: ClassVar[Path | None] = ("account", "email_verified")

    account: User

    def claims(self, also: Mapping[str, Any]) -> Claims:
        user = self.account
        return Claims(id=user.uuid, name=user.name, email=user.email, email_verified=bool_or_none(user.email_verified))


class Application(Struct):
    uid: str


class TokenInfo(ResponseModel):
    """A good token of whatever application; ``resource_owner_id`` is another number than the account's uuid."""

    scopes: list[str]
    application: Application
    created_at: Epoch
    expires_in_seconds: Seconds | UnsetType | None = UNSET

    def read(self, question: Question) -> Reading:
        left = self.expires_in_seconds
        return Reading(
            active=True,
            reason="ok",
            client_id=self.application.uid,
            scopes=tuple(self.scopes),
            expires_at=None if isinstance(left, UnsetType) else expiry_after(question.time, left),
            endless=left is None,
            issued_at=parse_epoch(self.created_at),
        )


class OfItself(RequestTemplate):
    """A call about the very token that makes it: in the header, and in the form."""

    def build_request(self, question: Question) -> Request:
        return replace(super().build_request(question), form={"token": question.token})


PROVIDER = Provider(
    name="digitalocean",
    title="DigitalOcean",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "digitalocean", "allauth": "digitalocean"},
    has_auth0_strategy=False,
    docs=(
        "https://docs.digitalocean.com/reference/api/oauth/",
        "https://docs.digitalocean.com/reference/api/reference/account/",
        "https://docs.digitalocean.com/reference/api/scopes/",
    ),
    profile=ProfileFacts(
        shapes=(Account,),
        request=RequestTemplate("https://api.digitalocean.com/v2/account"),
        vouching="DigitalOcean's email_verified: the address was confirmed to it",
        quirks=(
            "The user stands in account.",
            "account.uuid names the person, account.team.uuid the one team of the person's that the token acts for.",
            "name is missing in older answers and for narrow scopes; info.name of the token answer has it too.",
            "There is no username and no picture, and there are no parts of the name.",
            "Limits such as droplet_limit are left out where the token may not read what they limit.",
            "status may be warning or locked beside active; status_message is often an empty text.",
        ),
        sources=("https://docs.digitalocean.com/reference/api/reference/account/",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The prefix shows the kind: doo_v1_ access, dor_v1_ refresh, dop_v1_ personal. The app chooses "
            "the scopes, the person the team; the token answer names both in scope and info. Public clients "
            "with PKCE have been possible since 2026."
        ),
        lifetime=2592000,
        expiry_field="expires_in",
        renewal=renew_by_refresh_token(
            "A new pair.",
            "https://cloud.digitalocean.com/v1/oauth/token",
        ),
        termination=Operation(
            "Form field token; the token itself also goes as the bearer token. 200 with an empty object. The person "
            "can do it in the control panel.",
            OfItself("https://cloud.digitalocean.com/v1/oauth/revoke", method="POST"),
        ),
        uses=Operation("Needs scope read or account:read.", RequestTemplate("https://api.digitalocean.com/v2/account")),
        pattern=r"doo_v1_[a-f0-9]{64}",
        sample="doo_v1_{hex}",
        sources=("https://docs.digitalocean.com/reference/api/oauth/",),
    ),
    scopes=Scopes(
        profile=("read", "account:read"),
        email=("read", "account:read"),
        adding=(
            "read alone is the default; authorise again with read write, or with scopes of the form RESOURCE:ACTION."
        ),
        implied={"read": ("account:read",)},
        sources=(
            "https://docs.digitalocean.com/reference/api/oauth/",
            "https://docs.digitalocean.com/reference/api/scopes/",
        ),
    ),
    debug=HttpEndpoint(
        kind="tokeninfo",
        url="https://cloud.digitalocean.com/v1/oauth/token/info",
        placement=by_bearer(),
        proves=frozenset({"client", "scopes", "end"}),
        response_model=TokenInfo,
        refusals=(
            Refusal(401, "denied", {"error": "invalid_token"}),
            Refusal(401, "denied", header=("www-authenticate", 'error="invalid_token"')),
            UNAUTHORIZED,
        ),
        profile=profile_probe(
            "https://api.digitalocean.com/v2/account",
            Account,
            refusals=(UNAUTHORIZED,),
            source="https://docs.digitalocean.com/reference/api/reference/account/",
        ),
        source="https://github.com/digitalocean/doctl",
        note=(
            "Its resource_owner_id is no account identifier: /v2/account tells the subject. The API lets "
            "through 5000 requests an hour and 250 a minute for each token, and tells so in ratelimit "
            "headers."
        ),
    ),
    uncertain=(
        "The endpoint is not in the public documentation: it is known from DigitalOcean's command line, doctl.",
        "That application.uid is the client id follows from the library behind the endpoint, Doorkeeper.",
        (
            "How it refuses is not known: the API's own refusal and that of RFC 6750 are read as denials, any other "
            "answer as none. What it says of a personal token is not known either."
        ),
        "That expires_in_seconds null means no end follows from Doorkeeper.",
    ),
)
