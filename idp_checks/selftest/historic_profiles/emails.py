"""Historic bugs about email addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp_checks.selftest.historic_profiles.bug import (
    Example,
    ProfileDict,
    Raw,
    historic_bug,
    normalize_correctly,
)

__all__: list[str] = []

PAGE_SIZE = 30
"""Addresses on one page of ``/user/emails``, https://docs.github.com/en/rest/users/emails."""


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
def read_error_as_list(provider: str, raw: Raw, *, also: Mapping[str, Any]) -> ProfileDict:
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
def read_first_page_only(provider: str, raw: Raw, *, also: Mapping[str, Any]) -> ProfileDict:
    """Miss a primary address on the second page."""
    emails = also.get("emails")
    return normalize_correctly(
        provider, raw, also={**also, "emails": emails[:PAGE_SIZE]} if isinstance(emails, list) else also
    )


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
def convert_every_flag_string(provider: str, raw: Raw) -> ProfileDict:
    """Convert names too, although they may be the words true and false."""
    words = {"true": True, "false": False}
    return {
        name: words.get(value, value) if isinstance(value, str) else value
        for name, value in normalize_correctly(provider, raw).items()
    }


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
def use_username_as_address(provider: str, raw: Raw) -> ProfileDict:
    """Trust a username, which may be the address of another person."""
    profile = normalize_correctly(provider, raw)
    if "email" in profile or not raw.get("preferred_username"):
        return profile
    return {**profile, "email": raw["preferred_username"], "email_verified": True}


@historic_bug(
    "BUG-061",
    "The first item of an empty list is read",
    Example({"id": "10061", "login": "mia", "default_email": "", "emails": []}, {"email": None}),
    provider="yandex",
    rule="N12",
    source="https://github.com/python-social-auth/social-core/commit/6c4e041299875ab5bf0c43c0779960ce3bf24fce",
)
def read_first_item_of_empty_list(provider: str, raw: Raw) -> ProfileDict:
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
def require_address(provider: str, raw: Raw) -> ProfileDict:
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
def use_sign_in_name_as_address(provider: str, raw: Raw) -> ProfileDict:
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
def discard_stripped_address(provider: str, raw: Raw) -> ProfileDict:
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
def map_domain_by_idna_2003(provider: str, raw: Raw) -> ProfileDict:
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
def require_domain(provider: str, raw: Raw) -> ProfileDict:
    """Read the part after the at sign without checking that it exists."""
    domain = raw["email"].split("@")[1] if raw.get("email") else None
    return {**normalize_correctly(provider, raw), "domain": domain}
