"""Square: the merchant behind a token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    Claims,
    HttpEndpoint,
    Id,
    IsoTime,
    Name,
    Operation,
    Path,
    ProfileError,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    RequestTemplate,
    Response,
    ResponseModel,
    Scopes,
    Shape,
    TokenFacts,
    by_bearer,
    by_json,
    parse_iso,
    renew_by_refresh_token,
)


class Merchant(Struct):
    """A business, https://developer.squareup.com/reference/square/objects/Merchant."""

    id: Id
    business_name: Name = None


class Me(Shape):
    """``GET /v2/merchants/me``, and ``GET /v2/merchants``, whose list of one stands under the same name.

    https://developer.squareup.com/reference/square/merchants-api
    """

    subject: ClassVar[Path] = ("merchant", "id")

    merchant: Merchant | list[Merchant]

    def claims(self, also: Mapping[str, Any]) -> Claims:
        merchant = self.merchant
        if isinstance(merchant, list):
            if not merchant:
                raise ProfileError("no merchant in the list", path="$.merchant")
            merchant = merchant[0]
        return Claims(id=merchant.id, name=merchant.business_name)


class TokenStatus(ResponseModel):
    """A good token of whatever application; without ``expires_at``, or with an empty one, it does not end.

    https://developer.squareup.com/reference/square/o-auth-api/RetrieveTokenStatus
    """

    client_id: str
    merchant_id: str
    scopes: list[str] | None = None
    expires_at: IsoTime | None = None

    def read(self, question: Question) -> Reading:
        return Reading(
            active=True,
            reason="ok",
            client_id=self.client_id,
            subject=self.merchant_id,
            scopes=None if self.scopes is None else tuple(self.scopes),
            expires_at=parse_iso(self.expires_at or None),
            endless=not self.expires_at,
        )


class StatusEndpoint(HttpEndpoint):
    """An endpoint whose refusals stand in a list: their category denies, their code says why."""

    def read(self, response: Response, question: Question) -> Reading:
        body = response.json
        errors = body.get("errors") if isinstance(body, dict) else None
        if response.status == 401 and isinstance(errors, list):
            codes = [
                error.get("code")
                for error in errors
                if isinstance(error, dict) and error.get("category") == "AUTHENTICATION_ERROR"
            ]
            if "ACCESS_TOKEN_EXPIRED" in codes:
                return Reading(active=False, reason="expired")
            if "ACCESS_TOKEN_REVOKED" in codes:
                return Reading(active=False, reason="revoked")
            if codes:
                return Reading(active=False, reason="denied")
        return super().read(response, question)


PROVIDER = Provider(
    name="squareup",
    title="Square",
    kind="social",
    protocol="oauth2",
    has_auth0_strategy=False,
    docs=(
        "https://developer.squareup.com/docs/oauth-api/overview",
        "https://developer.squareup.com/reference/square/o-auth-api",
        "https://developer.squareup.com/reference/square/o-auth-api/RetrieveTokenStatus",
        "https://developer.squareup.com/reference/square/merchants-api",
    ),
    profile=ProfileFacts(
        shapes=(Me,),
        request=RequestTemplate("https://connect.squareup.com/v2/merchants/me"),
        quirks=(
            "The account is a business: no person, no username, no address, no picture.",
            "The list call names its list merchant too, in the singular.",
            "business_email of a location is a contact of the business, and no person's.",
            "Not made for sign-in: the ID token that it once gave is deprecated since 2021-09-15.",
            "The sandbox, connect.squareupsandbox.com, has tokens of its own, which fail with 401 elsewhere.",
        ),
        sources=(
            "https://developer.squareup.com/reference/square/merchants-api/retrieve-merchant",
            "https://developer.squareup.com/reference/square/objects/Merchant",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "As seen it has 64 characters and begins with EAAA, older ones with sq0atp-, and room for 1024 "
            "is asked for. The application chooses the scopes and whether it is short-lived."
        ),
        lifetime=2592000,
        expiry_field="expires_at",
        validity=("With short_lived=true 24 hours and no refresh token. A personal access token has no end."),
        renewal=renew_by_refresh_token(
            (
                "In the code flow the refresh token has no end and stays; with PKCE it works once within 90 "
                "days, without client_secret."
            ),
            "https://connect.squareup.com/oauth2/token",
            as_json=True,
        ),
        termination=Operation(
            "Header Authorization: Client and the application's secret; JSON body of client_id and access_token or "
            "merchant_id. Ends all the application's tokens of that merchant unless revoke_only_access_token is true; "
            "404 for an unknown one.",
            RequestTemplate(
                "https://connect.squareup.com/oauth2/revoke",
                by_json("access_token"),
                method="POST",
                params={"client_id": "{client_id}"},
                headers={"Authorization": "Client {client_secret}"},
                required_credentials=("client_id", "client_secret"),
            ),
            ends="grant",
        ),
        uses=Operation(
            request=RequestTemplate("https://connect.squareup.com/v2/merchants/me"),
            required_scopes=("MERCHANT_PROFILE_READ",),
        ),
        sample="EAAA{}",
        sources=(
            "https://developer.squareup.com/docs/oauth-api/refresh-revoke-limit-scope",
            "https://developer.squareup.com/reference/square/o-auth-api/RevokeToken",
        ),
    ),
    scopes=Scopes(
        profile=("MERCHANT_PROFILE_READ",),
        adding=(
            "Authorise again with more permissions, by spaces or plus signs; a refresh in the code flow may ask for "
            "fewer."
        ),
        sources=("https://developer.squareup.com/docs/oauth-api/square-permissions",),
    ),
    debug=StatusEndpoint(
        kind="tokeninfo",
        method="POST",
        url="https://connect.squareup.com/oauth2/token/status",
        placement=by_bearer(),
        proves=frozenset({"client", "subject", "scopes", "end"}),
        response_model=TokenStatus,
        source="https://developer.squareup.com/reference/square/o-auth-api/RetrieveTokenStatus",
        note=(
            "The token is what is asked about and what asks. Tokens of the sandbox are asked about at its "
            "own host, by issuer_url."
        ),
    ),
    uncertain=(
        (
            "For a dead token UNAUTHORIZED is documented alone. Square lists codes for expired and revoked ones too: "
            "they name the reason, and category AUTHENTICATION_ERROR denies with any code."
        ),
    ),
)
