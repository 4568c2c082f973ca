"""Normalisers that are each wrong in one named way: for each rule the mistakes that it is made for.

They come from no particular report. Those that do are in ``historic_profiles``.
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Callable
from typing import Any, TypeAlias

from idp_checks.selftest.historic_profiles.wrong import Profile, Raw, ident, right, under

__all__ = ["MISTAKES"]

Mistaken: TypeAlias = Callable[[str, Raw], Any]

KNOWN = (
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


def id_through_a_float(provider: str, raw: Raw) -> Profile:
    """A parser of JSON whose numbers are floats."""
    out = right(provider, raw)
    return under(out, f"{float(ident(out)):.0f}") if ident(out).isdigit() else out


def id_in_lower_case(provider: str, raw: Raw) -> Profile:
    """An identifier taken for a name."""
    out = right(provider, raw)
    return {**out, "user_id": out["user_id"].lower()}


def address_as_id(provider: str, raw: Raw) -> Profile:
    """Whoever gets the address gets the account."""
    out = right(provider, raw)
    return under(out, out.get("email") or ident(out))


def id_cut_at_a_bar(provider: str, raw: Raw) -> Profile:
    """A user_id taken apart at its last bar somewhere on the way."""
    out = right(provider, raw)
    return under(out, out["user_id"].rpartition("|")[2])


def id_without_provider(provider: str, raw: Raw) -> Profile:
    """Two providers' 42 are one user."""
    out = right(provider, raw)
    return {**out, "user_id": ident(out)}


def no_picture(provider: str, raw: Raw) -> Profile:
    """A picture left out where the provider sends none."""
    out = right(provider, raw)
    return {name: each for name, each in out.items() if name != "picture" or "gravatar" not in each}


def blank_name(provider: str, raw: Raw) -> Profile:
    """A name that is a blank text where there is none."""
    return {**right(provider, raw), "name": raw.get("name") or ""}


def username_for_name(provider: str, raw: Raw) -> Profile:
    """The username wins over the full name."""
    out = right(provider, raw)
    return {**out, "name": out["nickname"]}


def name_for_nickname(provider: str, raw: Raw) -> Profile:
    """The full name wins over the username."""
    out = right(provider, raw)
    return {**out, "nickname": out["name"]}


def script_for_a_picture(provider: str, raw: Raw) -> Profile:
    """Whatever stands there is taken for a picture."""
    out = right(provider, raw)
    given = next(
        (raw[name] for name in ("picture", "avatar_url") if isinstance(raw.get(name), str) and ":" in raw[name]), None
    )
    return {**out, "picture": given.strip() if given else out["picture"]}


def gravatar_of_the_id(provider: str, raw: Raw) -> Profile:
    """A Gravatar whose hash is not that of the address."""
    out = right(provider, raw)
    if "gravatar" not in out["picture"]:
        return out
    digest = hashlib.md5(out["user_id"].encode(), usedforsecurity=False).hexdigest()
    return {**out, "picture": f"https://www.gravatar.com/avatar/{digest}"}


def placeholder_address(provider: str, raw: Raw) -> Profile:
    """An address made up where there is none."""
    out = right(provider, raw)
    return {**out, "email": out.get("email") or f"{ident(out)}@users.noreply.example.com"}


def address_in_lower_case(provider: str, raw: Raw) -> Profile:
    """An address in lower case: two mailboxes may become one."""
    out = right(provider, raw)
    return {**out, "email": out["email"].lower()} if "email" in out else out


def any_text_for_an_address(provider: str, raw: Raw) -> Profile:
    """Whatever stands under email is taken for an address."""
    out = right(provider, raw)
    return {**out, "email": raw["email"].strip()} if isinstance(raw.get("email"), str) and raw["email"].strip() else out


def truthy_flag(provider: str, raw: Raw) -> Profile:
    """A flag by its truth as a value: the text false is true."""
    out = right(provider, raw)
    flag = next((raw[name] for name in ("email_verified", "verified_email") if name in raw), None)
    return {**out, "email_verified": bool(flag)} if flag is not None and "email" in out else out


def verified_by_default(provider: str, raw: Raw) -> Profile:
    """An address that comes from a provider must be good."""
    out = right(provider, raw)
    return {**out, "email_verified": out.get("email_verified", True)} if "email" in out else out


def flag_of_something_else(provider: str, raw: Raw) -> Profile:
    """The badge of the account for the flag of the address."""
    out = right(provider, raw)
    return {**out, "email_verified": True} if raw.get("verified") or raw.get("is_verified") else out


def flag_without_an_address(provider: str, raw: Raw) -> Profile:
    """The flag stays where the address was dropped."""
    out = right(provider, raw)
    return {**out, "email_verified": True} if raw.get("email_verified") is True else out


def split_name(provider: str, raw: Raw) -> Profile:
    """The first word for the given name, the rest for the family name."""
    out = right(provider, raw)
    given, _, family = out["name"].partition(" ")
    return {"given_name": given, "family_name": family, **out}


def texts_made_of_nothing(provider: str, raw: Raw) -> Profile:
    """A text made of what is not there: None."""
    out = right(provider, raw)
    return {**out, "given_name": str(out.get("given_name"))}


def null_is_not_absent(provider: str, raw: Raw) -> Profile:
    """A default for a member that is missing, and another for one that is null."""
    out = right(provider, raw)
    return {**out, "name": "User"} if "name" in raw and not raw["name"] else out


def drops_unknown_members(provider: str, raw: Raw) -> Profile:
    """Only what the program knows survives."""
    out = right(provider, raw)
    return {name: out[name] for name in KNOWN if name in out}


