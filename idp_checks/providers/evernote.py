"""Evernote: the user of the classic API, or the token response.

Most libraries stop at the token response. The API uses Thrift, not JSON: the user is read in the form in which
libraries write that struct, and tokens are not checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import field

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Id,
    LibraryFacts,
    Name,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    Scopes,
    Shape,
    SimulationFacts,
    TokenFacts,
    Url,
    Username,
)


class User(Shape):
    """``User`` of ``UserStore.getUser``, https://dev.evernote.com/doc/reference/UserStore.html."""

    id: Id
    username: Username = None
    name: Name = None
    email: Email = None
    photo_url: Url = field(default=None, name="photoUrl")

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=self.id,
            name=self.name,
            username=self.username,
            email=self.email,
            picture=self.photo_url,
        )


class TokenResponse(Shape):
    """The token response, whose fields are strings.

    https://dev.evernote.com/doc/articles/authentication.php
    """

    subject: ClassVar[Path] = ("edam_userId",)

    user_id: Id = field(name="edam_userId")

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(id=self.user_id)


PROVIDER = Provider(
    name="evernote",
    title="Evernote",
    kind="social",
    protocol="oauth1",
    status="deprecated",
    status_note=(
        "Evernote issues no new API keys (Evernote's support, May 2026). Existing keys and tokens still work. "
        "The announced successor is Evernote's MCP server."
    ),
    aliases={"social_core": "evernote", "allauth": "evernote"},
    libraries={
        "social_core": LibraryFacts(classes={TokenResponse: ""}),
        "allauth": LibraryFacts(classes={TokenResponse: ""}),
    },
    simulation=SimulationFacts(
        token_fields=lambda raw: {"edam_expires": "1795181696789", **raw},
    ),
    docs=(
        "https://dev.evernote.com/doc/articles/authentication.php",
        "https://dev.evernote.com/doc/articles/permissions.php",
        "https://dev.evernote.com/doc/reference/UserStore.html",
        "https://dev.evernote.com/doc/articles/rate_limits.php",
    ),
    profile=ProfileFacts(
        shapes=(User, TokenResponse),
        request=None,
        quirks=(
            (
                "getUser is a call of Thrift's binary protocol to https://www.evernote.com/edam/user. Every "
                "field is optional; the permission of key and token determines which fields are present."
            ),
            (
                "Most libraries do not make this call and use edam_userId of the token response. It is a string, "
                "whereas id of the user is a number. edam_expires is a string of milliseconds."
            ),
            "All times are in milliseconds.",
            (
                "email is not available to every key. attributes.emailAddressLastConfirmed does not refer to the "
                "current address."
            ),
            "The profile has no given and family names.",
            "The sandbox (sandbox.evernote.com) has other users with other identifiers.",
        ),
        sources=(
            "https://dev.evernote.com/doc/reference/UserStore.html",
            "https://dev.evernote.com/doc/articles/authentication.php",
            "https://dev.evernote.com/doc/articles/permissions.php",
        ),
    ),
    token=TokenFacts(
        form="oauth1",
        contents=(
            "The token consists of readable parts: S is the shard, U the user, E the expiry and C the creation "
            "time (milliseconds in hexadecimal). P is the permission, A the name of the application's key and V "
            "the version. H is a hash that only Evernote can verify. The token secret is empty, because later "
            "calls are not signed: the token is the only credential."
        ),
        lifetime=31536000,
        validity="The user can choose a day, a week or a month instead. edam_expires contains the expiry.",
        renewal=Operation("Not possible: the user authorizes the application again before edam_expires."),
        termination=Operation(
            "The Thrift call UserStore.revokeLongSession, which this package does not make. The user can also remove "
            "the application in the settings.",
            manual_call=("POST", "https://www.evernote.com/edam/user"),
        ),
        uses=Operation(
            "The Thrift call UserStore.getUser, which this package does not make. Calls are limited by key, user and "
            "hour. errorCode 19 is returned with rateLimitDuration in seconds.",
            manual_call=("POST", "https://www.evernote.com/edam/user"),
        ),
        pattern=r"S=s\d+:U=[0-9a-f]+:E=[0-9a-f]+:C=[0-9a-f]+:P=[0-9a-f]+:A=[^:]+:V=\d+:H=[0-9a-f]+",
        sample="S=s1:U=6acfc1:E=1a0e5b3a400:C=19ae4f0a800:P=185:A=sample-app:V=2:H={hex}",
        sources=(
            "https://dev.evernote.com/doc/articles/authentication.php",
            "https://dev.evernote.com/doc/reference/UserStore.html",
        ),
    ),
    scopes=Scopes(
        separator="",
        adding="Evernote has no scopes: the permission belongs to the key, and Evernote extended it on request.",
        sources=("https://dev.evernote.com/doc/articles/permissions.php",),
    ),
    debug=None,
    uncertain=(
        (
            "getUser would show whether a token works and for whom. For an invalid token, it returns HTTP 200 with an "
            "exception (errorCode 8 invalid, 9 expired, 2 malformed, 19 too many calls). The call is not made, "
            "because Thrift is not implemented here. Part A of the token contains the application and part E the "
            "expiry. Neither is trusted, because only Evernote can distinguish a forged token from a genuine "
            "token."
        ),
        "Whether a revoked token causes errorCode 8 or 9 is not documented.",
    ),
)
