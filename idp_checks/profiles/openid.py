"""The standard claims of OpenID Connect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from idp_checks.profiles.profile import Claims
from idp_checks.profiles.shape import Email, Flag, Id, Name, Path, Shape, Url, Username, bool_or_none

__all__ = ["OpenIdClaims"]


class OpenIdClaims(Shape):
    """Claims of a userinfo response or an ID token, OpenID Connect Core 1.0, section 5.1.

    A provider with more claims, or with another meaning of these, extends this shape.
    """

    subject: ClassVar[Path] = ("sub",)
    vouched_by: ClassVar[Path | None] = ("email_verified",)

    sub: Id
    name: Name = None
    given_name: Name = None
    family_name: Name = None
    nickname: Username = None
    preferred_username: Username = None
    picture: Url = None
    email: Email = None
    email_verified: Flag = None

    def claims(self, also: Mapping[str, Any]) -> Claims:  # noqa: ARG002 - used by some providers
        username = self.nickname
        if username is None or not username or username.isspace():
            username = self.preferred_username
        return Claims(
            id=self.sub,
            name=self.name,
            given_name=self.given_name,
            family_name=self.family_name,
            username=username,
            email=self.email,
            email_verified=bool_or_none(self.email_verified),
            picture=self.picture,
        )
