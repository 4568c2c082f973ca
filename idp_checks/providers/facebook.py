"""Facebook: the Graph API's user, and the ID token of Limited Login on iOS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct
from msgspec.structs import replace

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Epoch,
    Flag,
    HttpEndpoint,
    Id,
    Json,
    LibraryFacts,
    Name,
    OpenIdClaims,
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
    TokenFacts,
    Url,
    Username,
    by_query,
    parse_epoch,
)

THROTTLED = frozenset((4, 17, 32, 341, 613))
"""Codes of exceeded limits, https://developers.facebook.com/docs/graph-api/overview/rate-limiting."""


class Image(Struct):
    """``data`` of ``picture``; a silhouette is a placeholder, which also has a URL."""

    url: Url = None
    is_silhouette: Flag = None


class Picture(Struct):
    """``picture`` of the Graph API."""

    data: Image | None = None


class User(Shape):
    """``GET /me``, https://developers.facebook.com/docs/graph-api/reference/user; old records contain ``username``."""

    id: Id
    name: Name = None
    first_name: Name = None
    last_name: Name = None
    username: Username = None
    email: Email = None
    picture: Picture | Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        picture = self.picture
        if isinstance(picture, Picture):
            image = picture.data
            picture = None if image is None or image.is_silhouette is True else image.url
        return Claims(
            id=self.id,
            name=self.name,
            given_name=self.first_name,
            family_name=self.last_name,
            username=self.username,
            email=self.email,
            picture=picture,
        )


class LimitedLogin(OpenIdClaims):
    """The claims of an ID token, https://developers.facebook.com/docs/facebook-login/limited-login/token."""

    vouched_by: ClassVar[Path | None] = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        claims = OpenIdClaims.claims(self, also)
        claims.email_verified = None
        return claims


class Token(Struct):
    """``data`` of a debug response.

    ``expires_at`` of 0 or below means no expiry. App tokens have no ``user_id``.
    """

    app_id: Id
    is_valid: bool
    type: str | None = None
    user_id: Id | None = None
    scopes: list[str] | None = None
    expires_at: Epoch | None = None
    issued_at: Epoch | None = None
    error: Json = None


class DebugResponse(ResponseModel):
    """The description of a token, https://developers.facebook.com/docs/graph-api/reference/debug_token."""

    data: Token

    def read(self, question: Question) -> Reading:
        token = self.data
        endless = token.expires_at is not None and token.expires_at <= 0
        reading = Reading(
            active=True,
            reason="ok",
            client_id=str(token.app_id),
            subject=None if token.user_id is None else str(token.user_id),
            scopes=None if token.scopes is None else tuple(token.scopes),
            expires_at=None if endless else parse_epoch(token.expires_at),
            endless=endless,
            issued_at=parse_epoch(token.issued_at),
            token_type=token.type,
        )
        if token.error:
            return replace(
                reading,
                active=None,
                reason="contradiction",
                detail="is_valid is true, but the response contains an error",
            )
        return reading


def _invalid(**error: Any) -> dict[str, Any]:
    """Return the body for an invalid token whose error contains these fields."""
    return {"data": {"is_valid": False, "error": error}}


