"""Pictures in several sizes, for the providers that list them."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from idp_checks.profiles.profile import is_web_url
from idp_checks.profiles.shape import Url

__all__ = ["Picture", "largest_picture"]


class Picture(Struct):
    """A picture of one size; ``width`` is in pixels, or None if the provider does not know it."""

    url: Url = None
    width: float | None = None


def largest_picture(pictures: Iterable[Picture] | None) -> str | None:
    """Return the URL of the widest picture: the first of equals, and one without a width only as the last choice."""
    url, largest_width = None, -1.0
    for picture in pictures or ():
        width = picture.width or 0.0
        if width > largest_width and picture.url and is_web_url(picture.url.strip()):
            url, largest_width = picture.url, width
    return url
