"""Salesforce: the response of a user's identity URL, or OpenID Connect userinfo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct
from msgspec.structs import replace

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Flag,
    Id,
    IntrospectionResponse,
    LibraryFacts,
    Name,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    RequestTemplate,
    Scopes,
    Shape,
    SimulationFacts,
    TokenFacts,
    Url,
    Username,
    bool_or_none,
    by_form,
    first_nonblank,
    introspection_endpoint,
    renew_by_refresh_token,
)

LONG = 18
"""Length of identifiers in the API. The first 15 characters are the same identifier as displayed to users."""
SHORT = 15


class Photos(Struct):
    """``photos``. The URLs require the access token, except for the default picture."""

    picture: Url = None


class User(Shape):
    """The identity response and userinfo: the same facts under two sets of names. Both contain ``user_id``.

    https://help.salesforce.com/s/articleView?id=sf.remoteaccess_using_openid.htm,
    https://help.salesforce.com/s/articleView?id=sf.remoteaccess_using_userinfo_endpoint.htm
    """

    subject: ClassVar[Path] = ("user_id",)
    vouched_by: ClassVar[Path | None] = ("email_verified",)

    user_id: Id
    display_name: Name = None
    name: Name = None
    first_name: Name = None
    given_name: Name = None
    last_name: Name = None
    family_name: Name = None
    nick_name: Username = None
    nickname: Username = None
    email: Email = None
    email_verified: Flag = None
    picture: Url = None
    photos: Photos | None = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=self.user_id,
            name=first_nonblank(self.display_name, self.name),
            given_name=first_nonblank(self.first_name, self.given_name),
            family_name=first_nonblank(self.last_name, self.family_name),
            username=first_nonblank(self.nick_name, self.nickname),
            email=self.email,
            email_verified=bool_or_none(self.email_verified),
            picture=first_nonblank(self.picture, None if self.photos is None else self.photos.picture),
        )


class SalesforceIntrospection(IntrospectionResponse):
    """An RFC 7662 response with the identity URL as ``sub``.

    https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oidc_token_introspection_endpoint.htm
    """

    def read(self, question: Question) -> Reading:
        reading = IntrospectionResponse.read(self, question)
        if reading.subject is None:
            return reading
        return replace(reading, subject=extract_user(reading.subject, question.subject))


def extract_user(sub: str, expected: str | None) -> str:
    """Return the user at the end of an identity URL, in the caller's form if that form identifies the same user.

    The forms are the identifier of 18 characters, its first 15 characters, and the identity URL with any host.
    """
    user = sub.rpartition("/")[2] or sub
    if expected is None:
        return user
    is_short_form = len(user) == LONG and expected == user[:SHORT]
    return expected if is_short_form or expected.rpartition("/id/")[2] == sub.rpartition("/id/")[2] else user


PROVIDER = Provider(
    name="salesforce",
    title="Salesforce",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "salesforce-oauth2", "allauth": "salesforce", "authjs": "salesforce"},
    libraries={
        "social_core": LibraryFacts(required_field="id"),
        "allauth": LibraryFacts(required_field="sub", app_key="{host}"),
    },
    simulation=SimulationFacts(
        token_fields=lambda raw: {"id": raw["id"]} if "id" in raw else {},
    ),
    docs=(
        "https://help.salesforce.com/s/articleView?id=sf.remoteaccess_using_openid.htm",
        "https://help.salesforce.com/s/articleView?id=sf.remoteaccess_using_userinfo_endpoint.htm",
        "https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oidc_token_introspection_endpoint.htm",
        "https://help.salesforce.com/s/articleView?id=sf.remoteaccess_revoke_token.htm",
        "https://login.salesforce.com/.well-known/openid-configuration",
    ),
    profile=ProfileFacts(
        shapes=(User,),
        request=RequestTemplate("https://login.salesforce.com/id/{organization_id}/{user_id}"),
        vouching=(
            "Salesforce's email_verified, which means that the user confirmed the email address; without it, the "
            "address is only an administrator's statement"
        ),
        quirks=(
            (
                "There are two sets of field names: display_name, nick_name, first_name, last_name at the identity "
                "URL; name, nickname, given_name, family_name in userinfo (/services/oauth2/userinfo, scope openid)."
            ),
            "Every token response contains the user's identity URL as id.",
            (
                "id and sub are URLs. Their host differs for a sandbox, a community and a custom domain, although the "
                "identifiers are the same: user_id is the key."
            ),
            (
                "Identifiers have 15 characters and are case-sensitive, or 18 characters and are case-insensitive. "
                "Compare only identifiers of the same form."
            ),
            "username has the form of an email address but is not necessarily a mailbox. The nickname is nick_name.",
            "Fetching the picture requires the access token, except for the default picture.",
            "The URLs in urls contain the literal string {version}, which a formatter may treat as a placeholder.",
            "utcOffset is in milliseconds. issued_at of the token response is a string of milliseconds.",
            "first_name may be null.",
            "Sandboxes (test.salesforce.com) and communities have the same format, but other hosts and other users.",
        ),
        sources=(
            "https://help.salesforce.com/s/articleView?id=sf.remoteaccess_using_openid.htm",
            "https://help.salesforce.com/s/articleView?id=sf.remoteaccess_using_userinfo_endpoint.htm",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "The token consists of the organization's identifier of 15 characters, an exclamation mark and an opaque "
            "part. It is a session of one user for one connected app with the granted scopes. An app may request "
            "signed JWTs instead."
        ),
        validity=(
            "The token is valid as long as the session: 15 minutes to 24 hours by the organization's setting, 2 hours "
            "by default. Use extends the session. The token response has no expires_in; introspection returns exp."
        ),
        renewal=renew_by_refresh_token(
            "Sent to the organization's host. Requires scope refresh_token. The connected app's policy defines when a "
            "refresh token expires and whether use replaces it.",
            "https://login.salesforce.com/services/oauth2/token",
        ),
        termination=Operation(
            "Accepts an access token or a refresh token. Revoking a refresh token also revokes its access tokens. "
            "Salesforce returns 200 with an empty body, or 400 with unsupported_token_type or invalid_token.",
            RequestTemplate("https://login.salesforce.com/services/oauth2/revoke", by_form("token"), method="POST"),
        ),
        uses=Operation(
            request=RequestTemplate("https://login.salesforce.com/services/oauth2/userinfo"),
            required_scopes=("openid",),
        ),
        pattern=r"00[A-Za-z0-9]{13}![A-Za-z0-9_.]+|eyJ[\w-]+\.[\w-]+\.[\w-]+",
        sample="00DSAMPLE000042!{}",
        sources=(
            "https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_tokens_scopes.htm",
            "https://help.salesforce.com/s/articleView?id=sf.remoteaccess_revoke_token.htm",
        ),
    ),
    scopes=Scopes(
        profile=("id", "openid", "profile"),
        email=("id", "email"),
        adding=(
            "Select the scope in the connected app, then authorize again with it. The scope id permits the identity "
            "URL, and api permits the REST API. The scope refresh_token provides a refresh token. Salesforce "
            "documents profile, email, address and phone as other names of id."
        ),
        implied={
            "id": ("profile", "email", "address", "phone"),
            "profile": ("id",),
            "email": ("id",),
            "address": ("id",),
            "phone": ("id",),
        },
        sources=("https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_tokens_scopes.htm",),
    ),
    debug=introspection_endpoint(
        "https://login.salesforce.com/services/oauth2/introspect",
        response_model=SalesforceIntrospection,
        params={"token_type_hint": "access_token", "client_id": "{client_id}", "client_secret": "{client_secret}"},
        basic=False,
        source="https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oidc_token_introspection_endpoint.htm",
        note=(
            "A connected app can introspect its own tokens. An administrator can also permit all tokens of the "
            "organization. For any other token, and at the wrong host, active is false. Sandboxes, communities and "
            "custom domains require issuer_url. The user is read from the end of the identity URL in sub. API calls "
            "with an invalid token, including userinfo, return 403 with the plain string Bad_OAuth_Token, not 401 and "
            "not JSON."
        ),
    ),
    uncertain=(
        "The body of 400 and 401 is not documented, so such a response leaves the token undecided.",
        (
            "Whether introspection returns 403 with a plain string is not documented. Such a response is read as "
            "missing permission to introspect."
        ),
    ),
)
