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
    """``businessAccount``; ``name`` is the company's name."""

    name: Name = None
    email: Email = None
    primary_contact: Contact | None = None


class User(Shape, rename="camel"):
    """``GET /user/``, https://developer.ebay.com/api-docs/commerce/identity/resources/user/methods/getUser.

    At most one of the two accounts is present. The company's name replaces a missing name of the contact.
    """

    subject: ClassVar[Path] = ("userId",)

    user_id: Id
    username: Username = None
    individual_account: Individual | None = None
    business_account: Business | None = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        claims = Claims(id=self.user_id, username=self.username)
        person, business = self.individual_account, self.business_account
        if person is not None:
            claims.given_name, claims.family_name, claims.email = person.first_name, person.last_name, person.email
        elif business is not None:
            contact = business.primary_contact
            if contact is not None:
                claims.given_name, claims.family_name = contact.first_name, contact.last_name
            if first_nonblank(claims.given_name, claims.family_name) is None:
                claims.name = business.name
            claims.email = business.email
        return claims


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
            (
                "The host is apiz.ebay.com, with a z, and the path ends with a slash. The sandbox is "
                "apiz.sandbox.ebay.com."
            ),
            (
                "The response contains individualAccount or businessAccount, never both. For a business, name is "
                "the company and primaryContact is the person."
            ),
            (
                "The plain identity scope returns all data of a business, including the email address, but "
                "neither name nor email address of a person. Those require scopes that eBay grants to approved "
                "applications."
            ),
            "status CONFIRMED refers to the account, not to the email address.",
            (
                "The username can be changed. Since 2025-09-26 it may be the immutable identifier for users in "
                "the USA and for some applications."
            ),
            "The profile has no picture and no full name.",
        ),
        sources=("https://developer.ebay.com/api-docs/commerce/identity/resources/user/methods/getUser",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "It has about 2000 characters; observed tokens begin with v^1.1#. Application tokens and user tokens "
            "look alike, but only user tokens can access the Identity API."
        ),
        lifetime=7200,
        validity="The refresh token is valid for about 18 months, unless the user changes password or username.",
        renewal=renew_by_refresh_token(
            "The refresh token stays the same.",
            "https://api.ebay.com/identity/v1/oauth2/token",
            basic=True,
        ),
        termination=Operation(
            "No REST call is documented. The old Trading API has RevokeToken, and the user can remove the "
            "application in the account settings."
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
            "Request authorization again with scopes that are granted to the key set. The scopes for name, "
            "email, phone, address and status are granted on request. redirect_uri is the RuName of the key set, "
            "not a URL."
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
                detail="the token is missing or has the wrong type",
            ),
            Refusal(
                403, "not_permitted", {"errors": [{"errorId": 1100}]}, detail="the token lacks the scope for this call"
            ),
        ),
        source="https://developer.ebay.com/develop/api/sell/error_codes",
        note=(
            "Errors are a list: 1001 means an invalid token, 1004 and 140000 are internal errors of eBay. "
            "GetTokenStatus of the Trading API is for tokens of Auth'n'Auth. Calls are limited per day and "
            "application."
        ),
    ),
    uncertain=(
        (
            "Expired, revoked and unknown tokens get the same 401. The response to an application token is "
            "not documented."
        ),
    ),
)