PROVIDER = Provider(
    name="facebook",
    title="Facebook",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "facebook", "allauth": "facebook", "authjs": "facebook"},
    libraries={
        "social_core": LibraryFacts(classes={User: ""}),
        "allauth": LibraryFacts(classes={User: ""}),
    },
    docs=(
        "https://developers.facebook.com/docs/facebook-login/guides/access-tokens",
        "https://developers.facebook.com/docs/facebook-login/guides/access-tokens/debugging",
        "https://developers.facebook.com/docs/graph-api/reference/debug_token",
        "https://developers.facebook.com/docs/graph-api/reference/user",
        "https://developers.facebook.com/docs/permissions",
    ),
    profile=ProfileFacts(
        shapes=(User, LimitedLogin),
        request=RequestTemplate(
            "https://graph.facebook.com/me?fields=id,name,first_name,middle_name,last_name,name_format,short_name,"
            "email,picture"
        ),
        subject_scope="the application",
        quirks=(
            "Without the parameter fields, only id and name are returned.",
            (
                "A user has a different identifier in each app. token_for_business is the same across the apps "
                "of one business."
            ),
            (
                "email is missing, not null, if the user refused it, if it is not on file, or if the account was "
                "created with a phone number."
            ),
            "verified in old records refers to the account, never to the email address.",
            (
                "The picture is at picture.data.url, and its URL expires after a while. A placeholder also has a "
                "URL; is_silhouette marks it, and it is not used."
            ),
            "The response may be null or false instead of the object.",
            "The user chooses the order of the parts of the name: use name, and do not join the parts.",
            "birthday is MM/DD/YYYY, MM/DD or YYYY.",
            "username was removed from the Graph API with v2.0 and occurs only in old records.",
            (
                "An app may require appsecret_proof, the HMAC-SHA-256 of the token with the app secret as the "
                "key, in hex. Without it, a good token is refused with code 100."
            ),
            "Limited Login on iOS returns an ID token, but no access token for the Graph API.",
        ),
        sources=(
            "https://developers.facebook.com/docs/graph-api/reference/user",
            "https://developers.facebook.com/docs/facebook-login/limited-login/token",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "Bound to one app, one user and the granted permissions, which the user may refuse individually. An "
            "app token may be written as app id, vertical bar, app secret."
        ),
        lifetime=5184000,
        validity=(
            "This is the approximate lifetime of a long-lived user token. A short-lived user token is valid for "
            "1 to 2 hours. App tokens and Page tokens of a long-lived user do not expire. Access to the user's "
            "data ends about 90 days after the last use of the app, at data_access_expires_at."
        ),
        renewal=Operation(
            "Facebook issues no refresh tokens. A token that is still valid is exchanged for a long-lived token, "
            "only on a server. After the expiry the user must sign in again.",
            RequestTemplate(
                "https://graph.facebook.com/oauth/access_token",
                by_query("fb_exchange_token"),
                params={
                    "grant_type": "fb_exchange_token",
                    "client_id": "{client_id}",
                    "client_secret": "{client_secret}",
                },
                required_credentials=("client_id", "client_secret"),
            ),
        ),
        termination=Operation(
            "Revokes the app's whole authorization, including all tokens of the user. With the name of a "
            "permission appended to the path, only that permission is revoked.",
            RequestTemplate(
                "https://graph.facebook.com/me/permissions",
                by_query("access_token"),
                method="DELETE",
                proofs={"appsecret_proof": "{token}"},
                required_credentials=("client_secret",),
            ),
            ends="grant",
        ),
        uses=Operation(
            "Accepts any user token, so it proves nothing about the app.",
            RequestTemplate(
                "https://graph.facebook.com/me?fields=id",
                proofs={"appsecret_proof": "{token}"},
                required_credentials=("client_secret",),
            ),
        ),
        sample="EAA{}",
        sources=(
            "https://developers.facebook.com/docs/facebook-login/guides/access-tokens",
            "https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived",
            "https://developers.facebook.com/docs/graph-api/reference/user/permissions",
        ),
    ),
    scopes=Scopes(
        separator=",",
        profile=("public_profile",),
        email=("email",),
        adding=(
            "Send the user to the login dialog again with the additional permission in scope. A permission that "
            "the user refused earlier is requested again only with auth_type=rerequest. All permissions beyond "
            "public_profile and email require App Review."
        ),
        sources=(
            "https://developers.facebook.com/docs/permissions",
            "https://developers.facebook.com/docs/facebook-login/guides/permissions",
        ),
    ),
    debug=HttpEndpoint(
        kind="debug-token",
        url="https://graph.facebook.com/debug_token",
        placement=by_query("input_token"),
        params={"access_token": "{client_id}|{client_secret}"},
        # An app may require it in every call. Otherwise a correct value has no effect.
        proofs={"appsecret_proof": "{client_id}|{client_secret}"},
        required_credentials=("client_id", "client_secret"),
        proves=frozenset({"client", "subject", "scopes", "end"}),
        response_model=DebugResponse,
        refusals=(
            Refusal(200, "expired", _invalid(code=190, subcode=463)),
            Refusal(200, "revoked", _invalid(code=190, subcode=466), detail="revoked by a call of the app"),
            Refusal(200, "revoked", _invalid(code=190, subcode=460), detail="the user's password was changed"),
            Refusal(200, "revoked", _invalid(code=190, subcode=458), detail="the user removed the app"),
            Refusal(
                200,
                "denied",
                _invalid(code=190, subcode=frozenset((459, 464))),
                detail="the user must confirm the account first",
            ),
            Refusal(200, "rate_limited", _invalid(code=THROTTLED)),
            Refusal(200, "issuer_error", _invalid(code=frozenset((1, 2)))),
            Refusal(
                200,
                "issuer_error",
                _invalid(
                    code=190,
                    message="Error validating application. Cannot get application info due to a system error.",
                ),
                detail="an internal error of Facebook with the code of an invalid token",
            ),
            Refusal(200, "issuer_error", _invalid(is_transient=True)),
            Refusal(
                200, "denied", {"data": {"is_valid": False, "type": frozenset(("USER", "PAGE", "APP", "SYSTEM_USER"))}}
            ),
            Refusal(200, "malformed", _invalid(code=190), detail="the token cannot be read, or its signature is wrong"),
            Refusal(200, "denied", {"data": {"is_valid": False}}),
            Refusal(None, "rate_limited", {"error": {"code": THROTTLED}}),
            Refusal(None, "issuer_error", {"error": {"code": frozenset((1, 2))}}),
            Refusal(None, "issuer_error", {"error": {"is_transient": True}}),
            Refusal(
                400,
                "not_permitted",
                {"error": {"code": 100}},
                detail="the token belongs to another app, or this app may not inspect it",
            ),
            Refusal(
                400,
                "caller_rejected",
                {"error": {"code": frozenset((101, 190))}},
                detail="the access_token of the request is invalid",
            ),
        ),
        source="https://developers.facebook.com/docs/graph-api/reference/debug_token",
        note=(
            "The query contains two tokens: input_token is inspected, access_token authenticates the request. "
            "The access_token is an app token, or the user token of a developer of the app. appsecret_proof "
            "belongs to access_token, for apps that require it "
            "(https://developers.facebook.com/docs/graph-api/guides/secure-requests). The status is 200 for an "
            "invalid token too: is_valid decides. A top-level error refers to access_token. The endpoint does "
            "not accept ID tokens of Limited Login (iss https://www.facebook.com, keys at "
            "https://limited.facebook.com/.well-known/oauth/openid/jwks/). Calls count toward the app's limit, "
            "200 an hour for each daily user."
        ),
    ),
    uncertain=(
        (
            "A token of another app is refused with code 100, and so is an access_token of the wrong type. Both are "
            "read as undecided."
        ),
        (
            "According to client developers, a wrong app secret causes a top-level error with code 101 or 190. It is "
            "read as undecided."
        ),
        "No page documents the status of a throttled debug call. Only the code is read.",
        (
            "An internal error of Facebook was observed in the body for an unreadable token. It is recognized by its "
            "message."
        ),
    ),
)
