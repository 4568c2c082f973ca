"""Shopify: the shop of a token. A user appears only in the response that issues an online token."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct
from msgspec.structs import replace

from idp_checks.providers.sdk import (
    Claims,
    Email,
    Flag,
    HttpEndpoint,
    Id,
    LibraryFacts,
    Name,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    Reason,
    Refusal,
    RequestTemplate,
    Response,
    ResponseModel,
    Scopes,
    Shape,
    SimulationFacts,
    Steps,
    TokenFacts,
    Unreachable,
    bool_or_none,
    by_header,
    renew_by_refresh_token,
)

DOMAIN = ".myshopify.com"
GID = "gid://shopify/Shop/"
"""The prefix of the shop's number in GraphQL."""

_match_shop = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII | re.IGNORECASE).fullmatch


class Shop(Struct):
    """``shop`` in both APIs."""

    id: Id
    name: Name = None
    email: Email = None


class RestShop(Shape):
    """``GET /admin/api/{version}/shop.json``, https://shopify.dev/docs/api/admin-rest/latest/resources/shop."""

    subject: ClassVar[Path] = ("shop", "id")

    shop: Shop

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(id=to_shop_number(self.shop.id), name=self.shop.name, email=self.shop.email)


class Data(Struct):
    """``data`` of GraphQL."""

    shop: Shop


class GraphQlShop(Shape):
    """The query ``shop``, https://shopify.dev/docs/api/admin-graphql/latest/queries/shop."""

    subject: ClassVar[Path] = ("data", "shop", "id")

    data: Data

    def claims(self, also: Mapping[str, Any]) -> Claims:
        shop = self.data.shop
        return Claims(id=to_shop_number(shop.id), name=shop.name, email=shop.email)


class Staff(Struct):
    """``associated_user``."""

    id: Id
    first_name: Name = None
    last_name: Name = None
    email: Email = None
    email_verified: Flag = None


class OnlineToken(Shape):
    """The response that issues an online token.

    https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/online-access-tokens
    """

    subject: ClassVar[Path] = ("associated_user", "id")
    vouched_by: ClassVar[Path | None] = ("associated_user", "email_verified")

    associated_user: Staff

    def claims(self, also: Mapping[str, Any]) -> Claims:
        staff = self.associated_user
        return Claims(
            id=staff.id,
            given_name=staff.first_name,
            family_name=staff.last_name,
            email=staff.email,
            email_verified=bool_or_none(staff.email_verified),
        )


def to_shop_number(ident: int | str) -> int | str:
    """Return the shop's number, without the prefix of GraphQL."""
    return ident.removeprefix(GID) if isinstance(ident, str) else ident


class App(Struct, rename="camel"):
    """``app``; ``api_key`` is the client id."""

    api_key: str


class Scope(Struct):
    """An element of ``accessScopes``."""

    handle: str


class Installation(Struct, rename="camel"):
    """``currentAppInstallation``."""

    app: App
    access_scopes: list[Scope]


class ShopReference(Struct, rename="camel"):
    """``shop`` in the response about a token."""

    id: str
    myshopify_domain: str | None = None


class InstallationData(Struct, rename="camel"):
    """``data`` of the response about a token."""

    current_app_installation: Installation
    shop: ShopReference


class InstallationResponse(ResponseModel):
    """The response to a valid token of any application.

    https://shopify.dev/docs/api/admin-graphql/latest/objects/AppInstallation

    The shop is reported in the caller's form if both identify the same shop: by number, GraphQL identifier or domain.
    Any other number may identify a staff user, whom the response does not contain. The account then stays undecided.
    """

    data: InstallationData

    def read(self, question: Question) -> Reading:
        installation, shop = self.data.current_app_installation, self.data.shop
        expected = question.subject
        subject: str | None = str(to_shop_number(shop.id))
        if expected is not None and expected in (shop.id, shop.myshopify_domain):
            subject = expected
        elif expected is not None and expected != subject and expected.isdecimal():
            subject = None
        return Reading(
            active=True,
            reason="ok",
            client_id=installation.app.api_key,
            subject=subject,
            scopes=tuple(scope.handle for scope in installation.access_scopes),
        )


