"""Log in with PayPal: two addresses with two schemas, one address of e-mail or a list of them."""

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
    """Schema ``openid``, https://developer.paypal.com/docs/api/identity/v1/; ``emails`` is the other's."""

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
    """Schema ``paypalv1.1``, https://developer.paypal.com/docs/log-in-with-paypal/integrate/."""

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
            (each.value, string_flag(each.primary) is True, string_flag(each.confirmed)) for each in self.emails
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
    """The profile call; the account is named by its last part where the caller keeps that alone."""

    def read(self, response: Response, question: Question) -> Reading:
        said = super().read(response, question)
        last = None if said.subject is None else said.subject.rpartition("/")[2]
        return replace(said, subject=last) if last and last == question.subject else said


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
            "PayPal's email_verified, or confirmed of an element of emails; verified_account is about the PayPal "
            "account, not the address"
        ),
        quirks=(
            (
                "The identifier is a whole address, https://www.paypal.com/webapps/auth/identity/user/ and letters: "
                "split a user_id at its first bar and nowhere else. Some clients keep the last part alone, so both "
                "forms are stored."
            ),
            "Flags may come as the text true.",
            (
                "The address /v1/identity/oauth2/userinfo?schema=paypalv1.1 gives emails, a list with primary and "
                "confirmed, in place of email."
            ),
            "What comes back depends on the attributes ticked for the app, beside the scopes.",
            "A picture is documented and hardly ever sent.",
            "payer_id, 13 letters, is the key of payments, and no sub.",
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
            "As seen it begins with A21AA, A23AA or A103, for persons and for apps alike. Bound to one app, "
            "one person and the scopes granted."
        ),
        lifetime=28800,
        expiry_field="expires_in",
        validity="8 hours in PayPal's examples.",
        renewal=renew_by_refresh_token("", "https://api-m.paypal.com/v1/oauth2/token", basic=True),
        termination=revoke_by_request(
            "Form fields token and token_type_hint=ACCESS_TOKEN, with HTTP Basic; known from client code. The person "
            "withdraws consent in the settings of the account.",
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
            "Tick the attribute for the app in the dashboard (some want PayPal's review), then authorise again: "
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
            "Shows that the token works and for whom, never for which application: that stands in the ID token (aud; "
            "issuer https://www.paypal.com, keys https://api.paypal.com/v1/oauth2/certs for RS256, the client secret "
            "for HS256). Tokens of the sandbox are asked about at its own host."
        ),
    ),
    uncertain=(
        "error invalid_token is known from client code; PayPal's pages name INVALID_TOKEN and AUTHENTICATION_FAILURE.",
        "How a token without a person (client credentials) is answered is not documented: without user_id, undecided.",
    ),
)
