"""Okta Workforce Identity: OpenID Connect of an organisation, by its own authorization server or a custom one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace as changed

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
    """Userinfo, whose login has the form of an address.

    https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/tag/OrgAS/
    """

    def claims(self, also: Mapping[str, Any]) -> Claims:
        said = OpenIdClaims.claims(self, also)
        login = self.preferred_username
        if login and first_nonblank(self.nickname) is None and is_email(login):
            said.username = login.rpartition("@")[0]
        return said


class Introspected(IntrospectionResponse):
    """An active token: ``sub`` is the login here, ``uid`` the user's id, which userinfo calls ``sub``.

    https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/tag/OrgAS/
    """

    uid: str | None = None

    def read(self, question: Question) -> Reading:
        said = IntrospectionResponse.read(self, question)
        return said if said.active is not True else changed(said, subject=self.uid)


class AtServer(RequestTemplate):
    """A call at the organisation's server, or at the custom one that the caller names."""

    def build_url(self, question: Question) -> str:
        url = self.url
        if question.credential("authorization_server_id"):
            url = url.replace("/oauth2/", "/oauth2/{authorization_server_id}/")
        return fill_url(url, question)


class Server(AtServer, HttpEndpoint):
    """The server that is asked about a token: each knows its own tokens alone."""


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
            "Okta's email_verified, for the primary address in the directory: the organisation's administrators own "
            "that directory, so it is worth something for their domains alone"
        ),
        subject_scope="the organisation",
        quirks=(
            "The identifier is the user's id (00u and 17 more letters), not the login.",
            "There is no picture.",
            (
                "The nickname is the claim nickname, set in the directory; without it the local part of "
                "preferred_username, which is the login and has the form of an address as a rule."
            ),
            "Login and address change when an administrator renames a person.",
            (
                "A custom authorization server has its paths under /oauth2/ID (the built-in one is called default); a "
                "token works at its own server only."
            ),
            "An ID token that comes with an access token holds few claims: userinfo has the rest.",
            "groups holds names, not ids.",
            "python-social-auth's OAuth 2.0 backend identifies by preferred_username.",
            "Auth0's stored user_id usually holds the connection as well: okta|CONNECTION|sub.",
        ),
        sources=("https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/tag/OrgAS/",),
    ),
    token=TokenFacts(
        form="jwt",
        contents=(
            "A token of the organisation's server looks like a JWT, but is for Okta alone to read. One of a custom "
            "server is an RS256 JWT with the configured aud, cid for the client, uid for the user, sub for the login, "
            "scp as a list, and custom claims."
        ),
        lifetime=3600,
        validity="One hour at the organisation's server, fixed; at a custom one the rule of its access policy.",
        renewal=renew_by_refresh_token(
            "grant_type=refresh_token, with offline_access granted; whether the refresh token changes is a setting of "
            "the application. A custom server has the path /oauth2/ID/v1/token.",
            "https://{domain}/oauth2/v1/token",
            basic=True,
            required_credentials=("domain", "client_id", "client_secret"),
            template_class=AtServer,
        ),
        termination=revoke_by_request(
            "Form fields token and token_type_hint, the client authenticates; its own tokens only, and 200 for any "
            "token. A refresh token takes its access token along, not the other way round.",
            "https://{domain}/oauth2/v1/revoke",
            basic=True,
            required_credentials=("domain", "client_id", "client_secret"),
            template_class=AtServer,
            params={"token_type_hint": "access_token"},
        ),
        uses=Operation(
            request=AtServer("https://{domain}/oauth2/v1/userinfo", required_credentials=("domain",)),
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
            "openid, profile, email, address, phone, groups, offline_access and device_sso are standard. Custom scopes "
            "belong to a custom server and its access policies; okta.* scopes are granted to the application by an "
            "administrator, and by the organisation's server only."
        ),
        sources=("https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/",),
    ),
    debug=introspection_endpoint(
        "https://{domain}/oauth2/v1/introspect",
        response_model=Introspected,
        required_credentials=("domain", "client_id", "client_secret"),
        authentications=CLIENT_AUTH_METHODS,
        optional_credentials=("authorization_server_id",),
        source="https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/tag/OrgAS/",
        note=(
            "The server that issued the token is to be asked: authorization_server_id names a custom one, and to any "
            "other server the token is inactive. uid names the user, and is there only in a person's access token. "
            "aud is the organisation's address or the custom server's audience. API tokens (42 letters that begin with "
            "00, sent as SSWS) are no OAuth tokens. Calls count against limits of the whole organisation."
        ),
        endpoint_class=Server,
    ),
    uncertain=(
        "Why a token is refused is never told: every refusal is bare.",
        "That a client is told about the token of another one is inferred: the reference names no restriction.",
    ),
)