UNDECIDED_CODES: Mapping[str, tuple[Reason, str]] = {
    "THROTTLED": ("rate_limited", "rate limited by the issuer"),
    "ACCESS_DENIED": ("not_permitted", "the token is valid but lacks the permission for this query"),
    "SHOP_INACTIVE": ("not_permitted", "the shop is not active"),
    "INTERNAL_SERVER_ERROR": ("issuer_error", "an internal error of Shopify with status 200"),
}
"""Codes of errors with status 200, https://shopify.dev/docs/api/admin-graphql. None of them denies the token."""


INVALID_SHOP = f"the credential shop is not a shop of {DOMAIN[1:]}"


def _for_shop(question: Question) -> Question | None:
    """Return the question with the shop's name without the domain; None if the name is invalid."""
    if question.issuer_url is not None:
        return question
    shop = (question.credential("shop") or "").removesuffix(DOMAIN)
    return replace(question, credentials={**question.credentials, "shop": shop}) if _match_shop(shop) else None


class ShopRequest(RequestTemplate):
    """A call to a shop, only under Shopify's domain."""

    def build_url(self, question: Question) -> str:
        shop_question = _for_shop(question)
        if shop_question is None:
            raise Unreachable("caller_rejected", INVALID_SHOP)
        return super().build_url(shop_question)


class ShopEndpoint(HttpEndpoint):
    """A GraphQL query to a shop, only under Shopify's domain."""

    def steps(self, question: Question) -> Steps:
        shop_question = _for_shop(question)
        if shop_question is None:
            return Reading(active=None, reason="caller_rejected", detail=INVALID_SHOP)
        return (yield from super().steps(shop_question))

    def read(self, response: Response, question: Question) -> Reading:
        body = response.json
        errors = body.get("errors") if isinstance(body, dict) else None
        if response.status == self.good_status and isinstance(errors, list):
            for error in errors:
                extensions = error.get("extensions") if isinstance(error, dict) else None
                code = extensions.get("code") if isinstance(extensions, dict) else None
                if isinstance(code, str) and code in UNDECIDED_CODES:
                    reason, detail = UNDECIDED_CODES[code]
                    return Reading(active=None, reason=reason, detail=detail)
        return super().read(response, question)


