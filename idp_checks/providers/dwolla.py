"""Dwolla: the account of a token, and stored profiles of the first API."""

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
"""The URL of an account. The identifier is its last part."""


class Account(Shape):
    """``GET /accounts/{id}``, https://docsv2.dwolla.com, without the links."""

    id: Id
    name: Name = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(id=self.id, name=self.name)


class Person(Struct, rename="pascal"):
    """``Response`` of the first API."""

    id: Id
    name: Name = None


class Envelope(Shape, rename="pascal"):
    """The response of the first API; ``Success`` states whether it contains a profile."""

    subject: ClassVar[Path] = ("Response", "Id")

    response: Person
    success: Annotated[Any, Meta(extra={"const": True})] = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        if self.success is not None and self.success is not True:
            raise ProfileError("the response is an error, not a profile", path="$.Success")
        return Claims(id=self.response.id, name=self.response.name)


class Link(Struct):
    href: AccountUrl


class Links(Struct):
    account: Link


class Root(ResponseModel):
    """``GET /``: the resources that a token can access, including its own account."""

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
        "Sign-in with a user's account ended with the first API and the Transfer product on 2019-01-07. Today's "
        "documentation describes only application tokens (client_credentials, one hour, no refresh token)."
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
        shapes=(Account, Envelope),
        request=RequestTemplate("https://api.dwolla.com/accounts/{account_id}", headers=HEADERS),
        quirks=(
            (
                "The profile has no email address, no username and no picture. name is one string, for a person or a "
                "company."
            ),
            (
                "The response is HAL: _links.self.href also ends with the identifier. The account to request is "
                "in account_id of the token response, or in _links.account.href of GET https://api.dwolla.com/."
            ),
            "Every call requires the header Accept: application/vnd.dwolla.v1.hal+json.",
            (
                "The first API wrapped its response in Success, Message and Response. Its identifiers, such as "
                "812-000-0000, differ from today's UUIDs, so an account has two identifiers that do not match."
            ),
            "The sandbox has a separate host, api-sandbox.dwolla.com, formerly api-uat.dwolla.com.",
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
            "The token response of the user grant contained the application (app_id) and the account "
            "(account_id, _links.account.href). app_id is the only statement about the client."
        ),
        lifetime=3600,
        validity="The refresh token of the user grant was valid for 60 days (refresh_expires_in).",
        renewal=Operation(
            "The former user grant used grant_type=refresh_token with the client's credentials. An application "
            "token has no refresh token: request a new token with grant_type=client_credentials.",
            # How the client of the former user grant authenticated is not documented any more.
            manual_call=("POST", "https://api.dwolla.com/token"),
        ),
        termination=Operation("No call is documented."),
        uses=Operation(
            "Lists the resources that the token can access.",
            RequestTemplate("https://api.dwolla.com/", headers={"Accept": "application/vnd.dwolla.v1.hal+json"}),
        ),
        sources=("https://docsv2.dwolla.com", "https://github.com/Dwolla/dwolla-v2-python"),
    ),
    scopes=Scopes(
        separator="|",
        profile=("AccountInfoFull",),
        adding=(
            "In the former user grant: request authorization again with more names joined by a vertical bar "
            "(Send, Transactions, Funding, ManageCustomers). Application tokens have no selectable scopes."
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
            Refusal(401, "caller_rejected", {"code": "InvalidCredentials"}, detail="the request header is invalid"),
            Refusal(
                401,
                "not_permitted",
                {"code": frozenset({"InvalidScopes", "InvalidAccountStatus", "InvalidApplicationStatus"})},
                detail="the scopes, the account or the application do not permit the call; the token may be good",
            ),
        ),
        source="https://developers.dwolla.com/docs/api-reference/api-fundamentals/errors",
        note=(
            "An application's own token gets the same response as a user's token. The code of a refusal is "
            "fixed, but its message is not."
        ),
    ),
    uncertain=(
        "Whether a revoked token is reported as invalid or expired is not documented. Both deny it.",
        "The user grant can no longer be observed: the form of the profile comes from client code of that time.",
    ),
)
