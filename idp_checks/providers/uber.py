"""Uber: the OpenID Connect claims of the identity product, and the rider profiles of older versions.

Each version has a different identifier.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Id,
    LibraryFacts,
    Name,
    OpenIdClaims,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    Refusal,
    RequestTemplate,
    Scopes,
    Shape,
    TokenFacts,
    Url,
    profile_probe,
    renew_by_refresh_token,
    revoke_by_request,
)


class UserInfo(OpenIdClaims):
    """``GET /v3/me``, https://developer.uber.com/docs/consumer-identity/references/api/v3/me-get."""


class Rider(Shape, kw_only=True):
    """The fields that the older profiles share.

    A response with ``sub`` never fits an older profile, even if it is not a valid ``UserInfo``.
    """

    sub: None = None
    first_name: Name = None
    last_name: Name = None
    email: Email = None
    picture: Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=getattr(self, str(self.subject[0])),
            given_name=self.first_name,
            family_name=self.last_name,
            email=self.email,
            picture=self.picture,
        )


class ByRiderId(Rider, kw_only=True):
    """``GET /v1.2/me``, which may also contain ``uuid``.

    https://developer.uber.com/docs/riders/references/api/v1/me-get
    """

    subject: ClassVar[Path] = ("rider_id",)

    rider_id: Id


class ByUuid(Rider, kw_only=True):
    """``GET /v1/me`` in its first version, deprecated."""

    subject: ClassVar[Path] = ("uuid",)

    uuid: Id
    rider_id: None = None


PROVIDER = Provider(
    name="uber",
    title="Uber",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "uber"},
    has_auth0_strategy=False,
    libraries={
        "social_core": LibraryFacts(classes={ByUuid: ""}),
    },
    docs=(
        "https://developer.uber.com/docs/consumer-identity/introduction",
        "https://developer.uber.com/docs/consumer-identity/references/api/v3/me-get",
        "https://developer.uber.com/docs/consumer-identity/guides/revoke-token",
        "https://developer.uber.com/docs/consumer-identity/references/api/v2/certs",
    ),
    profile=ProfileFacts(
        shapes=(UserInfo, ByRiderId, ByUuid),
        request=RequestTemplate("https://api.uber.com/v3/me"),
        vouching="Uber's email_verified, only in version 3",
        subject_scope="the application",
        quirks=(
            (
                "Each version has a different identifier: v1 uuid, v1.2 rider_id (sometimes beside uuid), v3 sub. An "
                "account that is stored by one identifier cannot be found by another. social_core and Auth0's recipe "
                "use uuid as the key."
            ),
            "sub is a long encrypted string that ends in equals signs. It must be percent-encoded in a URL.",
            "The profile has no full name. The given and family name are joined.",
            "A user without a picture has a default picture.",
            "mobile_verified and phone_number_verified do not concern the email address.",
            "email_verified_at, phone_number and uuid require separate scopes. The scope for uuid is rarely granted.",
        ),
        sources=("https://developer.uber.com/docs/consumer-identity/references/api/v3/me-get",),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "Clients must not read the token. After KA., a base64 part contains a version and an expiry, which are "
            "not documented and which only Uber can verify. The token is bound to one application, one user and the "
            "granted scopes, most of which Uber must enable first. The scope openid adds an ID token, signed with "
            "RS256."
        ),
        lifetime=2592000,
        expiry_field="expires_in",
        renewal=renew_by_refresh_token(
            "The response replaces both tokens. login.uber.com is the older host.",
            "https://auth.uber.com/oauth/v2/token",
        ),
        termination=revoke_by_request(
            (
                "The response is 200 for a valid token and for any other value, so it proves nothing. Without a "
                "token, it is 400."
            ),
            "https://auth.uber.com/oauth/v2/revoke",
        ),
        uses=Operation(
            ("Requires the scope profile and an application that Uber approved."),
            RequestTemplate("https://api.uber.com/v3/me"),
        ),
        sample="KA.{}",
        sources=(
            "https://developer.uber.com/docs/consumer-identity/guides/revoke-token",
            "https://developer.uber.com/docs/consumer-identity/guides/client-credentials-flow",
        ),
    ),
    scopes=Scopes(
        profile=("profile",),
        email=("profile",),
        adding=(
            "Uber must first enable the scope for the application (for example openid, profile.mobile_number or "
            "profile.email_verified_at). Then authorize again with it at https://auth.uber.com/oauth/v2/authorize."
        ),
        sources=("https://developer.uber.com/docs/consumer-identity/references/api/v3/me-get",),
    ),
    debug=profile_probe(
        "https://api.uber.com/v3/me",
        UserInfo,
        refusals=(
            Refusal(
                401,
                "denied",
                {"code": "unauthorized", "message": "Invalid OAuth 2.0 credentials provided."},
                bare=True,
                detail="an invalid token, or a token of an application without the identity product",
            ),
            Refusal(403, "not_permitted", detail="the application or the token may not make this call"),
        ),
        source="https://developer.uber.com/docs/consumer-identity/references/api/v3/me-get",
        note=(
            "The ID token of the same grant proves the client (RS256, keys at https://auth.uber.com/oauth/v2/certs, "
            "iss and aud)."
        ),
    ),
    uncertain=(
        (
            "A valid token of an application without the identity product gets 401 or 403. The body is not "
            "documented, so this refusal alone proves little."
        ),
        "Uber documents neither a rate limit for this call nor the response when it is exceeded.",
        (
            "According to Uber, uuid is the same in all applications and is not encrypted, unlike the other "
            "identifiers. The other identifiers are therefore assumed to be specific to the application."
        ),
    ),
)
