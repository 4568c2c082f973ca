"""Square: the merchant account of a token."""

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
    """``GET /v2/merchants/me``, or ``GET /v2/merchants``, whose list is also named ``merchant``.

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
    """A valid token of any application. If ``expires_at`` is missing or empty, the token does not expire.

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
    """An endpoint that returns a list of errors: the category marks a refusal, the code contains the reason."""

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
            "The account is a business. It has no personal name, username, email address or picture.",
            "The list call also returns its list in the field merchant, in the singular.",
            "business_email of a location is a contact address of the business, not of a user.",
            "The API is not made for sign-in. Its ID token has been deprecated since 2021-09-15.",
            "The sandbox, connect.squareupsandbox.com, issues separate tokens. Other hosts refuse them with 401.",
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
            "In practice, a token has 64 characters and begins with EAAA; older tokens begin with sq0atp-. Square "
            "advises clients to allow 1024 characters. The application chooses the scopes and whether the token is "
            "short-lived."
        ),
        lifetime=2592000,
        expiry_field="expires_at",
        validity=(
            "With short_lived=true, a token expires after 24 hours and has no refresh token. A personal access token "
            "does not expire."
        ),
        renewal=renew_by_refresh_token(
            (
                "In the code flow, the refresh token does not expire or change. With PKCE, it works once within 90 "
                "days, without client_secret."
            ),
            "https://connect.squareup.com/oauth2/token",
            as_json=True,
        ),
        termination=Operation(
            (
                "The header is Authorization: Client followed by the application's secret. The JSON body may contain "
                "merchant_id instead of access_token. The call revokes all tokens of the application for that "
                "merchant, unless revoke_only_access_token is true. An unknown token gets 404."
            ),
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
            "Authorize again with more permissions, separated by spaces or plus signs. A refresh in the code flow may "
            "request fewer permissions."
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
        note="The token authenticates its own check. The sandbox checks its tokens at a separate host: set issuer_url.",
    ),
    uncertain=(
        (
            "UNAUTHORIZED is the only code documented for an invalid token. Square also lists codes for expired and "
            "revoked tokens; these codes are read as the reason. Any code of the category AUTHENTICATION_ERROR is "
            "read as a refusal."
        ),
    ),
)
