"""Normalizers with one mistake each, and the rule that must catch it.

These mistakes do not come from a particular report; those that do are in ``historic_profiles``.
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Callable
from typing import Any, TypeAlias

from idp_checks.selftest.historic_profiles.bug import ProfileDict, Raw, bare_id, normalize_correctly, with_id

__all__ = ["MISTAKES"]

MistakenFunction: TypeAlias = Callable[[str, Raw], Any]

STANDARD_FIELDS = (
    "user_id",
    "name",
    "nickname",
    "picture",
    "email",
    "email_verified",
    "given_name",
    "family_name",
    "identities",
)


def parse_id_as_float(provider: str, raw: Raw) -> ProfileDict:
    """Parse JSON numbers as floats."""
    profile = normalize_correctly(provider, raw)
    identifier = bare_id(profile)
    return with_id(profile, f"{float(identifier):.0f}") if identifier.isdigit() else profile


def lowercase_id(provider: str, raw: Raw) -> ProfileDict:
    """Convert the identifier to lower case, like a name."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "user_id": profile["user_id"].lower()}


def use_email_as_id(provider: str, raw: Raw) -> ProfileDict:
    """Use the email address as identifier, which gives the account to its next owner."""
    profile = normalize_correctly(provider, raw)
    return with_id(profile, profile.get("email") or bare_id(profile))


def split_id_at_bar(provider: str, raw: Raw) -> ProfileDict:
    """Split user_id at its last bar."""
    profile = normalize_correctly(provider, raw)
    return with_id(profile, profile["user_id"].rpartition("|")[2])


def omit_provider_from_id(provider: str, raw: Raw) -> ProfileDict:
    """Merge the users of two providers that have the same identifier."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "user_id": bare_id(profile)}


def omit_picture(provider: str, raw: Raw) -> ProfileDict:
    """Omit the picture if the provider does not send one."""
    profile = normalize_correctly(provider, raw)
    return {name: value for name, value in profile.items() if name != "picture" or "gravatar" not in value}


def return_blank_name(provider: str, raw: Raw) -> ProfileDict:
    """Return an empty string for a missing name."""
    return {**normalize_correctly(provider, raw), "name": raw.get("name") or ""}


def prefer_username_as_name(provider: str, raw: Raw) -> ProfileDict:
    """Prefer the username to the full name."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "name": profile["nickname"]}


def prefer_name_as_nickname(provider: str, raw: Raw) -> ProfileDict:
    """Prefer the full name to the username."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "nickname": profile["name"]}


def accept_any_url_as_picture(provider: str, raw: Raw) -> ProfileDict:
    """Accept any URL as a picture, including a script."""
    profile = normalize_correctly(provider, raw)
    urls = (raw[name] for name in ("picture", "avatar_url") if isinstance(raw.get(name), str) and ":" in raw[name])
    url = next(urls, None)
    return {**profile, "picture": url.strip() if url else profile["picture"]}


def hash_id_for_gravatar(provider: str, raw: Raw) -> ProfileDict:
    """Build the Gravatar URL from the identifier instead of the email address."""
    profile = normalize_correctly(provider, raw)
    if "gravatar" not in profile["picture"]:
        return profile
    digest = hashlib.md5(profile["user_id"].encode(), usedforsecurity=False).hexdigest()
    return {**profile, "picture": f"https://www.gravatar.com/avatar/{digest}"}


def invent_email(provider: str, raw: Raw) -> ProfileDict:
    """Return a placeholder for a missing email address."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "email": profile.get("email") or f"{bare_id(profile)}@users.noreply.example.com"}


