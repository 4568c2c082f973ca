"""OAuth 2.0: any server with token introspection (RFC 7662), and the profile that a script makes of its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from idp_checks.providers.sdk import (
    CLIENT_AUTH_METHODS,
    Claims,
    CredentialUrlTemplate,
    Email,
    HttpEndpoint,
    Id,
    Name,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    Question,
    RequestTemplate,
    Scopes,
    Shape,
    TokenFacts,
    Url,
    Username,
    first_nonblank,
    introspection_endpoint,
    renew_by_refresh_token,
    revoke_by_request,
)


class Person(Shape):
    """What is common to the profiles of servers of all kinds, each member under the names in use.

    Of several identifiers the first counts, and one that cannot be read hands over to no other: a person has one.
    """

    name: Name = None
    given_name: Name = None
    first_name: Name = None
    family_name: Name = None
    last_name: Name = None
    nickname: Username = None
    username: Username = None
    login: Username = None
    screen_name: Username = None
    email: Email = None
    picture: Url = None
    avatar_url: Url = None
    image_url: Url = None
    profile_image_url: Url = None
    avatar: Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=getattr(self, str(self.subject[0])),
            name=self.name,
            given_name=first_nonblank(self.given_name, self.first_name),
            family_name=first_nonblank(self.family_name, self.last_name),
            username=first_nonblank(self.nickname, self.username, self.login, self.screen_name),
            email=self.email,
            picture=first_nonblank(self.picture, self.avatar_url, self.image_url, self.profile_image_url, self.avatar),
        )


class ByUserId(Person, kw_only=True):
    """What a profile script hands over."""

    subject: ClassVar[Path] = ("user_id",)

    user_id: Id


class ById(Person, kw_only=True):
    """The commonest answer of a server."""

    user_id: None = None
    id: Id


class BySub(Person, kw_only=True):
    """OpenID Connect's name for it."""

    subject: ClassVar[Path] = ("sub",)

    user_id: None = None
    id: None = None
    sub: Id


class ByUid(Person, kw_only=True):
    """A further name in use."""

    subject: ClassVar[Path] = ("uid",)

    user_id: None = None
    id: None = None
    sub: None = None
    uid: Id


class ByAccountId(Person, kw_only=True):
    """A further name in use."""

    subject: ClassVar[Path] = ("account_id",)

    user_id: None = None
    id: None = None
    sub: None = None
    uid: None = None
    account_id: Id


@dataclass(frozen=True, kw_only=True)
class Given(HttpEndpoint):
    """An endpoint that the caller names: ``introspection_endpoint``, else ``issuer_url`` and the usual path."""

    def missing_credentials(self, question: Question) -> tuple[str, ...]:
        named = question.issuer_url is not None
        return tuple(
            name for name in super().missing_credentials(question) if not (named and name == "introspection_endpoint")
        )

    def build_url(self, question: Question) -> str:
        return question.credential("introspection_endpoint") or super().build_url(question)

    def assertion_audience(self, question: Question, url: str) -> str:
        """By RFC 9126, section 2, every server knows itself by its issuer: the address that the caller gives for it."""
        return question.credential("client_auth_audience") or question.credential("issuer") or url


PROVIDER = Provider(
    name="oauth2",
    title="OAuth 2.0",
    kind="generic",
    protocol="oauth2",
    docs=(
        "https://www.rfc-editor.org/rfc/rfc6749",
        "https://www.rfc-editor.org/rfc/rfc7662",
        "https://www.rfc-editor.org/rfc/rfc7009",
        "https://auth0.com/docs/authenticate/identity-providers/social-identity-providers/oauth2",
    ),
    profile=ProfileFacts(
        shapes=(ByUserId, ById, BySub, ByUid, ByAccountId),
        request=RequestTemplate("{profile_url}"),
        subject_scope="the server",
        quirks=(
            "OAuth 2.0 defines no profile: each server has a form of its own, and a script makes this one of it.",
            "Auth0 fails a sign-in whose script gives no user_id.",
            "The identifier is a number at many servers: it must not pass through a float.",
            "Nothing in OAuth 2.0 vouches for an address: email_verified is left out, whatever a script says.",
            "Auth0's stored user_id is oauth2|CONNECTION|ID for every custom social connection.",
        ),
        sources=("https://auth0.com/docs/authenticate/identity-providers/social-identity-providers/oauth2",),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "Opaque to the client; some servers issue a JWT, to be read only where the server documents it. Scopes are "
            "the one control common to all; RFC 8707 adds a resource, RFC 9449 binds to a key, RFC 8705 to a "
            "certificate."
        ),
        validity="Set by each server; expires_in of the token answer may be missing, or a text.",
        renewal=renew_by_refresh_token(
            "A new refresh token may take the old one's place.",
            "{token_endpoint}",
            basic=True,
            required_credentials=("token_endpoint", "client_id", "client_secret"),
            template_class=CredentialUrlTemplate,
        ),
        termination=revoke_by_request(
            "RFC 7009 where the server has it: form fields token and token_type_hint; 200 for an unknown token too, "
            "400 unsupported_token_type.",
            "{revocation_endpoint}",
            basic=True,
            required_credentials=("revocation_endpoint", "client_id", "client_secret"),
            template_class=CredentialUrlTemplate,
            params={"token_type_hint": "access_token"},
        ),
        uses=Operation(
            "The call that the profile script makes.",
            CredentialUrlTemplate("{profile_url}", required_credentials=("profile_url",)),
        ),
        sources=("https://www.rfc-editor.org/rfc/rfc6749", "https://www.rfc-editor.org/rfc/rfc7009"),
    ),
    scopes=Scopes(
        adding=(
            "Each server has its own. RFC 6749 separates them by a space, some servers by a comma. Auth0 sends those "
            "of the connection, and for one sign-in those of connection_scope."
        ),
        sources=(
            "https://www.rfc-editor.org/rfc/rfc6749#section-3.3",
            "https://auth0.com/docs/authenticate/identity-providers/adding-scopes-for-an-external-idp",
        ),
    ),
    debug=introspection_endpoint(
        "https://issuer.invalid/introspect",
        endpoint_class=Given,
        required_credentials=("introspection_endpoint", "client_id", "client_secret"),
        authentications=CLIENT_AUTH_METHODS,
        optional_credentials=("issuer",),
        source="https://www.rfc-editor.org/rfc/rfc7662#section-2",
        note=(
            "Only active is sure to be in the answer: one that names no client proves none. A refusal carries no "
            "reason and also answers those who may not ask. A server's answer may be a signed JWT if asked so (RFC "
            "9701), which is not asked for. RFC 8414 metadata, where the server has it, names the endpoint."
        ),
    ),
    uncertain=("Why a token is refused is never told: every refusal is bare.",),
)
