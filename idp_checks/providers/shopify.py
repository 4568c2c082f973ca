"""Shopify: the shop behind a token; a person comes only with the answer that brings an online token."""

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
"""What stands before the shop's number in GraphQL."""

_shop = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII | re.IGNORECASE).fullmatch


class Shop(Struct):
    """``shop`` of either API."""

    id: Id
    name: Name = None
    email: Email = None


class Rest(Shape):
    """``GET /admin/api/{version}/shop.json``, https://shopify.dev/docs/api/admin-rest/latest/resources/shop."""

    subject: ClassVar[Path] = ("shop", "id")

    shop: Shop

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(id=number(self.shop.id), name=self.shop.name, email=self.shop.email)


class Data(Struct):
    """``data`` of GraphQL."""

    shop: Shop


class GraphQl(Shape):
    """The query ``shop``, https://shopify.dev/docs/api/admin-graphql/latest/queries/shop."""

    subject: ClassVar[Path] = ("data", "shop", "id")

    data: Data

    def claims(self, also: Mapping[str, Any]) -> Claims:
        shop = self.data.shop
        return Claims(id=number(shop.id), name=shop.name, email=shop.email)


class Staff(Struct):
    """``associated_user``."""

    id: Id
    first_name: Name = None
    last_name: Name = None
    email: Email = None
    email_verified: Flag = None


class OnlineToken(Shape):
    """The answer that brings an online token.

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


def number(ident: int | str) -> int | str:
    """The shop's number, also out of GraphQL's form of it."""
    return ident.removeprefix(GID) if isinstance(ident, str) else ident


class App(Struct, rename="camel"):
    """``app``; ``api_key`` is the client id."""

    api_key: str


class Scope(Struct):
    """One of ``accessScopes``."""

    handle: str


class Installation(Struct, rename="camel"):
    """``currentAppInstallation``."""

    app: App
    access_scopes: list[Scope]


class AskedShop(Struct, rename="camel"):
    """``shop``, as the question about a token has it."""

    id: str
    myshopify_domain: str | None = None


class Asked(Struct, rename="camel"):
    """``data`` about a token."""

    current_app_installation: Installation
    shop: AskedShop


class Installed(ResponseModel):
    """A good token of whatever application, https://shopify.dev/docs/api/admin-graphql/latest/objects/AppInstallation.

    The shop is named as the caller names it where that is the same one: by number, GraphQL's form of it, or domain.
    Another number may be that of a member of staff, whom the answer does not name: then nothing is said of the account.
    """

    data: Asked

    def read(self, question: Question) -> Reading:
        installation, shop = self.data.current_app_installation, self.data.shop
        expected = question.subject
        subject: str | None = str(number(shop.id))
        if expected is not None and expected in (shop.id, shop.myshopify_domain):
            subject = expected
        elif expected is not None and expected != subject and expected.isdecimal():
            subject = None
        return Reading(
            active=True,
            reason="ok",
            client_id=installation.app.api_key,
            subject=subject,
            scopes=tuple(each.handle for each in installation.access_scopes),
        )


UNANSWERED: Mapping[str, tuple[Reason, str]] = {
    "THROTTLED": ("rate_limited", "the issuer asks to slow down"),
    "ACCESS_DENIED": ("not_permitted", "alive, and may not put this question"),
    "SHOP_INACTIVE": ("not_permitted", "the shop is not active"),
    "INTERNAL_SERVER_ERROR": ("issuer_error", "a fault of Shopify's under status 200"),
}
"""Codes of errors under status 200, https://shopify.dev/docs/api/admin-graphql: none says that a token is dead."""


NO_SHOP = f"shop names no shop under {DOMAIN[1:]}"


def _at_shop(question: Question) -> Question | None:
    """The same with the bare name of the shop; None where it names no shop."""
    if question.issuer_url is not None:
        return question
    shop = (question.credential("shop") or "").removesuffix(DOMAIN)
    return replace(question, credentials={**question.credentials, "shop": shop}) if _shop(shop) else None


class AtShop(RequestTemplate):
    """A call at a shop under Shopify's own domain alone."""

    def build_url(self, question: Question) -> str:
        named = _at_shop(question)
        if named is None:
            raise Unreachable("caller_rejected", NO_SHOP)
        return super().build_url(named)


