"""Login with Amazon: the customer profile in its current and its older form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Epoch,
    HttpEndpoint,
    Id,
    Name,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    Refusal,
    RequestTemplate,
    ResponseModel,
    Scopes,
    Seconds,
    Shape,
    TokenFacts,
    by_query,
    expiry_after,
    parse_epoch,
    renew_by_refresh_token,
    revoke_in_settings,
)


class Customer(Shape):
    """``GET /user/profile``, https://developer.amazon.com/docs/login-with-amazon/obtain-customer-profile.html."""

    subject: ClassVar[Path] = ("user_id",)

    user_id: Id
    name: Name = None
    email: Email = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(id=self.user_id, name=self.name, email=self.email)


class WrappedCustomer(Struct, rename="pascal"):
    """``Profile`` in the older response."""

    customer_id: Id
    name: Name = None
    primary_email: Email = None


class CustomerWrapper(Shape, rename="pascal"):
    """The response of ``https://www.amazon.com/ap/user/profile``."""

    subject: ClassVar[Path] = ("Profile", "CustomerId")

    profile: WrappedCustomer

    def claims(self, also: Mapping[str, Any]) -> Claims:
        customer = self.profile
        return Claims(id=customer.customer_id, name=customer.name, email=customer.primary_email)


class TokenInfo(ResponseModel):
    """A good token of any client.

    ``aud`` is the client, ``exp`` the remaining seconds, ``iat`` a timestamp.
    """

    aud: str
    user_id: str
    exp: Seconds
    iat: Epoch | None = None
    iss: str | None = None

    def read(self, question: Question) -> Reading:
        return Reading(
            active=True,
            reason="ok",
            client_id=self.aud,
            subject=self.user_id,
            expires_at=expiry_after(question.time, self.exp),
            issued_at=parse_epoch(self.iat),
            issuer=self.iss,
        )


PROVIDER = Provider(
    name="amazon",
    title="Login with Amazon",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "amazon", "allauth": "amazon"},
    docs=(
        "https://developer.amazon.com/docs/login-with-amazon/documentation-overview.html",
        "https://developer.amazon.com/docs/login-with-amazon/access-token.html",
        "https://developer.amazon.com/docs/login-with-amazon/refresh-token.html",
        "https://developer.amazon.com/docs/login-with-amazon/obtain-customer-profile.html",
        "https://developer.amazon.com/docs/login-with-amazon/customer-profile.html",
    ),
    profile=ProfileFacts(
        shapes=(Customer, CustomerWrapper),
        request=RequestTemplate("https://api.amazon.com/user/profile"),
        subject_scope="the developer's security profiles",
        quirks=(
            (
                "The profile has no picture, no username and no separate parts of the name. The email address has no "
                "verification flag."
            ),
            "With scope profile:user_id only user_id is returned.",
            "The identifier is case-sensitive.",
            "postal_code is a string in the format of any country.",
            "The older URL returns CustomerId, Name and PrimaryEmail in a field Profile.",
        ),
        sources=("https://developer.amazon.com/docs/login-with-amazon/obtain-customer-profile.html",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "Access tokens begin with Atza|, refresh tokens with Atzr|. A token has 350 to 2048 bytes and must be "
            "escaped in a query. It is bound to one security profile (client id), one customer and the granted "
            "scopes."
        ),
        lifetime=3600,
        renewal=renew_by_refresh_token(
            "The client's credentials can also be sent as HTTP Basic. The refresh token is valid until the customer "
            "withdraws the consent.",
            "https://api.amazon.com/auth/o2/token",
        ),
        termination=revoke_in_settings(page="the settings of the Amazon account"),
        uses=Operation(
            "Requires scope profile or profile:user_id. The token can also be sent in the header x-amz-access-token.",
            RequestTemplate("https://api.amazon.com/user/profile"),
        ),
        pattern=r"Atza\|.+",
        sample="Atza|{}",
        sources=(
            "https://developer.amazon.com/docs/login-with-amazon/access-token.html",
            "https://developer.amazon.com/docs/login-with-amazon/refresh-token.html",
        ),
    ),
    scopes=Scopes(
        profile=("profile",),
        email=("profile",),
        adding=(
            "Request authorization again with more scopes: profile (name, email address and identifier), "
            "profile:user_id (only the identifier), postal_code. Other scopes belong to other programs such as Alexa "
            "and Amazon Pay."
        ),
        implied={"profile": ("profile:user_id",)},
        sources=("https://developer.amazon.com/docs/login-with-amazon/customer-profile.html",),
    ),
    debug=HttpEndpoint(
        kind="tokeninfo",
        url="https://api.amazon.com/auth/o2/tokeninfo",
        placement=by_query("access_token"),
        proves=frozenset({"client", "subject", "end"}),
        response_model=TokenInfo,
        refusals=(
            Refusal(400, "denied", {"error": "invalid_token"}),
            Refusal(400, "caller_rejected", {"error": "invalid_request"}, detail="the request is invalid"),
            Refusal(
                401,
                "not_permitted",
                {"error": "insufficient_scope"},
                detail="the token is valid but lacks the required scope",
            ),
        ),
        source="https://developer.amazon.com/docs/eu/amazon-pay-automatic/obtain-profile-information.html",
        note=(
            "exp contains the remaining seconds, not a time. Europe and Japan have their own hosts, api.amazon.co.uk "
            "and api.amazon.co.jp."
        ),
    ),
    uncertain=(
        (
            "The refusals are documented for the profile endpoint; no page lists them for tokeninfo. Only 400 "
            "invalid_token denies a token."
        ),
        "Amazon's samples send the token to tokeninfo in the query. Whether a header is accepted is not documented.",
    ),
)
