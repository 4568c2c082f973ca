"""Yandex ID: the person behind a token, with the picture by a template."""

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

_avatar = re.compile(r"[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*", re.ASCII).fullmatch


class Info(Shape):
    """``GET /info``, https://yandex.com/dev/id/doc/en/user-information; which members come depends on the rights."""

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
            email = pick_email((each, False, None) for each in self.emails)[0]
        return Claims(
            id=self.id,
            name=name,
            given_name=self.first_name,
            family_name=self.last_name,
            username=self.login,
            email=email,
            picture=None if self.is_avatar_empty is True else picture(self.default_avatar_id),
        )


def picture(avatar: str | None) -> str | None:
    """The address of a picture, 200 pixels wide; None where its name is none."""
    if avatar is None or _avatar(avatar) is None:
        return None
    return f"https://avatars.yandex.net/get-yapic/{avatar}/islands-200"


class Holder(ResponseModel):
    """A good token of whatever application: the profile, which names the client."""

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
            "Without any right only id, login, client_id and psuid come.",
            (
                "The picture is built from default_avatar_id, which has slashes in it; where is_avatar_empty is true "
                "it would be a stock picture, and is left out."
            ),
            "No flag speaks of the address (django-allauth calls it verified of its own accord).",
            (
                "default_email may be an empty text and emails an empty list: accounts made through another network "
                "or a telephone number have no address."
            ),
            "The name is real_name; else the first and last name; else display_name, which is often the login.",
            (
                "The login may be an e-mail address (accounts of a domain) or made by a machine (accounts from another "
                "network)."
            ),
            "psuid is the person as one application knows them, made from client_id and id.",
            "birthday may have zeros for what is unknown (1990-03-00), which readers of dates refuse.",
            "format=jwt gives a JWT by HS256 with the client secret, format=xml XML: json is to be asked for.",
            "Old answers also had openid_identities, a list of addresses of the web.",
        ),
        sources=("https://yandex.com/dev/id/doc/en/user-information",),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "The account, the application and its rights, encrypted for Yandex alone; y0_ is seen in front and not "
            "documented. The rights are those of the application's registration; a request can narrow them by scope, "
            "and mark some as optional by optional_scope."
        ),
        validity=(
            "Depends on the rights; expires_in of the token answer counts, about a year with the rights of a sign-in "
            "alone. Rights added to the application can shorten the life of later tokens."
        ),
        renewal=renew_by_refresh_token(
            "grant_type=refresh_token with client id and secret, in the form or as HTTP Basic; the new token lives as "
            "long as the first, and may be the same one. Yandex advises it every three months.",
            "https://oauth.yandex.ru/token",
        ),
        termination=revoke_by_request(
            "Form fields access_token, client_id, client_secret; status ok when done. Only for tokens asked for with "
            "device_id. All others end with a new password, a change of two-factor sign-in, a sign-out everywhere, the "
            "application's removal, or a change of its rights.",
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
            "Tick the right in the application's registration: tokens issued before may end. scope in the request asks "
            "for a part of them, force_confirm=yes shows the consent page again."
        ),
        sources=("https://yandex.com/dev/id/doc/en/concepts/ya-oauth-intro",),
    ),
    debug=HttpEndpoint(
        kind="tokeninfo",
        url="https://login.yandex.ru/info",
        placement=by_header("Authorization", "OAuth {token}"),
        params={"format": "json"},
        proves=frozenset({"client", "subject"}),
        response_model=Holder,
        refusals=(
            Refusal(401, "denied", header=("www-authenticate", "invalid_token")),
            Refusal(401, "denied", {"error": "invalid_token"}),
        ),
        source="https://yandex.com/dev/id/doc/en/user-information",
        note=(
            "The profile call itself: it names the client in client_id and needs no credentials, so it answers for "
            "every application's token and the client must be compared. It takes tokens for any of Yandex's services. "
            "The header says OAuth by Yandex's page; Bearer works too, and the parameter oauth_token is called unsafe "
            "there."
        ),
    ),
    uncertain=(
        (
            "How a dead token is answered is on none of Yandex's pages: the refusal of RFC 6750, section 3.1, is read "
            "as one (401 with invalid_token), and every other 401 leaves the question open."
        ),
    ),
)
