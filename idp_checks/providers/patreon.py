"""Patreon: the person behind a token, as a resource of JSON:API, the same in both versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Flag,
    Id,
    LibraryFacts,
    Name,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    Refusal,
    RequestTemplate,
    Scopes,
    Shape,
    SimulationFacts,
    TokenFacts,
    Url,
    Username,
    bool_or_none,
    first_nonblank,
    profile_probe,
    renew_by_refresh_token,
)

Kind = Annotated[str, Meta(pattern=r"^user\Z")]
"""``type`` of a person: the identifiers of other resources are others."""


class Attributes(Struct):
    """``data.attributes``: those that were asked for."""

    full_name: Name = None
    first_name: Name = None
    last_name: Name = None
    vanity: Username = None
    email: Email = None
    is_email_verified: Flag = None
    image_url: Url = None
    thumb_url: Url = None


class User(Struct):
    """``data``."""

    id: Id
    type: Kind | None = None
    attributes: Attributes | None = None


class Identity(Shape):
    """``GET /api/oauth2/v2/identity``, https://docs.patreon.com/#user-v2, and ``current_user`` of version 1."""

    subject: ClassVar[Path] = ("data", "id")
    vouched_by: ClassVar[Path | None] = ("data", "attributes", "is_email_verified")

    data: User

    def claims(self, also: Mapping[str, Any]) -> Claims:
        said = self.data.attributes
        if said is None:
            return Claims(id=self.data.id)
        return Claims(
            id=self.data.id,
            name=said.full_name,
            given_name=said.first_name,
            family_name=said.last_name,
            username=said.vanity,
            email=said.email,
            email_verified=bool_or_none(said.is_email_verified),
            picture=first_nonblank(said.image_url, said.thumb_url),
        )


PROVIDER = Provider(
    name="patreon",
    title="Patreon",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "patreon", "allauth": "patreon", "authjs": "patreon"},
    has_auth0_strategy=False,
    libraries={
        "allauth": LibraryFacts(settings={"VERSION": "v2"}),
    },
    simulation=SimulationFacts(
        calls={"members": lambda _: {"data": {}, "included": []}},
    ),
    docs=(
        "https://docs.patreon.com/#oauth",
        "https://docs.patreon.com/#get-api-oauth2-v2-identity",
        "https://docs.patreon.com/#user-v2",
    ),
    profile=ProfileFacts(
        shapes=(Identity,),
        request=RequestTemplate(
            "https://www.patreon.com/api/oauth2/v2/identity?fields%5Buser%5D=about,created,email,first_name,full_name,"
            "image_url,is_email_verified,last_name,thumb_url,url,vanity"
        ),
        vouching="Patreon's is_email_verified, of the account's address",
        quirks=(
            "Version 2 gives no attribute that fields[user] did not name; some clients must escape the brackets.",
            (
                "Version 1 (https://www.patreon.com/api/oauth2/api/current_user, for clients registered for it) nests "
                "alike, with attributes of its own choice and pledges."
            ),
            "Without scope identity[email] there is no address, though its flag may be there.",
            "vanity, for creators only and fading out, is null for most people.",
            "first_name and last_name may be empty texts; full_name is often a single word.",
            "social_connections has a key for each network, null where none is linked.",
            "A creator's token from the client page stands for the creator, not for who logs in.",
        ),
        sources=(
            "https://docs.patreon.com/#user-v2",
            "https://github.com/Patreon/platform-documentation",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "Bound to one client, one person and the scopes granted; clients of version 1 and of version 2 "
            "get tokens of their own."
        ),
        expiry_field="expires_in",
        validity="About 31 days as seen.",
        renewal=renew_by_refresh_token(
            "A refresh token works once.",
            "https://www.patreon.com/api/oauth2/token",
        ),
        termination=Operation(
            "No call is documented, though a library names https://www.patreon.com/oauth2/revoke; the person removes "
            "the application in the account settings."
        ),
        uses=Operation(
            "Needs scope identity; without fields only the identifier comes back.",
            RequestTemplate("https://www.patreon.com/api/oauth2/v2/identity"),
        ),
        sources=("https://docs.patreon.com/#oauth",),
    ),
    scopes=Scopes(
        profile=("identity",),
        email=("identity[email]",),
        adding=(
            "Authorise again with more, and the person consents again: identity.memberships, campaigns, "
            "campaigns.members, campaigns.members[email], campaigns.members.address, campaigns.posts, "
            "w:campaigns.webhook."
        ),
        sources=("https://docs.patreon.com/#scopes",),
    ),
    debug=profile_probe(
        "https://www.patreon.com/api/oauth2/v2/identity",
        Identity,
        limit=(100, 2),
        refusals=(
            Refusal(
                401,
                "denied",
                {"errors": [{"code": 1, "code_name": "Unauthorized", "status": "401"}]},
                bare=True,
                detail="dead or unknown, or alive without the scope identity",
            ),
        ),
        source="https://docs.patreon.com/#errors",
        note=(
            "status is a text in the body, and retry_after_seconds stands there too, in no header. 100 calls "
            "in 2 seconds for a client and 100 a minute for a token; the edge shuts out who collects errors, "
            "and may refuse a call without User-Agent with 403."
        ),
    ),
    uncertain=(
        (
            "By Patreon's page 401 also covers wrong scopes, and tokens of version 1 have been refused so at addresses "
            "of version 2: a bare 401 proves little."
        ),
    ),
)
