"""Historic mistakes about who somebody is."""

from __future__ import annotations

from idp_checks.selftest.historic_profiles.wrong import Example, Profile, Raw, beyond, ident, right, under, wrong

__all__: list[str] = []


@wrong(
    "BUG-001",
    "The account's time of creation as the identifier (Globus)",
    Example(
        {"sub": "c0ffee00-0000-4000-8000-000000000001", "create_time": 1790000000, "name": "Mia Chen"},
        {"user_id": "oidc|c0ffee00-0000-4000-8000-000000000001"},
    ),
    provider="oidc",
    rule="N1",
    source="https://github.com/pennersr/django-allauth/commit/69eb31da964451df8f69c4ff408e5cc6b96eeae9",
)
def creation_time_as_id(provider: str, raw: Raw) -> Profile:
    """Two accounts of one second are one; where the time is missing, everybody is None."""
    return under(right(provider, raw), raw.get("create_time"))


@wrong(
    "BUG-003",
    "An absent upn taken for the identifier",
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
def sign_in_name_as_id(provider: str, raw: Raw) -> Profile:
    """Guests have no upn, and nobody looked."""
    return under(right(provider, raw), raw.get("upn"))


@wrong(
    "BUG-005",
    "An empty identifier where there is no sub",
    Example({"id": 40042, "login": "mia", "email": "mia@example.com"}, {"user_id": "oauth2|40042"}),
    Example({"login": "mia", "email": "mia@example.com"}, None),
    provider="oauth2",
    rule="N1",
    source="https://github.com/better-auth/better-auth/commit/cb1cbfa4ccba1ce13f7fea419a6fc37dcbdc2f15",
)
def empty_id_for_want_of_sub(provider: str, raw: Raw) -> Profile:
    """All users of a server that speaks no OpenID Connect are one."""
    return under(right(provider, raw), raw.get("sub") or "")


@wrong(
    "BUG-007",
    "Only one of id and sub is read",
    Example(
        {"id": 8842, "username": "mia", "name": "Mia Chen", "email": "mia@example.com"}, {"user_id": "gitlab|8842"}
    ),
    Example({"sub": "8842", "nickname": "mia", "name": "Mia Chen"}, {"user_id": "gitlab|8842"}),
    provider="gitlab",
    rule="N12",
    source="https://github.com/nextauthjs/next-auth/commit/2da115c6649e1d98aee33b364efa2c412608898b",
)
def sub_alone(provider: str, raw: Raw) -> Profile:
    """The answer of the API has id, that of OpenID Connect sub: one of them fails."""
    return under(right(provider, raw), raw["sub"])


@wrong(
    "BUG-009",
    "An identifier declared as a text",
    Example({"id": 99000042, "login": "mia", "name": "Mia Chen"}, {"user_id": "github|99000042"}),
    provider="github",
    rule="N12",
    source="https://github.com/supabase/auth/commit/bf54ddbfc502904ab549b4d86eb7188a81e669fa",
)
def id_declared_as_text(provider: str, raw: Raw) -> Profile:
    """The number that really comes is refused."""
    if not isinstance(raw["id"], str):
        raise TypeError("id is no text")
    return right(provider, raw)


@wrong(
    "BUG-011",
    "A 64-bit identifier rounded",
    Example({"id": "900000000000000042", "username": "mia"}, {"user_id": "discord|900000000000000042"}),
    Example({"id": "900000000000000043", "username": "ida"}, {"user_id": "discord|900000000000000043"}),
    provider="discord",
    rule="N1 M6",
    source="https://github.com/discord/discord-api-docs/issues/2495",
)
def id_through_a_float(provider: str, raw: Raw) -> Profile:
    """A number of JavaScript holds 53 bits."""
    out = right(provider, raw)
    return under(out, int(float(ident(out)))) if ident(out).isdigit() else out


@wrong(
    "BUG-013",
    "A username that can be changed as the identifier",
    Example(
        {"sub": "00uSample42", "preferred_username": "mia@corp.example", "name": "Mia Chen"},
        {"user_id": "okta|00uSample42"},
    ),
    provider="okta",
    rule="N1 M2",
    source="https://github.com/pennersr/django-allauth/commit/8feef46e0e07b25fc5594c8f268afa247ebc3412",
)
def username_as_id(provider: str, raw: Raw) -> Profile:
    """Whoever takes over the name takes over the account."""
    return under(right(provider, raw), raw.get("preferred_username"))


@wrong(
    "BUG-015",
    "The e-mail address as the identifier",
    Example(
        {"sub": "100000000000000000042", "email": "mia@corp.example", "email_verified": True, "hd": "corp.example"},
        {"user_id": "google-oauth2|100000000000000000042"},
    ),
    provider="google-oauth2",
    rule="N1 M2",
    source="https://github.com/python-social-auth/social-core/blob/master/social_core/backends/google.py",
)
def address_as_id(provider: str, raw: Raw) -> Profile:
    """A new address is another user, and an address given to somebody else is the same."""
    out = right(provider, raw)
    return under(out, out.get("email", ident(out)))


@wrong(
    "BUG-017",
    "oid without its tenant, and upn as an address",
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
def oid_without_tenant(provider: str, raw: Raw) -> Profile:
    """Another tenant may have an oid, and any upn, of its own making."""
    out = under(right(provider, raw), raw.get("oid", raw.get("id")))
    return {**out, "email": out.get("email") or raw.get("upn")}


beyond(
    "BUG-019",
    "A user id that is unique in its workspace alone",
    provider="slack",
    source="https://github.com/aspnet-contrib/AspNet.Security.OAuth.Providers/issues/184",
    why_not=(
        "The identifier here is Slack's user id alone, by the policy that a connection is of one workspace: that two "
        "workspaces share one shows in no single profile, and whoever serves several keeps team_id beside it."
    ),
)


@wrong(
    "BUG-021",
    "Identifiers compared without regard to case",
    Example({"sub": "aBcD-0042", "name": "Mia Chen"}, {"user_id": "oidc|aBcD-0042"}),
    Example({"sub": "AbCd-0042", "name": "Ida Berg"}, {"user_id": "oidc|AbCd-0042"}),
    provider="oidc",
    rule="N1",
    source="https://github.com/python-social-auth/social-app-django/pull/566",
)
def id_in_lower_case(provider: str, raw: Raw) -> Profile:
    """Two identifiers that differ in case alone are one user."""
    out = right(provider, raw)
    return under(out, ident(out).lower())


beyond(
    "BUG-023",
    "An openid that is another one in each application",
    provider="weixin",
    source="https://github.com/pennersr/django-allauth/issues/1988",
    why_not=(
        "The identifier here is openid, by the policy of one identifier that is always there: that one person has "
        "several shows in no single profile, and unionid, which joins them, comes for bound applications alone."
    ),
)


@wrong(
    "BUG-025",
    "idstr read unchecked, and a float in its place",
    Example({"id": 9007199254740993, "screen_name": "mia"}, {"user_id": "weibo|9007199254740993"}),
    Example({"error": "User does not exists!", "error_code": 20003, "request": "/2/users/show.json"}, None),
    provider="weibo",
    rule="N1",
    source="https://github.com/pennersr/django-allauth/commit/2082160e915371f1ff03f91c3bb55855811398b3",
)
def float_for_idstr(provider: str, raw: Raw) -> Profile:
    """Where idstr is missing, the number beside it is read as a float."""
    out = right(provider, raw)
    return out if raw.get("idstr") else under(out, f"{float(raw['id']):.0f}")


@wrong(
    "BUG-121",
    "The bot for the person who owns it",
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
def bot_for_person(provider: str, raw: Raw) -> Profile:
    """Everybody in a workspace is the same bot."""
    out = right(provider, raw)
    return {**under(out, raw.get("id", raw.get("bot_id"))), "name": raw.get("name") or out["name"]}


@wrong(
    "BUG-141",
    "uid is read alone, which has become id",
    Example(
        {"response": [{"id": 700042, "first_name": "Vera", "last_name": "Sample", "screen_name": "vera_sample"}]},
        {"user_id": "vkontakte|700042"},
    ),
    Example({"response": [{"uid": 700042, "first_name": "Vera"}]}, {"user_id": "vkontakte|700042"}),
    provider="vkontakte",
    rule="N12",
    source="https://github.com/omab/python-social-auth/pull/1007",
)
def uid_alone(provider: str, raw: Raw) -> Profile:
    """Since version 5 of the API there is none."""
    return under(right(provider, raw), raw["response"][0]["uid"])


@wrong(
    "BUG-143",
    "A urn for the number that it holds",
    Example({"id": 330042, "urn": "soundcloud:users:330042", "username": "mia"}, {"user_id": "soundcloud|330042"}),
    Example({"id": 330042, "username": "mia"}, {"user_id": "soundcloud|330042"}),
    provider="soundcloud",
    rule="N1",
    source="https://github.com/pennersr/django-allauth/blob/main/ChangeLog.rst",
)
def urn_for_number(provider: str, raw: Raw) -> Profile:
    """Those who are stored under their number are strangers."""
    out = right(provider, raw)
    return under(out, raw.get("urn") or ident(out))


@wrong(
    "BUG-261",
    "Domain and address as the identifier",
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
def domain_and_address_as_id(provider: str, raw: Raw) -> Profile:
    """Whoever buys the domain of a company that failed is all of its people."""
    out = right(provider, raw)
    return under(out, f"{raw['hd']}|{out.get('email')}") if raw.get("hd") else out


beyond(
    "BUG-263",
    "The password of an unproved account outlives the sign-in that took it over",
    provider="oidc",
    source="https://github.com/pennersr/django-allauth/commit/20e559b075b4471ad435b54ab0ec335481cc6cc9",
    why_not=(
        "What an application does with an account that it holds already is its own: a normaliser sees none of it "
        "and can but give the flag of the address as the provider says it, which N7 demands."
    ),
)