def lowercase_email(provider: str, raw: Raw) -> ProfileDict:
    """Convert the email address to lower case, which may merge two mailboxes."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "email": profile["email"].lower()} if "email" in profile else profile


def accept_any_string_as_email(provider: str, raw: Raw) -> ProfileDict:
    """Accept any string as an email address."""
    profile = normalize_correctly(provider, raw)
    email = raw.get("email")
    return {**profile, "email": email.strip()} if isinstance(email, str) and email.strip() else profile


def read_flag_by_truth(provider: str, raw: Raw) -> ProfileDict:
    """Convert the flag to a boolean, so the string false becomes true."""
    profile = normalize_correctly(provider, raw)
    flag = next((raw[name] for name in ("email_verified", "verified_email") if name in raw), None)
    return {**profile, "email_verified": bool(flag)} if flag is not None and "email" in profile else profile


def default_to_verified(provider: str, raw: Raw) -> ProfileDict:
    """Treat an address without a flag as verified."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "email_verified": profile.get("email_verified", True)} if "email" in profile else profile


def read_account_flag(provider: str, raw: Raw) -> ProfileDict:
    """Read the badge of the account as the flag of the address."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "email_verified": True} if raw.get("verified") or raw.get("is_verified") else profile


def return_flag_without_email(provider: str, raw: Raw) -> ProfileDict:
    """Return the flag although the address was omitted."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "email_verified": True} if raw.get("email_verified") is True else profile


def split_name(provider: str, raw: Raw) -> ProfileDict:
    """Split the full name into given and family name at the first space."""
    profile = normalize_correctly(provider, raw)
    given_name, _, family_name = profile["name"].partition(" ")
    return {"given_name": given_name, "family_name": family_name, **profile}


def format_missing_name(provider: str, raw: Raw) -> ProfileDict:
    """Format a missing name as the string None."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "given_name": str(profile.get("given_name"))}


def distinguish_null_from_missing(provider: str, raw: Raw) -> ProfileDict:
    """Use different defaults for a missing field and for null."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "name": "User"} if "name" in raw and not raw["name"] else profile


def drop_other_fields(provider: str, raw: Raw) -> ProfileDict:
    """Drop every field that is not a standard field."""
    profile = normalize_correctly(provider, raw)
    return {name: profile[name] for name in STANDARD_FIELDS if name in profile}


def convert_other_fields(provider: str, raw: Raw) -> ProfileDict:
    """Convert booleans and numbers to strings."""
    return {
        name: value if name in ("email_verified", "identities") or isinstance(value, str | dict | list) else str(value)
        for name, value in normalize_correctly(provider, raw).items()
    }


def repeat_provider_in_identities(provider: str, raw: Raw) -> ProfileDict:
    """Include the provider's name in the identifier of a linked account."""
    profile = normalize_correctly(provider, raw)
    identities = [{**identity, "user_id": profile["user_id"]} for identity in profile["identities"]]
    return {**profile, "identities": identities}


def modify_input(provider: str, raw: Raw) -> ProfileDict:
    """Remove fields from the input, and add others."""
    profile = normalize_correctly(provider, raw)
    raw.pop("email", None)
    raw["seen"] = True
    return profile


_calls: list[str] = []


def count_calls(provider: str, raw: Raw) -> ProfileDict:
    """Return a different profile for every call."""
    _calls.append(provider)
    return {**normalize_correctly(provider, raw), "login_count": len(_calls)}


def require_email(provider: str, raw: Raw) -> ProfileDict:
    """Read an optional field without checking that it exists."""
    return {**normalize_correctly(provider, raw), "raw_email": raw["email"]}


def accept_error_response(provider: str, raw: Raw) -> ProfileDict:
    """Turn an error response into a user with the identifier None."""
    try:
        return normalize_correctly(provider, raw)
    except Exception:  # noqa: BLE001 - the mistake
        return {
            "user_id": f"{provider}|{raw.get('id')}",
            "name": "x",
            "nickname": "x",
            "picture": "https://www.gravatar.com/avatar/",
        }


def leak_token(provider: str, raw: Raw) -> ProfileDict:
    """Copy every field of the raw profile, including tokens."""
    profile = normalize_correctly(provider, raw)
    return {**{name: value for name, value in raw.items() if name in ("access_token", "refresh_token")}, **profile}


