"""Historic bugs about the identifier of an account."""

from __future__ import annotations

from idp_checks.selftest.historic_profiles.bug import (
    Example,
    ProfileDict,
    Raw,
    bare_id,
    historic_bug,
    normalize_correctly,
    uncatchable_bug,
    with_id,
)

__all__: list[str] = []


@historic_bug(
    "BUG-001",
    "The creation time of the account is used as identifier (Globus)",
    Example(
        {"sub": "c0ffee00-0000-4000-8000-000000000001", "create_time": 1790000000, "name": "Mia Chen"},
        {"user_id": "oidc|c0ffee00-0000-4000-8000-000000000001"},
    ),
    provider="oidc",
    rule="N1",
    source="https://github.com/pennersr/django-allauth/commit/69eb31da964451df8f69c4ff408e5cc6b96eeae9",
)
def use_creation_time_as_id(provider: str, raw: Raw) -> ProfileDict:
    """Merge accounts that were created in the same second; without a creation time the identifier is None."""
    return with_id(normalize_correctly(provider, raw), raw.get("create_time"))


@historic_bug(
    "BUG-003",
    "A missing upn is used as identifier",
    Example(
        {
            "sub": "sample-guest-subject",
            "oid": "c0ffee00-0000-4000-8000-000000000003",
            "name": "Guest Sample",
            "email": "guest@partner.example",
        },
        {"user_id": "waad|sample-guest-subject"},
    ),
    provider="waad",
    rule="N1",
    source="https://github.com/python-social-auth/social-core/commit/e17440d5b9298b925b6176359a798cabbaeb710e",
)
def use_upn_as_id(provider: str, raw: Raw) -> ProfileDict:
    """Use upn without checking that it exists; guests do not have one."""
    return with_id(normalize_correctly(provider, raw), raw.get("upn"))


@historic_bug(
    "BUG-005",
    "The identifier is empty if sub is missing",
    Example({"id": 40042, "login": "mia", "email": "mia@example.com"}, {"user_id": "oauth2|40042"}),
    Example({"login": "mia", "email": "mia@example.com"}, None),
    provider="oauth2",
    rule="N1",
    source="https://github.com/better-auth/better-auth/commit/cb1cbfa4ccba1ce13f7fea419a6fc37dcbdc2f15",
)
def default_to_empty_id(provider: str, raw: Raw) -> ProfileDict:
    """Merge all users of a server that does not support OpenID Connect."""
    return with_id(normalize_correctly(provider, raw), raw.get("sub") or "")


@historic_bug(
    "BUG-007",
    "Only sub is read, not id",
    Example(
        {"id": 8842, "username": "mia", "name": "Mia Chen", "email": "mia@example.com"}, {"user_id": "gitlab|8842"}
    ),
    Example({"sub": "8842", "nickname": "mia", "name": "Mia Chen"}, {"user_id": "gitlab|8842"}),
    provider="gitlab",
    rule="N12",
    source="https://github.com/nextauthjs/next-auth/commit/2da115c6649e1d98aee33b364efa2c412608898b",
)
def require_sub(provider: str, raw: Raw) -> ProfileDict:
    """Require sub, which only the OpenID Connect response contains; the API response contains id."""
    return with_id(normalize_correctly(provider, raw), raw["sub"])


@historic_bug(
    "BUG-009",
    "The identifier must be a string",
    Example({"id": 99000042, "login": "mia", "name": "Mia Chen"}, {"user_id": "github|99000042"}),
    provider="github",
    rule="N12",
    source="https://github.com/supabase/auth/commit/bf54ddbfc502904ab549b4d86eb7188a81e669fa",
)
def require_string_id(provider: str, raw: Raw) -> ProfileDict:
    """Reject the number that the provider really sends."""
    if not isinstance(raw["id"], str):
        raise TypeError("id is not a string")
    return normalize_correctly(provider, raw)


@historic_bug(
    "BUG-011",
    "A 64-bit identifier is rounded",
    Example({"id": "900000000000000042", "username": "mia"}, {"user_id": "discord|900000000000000042"}),
    Example({"id": "900000000000000043", "username": "ida"}, {"user_id": "discord|900000000000000043"}),
    provider="discord",
    rule="N1 M6",
    source="https://github.com/discord/discord-api-docs/issues/2495",
)
def parse_id_as_float(provider: str, raw: Raw) -> ProfileDict:
    """Store the identifier in a JavaScript number, which has 53 bits of precision."""
    profile = normalize_correctly(provider, raw)
    return with_id(profile, int(float(bare_id(profile)))) if bare_id(profile).isdigit() else profile


