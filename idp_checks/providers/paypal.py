"""Log in with PayPal: two profile URLs with different schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct
from msgspec.structs import replace

from idp_checks.providers.sdk import (
    Claims,
    Email,
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
    Refusal,
    RequestTemplate,
    Response,
    Scopes,
    Shape,
    StringFlag,
    TokenFacts,
    Url,
    by_bearer,
    pick_email,
    renew_by_refresh_token,
    revoke_by_request,
    string_flag,
)


class UserInfo(Shape):
    """The profile in schema ``openid``, https://developer.paypal.com/docs/api/identity/v1/.

    ``emails`` belongs to the other schema.
    """

    subject: ClassVar[Path] = ("user_id",)
    vouched_by: ClassVar[Path | None] = ("email_verified",)

    user_id: Id
    emails: None = None
    name: Name = None
    given_name: Name = None
    family_name: Name = None
    email: Email = None
    email_verified: StringFlag = None
    picture: Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=self.user_id,
            name=self.name,
            given_name=self.given_name,
            family_name=self.family_name,
            email=self.email,
            email_verified=string_flag(self.email_verified),
            picture=self.picture,
        )


class EmailEntry(Struct):
    """An element of ``emails``."""

    value: Email = None
    primary: StringFlag = None
    confirmed: StringFlag = None


class Attributes(Shape):
    """The profile in schema ``paypalv1.1``, https://developer.paypal.com/docs/log-in-with-paypal/integrate/."""

    subject: ClassVar[Path] = ("user_id",)
    vouched_by: ClassVar[Path | None] = ("emails", 0, "confirmed")

    user_id: Id
    emails: list[EmailEntry]
    name: Name = None
    given_name: Name = None
    family_name: Name = None
    picture: Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        email, verified = pick_email(
            (entry.value, string_flag(entry.primary) is True, string_flag(entry.confirmed)) for entry in self.emails
        )
        return Claims(
            id=self.user_id,
            name=self.name,
            given_name=self.given_name,
            family_name=self.family_name,
            email=email,
            email_verified=verified,
            picture=self.picture,
        )


class Probe(HttpEndpoint):
    """The profile call. The account is the last part of the identifier if the caller stores only that part."""

    def read(self, response: Response, question: Question) -> Reading:
        reading = super().read(response, question)
        last_part = None if reading.subject is None else reading.subject.rpartition("/")[2]
        return replace(reading, subject=last_part) if last_part and last_part == question.subject else reading


PROVIDER = Provider(
    name="paypal",
    title="Log in with PayPal",
    kind="social",
    protocol="oidc",
    aliases={"social_core": "paypal-oauth2", "allauth": "paypal"},
    libraries={
        "social_core": LibraryFacts(classes={Attributes: ""}),
        "allauth": LibraryFacts(classes={UserInfo: ""}),
    },
    docs=(
        "https://developer.paypal.com/docs/log-in-with-paypal/",
        "https://developer.paypal.com/docs/log-in-with-paypal/integrate/",
        "https://developer.paypal.com/docs/log-in-with-paypal/integrate/reference/",
        "https://developer.paypal.com/docs/api/identity/v1/",
        "https://www.paypalobjects.com/.well-known/openid-configuration",
    ),
    profile=ProfileFacts(
        shapes=(UserInfo, Attributes),
        request=RequestTemplate(
            "https://api-m.paypal.com/v1/identity/openidconnect/userinfo?schema=openid",
            headers={"Content-Type": "application/json"},
        ),
        vouching=(
            "PayPal's email_verified, or confirmed of an element of emails; verified_account refers to the PayPal "
            "account, not to the email address"
        ),
        quirks=(
            (
                "The identifier is a URL: https://www.paypal.com/webapps/auth/identity/user/ followed by letters. "
                "Split a user_id only at its first bar. Some clients keep only the last part, so both forms are "
                "stored."
            ),
            "Flags may be the string true.",
            (
                "The path /v1/identity/oauth2/userinfo?schema=paypalv1.1 returns emails, a list with primary and "
                "confirmed, instead of email."
            ),
            "The fields in the response depend on the scopes and on the attributes that are selected for the app.",
            "The picture is documented but rarely sent.",
            "payer_id, 13 characters, is the key for payments. It is not a sub.",
            "The sandbox (api-m.sandbox.paypal.com) has other accounts and credentials.",
        ),
        sources=(
            "https://developer.paypal.com/docs/api/identity/v1/",
            "https://developer.paypal.com/docs/log-in-with-paypal/integrate/",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "Observed tokens begin with A21AA, A23AA or A103, for users and for apps alike. Bound to one app, one "
            "user and the granted scopes."
        ),
        lifetime=28800,
        expiry_field="expires_in",
        validity="The lifetime is taken from PayPal's examples.",
        renewal=renew_by_refresh_token("", "https://api-m.paypal.com/v1/oauth2/token", basic=True),
        termination=revoke_by_request(
            "Known from client code. The user can withdraw consent in the account settings.",
            "https://api-m.paypal.com/v1/oauth2/token/terminate",
            basic=True,
            params={"token_type_hint": "ACCESS_TOKEN"},
        ),
        uses=Operation(
            request=RequestTemplate(
                "https://api-m.paypal.com/v1/identity/openidconnect/userinfo?schema=openid",
                headers={"Content-Type": "application/json"},
            ),
            required_scopes=("openid",),
        ),
        sample="A21AA{}",
        sources=(
            "https://developer.paypal.com/docs/log-in-with-paypal/integrate/",
            "https://developer.paypal.com/api/rest/authentication/",
        ),
    ),
    scopes=Scopes(
        profile=("openid", "profile"),
        email=("email",),
        adding=(
            "Select the attribute for the app in the dashboard (some require PayPal's review), then authorize again: "
            "address, phone, https://uri.paypal.com/services/paypalattributes."
        ),
        sources=("https://developer.paypal.com/docs/log-in-with-paypal/integrate/reference/",),
    ),
    debug=Probe(
        kind="userinfo-probe",
        url="https://api-m.paypal.com/v1/identity/openidconnect/userinfo",
        placement=by_bearer(),
        params={"schema": "openid"},
        headers={"Content-Type": "application/json"},
        proves=frozenset({"subject"}),
        response_model=UserInfo,
        refusals=(
            Refusal(401, "denied", {"error": "invalid_token"}),
            Refusal(401, "denied", {"name": frozenset({"INVALID_TOKEN", "AUTHENTICATION_FAILURE"})}),
            Refusal(403, "not_permitted", {"name": "NOT_AUTHORIZED"}),
        ),
        source="https://developer.paypal.com/docs/api/identity/v1/",
        note=(
            "Only the ID token identifies the application (aud; issuer https://www.paypal.com, keys "
            "https://api.paypal.com/v1/oauth2/certs for RS256, the client secret for HS256). Sandbox tokens are "
            "checked at the sandbox host."
        ),
    ),
    uncertain=(
        (
            "error invalid_token is known from client code. PayPal's documentation lists INVALID_TOKEN and "
            "AUTHENTICATION_FAILURE."
        ),
        (
            "The response to a token without a user (client credentials) is not documented. A response without "
            "user_id is undecided."
        ),
    ),
)
