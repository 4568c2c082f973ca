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


class EmailEntry(Struct):
    """An element of ``contact.email_addresses``."""

    type: String = None
    address: Email = None


class Contact(Struct):
    """``contact``."""

    email_addresses: list[EmailEntry] | None = None


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
            entries = self.contact.email_addresses or ()
            email = pick_email((entry.address, entry.type == "primary", None) for entry in entries)[0] or email
        return Claims(
            id=self.id,
            name=self.full_name,
            given_name=self.first_name,
            family_name=self.last_name,
            username=self.name,
            email=email,
            picture=self.mugshot_url,
        )


class TokenResponse(Shape):
    """The token response of the legacy sign-in, which contains the user; social_core stores it this way."""

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
        "Microsoft Entra ID replaces Yammer's own OAuth. New applications have had to use it since 2025-07-01, and "
        "users sign in through the Microsoft connections. Auth0 removed the name from its list in April 2026."
    ),
    aliases={"social_core": "yammer"},
    libraries={
        "social_core": LibraryFacts(classes={TokenResponse: ""}),
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
        shapes=(User, TokenResponse),
        request=RequestTemplate("https://www.yammer.com/api/v1/users/current.json"),
        subject_scope="the network",
        quirks=(
            "A user has one identifier and one token in each network.",
            (
                "In the token response, access_token is an object beside user and network. It contains the token as "
                "token, its expiry and its permissions. The user in that response has no email."
            ),
            "name is the username, by default the local part of the email address. full_name is the name.",
            (
                "Yammer does not state that an email address is verified. admin and verified_admin are strings that "
                "describe permissions."
            ),
            "Times have slashes and a separate offset: 2024/01/02 03:04:05 +0000.",
            "mugshot_url is 48 by 48 pixels. It is a placeholder if the user has no photo.",
        ),
        sources=("https://learn.microsoft.com/rest/api/yammer/usersjson-current",),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "A legacy token is opaque. It is bound to one application and one user of one network, without scopes. "
            "Newer applications have a JWT of Entra ID for the Yammer resource."
        ),
        validity=(
            "Legacy tokens did not expire (expires_at null). Since 2025-07-01, the impersonation call has issued "
            "tokens that expire after six months. Earlier tokens do not change."
        ),
        renewal=Operation(
            "Not available for legacy tokens. Entra ID tokens are renewed at the Microsoft identity platform."
        ),
        termination=Operation("No API call: the user removes the application in the settings."),
        uses=Operation("Any token works.", RequestTemplate("https://www.yammer.com/api/v1/users/current.json")),
        sources=(
            "https://learn.microsoft.com/rest/api/yammer/getting-started",
            "https://learn.microsoft.com/rest/api/yammer/app-registration",
        ),
    ),
    scopes=Scopes(
        adding=(
            "The legacy sign-in has no scopes. With Entra ID, the scope is access_as_user, a delegated permission of "
            "the resource Yammer."
        ),
        sources=("https://learn.microsoft.com/rest/api/yammer/app-registration",),
    ),
    debug=profile_probe(
        "https://www.yammer.com/api/v1/users/current.json",
        User,
        refusals=(Refusal(401, "denied", {"response": {"code": 16, "stat": "fail"}}),),
        source="https://learn.microsoft.com/rest/api/yammer/api-requests-1",
        note=(
            "An Entra ID token is a signed JWT and must be verified by its signature. The rate limit is 10 requests "
            "per 10 to 30 seconds, user and application, depending on the call."
        ),
    ),
    uncertain=(
        "The legacy sign-in is being shut down. A refusal may therefore concern the service and not the token.",
        "contact.has_fake_email is not documented. The email address is used as returned.",
    ),
)
