"""QuickBooks Online: the userinfo of Intuit accounts, with names in camel case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

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
    StringFlag,
    TokenFacts,
    profile_probe,
    renew_by_refresh_token,
    revoke_by_request,
    string_flag,
)

DOCS = "https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/"


class UserInfo(Shape, rename="camel"):
    """Userinfo.

    https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/openid-connect
    """

    subject: ClassVar[Path] = ("sub",)
    vouched_by: ClassVar[Path | None] = ("emailVerified",)

    sub: Id
    given_name: Name = None
    family_name: Name = None
    email: Email = None
    email_verified: StringFlag = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=self.sub,
            given_name=self.given_name,
            family_name=self.family_name,
            email=self.email,
            email_verified=string_flag(self.email_verified),
        )


PROVIDER = Provider(
    name="quickbooks",
    title="QuickBooks Online (Intuit)",
    kind="social",
    protocol="oidc",
    aliases={"allauth": "quickbooks"},
    has_auth0_strategy=False,
    docs=(
        f"{DOCS}oauth-2.0",
        f"{DOCS}openid-connect",
        f"{DOCS}oauth-openid-discovery-doc",
        "https://developer.api.intuit.com/.well-known/openid_configuration",
    ),
    profile=ProfileFacts(
        shapes=(UserInfo,),
        request=RequestTemplate("https://accounts.platform.intuit.com/v1/openid_connect/userinfo"),
        vouching="Intuit's emailVerified, of the Intuit account's address; a boolean, seen as a text too",
        subject_scope="the environment: a person has another identifier in the sandbox",
        quirks=(
            (
                "Names are emailVerified, givenName, familyName, not those of OpenID Connect: a generic reader finds "
                "sub and email alone."
            ),
            "No full name, no username, no picture.",
            (
                "The company (realmId) is a parameter of the redirect and a claim of the ID token (realmid), not here; "
                "one person may have many."
            ),
            "Without scope openid, as for accounting alone, the call fails.",
            "The sandbox has a userinfo host of its own, sandbox-accounts.platform.intuit.com, and tokens of its own.",
        ),
        sources=(f"{DOCS}openid-connect",),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "A JWT encrypted for Intuit alone, with two dots in a row; the application chooses the scopes and nothing "
            "else. The ID token is signed by RS256, with realmid and aud as a list."
        ),
        lifetime=3600,
        expiry_field="expires_in",
        renewal=renew_by_refresh_token(
            (
                "The refresh token changes about daily and the former dies a day later: keep what comes back. "
                "Unused it lives about 101 days, in all five years."
            ),
            "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
            basic=True,
        ),
        termination=revoke_by_request(
            "HTTP Basic and a JSON body with token, access or refresh token: disconnects the company and ends both.",
            "https://developer.api.intuit.com/v2/oauth2/tokens/revoke",
            basic=True,
            as_json=True,
            ends="grant",
        ),
        uses=Operation(
            "Needs scope openid; a token for accounting alone opens "
            "https://quickbooks.api.intuit.com/v3/company/{realmId}/companyinfo/{realmId}.",
            RequestTemplate("https://accounts.platform.intuit.com/v1/openid_connect/userinfo"),
        ),
        sources=(
            "https://developer.api.intuit.com/.well-known/openid_configuration",
            f"{DOCS}faq",
        ),
    ),
    scopes=Scopes(
        profile=("openid", "profile"),
        email=("openid", "email"),
        adding=(
            "Enable the scope for the application, then authorise again with it: phone, address, "
            "com.intuit.quickbooks.accounting, com.intuit.quickbooks.payment."
        ),
        sources=("https://developer.intuit.com/app/developer/qbo/docs/learn/scopes",),
    ),
    debug=profile_probe(
        "https://accounts.platform.intuit.com/v1/openid_connect/userinfo",
        UserInfo,
        refusals=(
            Refusal(401, "denied", header=("www-authenticate", "invalid_token")),
            Refusal(401, "denied", {"error": "invalid_token"}),
            Refusal(
                403,
                "not_permitted",
                header=("www-authenticate", "insufficient_scope"),
                detail="alive, without scope openid",
            ),
        ),
        source=f"{DOCS}openid-connect",
        note=(
            "Shows that the token works and for whom, never for which application: that stands in the ID token of the "
            "same grant (aud; issuer https://oauth.platform.intuit.com/op/v1, keys under its /jwks). A token of the "
            "sandbox fails here. The accounting API refuses every dead token with 401 and code 3200, in JSON or XML. "
            "The response header intuit_tid is what Intuit's support asks for."
        ),
    ),
    uncertain=(
        (
            "What comes with a 401 is not documented: only the forms of OpenID Connect Core 1.0, section 5.3.3, deny a "
            "token; an empty 401, which it may be, leaves the question open."
        ),
    ),
)
