"""Normalisers that are each wrong in one named way: tests of the tests.

``WRONG`` says for each which rule must object to it. The mistakes are those of real programs.
"""

from __future__ import annotations

import copy
import hashlib
import re

from idp_checks import normalize

CANARY_NAMES = ("access_token", "refresh_token")


def right(provider, raw):
    """Nothing wrong: ours, as a plain function."""
    return normalize(provider, raw).to_dict()


def id_through_a_float(provider, raw):
    """A parser of JSON whose numbers are floats."""
    out = right(provider, raw)
    name, _, ident = out["user_id"].partition("|")
    return {**out, "user_id": f"{name}|{float(ident):.0f}" if ident.isdigit() else out["user_id"]}


def id_in_lower_case(provider, raw):
    """An identifier taken for a name."""
    out = right(provider, raw)
    return {**out, "user_id": out["user_id"].lower()}


def address_as_id(provider, raw):
    """Whoever gets the address gets the account."""
    out = right(provider, raw)
    return {**out, "user_id": f"{provider}|{out.get('email') or out['user_id'].partition('|')[2]}"}


def id_cut_at_a_bar(provider, raw):
    """``user_id.split("|")[-1]`` somewhere on the way."""
    out = right(provider, raw)
    return {**out, "user_id": f"{provider}|{out['user_id'].rsplit('|', 1)[-1]}"}


def id_without_provider(provider, raw):
    """Two providers' 42 are one user."""
    out = right(provider, raw)
    return {**out, "user_id": out["user_id"].partition("|")[2]}


def no_picture(provider, raw):
    """Left out where the provider sends none."""
    out = right(provider, raw)
    return {name: each for name, each in out.items() if name != "picture" or "gravatar" not in each}


def blank_name(provider, raw):
    """``raw.get("name", "")``."""
    out = right(provider, raw)
    return {**out, "name": raw.get("name") or ""}


def username_for_name(provider, raw):
    """The username wins over the full name."""
    out = right(provider, raw)
    return {**out, "name": out["nickname"]}


def name_for_nickname(provider, raw):
    """The full name wins over the username."""
    out = right(provider, raw)
    return {**out, "nickname": out["name"]}


def script_for_a_picture(provider, raw):
    """Whatever stands there is taken for a picture."""
    out = right(provider, raw)
    given = next(
        (raw[name] for name in ("picture", "avatar_url") if isinstance(raw.get(name), str) and ":" in raw[name]), None
    )
    return {**out, "picture": given.strip() if given else out["picture"]}


def gravatar_of_the_id(provider, raw):
    """A hash, but not of the address."""
    out = right(provider, raw)
    if "gravatar" not in out["picture"]:
        return out
    return {**out, "picture": f"https://www.gravatar.com/avatar/{hashlib.md5(out['user_id'].encode()).hexdigest()}"}


def placeholder_address(provider, raw):
    """An address made up where there is none."""
    out = right(provider, raw)
    return {**out, "email": out.get("email") or f"{out['user_id'].partition('|')[2]}@users.noreply.example.com"}


def address_in_lower_case(provider, raw):
    """Two mailboxes may become one."""
    out = right(provider, raw)
    return {**out, "email": out["email"].lower()} if "email" in out else out


def any_text_for_an_address(provider, raw):
    """What stands under email is an address."""
    out = right(provider, raw)
    return {**out, "email": raw["email"].strip()} if isinstance(raw.get("email"), str) and raw["email"].strip() else out


def truthy_flag(provider, raw):
    """``bool("false")`` is true."""
    out = right(provider, raw)
    flag = next((raw[name] for name in ("email_verified", "verified_email") if name in raw), None)
    return {**out, "email_verified": bool(flag)} if flag is not None and "email" in out else out


def verified_by_default(provider, raw):
    """An address that comes from a provider must be good."""
    out = right(provider, raw)
    return {**out, "email_verified": out.get("email_verified", True)} if "email" in out else out


def flag_of_something_else(provider, raw):
    """The badge of the account for the flag of the address."""
    out = right(provider, raw)
    return {**out, "email_verified": True} if raw.get("verified") or raw.get("is_verified") else out


def flag_without_an_address(provider, raw):
    """The flag stays where the address was dropped."""
    out = right(provider, raw)
    return {**out, "email_verified": True} if raw.get("email_verified") is True else out


