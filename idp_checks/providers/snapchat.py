"""Snapchat Login Kit: a GraphQL response with the fields that the query and the scopes select."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    Claims,
    HttpEndpoint,
    Id,
    Json,
    Name,
    Operation,
    Path,
    ProfileError,
    ProfileFacts,
    Provider,
    Refusal,
    RequestTemplate,
    Scopes,
    Shape,
    SimulationFacts,
    TokenFacts,
    Url,
    by_bearer,
    renew_by_refresh_token,
    revoke_by_request,
)


class Bitmoji(Struct):
    """``bitmoji``, which is missing if the user disabled it."""

    avatar: Url = None


class Person(Struct, rename="camel"):
    """``data.me``."""

    external_id: Id
    display_name: Name = None
    bitmoji: Bitmoji | None = None


class Data(Struct):
    """``data``, which is null if there are errors."""

    me: Person


class Me(Shape):
    """``POST /v1/me``, https://developers.snap.com/snap-kit/login-kit/Tutorials/web.

    Errors have HTTP status 200.
    """

    subject: ClassVar[Path] = ("data", "me", "externalId")

    data: Data
    errors: Json = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        if self.errors:
            raise ProfileError("the response contains errors", path="$.errors")
        person = self.data.me
        return Claims(
            id=person.external_id,
            name=person.display_name,
            picture=None if person.bitmoji is None else person.bitmoji.avatar,
        )


PROVIDER = Provider(
    name="snapchat",
    title="Snapchat (Login Kit)",
    kind="social",
    protocol="oauth2",
    aliases={"allauth": "snapchat"},
    has_auth0_strategy=False,
    simulation=SimulationFacts(
        errors_with_status_200=True,
    ),
    docs=(
        "https://developers.snap.com/snap-kit/login-kit/overview",
        "https://developers.snap.com/snap-kit/login-kit/Tutorials/web",
        "https://marketplace.auth0.com/integrations/snapchat-social-connection",
    ),
    profile=ProfileFacts(
        shapes=(Me,),
        request=RequestTemplate(
            "https://kit.snapchat.com/v1/me", method="POST", headers={"Content-Type": "application/json"}
        ),
        subject_scope="the application",
        quirks=(
            (
                'The body is a GraphQL query as JSON, {"query": "{me{externalId displayName bitmoji{avatar id}}}"}. A '
                "GET sends it in the parameter query. Fields outside the query or the scopes are missing or null."
            ),
            "Failures have HTTP status 200. The list errors is then not empty, and data may be null.",
            (
                "The profile has no username and no email address. One library requests the field email, which is not "
                "documented."
            ),
            "externalId contains /, + and =, which must be escaped in URLs.",
            "The same call is also available at https://api.snapkit.com/v1/me.",
            (
                "adsapi.snapchat.com/v1/me belongs to the Marketing API, which has separate tokens. Its me object has "
                "id, email, display_name and organization_id."
            ),
        ),
        sources=("https://developers.snap.com/snap-kit/login-kit/Tutorials/web",),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "Encrypted for Snap (JWE with alg dir), so only Snap can read it. The scopes, which are all URLs, decide "
            "which fields me contains."
        ),
        lifetime=3600,
        validity="The expiry of refresh tokens is not documented.",
        renewal=renew_by_refresh_token(
            "A public client with PKCE sends client_id in the form instead of HTTP Basic.",
            "https://accounts.snapchat.com/accounts/oauth2/token",
            basic=True,
        ),
        termination=revoke_by_request("", "https://accounts.snapchat.com/accounts/oauth2/revoke", basic=True),
        uses=Operation(
            "The GraphQL query {me{externalId}}.",
            RequestTemplate(
                "https://kit.snapchat.com/v1/me", method="POST", params={"query": "{me{externalId}}"}, as_json=True
            ),
        ),
        sources=("https://developers.snap.com/snap-kit/login-kit/Tutorials/web",),
    ),
    scopes=Scopes(
        profile=(
            "https://auth.snapchat.com/oauth2/api/user.display_name",
            "https://auth.snapchat.com/oauth2/api/user.bitmoji.avatar",
            "https://auth.snapchat.com/oauth2/api/user.external_id",
        ),
        adding=(
            "Enable the scope in the developer portal, then authorize again with its URL. The user can disable some "
            "scopes."
        ),
        sources=("https://developers.snap.com/snap-kit/login-kit/Tutorials/web",),
    ),
    debug=HttpEndpoint(
        kind="userinfo-probe",
        method="POST",
        url="https://kit.snapchat.com/v1/me",
        placement=by_bearer(),
        params={"query": "{me{externalId}}"},
        as_json=True,
        proves=frozenset({"subject"}),
        response_model=Me,
        refusals=(
            Refusal(401, "denied", header=("www-authenticate", "invalid_token")),
            Refusal(403, "not_permitted", header=("www-authenticate", "insufficient_scope")),
        ),
        source="https://developers.snap.com/snap-kit/login-kit/Tutorials/web",
        note=(
            "externalId is specific to one application. A value that is known from an application's sign-ins "
            "indicates a token of that application. An unknown value proves nothing. Only the SDKs of Login Kit are "
            "deprecated."
        ),
    ),
    uncertain=(
        (
            "Snapchat returns 401 for invalid tokens, but documents neither header nor body. Only the header of RFC "
            "6750, section 3.1, for an invalid token is a denial. A 401 without it is undecided."
        ),
    ),
)
