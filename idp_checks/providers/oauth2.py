"""OAuth 2.0: any server with token introspection (RFC 7662), and the profile that a script builds."""

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
    """The common fields of all servers' profiles, each under its usual names.

    The first identifier counts. If it cannot be read, no other identifier replaces it, because a user has only one.
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
    """The profile that a profile script returns."""

    subject: ClassVar[Path] = ("user_id",)

    user_id: Id


class ById(Person, kw_only=True):
    """The most common response of a server."""

    user_id: None = None
    id: Id


class BySub(Person, kw_only=True):
    """A profile with the identifier of OpenID Connect."""

    subject: ClassVar[Path] = ("sub",)

    user_id: None = None
    id: None = None
    sub: Id


class ByUid(Person, kw_only=True):
    """A profile with another common name of the identifier."""

    subject: ClassVar[Path] = ("uid",)

    user_id: None = None
    id: None = None
    sub: None = None
    uid: Id


class ByAccountId(Person, kw_only=True):
    """A profile with another common name of the identifier."""

    subject: ClassVar[Path] = ("account_id",)

    user_id: None = None
    id: None = None
    sub: None = None
    uid: None = None
    account_id: Id


@dataclass(frozen=True, kw_only=True)
class ConfiguredEndpoint(HttpEndpoint):
    """An endpoint from the caller: ``introspection_endpoint``, else ``issuer_url`` and the usual path."""

    def missing_credentials(self, question: Question) -> tuple[str, ...]:
        has_issuer_url = question.issuer_url is not None
        return tuple(
            name
            for name in super().missing_credentials(question)
            if not (has_issuer_url and name == "introspection_endpoint")
        )

    def build_url(self, question: Question) -> str:
        return question.credential("introspection_endpoint") or super().build_url(question)

    def assertion_audience(self, question: Question, url: str) -> str:
        """Return the issuer that the caller states, which every server accepts (RFC 9126, section 2)."""
        return question.credential("client_auth_audience") or question.credential("issuer") or url


PROVIDER = Provider(
    name="oauth2",
    title="OAuth 2.0",
    kind="generic",
    protocol="oauth2",
    has_social_connections=True,
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
            "OAuth 2.0 defines no profile. Each server has a different format, and a script converts it.",
            "Auth0 fails a sign-in if the script returns no user_id.",
            "The identifier is a number at many servers. It must not be converted to a float.",
            (
                "OAuth 2.0 defines no verification of email addresses. email_verified is omitted, even if a script "
                "sets it."
            ),
            "Auth0 stores user_id as oauth2|CONNECTION|ID for every custom social connection.",
        ),
        sources=("https://auth0.com/docs/authenticate/identity-providers/social-identity-providers/oauth2",),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "Opaque to the client. Some servers issue a JWT, which may be read only if the server documents it. Scopes "
            "are the only control that all servers share. RFC 8707 adds a resource, RFC 9449 binds the token to a key, "
            "RFC 8705 to a certificate."
        ),
        validity="Each server sets the lifetime. expires_in of the token response may be missing or a string.",
        renewal=renew_by_refresh_token(
            "The response may contain a new refresh token that replaces the old refresh token.",
            "{token_endpoint}",
            basic=True,
            required_credentials=("token_endpoint", "client_id", "client_secret"),
            template_class=CredentialUrlTemplate,
        ),
        termination=revoke_by_request(
            (
                "RFC 7009, if the server supports it. The server responds with 200 also to an unknown token, or with "
                "400 unsupported_token_type."
            ),
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
            "Each server has different scopes. RFC 6749 separates them with a space, some servers with a comma. Auth0 "
            "sends the scopes of the connection, and for one sign-in those of connection_scope."
        ),
        sources=(
            "https://www.rfc-editor.org/rfc/rfc6749#section-3.3",
            "https://auth0.com/docs/authenticate/identity-providers/adding-scopes-for-an-external-idp",
        ),
    ),
    debug=introspection_endpoint(
        "https://issuer.invalid/introspect",
        endpoint_class=ConfiguredEndpoint,
        required_credentials=("introspection_endpoint", "client_id", "client_secret"),
        authentications=CLIENT_AUTH_METHODS,
        optional_credentials=("issuer",),
        source="https://www.rfc-editor.org/rfc/rfc7662#section-2",
        note=(
            "Only active is always in the response. A response without a client does not prove the client. Callers "
            "without permission receive the same refusal. RFC 9701 allows a signed JWT as response on request; this "
            "package does not request it. RFC 8414 metadata contain the endpoint, if the server has them."
        ),
    ),
    uncertain=("The server never states why a token is refused.",),
)
