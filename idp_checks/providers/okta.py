"""Okta Workforce Identity: OpenID Connect at an organization's server or a custom server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from idp_checks.providers.sdk import (
    CLIENT_AUTH_METHODS,
    Claims,
    HttpEndpoint,
    IntrospectionResponse,
    LibraryFacts,
    OpenIdClaims,
    Operation,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    RequestTemplate,
    Scopes,
    TokenFacts,
    fill_url,
    first_nonblank,
    introspection_endpoint,
    is_email,
    renew_by_refresh_token,
    revoke_by_request,
)


class UserInfo(OpenIdClaims):
    """The userinfo response; the login usually has the form of an email address.

    https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/tag/OrgAS/
    """

    def claims(self, also: Mapping[str, Any]) -> Claims:
        claims = OpenIdClaims.claims(self, also)
        login = self.preferred_username
        if login and first_nonblank(self.nickname) is None and is_email(login):
            claims.username = login.rpartition("@")[0]
        return claims


class OktaIntrospection(IntrospectionResponse):
    """An introspection response: ``sub`` is the login, ``uid`` the user's id, which userinfo calls ``sub``.

    https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/tag/OrgAS/
    """

    uid: str | None = None

    def read(self, question: Question) -> Reading:
        reading = IntrospectionResponse.read(self, question)
        return reading if reading.active is not True else replace(reading, subject=self.uid)


class ServerRequest(RequestTemplate):
    """A call to the organization's server, or to the caller's custom authorization server."""

    def build_url(self, question: Question) -> str:
        url = self.url
        if question.credential("authorization_server_id"):
            url = url.replace("/oauth2/", "/oauth2/{authorization_server_id}/")
        return fill_url(url, question)


class ServerEndpoint(ServerRequest, HttpEndpoint):
    """The introspection endpoint of a server. Each server knows only its own tokens."""


PROVIDER = Provider(
    name="okta",
    title="Okta Workforce Identity",
    kind="enterprise",
    protocol="oidc",
    aliases={"social_core": "okta-oauth2", "allauth": "okta", "authjs": "okta"},
    libraries={
        "social_core": LibraryFacts(settings={"SOCIAL_AUTH_OKTA_OAUTH2_API_URL": "{host}"}),
        "allauth": LibraryFacts(settings={"OKTA_BASE_URL": "{domain}"}),
    },
    docs=(
        "https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/tag/OrgAS/",
        "https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/tag/CustomAS/",
        "https://developer.okta.com/docs/concepts/auth-servers/",
        "https://developer.okta.com/docs/guides/validate-access-tokens/",
        "https://auth0.com/docs/authenticate/identity-providers/okta",
    ),
    profile=ProfileFacts(
        shapes=(UserInfo,),
        request=RequestTemplate("https://{domain}/oauth2/v1/userinfo"),
        vouching=(
            "Okta's email_verified, for the primary email address in the directory; the organization's administrators "
            "control the directory, so the flag is reliable only for their domains"
        ),
        subject_scope="the organization",
        quirks=(
            "The identifier is the user's id (00u and 17 more characters), not the login.",
            "The profile has no picture.",
            (
                "The nickname is the claim nickname from the directory, else the local part of preferred_username. "
                "preferred_username is the login and usually has the form of an email address."
            ),
            "Login and email address change when an administrator renames a user.",
            (
                "A custom authorization server has its paths under /oauth2/ID (the ID of the built-in server is "
                "default). A token works only at the server that issued it."
            ),
            "An ID token that is issued with an access token contains few claims. Userinfo returns the rest.",
            "groups contains names, not ids.",
            "The OAuth 2.0 backend of python-social-auth uses preferred_username as the identifier.",
            "Auth0's stored user_id usually includes the connection: okta|CONNECTION|sub.",
        ),
        sources=("https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/tag/OrgAS/",),
    ),
    token=TokenFacts(
        form="jwt",
        contents=(
            "A token of the organization's server looks like a JWT, but only Okta can read it. A token of a custom "
            "server is an RS256 JWT: aud is configured, cid is the client, uid the user, sub the login, and scp a "
            "list. It may contain custom claims."
        ),
        lifetime=3600,
        validity=(
            "The lifetime is fixed at the organization's server. At a custom server, a rule of the access policy sets "
            "it."
        ),
        renewal=renew_by_refresh_token(
            "Requires scope offline_access. The application's settings decide whether the refresh token changes. A "
            "custom server has the path /oauth2/ID/v1/token.",
            "https://{domain}/oauth2/v1/token",
            basic=True,
            required_credentials=("domain", "client_id", "client_secret"),
            template_class=ServerRequest,
        ),
        termination=revoke_by_request(
            "The client must authenticate and can revoke only its own tokens. Okta returns 200 for any token. "
            "Revoking a refresh token also revokes its access token, but not the reverse.",
            "https://{domain}/oauth2/v1/revoke",
            basic=True,
            required_credentials=("domain", "client_id", "client_secret"),
            template_class=ServerRequest,
            params={"token_type_hint": "access_token"},
        ),
        uses=Operation(
            request=ServerRequest("https://{domain}/oauth2/v1/userinfo", required_credentials=("domain",)),
            required_scopes=("openid",),
        ),
        sources=(
            "https://developer.okta.com/docs/concepts/auth-servers/",
            "https://developer.okta.com/docs/guides/validate-access-tokens/",
            "https://developer.okta.com/docs/guides/revoke-tokens/",
        ),
    ),
    scopes=Scopes(
        profile=("openid", "profile"),
        email=("email",),
        adding=(
            "openid, profile, email, address, phone, groups, offline_access and device_sso are standard. Custom "
            "scopes belong to a custom server and its access policies. An administrator grants okta.* scopes to the "
            "application; only the organization's server issues them."
        ),
        sources=("https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/",),
    ),
    debug=introspection_endpoint(
        "https://{domain}/oauth2/v1/introspect",
        response_model=OktaIntrospection,
        required_credentials=("domain", "client_id", "client_secret"),
        authentications=CLIENT_AUTH_METHODS,
        optional_credentials=("authorization_server_id",),
        source="https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/tag/OrgAS/",
        note=(
            "Only the server that issued the token can introspect it. authorization_server_id selects a custom "
            "server. Every other server reports the token as inactive. uid is the user and is present only in a "
            "user's access token. aud is the organization's URL or the custom server's audience. API tokens (42 "
            "characters that begin with 00, sent as SSWS) are not OAuth tokens. Calls count toward the rate limits of "
            "the whole organization."
        ),
        endpoint_class=ServerEndpoint,
    ),
    uncertain=(
        (
            "The documentation mentions no restriction to the client's own tokens, so a client is assumed to be able "
            "to introspect the tokens of other clients."
        ),
    ),
)
