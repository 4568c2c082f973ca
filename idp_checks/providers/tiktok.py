"""TikTok: every response contains an ``error`` object, whose code is ``ok`` on success."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, TypeAlias

from msgspec import Meta, Struct

from idp_checks.providers.sdk import (
    Claims,
    Id,
    Name,
    Operation,
    Path,
    ProfileError,
    ProfileFacts,
    Provider,
    Refusal,
    RequestTemplate,
    Scopes,
    Shape,
    SimulationFacts,
    TokenFacts,
    Url,
    Username,
    by_form,
    first_nonblank,
    profile_probe,
)

SUCCESS = "ok"
Code: TypeAlias = Annotated[Any, Meta(extra={"const": SUCCESS})]
"""``ok`` in every successful response."""


class Outcome(Struct):
    """``error``, also present on success."""

    code: Code = None


class User(Struct):
    """``data.user``, which contains only the fields listed in the parameter ``fields``."""

    open_id: Id
    display_name: Name = None
    username: Username = None
    avatar_url: Url = None
    avatar_large_url: Url = None
    avatar_url_100: Url = None


class Data(Struct):
    """``data``, empty if the response is an error."""

    user: User


class UserInfo(Shape):
    """``GET /v2/user/info/``, https://developers.tiktok.com/doc/tiktok-api-v2-get-user-info."""

    subject: ClassVar[Path] = ("data", "user", "open_id")

    data: Data
    error: Outcome | None = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        if self.error is not None and self.error.code != SUCCESS:
            raise ProfileError("the response is an error and contains no profile", path="$.error.code")
        user = self.data.user
        return Claims(
            id=user.open_id,
            name=user.display_name,
            username=user.username,
            picture=first_nonblank(user.avatar_url, user.avatar_large_url, user.avatar_url_100),
        )


class ProbeResponse(UserInfo, kw_only=True):
    """The same response as proof of a token: ``error`` must be present, as documented."""

    error: Outcome


PROVIDER = Provider(
    name="tiktok",
    title="TikTok",
    kind="social",
    protocol="oauth2",
    aliases={"allauth": "tiktok", "authjs": "tiktok"},
    simulation=SimulationFacts(
        errors_with_status_200=True,
    ),
    docs=(
        "https://developers.tiktok.com/doc/tiktok-api-v2-get-user-info",
        "https://developers.tiktok.com/doc/oauth-user-access-token-management",
        "https://developers.tiktok.com/docs/en/oauth-refresh-a-user-access-token",
        "https://developers.tiktok.com/docs/en/oauth-revoke-a-user-access-token",
        "https://developers.tiktok.com/doc/tiktok-api-v2-error-handling",
        "https://developers.tiktok.com/doc/tiktok-api-scopes",
    ),
    profile=ProfileFacts(
        shapes=(UserInfo,),
        request=RequestTemplate(
            "https://open.tiktokapis.com/v2/user/info/?fields=open_id,union_id,avatar_url,avatar_url_100,"
            "avatar_large_url,display_name,bio_description,profile_deep_link,is_verified,username,follower_count,"
            "following_count,likes_count,video_count"
        ),
        subject_scope="the application",
        quirks=(
            "No scope grants access to an email address. The name is not split into given and family name.",
            "The parameter fields is required. If the scope for one field is missing, the whole call fails.",
            "Every response contains the field error. Its code shows whether the call succeeded.",
            (
                "open_id is specific to the application, union_id to the developer. An application must always use "
                "the same field as the key."
            ),
            "username requires the scope user.info.profile and can change. display_name is free text and not unique.",
            "Picture URLs are signed and expire after about a day.",
            "Requests contain the client ID in the parameter client_key.",
            "is_verified is the account's badge.",
        ),
        sources=("https://developers.tiktok.com/doc/tiktok-api-v2-get-user-info",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "A user token begins with act., a refresh token with rft., and a client token, which has no user, with "
            "clt. The token response contains open_id and, separated by commas, scope."
        ),
        lifetime=7200,
        validity=(
            "The refresh token expires after 180 days. Until November 2026, the lifetimes were 24 hours and 365 days. "
            "expires_in and refresh_expires_in contain the actual lifetimes."
        ),
        renewal=Operation(
            "A new refresh token replaces the previous refresh token.",
            RequestTemplate(
                "https://open.tiktokapis.com/v2/oauth/token/",
                by_form("refresh_token"),
                method="POST",
                params={"grant_type": "refresh_token", "client_key": "{client_id}", "client_secret": "{client_secret}"},
                required_credentials=("client_id", "client_secret"),
            ),
            token="refresh",
        ),
        termination=Operation(
            "The response is empty. The user can also revoke access in TikTok's settings.",
            RequestTemplate(
                "https://open.tiktokapis.com/v2/oauth/revoke/",
                by_form("token"),
                method="POST",
                params={"client_key": "{client_id}", "client_secret": "{client_secret}"},
                required_credentials=("client_id", "client_secret"),
            ),
        ),
        uses=Operation(
            request=RequestTemplate("https://open.tiktokapis.com/v2/user/info/?fields=open_id"),
            required_scopes=("user.info.basic",),
        ),
        pattern=r"act\..+",
        sample="act.{}",
        sources=(
            "https://developers.tiktok.com/doc/oauth-user-access-token-management",
            "https://developers.tiktok.com/docs/en/oauth-refresh-a-user-access-token",
            "https://developers.tiktok.com/docs/en/oauth-revoke-a-user-access-token",
        ),
    ),
    scopes=Scopes(
        separator=",",
        profile=("user.info.basic", "user.info.profile"),
        adding=(
            "Add the scope to the application, which TikTok reviews, and authorize again with it. The user may "
            "deselect it. The token response contains the granted scopes in scope."
        ),
        sources=("https://developers.tiktok.com/doc/tiktok-api-scopes",),
    ),
    debug=profile_probe(
        "https://open.tiktokapis.com/v2/user/info/",
        ProbeResponse,
        params={"fields": "open_id,union_id"},
        limit=(600, 60),
        refusals=(
            Refusal(401, "denied", {"error": {"code": "access_token_invalid"}}),
            Refusal(
                401,
                "not_permitted",
                {"error": {"code": "scope_not_authorized"}},
                detail="the token is valid but lacks the scope user.info.basic",
            ),
        ),
        error_fields=(),
        source="https://developers.tiktok.com/doc/tiktok-api-v2-error-handling",
        note=(
            "TikTok has no introspection. open_id is specific to the application: if it equals the open_id of the "
            "application's own token response, the token belongs to the application. A 401 alone is not a refusal; "
            "the code contains the reason. The rate limit is 600 calls per minute."
        ),
    ),
    uncertain=("Expired, revoked and unknown tokens get the same response.",),
)
