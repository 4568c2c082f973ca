"""Wrong normalizers, each with one mistake."""

from __future__ import annotations

import json

from idp_checks import ProfileError, providers


def alter_result(alter):
    """Return a normalizer that is right except for the properties that ``alter(result, raw, also)`` returns.

    A property with the value ``...`` is removed.
    """

    def normalize(provider, raw, *, also):
        result = providers.get(provider).normalize(raw, also=also).to_dict()
        return {name: value for name, value in {**result, **alter(result, raw, also)}.items() if value is not ...}

    return normalize


def result_with(**properties):
    """Return a normalizer that always returns these properties."""
    return lambda provider, raw, *, also: {"user_id": f"example|{raw['id']}", **properties}


# ---------------------------------------------------------------- rejections


def reject_all(provider, raw, *, also):
    """Reject every profile."""
    raise ProfileError("not today", provider=provider)


def reject_unusual(provider, raw, *, also):
    """Accept only subjects of the recorded form."""
    if not (isinstance(raw.get("sub"), str) and raw["sub"].isdigit() and len(raw["sub"]) == 21):
        raise ProfileError("not of the usual form", path="$.sub", provider=provider)
    return providers.get(provider).normalize(raw, also=also).to_dict()


def reject_other_logins(provider, raw, *, also):
    """Reject the login of the trials."""
    if raw.get("login") == "someone-else":
        raise ProfileError("no such login", path="$.login", provider=provider)
    return providers.get(provider).normalize(raw, also=also).to_dict()


def reject_non_booleans(provider, raw, *, also):
    """Reject an email_verified that is not a boolean."""
    if not isinstance(raw.get("email_verified", True), bool):
        raise ProfileError("expected a boolean", path="$.email_verified", provider=provider)
    return providers.get(provider).normalize(raw, also=also).to_dict()


# ---------------------------------------------------------------- identifiers

login_as_id = alter_result(lambda result, raw, also: {"user_id": f"github|{raw['login']}"})
no_id = alter_result(lambda result, raw, also: {"user_id": ""})
id_by_email = alter_result(
    lambda result, raw, also: {"user_id": "google-oauth2|1"} if raw.get("email") == "someone.else@example.org" else {}
)
id_by_listed_email = alter_result(
    lambda result, raw, also: {"user_id": "github|1"} if "someone.else@example.org" in json.dumps(also) else {}
)
no_namespace = alter_result(lambda result, raw, also: {"user_id": result["user_id"].partition("|")[2]})
namespace_without_separator = alter_result(lambda result, raw, also: {"user_id": result["user_id"].replace("|", "", 1)})
trusted_separator = alter_result(
    lambda result, raw, also: {"user_id": str(raw["sub"]) if "|" in str(raw["sub"]) else result["user_id"]}
)
float_id = alter_result(lambda result, raw, also: {"user_id": f"github|{float(raw['id']):.0f}"})
number_id = alter_result(lambda result, raw, also: {"user_id": raw["id"]})
trimmed_id = alter_result(
    lambda result, raw, also: {"user_id": f"google-oauth2|{str(raw.get('sub', raw.get('id'))).strip()}"}
)
lower_id = alter_result(lambda result, raw, also: {"user_id": result["user_id"].lower()})
integer_id = alter_result(
    lambda result, raw, also: {"user_id": f"google-oauth2|{int(raw['sub'])}"} if str(raw.get("sub")).isdigit() else {}
)


def constant_namespace(provider, raw, *, also):
    """Treat every provider as Google."""
    return {"user_id": f"google-oauth2|{raw.get('sub', raw.get('id'))}"}


def minimal_result(provider, raw, *, also):
    """Return only the identifier."""
    return {"user_id": f"example|{raw['id']}"}


# ---------------------------------------------------------------- email_verified

truthy_flag = alter_result(lambda result, raw, also: {"email_verified": bool(raw.get("email_verified"))})
true_by_default = alter_result(lambda result, raw, also: {"email_verified": raw.get("email_verified", True) is True})
unchanged_flag = alter_result(lambda result, raw, also: {"email_verified": raw.get("email_verified")})
false_by_default = alter_result(lambda result, raw, also: {"email_verified": result.get("email_verified", False)})
truthy_list = alter_result(
    lambda result, raw, also: (
        {"email_verified": any(element.get("verified") for element in also["emails"])}
        if isinstance(also.get("emails"), list)
        else {}
    )
)


def always_verified(provider, raw, *, also):
    """Set email_verified for every address."""
    return {"user_id": f"example|{raw['id']}", "name": raw["name"], "email": raw["email"], "email_verified": True}


def string_flag_result(provider, raw, *, also):
    """Accept the string "true" as true."""
    return {
        "user_id": f"example|{raw['id']}",
        "email_verified": raw.get("verified") is True or raw.get("verified") == "true",
    }


# ---------------------------------------------------------------- invented values

placeholder_address = alter_result(lambda result, raw, also: {"email": result.get("email", "noreply@example.com")})
none_as_name = alter_result(lambda result, raw, also: {"name": f"{raw.get('given_name')} {raw.get('family_name')}"})
none_in_picture = alter_result(
    lambda result, raw, also: {"picture": f"https://cdn.example.com/{raw.get('avatar')}.png"}
)
invented_contact = alter_result(lambda result, raw, also: {"contact": {"mail": "unknown@example.com"}})
null_as_string = alter_result(lambda result, raw, also: {"location": "null"})