def split_name(provider, raw):
    """The first word is the given name, so people think."""
    out = right(provider, raw)
    given, _, family = out["name"].partition(" ")
    return {"given_name": given, "family_name": family, **out}


def texts_made_of_nothing(provider, raw):
    """``str(None)``."""
    out = right(provider, raw)
    return {**out, "given_name": str(out.get("given_name"))}


def null_is_not_absent(provider, raw):
    """``raw.get("name", default)`` gives None where the member is null."""
    out = right(provider, raw)
    if "name" in raw and not raw["name"]:
        out["name"] = "User"
    return out


def drops_unknown_members(provider, raw):
    """Only what the program knows survives."""
    out = right(provider, raw)
    known = (
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
    return {name: out[name] for name in known if name in out}


def changes_other_members(provider, raw):
    """Booleans and numbers written as texts."""
    out = right(provider, raw)
    return {
        name: each if name in ("email_verified", "identities") or isinstance(each, (str, dict, list)) else str(each)
        for name, each in out.items()
    }


def whole_user_id_in_identities(provider, raw):
    """The bar belongs to the profile, not to the account."""
    out = right(provider, raw)
    return {**out, "identities": [{**each, "user_id": out["user_id"]} for each in out["identities"]]}


def changes_its_input(provider, raw):
    """``raw.pop``."""
    out = right(provider, raw)
    raw.pop("email", None)
    raw["seen"] = True
    return out


def remembers(provider, raw, _seen=[]):
    """The second answer is not the first."""
    _seen.append(1)
    return {**right(provider, raw), "login_count": len(_seen)}


def stumbles_over_absence(provider, raw):
    """``raw["email"]``."""
    return {**right(provider, raw), "raw_email": raw["email"]}


def takes_anything(provider, raw):
    """An error body becomes a user whose identifier is None."""
    try:
        return right(provider, raw)
    except Exception:
        return {
            "user_id": f"{provider}|{raw.get('id')}",
            "name": "x",
            "nickname": "x",
            "picture": "https://www.gravatar.com/avatar/",
        }


def token_in_the_profile(provider, raw):
    """The whole raw profile is poured in."""
    out = right(provider, raw)
    return {**{name: each for name, each in raw.items() if name in CANARY_NAMES}, **out}


def token_deep_in_the_profile(provider, raw):
    """The raw profile is kept beside the normalised one."""
    return {**right(provider, raw), "_raw": copy.deepcopy(raw)}


def token_in_an_error(provider, raw):
    """An error that shows what it was given."""
    try:
        return right(provider, raw)
    except Exception as error:
        raise ValueError(f"cannot read {raw!r}") from error


def returns_nothing(provider, raw):
    """A function without a return."""
    right(provider, raw)


def squeezes_names(provider, raw):
    """Letters beyond ASCII are thrown away."""
    out = right(provider, raw)
    return {**out, "name": re.sub(r"[^ -~]", "", out["name"]) or "?"}


WRONG = [
    (id_through_a_float, "N1"),
    (id_in_lower_case, "N1"),
    (address_as_id, "N1"),
    (id_cut_at_a_bar, "N1"),
    (id_without_provider, "N1"),
    (no_picture, "N2"),
    (blank_name, "N2"),
    (username_for_name, "N3"),
    (squeezes_names, "N3"),
    (name_for_nickname, "N4"),
    (script_for_a_picture, "N5"),
    (gravatar_of_the_id, "N5"),
    (placeholder_address, "N6"),
    (address_in_lower_case, "N6"),
    (any_text_for_an_address, "N6"),
    (truthy_flag, "N7"),
    (verified_by_default, "N7"),
    (flag_of_something_else, "N7"),
    (flag_without_an_address, "N7"),
    (split_name, "N8"),
    (texts_made_of_nothing, "N9"),
    (null_is_not_absent, "N9"),
    (drops_unknown_members, "N10"),
    (changes_other_members, "N10"),
    (whole_user_id_in_identities, "N11"),
    (changes_its_input, "N12"),
    (remembers, "N12"),
    (stumbles_over_absence, "N12"),
    (takes_anything, "N12"),
    (returns_nothing, "N12"),
    (token_in_the_profile, "N13"),
    (token_deep_in_the_profile, "N13"),
    (token_in_an_error, "N13"),
]
"""Each wrong normaliser, and the rule that must object to it."""
