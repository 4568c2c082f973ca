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
    """``GET /2.0/users/me``, https://developer.box.com/reference/get-users-me/; the address stands in ``login``."""

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
            "The address stands in login, and nothing vouches for it.",
            "notification_email is another address, and its is_confirmed speaks of that one.",
            (
                "avatar_url opens only in a browser that is signed in; with the token the picture comes as bytes from "
                "/2.0/users/{id}/avatar."
            ),
            "There is no username (the nickname is the local part of the address), and there are no parts of the name.",
            "With the query parameter fields only the named members come, beside id and type.",
            "Service accounts and app users have an address at boxdevedition.com that nobody reads.",
            "space_amount can pass 2^53.",
        ),
        sources=("https://developer.box.com/reference/get-users-me/",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "32 letters and digits in the classic form, much longer in newer ones. Its rights are the "
            "application's scopes, cut by what the person may do."
        ),
        lifetime=3600,
        validity="expires_in of the token answer counts, up to 4200 seconds as seen.",
        renewal=renew_by_refresh_token(
            "grant_type=refresh_token with client_id and client_secret gives a new pair; a refresh token lives 60 days "
            "and works once. Downscoped tokens and those of server-side grants have none.",
            "https://api.box.com/oauth2/token",
        ),
        termination=revoke_by_request(
            "Form fields token (access or refresh), client_id and client_secret; 200 with an empty body. Ends the "
            "pair.",
            "https://api.box.com/oauth2/revoke",
        ),
        uses=Operation("Any token of a person works.", RequestTemplate("https://api.box.com/2.0/users/me")),
        sources=(
            "https://developer.box.com/guides/authentication/tokens/",
            "https://developer.box.com/reference/post-oauth2-revoke/",
        ),
    ),
    scopes=Scopes(
        adding=(
            "Scopes (root_readonly, root_readwrite, manage_managed_users ...) are ticked in the developer console, and "
            "every token gives the profile; scope at the authorisation can only ask for fewer. A token keeps its "
            "rights until the person, or for server-side applications the administrator, authorises again."
        ),
        sources=("https://developer.box.com/guides/api-calls/permissions-and-errors/scopes/",),
    ),
    debug=profile_probe(
        "https://api.box.com/2.0/users/me",
        User,
        refusals=(
            Refusal(401, "denied", header=("www-authenticate", "invalid_token")),
            Refusal(403, "not_permitted", detail="the person or the application may not make this call"),
        ),
        source="https://developer.box.com/guides/api-calls/permissions-and-errors/common-errors/",
        note=(
            "A 401 has an empty body: its header says why. About 1000 calls a minute and person are let "
            "through, beside the enterprise's monthly allowance."
        ),
    ),
    uncertain=("Expired, revoked and unknown tokens get the same 401.",),
)