@historic_bug(
    "BUG-013",
    "A username that can change is used as identifier",
    Example(
        {"sub": "00uSample42", "preferred_username": "mia@corp.example", "name": "Mia Chen"},
        {"user_id": "okta|00uSample42"},
    ),
    provider="okta",
    rule="N1 M2",
    source="https://github.com/pennersr/django-allauth/commit/8feef46e0e07b25fc5594c8f268afa247ebc3412",
)
def use_username_as_id(provider: str, raw: Raw) -> ProfileDict:
    """Give the account to the next owner of the username."""
    return with_id(normalize_correctly(provider, raw), raw.get("preferred_username"))


@historic_bug(
    "BUG-015",
    "The email address is used as identifier",
    Example(
        {"sub": "100000000000000000042", "email": "mia@corp.example", "email_verified": True, "hd": "corp.example"},
        {"user_id": "google-oauth2|100000000000000000042"},
    ),
    provider="google-oauth2",
    rule="N1 M2",
    source="https://github.com/python-social-auth/social-core/blob/master/social_core/backends/google.py",
)
def use_email_as_id(provider: str, raw: Raw) -> ProfileDict:
    """Create another user for a new address, and merge the old and new owner of a reassigned address."""
    profile = normalize_correctly(provider, raw)
    return with_id(profile, profile.get("email", bare_id(profile)))


@historic_bug(
    "BUG-017",
    "oid is used without its tenant, and upn as email address",
    Example(
        {
            "sub": "sample-subject-a",
            "oid": "c0ffee00-0000-4000-8000-000000000017",
            "tid": "c0ffee00-0000-4000-8000-0000000000aa",
            "upn": "ceo@victim.example",
            "name": "Mal Ory",
        },
        {"user_id": "waad|sample-subject-a", "email": None, "email_verified": None},
    ),
    provider="waad",
    rule="N1 N6",
    source="https://github.com/pond/omniauth-entra-id/issues/33",
)
def use_oid_without_tenant(provider: str, raw: Raw) -> ProfileDict:
    """Trust oid and upn, which another tenant can choose freely."""
    profile = with_id(normalize_correctly(provider, raw), raw.get("oid", raw.get("id")))
    return {**profile, "email": profile.get("email") or raw.get("upn")}


uncatchable_bug(
    "BUG-019",
    "A user id is unique only within its workspace",
    provider="slack",
    source="https://github.com/aspnet-contrib/AspNet.Security.OAuth.Providers/issues/184",
    why_not=(
        "A connection belongs to one workspace, so the identifier is Slack's user id alone; an application that serves "
        "several workspaces must store team_id as well."
    ),
)


@historic_bug(
    "BUG-021",
    "Identifiers are compared case-insensitively",
    Example({"sub": "aBcD-0042", "name": "Mia Chen"}, {"user_id": "oidc|aBcD-0042"}),
    Example({"sub": "AbCd-0042", "name": "Ida Berg"}, {"user_id": "oidc|AbCd-0042"}),
    provider="oidc",
    rule="N1",
    source="https://github.com/python-social-auth/social-app-django/pull/566",
)
def lowercase_id(provider: str, raw: Raw) -> ProfileDict:
    """Merge users whose identifiers differ only in case."""
    profile = normalize_correctly(provider, raw)
    return with_id(profile, bare_id(profile).lower())


uncatchable_bug(
    "BUG-023",
    "The openid of a user differs between applications",
    provider="weixin",
    source="https://github.com/pennersr/django-allauth/issues/1988",
    why_not=(
        "The identifier here is openid, because it is always present: a single profile does not show that a person has "
        "several, and unionid, which connects them, is sent only to bound applications."
    ),
)


@historic_bug(
    "BUG-025",
    "A missing idstr is replaced by a float",
    Example({"id": 9007199254740993, "screen_name": "mia"}, {"user_id": "weibo|9007199254740993"}),
    Example({"error": "User does not exists!", "error_code": 20003, "request": "/2/users/show.json"}, None),
    provider="weibo",
    rule="N1",
    source="https://github.com/pennersr/django-allauth/commit/2082160e915371f1ff03f91c3bb55855811398b3",
)
def replace_idstr_by_float(provider: str, raw: Raw) -> ProfileDict:
    """Read the number in id as a float if idstr is missing."""
    profile = normalize_correctly(provider, raw)
    return profile if raw.get("idstr") else with_id(profile, f"{float(raw['id']):.0f}")


