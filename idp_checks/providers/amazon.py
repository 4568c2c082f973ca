"""Login with Amazon: the customer profile, and its wrapped form at the older address."""

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
    """``Profile`` of the older answer."""

    customer_id: Id
    name: Name = None
    primary_email: Email = None


class Wrapped(Shape, rename="pascal"):
    """The answer of ``https://www.amazon.com/ap/user/profile``."""

    subject: ClassVar[Path] = ("Profile", "CustomerId")

    profile: WrappedCustomer

    def claims(self, also: Mapping[str, Any]) -> Claims:
        customer = self.profile
        return Claims(id=customer.customer_id, name=customer.name, email=customer.primary_email)


class TokenInfo(ResponseModel):
    """A good token of whatever client. ``aud`` is the client, ``exp`` the seconds left, ``iat`` a time."""

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
        shapes=(Customer, Wrapped),
        request=RequestTemplate("https://api.amazon.com/user/profile"),
        subject_scope="the developer's security profiles",
        quirks=(
            "No picture, no username, no separate parts of the name, and no flag for the address.",
            "With scope profile:user_id only user_id comes back.",
            "Upper and lower case of the identifier count.",
            "postal_code is a text, of any country's form.",
            "The older address answers with CustomerId, Name and PrimaryEmail in a member Profile.",
        ),
        sources=("https://developer.amazon.com/docs/login-with-amazon/obtain-customer-profile.html",),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "Atza| marks an access token, Atzr| a refresh token. 350 to 2048 bytes, to be escaped in a "
            "query. Fixed to one security profile (client id), one customer and the scopes granted."
        ),
        lifetime=3600,
        renewal=renew_by_refresh_token(
            "grant_type=refresh_token with the client's credentials in the form or as HTTP Basic; the refresh token "
            "stays good until the customer takes the consent back.",
            "https://api.amazon.com/auth/o2/token",
        ),
        termination=Operation(
            "No call is documented: the customer removes the app in the settings of the Amazon account."
        ),
        uses=Operation(
            "Works with profile or profile:user_id; the header x-amz-access-token does as well.",
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
            "Authorise again with more scopes: profile (name, address, id), profile:user_id (id alone), postal_code; "
            "others belong to other programmes such as Alexa and Amazon Pay."
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
            Refusal(400, "caller_rejected", {"error": "invalid_request"}, detail="the question was not understood"),
            Refusal(401, "not_permitted", {"error": "insufficient_scope"}, detail="alive, without the scope asked for"),
        ),
        source="https://developer.amazon.com/docs/eu/amazon-pay-automatic/obtain-profile-information.html",
        note=(
            "exp beside it is no time but the seconds left. Europe and Japan have hosts of their own, "
            "api.amazon.co.uk and api.amazon.co.jp."
        ),
    ),
    uncertain=(
        (
            "The refusals are those of the profile endpoint's page; no page lists them for tokeninfo. Only 400 "
            "invalid_token denies a token."
        ),
        "Amazon's samples send the token to tokeninfo in the query; whether a header does as well is not stated.",
    ),
)
