"""Historic bugs about email addresses and their verified flags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp_checks.selftest.historic_profiles.bug import (
    Example,
    Profile,
    Raw,
    historic_bug,
    normalize_correctly,
    with_id,
)

__all__: list[str] = []

PAGE_SIZE = 30
"""Addresses on one page of ``/user/emails``, https://docs.github.com/en/rest/users/emails."""


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
def skip_flag_of_public_address(provider: str, raw: Raw, *, also: Mapping[str, Any]) -> Profile:
    """Read the list with the flags only if the profile has no address."""
    profile = normalize_correctly(provider, raw, also=also)
    return {**profile, "email": raw["email"].strip(), "email_verified": False} if raw.get("email") else profile


@historic_bug(
    "BUG-029",
    "An error response is read as a list of addresses",
    Example(
        {"id": 29, "login": "mia", "email": None},
        {"email": None, "email_verified": None},
        {
            "emails": {
                "message": "Resource not accessible by integration",
                "documentation_url": "https://docs.example.com/rest",
            }
        },
    ),
    provider="github",
    rule="N12",
    source="https://github.com/pennersr/django-allauth/commit/763b9888141070a1071ac6799a14c77164731f1e",
)
def read_error_as_list(provider: str, raw: Raw, *, also: Mapping[str, Any]) -> Profile:
    """Iterate over the response, which is an object if the scope is missing."""
    for item in also.get("emails") or ():
        item.get("email")
    return normalize_correctly(provider, raw, also=also)


@historic_bug(
    "BUG-031",
    "Only the first page of addresses is read",
    Example(
        {"id": 31, "login": "many", "email": None},
        {"email": "main@example.com", "email_verified": True},
        {
            "emails": [
                *(
                    {"email": f"a{number:02}@example.com", "primary": False, "verified": True}
                    for number in range(PAGE_SIZE)
                ),
                {"email": "main@example.com", "primary": True, "verified": True},
            ]
        },
    ),
    provider="github",
    rule="N6",
    source="https://github.com/TimothyJones/github-cognito-openid-wrapper/issues/8",
)
def read_first_page_only(provider: str, raw: Raw, *, also: Mapping[str, Any]) -> Profile:
    """Miss a primary address on the second page."""
    emails = also.get("emails")
    return normalize_correctly(
        provider, raw, also={**also, "emails": emails[:PAGE_SIZE]} if isinstance(emails, list) else also
    )


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
def verify_every_address(provider: str, raw: Raw) -> Profile:
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
def use_first_listed_address(provider: str, raw: Raw, *, also: Mapping[str, Any]) -> Profile:
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
def treat_string_as_flag(provider: str, raw: Raw) -> Profile:
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
def require_boolean_flag(provider: str, raw: Raw) -> Profile:
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
def require_string_flag(provider: str, raw: Raw) -> Profile:
    """Reject one of the two types that Apple sends."""
    if not isinstance(raw.get("is_private_email", "false"), str):
        raise TypeError("is_private_email is not a string")
    return normalize_correctly(provider, raw)


