"""Instagram: professional accounts by Instagram Login, and the user of the API that was shut down in 2020."""

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


class Listed(Shape):
    """The same in a list, as the page on getting started prints it; the first element is the account."""

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
    """``GET /v1/users/self``, shut down: in stored profiles alone, with an identifier of another kind."""

    subject: ClassVar[Path] = ("data", "id")

    data: OldUser

    def claims(self, also: Mapping[str, Any]) -> Claims:
        user = self.data
        return Claims(id=user.id, name=user.full_name, username=user.username, picture=user.profile_picture)


class Owner(Struct):
    """The account, in a list or by itself."""

    id: Id


class Probed(ResponseModel):
    """A token that works, in either form of the answer."""

    id: Id | None = None
    data: list[Owner] | None = None

    def read(self, question: Question) -> Reading:
        ident = self.data[0].id if self.id is None and self.data else self.id
        if ident is None or not str(ident).strip():
            return Reading(active=None, reason="unparsable", detail="no account in the answer")
        return Reading(active=True, reason="ok", subject=str(ident))


PROVIDER = Provider(
    name="instagram",
    title="Instagram",
    kind="social",
    protocol="oauth2",
    status="deprecated",
    status_note=(
        "Sign-in of ordinary accounts ended with the Basic Display API on 4 December 2024. Instagram Login is left, "
        "for professional accounts alone (Business and Creator), and not meant as a sign-in. Whatever was set up on "
        "the older APIs is dead."
    ),
    aliases={"social_core": "instagram", "allauth": "instagram", "authjs": "instagram"},
    libraries={
        "social_core": LibraryFacts(classes={Me: "", Listed: ""}),
        "allauth": LibraryFacts(classes={Me: "", Listed: ""}),
    },
    docs=(
        "https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login",
        "https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login",
        "https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/get-started",
        "https://developers.facebook.com/docs/instagram-platform/reference/me",
        "https://developers.facebook.com/docs/instagram-platform/reference/access_token",
    ),
    profile=ProfileFacts(
        shapes=(Me, Listed, Self),
        request=RequestTemplate(
            "https://graph.instagram.com/me?fields=id,user_id,username,name,account_type,profile_picture_url,"
            "followers_count,follows_count,media_count",
            by_query("access_token"),
        ),
        subject_scope="the application",
        quirks=(
            "There is no e-mail address, and no given or family name.",
            "One page prints the answer in a list under data, clients read a flat object: both are read.",
            "Without the parameter fields only id comes back.",
            (
                "id is scoped to the application, user_id names the professional account; identifiers of the API "
                "before 2020 are others again, so stored ones do not match new ones."
            ),
            (
                "The token answer has user_id as a number of up to 17 digits, beyond 2^53; newer ones may wrap it in "
                "data, with the permissions as one text with commas."
            ),
            "Profiles from before 2020 have data, and in it full_name and profile_picture.",
            "Addresses of pictures end after a while, and the username can be changed.",
        ),
        sources=(
            "https://developers.facebook.com/docs/instagram-platform/reference/me",
            "https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/get-started",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=("Most begin with IG, though no page says so. Bound to app, professional account and permissions."),
        lifetime=5184000,
        validity="A long-lived token lives about 60 days, the one of the code exchange an hour.",
        renewal=Operation(
            "grant_type=ig_refresh_token and access_token: a long-lived token at least 24 hours old and still good "
            "gets 60 days more. GET /access_token with grant_type=ig_exchange_token and client_secret makes a "
            "long-lived one of a short-lived one. No refresh token.",
            RequestTemplate(
                "https://graph.instagram.com/refresh_access_token",
                by_query("access_token"),
                params={"grant_type": "ig_refresh_token"},
            ),
        ),
        termination=Operation(
            "No call for it; who removes the app in Instagram's settings ends it, and a callback tells the app."
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
            "Authorise again with more of the instagram_business_ scopes; for accounts that have no role in the app "
            "App Review comes first. Gone are business_basic and the like (January 2025), and user_profile and "
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
        response_model=Probed,
        refusals=(
            Refusal(None, "issuer_error", {"error": {"is_transient": True}}),
            Refusal(None, "rate_limited", {"error": {"code": frozenset((4, 17))}}),
            Refusal(400, "denied", {"error": {"type": frozenset(("OAuthException", "IGApiException")), "code": 190}}),
            Refusal(None, "not_permitted", {"error": {"code": 10}}, detail="alive, without the permission"),
            Refusal(None, "caller_rejected", {"error": {"code": 100}}, detail="the question was not understood"),
        ),
        source="https://developers.facebook.com/docs/instagram-platform/reference/me",
        note=(
            "The probe passes with any app's token, under that app's own identifier, and proves no client; debug_token "
            "is for tokens of Facebook alone. Of the codes only 190 is about the token."
        ),
    ),
    uncertain=(
        "Status 400 of the errors is seen in clients, not stated: code 190 under another status is undecided.",
        "Whether an expired token is told from a revoked one is not documented for Instagram: both are denied.",
    ),
)
