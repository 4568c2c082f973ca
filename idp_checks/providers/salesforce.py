"""Salesforce: the identity address of a user, or OpenID Connect userinfo."""

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
"""Letters of the identifiers that programs are given; their first 15 are the same identifier as people see it."""
SHORT = 15


class Photos(Struct):
    """``photos``; the addresses want the access token, but for the default picture."""

    picture: Url = None


class User(Shape):
    """The identity address and userinfo: the same facts by two sets of names, and ``user_id`` in both.

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


class Introspected(IntrospectionResponse):
    """RFC 7662, with the identity address as ``sub``.

    https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oidc_token_introspection_endpoint.htm
    """

    def read(self, question: Question) -> Reading:
        said = IntrospectionResponse.read(self, question)
        return said if said.subject is None else replace(said, subject=user_of(said.subject, question.subject))


def user_of(sub: str, expected: str | None) -> str:
    """User at the end of an identity address, in the caller's form where that names the same one.

    The forms are the identifier of 18 letters, its first 15, and the whole address, at whichever host.
    """
    user = sub.rpartition("/")[2] or sub
    if expected is None:
        return user
    short = len(user) == LONG and expected == user[:SHORT]
    return expected if short or expected.rpartition("/id/")[2] == sub.rpartition("/id/")[2] else user


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
            "Salesforce's email_verified, which says that the person confirmed the address; without it an "
            "administrator's word is all there is"
        ),
        quirks=(
            (
                "Two sets of names: display_name, nick_name, first_name, last_name at the identity address; name, "
                "nickname, given_name, family_name in userinfo (/services/oauth2/userinfo, scope openid)."
            ),
            "The identity address of a user comes as id with every token answer.",
            (
                "id and sub are whole addresses, and their host is another one for a sandbox, a community and a domain "
                "of one's own, with the same identifiers: user_id is the key."
            ),
            (
                "Identifiers have 15 letters, where upper and lower case count, or 18, where they do not: compare like "
                "with like."
            ),
            "username has the form of an address and need not be a mailbox: the nickname is nick_name.",
            "The picture cannot be fetched without the access token, but for the default one.",
            "urls hold the literal text {version}, which a formatter may take for a hole of its own.",
            "utcOffset is in milliseconds, and issued_at of the token answer is a text of milliseconds.",
            "first_name may be null.",
            "Sandboxes (test.salesforce.com) and communities have the same form, other hosts and other users.",
        ),
        sources=(
            "https://help.salesforce.com/s/articleView?id=sf.remoteaccess_using_openid.htm",
            "https://help.salesforce.com/s/articleView?id=sf.remoteaccess_using_userinfo_endpoint.htm",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "The organisation's identifier of 15 letters, an exclamation mark, and what cannot be read: a session of "
            "one user for one connected app with the scopes granted. An app may ask for signed JWTs instead."
        ),
        validity=(
            "As long as the session: 15 minutes to 24 hours by the organisation's setting, 2 hours if it has none, and "
            "use extends it. The token answer has no expires_in; introspection tells exp."
        ),
        renewal=renew_by_refresh_token(
            "grant_type=refresh_token with the client's credentials, at the host of the organisation; needs scope "
            "refresh_token. The connected app's policy says when a refresh token ends and whether use replaces it.",
            "https://login.salesforce.com/services/oauth2/token",
        ),
        termination=Operation(
            "Form field token, access or refresh token, which takes its access tokens along; 200 with an empty body, "
            "400 with unsupported_token_type or invalid_token.",
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
            "Tick the scope in the connected app, then authorise again with it. id opens the identity address, api the "
            "REST API, refresh_token brings a refresh token. profile, email, address and phone are called other names "
            "of id."
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
        response_model=Introspected,
        params={"token_type_hint": "access_token", "client_id": "{client_id}", "client_secret": "{client_secret}"},
        basic=False,
        source="https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oidc_token_introspection_endpoint.htm",
        note=(
            "A connected app may ask about its own tokens, unless an administrator lets it ask about all of the "
            "organisation's: for any other the answer is false, and so it is at the wrong host. Sandboxes, communities "
            "and domains of one's own are asked by issuer_url. The identity address in sub is read as the user at its "
            "end. Calls with a dead token, userinfo among them, are refused by 403 and the bare text Bad_OAuth_Token, "
            "not by 401 and not in JSON."
        ),
    ),
    uncertain=(
        "What stands in the body of 400 and 401 is not documented: such an answer says nothing of the token.",
        (
            "That introspection itself never answers 403 with a bare text is not documented: one is read as a refusal "
            "to let us ask."
        ),
    ),
)
