"""Stripe Connect: the account that a platform is connected to through OAuth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from idp_checks.providers.sdk import (
    Claims,
    Email,
    HttpEndpoint,
    Id,
    Name,
    Operation,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    Refusal,
    RequestTemplate,
    Response,
    Scopes,
    Shape,
    SimulationFacts,
    TokenFacts,
    by_bearer,
    by_form,
    first_nonblank,
)


class BusinessProfile(Struct):
    """``business_profile``."""

    name: Name = None


class Dashboard(Struct):
    """``settings.dashboard``."""

    display_name: Name = None


class Settings(Struct):
    """``settings``."""

    dashboard: Dashboard | None = None


class Account(Shape):
    """``GET /v1/account``, https://docs.stripe.com/api/accounts/object.

    Before API version 2019-02-19, ``display_name`` and ``business_name`` are at the top level.
    """

    id: Id
    business_profile: BusinessProfile | None = None
    settings: Settings | None = None
    display_name: Name = None
    business_name: Name = None
    email: Email = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        business = self.business_profile
        dashboard = None if self.settings is None else self.settings.dashboard
        return Claims(
            id=self.id,
            name=first_nonblank(
                None if business is None else business.name,
                None if dashboard is None else dashboard.display_name,
                self.display_name,
                self.business_name,
            ),
            email=self.email,
        )


class Probe(HttpEndpoint):
    """The profile call. The error for an unknown key begins with a fixed phrase and ends with the masked key."""

    def read(self, response: Response, question: Question) -> Reading:
        body = response.json
        error = body.get("error") if isinstance(body, dict) else None
        message = error.get("message") if isinstance(error, dict) and "code" not in error else None
        if response.status == 401 and isinstance(message, str) and message.startswith("Invalid API Key provided"):
            return Reading(active=False, reason="unknown_token")
        return super().read(response, question)


PROVIDER = Provider(
    name="stripe",
    title="Stripe (Connect)",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "stripe", "allauth": "stripe"},
    has_auth0_strategy=False,
    simulation=SimulationFacts(
        token_fields=lambda raw: {"stripe_user_id": raw.get("id")},
    ),
    docs=(
        "https://docs.stripe.com/connect/oauth-standard-accounts",
        "https://docs.stripe.com/connect/oauth-reference",
        "https://docs.stripe.com/api/accounts/object",
        "https://docs.stripe.com/api/errors",
    ),
    profile=ProfileFacts(
        shapes=(Account,),
        request=RequestTemplate("https://api.stripe.com/v1/account"),
        quirks=(
            "The account is a business. Its whole team is one user, and it has no given or family name.",
            (
                "The name is business_profile.name, else settings.dashboard.display_name. Before API version "
                "2019-02-19, display_name and business_name were at the top level. Any of them may be null."
            ),
            "The format depends on the header Stripe-Version, else on the API version of the connected account.",
            "email may be null. Stripe does not state that it is verified.",
            "The account has no picture. icon and logo are file IDs.",
            "created is a time in seconds since 1970.",
            (
                "Stripe advises against OAuth for new platforms. The OAuth of Stripe Apps, with tokens of one hour, "
                "is a different product."
            ),
        ),
        sources=("https://docs.stripe.com/api/accounts/object",),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "The token is a secret key and acts as the connected account. The grant fixes read_only or read_write, "
            "and live or test mode. Stripe recommends the platform's own key with the header Stripe-Account instead."
        ),
        lifetime=0,
        validity=(
            "A disconnect by the account or the platform revokes the token. A refresh that rolls the token also ends "
            "it."
        ),
        renewal=Operation(
            (
                "Requires the platform's secret key. Tokens do not expire, so the purpose is a test mode token, a "
                "token with a narrower scope, or a rolled token."
            ),
            RequestTemplate(
                "https://connect.stripe.com/oauth/token",
                by_form("refresh_token"),
                method="POST",
                params={"grant_type": "refresh_token"},
                headers={"Authorization": "Bearer {client_secret}"},
                required_credentials=("client_secret",),
            ),
            token="refresh",
        ),
        termination=Operation(
            (
                "The form contains client_id and stripe_user_id, and the platform's secret key authenticates the "
                "call. The owner of the account can disconnect in the dashboard. The event "
                "account.application.deauthorized informs the platform."
            ),
            # The call names the account and not the token, so this package does not send it.
            manual_call=("POST", "https://connect.stripe.com/oauth/deauthorize"),
        ),
        uses=Operation("Returns the account of the token.", RequestTemplate("https://api.stripe.com/v1/account")),
        pattern=r"[sr]k_(live|test)_\w+",
        sample="sk_test_{}",
        sources=(
            "https://docs.stripe.com/connect/oauth-reference",
            "https://docs.stripe.com/connect/oauth-standard-accounts",
            "https://docs.stripe.com/keys",
        ),
    ),
    scopes=Scopes(
        profile=("read_only",),
        email=("read_only",),
        adding="The scopes are read_only, the default, and read_write. The account must authorize again.",
        implied={"read_write": ("read_only",)},
        sources=("https://docs.stripe.com/connect/oauth-reference",),
    ),
    debug=Probe(
        kind="userinfo-probe",
        url="https://api.stripe.com/v1/account",
        placement=by_bearer(),
        proves=frozenset({"subject"}),
        response_model=Account,
        limit=(100, 1),
        refusals=(
            Refusal(401, "expired", {"error": {"code": "api_key_expired"}}),
            Refusal(
                401,
                "revoked",
                {"error": {"code": "platform_api_key_expired"}},
                detail="the platform created a new key, or the account was disconnected",
            ),
            Refusal(
                403,
                "not_permitted",
                {"error": {"type": "invalid_request_error"}},
                detail="either a restricted key lacks this permission, or the connection has ended",
            ),
        ),
        source="https://docs.stripe.com/error-codes",
        note=(
            "Any secret key of any account passes. A platform can call "
            "https://api.stripe.com/v1/accounts/{stripe_user_id} with its own key, which works only for connected "
            "accounts. The rate limit is about 100 requests per second in live mode and 25 in test mode."
        ),
    ),
    uncertain=(
        (
            "The response to a token that was revoked by a disconnect is not documented. Two of the codes that Stripe "
            "lists are read as refusals."
        ),
        "The error message for an unknown key is known only from practice. A 401 with any other message is undecided.",
    ),
)
