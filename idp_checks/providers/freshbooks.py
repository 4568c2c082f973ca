"""FreshBooks: the identity of the ``me`` call, all of it under ``response``."""

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
    """``profile``, where the names stand again."""

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
        found = self.response
        person = found.profile or Person()
        return Claims(
            id=found.id,
            given_name=first_nonblank(found.first_name, person.first_name),
            family_name=first_nonblank(found.last_name, person.last_name),
            email=found.email,
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
            "All of it stands in response.",
            "No full name, no username, no picture.",
            (
                "There is no flag for the address: confirmed_at and unconfirmed_email look like one, and nothing says "
                "that they vouch."
            ),
            "The names stand at the top and in profile, and may be null in either.",
            "Lists may hold null (addresses) and elements with null in them.",
            (
                "account_id of a business is a short text, its id a number: the accounting API wants the former, and "
                "neither is the person."
            ),
        ),
        sources=("https://www.freshbooks.com/api/me_endpoint",),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "No form is documented. The application chooses the scopes, which must be set in its registration too."
        ),
        lifetime=43200,
        validity="created_at and expires_in of the token answer count.",
        renewal=renew_by_refresh_token(
            "A JSON body of grant_type=refresh_token with client_id, client_secret and redirect_uri. A refresh token "
            "has no end and works once: an answer that is lost loses the grant.",
            "https://api.freshbooks.com/auth/oauth/token",
            as_json=True,
            required_credentials=("client_id", "client_secret", "redirect_uri"),
            params={"redirect_uri": "{redirect_uri}"},
        ),
        termination=revoke_by_request(
            "A JSON body with client_id, client_secret and token; known from client code.",
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
        adding="Select the scope in the application's settings, then authorise again with it.",
        sources=("https://www.freshbooks.com/api/scopes",),
    ),
    debug=profile_probe(
        "https://api.freshbooks.com/auth/api/v1/users/me",
        Me,
        refusals=(Refusal(401, "denied", {"error": "unauthenticated"}),),
        source="https://www.freshbooks.com/api/me_endpoint",
        note=(
            "Shows that the token works and for whom, never for which application, with which scopes or until when. "
            "Other services of this API refuse with errno and message, or a list of errors."
        ),
    ),
    uncertain=(
        "The refusal is known from client code alone: a 401 with another body leaves the question open.",
        "How a token without user:profile:read is answered is not documented: undecided unless by that refusal.",
    ),
)