def leak_nested_token(provider: str, raw: Raw) -> ProfileDict:
    """Include the raw profile in the normalized profile."""
    return {**normalize_correctly(provider, raw), "_raw": copy.deepcopy(raw)}


def leak_token_in_error(provider: str, raw: Raw) -> ProfileDict:
    """Include the input in an error message."""
    try:
        return normalize_correctly(provider, raw)
    except Exception as error:
        raise ValueError(f"cannot read {raw!r}") from error


def return_nothing(provider: str, raw: Raw) -> None:
    """Forget to return the profile."""
    normalize_correctly(provider, raw)


def remove_non_ascii(provider: str, raw: Raw) -> ProfileDict:
    """Remove non-ASCII letters."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "name": re.sub(r"[^ -~]", "", profile["name"]) or "?"}


def use_username_as_id(provider: str, raw: Raw) -> ProfileDict:
    """Use the username as identifier, which gives the account to its next owner."""
    profile = normalize_correctly(provider, raw)
    return with_id(profile, profile["nickname"])


def ignore_verified_flag(provider: str, raw: Raw) -> ProfileDict:
    """Treat every address of a provider as verified."""
    profile = normalize_correctly(provider, raw)
    return {**profile, "email_verified": True} if "email" in profile else profile


def trust_undocumented_field(provider: str, raw: Raw) -> ProfileDict:
    """Trust a field because of its name, although the provider does not document it."""
    profile = normalize_correctly(provider, raw)
    nickname = raw.get("nickname")
    return {**profile, "nickname": nickname} if isinstance(nickname, str) and nickname else profile


def use_first_field(provider: str, raw: Raw) -> ProfileDict:
    """Use the first of two fields, in the order of the response."""
    profile = normalize_correctly(provider, raw)
    values = (raw[name] for name in raw if name in ("name", "login") and raw[name])
    return {**profile, "name": next(values, profile["name"])}


MISTAKES: tuple[tuple[MistakenFunction, str, str], ...] = (
    (parse_id_as_float, "N1", "github"),
    (lowercase_id, "N1", "google-oauth2"),
    (use_email_as_id, "N1", "github"),
    (split_id_at_bar, "N1", "google-oauth2"),
    (omit_provider_from_id, "N1", "github"),
    (omit_picture, "N2", "github"),
    (return_blank_name, "N2", "github"),
    (prefer_username_as_name, "N3", "github"),
    (remove_non_ascii, "N3", "github"),
    (prefer_name_as_nickname, "N4", "github"),
    (accept_any_url_as_picture, "N5", "github"),
    (hash_id_for_gravatar, "N5", "github"),
    (invent_email, "N6", "github"),
    (lowercase_email, "N6", "github"),
    (accept_any_string_as_email, "N6", "github"),
    (read_flag_by_truth, "N7", "google-oauth2"),
    (default_to_verified, "N7", "github"),
    (read_account_flag, "N7", "github"),
    (return_flag_without_email, "N7", "google-oauth2"),
    (split_name, "N8", "github"),
    (format_missing_name, "N9", "github"),
    (distinguish_null_from_missing, "N9", "github"),
    (drop_other_fields, "N10", "github"),
    (convert_other_fields, "N10", "github"),
    (repeat_provider_in_identities, "N11", "github"),
    (modify_input, "N12", "github"),
    (count_calls, "N12", "github"),
    (require_email, "N12", "github"),
    (accept_error_response, "N12", "github"),
    (return_nothing, "N12", "github"),
    (leak_token, "N13", "github"),
    (leak_nested_token, "N13", "github"),
    (leak_token_in_error, "N13", "github"),
    (ignore_verified_flag, "M1", "google-oauth2"),
    (use_username_as_id, "M2", "github"),
    (trust_undocumented_field, "M3", "github"),
    (use_first_field, "M4", "github"),
    (distinguish_null_from_missing, "M5", "github"),
    (parse_id_as_float, "M6", "github"),
)
"""Each mistake, the rule that must catch it, and a provider that shows it."""
