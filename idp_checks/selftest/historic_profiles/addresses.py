"""Historic mistakes about e-mail addresses, and about who vouches for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp_checks.selftest.historic_profiles.wrong import Example, Profile, Raw, right, under, wrong

__all__: list[str] = []

PAGE = 30
"""Addresses on a page of ``/user/emails``, https://docs.github.com/en/rest/users/emails."""


@wrong(
    "BUG-027",
    "A public address is never asked about",
    Example(
        {"id": 27, "login": "mia", "email": "mia@example.com"},
        {"email": "mia@example.com", "email_verified": True},
        {"emails": [{"email": "mia@example.com", "primary": True, "verified": True, "visibility": "public"}]},
    ),
    provider="github",
    rule="N7",
    source="https://github.com/better-auth/better-auth/commit/fcb43aa7b96428319e67605494758cbfc4c14965",
)
def public_address_is_unverified(provider: str, raw: Raw, *, also: Mapping[str, Any]) -> Profile:
    """The list with the flags is read only where the profile has no address."""
    out = right(provider, raw, also=also)
    return {**out, "email": raw["email"].strip(), "email_verified": False} if raw.get("email") else out


@wrong(
    "BUG-029",
    "A refusal read as a list of addresses",
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
def refusal_for_a_list(provider: str, raw: Raw, *, also: Mapping[str, Any]) -> Profile:
    """Without the scope there is an object in its place."""
    for each in also.get("emails") or ():
        each.get("email")
    return right(provider, raw, also=also)


@wrong(
    "BUG-031",
    "The first page of addresses alone",
    Example(
        {"id": 31, "login": "many", "email": None},
        {"email": "main@example.com", "email_verified": True},
        {
            "emails": [
                *({"email": f"a{number:02}@example.com", "primary": False, "verified": True} for number in range(PAGE)),
                {"email": "main@example.com", "primary": True, "verified": True},
            ]
        },
    ),
    provider="github",
    rule="N6",
    source="https://github.com/TimothyJones/github-cognito-openid-wrapper/issues/8",
)
def first_page_alone(provider: str, raw: Raw, *, also: Mapping[str, Any]) -> Profile:
    """The primary address may stand on the second."""
    listed = also.get("emails")
    return right(provider, raw, also={**also, "emails": listed[:PAGE]} if isinstance(listed, list) else also)


@wrong(
    "BUG-033",
    "Every address of a self-managed server is verified",
    Example(
        {"id": 33, "username": "mal", "name": "Mal", "email": "victim@corp.example", "confirmed_at": None},
        {"email": "victim@corp.example", "email_verified": None},
    ),
    provider="gitlab",
    rule="N7",
    source="https://github.com/Devlaner/devlane/issues/153",
)
def address_is_proof(provider: str, raw: Raw) -> Profile:
    """Anybody can write any address there."""
    out = right(provider, raw)
    return {**out, "email_verified": True} if "email" in out else out


@wrong(
    "BUG-035",
    "Any listed address, whatever its flag",
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
def any_listed_address(provider: str, raw: Raw, *, also: Mapping[str, Any]) -> Profile:
    """An address is added to one's own list, and its owner's account is opened."""
    out = right(provider, raw, also=also)
    listed = also.get("emails")
    if not isinstance(listed, list) or not listed or not listed[0].get("email"):
        return out
    return {**out, "email": listed[0]["email"], "email_verified": True}


@wrong(
    "BUG-041",
    "The text false is true",
    Example(
        {"sub": "sample-41", "email": "victim@corp.example", "email_verified": "false"},
        {"email": "victim@corp.example", "email_verified": False},
    ),
    provider="cognito",
    rule="N7 M1",
    source="https://github.com/better-auth/better-auth/commit/fdef997eb944d85254816f7a4b2d76c06e9b8ec7",
)
def any_text_is_true(provider: str, raw: Raw) -> Profile:
    """Texts that are not empty are true in most languages."""
    out = right(provider, raw)
    return {**out, "email_verified": bool(raw["email_verified"])} if "email" in out and "email_verified" in raw else out


@wrong(
    "BUG-043",
    "A flag that comes as a text is refused",
    Example({"sub": "sample-43", "email": "mia@example.com", "email_verified": "true"}, {"email_verified": True}),
    provider="cognito",
    rule="N12",
    source="https://github.com/pomerium/pomerium/pull/792",
)
def flag_must_be_boolean(provider: str, raw: Raw) -> Profile:
    """Userinfo of this provider writes the flag as a text: nobody gets in."""
    if not isinstance(raw.get("email_verified", False), bool):
        raise TypeError("email_verified is no boolean")
    return right(provider, raw)


@wrong(
    "BUG-045",
    "A flag that comes as a boolean is refused",
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
def flag_must_be_text(provider: str, raw: Raw) -> Profile:
    """Apple writes it both ways."""
    if not isinstance(raw.get("is_private_email", "false"), str):
        raise TypeError("is_private_email is no text")
    return right(provider, raw)


@wrong(
    "BUG-047",
    "Every text true or false becomes a boolean",
    Example(
        {"sub": "sample-47", "name": "true", "nickname": "false", "email": "t@example.com", "email_verified": "true"},
        {"name": "true", "nickname": "false", "email_verified": True},
    ),
    provider="cognito",
    rule="N3 N4",
    source="https://github.com/aws-amplify/amplify-js/pull/6180",
)
def every_flag_like_text_is_a_boolean(provider: str, raw: Raw) -> Profile:
    """A person may be called so."""
    words = {"true": True, "false": False}
    return {
        name: words.get(each, each) if isinstance(each, str) else each for name, each in right(provider, raw).items()
    }


@wrong(
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
def address_of_any_tenant(provider: str, raw: Raw) -> Profile:
    """Every tenant writes what it likes there."""
    out = right(provider, raw)
    return {**under(out, out["email"]), "email_verified": True} if "email" in out else out


@wrong(
    "BUG-051",
    "mail of Graph taken as proof",
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
def mail_is_proof(provider: str, raw: Raw) -> Profile:
    """The attribute is free for the owner of the directory."""
    out = right(provider, raw)
    return {**out, "email_verified": True} if raw.get("mail") and "email" in out else out


@wrong(
    "BUG-053",
    "The badge of the account for the flag of the address",
    Example(
        {"id": "1000000000053", "name": "Mia Chen", "email": "mia@example.com", "verified": True},
        {"email": "mia@example.com", "email_verified": None},
    ),
    provider="facebook",
    rule="N7 M3",
    source="https://github.com/hybridauth/hybridauth/commit/adfec27456a168bc9c677b0f8f062bec3c2e9f5f",
)
def badge_is_proof(provider: str, raw: Raw) -> Profile:
    """The badge says that the person is famous."""
    out = right(provider, raw)
    return {**out, "email_verified": True} if raw.get("verified") is True and "email" in out else out


@wrong(
    "BUG-055",
    "A username for an address, and verified at that (Roblox)",
    Example(
        {"sub": "990042", "name": "Builder", "nickname": "Builder", "preferred_username": "victim@corp.example"},
        {"email": None, "email_verified": None},
    ),
    provider="oidc",
    rule="N6 N7",
    source="https://github.com/better-auth/better-auth/commit/e647040b1414751a3656d31bcb458369641b3a7c",
)
def username_for_address(provider: str, raw: Raw) -> Profile:
    """A person can choose somebody's address for a name."""
    out = right(provider, raw)
    if "email" in out or not raw.get("preferred_username"):
        return out
    return {**out, "email": raw["preferred_username"], "email_verified": True}


@wrong(
    "BUG-057",
    "The flag is dropped, and its meaning assumed",
    Example(
        {"id": "900000000000000057", "username": "mal", "email": "victim@corp.example", "verified": False},
        {"email": "victim@corp.example", "email_verified": False},
    ),
    provider="discord",
    rule="N7 M1",
    source="https://github.com/deanpcmad/omniauth-discord/issues/13",
)
def flag_dropped(provider: str, raw: Raw) -> Profile:
    """The address goes on as if it had been proved."""
    out = right(provider, raw)
    return {**out, "email_verified": True} if "email" in out else out


@wrong(
    "BUG-059",
    "A misspelt member (Eventbrite, shown on GitHub's list)",
    Example(
        {"id": 59, "login": "mia", "email": None},
        {"email": "mia@example.com", "email_verified": True},
        {"emails": [{"email": "mia@example.com", "primary": True, "verified": True}]},
    ),
    provider="github",
    rule="N7",
    source="https://github.com/pennersr/django-allauth/commit/16a5221f64384c95d7de43291a92c72b1e0aebb1",
)
def misspelt_flag(provider: str, raw: Raw, *, also: Mapping[str, Any]) -> Profile:
    """No address was verified, for years."""
    out = right(provider, raw, also=also)
    listed = also.get("emails")
    flags = [each.get("verfified", False) for each in listed] if isinstance(listed, list) else []
    return {**out, "email_verified": any(flags)} if "email" in out and flags else out


@wrong(
    "BUG-061",
    "An empty list of addresses",
    Example({"id": "10061", "login": "mia", "default_email": "", "emails": []}, {"email": None}),
    provider="yandex",
    rule="N12",
    source="https://github.com/python-social-auth/social-core/commit/6c4e041299875ab5bf0c43c0779960ce3bf24fce",
)
def first_of_an_empty_list(provider: str, raw: Raw) -> Profile:
    """The default stands for a missing list, not for an empty one."""
    address = raw.get("default_email") or raw.get("emails", [""])[0]
    out = right(provider, raw)
    return out if "email" in out or not address else {**out, "email": address}


@wrong(
    "BUG-063",
    "A user without an address",
    Example({"id": "1000000000063", "name": "Mia Chen", "first_name": "Mia", "last_name": "Chen"}, {"email": None}),
    provider="facebook",
    rule="N12",
    source="https://github.com/gae-init/gae-init/issues/193",
)
def address_always_there(provider: str, raw: Raw) -> Profile:
    """Who signed up by telephone has none."""
    return {**right(provider, raw), "email": raw["email"]}


@wrong(
    "BUG-065",
    "The sign-in name of a guest as an address",
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
def sign_in_name_for_address(provider: str, raw: Raw) -> Profile:
    """It only looks like one."""
    out = right(provider, raw)
    return {**out, "email": raw["userPrincipalName"]} if raw.get("userPrincipalName") else out


@wrong(
    "BUG-069",
    "The tidied address lost in a loop",
    Example({"sub": "sample-69", "email": "  Mia@example.com ", "email_verified": True}, {"email": "Mia@example.com"}),
    provider="oidc",
    rule="N6",
    source="https://github.com/ory/kratos/commit/703b910927d879558bfeb0fd2c3339b1d301fac8",
)
def tidied_copy_is_lost(provider: str, raw: Raw) -> Profile:
    """What is tidied is a copy, and what is kept is not."""
    out = right(provider, raw)
    kept = [raw["email"]] if "email" in out else []
    for address in kept:
        address.strip()
    return {**out, "email": kept[0]} if kept else out


@wrong(
    "BUG-071",
    "A domain rewritten by the mapping of IDNA 2003",
    Example(
        {"sub": "sample-71", "email": "mia@stra\u00dfe.example", "email_verified": True},
        {"email": "mia@stra\u00dfe.example"},
    ),
    provider="oidc",
    rule="N6",
    source="https://github.com/keycloak/keycloak/issues/18409",
)
def domain_by_old_mapping(provider: str, raw: Raw) -> Profile:
    """Sharp s becomes ss, and the domain somebody else's."""
    out = right(provider, raw)
    local, _, domain = str(out.get("email", "")).rpartition("@")
    try:
        mapped = domain.encode("idna").decode()
    except UnicodeError:
        return out
    return {**out, "email": f"{local}@{mapped}"} if local else out


@wrong(
    "BUG-073",
    "An address without an at sign",
    Example(
        {"sub": "sample-73", "email": "not-an-address", "email_verified": True}, {"email": None, "email_verified": None}
    ),
    provider="oidc",
    rule="N12",
    source="https://github.com/python-social-auth/social-core/commit/c0d07898675a895a5888feb3c57222b22c932201",
)
def domain_always_there(provider: str, raw: Raw) -> Profile:
    """The part behind it is taken unseen."""
    domain = raw["email"].split("@")[1] if raw.get("email") else None
    return {**right(provider, raw), "domain": domain}
