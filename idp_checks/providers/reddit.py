"""Reddit: the account of a token, with its username as the only name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp_checks.providers.sdk import (
    Claims,
    Id,
    Operation,
    ProfileFacts,
    Provider,
    Refusal,
    RequestTemplate,
    Scopes,
    Shape,
    TokenFacts,
    Url,
    Username,
    profile_probe,
    renew_by_refresh_token,
    revoke_by_request,
)

HEADERS = {"User-Agent": "{user_agent}"}


class Me(Shape):
    """``GET /api/v1/me``, https://www.reddit.com/dev/api/#GET_api_v1_me; ``name`` is the username."""

    id: Id
    name: Username = None
    icon_img: Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        picture = self.icon_img
        return Claims(
            id=self.id,
            username=self.name,
            # The ampersands alone are escaped: undoing all of HTML would turn a parameter &copy into a sign.
            picture=None if picture is None else picture.replace("&amp;", "&"),
        )


PROVIDER = Provider(
    name="reddit",
    title="Reddit",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "reddit", "allauth": "reddit", "authjs": "reddit"},
    docs=(
        "https://github.com/reddit-archive/reddit/wiki/OAuth2",
        "https://www.reddit.com/dev/api/#GET_api_v1_me",
        "https://support.reddithelp.com/hc/en-us/articles/16160319875092-Reddit-Data-API-Wiki",
    ),
    profile=ProfileFacts(
        shapes=(Me,),
        request=RequestTemplate("https://oauth.reddit.com/api/v1/me", headers=HEADERS),
        quirks=(
            (
                "The profile never contains the email address. has_verified_email means that the account has a "
                "confirmed email address."
            ),
            (
                "The profile has no real name. Some users have a display name in subreddit.title; for most it is an "
                "empty string."
            ),
            "The URL in icon_img is signed and escaped for HTML. It fails until &amp; is unescaped.",
            "allauth uses the name as the identifier; social_core and Auth.js use id.",
            "The identifier is in base 36, without the prefix t2_ that other calls use.",
            "Times are floats. created is in a shifted time zone; created_utc is not.",
            (
                "Every application must send a unique User-Agent. Without it, Reddit returns 403 or 429, sometimes "
                "with an HTML page."
            ),
            "The response is large. Its fields for preferences and experiments change often.",
            "API calls use oauth.reddit.com, token calls use www.reddit.com.",
        ),
        sources=("https://www.reddit.com/dev/api/#GET_api_v1_me", "https://github.com/reddit-archive/reddit"),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "Treat the token as opaque. Recent tokens are long and look like a JWT, which is not documented. An "
            "application chooses the scopes, and requests a refresh token with duration=permanent."
        ),
        lifetime=86400,
        expiry_field="expires_in",
        validity="A lifetime of one day has been observed since 2023. The wiki states one hour.",
        renewal=renew_by_refresh_token(
            "An installed application has an empty secret. The call requires the application's User-Agent. The "
            "response may repeat the refresh token, which does not expire.",
            "https://www.reddit.com/api/v1/access_token",
            basic=True,
            headers={"User-Agent": "{user_agent}"},
            required_credentials=("client_id", "client_secret", "user_agent"),
        ),
        termination=revoke_by_request(
            "Reddit returns 204, for an unknown token too, and 401 for a wrong secret. Revoking a refresh token also "
            "revokes its access tokens. The user can revoke access at reddit.com/prefs/apps.",
            "https://www.reddit.com/api/v1/revoke_token",
            basic=True,
            headers={"User-Agent": "{user_agent}"},
            required_credentials=("client_id", "client_secret", "user_agent"),
            success_statuses=frozenset({204}),
            params={"token_type_hint": "access_token"},
        ),
        uses=Operation(
            "Requires scope identity and the application's User-Agent.",
            RequestTemplate(
                "https://oauth.reddit.com/api/v1/me",
                headers={"User-Agent": "{user_agent}"},
                required_credentials=("user_agent",),
            ),
        ),
        sources=("https://github.com/reddit-archive/reddit/wiki/OAuth2",),
    ),
    scopes=Scopes(
        separator=",",
        profile=("identity",),
        adding=(
            "Authorize again with more of the scopes listed at https://www.reddit.com/api/v1/scopes. Commas and "
            "spaces both work as separators. Since November 2025, new applications need Reddit's approval."
        ),
        sources=(
            "https://github.com/reddit-archive/reddit/wiki/OAuth2",
            "https://support.reddithelp.com/hc/en-us/articles/42728983564564-Responsible-Builder-Policy",
        ),
    ),
    debug=profile_probe(
        "https://oauth.reddit.com/api/v1/me",
        Me,
        headers=HEADERS,
        required_credentials=("user_agent",),
        limit=(100, 60),
        refusals=(
            Refusal(401, "denied", header=("www-authenticate", "invalid_token")),
            Refusal(401, "denied", {"message": "Unauthorized", "error": 401}),
            Refusal(
                403,
                "not_permitted",
                header=("www-authenticate", "insufficient_scope"),
                detail="the token is valid but lacks scope identity",
            ),
            Refusal(
                403, "not_permitted", detail="Reddit refuses the application, its User-Agent or its network address"
            ),
        ),
        source="https://github.com/reddit-archive/reddit/wiki/OAuth2",
        note=(
            "Only 401 refers to the token. The rate limit is 100 calls a minute per client, averaged over ten minutes."
        ),
    ),
    uncertain=(
        "Newer responses reportedly contain a field oauth_client_id. It is not documented and not read.",
        "Expired, revoked and unknown tokens get the same response.",
    ),
)