@historic_bug(
    "BUG-121",
    "The bot is read instead of the person who owns it",
    Example(
        {
            "object": "user",
            "id": "c0ffee00-0000-4000-8000-0000000000b0",
            "type": "bot",
            "name": "Sample connection",
            "bot": {
                "owner": {
                    "type": "user",
                    "user": {
                        "id": "c0ffee00-0000-4000-8000-000000000121",
                        "name": "Mia",
                        "person": {"email": "mia@example.com"},
                    },
                }
            },
        },
        {"user_id": "notion|c0ffee00-0000-4000-8000-000000000121", "name": "Mia"},
    ),
    provider="notion",
    rule="N1 N3",
    source="https://github.com/better-auth/better-auth/commit/7f508f0d22d149beb9e6f2e888827e23788547b1",
)
def read_bot_as_user(provider: str, raw: Raw) -> ProfileDict:
    """Merge all users of a workspace into its bot."""
    profile = normalize_correctly(provider, raw)
    return {**with_id(profile, raw.get("id", raw.get("bot_id"))), "name": raw.get("name") or profile["name"]}


@historic_bug(
    "BUG-141",
    "Only uid is read, which was renamed to id",
    Example(
        {"response": [{"id": 700042, "first_name": "Vera", "last_name": "Sample", "screen_name": "vera_sample"}]},
        {"user_id": "vkontakte|700042"},
    ),
    Example({"response": [{"uid": 700042, "first_name": "Vera"}]}, {"user_id": "vkontakte|700042"}),
    provider="vkontakte",
    rule="N12",
    source="https://github.com/omab/python-social-auth/pull/1007",
)
def require_uid(provider: str, raw: Raw) -> ProfileDict:
    """Require uid, which is missing since version 5 of the API."""
    return with_id(normalize_correctly(provider, raw), raw["response"][0]["uid"])


@historic_bug(
    "BUG-143",
    "A URN is used instead of the number in it",
    Example({"id": 330042, "urn": "soundcloud:users:330042", "username": "mia"}, {"user_id": "soundcloud|330042"}),
    Example({"id": 330042, "username": "mia"}, {"user_id": "soundcloud|330042"}),
    provider="soundcloud",
    rule="N1",
    source="https://github.com/pennersr/django-allauth/blob/main/ChangeLog.rst",
)
def use_urn_as_id(provider: str, raw: Raw) -> ProfileDict:
    """Create new users for accounts that are stored under their number."""
    profile = normalize_correctly(provider, raw)
    return with_id(profile, raw.get("urn") or bare_id(profile))


@historic_bug(
    "BUG-261",
    "Domain and email address are used as identifier",
    Example(
        {"sub": "100000000000000000061", "email": "cfo@gone.example", "email_verified": True, "hd": "gone.example"},
        {"user_id": "google-oauth2|100000000000000000061"},
    ),
    Example(
        {"sub": "100000000000000000062", "email": "cfo@gone.example", "email_verified": True, "hd": "gone.example"},
        {"user_id": "google-oauth2|100000000000000000062"},
    ),
    provider="google-oauth2",
    rule="N1 M2",
    source=(
        "https://www.digitaljournal.com/tech-science/"
        "google-oauth-flaw-leaves-many-users-vulnerable-via-failed-startup-domains/article"
    ),
)
def use_domain_and_email_as_id(provider: str, raw: Raw) -> ProfileDict:
    """Give every account of a failed company to the buyer of its domain."""
    profile = normalize_correctly(provider, raw)
    return with_id(profile, f"{raw['hd']}|{profile.get('email')}") if raw.get("hd") else profile


uncatchable_bug(
    "BUG-263",
    "The password of an unverified account survives the sign-in that took it over",
    provider="oidc",
    source="https://github.com/pennersr/django-allauth/commit/20e559b075b4471ad435b54ab0ec335481cc6cc9",
    why_not=(
        "A normalizer does not see the existing accounts of an application and can only report the verified flag as "
        "the provider states it, which N7 requires."
    ),
)
