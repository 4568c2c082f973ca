"""Dwolla: the account behind a token, and the envelope of the first API, which stored profiles still hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct, field

from idp_checks.providers.sdk import (
    Claims,
    HttpEndpoint,
    Id,
    LibraryFacts,
    Name,
    Operation,
    Path,
    ProfileError,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    Refusal,
    RequestTemplate,
    ResponseModel,
    Scopes,
    Shape,
    SimulationFacts,
    TokenFacts,
    by_bearer,
)

HEADERS = {"Accept": "application/vnd.dwolla.v1.hal+json"}

AccountUrl = Annotated[str, Meta(pattern=r"^https://[^/?#\s]+/accounts/[^/?#\s]+\Z")]
"""The address of an account; the identifier ends it."""


class Account(Shape):
    """``GET /accounts/{id}``, https://docsv2.dwolla.com; the links beside it are not read."""

    id: Id
    name: Name = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(id=self.id, name=self.name)


class Person(Struct, rename="pascal"):
    """``Response`` of the first API."""

    id: Id
    name: Name = None


class Enveloped(Shape, rename="pascal"):
    """The answer of the first API; ``Success`` says whether it is one."""

    subject: ClassVar[Path] = ("Response", "Id")

    response: Person
    success: Annotated[Any, Meta(extra={"const": True})] = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        if self.success is not None and self.success is not True:
            raise ProfileError("the answer is an error, no profile", path="$.Success")
        return Claims(id=self.response.id, name=self.response.name)


class Link(Struct):
    href: AccountUrl


class Links(Struct):
    account: Link


class Root(ResponseModel):
    """``GET /``: what a good token reaches, its own account among it."""

    links: Links = field(name="_links")

    def read(self, question: Question) -> Reading:
        return Reading(active=True, reason="ok", subject=self.links.account.href.rpartition("/")[2])


PROVIDER = Provider(
    name="dwolla",
    title="Dwolla",
    kind="social",
    protocol="oauth2",
    status="deprecated",
    status_note=(
        "Signing in with a person's account ended with the first API and the Transfer product on 2019-01-07; today's "
        "documentation knows application tokens alone (client_credentials, an hour, no refresh token)."
    ),
    aliases={"allauth": "dwolla"},
    libraries={
        "allauth": LibraryFacts(classes={Account: ""}),
    },
    simulation=SimulationFacts(
        token_fields=lambda _: {"_links": {"account": {"href": "{host}/accounts/sample"}}},
    ),
    docs=("https://developers.dwolla.com", "https://docsv2.dwolla.com"),
    profile=ProfileFacts(
        shapes=(Account, Enveloped),
        request=RequestTemplate("https://api.dwolla.com/accounts/{account_id}", headers=HEADERS),
        quirks=(
            "No address, no username and no picture; name is one text, of a person or of a firm.",
            (
                "The answer is HAL: the identifier also ends _links.self.href. account_id of the token answer, or "
                "_links.account.href of GET https://api.dwolla.com/, says which account to ask for."
            ),
            "Every call wants the header Accept: application/vnd.dwolla.v1.hal+json.",
            (
                "The first API wrapped its answer in Success, Message and Response; its identifiers, such as "
                "812-000-0000, are not the UUIDs of today, so an account has two that do not match."
            ),
            "The sandbox has a host of its own, api-sandbox.dwolla.com, formerly api-uat.dwolla.com.",
        ),
        sources=(
            "https://docsv2.dwolla.com",
            "https://github.com/pennersr/django-allauth",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The token answer of the user grant named the application (app_id) and the account (account_id, "
            "_links.account.href), and app_id there is the only word about the client."
        ),
        lifetime=3600,
        validity="The refresh token of the user grant lived 60 days (refresh_expires_in).",
        renewal=Operation(
            "grant_type=refresh_token with the client's credentials, in the user grant of old. An application token "
            "has no refresh token: ask for a new one by grant_type=client_credentials.",
            manual_call=("POST", "https://api.dwolla.com/token"),
        ),
        termination=Operation("No call is documented."),
        uses=Operation(
            "Lists what the token reaches.",
            RequestTemplate("https://api.dwolla.com/", headers={"Accept": "application/vnd.dwolla.v1.hal+json"}),
        ),
        sources=("https://docsv2.dwolla.com", "https://github.com/Dwolla/dwolla-v2-python"),
    ),
    scopes=Scopes(
        separator="|",
        profile=("AccountInfoFull",),
        adding=(
            "In the user grant of old: authorise again with more names joined by a vertical bar (Send, Transactions, "
            "Funding, ManageCustomers). Application tokens have none to choose."
        ),
        sources=("https://github.com/pennersr/django-allauth",),
    ),
    debug=HttpEndpoint(
        kind="userinfo-probe",
        url="https://api.dwolla.com/",
        placement=by_bearer(),
        headers=HEADERS,
        proves=frozenset({"subject"}),
        response_model=Root,
        refusals=(
            Refusal(401, "expired", {"code": "ExpiredAccessToken"}),
            Refusal(401, "denied", {"code": "InvalidAccessToken"}),
            Refusal(401, "caller_rejected", {"code": "InvalidCredentials"}, detail="the header was not understood"),
            Refusal(
                401,
                "not_permitted",
                {"code": frozenset({"InvalidScopes", "InvalidAccountStatus", "InvalidApplicationStatus"})},
                detail="the scopes, the account or the application bar the call; nothing is said of the token",
            ),
        ),
        source="https://developers.dwolla.com/docs/api-reference/api-fundamentals/errors",
        note=(
            "The probe passes with any application's token and proves no client; an application's own token answers as "
            "a person's does. The code of a refusal is fixed, its message is not."
        ),
    ),
    uncertain=(
        "Whether a revoked token is called invalid or expired is not stated; both deny it.",
        "The user grant cannot be seen at work any more: the profile's form comes from client code of its time.",
    ),
)
