"""Yammer, now Viva Engage: the signed-in user of one network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    Claims,
    Email,
    LibraryFacts,
    Name,
    NumberId,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    Refusal,
    RequestTemplate,
    Scopes,
    Shape,
    SimulationFacts,
    String,
    TokenFacts,
    Url,
    Username,
    is_email,
    pick_email,
    profile_probe,
)


class Listed(Struct):
    """An element of ``contact.email_addresses``."""

    type: String = None
    address: Email = None


class Contact(Struct):
    """``contact``."""

    email_addresses: list[Listed] | None = None


class User(Shape):
    """``GET /users/current.json``, https://learn.microsoft.com/rest/api/yammer/usersjson-current."""

    id: NumberId
    name: Username = None
    full_name: Name = None
    first_name: Name = None
    last_name: Name = None
    email: Email = None
    mugshot_url: Url = None
    contact: Contact | None = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        email = self.email
        if self.contact is not None and (email is None or not is_email(email.strip())):
            listed = self.contact.email_addresses or ()
            email = pick_email((each.address, each.type == "primary", None) for each in listed)[0] or email
        return Claims(
            id=self.id,
            name=self.full_name,
            given_name=self.first_name,
            family_name=self.last_name,
            username=self.name,
            email=email,
            picture=self.mugshot_url,
        )


class Granted(Shape):
    """The token answer of the legacy sign-in, which holds the user beside the token; social_core keeps it so."""

    subject: ClassVar[Path] = ("user", "id")

    user: User

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return self.user.claims(also)


PROVIDER = Provider(
    name="yammer",
    title="Yammer (Viva Engage)",
    kind="social",
    protocol="oauth2",
    status="deprecated",
    status_note=(
        "Yammer's own OAuth gives way to Microsoft Entra ID, which new applications must use since 2025-07-01; people "
        "sign in by the Microsoft connections instead. Auth0 took the name out of its list in April 2026."
    ),
    aliases={"social_core": "yammer"},
    libraries={
        "social_core": LibraryFacts(classes={Granted: ""}),
    },
    simulation=SimulationFacts(
        token_fields=dict,
    ),
    docs=(
        "https://learn.microsoft.com/rest/api/yammer/getting-started",
        "https://learn.microsoft.com/rest/api/yammer/api-requests-1",
        "https://learn.microsoft.com/rest/api/yammer/usersjson-current",
        "https://learn.microsoft.com/rest/api/yammer/app-registration",
    ),
    profile=ProfileFacts(
        shapes=(User, Granted),
        request=RequestTemplate("https://www.yammer.com/api/v1/users/current.json"),
        subject_scope="the network",
        quirks=(
            "A person has one identifier and one token in each network.",
            (
                "In the token answer access_token is an object, which holds the token as token, its end and its "
                "rights, beside user and network; the user there has no email of its own."
            ),
            "name is the username, by default the local part of the address; full_name is the name.",
            "Nothing says that the address is verified; admin and verified_admin are about rights, and texts.",
            "Times have slashes and a separate offset: 2024/01/02 03:04:05 +0000.",
            "mugshot_url is 48 by 48 pixels, and a placeholder where there is no photo.",
        ),
        sources=("https://learn.microsoft.com/rest/api/yammer/usersjson-current",),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "Nothing can be read from a legacy token: bound to one application and one user of one network, without "
            "scopes. Newer applications hold a JWT of Entra ID for the Yammer resource."
        ),
        validity=(
            "Legacy tokens did not end by time (expires_at null). The impersonation call gives them six months since "
            "2025-07-01; what it gave before stays."
        ),
        renewal=Operation("None for legacy tokens; those of Entra ID are renewed at the Microsoft identity platform."),
        termination=Operation("No call for the application: the user withdraws it in the settings."),
        uses=Operation("Any token works.", RequestTemplate("https://www.yammer.com/api/v1/users/current.json")),
        sources=(
            "https://learn.microsoft.com/rest/api/yammer/getting-started",
            "https://learn.microsoft.com/rest/api/yammer/app-registration",
        ),
    ),
    scopes=Scopes(
        adding=(
            "None in the legacy sign-in; by Entra ID it is access_as_user, a delegated permission of the resource "
            "Yammer."
        ),
        sources=("https://learn.microsoft.com/rest/api/yammer/app-registration",),
    ),
    debug=profile_probe(
        "https://www.yammer.com/api/v1/users/current.json",
        User,
        refusals=(Refusal(401, "denied", {"response": {"code": 16, "stat": "fail"}}),),
        source="https://learn.microsoft.com/rest/api/yammer/api-requests-1",
        note=(
            "A token of Entra ID is a signed JWT, and to be checked as one. 10 requests in 10 to 30 seconds "
            "for each user and application, by the kind of call."
        ),
    ),
    uncertain=(
        "The legacy sign-in is being closed: what is refused may be the service's end and not the token's.",
        "contact.has_fake_email is not explained: the address is taken as it is given.",
    ),
)
