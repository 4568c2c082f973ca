"""Instagram: professional accounts with Instagram Login, and the user of the API shut down in 2020."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    Claims,
    HttpEndpoint,
    Id,
    LibraryFacts,
    Name,
    Operation,
    Path,
    ProfileError,
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
)


class Me(Shape):
    """``GET /me``, https://developers.facebook.com/docs/instagram-platform/reference/me."""

    id: Id
    username: Username = None
    name: Name = None
    profile_picture_url: Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(id=self.id, name=self.name, username=self.username, picture=self.profile_picture_url)


class Account(Struct):
    """An element of ``data``."""

    id: Id
    username: Username = None
    name: Name = None
    profile_picture_url: Url = None


class AccountList(Shape):
    """The same in a list, as in the documentation's first steps; the first element is the account."""

    subject: ClassVar[Path] = ("data", 0, "id")

    data: list[Account]

    def claims(self, also: Mapping[str, Any]) -> Claims:
        if not self.data:
            raise ProfileError("no account in the list", path="$.data")
        account = self.data[0]
        return Claims(id=account.id, name=account.name, username=account.username, picture=account.profile_picture_url)


class OldUser(Struct):
    """``data`` of the API that was shut down in 2020."""

    id: Id
    username: Username = None
    full_name: Name = None
    profile_picture: Url = None


class Self(Shape):
    """``GET /v1/users/self``, shut down: only in stored profiles, with an identifier of another kind."""

    subject: ClassVar[Path] = ("data", "id")

    data: OldUser

    def claims(self, also: Mapping[str, Any]) -> Claims:
        user = self.data
        return Claims(id=user.id, name=user.full_name, username=user.username, picture=user.profile_picture)


class Owner(Struct):
    """The account, in a list or as an object."""

    id: Id


class ProbeResponse(ResponseModel):
    """The response to a valid token, in either form."""

    id: Id | None = None
    data: list[Owner] | None = None

    def read(self, question: Question) -> Reading:
        ident = self.data[0].id if self.id is None and self.data else self.id
        if ident is None or not str(ident).strip():
            return Reading(active=None, reason="unparsable", detail="the response contains no account")
        return Reading(active=True, reason="ok", subject=str(ident))


PROVIDER = Provider(
    name="instagram",
    title="Instagram",
    kind="social",
    protocol="oauth2",
    status="deprecated",
    status_note=(
        "Sign-in of ordinary accounts ended with the Basic Display API on 4 December 2024. Instagram Login remains, "
        "only for professional accounts (Business and Creator), and is not meant as a sign-in. Connections to the "
        "older APIs no longer work."
    ),
    aliases={"social_core": "instagram", "allauth": "instagram", "authjs": "instagram"},
    libraries={
        "social_core": LibraryFacts(classes={Me: "", AccountList: ""}),
        "allauth": LibraryFacts(classes={Me: "", AccountList: ""}),
    },
    docs=(
        "https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login",
        "https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login",
        "https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/get-started",
        "https://developers.facebook.com/docs/instagram-platform/reference/me",
        "https://developers.facebook.com/docs/instagram-platform/reference/access_token",
    ),
    profile=ProfileFacts(
        shapes=(Me, AccountList, Self),
        request=RequestTemplate(
            "https://graph.instagram.com/me?fields=id,user_id,username,name,account_type,profile_picture_url,"
            "followers_count,follows_count,media_count",
            by_query("access_token"),
        ),
        subject_scope="the application",
        quirks=(
            "The response has no email address, no given name and no family name.",
            (
                "One page of the documentation shows the response as a list under data, while clients read a flat "
                "object. Both are accepted."
            ),
            "Without the parameter fields, the response contains only id.",
            (
                "id is scoped to the application, and user_id identifies the professional account. Identifiers of the "
                "API before 2020 differ from both, so stored ones do not match new ones."
            ),
            (
                "user_id of the token response is a number of up to 17 digits, beyond 2^53. Newer responses may wrap "
                "it in data, with the permissions as one string with commas."
            ),
            "Profiles from before 2020 have data, which contains full_name and profile_picture.",
            "Picture URLs expire after some time, and the username can change.",
        ),
        sources=(
            "https://developers.facebook.com/docs/instagram-platform/reference/me",
            "https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/get-started",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "Most tokens begin with IG, but no page documents this. Bound to app, professional account and permissions."
        ),
        lifetime=5184000,
        validity=(
            "This applies to a long-lived token, and is approximate. A token from the code exchange expires after an "
            "hour."
        ),
        renewal=Operation(
            (
                "A long-lived token that is valid and at least 24 hours old gets another 60 days. GET /access_token "
                "with grant_type=ig_exchange_token and client_secret exchanges a short-lived token for a long-lived "
                "token. Instagram issues no refresh tokens."
            ),
            RequestTemplate(
                "https://graph.instagram.com/refresh_access_token",
                by_query("access_token"),
                params={"grant_type": "ig_refresh_token"},
            ),
        ),
        termination=Operation(
            "No API call: the user removes the app in Instagram's settings, and a callback notifies the app."
        ),
        uses=Operation(
            request=RequestTemplate("https://graph.instagram.com/me?fields=id,username", by_query("access_token"))
        ),
        sample="IG{}",
        sources=(
            "https://developers.facebook.com/docs/instagram-platform/reference/access_token",
            "https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token",
            "https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login",
        ),
    ),
    scopes=Scopes(
        separator=",",
        profile=("instagram_business_basic",),
        adding=(
            "Authorize again with more of the instagram_business_ scopes. Accounts without a role in the app require "
            "App Review first. The scopes business_basic and the like were withdrawn in January 2025, user_profile and "
            "user_media with the Basic Display API."
        ),
        sources=(
            "https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login",
        ),
    ),
    debug=HttpEndpoint(
        kind="userinfo-probe",
        url="https://graph.instagram.com/me",
        placement=by_query("access_token"),
        params={"fields": "id,user_id,username"},
        proves=frozenset({"subject"}),
        response_model=ProbeResponse,
        refusals=(
            Refusal(None, "issuer_error", {"error": {"is_transient": True}}),
            Refusal(None, "rate_limited", {"error": {"code": frozenset((4, 17))}}),
            Refusal(400, "denied", {"error": {"type": frozenset(("OAuthException", "IGApiException")), "code": 190}}),
            Refusal(
                None, "not_permitted", {"error": {"code": 10}}, detail="the token is valid but lacks the permission"
            ),
            Refusal(
                None, "caller_rejected", {"error": {"code": 100}}, detail="Instagram did not understand the request"
            ),
        ),
        source="https://developers.facebook.com/docs/instagram-platform/reference/me",
        note=(
            "Each app has a different identifier for the account. debug_token is only for tokens of Facebook. Only "
            "code 190 is about the token."
        ),
    ),
    uncertain=(
        (
            "Status 400 of the errors is known from clients, not from the documentation. Code 190 with another status "
            "is undecided."
        ),
        (
            "Whether Instagram distinguishes expired tokens from revoked tokens is not documented. Both are read as "
            "denied."
        ),
    ),
)
