"""FreshBooks: the identity in the response of the ``me`` call, all of it under ``response``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    Claims,
    Email,
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
    TokenFacts,
    first_nonblank,
    profile_probe,
    renew_by_refresh_token,
    revoke_by_request,
)


class Person(Struct):
    """``profile``, which repeats the names."""

    first_name: Name = None
    last_name: Name = None


class Identity(Struct):
    """``response``."""

    id: NumberId
    first_name: Name = None
    last_name: Name = None
    email: Email = None
    profile: Person | None = None


class Me(Shape):
    """``GET /auth/api/v1/users/me``, https://www.freshbooks.com/api/me_endpoint."""

    subject: ClassVar[Path] = ("response", "id")

    response: Identity

    def claims(self, also: Mapping[str, Any]) -> Claims:
        identity = self.response
        person = identity.profile or Person()
        return Claims(
            id=identity.id,
            given_name=first_nonblank(identity.first_name, person.first_name),
            family_name=first_nonblank(identity.last_name, person.last_name),
            email=identity.email,
        )


PROVIDER = Provider(
    name="freshbooks",
    title="FreshBooks",
    kind="social",
    protocol="oauth2",
    aliases={"authjs": "freshbooks"},
    has_auth0_strategy=False,
    docs=(
        "https://www.freshbooks.com/api/authentication",
        "https://www.freshbooks.com/api/me_endpoint",
        "https://www.freshbooks.com/api/scopes",
    ),
    profile=ProfileFacts(
        shapes=(Me,),
        request=RequestTemplate("https://api.freshbooks.com/auth/api/v1/users/me"),
        quirks=(
            "All fields are under response.",
            "The profile has no full name, no username and no picture.",
            (
                "The email address has no flag. confirmed_at and unconfirmed_email look like flags, but are not "
                "documented as proof of verification."
            ),
            "The names are at the top level and in profile, and may be null in both.",
            "Lists may contain null (addresses) and elements with null fields.",
            (
                "account_id of a business is a short string and its id is a number. The accounting API requires "
                "account_id. Neither value identifies the user."
            ),
        ),
        sources=("https://www.freshbooks.com/api/me_endpoint",),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "No format is documented. The application chooses the scopes, which must also be set in its registration."
        ),
        lifetime=43200,
        validity="The expiry follows from created_at and expires_in of the token response.",
        renewal=renew_by_refresh_token(
            "A refresh token does not expire and works once. If the response is lost, the grant is lost.",
            "https://api.freshbooks.com/auth/oauth/token",
            as_json=True,
            required_credentials=("client_id", "client_secret", "redirect_uri"),
            params={"redirect_uri": "{redirect_uri}"},
        ),
        termination=revoke_by_request(
            "The call is known from client code.",
            "https://api.freshbooks.com/auth/oauth/revoke",
            as_json=True,
        ),
        uses=Operation(
            request=RequestTemplate("https://api.freshbooks.com/auth/api/v1/users/me"),
            required_scopes=("user:profile:read",),
        ),
        sources=("https://www.freshbooks.com/api/authentication",),
    ),
    scopes=Scopes(
        profile=("user:profile:read",),
        email=("user:profile:read",),
        adding="Select the scope in the application's settings, then authorize again with it.",
        sources=("https://www.freshbooks.com/api/scopes",),
    ),
    debug=profile_probe(
        "https://api.freshbooks.com/auth/api/v1/users/me",
        Me,
        refusals=(Refusal(401, "denied", {"error": "unauthenticated"}),),
        source="https://www.freshbooks.com/api/me_endpoint",
        note=(
            "The response contains neither the scopes nor the expiry. Other services of this API refuse with errno and "
            "message, or with a list of errors."
        ),
    ),
    uncertain=(
        "The refusal is known from client code alone. A 401 with another body is undecided.",
        (
            "The response to a token without user:profile:read is not documented. It is undecided unless it equals "
            "that refusal."
        ),
    ),
)
