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
"""Codes of used-up limits, https://developers.facebook.com/docs/graph-api/overview/rate-limiting."""


class Image(Struct):
    """The inner half of ``picture``; a silhouette is a placeholder, which has an address too."""

    url: Url = None
    is_silhouette: Flag = None


class Picture(Struct):
    """``picture`` of the Graph API."""

    data: Image | None = None


class User(Shape):
    """``GET /me``, https://developers.facebook.com/docs/graph-api/reference/user; old records hold ``username``."""

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
    """Claims of an ID token, https://developers.facebook.com/docs/facebook-login/limited-login/token."""

    vouched_by: ClassVar[Path | None] = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        said = OpenIdClaims.claims(self, also)
        said.email_verified = None
        return said


class Token(Struct):
    """``data`` of a debug answer. ``expires_at`` of 0 or below means no end; app tokens have no ``user_id``."""

    app_id: Id
    is_valid: bool
    type: str | None = None
    user_id: Id | None = None
    scopes: list[str] | None = None
    expires_at: Epoch | None = None
    issued_at: Epoch | None = None
    error: Json = None


class Debugged(ResponseModel):
    """A token that was looked at, https://developers.facebook.com/docs/graph-api/reference/debug_token."""

    data: Token

    def read(self, question: Question) -> Reading:
        token = self.data
        endless = token.expires_at is not None and token.expires_at <= 0
        said = Reading(
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
            return replace(said, active=None, reason="contradiction", detail="called valid, with an error beside it")
        return said


def _invalid(**error: Any) -> dict[str, Any]:
    """Body about a token that is not valid, with these members of its error."""
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
            "Without the parameter fields only id and name come back.",
            (
                "The identifier is scoped to the application: one person has another one in each app; "
                "token_for_business is the same across the apps of one business."
            ),
            "The address is absent, not null, when refused, not on file, or the account was opened by phone.",
            "verified in old records is about the account, never about the address.",
            (
                "The picture stands at picture.data.url and its address ends after a while. A placeholder has one too; "
                "is_silhouette marks it, and it is not taken."
            ),
            "null or false may come in place of the object.",
            "The order of the name's parts is the person's choice: take name, do not join the parts.",
            "birthday is MM/DD/YYYY, MM/DD or YYYY.",
            "username left the Graph API with v2.0 and stands in old records only.",
            (
                "An app may demand appsecret_proof, the HMAC-SHA-256 of the token under the app secret in hex; without "
                "it a good token is refused with code 100."
            ),
            "Limited Login on iOS gives an ID token and no access token for the Graph API.",
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
            "Fixed to one app, one person and the permissions granted, which the person may refuse one by "
            "one. An app token may be written as app id, a bar, app secret."
        ),
        lifetime=5184000,
        validity=(
            "A long-lived user token lives about 60 days, a short-lived one 1 to 2 hours; app tokens and Page tokens "
            "of a long-lived user do not end by time. Access to the person's data ends about 90 days after the last "
            "use of the app, at data_access_expires_at."
        ),
        renewal=Operation(
            "No refresh token. grant_type=fb_exchange_token with the app's credentials and a token still good gives a "
            "long-lived one, on a server only; after its end the person must log in again.",
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
            "Ends the app's whole authorisation and with it the person's tokens; with a permission's name appended it "
            "takes that one back. The token goes in access_token.",
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
            "Any user token works, so it proves nothing about the app.",
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
            "Send the person to the dialog again with the further permission in scope; one refused before is asked "
            "again only with auth_type=rerequest. All beyond public_profile and email needs App Review."
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
        # An app may demand it of every call; where it does not, a right one does no harm.
        proofs={"appsecret_proof": "{client_id}|{client_secret}"},
        required_credentials=("client_id", "client_secret"),
        proves=frozenset({"client", "subject", "scopes", "end"}),
        response_model=Debugged,
        refusals=(
            Refusal(200, "expired", _invalid(code=190, subcode=463)),
            Refusal(200, "revoked", _invalid(code=190, subcode=466), detail="ended by a call of the app"),
            Refusal(200, "revoked", _invalid(code=190, subcode=460), detail="the person's password was changed"),
            Refusal(200, "revoked", _invalid(code=190, subcode=458), detail="the person removed the app"),
            Refusal(
                200,
                "denied",
                _invalid(code=190, subcode=frozenset((459, 464))),
                detail="the person must confirm the account first",
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
                detail="a fault of Facebook's under the code of a bad token",
            ),
            Refusal(200, "issuer_error", _invalid(is_transient=True)),
            Refusal(
                200, "denied", {"data": {"is_valid": False, "type": frozenset(("USER", "PAGE", "APP", "SYSTEM_USER"))}}
            ),
            Refusal(200, "malformed", _invalid(code=190), detail="cannot be read, or its signature is wrong"),
            Refusal(200, "denied", {"data": {"is_valid": False}}),
            Refusal(None, "rate_limited", {"error": {"code": THROTTLED}}),
            Refusal(None, "issuer_error", {"error": {"code": frozenset((1, 2))}}),
            Refusal(None, "issuer_error", {"error": {"is_transient": True}}),
            Refusal(
                400,
                "not_permitted",
                {"error": {"code": 100}},
                detail="a token of another app, or an asking token that may not look at this one",
            ),
            Refusal(
                400, "caller_rejected", {"error": {"code": frozenset((101, 190))}}, detail="the asking token is bad"
            ),
        ),
        source="https://developers.facebook.com/docs/graph-api/reference/debug_token",
        note=(
            "Two tokens travel in the query: input_token is looked at, access_token asks (an app token, or the user "
            "token of one of the app's developers). appsecret_proof proves the asking one, for apps that demand it "
            "(https://developers.facebook.com/docs/graph-api/guides/secure-requests). The status is 200 for a bad "
            "token too: is_valid decides. An error at the top is about the asking token. ID tokens of Limited Login "
            "are not for this endpoint (iss https://www.facebook.com, keys at "
            "https://limited.facebook.com/.well-known/oauth/openid/jwks/). Calls count against the app's limit, 200 an "
            "hour for each daily user."
        ),
    ),
    uncertain=(
        "A token of another app is refused with code 100, as is an asking token of the wrong kind: read as undecided.",
        "A wrong app secret gives code 101 or 190 at the top by what clients report: read as undecided.",
        "No page states the status of a throttled debug call: the code alone is read.",
        "A fault of Facebook's was seen in the body of a token that cannot be read; it is told by its text.",
    ),
)