def changes_other_members(provider: str, raw: Raw) -> Profile:
    """Booleans and numbers written as texts."""
    return {
        name: each if name in ("email_verified", "identities") or isinstance(each, str | dict | list) else str(each)
        for name, each in right(provider, raw).items()
    }


def whole_user_id_in_identities(provider: str, raw: Raw) -> Profile:
    """The provider's name and a bar in an account's own identifier."""
    out = right(provider, raw)
    return {**out, "identities": [{**each, "user_id": out["user_id"]} for each in out["identities"]]}


def changes_its_input(provider: str, raw: Raw) -> Profile:
    """Members are taken out of the input, and others put in."""
    out = right(provider, raw)
    raw.pop("email", None)
    raw["seen"] = True
    return out


_calls: list[str] = []


def remembers(provider: str, raw: Raw) -> Profile:
    """The second answer is not the first."""
    _calls.append(provider)
    return {**right(provider, raw), "login_count": len(_calls)}


def stumbles_over_absence(provider: str, raw: Raw) -> Profile:
    """A member taken for granted."""
    return {**right(provider, raw), "raw_email": raw["email"]}


def takes_anything(provider: str, raw: Raw) -> Profile:
    """An error answer becomes a user whose identifier is None."""
    try:
        return right(provider, raw)
    except Exception:  # noqa: BLE001 - the mistake
        return {
            "user_id": f"{provider}|{raw.get('id')}",
            "name": "x",
            "nickname": "x",
            "picture": "https://www.gravatar.com/avatar/",
        }


def token_in_the_profile(provider: str, raw: Raw) -> Profile:
    """The raw profile is poured in whole."""
    out = right(provider, raw)
    return {**{name: each for name, each in raw.items() if name in ("access_token", "refresh_token")}, **out}


def token_deep_in_the_profile(provider: str, raw: Raw) -> Profile:
    """The raw profile is kept beside the normalised one."""
    return {**right(provider, raw), "_raw": copy.deepcopy(raw)}


def token_in_an_error(provider: str, raw: Raw) -> Profile:
    """An error that shows what it was given."""
    try:
        return right(provider, raw)
    except Exception as error:
        raise ValueError(f"cannot read {raw!r}") from error


def returns_nothing(provider: str, raw: Raw) -> None:
    """A function that forgot to return."""
    right(provider, raw)


def squeezes_names(provider: str, raw: Raw) -> Profile:
    """Letters beyond ASCII are thrown away."""
    out = right(provider, raw)
    return {**out, "name": re.sub(r"[^ -~]", "", out["name"]) or "?"}


def username_as_id(provider: str, raw: Raw) -> Profile:
    """The username for the identifier, which whoever takes over the name takes over too."""
    out = right(provider, raw)
    return under(out, out["nickname"])


def verified_whatever_is_said(provider: str, raw: Raw) -> Profile:
    """A provider's word for an address taken as given once and for all."""
    out = right(provider, raw)
    return {**out, "email_verified": True} if "email" in out else out


def member_nobody_documents(provider: str, raw: Raw) -> Profile:
    """A member believed for its name, though the provider documents none of that name."""
    out = right(provider, raw)
    return {**out, "nickname": raw["nickname"]} if isinstance(raw.get("nickname"), str) and raw["nickname"] else out


def first_member_wins(provider: str, raw: Raw) -> Profile:
    """The first of two members counts, whichever it is."""
    out = right(provider, raw)
    return {**out, "name": next((raw[each] for each in raw if each in ("name", "login") and raw[each]), out["name"])}


MISTAKES: tuple[tuple[Mistaken, str, str], ...] = (
    (id_through_a_float, "N1", "github"),
    (id_in_lower_case, "N1", "google-oauth2"),
    (address_as_id, "N1", "github"),
    (id_cut_at_a_bar, "N1", "google-oauth2"),
    (id_without_provider, "N1", "github"),
    (no_picture, "N2", "github"),
    (blank_name, "N2", "github"),
    (username_for_name, "N3", "github"),
    (squeezes_names, "N3", "github"),
    (name_for_nickname, "N4", "github"),
    (script_for_a_picture, "N5", "github"),
    (gravatar_of_the_id, "N5", "github"),
    (placeholder_address, "N6", "github"),
    (address_in_lower_case, "N6", "github"),
    (any_text_for_an_address, "N6", "github"),
    (truthy_flag, "N7", "google-oauth2"),
    (verified_by_default, "N7", "github"),
    (flag_of_something_else, "N7", "github"),
    (flag_without_an_address, "N7", "google-oauth2"),
    (split_name, "N8", "github"),
    (texts_made_of_nothing, "N9", "github"),
    (null_is_not_absent, "N9", "github"),
    (drops_unknown_members, "N10", "github"),
    (changes_other_members, "N10", "github"),
    (whole_user_id_in_identities, "N11", "github"),
    (changes_its_input, "N12", "github"),
    (remembers, "N12", "github"),
    (stumbles_over_absence, "N12", "github"),
    (takes_anything, "N12", "github"),
    (returns_nothing, "N12", "github"),
    (token_in_the_profile, "N13", "github"),
    (token_deep_in_the_profile, "N13", "github"),
    (token_in_an_error, "N13", "github"),
    (verified_whatever_is_said, "M1", "google-oauth2"),
    (username_as_id, "M2", "github"),
    (member_nobody_documents, "M3", "github"),
    (first_member_wins, "M4", "github"),
    (null_is_not_absent, "M5", "github"),
    (id_through_a_float, "M6", "github"),
)
"""Each mistake, the rule that must object to it, and a provider that shows it."""
