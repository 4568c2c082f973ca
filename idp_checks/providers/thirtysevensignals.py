"""37signals: the identity behind Basecamp and its older products.

According to 37signals, its OAuth is not meant for sign-in, and it does not verify the email address.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    Claims,
    Email,
    HttpEndpoint,
    IsoTime,
    Name,
    NumberId,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    Refusal,
    RequestTemplate,
    Response,
    ResponseModel,
    Scopes,
    Shape,
    TokenFacts,
    by_bearer,
    parse_iso,
    renew_by_refresh_token,
)


class Identity(Struct):
    """``identity``, which is not the user of any product."""

    id: NumberId
    first_name: Name = None
    last_name: Name = None
    email_address: Email = None


class Authorization(Shape):
    """``GET /authorization.json``, https://github.com/basecamp/api/blob/master/sections/authentication.md."""

    subject: ClassVar[Path] = ("identity", "id")

    identity: Identity

    def claims(self, also: Mapping[str, Any]) -> Claims:
        identity = self.identity
        return Claims(
            id=identity.id,
            given_name=identity.first_name,
            family_name=identity.last_name,
            email=identity.email_address,
        )


class TokenIdentity(Struct):
    """``identity`` of a valid token."""

    id: int


class TokenInfo(ResponseModel):
    """A valid token of any application."""

    expires_at: IsoTime
    identity: TokenIdentity

    def read(self, question: Question) -> Reading:
        return Reading(active=True, reason="ok", subject=str(self.identity.id), expires_at=parse_iso(self.expires_at))


class Probe(HttpEndpoint):
    """The call with the token. An invalid token gets 401 with an error message that is fixed only at its beginning."""

    def read(self, response: Response, question: Question) -> Reading:
        body = response.json
        message = body.get("error") if isinstance(body, dict) else None
        if response.status == 401 and isinstance(message, str) and message:
            return Reading(active=False, reason="expired" if message.startswith("OAuth token expired") else "denied")
        return super().read(response, question)


PROVIDER = Provider(
    name="thirtysevensignals",
    title="37signals (Basecamp)",
    kind="social",
    protocol="oauth2",
    aliases={"allauth": "basecamp"},
    docs=(
        "https://github.com/basecamp/api/blob/master/sections/authentication.md",
        "https://github.com/basecamp/bc3-api/blob/master/sections/authentication.md",
        "https://github.com/basecamp/bc3-api",
    ),
    profile=ProfileFacts(
        shapes=(Authorization,),
        request=RequestTemplate(
            "https://launchpad.37signals.com/authorization.json", headers={"User-Agent": "{user_agent}"}
        ),
        quirks=(
            "The email address is not verified. 37signals advises against linking accounts by it.",
            "Without a User-Agent that contains the application and a contact, the response is 400.",
            (
                "identity.id identifies the identity. The user in an account has another id, in the account's "
                "my/profile.json."
            ),
            (
                "accounts lists the user's accounts in all products and may be empty. product contains the product "
                "(bc3 is Basecamp)."
            ),
            (
                "The profile has no username and no picture. my/profile.json at the href of an account contains "
                "avatar_url."
            ),
        ),
        sources=(
            "https://github.com/basecamp/api/blob/master/sections/authentication.md",
            "https://github.com/basecamp/bc3-api/blob/master/sections/authentication.md",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents="Bound to one application and one user. The token acts as this user in all accounts and products.",
        lifetime=1209600,
        validity=(
            "The token response contains the lifetime in expires_in, authorization.json the expiry in expires_at. A "
            "password change revokes all tokens."
        ),
        renewal=renew_by_refresh_token(
            "The former parameter was type=refresh. A refusal is 400 authorization_expired or 401.",
            "https://launchpad.37signals.com/authorization/token",
            headers={"User-Agent": "{user_agent}"},
            required_credentials=("client_id", "client_secret", "user_agent"),
        ),
        termination=Operation(
            "No API call: the user removes the application in the list of integrations of the identity."
        ),
        uses=Operation(
            "Any token works. The User-Agent contains the application and a contact.",
            RequestTemplate(
                "https://launchpad.37signals.com/authorization.json",
                headers={"User-Agent": "{user_agent}"},
                required_credentials=("user_agent",),
            ),
        ),
        sources=(
            "https://github.com/basecamp/api/blob/master/sections/authentication.md",
            "https://github.com/basecamp/bc3-api/blob/master/sections/authentication.md",
        ),
    ),
    scopes=Scopes(
        separator="",
        adding="37signals has no scopes.",
        sources=("https://github.com/basecamp/bc3-api/blob/master/sections/authentication.md",),
    ),
    debug=Probe(
        kind="userinfo-probe",
        url="https://launchpad.37signals.com/authorization.json",
        placement=by_bearer(),
        headers={"User-Agent": "{user_agent}"},
        required_credentials=("user_agent",),
        proves=frozenset({"subject", "end"}),
        response_model=TokenInfo,
        limit=(50, 10),
        refusals=(
            Refusal(400, "caller_rejected", detail="the User-Agent does not contain the application and a contact"),
        ),
        source="https://github.com/basecamp/bc3-api/blob/master/sections/authentication.md",
        note=(
            "An example of a valid User-Agent is Sample App (dev@example.com). The rate limit is about 50 requests "
            "per 10 seconds and IP address."
        ),
    ),
    uncertain=(
        (
            "The error message of a 401 is not documented. 37signals' replies to developers contain two messages for "
            "an expired token, which begin alike. Any other message is read as a refusal without a reason."
        ),
        (
            "37signals' own command-line tool signs in at a newer OAuth 2.1 server. The tokens of that server were "
            "not examined."
        ),
    ),
)
