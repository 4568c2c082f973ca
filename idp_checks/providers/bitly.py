"""Bitly: the user of API v4. How it refuses a dead token is not documented, so nobody is asked about one."""

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
        listed = self.emails or ()
        email, verified = pick_email(
            (each.email, each.is_primary is True, bool_or_none(each.is_verified)) for each in listed
        )
        handle: Username = str(self.login)
        return Claims(id=self.login, name=self.name, username=handle, email=email, email_verified=verified)


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
            "There is no number: the login is the identifier.",
            "Several addresses may be listed, each with flags of its own.",
        ),
        sources=("https://dev.bitly.com/api-reference/#getUser",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents="There are no scopes: a token opens the whole account.",
        renewal=Operation("Not documented: the person signs in again."),
        termination=Operation("By the person, in the settings under connected applications."),
        uses=Operation("Any token works.", RequestTemplate("https://api-ssl.bitly.com/v4/user")),
        sources=("https://dev.bitly.com/docs/getting-started/authentication/",),
    ),
    scopes=Scopes(separator=""),
    debug=None,
    uncertain=(
        "What the user call answers to a dead token is not documented, so it is not taken for a probe.",
        "Whether a login can be changed is not documented.",
    ),
)
