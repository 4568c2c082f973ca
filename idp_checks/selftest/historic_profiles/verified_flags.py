"""Historic bugs about the verified flag of an email address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp_checks.selftest.historic_profiles.bug import (
    Example,
    ProfileDict,
    Raw,
    historic_bug,
    normalize_correctly,
    with_id,
)

__all__: list[str] = []


@historic_bug(
    "BUG-027",
    "The verified flag of a public address is not read",
    Example(
        {"id": 27, "login": "mia", "email": "mia@example.com"},
        {"email": "mia@example.com", "email_verified": True},
        {"emails": [{"email": "mia@example.com", "primary": True, "verified": True, "visibility": "public"}]},
    ),
    provider="github",
    rule="N7",
    source="https://github.com/better-auth/better-auth/commit/fcb43aa7b96428319e67605494758cbfc4c14965",
)
def skip_flag_of_public_address(provider: str, raw: Raw, *, also: Mapping[str, Any]) -> ProfileDict:
    """Read the list with the flags only if the profile has no address."""
    profile = normalize_correctly(provider, raw, also=also)
    return {**profile, "email": raw["email"].strip(), "email_verified": False} if raw.get("email") else profile


@historic_bug(
    "BUG-033",
    "Every address of a self-managed server counts as verified",
    Example(
        {"id": 33, "username": "mal", "name": "Mal", "email": "victim@corp.example", "confirmed_at": None},
        {"email": "victim@corp.example", "email_verified": None},
    ),
    provider="gitlab",
    rule="N7",
    source="https://github.com/Devlaner/devlane/issues/153",
)
def verify_every_address(provider: str, raw: Raw) -> ProfileDict:
    """Trust addresses that anybody can enter."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "email_verified": True} if "email" in profile else profile


@historic_bug(
    "BUG-035",
    "Any listed address is used, even if it is not verified",
    Example(
        {"id": 35, "login": "mal"},
        {"email": "mal@example.com", "email_verified": True},
        {
            "emails": [
                {"email": "victim@corp.example", "primary": False, "verified": False},
                {"email": "mal@example.com", "primary": True, "verified": True},
            ]
        },
    ),
    provider="github",
    rule="N6 N7",
    source="https://github.com/supabase/auth/commit/9af1d1e250c5cacdd9b3731159690029c62f963d",
)
def use_first_listed_address(provider: str, raw: Raw, *, also: Mapping[str, Any]) -> ProfileDict:
    """Open a victim's account to anybody who adds the victim's address to their list."""
    profile = normalize_correctly(provider, raw, also=also)
    emails = also.get("emails")
    if not isinstance(emails, list) or not emails or not emails[0].get("email"):
        return profile
    return {**profile, "email": emails[0]["email"], "email_verified": True}


@historic_bug(
    "BUG-041",
    "The string false counts as true",
    Example(
        {"sub": "sample-41", "email": "victim@corp.example", "email_verified": "false"},
        {"email": "victim@corp.example", "email_verified": False},
    ),
    provider="cognito",
    rule="N7 M1",
    source="https://github.com/better-auth/better-auth/commit/fdef997eb944d85254816f7a4b2d76c06e9b8ec7",
)
def treat_string_as_flag(provider: str, raw: Raw) -> ProfileDict:
    """Convert the string to a boolean; every string except the empty string becomes true."""
    profile = normalize_correctly(provider, raw)
    return (
        {**profile, "email_verified": bool(raw["email_verified"])}
        if "email" in profile and "email_verified" in raw
        else profile
    )


@historic_bug(
    "BUG-043",
    "A flag that is a string is rejected",
    Example({"sub": "sample-43", "email": "mia@example.com", "email_verified": "true"}, {"email_verified": True}),
    provider="cognito",
    rule="N12",
    source="https://github.com/pomerium/pomerium/pull/792",
)
def require_boolean_flag(provider: str, raw: Raw) -> ProfileDict:
    """Reject everybody, because this provider sends the flag as a string in userinfo."""
    if not isinstance(raw.get("email_verified", False), bool):
        raise TypeError("email_verified is not a boolean")
    return normalize_correctly(provider, raw)


