"""GitHub: OAuth apps and GitHub Apps.

The public address of a user carries no flag; what GitHub vouches for stands in the answer of ``/user/emails``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from idp_checks.providers.sdk import (
    AdditionalCall,
    Claims,
    Email,
    Flag,
    HttpEndpoint,
    IsoTime,
    LibraryFacts,
    Name,
    NumberId,
    Operation,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    Refusal,
    RequestTemplate,
    Response,
    ResponseModel,
    Scopes,
    Shape,
    TokenFacts,
    Url,
    Username,
    bool_or_none,
    by_json,
    parse_iso,
    pick_email,
    renew_by_refresh_token,
)

HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


class EmailEntry(Struct):
    """An element of ``GET /user/emails``."""

    email: Email = None
    primary: Flag = None
    verified: Flag = None


class NotGiven(Struct):
    """What ``/user/emails`` answers without the scope: nothing is known of the addresses."""

    message: str


class User(Shape):
    """``GET /user``, https://docs.github.com/en/rest/users/users."""

    id: NumberId
    login: Username = None
    name: Name = None
    email: Email = None
    avatar_url: Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        email, verified = self.email, None
        listed = also.get("emails")
        if listed and not isinstance(listed, NotGiven):
            best = pick_email((each.email, each.primary is True, bool_or_none(each.verified)) for each in listed)
            email, verified = best if best[0] else (email, None)
        return Claims(
            id=self.id,
            name=self.name,
            username=self.login,
            email=email,
            email_verified=verified,
            picture=self.avatar_url,
        )


class App(Struct):
    client_id: str


class Owner(Struct):
    id: NumberId


class Checked(ResponseModel):
    """A token of the asking application, https://docs.github.com/en/rest/apps/oauth-applications#check-a-token."""

    app: App
    user: Owner | None
    scopes: list[str] | None
    created_at: IsoTime
    expires_at: IsoTime | UnsetType | None = UNSET

    def read(self, question: Question) -> Reading:
        return Reading(
            active=True,
            reason="ok",
            client_id=self.app.client_id,
            subject=None if self.user is None else str(self.user.id),
            scopes=None if self.scopes is None else tuple(self.scopes),
            expires_at=None if isinstance(self.expires_at, UnsetType) else parse_iso(self.expires_at),
            endless=self.expires_at is None,
            issued_at=parse_iso(self.created_at),
        )


class Limited(HttpEndpoint):
    """An endpoint whose limits may also show as a 403, told by its headers alone.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api.
    """

    def read(self, response: Response, question: Question) -> Reading:
        used_up = response.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in response.headers
        if response.status == 403 and used_up:
            return Reading(active=None, reason="rate_limited", detail="the issuer asks to slow down")
        return super().read(response, question)


PROVIDER = Provider(
    name="github",
    title="GitHub",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "github", "allauth": "github", "authjs": "github"},
    libraries={
        "social_core": LibraryFacts(classes={User: "github.GithubOAuth2"}),
    },
    docs=(
        "https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps",
        "https://docs.github.com/en/rest/users/users",
        "https://docs.github.com/en/rest/users/emails",
        "https://docs.github.com/en/rest/apps/oauth-applications",
    ),
    profile=ProfileFacts(
        shapes=(User,),
        request=RequestTemplate("https://api.github.com/user", headers=HEADERS),
        also={
            "emails": AdditionalCall(
                list[EmailEntry] | NotGiven,
                RequestTemplate("https://api.github.com/user/emails", headers=HEADERS),
                "all addresses, each with its own verified flag (scope user:email)",
            )
        },
        vouching="GitHub's verified flag of an address in /user/emails; the public address of /user has none",
        quirks=(
            "The public address is null or an empty text when hidden; the primary one then stands in /user/emails.",
            "The login can be renamed and taken by somebody else: never a key.",
            "Addresses of users.noreply.github.com may be listed as verified and receive no ordinary mail.",
            "Requests without a User-Agent are refused with 403.",
        ),
        sources=("https://docs.github.com/en/rest/users/users", "https://docs.github.com/en/rest/users/emails"),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The prefix tells the kind: gho_ OAuth app, ghu_ user token of a GitHub App, ghr_ refresh, ghs_ "
            "installation, ghp_ and github_pat_ personal. An OAuth app chooses scopes, a GitHub App has the "
            "permissions of its registration."
        ),
        lifetime=0,
        validity=(
            "OAuth app tokens do not end by time, but are dropped after a year unused, or when more than ten exist for "
            "one person, app and set of scopes. User tokens of a GitHub App live 8 hours unless the app opted out."
        ),
        renewal=renew_by_refresh_token(
            "Only user tokens of GitHub Apps: grant_type=refresh_token gives a new pair and ends the old one; the "
            "refresh token lives 6 months.",
            "https://github.com/login/oauth/access_token",
        ),
        termination=Operation(
            "JSON body with access_token, HTTP Basic with client id and secret; 204 when done. Deleting .../grant ends "
            "the whole authorisation.",
            RequestTemplate(
                "https://api.github.com/applications/{client_id}/token",
                by_json("access_token"),
                method="DELETE",
                headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
                basic=True,
                required_credentials=("client_id", "client_secret"),
            ),
            success_statuses=frozenset({204}),
        ),
        uses=Operation(
            "The header X-OAuth-Scopes of the answer lists the scopes.",
            RequestTemplate(
                "https://api.github.com/user",
                headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
            ),
        ),
        pattern=r"gh[ou]_[A-Za-z0-9]{36,}",
        sample="gho_{}",
        sources=(
            "https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/token-expiration-and-revocation",
            "https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens",
        ),
    ),
    scopes=Scopes(
        separator=",",
        profile=("read:user",),
        email=("user:email",),
        adding=(
            "Authorise again with more scopes; fewer than asked may be granted, so read what was. They are asked for "
            "with spaces between and answered with commas. Without any a token reads what is public."
        ),
        implied={"user": ("read:user", "user:email", "user:follow")},
        sources=("https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps",),
    ),
    debug=Limited(
        kind="check-token",
        method="POST",
        url="https://api.github.com/applications/{client_id}/token",
        placement=by_json("access_token"),
        basic=True,
        headers=HEADERS,
        required_credentials=("client_id", "client_secret"),
        proves=frozenset({"client", "subject", "scopes", "end"}),
        response_model=Checked,
        refusals=(
            Refusal(
                404,
                "denied",
                {"message": "Not Found"},
                bare=True,
                detail="no such token of this application: dead, unknown, or of another one",
            ),
            Refusal(401, "caller_rejected", {"message": "Bad credentials"}),
        ),
        source="https://docs.github.com/en/rest/apps/oauth-applications#check-a-token",
        note=(
            "It answers for tokens of the asking client alone, so a good answer proves the client. The token stands in "
            "the answer, which is never kept as it is."
        ),
    ),
    uncertain=("What a wrong client secret gives is not documented: a 404 may hide it, so a bare 404 proves little.",),
)
