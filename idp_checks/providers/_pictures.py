"""Pictures that come in several sizes, for the providers that list them."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from idp_checks.profiles.profile import is_web_url
from idp_checks.profiles.shape import Url

__all__ = ["Picture", "largest_picture"]


class Picture(Struct):
    """One size of a picture; ``width`` is in pixels, and null where the provider does not know it."""

    url: Url = None
    width: float | None = None


def largest_picture(pictures: Iterable[Picture] | None) -> str | None:
    """The address of the widest picture; one without a width comes last, and of equals the first counts."""
    best, most = None, -1.0
    for each in pictures or ():
        width = each.width or 0.0
        if width > most and each.url and is_web_url(each.url.strip()):
            best, most = each.url, width
    return best
