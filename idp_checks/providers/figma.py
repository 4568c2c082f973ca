"""Figma: the user of the REST API, and the userinfo answer for tokens with scope openid."""

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
    """A call that is refused with 403 for a dead token and for a missing scope alike: ``err`` tells which."""

    def read(self, response: Response, question: Question) -> Reading:
        body = response.json
        err = body.get("err") if isinstance(body, dict) else None
        if response.status == 403 and isinstance(err, str) and err.startswith("Invalid scope"):
            detail = "the token is alive and lacks scope current_user:read"
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
        vouching="Figma's email_verified in userinfo and ID token; /v1/me says nothing, though libraries guess",
        quirks=(
            "handle is the name that is shown and no username: the nickname is the local part of the address.",
            (
                "The identifier is digits as text, more than 53 bits hold; of the token answer user_id_string is exact "
                "and user_id a number."
            ),
            "Userinfo has names of its own: sub, name, picture.",
            (
                "The token endpoint moved from www.figma.com/api/oauth/token to api.figma.com in February 2025, which "
                "older libraries do not know."
            ),
        ),
        sources=("https://developers.figma.com/docs/rest-api/users-endpoints/",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "figu_ is seen before sign-in tokens and figd_ before personal ones, neither promised. The app "
            "chooses the scopes, which stand in its registration too; new apps have been reviewed since "
            "November 2025. With scope openid an ID token comes beside it, signed with ES256."
        ),
        expiry_field="expires_in",
        validity="90 days are reported and not documented.",
        renewal=Operation(
            "Form field refresh_token, client id and secret as HTTP Basic; a new access token, and the refresh token "
            "stays. The discovery document has the grant at /v1/oauth/token too.",
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
            "Set the scope in the app's registration, then authorise again with it at https://www.figma.com/oauth; "
            "openid, profile and email are those of OpenID Connect. files:read and file_read are deprecated, and old "
            "integrations write commas between scopes."
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
            "It names the person, never the app: only an ID token does (aud; iss https://www.figma.com, keys at "
            "https://www.figma.com/.well-known/jwks.json). Personal tokens go in the header X-Figma-Token. Limits "
            "depend on seat and plan; 429 comes with Retry-After and X-Figma-Rate-Limit-Type."
        ),
    ),
    uncertain=(
        "How an expired token is refused is not known: a 403 with any other err is no denial here.",
        "The words of err are known from practice.",
    ),
)
