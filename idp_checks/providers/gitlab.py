"""GitLab: gitlab.com and self-managed servers, which have the same paths on another host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Epoch,
    HttpEndpoint,
    Id,
    LibraryFacts,
    Name,
    OpenIdClaims,
    Operation,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    Refusal,
    RequestTemplate,
    ResponseModel,
    Scopes,
    Seconds,
    Shape,
    TokenFacts,
    Url,
    Username,
    by_bearer,
    expiry_after,
    parse_epoch,
    renew_by_refresh_token,
    revoke_by_request,
    split_scopes,
)


class User(Shape):
    """``GET /api/v4/user``, https://docs.gitlab.com/api/users/."""

    id: Id
    username: Username = None
    name: Name = None
    email: Email = None
    avatar_url: Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(id=self.id, name=self.name, username=self.username, email=self.email, picture=self.avatar_url)


class UserInfo(OpenIdClaims):
    """``/oauth/userinfo``, https://docs.gitlab.com/integration/openid_connect_provider/."""


class Application(Struct):
    """The application that a token was issued to; null for a token without an application."""

    uid: str | None


class TokenInfo(ResponseModel):
    """A valid token of any application, https://docs.gitlab.com/api/oauth2/.

    Older servers have ``scopes`` and ``expires_in_seconds`` for ``scope`` and ``expires_in``.
    """

    resource_owner_id: int | str | None
    application: Application | None
    created_at: Epoch
    scope: list[str] | str | None = None
    scopes: list[str] | str | None = None
    expires_in: Seconds | UnsetType | None = UNSET
    expires_in_seconds: Seconds | UnsetType | None = UNSET

    def read(self, question: Question) -> Reading:
        scopes = self.scopes if self.scope is None else self.scope
        left = self.expires_in_seconds if self.expires_in is UNSET else self.expires_in
        return Reading(
            active=True,
            reason="ok",
            client_id=None if self.application is None else self.application.uid,
            subject=None if self.resource_owner_id is None else str(self.resource_owner_id),
            scopes=tuple(scopes) if isinstance(scopes, list) else split_scopes(scopes),
            expires_at=None if isinstance(left, UnsetType) else expiry_after(question.time, left),
            endless=left is None,
            issued_at=parse_epoch(self.created_at),
        )


PROVIDER = Provider(
    name="gitlab",
    title="GitLab",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "gitlab", "allauth": "gitlab", "authjs": "gitlab"},
    libraries={
        "social_core": LibraryFacts(classes={User: ""}),
        "allauth": LibraryFacts(classes={User: ""}),
    },
    docs=(
        "https://docs.gitlab.com/api/oauth2/",
        "https://docs.gitlab.com/api/users/",
        "https://docs.gitlab.com/integration/oauth_provider/",
        "https://docs.gitlab.com/integration/openid_connect_provider/",
    ),
    profile=ProfileFacts(
        shapes=(User, UserInfo),
        request=RequestTemplate("https://gitlab.com/api/v4/user"),
        vouching=(
            "GitLab's email_verified in /oauth/userinfo (with scope email of the primary address, otherwise of the "
            "public address); /api/v4/user has no such field, and confirmed_at is at most a hint"
        ),
        subject_scope="the server: gitlab.com or one self-managed server",
        quirks=(
            "The identifier is a number in /api/v4/user and a string (sub) with the same digits in /oauth/userinfo.",
            "email is the account owner's email address. public_email is visible to other users and often empty.",
            "The picture may be null or a Gravatar URL, or on old self-managed servers a path without a host.",
            (
                "The response has a field identities with the linked sign-ins. In a normalized profile, the standard "
                "identities replace it."
            ),
            "The response has no given name and no family name.",
            "/api/v4/user responds with 403 insufficient_scope to a token with scope openid alone.",
            (
                "GitLab responds with 403 if the user is blocked or still has to accept the terms, although the token "
                "is valid."
            ),
            "Groups are in groups of /oauth/userinfo and in groups_direct of the ID token.",
            "Self-managed servers often send fewer fields.",
        ),
        sources=(
            "https://docs.gitlab.com/api/users/",
            "https://docs.gitlab.com/integration/openid_connect_provider/",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The application alone chooses the scopes. Tokens with prefix glpat- (personal, project, group) are of "
            "another kind, but the API accepts them as bearer tokens too."
        ),
        lifetime=7200,
        validity=(
            "The expiry follows from expires_in and created_at of the token response. Tokens without an expiry became "
            "invalid with version 15.0."
        ),
        renewal=renew_by_refresh_token(
            (
                "code_verifier may be sent instead of the client secret. The response contains a new pair, and the old "
                "pair becomes invalid at once."
            ),
            "https://gitlab.com/oauth/token",
            required_credentials=("client_id", "client_secret", "redirect_uri"),
            params={"redirect_uri": "{redirect_uri}"},
        ),
        termination=revoke_by_request(
            (
                "The client credentials may also be sent as HTTP Basic. GitLab responds with 200 and an empty object, "
                "also to an unknown token."
            ),
            "https://gitlab.com/oauth/revoke",
        ),
        uses=Operation("Requires scope read_user, read_api or api.", RequestTemplate("https://gitlab.com/api/v4/user")),
        pattern=r"[0-9a-f]{64}",
        sample="{hex}",
        sources=("https://docs.gitlab.com/api/oauth2/",),
    ),
    scopes=Scopes(
        profile=("read_user", "openid", "profile"),
        email=("read_user", "email"),
        adding=(
            "Select the scope in the registration of the application, then authorize again with it; the user must "
            "consent again. Scope read_user allows /api/v4/user with the email address, scope openid allows "
            "/oauth/userinfo."
        ),
        implied={"api": ("read_api", "read_user"), "read_api": ("read_user",)},
        sources=(
            "https://docs.gitlab.com/integration/oauth_provider/",
            "https://docs.gitlab.com/integration/openid_connect_provider/",
        ),
    ),
    debug=HttpEndpoint(
        kind="tokeninfo",
        url="https://gitlab.com/oauth/token/info",
        placement=by_bearer(),
        proves=frozenset({"client", "subject", "scopes", "end"}),
        response_model=TokenInfo,
        refusals=(
            Refusal(
                401,
                "denied",
                {"error": frozenset({"invalid_token", "invalid_request"})},
                detail="expired, revoked or unknown: the response does not state which",
            ),
        ),
        source="https://docs.gitlab.com/api/oauth2/",
        note=(
            "/api/v4/user states the reason: the description says expired or revoked, and 403 insufficient_scope means "
            "that the token is valid. RFC 7662 introspection is at /oauth/introspect with the client's credentials. It "
            "returns no subject and reports another client's token as inactive. Rate limits apply per address and per "
            "user, with Retry-After. Self-managed servers have the same path under issuer_url."
        ),
    ),
    uncertain=(
        "The response of /oauth/token/info to a rate limit is not documented. Any 429 is read as a rate limit.",
        "Only the server's code shows that a 401 invalid_request of an older server denies the token.",
    ),
)
