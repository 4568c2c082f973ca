"""GitHub: OAuth apps and GitHub Apps.

The public email address of a user has no flag. ``/user/emails`` has GitHub's verified flags.
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


class EmailsError(Struct):
    """The response of ``/user/emails`` without the scope; the email addresses stay unknown."""

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
        entries = also.get("emails")
        if entries and not isinstance(entries, EmailsError):
            best = pick_email((entry.email, entry.primary is True, bool_or_none(entry.verified)) for entry in entries)
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


class TokenCheck(ResponseModel):
    """A token of the calling application, https://docs.github.com/en/rest/apps/oauth-applications#check-a-token."""

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


class RateLimitedEndpoint(HttpEndpoint):
    """An endpoint that may also return 403 for a rate limit; only the headers show it.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api.
    """

    def read(self, response: Response, question: Question) -> Reading:
        is_exhausted = response.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in response.headers
        if response.status == 403 and is_exhausted:
            return Reading(active=None, reason="rate_limited", detail="GitHub limits the request rate")
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
                list[EmailEntry] | EmailsError,
                RequestTemplate("https://api.github.com/user/emails", headers=HEADERS),
                "all email addresses, each with a verified flag (scope user:email)",
            )
        },
        vouching=(
            "GitHub's verified flag of an email address in /user/emails; the public email address in /user has no flag"
        ),
        quirks=(
            (
                "The public email address is null or an empty string if hidden. The primary email address is then in "
                "/user/emails."
            ),
            "The login can be renamed and then taken by another user, so it must not be used as a key.",
            "Addresses of users.noreply.github.com may be listed as verified but receive no ordinary mail.",
            "GitHub refuses requests without a User-Agent with 403.",
        ),
        sources=("https://docs.github.com/en/rest/users/users", "https://docs.github.com/en/rest/users/emails"),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The prefix shows the kind: gho_ is an OAuth app token, ghu_ a user token of a GitHub App, ghr_ a refresh "
            "token, ghs_ an installation token, ghp_ and github_pat_ personal tokens. An OAuth app chooses scopes. A "
            "GitHub App has the permissions of its registration."
        ),
        lifetime=0,
        validity=(
            "This applies to OAuth app tokens, but GitHub deletes them after a year without use, or if more than ten "
            "exist for one user, app and set of scopes. User tokens of a GitHub App are valid for 8 hours unless the "
            "app opted out."
        ),
        renewal=renew_by_refresh_token(
            (
                "Only user tokens of GitHub Apps can be renewed. The response contains a new pair, and the old pair "
                "becomes invalid. The refresh token is valid for 6 months."
            ),
            "https://github.com/login/oauth/access_token",
        ),
        termination=Operation(
            "GitHub responds with 204 on success. DELETE .../grant revokes the whole authorization.",
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
            "The response header X-OAuth-Scopes lists the scopes.",
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
            "Authorize again with more scopes. GitHub may grant fewer scopes than requested, so read the granted ones. "
            "Requests separate scopes with spaces, responses with commas. A token without scopes reads public data."
        ),
        implied={"user": ("read:user", "user:email", "user:follow")},
        sources=("https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps",),
    ),
    debug=RateLimitedEndpoint(
        kind="check-token",
        method="POST",
        url="https://api.github.com/applications/{client_id}/token",
        placement=by_json("access_token"),
        basic=True,
        headers=HEADERS,
        required_credentials=("client_id", "client_secret"),
        proves=frozenset({"client", "subject", "scopes", "end"}),
        response_model=TokenCheck,
        refusals=(
            Refusal(
                404,
                "denied",
                {"message": "Not Found"},
                bare=True,
                detail="no such token of this application: invalid, unknown or issued to another application",
            ),
            Refusal(401, "caller_rejected", {"message": "Bad credentials"}),
        ),
        source="https://docs.github.com/en/rest/apps/oauth-applications#check-a-token",
        note=(
            "It accepts only tokens of the calling client, so a successful response proves the client. The response "
            "contains the token and is never stored unchanged."
        ),
    ),
    uncertain=(
        (
            "The response to a wrong client secret is not documented. It may be a 404, so a 404 without a reason "
            "proves little."
        ),
    ),
)