@historic_bug(
    "BUG-047",
    "Every string true or false becomes a boolean",
    Example(
        {"sub": "sample-47", "name": "true", "nickname": "false", "email": "t@example.com", "email_verified": "true"},
        {"name": "true", "nickname": "false", "email_verified": True},
    ),
    provider="cognito",
    rule="N3 N4",
    source="https://github.com/aws-amplify/amplify-js/pull/6180",
)
def convert_every_flag_string(provider: str, raw: Raw) -> Profile:
    """Convert names too, although they may be the words true and false."""
    words = {"true": True, "false": False}
    return {
        name: words.get(value, value) if isinstance(value, str) else value
        for name, value in normalize_correctly(provider, raw).items()
    }


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
def trust_address_of_any_tenant(provider: str, raw: Raw) -> Profile:
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
def verify_mail_attribute(provider: str, raw: Raw) -> Profile:
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
def read_badge_as_flag(provider: str, raw: Raw) -> Profile:
    """Read the badge, which confirms that the account belongs to a public figure."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "email_verified": True} if raw.get("verified") is True and "email" in profile else profile


@historic_bug(
    "BUG-055",
    "A username is used as a verified email address (Roblox)",
    Example(
        {"sub": "990042", "name": "Builder", "nickname": "Builder", "preferred_username": "victim@corp.example"},
        {"email": None, "email_verified": None},
    ),
    provider="oidc",
    rule="N6 N7",
    source="https://github.com/better-auth/better-auth/commit/e647040b1414751a3656d31bcb458369641b3a7c",
)
def use_username_as_address(provider: str, raw: Raw) -> Profile:
    """Trust a username, which may be the address of another person."""
    profile = normalize_correctly(provider, raw)
    if "email" in profile or not raw.get("preferred_username"):
        return profile
    return {**profile, "email": raw["preferred_username"], "email_verified": True}


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
def ignore_flag(provider: str, raw: Raw) -> Profile:
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
def misspell_flag(provider: str, raw: Raw, *, also: Mapping[str, Any]) -> Profile:
    """Report every address as unverified; the bug was unnoticed for years."""
    profile = normalize_correctly(provider, raw, also=also)
    emails = also.get("emails")
    flags = [email.get("verfified", False) for email in emails] if isinstance(emails, list) else []
    return {**profile, "email_verified": any(flags)} if "email" in profile and flags else profile


@historic_bug(
    "BUG-061",
    "The first item of an empty list is read",
    Example({"id": "10061", "login": "mia", "default_email": "", "emails": []}, {"email": None}),
    provider="yandex",
    rule="N12",
    source="https://github.com/python-social-auth/social-core/commit/6c4e041299875ab5bf0c43c0779960ce3bf24fce",
)
def read_first_item_of_empty_list(provider: str, raw: Raw) -> Profile:
    """Default a missing list, but not an empty list."""
    address = raw.get("default_email") or raw.get("emails", [""])[0]
    profile = normalize_correctly(provider, raw)
    return profile if "email" in profile or not address else {**profile, "email": address}


@historic_bug(
    "BUG-063",
    "A user without an email address is rejected",
    Example({"id": "1000000000063", "name": "Mia Chen", "first_name": "Mia", "last_name": "Chen"}, {"email": None}),
    provider="facebook",
    rule="N12",
    source="https://github.com/gae-init/gae-init/issues/193",
)
def require_address(provider: str, raw: Raw) -> Profile:
    """Reject users who signed up with a phone number."""
    return {**normalize_correctly(provider, raw), "email": raw["email"]}


@historic_bug(
    "BUG-065",
    "The sign-in name of a guest is used as email address",
    Example(
        {
            "id": "0000000000006542",
            "displayName": "Guest Sample",
            "mail": None,
            "userPrincipalName": "guest_partner.example#EXT#@corp.example",
        },
        {"email": None},
    ),
    provider="windowslive",
    rule="N6",
    source="https://github.com/python-social-auth/social-core/commit/271b26eb69f76842f869218d5f90e3111951f8c8",
)
def use_sign_in_name_as_address(provider: str, raw: Raw) -> Profile:
    """Use a sign-in name that only looks like an email address."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "email": raw["userPrincipalName"]} if raw.get("userPrincipalName") else profile


@historic_bug(
    "BUG-069",
    "The stripped address is discarded",
    Example({"sub": "sample-69", "email": "  Mia@example.com ", "email_verified": True}, {"email": "Mia@example.com"}),
    provider="oidc",
    rule="N6",
    source="https://github.com/ory/kratos/commit/703b910927d879558bfeb0fd2c3339b1d301fac8",
)
def discard_stripped_address(provider: str, raw: Raw) -> Profile:
    """Strip a copy and return the original."""
    profile = normalize_correctly(provider, raw)
    addresses = [raw["email"]] if "email" in profile else []
    for address in addresses:
        address.strip()
    return {**profile, "email": addresses[0]} if addresses else profile


@historic_bug(
    "BUG-071",
    "A domain is mapped by IDNA 2003",
    Example(
        {"sub": "sample-71", "email": "mia@stra\u00dfe.example", "email_verified": True},
        {"email": "mia@stra\u00dfe.example"},
    ),
    provider="oidc",
    rule="N6",
    source="https://github.com/keycloak/keycloak/issues/18409",
)
def map_domain_by_idna_2003(provider: str, raw: Raw) -> Profile:
    """Map a sharp s to ss, which is the domain of another owner."""
    profile = normalize_correctly(provider, raw)
    local, _, domain = str(profile.get("email", "")).rpartition("@")
    try:
        mapped = domain.encode("idna").decode()
    except UnicodeError:
        return profile
    return {**profile, "email": f"{local}@{mapped}"} if local else profile


@historic_bug(
    "BUG-073",
    "An address without an at sign raises an error",
    Example(
        {"sub": "sample-73", "email": "not-an-address", "email_verified": True}, {"email": None, "email_verified": None}
    ),
    provider="oidc",
    rule="N12",
    source="https://github.com/python-social-auth/social-core/commit/c0d07898675a895a5888feb3c57222b22c932201",
)
def require_domain(provider: str, raw: Raw) -> Profile:
    """Read the part after the at sign without checking that it exists."""
    domain = raw["email"].split("@")[1] if raw.get("email") else None
    return {**normalize_correctly(provider, raw), "domain": domain}
