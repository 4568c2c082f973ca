"""GitLab: gitlab.com and self-managed servers, which have the same paths under a host of their own."""

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
    """The application that a token was issued to; none for a token without one."""

    uid: str | None


class TokenInfo(ResponseModel):
    """A good token of whatever application, https://docs.gitlab.com/api/oauth2/.

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
            "GitLab's email_verified in /oauth/userinfo, of the primary address with scope email and of the public one "
            "without it; /api/v4/user says nothing, confirmed_at there is a hint at most"
        ),
        subject_scope="the server: gitlab.com and every self-managed one count by themselves",
        quirks=(
            "The identifier is a number here and a text (sub) in /oauth/userinfo: the same digits.",
            "email is the owner's own address; public_email is what others see, and often empty.",
            "The picture may be null, a Gravatar address, or on old self-managed servers a path without host.",
            "The answer has identities of its own, the linked sign-ins: in a normalised profile the standard ones win.",
            "There is no given or family name.",
            "A token with scope openid alone gets 403 insufficient_scope from /api/v4/user.",
            "A person who is blocked or has not accepted the terms gets 403, although the token is alive.",
            "Groups stand in groups of /oauth/userinfo and in groups_direct of the ID token.",
            "Self-managed servers often send fewer members.",
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
            "An application chooses the scopes alone. glpat- tokens (personal, project, group) are of "
            "another kind, though the API takes them as bearer tokens too."
        ),
        lifetime=7200,
        validity=("expires_in and created_at of the token answer count. Those without an end died with 15.0."),
        renewal=renew_by_refresh_token(
            "grant_type=refresh_token with client id and secret (or code_verifier) and redirect_uri; a new pair, and "
            "the old one ends at once.",
            "https://gitlab.com/oauth/token",
            required_credentials=("client_id", "client_secret", "redirect_uri"),
            params={"redirect_uri": "{redirect_uri}"},
        ),
        termination=revoke_by_request(
            "Form field token, with client id and secret as HTTP Basic or in the form; 200 and an empty object, for an "
            "unknown token too.",
            "https://gitlab.com/oauth/revoke",
        ),
        uses=Operation("Needs read_user, read_api or api.", RequestTemplate("https://gitlab.com/api/v4/user")),
        pattern=r"[0-9a-f]{64}",
        sample="{hex}",
        sources=("https://docs.gitlab.com/api/oauth2/",),
    ),
    scopes=Scopes(
        profile=("read_user", "openid", "profile"),
        email=("read_user", "email"),
        adding=(
            "Tick the scope in the registration of the application, then authorise again with it; the person is asked "
            "anew. read_user opens /api/v4/user with the address, openid opens /oauth/userinfo."
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
                detail="expired, revoked or unknown: not told which",
            ),
        ),
        source="https://docs.gitlab.com/api/oauth2/",
        note=(
            "401 does not say why; /api/v4/user does (its description says expired or revoked, and 403 "
            "insufficient_scope means alive). RFC 7662 is at /oauth/introspect with the client's "
            "credentials, names no subject, and calls another client's token inactive. Limits are by address "
            "and by person, with Retry-After. Self-managed servers: the same path under issuer_url."
        ),
    ),
    uncertain=(
        "How /oauth/token/info answers under a rate limit is not documented for this path; any 429 is read as one.",
        "That a 401 invalid_request of an older server denies the token is known from its code alone.",
    ),
)