PROVIDER = Provider(
    name="shopify",
    title="Shopify",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "shopify", "allauth": "shopify"},
    libraries={
        "allauth": LibraryFacts(classes={RestShop: ""}, request_parameters={"shop": "sample.myshopify.com"}),
    },
    simulation=SimulationFacts(
        token_fields=dict,
        errors_with_status_200=True,
    ),
    docs=(
        "https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens",
        "https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens",
        "https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/online-access-tokens",
        "https://shopify.dev/docs/api/admin-graphql/latest/queries/currentAppInstallation",
        "https://shopify.dev/docs/api/admin-rest",
    ),
    profile=ProfileFacts(
        shapes=(RestShop, GraphQlShop, OnlineToken),
        request=RequestTemplate(
            "https://{shop}.myshopify.com/admin/api/2026-10/shop.json", by_header("X-Shopify-Access-Token")
        ),
        vouching="Shopify's email_verified of a staff user (associated_user); the shop's email address has no flag",
        quirks=(
            "The account is a shop. Identifier, name and email address belong to the shop, not to a user.",
            (
                "A user appears only as associated_user in the response that issues an online token. It cannot be "
                "requested again, so store it. Users and shops are numbered separately, so a user and a shop may have "
                "the same number. Use either shops or users as accounts, not both."
            ),
            (
                "Clients use different identifiers: the shop's number, its permanent domain or the staff user's "
                "number. This package uses the staff user's number if present, else the shop's number."
            ),
            "In REST, the identifier is a number. In GraphQL, it is gid://shopify/Shop/ followed by the same digits.",
            (
                "The host is the shop's host and is received during sign-in. Unless the client checks that it is "
                "under myshopify.com, a forged host receives the token and responds in Shopify's place."
            ),
            "domain may change. myshopify_domain does not change.",
            "The profile has no picture and no username. shop_owner is a free-form string.",
            "Shopify calls the REST API legacy. New public applications must use GraphQL.",
        ),
        sources=(
            "https://shopify.dev/docs/api/admin-rest/latest/resources/shop",
            "https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/online-access-tokens",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The prefix shows the kind: shpat_ for a public application, shpca_ for a custom application and shppa_ "
            "for a private application, followed by 32 hexadecimal digits. Older tokens are only the digits. Bound to "
            "one application and one shop, with the scopes that the application declares."
        ),
        validity=(
            "The lifetime depends on the kind. Online tokens are valid for about 24 hours or until the staff user "
            "logs out. Expiring offline tokens are valid for 60 minutes. Non-expiring offline tokens are valid until "
            "the application is uninstalled or its secret is revoked. From 2027, all public applications must use "
            "expiring tokens."
        ),
        renewal=renew_by_refresh_token(
            "Only for expiring offline tokens. The refresh token is valid for about 90 days and is replaced at each "
            "use.",
            "https://{shop}.myshopify.com/admin/oauth/access_token",
            required_credentials=("shop", "client_id", "client_secret"),
            template_class=ShopRequest,
        ),
        termination=Operation(
            "Uninstalls the application, which revokes all its tokens for the shop (in GraphQL, appUninstall). Known "
            "from practice. The merchant can do the same.",
            manual_call=("DELETE", "https://{shop}.myshopify.com/admin/api_permissions/current.json"),
        ),
        uses=Operation(
            "Lists the token's scopes. No scope is required.",
            ShopRequest(
                "https://{shop}.myshopify.com/admin/oauth/access_scopes.json",
                by_header("X-Shopify-Access-Token"),
                required_credentials=("shop",),
            ),
        ),
        sample="shpat_{}",
        sources=(
            "https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens",
            "https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/online-access-tokens",
        ),
    ),
    scopes=Scopes(
        separator=",",
        adding=(
            "Declare the scopes for the application and send the merchant through the grant again. The application "
            "can request optional scopes at runtime. write_x includes read_x, and only write_x is listed. The shop "
            "profile requires no scope."
        ),
        sources=("https://shopify.dev/docs/api/usage/access-scopes",),
    ),
    debug=ShopEndpoint(
        kind="tokeninfo",
        method="POST",
        url="https://{shop}.myshopify.com/admin/api/2026-10/graphql.json",
        placement=by_header("X-Shopify-Access-Token"),
        params={
            "query": (
                "{ currentAppInstallation { app { apiKey } accessScopes { handle } } shop { id myshopifyDomain } }"
            )
        },
        as_json=True,
        required_credentials=("shop",),
        proves=frozenset({"client", "subject", "scopes"}),
        response_model=InstallationResponse,
        refusals=(
            Refusal(
                401,
                "denied",
                {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"},
                detail="expired, revoked, unknown or of another shop: the reason is not stated",
            ),
            Refusal(402, "not_permitted", detail="the shop is frozen"),
            Refusal(403, "not_permitted"),
            Refusal(404, "caller_rejected", detail="the shop does not exist"),
            Refusal(423, "not_permitted", detail="the shop is locked"),
        ),
        source="https://shopify.dev/docs/api/admin-graphql/latest/objects/AppInstallation",
        note=(
            "The GraphQL endpoint is not documented for checking tokens, but returns Shopify's data on application "
            "(apiKey is the client id), scopes and shop. Status 200 proves nothing: errors are in the body. A token of "
            "another shop is refused like an invalid token, so the shop must be correct. The response does not contain "
            "the expiry. "
            "shop is the name before .myshopify.com, with or without that suffix. No request is sent to any other "
            "host. Session tokens of App Bridge are JWTs and a different kind of token."
        ),
    ),
    uncertain=(
        "The message of the 401 is known only from reports. A 401 with any other message is undecided.",
        "For rate limits, status 200 with THROTTLED is documented and 429 is reported. Both are read.",
        (
            "The response does not contain the user of an online token, and a number does not show whether it "
            "identifies a shop. If the number is not the shop's number, the account is undecided."
        ),
    ),
)
