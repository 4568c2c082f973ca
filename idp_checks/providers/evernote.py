"""Evernote: the user of the classic API, or the token answer that most libraries stop at.

The API speaks Thrift, not JSON: the user is read as libraries write that struct, and nobody is asked about a token.
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


class TokenAnswer(Shape):
    """Members of the token answer, all of them texts: https://dev.evernote.com/doc/articles/authentication.php."""

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
        "No new API keys (Evernote's support, May 2026); keys and tokens given before still work. Its MCP server is "
        "named as the successor."
    ),
    aliases={"social_core": "evernote", "allauth": "evernote"},
    libraries={
        "social_core": LibraryFacts(classes={TokenAnswer: ""}),
        "allauth": LibraryFacts(classes={TokenAnswer: ""}),
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
        shapes=(User, TokenAnswer),
        request=None,
        quirks=(
            (
                "getUser is a call of Thrift's binary protocol to https://www.evernote.com/edam/user; every member is "
                "optional, and how many come depends on the permission of key and token."
            ),
            (
                "Most libraries never make it and take edam_userId of the token answer, a text where id of the user is "
                "a number; edam_expires is milliseconds in a text."
            ),
            "All times are in milliseconds.",
            (
                "email is not given to every key, and nothing vouches for it: attributes.emailAddressLastConfirmed "
                "does not speak of the present address."
            ),
            "There are no given and family names.",
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
            "Parts that anybody can read: S shard, U user, E end and C beginning (milliseconds in hexadecimal), P "
            "permission, A the name of the application's key, V version, H a hash that Evernote alone can check. The "
            "token secret is empty, since later calls are not signed: the token alone is the credential."
        ),
        lifetime=31536000,
        validity="A year, or the day, week or month that the person chooses; edam_expires names the end.",
        renewal=Operation("None: the person authorises again before edam_expires."),
        termination=Operation(
            "The Thrift call UserStore.revokeLongSession; the person can also remove the application in the settings.",
            manual_call=("POST", "https://www.evernote.com/edam/user"),
        ),
        uses=Operation(
            "The Thrift call UserStore.getUser. Calls are limited by key, person and hour; errorCode 19 comes with "
            "rateLimitDuration in seconds.",
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
        adding="There are none: the permission belongs to the key, and Evernote raised it on request.",
        sources=("https://dev.evernote.com/doc/articles/permissions.php",),
    ),
    debug=None,
    uncertain=(
        (
            "getUser would show whether a token works and for whom, HTTP 200 with an exception where it does not "
            "(errorCode 8 invalid, 9 expired, 2 malformed, 19 too many calls); Thrift is not spoken here, so nobody is "
            "asked. Part A of the token names the application and part E the end, but only Evernote can tell a made-up "
            "token from a real one: neither is believed."
        ),
        "Whether a revoked token gives errorCode 8 or 9 is not documented.",
    ),
)
