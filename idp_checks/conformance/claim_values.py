"""Questions about the values of a provider's claims, where reasonable readers may differ."""

from __future__ import annotations

from urllib.parse import urlsplit

from idp_checks.profiles.profile import Claims, is_email

__all__ = ["has_text", "is_absolute_url", "is_ambiguous_email", "sent_properties", "unambiguous_email"]


def has_text(value: str | None) -> bool:
    """Whether a string is present and not blank."""
    return value is not None and bool(value.strip())


def unambiguous_email(claims: Claims) -> str | None:
    """Return the provider's email address if every reader accepts it as valid."""
    email = (claims.email or "").strip()
    return email if is_email(email) and "." in email.rpartition("@")[2] else None


def is_ambiguous_email(value: str | None) -> bool:
    """Whether some readers accept the string as an email address and others do not."""
    local, _, domain = (value or "").strip().rpartition("@")
    return bool(local and domain) and not any(character.isspace() or character in "@," for character in local + domain)


def is_absolute_url(value: str) -> bool:
    """Whether a string is an absolute http or https URL of printable characters."""
    try:
        parts = urlsplit(value)
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and value.isprintable()
    except ValueError:
        return False


def sent_properties(claims: Claims) -> tuple[str, ...]:
    """Return which properties with a fallback (name, nickname, picture) the provider sends itself."""
    strings = {"name": claims.name, "nickname": claims.username}
    names = tuple(name for name, value in strings.items() if has_text(value))
    return (*names, "picture") if is_absolute_url((claims.picture or "").strip()) else names
