"""eBay: the user of the Identity API, a person or a business."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Id,
    Name,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    Refusal,
    RequestTemplate,
    Scopes,
    Shape,
    TokenFacts,
    Username,
    first_nonblank,
    profile_probe,
    renew_by_refresh_token,
)

USER = "https://apiz.ebay.com/commerce/identity/v1/user/"
SCOPE = "https://api.ebay.com/oauth/api_scope/commerce.identity"


class Individual(Struct, rename="camel"):
    """``individualAccount``."""

    first_name: Name = None
    last_name: Name = None
    email: Email = None


class Contact(Struct, rename="camel"):
    """``primaryContact`` of a business."""

    first_name: Name = None
    last_name: Name = None


class Business(Struct, rename="camel"):
    """``businessAccount``; ``name`` is the firm's."""

    name: Name = None
    email: Email = None
    primary_contact: Contact | None = None


class User(Shape, rename="camel"):
    """``GET /user/``, https://developer.ebay.com/api-docs/commerce/identity/resources/user/methods/getUser.

    One of the two accounts is there, or none; the firm's name stands for that of a contact who has none.
    """

    subject: ClassVar[Path] = ("userId",)

    user_id: Id
    username: Username = None
    individual_account: Individual | None = None
    business_account: Business | None = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        said = Claims(id=self.user_id, username=self.username)
        person, business = self.individual_account, self.business_account
        if person is not None:
            said.given_name, said.family_name, said.email = person.first_name, person.last_name, person.email
        elif business is not None:
            contact = business.primary_contact
            if contact is not None:
                said.given_name, said.family_name = contact.first_name, contact.last_name
            if first_nonblank(said.given_name, said.family_name) is None:
                said.name = business.name
            said.email = business.email
        return said


PROVIDER = Provider(
    name="ebay",
    title="eBay",
    kind="social",
    protocol="oauth2",
    has_auth0_strategy=False,
    docs=(
        "https://developer.ebay.com/api-docs/commerce/identity/resources/user/methods/getUser",
        "https://developer.ebay.com/api-docs/static/oauth-tokens.html",
        "https://developer.ebay.com/api-docs/static/oauth-scopes.html",
        "https://developer.ebay.com/api-docs/static/handling-error-messages.html",
    ),
    profile=ProfileFacts(
        shapes=(User,),
        request=RequestTemplate(USER),
        quirks=(
            "The host is apiz.ebay.com with a z, and the path ends in a slash; the sandbox is apiz.sandbox.ebay.com.",
            (
                "individualAccount or businessAccount, never both; of a business, name is the firm and primaryContact "
                "the person."
            ),
            (
                "The plain identity scope shows a business whole, address included, and of a person neither name nor "
                "address: those need scopes that eBay opens to approved applications."
            ),
            "status CONFIRMED is about the account and says nothing of the address.",
            (
                "The username can be changed; since 2025-09-26 it may be the immutable identifier for users in the USA "
                "and for some applications."
            ),
            "No picture and no whole name.",
        ),
        sources=("https://developer.ebay.com/api-docs/commerce/identity/resources/user/methods/getUser",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "Some 2000 characters, v^1.1# first as seen. Tokens of an application and of a user look alike, "
            "and only a user's opens the Identity API."
        ),
        lifetime=7200,
        validity="The refresh token about 18 months, unless the person changes password or username.",
        renewal=renew_by_refresh_token(
            "The refresh token stays the same.",
            "https://api.ebay.com/identity/v1/oauth2/token",
            basic=True,
        ),
        termination=Operation(
            "No REST call is documented; the old Trading API has RevokeToken, and the person withdraws the application "
            "in the account settings."
        ),
        uses=Operation(request=RequestTemplate(USER), required_scopes=("commerce.identity.readonly",)),
        sample="v^1.1#{}",
        sources=(
            "https://developer.ebay.com/api-docs/static/oauth-tokens.html",
            "https://developer.ebay.com/api-docs/static/oauth-refresh-token-request.html",
        ),
    ),
    scopes=Scopes(
        profile=(f"{SCOPE}.readonly", f"{SCOPE}.name.readonly"),
        email=(f"{SCOPE}.email.readonly",),
        adding=(
            "Authorise again with what is granted to the key set; name, email, phone, address and status are opened on "
            "application. redirect_uri is the RuName of the key set and no address."
        ),
        sources=("https://developer.ebay.com/api-docs/static/oauth-scopes.html",),
    ),
    debug=profile_probe(
        USER,
        User,
        refusals=(
            Refusal(401, "denied", {"errors": [{"errorId": 1001, "domain": "OAuth"}]}),
            Refusal(
                400,
                "caller_rejected",
                {"errors": [{"errorId": frozenset({1002, 1003})}]},
                detail="no token was seen, or one of the wrong type",
            ),
            Refusal(403, "not_permitted", {"errors": [{"errorId": 1100}]}, detail="without the scope for this call"),
        ),
        source="https://developer.ebay.com/develop/api/sell/error_codes",
        note=(
            "Errors come as a list: 1001 is the dead token, 1004 and 140000 are eBay's own faults. "
            "GetTokenStatus of the Trading API is for tokens of Auth'n'Auth. Calls are limited by the day "
            "and application."
        ),
    ),
    uncertain=("Expired, revoked and unknown tokens get the same 401; what an application token gets is not stated.",),
)
