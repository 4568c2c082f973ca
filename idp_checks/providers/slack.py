"""Slack: Sign in with Slack with OpenID Connect, and the older ``users.identity`` in stored profiles.

Slack always returns HTTP 200; the field ``ok`` distinguishes success and failure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, TypeAlias

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from idp_checks.providers.sdk import (
    Claims,
    Email,
    HttpEndpoint,
    Id,
    LibraryFacts,
    Name,
    OpenIdClaims,
    Operation,
    Path,
    ProfileError,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    Refusal,
    RequestTemplate,
    Response,
    ResponseModel,
    Scopes,
    Seconds,
    Shape,
    SimulationFacts,
    TokenFacts,
    Url,
    by_bearer,
    expiry_after,
    first_nonblank,
    renew_by_refresh_token,
    split_scopes,
)

Ok: TypeAlias = Annotated[Any, Meta(extra={"const": True})]
"""``ok`` of a response, which is True unless the response is an error."""


class UserInfo(OpenIdClaims):
    """``openid.connect.userInfo``, https://docs.slack.dev/reference/methods/openid.connect.userInfo."""

    ok: Ok = None
    image_512: Url = field(default=None, name="https://slack.com/user_image_512")
    image_192: Url = field(default=None, name="https://slack.com/user_image_192")

    def claims(self, also: Mapping[str, Any]) -> Claims:
        _refuse_error(self.ok)
        claims = OpenIdClaims.claims(self, also)
        claims.picture = first_nonblank(self.picture, self.image_512, self.image_192)
        return claims


class Person(Struct):
    """``user`` of ``users.identity``."""

    id: Id
    name: Name = None
    email: Email = None
    image_512: Url = None
    image_192: Url = None


class UserIdentity(Shape):
    """``users.identity`` of the older sign-in, or an error, which does not contain a user."""

    subject: ClassVar[Path] = ("user", "id")

    user: Person | None = None
    ok: Ok = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        _refuse_error(self.ok)
        if self.user is None:
            raise ProfileError("missing", path="$.sub")
        return Claims(
            id=self.user.id,
            name=self.user.name,
            email=self.user.email,
            picture=first_nonblank(self.user.image_512, self.user.image_192),
        )


def _refuse_error(ok: object) -> None:
    if ok is not None and ok is not True:
        raise ProfileError("the response is an error, not a profile", path="$.ok")


class AuthTest(ResponseModel):
    """The response to a valid token of any app, https://docs.slack.dev/reference/methods/auth.test."""

    ok: bool
    user_id: str
    team_id: str
    expires_in: Seconds | None = None

    def read(self, question: Question) -> Reading:
        if not self.ok:
            return Reading(active=None, reason="unparsable", detail="neither a valid response nor a documented error")
        return Reading(
            active=True, reason="ok", subject=self.user_id, expires_at=expiry_after(question.time, self.expires_in)
        )


class AuthTestEndpoint(HttpEndpoint):
    """An endpoint whose successful response lists the scopes in a header."""

    def read(self, response: Response, question: Question) -> Reading:
        reading = super().read(response, question)
        scope_list = response.headers.get("x-oauth-scopes")
        return replace(reading, scopes=split_scopes(scope_list, ",")) if reading.active is True else reading


def _error(*names: str) -> Mapping[str, Any]:
    return {"ok": False, "error": frozenset(names)}