class ShopEndpoint(HttpEndpoint):
    """A question of GraphQL, put to a shop under Shopify's own domain alone."""

    def steps(self, question: Question) -> Steps:
        named = _at_shop(question)
        if named is None:
            return Reading(active=None, reason="caller_rejected", detail=NO_SHOP)
        return (yield from super().steps(named))

    def read(self, response: Response, question: Question) -> Reading:
        body = response.json
        errors = body.get("errors") if isinstance(body, dict) else None
        if response.status == self.good_status and isinstance(errors, list):
            for error in errors:
                extensions = error.get("extensions") if isinstance(error, dict) else None
                code = extensions.get("code") if isinstance(extensions, dict) else None
                if isinstance(code, str) and code in UNANSWERED:
                    reason, detail = UNANSWERED[code]
                    return Reading(active=None, reason=reason, detail=detail)
        return super().read(response, question)


PROVIDER = Provider(
    name="shopify",
    title="Shopify",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "shopify", "allauth": "shopify"},
    libraries={
        "allauth": LibraryFacts(classes={Rest: ""}, request_parameters={"shop": "sample.myshopify.com"}),
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
        shapes=(Rest, GraphQl, OnlineToken),
        request=RequestTemplate(
            "https://{shop}.myshopify.com/admin/api/2026-10/shop.json", by_header("X-Shopify-Access-Token")
        ),
        vouching="Shopify's email_verified of a member of staff (associated_user); the shop's address has no flag",
        quirks=(
            "The account is a shop: identifier, name and address are the shop's, and there is no person behind them.",
            (
                "A person comes only as associated_user in the answer that brings an online token, and cannot be asked "
                "for again: keep it. Their numbers are counted apart from the shops', and one may be the same: take "
                "either shops or people for accounts, not both."
            ),
            (
                "Clients disagree on the identifier: the shop's number, its permanent domain, or the number of the "
                "member of staff. Here it is the member of staff's where there is one, else the shop's."
            ),
            "REST has the identifier as a number, GraphQL as gid://shopify/Shop/ and the same digits.",
            (
                "The host is the shop's own and comes with the sign-in: unless it is held against myshopify.com, a "
                "forged one is sent the token and answers in Shopify's place."
            ),
            "domain may change, myshopify_domain does not.",
            "There is no picture and no username; shop_owner is free text.",
            "The REST API is called legacy; new public applications must use GraphQL.",
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
            "The prefix shows the kind: shpat_ of a public application, shpca_ of a custom one, shppa_ of a "
            "private one, and 32 hexadecimal digits; older ones are the digits alone. Bound to one "
            "application and one shop, with the scopes that the application declares."
        ),
        validity=(
            "By kind: online about 24 hours or until the member of staff logs out; offline that expire 60 minutes; "
            "offline that do not, until the application is uninstalled or its secret revoked. All public applications "
            "must use expiring ones from 2027."
        ),
        renewal=renew_by_refresh_token(
            "Offline tokens that expire alone: grant_type=refresh_token with the client's credentials; the refresh "
            "token lives about 90 days and is replaced at each use.",
            "https://{shop}.myshopify.com/admin/oauth/access_token",
            required_credentials=("shop", "client_id", "client_secret"),
            template_class=AtShop,
        ),
        termination=Operation(
            "Uninstalls the application, which ends all its tokens for the shop (in GraphQL appUninstall); known from "
            "practice. The merchant can do the same.",
            manual_call=("DELETE", "https://{shop}.myshopify.com/admin/api_permissions/current.json"),
        ),
        uses=Operation(
            "Lists the token's scopes and needs none.",
            AtShop(
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
            "Declare them for the application and send the merchant through the grant again; optional ones can be "
            "asked for while running. write_x holds read_x, and only the former is listed. The shop needs none."
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
        response_model=Installed,
        refusals=(
            Refusal(
                401,
                "denied",
                {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"},
                detail="expired, revoked, unknown or of another shop: not told which",
            ),
            Refusal(402, "not_permitted", detail="the shop is frozen"),
            Refusal(403, "not_permitted"),
            Refusal(404, "caller_rejected", detail="there is no such shop"),
            Refusal(423, "not_permitted", detail="the shop is locked"),
        ),
        source="https://shopify.dev/docs/api/admin-graphql/latest/objects/AppInstallation",
        note=(
            "Not called a token endpoint, and yet Shopify's own word on application (apiKey is the client id), scopes "
            "and shop. Status 200 proves nothing: errors stand in the body. It answers for every application's token, "
            "so the client must be compared; a token of another shop is refused like a dead one, so the shop must be "
            "right. The end is not told. shop is the name before .myshopify.com, with or without that; any other host "
            "is not asked. Session tokens of App Bridge are JWTs of another kind."
        ),
    ),
    uncertain=(
        "The text of the 401 is known from reports alone; a 401 with any other leaves the question open.",
        "A throttled question is documented by status 200 and THROTTLED, and 429 is reported: both are read.",
        (
            "The person behind an online token is not told, and a number does not show whether it is a shop's: one "
            "that is not the shop's leaves the question open."
        ),
    ),
)
