"""Figma: the user of the REST API, and the userinfo response for tokens with scope openid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp_checks.providers.sdk import (
    Claims,
    Email,
    HttpEndpoint,
    Id,
    LibraryFacts,
    Name,
    OpenIdClaims,
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
    TokenFacts,
    Url,
    by_bearer,
    by_form,
    revoke_in_settings,
)


class User(Shape):
    """``GET /v1/me``, https://developers.figma.com/docs/rest-api/users-endpoints/: ``handle`` is the full name."""

    id: Id
    handle: Name = None
    email: Email = None
    img_url: Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(id=self.id, name=self.handle, email=self.email, picture=self.img_url)


class UserInfo(OpenIdClaims):
    """``GET /v1/oauth/userinfo``, https://www.figma.com/.well-known/openid-configuration."""


class Probe(HttpEndpoint):
    """A call that returns 403 for an invalid token and for a missing scope; ``err`` distinguishes them."""

    def read(self, response: Response, question: Question) -> Reading:
        body = response.json
        err = body.get("err") if isinstance(body, dict) else None
        if response.status == 403 and isinstance(err, str) and err.startswith("Invalid scope"):
            detail = "the token is valid but lacks scope current_user:read"
            return Reading(active=None, reason="not_permitted", detail=detail)
        return super().read(response, question)


PROVIDER = Provider(
    name="figma",
    title="Figma",
    kind="social",
    protocol="oauth2",
    aliases={"allauth": "figma", "authjs": "figma"},
    has_auth0_strategy=False,
    libraries={
        "allauth": LibraryFacts(classes={User: ""}),
    },
    docs=(
        "https://developers.figma.com/docs/rest-api/authentication/",
        "https://developers.figma.com/docs/rest-api/scopes/",
        "https://developers.figma.com/docs/rest-api/users-endpoints/",
        "https://developers.figma.com/docs/rest-api/errors/",
        "https://www.figma.com/.well-known/openid-configuration",
    ),
    profile=ProfileFacts(
        shapes=(User, UserInfo),
        request=RequestTemplate("https://api.figma.com/v1/me"),
        vouching="Figma's email_verified in userinfo and in the ID token; /v1/me has no such flag, and libraries guess",
        quirks=(
            "handle is the display name, not a username. The nickname is the local part of the email address.",
            (
                "The identifier is a string of digits that exceeds 53 bits. In the token response, user_id_string is "
                "exact and user_id is a number."
            ),
            "Userinfo uses different field names: sub, name, picture.",
            (
                "The token endpoint moved from www.figma.com/api/oauth/token to api.figma.com in February 2025. Older "
                "libraries do not know the new URL."
            ),
        ),
        sources=("https://developers.figma.com/docs/rest-api/users-endpoints/",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "Sign-in tokens have been observed with prefix figu_ and personal tokens with prefix figd_; neither is "
            "guaranteed. The app chooses the scopes, which must also be in its registration. New apps have been "
            "reviewed since November 2025. With scope openid, the token response also contains an ID token, signed "
            "with ES256."
        ),
        expiry_field="expires_in",
        validity="A lifetime of 90 days is reported but not documented.",
        renewal=Operation(
            (
                "The response contains a new access token, and the refresh token remains valid. The discovery document "
                "also lists this grant at /v1/oauth/token."
            ),
            RequestTemplate(
                "https://api.figma.com/v1/oauth/refresh",
                by_form("refresh_token"),
                method="POST",
                basic=True,
                required_credentials=("client_id", "client_secret"),
            ),
            token="refresh",
        ),
        termination=revoke_in_settings(),
        uses=Operation(request=RequestTemplate("https://api.figma.com/v1/me"), required_scopes=("current_user:read",)),
        sample="figu_{}",
        sources=("https://developers.figma.com/docs/rest-api/authentication/",),
    ),
    scopes=Scopes(
        profile=("current_user:read",),
        email=("current_user:read",),
        adding=(
            "Select the scope in the app's registration, then authorize again with it at https://www.figma.com/oauth. "
            "openid, profile and email are the OpenID Connect scopes. files:read and file_read are deprecated. Old "
            "integrations separate scopes with commas."
        ),
        sources=("https://developers.figma.com/docs/rest-api/scopes/",),
    ),
    debug=Probe(
        kind="userinfo-probe",
        url="https://api.figma.com/v1/me",
        placement=by_bearer(),
        proves=frozenset({"subject"}),
        response_model=User,
        error_fields=("err", "error", "errors"),
        refusals=(Refusal(403, "denied", {"status": 403, "err": "Invalid token"}),),
        source="https://developers.figma.com/docs/rest-api/errors/",
        note=(
            "The response identifies the user but never the app. Only an ID token identifies the app (aud; iss "
            "https://www.figma.com, keys at https://www.figma.com/.well-known/jwks.json). Personal tokens use the "
            "header X-Figma-Token. Rate limits depend on seat and plan. A 429 response contains Retry-After and "
            "X-Figma-Rate-Limit-Type."
        ),
    ),
    uncertain=(
        "The refusal of an expired token is not known, so a 403 with any other err is not read as a denial.",
        "The values of err are known from practice.",
    ),
)
