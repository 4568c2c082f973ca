"""Bitly: the user of API v4.

The response to an invalid token is not documented, so tokens are not checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Flag,
    Id,
    Name,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    RequestTemplate,
    Scopes,
    Shape,
    TokenFacts,
    Username,
    bool_or_none,
    pick_email,
    revoke_in_settings,
)


class EmailEntry(Struct):
    """An element of ``emails``."""

    email: Email = None
    is_primary: Flag = None
    is_verified: Flag = None


class User(Shape):
    """``GET /v4/user``, https://dev.bitly.com/api-reference/#getUser."""

    subject: ClassVar[Path] = ("login",)
    vouched_by: ClassVar[Path | None] = ("emails", 0, "is_verified")

    login: Id
    name: Name = None
    emails: list[EmailEntry] | None = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        email, verified = pick_email(
            (entry.email, entry.is_primary is True, bool_or_none(entry.is_verified)) for entry in self.emails or ()
        )
        username: Username = str(self.login)
        return Claims(id=self.login, name=self.name, username=username, email=email, email_verified=verified)


PROVIDER = Provider(
    name="bitly",
    title="Bitly",
    kind="social",
    protocol="oauth2",
    docs=("https://dev.bitly.com/docs/getting-started/authentication/", "https://dev.bitly.com/api-reference/#getUser"),
    profile=ProfileFacts(
        shapes=(User,),
        request=RequestTemplate("https://api-ssl.bitly.com/v4/user"),
        vouching="Bitly's is_verified of an element of emails",
        quirks=(
            "The profile has no numeric identifier: login is the identifier.",
            "emails may list several addresses, each with its own flags.",
        ),
        sources=("https://dev.bitly.com/api-reference/#getUser",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents="Bitly has no scopes: a token grants access to the whole account.",
        renewal=Operation("Not documented: the user signs in again."),
        termination=revoke_in_settings(page="the settings under connected applications"),
        uses=Operation("Accepts any token.", RequestTemplate("https://api-ssl.bitly.com/v4/user")),
        sources=("https://dev.bitly.com/docs/getting-started/authentication/",),
    ),
    scopes=Scopes(separator=""),
    debug=None,
    uncertain=(
        "The response of the user call to an invalid token is not documented, so the call is not used as a probe.",
        "Whether a login can be changed is not documented.",
    ),
)
