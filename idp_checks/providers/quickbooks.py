"""QuickBooks Online: the userinfo response of Intuit accounts, with field names in camel case."""

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
    """The userinfo response.

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
        vouching=(
            "Intuit's emailVerified, for the Intuit account's email address; a boolean, sometimes observed as a string"
        ),
        subject_scope="the environment: a user has another identifier in the sandbox",
        quirks=(
            (
                "The field names are emailVerified, givenName and familyName, not the names of OpenID Connect. A "
                "generic reader finds only sub and email."
            ),
            "The profile has no full name, no username and no picture.",
            (
                "The company (realmId) is a parameter of the redirect and a claim of the ID token (realmid), not a "
                "field of the profile. A user may have many companies."
            ),
            "Without scope openid, for example with the accounting scope alone, the call fails.",
            "The sandbox has a separate userinfo host, sandbox-accounts.platform.intuit.com, and separate tokens.",
        ),
        sources=(f"{DOCS}openid-connect",),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "The token is a JWT that only Intuit can decrypt, with two consecutive dots. The application chooses only "
            "the scopes. The ID token is signed with RS256. It contains realmid, and aud is a list."
        ),
        lifetime=3600,
        expiry_field="expires_in",
        renewal=renew_by_refresh_token(
            "The refresh token changes about daily, and the previous refresh token becomes invalid a day later: store "
            "the returned token. An unused refresh token is valid for about 101 days. The total limit is five years.",
            "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
            basic=True,
        ),
        termination=revoke_by_request(
            "Accepts an access token or a refresh token, disconnects the company and revokes both tokens.",
            "https://developer.api.intuit.com/v2/oauth2/tokens/revoke",
            basic=True,
            as_json=True,
            ends="grant",
        ),
        uses=Operation(
            "Requires scope openid. A token for accounting alone can access "
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
            "Enable the scope for the application, then authorize again with it: phone, address, "
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
                detail="the token is valid but lacks scope openid",
            ),
        ),
        source=f"{DOCS}openid-connect",
        note=(
            "Only the ID token of the same grant identifies the application (aud; issuer "
            "https://oauth.platform.intuit.com/op/v1, keys under its /jwks). This endpoint refuses sandbox tokens. "
            "The accounting API refuses every invalid token with 401 and code 3200, in JSON or XML. Intuit's support "
            "requests the value of the response header intuit_tid."
        ),
    ),
    uncertain=(
        (
            "The content of a 401 response is not documented. Only the forms of OpenID Connect Core 1.0, section "
            "5.3.3, deny a token. An empty 401, which Intuit may return, is undecided."
        ),
    ),
)
