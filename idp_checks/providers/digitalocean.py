"""DigitalOcean: the account, and the token information that doctl uses."""

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
    """``account`` of a response."""

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
    """A good token of any application.

    ``resource_owner_id`` is a number, not the account's uuid.
    """

    scopes: list[str]
    application: Application
    created_at: Epoch
    expires_in_seconds: Seconds | UnsetType | None = UNSET

    def read(self, question: Question) -> Reading:
        remaining = self.expires_in_seconds
        return Reading(
            active=True,
            reason="ok",
            client_id=self.application.uid,
            scopes=tuple(self.scopes),
            expires_at=None if isinstance(remaining, UnsetType) else expiry_after(question.time, remaining),
            endless=remaining is None,
            issued_at=parse_epoch(self.created_at),
        )


class TokenInHeaderAndForm(RequestTemplate):
    """A call that sends the same token in the header and in the form."""

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
        vouching="DigitalOcean's email_verified: the user confirmed the email address to DigitalOcean",
        quirks=(
            "The user is in the field account.",
            "account.uuid identifies the user. account.team.uuid identifies the only team for which the token acts.",
            (
                "name is missing in older responses and for narrow scopes. The token response also contains it, in "
                "info.name."
            ),
            "The profile has no username, no picture and no parts of the name.",
            "Limits such as droplet_limit are omitted if the token may not read the limited resources.",
            "status can be warning or locked besides active. status_message is often an empty string.",
        ),
        sources=("https://docs.digitalocean.com/reference/api/reference/account/",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The prefix shows the type: doo_v1_ access, dor_v1_ refresh, dop_v1_ personal. The app chooses the "
            "scopes, and the user chooses the team; the token response contains both, in scope and info. Public "
            "clients with PKCE have been possible since 2026."
        ),
        lifetime=2592000,
        expiry_field="expires_in",
        renewal=renew_by_refresh_token(
            "Returns a new pair.",
            "https://cloud.digitalocean.com/v1/oauth/token",
        ),
        termination=Operation(
            "The form field token contains the token as well. Returns 200 with an empty object. The user can "
            "also revoke the token in the control panel.",
            TokenInHeaderAndForm("https://cloud.digitalocean.com/v1/oauth/revoke", method="POST"),
        ),
        uses=Operation(
            "Requires scope read or account:read.", RequestTemplate("https://api.digitalocean.com/v2/account")
        ),
        pattern=r"doo_v1_[a-f0-9]{64}",
        sample="doo_v1_{hex}",
        sources=("https://docs.digitalocean.com/reference/api/oauth/",),
    ),
    scopes=Scopes(
        profile=("read", "account:read"),
        email=("read", "account:read"),
        adding=(
            "read is the only default scope. Request authorization again with read write, or with scopes of the "
            "form RESOURCE:ACTION."
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
            "resource_owner_id is not the account identifier: /v2/account returns the subject. The API allows "
            "5000 requests an hour and 250 a minute for each token, and reports the limits in ratelimit headers."
        ),
    ),
    uncertain=(
        "The endpoint is not in the public documentation. It is known from DigitalOcean's command line, doctl.",
        "That application.uid is the client id follows from Doorkeeper, the library behind the endpoint.",
        (
            "The form of a refusal is not documented. The API's own refusal and that of RFC 6750 are read as "
            "denials; any other response is not. The response to a personal token is not known either."
        ),
        "That null in expires_in_seconds means no expiry follows from Doorkeeper.",
    ),
)
