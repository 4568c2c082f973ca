"""Slack: Sign in with Slack by OpenID Connect, and the older ``users.identity`` that stored profiles still hold.

Slack answers HTTP 200 whatever happens: ``ok`` says whether an answer is one.
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
"""True in every answer that is no error."""


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
    """``users.identity`` of the older sign-in; also every error, which names no user."""

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
        raise ProfileError("the answer is an error, no profile", path="$.ok")


class AuthTest(ResponseModel):
    """A good token of whatever application, https://docs.slack.dev/reference/methods/auth.test."""

    ok: bool
    user_id: str
    team_id: str
    expires_in: Seconds | None = None

    def read(self, question: Question) -> Reading:
        if not self.ok:
            return Reading(active=None, reason="unparsable", detail="neither a good answer nor a documented error")
        return Reading(
            active=True, reason="ok", subject=self.user_id, expires_at=expiry_after(question.time, self.expires_in)
        )


class ScopesInHeader(HttpEndpoint):
    """An endpoint whose good answer lists the scopes in a header."""

    def read(self, response: Response, question: Question) -> Reading:
        reading = super().read(response, question)
        listed = response.headers.get("x-oauth-scopes")
        return replace(reading, scopes=split_scopes(listed, ",")) if reading.active is True else reading


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
            "Slack's email_verified, with the time in date_email_verified; the older users.identity says nothing"
        ),
        subject_scope="the workspace",
        quirks=(
            "An error comes with HTTP 200 and ok false.",
            "A user id is unique only beside the workspace id (https://slack.com/team_id): django-allauth joins both.",
            "Many members have web addresses as names: they are not to be split at their dots.",
            "users.identity tells of the person under user and of the workspace under team: both have id and name.",
            "There is no username: the nickname is the local part of the address.",
            "Auth0 connects Slack as a custom connection: its stored user_id begins with oauth2|slack|.",
        ),
        sources=("https://docs.slack.dev/reference/methods/openid.connect.userInfo",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The prefix shows the kind: xoxp- user, xoxb- bot, xoxe.xoxp- and xoxe.xoxb- rotated, xoxe- "
            "refresh. Bound to one app, one workspace or organisation, and the scopes granted. The ID token "
            "beside it is signed with RS256 and names the app in aud."
        ),
        lifetime=0,
        validity="With token rotation turned on, tokens expire after 12 hours.",
        renewal=renew_by_refresh_token(
            "With token rotation only: grant_type=refresh_token with client id and secret gives a new pair "
            "(oauth.v2.access for tokens of an installed app). A failure has HTTP 200 and ok false.",
            "https://slack.com/api/openid.connect.token",
        ),
        termination=Operation(
            "The token ends itself by this call; the answer has revoked true. With test=true nothing is ended.",
            RequestTemplate("https://slack.com/api/auth.revoke", method="POST"),
        ),
        uses=Operation(
            "Tokens of a sign-in, with scope openid; auth.test takes any token.",
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
            "A sign-in asks for openid, email and profile alone. Every other scope is an authorisation of its own at "
            "https://slack.com/oauth/v2/authorize: scope for the bot, user_scope for the person, separated by commas; "
            "they add up. The older sign-in had identity.basic, identity.email, identity.avatar and identity.team."
        ),
        sources=(
            "https://docs.slack.dev/authentication/sign-in-with-slack/",
            "https://slack.com/.well-known/openid-configuration",
        ),
    ),
    debug=ScopesInHeader(
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
                detail="no such token, or asked from a network address that may not ask",
            ),
            Refusal(
                200, "denied", _error("account_inactive"), detail="the account or the workspace of the token is deleted"
            ),
            Refusal(200, "contradiction", _error("not_authed"), detail="Slack saw no token, and one was sent"),
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
                detail="Slack knows the token and does not let it ask",
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
                detail="Slack cannot answer at present",
            ),
        ),
        source="https://docs.slack.dev/reference/methods/auth.test",
        note=(
            "It answers for the tokens of every app and does not name the client: only the ID token proves that (aud, "
            "iss https://slack.com, keys at https://slack.com/openid/connect/keys). Hundreds of calls a minute are let "
            "through. The workspace is in team_id."
        ),
    ),
    uncertain=(
        (
            "What stands behind oauth2|slack| in identifiers that Auth0 stores is not documented. The identifier here "
            "is the user id alone: two workspaces may have the same one, and who serves several compares team_id too."
        ),
        "Whether app_id and app_name come for a token is not documented, nor that they equal a client id: not read.",
        "expires_in comes for rotated tokens; that its absence means no end is not documented: the end is not proven.",
        "invalid_auth also answers a forbidden network address, so this refusal alone proves little.",
    ),
)
