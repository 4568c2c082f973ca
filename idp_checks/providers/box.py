"""Box: the user behind a token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Id,
    Name,
    Operation,
    ProfileFacts,
    Provider,
    Refusal,
    RequestTemplate,
    Scopes,
    Shape,
    TokenFacts,
    Url,
    profile_probe,
    renew_by_refresh_token,
    revoke_by_request,
)


class User(Shape):
    """``GET /2.0/users/me``, https://developer.box.com/reference/get-users-me/; ``login`` is the email address."""

    id: Id
    name: Name = None
    login: Email = None
    avatar_url: Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(id=self.id, name=self.name, email=self.login, picture=self.avatar_url)


PROVIDER = Provider(
    name="box",
    title="Box",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "box", "allauth": "box", "authjs": "box"},
    docs=(
        "https://developer.box.com/reference/get-users-me/",
        "https://developer.box.com/reference/resources/user--full/",
        "https://developer.box.com/guides/authentication/tokens/",
        "https://developer.box.com/guides/api-calls/permissions-and-errors/common-errors/",
    ),
    profile=ProfileFacts(
        shapes=(User,),
        request=RequestTemplate("https://api.box.com/2.0/users/me"),
        quirks=(
            "The email address is in the field login.",
            "notification_email is another email address, and its is_confirmed refers to that address.",
            (
                "avatar_url works only in a browser that is signed in. With the token, /2.0/users/{id}/avatar "
                "returns the picture as bytes."
            ),
            (
                "The profile has no username and no parts of the name. The nickname is the local part of the email "
                "address."
            ),
            "With the query parameter fields, only the listed fields are returned, plus id and type.",
            "Service accounts and app users have an email address at boxdevedition.com that nobody reads.",
            "space_amount can exceed 2^53.",
        ),
        sources=("https://developer.box.com/reference/get-users-me/",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The classic format has 32 letters and digits; newer formats are much longer. The permissions are "
            "the application's scopes, limited to the user's own permissions."
        ),
        lifetime=3600,
        validity="expires_in of the token response is authoritative; up to 4200 seconds were observed.",
        renewal=renew_by_refresh_token(
            "The response contains a new pair. A refresh token is valid for 60 days and can be used once. "
            "Downscoped tokens and tokens of server-side grants have no refresh token.",
            "https://api.box.com/oauth2/token",
        ),
        termination=revoke_by_request(
            "Takes the access token or the refresh token, and revokes both. Returns 200 with an empty body.",
            "https://api.box.com/oauth2/revoke",
        ),
        uses=Operation("Accepts any token of a user.", RequestTemplate("https://api.box.com/2.0/users/me")),
        sources=(
            "https://developer.box.com/guides/authentication/tokens/",
            "https://developer.box.com/reference/post-oauth2-revoke/",
        ),
    ),
    scopes=Scopes(
        adding=(
            "Scopes (root_readonly, root_readwrite, manage_managed_users ...) are enabled in the developer "
            "console. Every token grants access to the profile. The scope parameter of the authorization can "
            "only request fewer scopes. A token keeps its permissions until the user, or for server-side "
            "applications the administrator, authorizes the application again."
        ),
        sources=("https://developer.box.com/guides/api-calls/permissions-and-errors/scopes/",),
    ),
    debug=profile_probe(
        "https://api.box.com/2.0/users/me",
        User,
        refusals=(
            Refusal(401, "denied", header=("www-authenticate", "invalid_token")),
            Refusal(403, "not_permitted", detail="the user or the application lacks permission for this call"),
        ),
        source="https://developer.box.com/guides/api-calls/permissions-and-errors/common-errors/",
        note=(
            "A 401 has an empty body; its header contains the reason. About 1000 calls a minute are allowed for "
            "each user, in addition to the enterprise's monthly allowance."
        ),
    ),
    uncertain=("Expired, revoked and unknown tokens get the same 401.",),
)
