"""TikTok: every answer carries an ``error`` object, whose code is ``ok`` for success."""

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
"""``ok`` in every answer that is no error."""


class Outcome(Struct):
    """``error``, of a success too."""

    code: Code = None


class User(Struct):
    """``data.user``: a member comes only when named in ``fields``."""

    open_id: Id
    display_name: Name = None
    username: Username = None
    avatar_url: Url = None
    avatar_large_url: Url = None
    avatar_url_100: Url = None


class Data(Struct):
    """``data``: empty beside an error."""

    user: User


class UserInfo(Shape):
    """``GET /v2/user/info/``, https://developers.tiktok.com/doc/tiktok-api-v2-get-user-info."""

    subject: ClassVar[Path] = ("data", "user", "open_id")

    data: Data
    error: Outcome | None = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        if self.error is not None and self.error.code != SUCCESS:
            raise ProfileError("the answer is an error, no profile", path="$.error.code")
        user = self.data.user
        return Claims(
            id=user.open_id,
            name=user.display_name,
            username=user.username,
            picture=first_nonblank(user.avatar_url, user.avatar_large_url, user.avatar_url_100),
        )


class Probed(UserInfo, kw_only=True):
    """The same as proof of a token: without ``error`` it is no documented answer."""

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
            "No scope gives an e-mail address, and the name has no parts.",
            "The parameter fields is mandatory; one field without its scope, and nothing comes.",
            "The member error is there in every answer: its code tells, not its presence.",
            "open_id differs by application, union_id by developer: the key must stay one of them.",
            "username needs scope user.info.profile and can be changed; display_name is free and not unique.",
            "Pictures are signed addresses that end after a day or so.",
            "Requests call the client id client_key.",
            "is_verified is the badge.",
        ),
        sources=("https://developers.tiktok.com/doc/tiktok-api-v2-get-user-info",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "act. marks a user token, rft. a refresh token, clt. a client token, which has no person. The "
            "token answer carries open_id and scope, with commas between."
        ),
        lifetime=7200,
        validity=(
            "2 hours, and 180 days for the refresh token; 24 hours and 365 days until November 2026. expires_in and "
            "refresh_expires_in count."
        ),
        renewal=Operation(
            "grant_type=refresh_token with client_key, client_secret and refresh_token; a new refresh token takes the "
            "old one's place.",
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
            "Form fields client_key, client_secret and token; an empty answer. TikTok's settings let the person do the "
            "same.",
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
            "Add the scope to the application, which TikTok reviews, then authorise again with it; the person may "
            "untick it: what was granted stands in scope of the token answer."
        ),
        sources=("https://developers.tiktok.com/doc/tiktok-api-scopes",),
    ),
    debug=profile_probe(
        "https://open.tiktokapis.com/v2/user/info/",
        Probed,
        params={"fields": "open_id,union_id"},
        limit=(600, 60),
        refusals=(
            Refusal(401, "denied", {"error": {"code": "access_token_invalid"}}),
            Refusal(
                401,
                "not_permitted",
                {"error": {"code": "scope_not_authorized"}},
                detail="alive, without scope user.info.basic",
            ),
        ),
        error_fields=(),
        source="https://developers.tiktok.com/doc/tiktok-api-v2-error-handling",
        note=(
            "There is no introspection: the probe proves no client, but for open_id being per application, so that one "
            "known from one's own token answer speaks for one's own token. A 401 is no denial by itself: the code "
            "says. 600 calls a minute."
        ),
    ),
    uncertain=("Expired, revoked and unknown tokens get the same answer.",),
)
