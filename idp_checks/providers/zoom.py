"""Zoom: the signed-in user. Tokens are JWTs that only Zoom can verify, because it does not publish the key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Flag,
    Id,
    Name,
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


class User(Shape):
    """``GET /v2/users/me``, https://developers.zoom.us/docs/api/users/; ``verified`` is 1 or 0."""

    vouched_by: ClassVar[Path | None] = ("verified",)

    id: Id
    display_name: Name = None
    first_name: Name = None
    last_name: Name = None
    email: Email = None
    verified: Flag = None
    pic_url: Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=self.id,
            name=self.display_name,
            given_name=self.first_name,
            family_name=self.last_name,
            email=self.email,
            email_verified=_read_verified(self.verified),
            picture=self.pic_url,
        )


def _read_verified(value: object) -> bool | None:
    """Return 1 and 0 as booleans; None for any other value."""
    return {1: True, 0: False}.get(value) if type(value) is int else None


PROVIDER = Provider(
    name="zoom",
    title="Zoom",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "zoom-oauth2", "allauth": "zoom", "authjs": "zoom"},
    has_auth0_strategy=False,
    docs=(
        "https://developers.zoom.us/docs/integrations/oauth/",
        "https://developers.zoom.us/docs/api/users/",
        "https://developers.zoom.us/docs/api/rate-limits/",
    ),
    profile=ProfileFacts(
        shapes=(User,),
        request=RequestTemplate("https://api.zoom.us/v2/users/me"),
        vouching=(
            "Zoom's verified, 1 or 0; sign-in by Google, Apple or SSO can leave it at 0, and other libraries "
            "nevertheless treat the email address as verified"
        ),
        quirks=(
            "verified is a number, not a boolean.",
            (
                "Older responses have no display_name. The first and last name are then joined; the last name may be "
                "missing."
            ),
            "Unset fields such as pic_url and vanity_url are missing or empty strings.",
            "host_key and the pwd in personal_meeting_url are secrets. Do not store the raw profile.",
            "The returned fields depend on granular scopes such as user:read:user, or on the older scope user:read.",
            "The profile has no username. The nickname is the local part of the email address.",
            "The identifier is case-sensitive.",
        ),
        sources=("https://developers.zoom.us/docs/api/users/",),
    ),
    token=TokenFacts(
        form="jwt",
        contents=(
            "A JWT signed with HS512. Only Zoom has the key. Its claims contain the client and the user, but they are "
            "not documented, have changed and cannot be verified, so they are only a hint. The scopes are those of "
            "the application's configuration. The token response lists them."
        ),
        lifetime=3600,
        expiry_field="expires_in",
        renewal=renew_by_refresh_token(
            (
                "A refresh token works once, and each renewal returns a new refresh token. Without use it expires "
                "after about 90 days (15 years in older documents)."
            ),
            "https://zoom.us/oauth/token",
            basic=True,
        ),
        termination=revoke_by_request(
            (
                "The response contains status success. The user can also remove the application, which triggers the "
                "event app_deauthorized."
            ),
            "https://zoom.us/oauth/revoke",
            basic=True,
        ),
        uses=Operation(
            ("Requires the scope user:read:user, or the older scope user:read."),
            RequestTemplate("https://api.zoom.us/v2/users/me"),
        ),
        sample="eyJ{}.eyJ{}.{}",
        sources=("https://developers.zoom.us/docs/integrations/oauth/",),
    ),
    scopes=Scopes(
        profile=("user:read:user",),
        email=("user:read:user", "user:read:email"),
        adding=(
            "Select the scopes in the application's entry in the marketplace, then authorize again at "
            "https://zoom.us/oauth/authorize, where the user may decline optional scopes. Before 2024, the scopes "
            "were user:read and user_profile, which old applications keep."
        ),
        sources=("https://developers.zoom.us/docs/integrations/oauth-scopes-overview/",),
    ),
    debug=profile_probe(
        "https://api.zoom.us/v2/users/me",
        User,
        refusals=(
            Refusal(401, "expired", {"code": 124, "message": "Access token is expired."}),
            Refusal(401, "denied", {"code": 124, "message": "Invalid access token."}),
            Refusal(
                400, "not_permitted", {"code": 4711}, detail="the token is valid but lacks the scope for this call"
            ),
            Refusal(
                400, "not_permitted", {"code": 4700}, detail=("a scope is missing, or the request has another problem")
            ),
        ),
        source="https://developers.zoom.us/docs/api/errors",
        note=(
            "Any token in the query is refused with 401 and code 124. Rate limits depend on the type of call and the "
            "plan; the X-RateLimit headers contain them."
        ),
    ),
    uncertain=(
        (
            "Code 124 is also returned for problems other than an invalid token (for example, a token in the query). "
            "It is read as a refusal only with the two known messages, and is undecided with any other message."
        ),
        "The refusal of a revoked token is not documented. It is assumed to be that of an invalid token.",
        (
            "Zoom's list has 4700 for a missing scope and for other errors. In practice, 4711 was observed for a "
            "missing scope. Neither is a refusal."
        ),
    ),
)
