"""Stripe Connect: the account that a platform was connected to by OAuth."""

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

    Before API version 2019-02-19 ``display_name`` and ``business_name`` stand at the top.
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
    """The profile call; an unknown key is told by the beginning of a text alone, which goes on with the masked key."""

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
            "The account is a business: all of its team are one user, and there are no parts of a name.",
            (
                "The name is business_profile.name, else settings.dashboard.display_name; before API version "
                "2019-02-19 display_name and business_name stood at the top. Any of them may be null."
            ),
            "Which form comes depends on the header Stripe-Version, else on the connected account's own version.",
            "email may be null, and nothing vouches for it.",
            "There is no picture: icon and logo are numbers of files.",
            "created is in seconds since 1970.",
            (
                "Stripe advises new platforms against OAuth; the OAuth of Stripe Apps, with tokens of one hour, is "
                "another one."
            ),
        ),
        sources=("https://docs.stripe.com/api/accounts/object",),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "A secret key in form and power, acting as the connected account. read_only or read_write, live or test "
            "mode, are fixed at the grant. Stripe advises the platform's own key with the header Stripe-Account "
            "instead."
        ),
        lifetime=0,
        validity="It dies when account or platform disconnects, or when it is rolled by a refresh.",
        renewal=Operation(
            "grant_type=refresh_token with the platform's secret key: not because of an end, but for a token of test "
            "mode, of a narrower scope, or a rolled one.",
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
            "client_id and stripe_user_id in the form, with the platform's secret key. The account's owner can do it "
            "in the dashboard; the platform is told by account.application.deauthorized.",
            # The call names the account and not the token, so this package does not send it.
            manual_call=("POST", "https://connect.stripe.com/oauth/deauthorize"),
        ),
        uses=Operation("The account that the token belongs to.", RequestTemplate("https://api.stripe.com/v1/account")),
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
        adding="There are two, read_only unless asked otherwise and read_write; the account must authorise again.",
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
                detail="the platform made a new key, or the account was disconnected",
            ),
            Refusal(
                403,
                "not_permitted",
                {"error": {"type": "invalid_request_error"}},
                detail="a restricted key without this right, or a connection that has ended: not told which",
            ),
        ),
        source="https://docs.stripe.com/error-codes",
        note=(
            "Shows that the key works and for which account, never for which platform: any secret key of any account "
            "passes. A platform can ask with its own key for https://api.stripe.com/v1/accounts/{stripe_user_id}, "
            "which only connected accounts answer. About 100 questions a second in live mode, 25 in test mode."
        ),
    ),
    uncertain=(
        "How a token ended by a disconnect is answered is not documented: of the codes that Stripe lists two deny.",
        "The text for an unknown key is known from practice: a 401 with any other text leaves the question open.",
    ),
)
