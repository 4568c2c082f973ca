"""Yandex ID: the user of a token; the URL of the picture is built from a template."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Flag,
    HttpEndpoint,
    Id,
    Name,
    Operation,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    Refusal,
    RequestTemplate,
    ResponseModel,
    Scopes,
    Shape,
    String,
    TokenFacts,
    Username,
    by_form,
    by_header,
    first_nonblank,
    pick_email,
    renew_by_refresh_token,
    revoke_by_request,
)

_match_avatar_id = re.compile(r"[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*", re.ASCII).fullmatch


class Info(Shape):
    """``GET /info``, https://yandex.com/dev/id/doc/en/user-information; its fields depend on the permissions."""

    id: Id
    login: Username = None
    real_name: Name = None
    display_name: Name = None
    first_name: Name = None
    last_name: Name = None
    default_email: Email = None
    emails: list[Email] | None = None
    default_avatar_id: String = None
    is_avatar_empty: Flag = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        name, email = self.real_name, self.default_email
        if not name or name.isspace():
            name = None if first_nonblank(self.first_name, self.last_name) else self.display_name
        if self.emails and (not email or email.isspace()):
            email = pick_email((address, False, None) for address in self.emails)[0]
        return Claims(
            id=self.id,
            name=name,
            given_name=self.first_name,
            family_name=self.last_name,
            username=self.login,
            email=email,
            picture=None if self.is_avatar_empty is True else build_picture_url(self.default_avatar_id),
        )


def build_picture_url(avatar: str | None) -> str | None:
    """Return the URL of a picture, 200 pixels wide; None if the picture ID is invalid."""
    if avatar is None or _match_avatar_id(avatar) is None:
        return None
    return f"https://avatars.yandex.net/get-yapic/{avatar}/islands-200"


class TokenProfile(ResponseModel):
    """A valid token of any application: the profile, which contains the client."""

    id: Annotated[str, Meta(pattern=r"\S")]
    client_id: str

    def read(self, question: Question) -> Reading:
        return Reading(active=True, reason="ok", client_id=self.client_id, subject=self.id)


PROVIDER = Provider(
    name="yandex",
    title="Yandex (Yandex ID)",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "yandex-oauth2", "allauth": "yandex", "authjs": "yandex"},
    docs=(
        "https://yandex.com/dev/id/doc/en/user-information",
        "https://yandex.com/dev/id/doc/en/concepts/ya-oauth-intro",
        "https://yandex.com/dev/id/doc/en/tokens/refresh-client",
        "https://yandex.com/dev/id/doc/en/tokens/token-invalidate",
    ),
    profile=ProfileFacts(
        shapes=(Info,),
        request=RequestTemplate(
            "https://login.yandex.ru/info?format=json", by_header("Authorization", "OAuth {token}")
        ),
        quirks=(
            "Without any permission, the response contains only id, login, client_id and psuid.",
            (
                "The URL of the picture is built from default_avatar_id, which contains slashes. If is_avatar_empty "
                "is true, the picture would be a default picture and is ignored."
            ),
            (
                "The profile has no verification flag for the email address. django-allauth nevertheless marks it as "
                "verified."
            ),
            (
                "default_email may be an empty string and emails an empty list. Accounts that were created through "
                "another network or a phone number have no email address."
            ),
            "The name is real_name, else the first and last name, else display_name, which is often the login.",
            "The login may be an email address (accounts of a domain) or generated (accounts from another network).",
            "psuid identifies the user within one application. It is derived from client_id and id.",
            "birthday may contain zeros for unknown parts (1990-03-00), which date parsers refuse.",
            (
                "format=jwt returns a JWT signed with HS256 and the client secret, and format=xml returns XML. Use "
                "format=json."
            ),
            "Old responses also contain openid_identities, a list of URLs.",
        ),
        sources=("https://yandex.com/dev/id/doc/en/user-information",),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "The token contains the account, the application and its permissions, encrypted for Yandex only. In "
            "practice, it begins with y0_, which is not documented. The permissions are those of the application's "
            "registration. A request can reduce them with scope and mark some as optional with optional_scope."
        ),
        validity=(
            "The lifetime depends on the permissions. expires_in in the token response contains it: about a year with "
            "only the sign-in permissions. Permissions that are added to the application can shorten the lifetime of "
            "later tokens."
        ),
        renewal=renew_by_refresh_token(
            (
                "The client ID and secret may also be sent as HTTP Basic instead of in the form. The new token has "
                "the same lifetime as the first token and may be the same token. Yandex recommends a renewal every "
                "three months."
            ),
            "https://oauth.yandex.ru/token",
        ),
        termination=revoke_by_request(
            (
                "status is ok on success. Only tokens that were requested with device_id can be revoked. Other tokens "
                "end with a password change, a change of two-factor sign-in, a sign-out on all devices, the removal "
                "of the application, or a change of its permissions."
            ),
            "https://oauth.yandex.ru/revoke_token",
            placement=by_form("access_token"),
        ),
        uses=Operation(
            "Any token works.",
            RequestTemplate("https://login.yandex.ru/info?format=json", by_header("Authorization", "OAuth {token}")),
        ),
        sample="y0_{}",
        sources=(
            "https://yandex.com/dev/id/doc/en/concepts/ya-oauth-intro",
            "https://yandex.com/dev/id/doc/en/tokens/refresh-client",
            "https://yandex.com/dev/id/doc/en/tokens/token-invalidate",
        ),
    ),
    scopes=Scopes(
        profile=("login:info", "login:avatar"),
        email=("login:email",),
        adding=(
            "Select the permission in the application's registration. Existing tokens may then end. scope in the "
            "request selects a subset, and force_confirm=yes shows the consent page again."
        ),
        sources=("https://yandex.com/dev/id/doc/en/concepts/ya-oauth-intro",),
    ),
    debug=HttpEndpoint(
        kind="tokeninfo",
        url="https://login.yandex.ru/info",
        placement=by_header("Authorization", "OAuth {token}"),
        params={"format": "json"},
        proves=frozenset({"client", "subject"}),
        response_model=TokenProfile,
        refusals=(
            Refusal(401, "denied", header=("www-authenticate", "invalid_token")),
            Refusal(401, "denied", {"error": "invalid_token"}),
        ),
        source="https://yandex.com/dev/id/doc/en/user-information",
        note=(
            "This is the profile call. The response contains the client in client_id. Tokens of all Yandex services "
            "are accepted. Yandex documents the header with OAuth; Bearer also works. According to the same page, the "
            "parameter oauth_token is unsafe."
        ),
    ),
    uncertain=(
        (
            "Yandex does not document the response to an invalid token. The refusal of RFC 6750, section 3.1 (401 "
            "with invalid_token), is read as a refusal. Any other 401 is undecided."
        ),
    ),
)