@historic_bug(
    "BUG-045",
    "A flag that is a boolean is rejected",
    Example(
        {"sub": "000042.sample.0045", "email": "mia@relay.example", "email_verified": "true", "is_private_email": True},
        {"email_verified": True},
    ),
    Example(
        {"sub": "000042.sample.0045", "email": "mia@relay.example", "email_verified": True, "is_private_email": "true"},
        {"email_verified": True},
    ),
    provider="apple",
    rule="N12",
    source="https://github.com/supabase/auth/commit/47df15113ce8d86666c0aba3854954c24fe39f7f",
)
def require_string_flag(provider: str, raw: Raw) -> ProfileDict:
    """Reject one of the two types that Apple sends."""
    if not isinstance(raw.get("is_private_email", "false"), str):
        raise TypeError("is_private_email is not a string")
    return normalize_correctly(provider, raw)


@historic_bug(
    "BUG-049",
    "The address of any tenant opens the account",
    Example(
        {
            "sub": "sample-attacker",
            "oid": "c0ffee00-0000-4000-8000-000000000049",
            "tid": "c0ffee00-0000-4000-8000-0000000000ff",
            "email": "victim@corp.example",
            "name": "Mal Ory",
        },
        {"user_id": "waad|sample-attacker", "email": "victim@corp.example", "email_verified": None},
    ),
    provider="waad",
    rule="N7 N1",
    source="https://www.descope.com/blog/post/noauth",
)
def trust_address_of_any_tenant(provider: str, raw: Raw) -> ProfileDict:
    """Trust an address that the administrator of any tenant can choose."""
    profile = normalize_correctly(provider, raw)
    return {**with_id(profile, profile["email"]), "email_verified": True} if "email" in profile else profile


@historic_bug(
    "BUG-051",
    "The mail attribute of Microsoft Graph counts as verified",
    Example(
        {
            "id": "0000000000005142",
            "displayName": "Mal Ory",
            "mail": "victim@corp.example",
            "userPrincipalName": "mal@attacker.example",
        },
        {"email": "victim@corp.example", "email_verified": None},
    ),
    provider="windowslive",
    rule="N7",
    source="https://github.com/pennersr/django-allauth/issues/3675",
)
def verify_mail_attribute(provider: str, raw: Raw) -> ProfileDict:
    """Trust an attribute that the owner of the directory can choose."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "email_verified": True} if raw.get("mail") and "email" in profile else profile


@historic_bug(
    "BUG-053",
    "The badge of the account is read as the flag of the address",
    Example(
        {"id": "1000000000053", "name": "Mia Chen", "email": "mia@example.com", "verified": True},
        {"email": "mia@example.com", "email_verified": None},
    ),
    provider="facebook",
    rule="N7 M3",
    source="https://github.com/hybridauth/hybridauth/commit/adfec27456a168bc9c677b0f8f062bec3c2e9f5f",
)
def read_badge_as_flag(provider: str, raw: Raw) -> ProfileDict:
    """Read the badge, which confirms that the account belongs to a public figure."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "email_verified": True} if raw.get("verified") is True and "email" in profile else profile


@historic_bug(
    "BUG-057",
    "The verified flag is ignored and assumed to be true",
    Example(
        {"id": "900000000000000057", "username": "mal", "email": "victim@corp.example", "verified": False},
        {"email": "victim@corp.example", "email_verified": False},
    ),
    provider="discord",
    rule="N7 M1",
    source="https://github.com/deanpcmad/omniauth-discord/issues/13",
)
def ignore_flag(provider: str, raw: Raw) -> ProfileDict:
    """Treat the address as verified."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "email_verified": True} if "email" in profile else profile


@historic_bug(
    "BUG-059",
    "A field name is misspelled (Eventbrite, shown with GitHub's list)",
    Example(
        {"id": 59, "login": "mia", "email": None},
        {"email": "mia@example.com", "email_verified": True},
        {"emails": [{"email": "mia@example.com", "primary": True, "verified": True}]},
    ),
    provider="github",
    rule="N7",
    source="https://github.com/pennersr/django-allauth/commit/16a5221f64384c95d7de43291a92c72b1e0aebb1",
)
def misspell_flag(provider: str, raw: Raw, *, also: Mapping[str, Any]) -> ProfileDict:
    """Report every address as unverified; the bug was unnoticed for years."""
    profile = normalize_correctly(provider, raw, also=also)
    emails = also.get("emails")
    flags = [email.get("verfified", False) for email in emails] if isinstance(emails, list) else []
    return {**profile, "email_verified": any(flags)} if "email" in profile and flags else profile
