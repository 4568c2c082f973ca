"""Reddit: the account behind a token, by its username alone."""

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
            "The address never comes; has_verified_email is about the account, which has confirmed one.",
            "There is no real name; some have a display name at subreddit.title, most an empty text.",
            "The address in icon_img is signed and escaped for HTML: it fails until &amp; is undone.",
            "allauth takes the name as the key, social_core and Auth.js take id.",
            "The identifier is in base 36, without the t2_ that other calls write in front.",
            "Times are floats; created is in a shifted time zone, created_utc is not.",
            (
                "Every application must send a User-Agent that is its own; without one Reddit answers 403 or 429, at "
                "times with a page of HTML."
            ),
            "The answer is large, with members for preferences and experiments that come and go.",
            "Calls go to oauth.reddit.com, token calls to www.reddit.com.",
        ),
        sources=("https://www.reddit.com/dev/api/#GET_api_v1_me", "https://github.com/reddit-archive/reddit"),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "To be taken as opaque; of late long, and like a JWT in form, which is not documented. An application "
            "chooses the scopes, and by duration=permanent a refresh token."
        ),
        lifetime=86400,
        expiry_field="expires_in",
        validity="A day as seen since 2023, an hour by the wiki.",
        renewal=renew_by_refresh_token(
            "grant_type=refresh_token and refresh_token, HTTP Basic (an installed application has an empty secret) and "
            "the own User-Agent; the answer may repeat the refresh token, which does not end by time.",
            "https://www.reddit.com/api/v1/access_token",
            basic=True,
            headers={"User-Agent": "{user_agent}"},
            required_credentials=("client_id", "client_secret", "user_agent"),
        ),
        termination=revoke_by_request(
            "Form fields token and token_type_hint, HTTP Basic; 204, for an unknown token too, and 401 for a wrong "
            "secret. With a refresh token go its access tokens. The person does it at reddit.com/prefs/apps.",
            "https://www.reddit.com/api/v1/revoke_token",
            basic=True,
            headers={"User-Agent": "{user_agent}"},
            required_credentials=("client_id", "client_secret", "user_agent"),
            success_statuses=frozenset({204}),
            params={"token_type_hint": "access_token"},
        ),
        uses=Operation(
            "Needs scope identity and the own User-Agent.",
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
            "Authorise again with more of those listed at https://www.reddit.com/api/v1/scopes; commas and spaces both "
            "work. New applications need Reddit's approval since November 2025."
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
                detail="alive, without scope identity",
            ),
            Refusal(403, "not_permitted", detail="the application, its User-Agent or its address is refused"),
        ),
        source="https://github.com/reddit-archive/reddit/wiki/OAuth2",
        note=("Only 401 is about the token. 100 calls a minute for each client, as a mean of ten minutes."),
    ),
    uncertain=(
        "A member oauth_client_id is said to be in newer answers, but no page has it: it is not read.",
        "Expired, revoked and unknown tokens get the same answer.",
    ),
)
