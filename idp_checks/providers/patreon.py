"""Patreon: the user of a token, as a JSON:API resource with the same structure in both versions."""

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
"""``type`` of a user. Other resources have other identifiers."""


class Attributes(Struct):
    """``data.attributes``: the requested attributes."""

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
        attributes = self.data.attributes
        if attributes is None:
            return Claims(id=self.data.id)
        return Claims(
            id=self.data.id,
            name=attributes.full_name,
            given_name=attributes.first_name,
            family_name=attributes.last_name,
            username=attributes.vanity,
            email=attributes.email,
            email_verified=bool_or_none(attributes.is_email_verified),
            picture=first_nonblank(attributes.image_url, attributes.thumb_url),
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
        vouching="Patreon's is_email_verified, for the account's email address",
        quirks=(
            "Version 2 returns only the attributes in fields[user]. Some clients must escape the brackets.",
            (
                "Version 1 (https://www.patreon.com/api/oauth2/api/current_user, for clients registered for it) has "
                "the same nesting. It returns a fixed set of attributes, and pledges."
            ),
            "Without scope identity[email] the response has no email address, but may contain is_email_verified.",
            "vanity exists only for creators, is being phased out and is null for most users.",
            "first_name and last_name may be empty strings. full_name is often a single word.",
            "social_connections has a key for each network. The value is null if no account is linked.",
            "A creator's token from the client page belongs to the creator, not to the user who signs in.",
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
            "Bound to one client, one user and the granted scopes. Clients of version 1 and of version 2 get "
            "different tokens."
        ),
        expiry_field="expires_in",
        validity="The observed lifetime is about 31 days.",
        renewal=renew_by_refresh_token(
            "A refresh token works once.",
            "https://www.patreon.com/api/oauth2/token",
        ),
        termination=Operation(
            "No call is documented, but one library uses https://www.patreon.com/oauth2/revoke. The user can remove "
            "the application in the account settings."
        ),
        uses=Operation(
            "Requires scope identity. Without fields, the response contains only the identifier.",
            RequestTemplate("https://www.patreon.com/api/oauth2/v2/identity"),
        ),
        sources=("https://docs.patreon.com/#oauth",),
    ),
    scopes=Scopes(
        profile=("identity",),
        email=("identity[email]",),
        adding=(
            "Authorize again with more scopes. The user must consent again. Further scopes are identity.memberships, "
            "campaigns, campaigns.members, campaigns.members[email], campaigns.members.address, campaigns.posts and "
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
                detail="invalid or unknown, or valid without the scope identity",
            ),
        ),
        source="https://docs.patreon.com/#errors",
        note=(
            "In the body, status is a string. retry_after_seconds is also in the body, not in a header. The limits "
            "are 100 calls in 2 seconds per client and 100 calls a minute per token. The edge servers block clients "
            "that cause many errors, and may refuse a call without User-Agent with 403."
        ),
    ),
    uncertain=(
        (
            "According to Patreon's documentation, 401 also means missing scopes. URLs of version 2 have refused "
            "tokens of version 1 with 401 as well. A bare 401 therefore proves little."
        ),
    ),
)
