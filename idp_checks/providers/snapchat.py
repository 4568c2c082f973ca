"""Snapchat Login Kit: a GraphQL answer with as much of the person as the query and the scopes name."""

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
    """``bitmoji``: withheld where the person switched it off."""

    avatar: Url = None


class Person(Struct, rename="camel"):
    """``data.me``."""

    external_id: Id
    display_name: Name = None
    bitmoji: Bitmoji | None = None


class Data(Struct):
    """``data``: null beside errors."""

    me: Person


class Me(Shape):
    """``POST /v1/me``, https://developers.snap.com/snap-kit/login-kit/Tutorials/web; errors come under status 200."""

    subject: ClassVar[Path] = ("data", "me", "externalId")

    data: Data
    errors: Json = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        if self.errors:
            raise ProfileError("the answer holds errors", path="$.errors")
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
                'The body is a GraphQL query as JSON, {"query": "{me{externalId displayName bitmoji{avatar id}}}"}, or '
                "the parameter query of a GET: what the query or the scopes leave out is missing or null."
            ),
            "Failures come with status 200: errors is filled then, and data may be null.",
            "There is no username and no e-mail address; the field email that one library asks for is undocumented.",
            "externalId holds /, + and =, to be escaped in addresses.",
            "The same call is in use at https://api.snapkit.com/v1/me.",
            (
                "adsapi.snapchat.com/v1/me belongs to the Marketing API, which has tokens of its own; its me has id, "
                "email, display_name and organization_id."
            ),
        ),
        sources=("https://developers.snap.com/snap-kit/login-kit/Tutorials/web",),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "Encrypted for Snap itself (JWE with alg dir), so opaque to all others. The scopes, addresses all, decide "
            "what me shows."
        ),
        lifetime=3600,
        validity="The expiry of refresh tokens is not documented.",
        renewal=renew_by_refresh_token(
            "grant_type=refresh_token with HTTP Basic, or client_id in the form for a public client with PKCE.",
            "https://accounts.snapchat.com/accounts/oauth2/token",
            basic=True,
        ),
        termination=revoke_by_request(
            "Form field token, HTTP Basic.", "https://accounts.snapchat.com/accounts/oauth2/revoke", basic=True
        ),
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
            "Enable it in the developer portal, then authorise again with its address; some can be switched off by the "
            "person."
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
            "The probe names no application. Since externalId is made for one application, one that is known from "
            "one's own sign-ins speaks for one's own token; an unknown one says nothing. Deprecated are the SDKs of "
            "Login Kit alone."
        ),
    ),
    uncertain=(
        (
            "Bad tokens get 401, of which neither header nor body is documented: only the header that RFC 6750, "
            "section 3.1, has for a bad token denies one; a 401 without it is undecided."
        ),
    ),
)