PROVIDER = Provider(
    name="slack",
    title="Slack",
    kind="social",
    protocol="oidc",
    aliases={"social_core": "slack", "allauth": "slack", "authjs": "slack"},
    libraries={
        "social_core": LibraryFacts(classes={UserIdentity: ""}),
        "allauth": LibraryFacts(classes={UserInfo: ""}),
    },
    simulation=SimulationFacts(
        errors_with_status_200=True,
    ),
    docs=(
        "https://docs.slack.dev/authentication/sign-in-with-slack/",
        "https://docs.slack.dev/reference/methods/openid.connect.userInfo",
        "https://docs.slack.dev/reference/methods/openid.connect.token",
        "https://docs.slack.dev/reference/methods/auth.test",
        "https://docs.slack.dev/reference/methods/auth.revoke",
        "https://docs.slack.dev/authentication/using-token-rotation",
        "https://slack.com/.well-known/openid-configuration",
    ),
    profile=ProfileFacts(
        shapes=(UserInfo, UserIdentity),
        request=RequestTemplate("https://slack.com/api/openid.connect.userInfo"),
        vouching=(
            "Slack's email_verified, with the time in date_email_verified; the older users.identity has no such flag"
        ),
        subject_scope="the workspace",
        quirks=(
            "An error has HTTP status 200 and ok false.",
            (
                "A user id is unique only in combination with the workspace id (https://slack.com/team_id). "
                "django-allauth joins both."
            ),
            "Many field names are URLs and must not be split at their dots.",
            "users.identity contains the user under user and the workspace under team. Both have id and name.",
            "The profile has no username. The nickname is the local part of the email address.",
            "Auth0 connects Slack with a custom connection: its stored user_id begins with oauth2|slack|.",
        ),
        sources=("https://docs.slack.dev/reference/methods/openid.connect.userInfo",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The prefix shows the kind: xoxp- user, xoxb- bot, xoxe.xoxp- and xoxe.xoxb- rotated, xoxe- refresh. "
            "Bound to one app, one workspace or organization, and the granted scopes. The ID token issued with it is "
            "signed with RS256 and contains the app in aud."
        ),
        lifetime=0,
        validity="With token rotation enabled, tokens expire after 12 hours.",
        renewal=renew_by_refresh_token(
            "Only with token rotation. The response contains a new pair of tokens (use oauth.v2.access for tokens of "
            "an installed app). A failure has HTTP status 200 and ok false.",
            "https://slack.com/api/openid.connect.token",
        ),
        termination=Operation(
            "The token authenticates its own revocation. The response contains revoked true. With test=true, the "
            "token is not revoked.",
            RequestTemplate("https://slack.com/api/auth.revoke", method="POST"),
        ),
        uses=Operation(
            "Requires a sign-in token with scope openid. auth.test accepts any token.",
            RequestTemplate("https://slack.com/api/openid.connect.userInfo"),
        ),
        pattern=r"xox[a-z](?:\.xox[a-z])?-.+",
        sample="xoxp-{}",
        sources=(
            "https://docs.slack.dev/authentication/tokens",
            "https://docs.slack.dev/authentication/using-token-rotation",
            "https://docs.slack.dev/reference/methods/auth.revoke",
        ),
    ),
    scopes=Scopes(
        profile=("openid", "profile"),
        email=("email",),
        adding=(
            "A sign-in requests only openid, email and profile. Every other scope requires a separate authorization "
            "at https://slack.com/oauth/v2/authorize: scope for the bot, user_scope for the user, separated by "
            "commas. The scopes accumulate. The older sign-in had identity.basic, identity.email, identity.avatar and "
            "identity.team."
        ),
        sources=(
            "https://docs.slack.dev/authentication/sign-in-with-slack/",
            "https://slack.com/.well-known/openid-configuration",
        ),
    ),
    debug=AuthTestEndpoint(
        kind="tokeninfo",
        method="POST",
        url="https://slack.com/api/auth.test",
        placement=by_bearer(),
        proves=frozenset({"subject", "scopes"}),
        response_model=AuthTest,
        refusals=(
            Refusal(200, "expired", _error("token_expired")),
            Refusal(200, "revoked", _error("token_revoked")),
            Refusal(
                200,
                "denied",
                _error("invalid_auth"),
                bare=True,
                detail="unknown token, or the caller's network address is not allowed",
            ),
            Refusal(
                200,
                "denied",
                _error("account_inactive"),
                detail="the account or the workspace of the token is deleted",
            ),
            Refusal(
                200,
                "contradiction",
                _error("not_authed"),
                detail="Slack did not receive the token, although it was sent",
            ),
            Refusal(
                200,
                "not_permitted",
                _error(
                    "access_denied",
                    "accesslimited",
                    "ekm_access_denied",
                    "enterprise_is_restricted",
                    "missing_scope",
                    "no_permission",
                    "not_allowed_token_type",
                    "team_access_not_granted",
                    "two_factor_setup_required",
                ),
                detail="Slack knows the token but does not permit this call",
            ),
            Refusal(None, "rate_limited", _error("ratelimited")),
            Refusal(
                None,
                "issuer_error",
                _error(
                    "fatal_error",
                    "internal_error",
                    "org_login_required",
                    "request_timeout",
                    "service_unavailable",
                    "team_added_to_org",
                ),
                detail="Slack is temporarily unavailable",
            ),
        ),
        source="https://docs.slack.dev/reference/methods/auth.test",
        note=(
            "The response does not contain the client. Only the ID token proves the client (aud, iss "
            "https://slack.com, keys at https://slack.com/openid/connect/keys). Slack allows hundreds of calls a "
            "minute. The workspace is in team_id."
        ),
    ),
    uncertain=(
        (
            "The part after oauth2|slack| in identifiers that Auth0 stores is not documented. This package uses the "
            "user id alone as the identifier. Two workspaces may have the same user id, so a service for several "
            "workspaces must also compare team_id."
        ),
        (
            "It is not documented whether the response contains app_id and app_name, or whether app_id equals a "
            "client id. Neither field is read."
        ),
        (
            "The response contains expires_in for rotated tokens. A missing expires_in is not documented to mean that "
            "the token does not expire, so the expiry is not proven."
        ),
        "Slack also returns invalid_auth for a forbidden network address, so this refusal alone proves little.",
    ),
)
