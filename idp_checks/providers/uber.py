"""Uber: the OpenID Connect claims of the identity product, and the rider profiles of the older versions.

Each version has an identifier of its own, and none is equal to another.
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
    """What the older profiles share; an answer with ``sub`` is none of them, even where it is no good ``UserInfo``."""

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
    """``GET /v1.2/me``, which may have ``uuid`` too, https://developer.uber.com/docs/riders/references/api/v1/me-get."""

    subject: ClassVar[Path] = ("rider_id",)

    rider_id: Id


class ByUuid(Rider, kw_only=True):
    """``GET /v1/me`` in its first form, deprecated."""

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
        vouching="Uber's email_verified, in version 3 alone",
        subject_scope="the application",
        quirks=(
            (
                "Every version has its own identifier: v1 uuid, v1.2 rider_id (at times beside uuid), v3 sub. Accounts "
                "keyed by one are not found by another: uuid is the key of social_core and of Auth0's recipe."
            ),
            "sub is a long encrypted text that ends in equals signs: it is encoded where it goes into an address.",
            "There is no full name: given and family name are joined.",
            "A person without a picture has a default one.",
            "mobile_verified and phone_number_verified say nothing about the address.",
            "email_verified_at, phone_number and uuid have scopes of their own; the last is rarely granted.",
        ),
        sources=("https://developer.uber.com/docs/consumer-identity/references/api/v3/me-get",),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "Not to be read: after KA. a part in base64 shows a version and an end, neither documented nor signed for "
            "others. Bound to one application, one person and the scopes granted, most of which Uber must allow first. "
            "Scope openid adds an ID token, signed RS256."
        ),
        lifetime=2592000,
        expiry_field="expires_in",
        renewal=renew_by_refresh_token(
            "grant_type=refresh_token, refresh_token and the client's id and secret; both tokens are replaced. "
            "login.uber.com is the older host.",
            "https://auth.uber.com/oauth/v2/token",
        ),
        termination=revoke_by_request(
            "Form fields client_id, client_secret and token; 200 for a good token and for anything else, 400 without "
            "one: it proves nothing.",
            "https://auth.uber.com/oauth/v2/revoke",
        ),
        uses=Operation(
            "Needs scope profile and an application that Uber approved.", RequestTemplate("https://api.uber.com/v3/me")
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
            "Uber has to open the scope to the application first (openid, profile.mobile_number and "
            "profile.email_verified_at are some); then authorise again with it at "
            "https://auth.uber.com/oauth/v2/authorize."
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
                detail="a dead token, or one of an application without the identity product",
            ),
            Refusal(403, "not_permitted", detail="the application or the token may not make this call"),
        ),
        source="https://developer.uber.com/docs/consumer-identity/references/api/v3/me-get",
        note=(
            "The ID token of the same grant does (RS256, keys at https://auth.uber.com/oauth/v2/certs, iss and aud)."
        ),
    ),
    uncertain=(
        (
            "A good token of an application without the identity product gets 401 or 403; with which body is not "
            "documented, so this refusal alone proves little."
        ),
        "No rate is documented for this call, nor the answer when it is passed.",
        (
            "Uber says of uuid that it is the same in every application and not encrypted, as the others are: they are "
            "taken to be each application's own."
        ),
    ),
)
