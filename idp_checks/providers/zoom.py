"""Zoom: the signed-in user. Tokens are JWTs that only Zoom may read: no key is given out for them."""

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
            email_verified=_verified(self.verified),
            picture=self.pic_url,
        )


def _verified(value: object) -> bool | None:
    """1 and 0 as numbers; anything else says nothing."""
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
            "Zoom's verified, 1 or 0; sign-in by Google, Apple or SSO can leave it at 0, where other libraries take "
            "the address as verified all the same"
        ),
        quirks=(
            "verified is a number, not a boolean.",
            "Older answers have no display_name: first and last name are joined then, and the last may be missing.",
            "What is unset is left out, such as pic_url and vanity_url, or an empty text.",
            "host_key and the pwd in personal_meeting_url are secrets: the raw profile is not for keeping.",
            "What comes back depends on granular scopes such as user:read:user, or on the older user:read.",
            "There is no username: the nickname is the local part of the address.",
            "Upper and lower case of the identifier count.",
        ),
        sources=("https://developers.zoom.us/docs/api/users/",),
    ),
    token=TokenFacts(
        form="jwt",
        contents=(
            "A JWT by HS512, whose key only Zoom holds. Its claims name the client and the user, but they are not "
            "documented, have changed, and cannot be verified: a hint at most. The scopes are those of the "
            "application's configuration, listed in the token answer."
        ),
        lifetime=3600,
        expiry_field="expires_in",
        renewal=renew_by_refresh_token(
            (
                "A refresh token works once and brings the next; unused it lives about 90 days (15 years in "
                "older documents)."
            ),
            "https://zoom.us/oauth/token",
            basic=True,
        ),
        termination=revoke_by_request(
            "Form field token, with HTTP Basic; answers status success. The user does the same by removing the "
            "application, of which app_deauthorized tells.",
            "https://zoom.us/oauth/revoke",
            basic=True,
        ),
        uses=Operation(
            "Needs scope user:read:user, or the older user:read.", RequestTemplate("https://api.zoom.us/v2/users/me")
        ),
        sample="eyJ{}.eyJ{}.{}",
        sources=("https://developers.zoom.us/docs/integrations/oauth/",),
    ),
    scopes=Scopes(
        profile=("user:read:user",),
        email=("user:read:user", "user:read:email"),
        adding=(
            "Scopes are chosen in the application's entry in the marketplace; then authorise again at "
            "https://zoom.us/oauth/authorize, where the user may decline the optional ones. Before 2024 there were "
            "user:read and user_profile, which old applications keep."
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
                400, "not_permitted", {"code": 4711}, detail="the token is alive and lacks the scope for this call"
            ),
            Refusal(400, "not_permitted", {"code": 4700}, detail="a scope is lacking, or something else is wrong"),
        ),
        source="https://developers.zoom.us/docs/api/errors",
        note=(
            "A token in the query is refused with 401 and code 124 whatever it is worth. Rates go by kind of "
            "call and plan, and stand in the X-RateLimit headers."
        ),
    ),
    uncertain=(
        (
            "Code 124 also answers what is no dead token (one in the query): it denies only with the two texts that "
            "are known, and leaves the question open with any other."
        ),
        "How a revoked token is refused is not documented: as an invalid one, it is supposed.",
        "Zoom's list has 4700 for a missing scope and for other faults, where 4711 was seen: neither is a denial.",
    ),
)
