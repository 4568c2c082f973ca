"""37signals: the identity behind Basecamp and its older products.

37signals says that its OAuth is not for signing users in, and that it does not verify the address.
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
    """``identity``: no user of any product."""

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


class Holder(Struct):
    """``identity``."""

    id: int


class Authorized(ResponseModel):
    """A good token of whatever application."""

    expires_at: IsoTime
    identity: Holder

    def read(self, question: Question) -> Reading:
        return Reading(active=True, reason="ok", subject=str(self.identity.id), expires_at=parse_iso(self.expires_at))


class Probe(HttpEndpoint):
    """The call with the token; a dead one is refused by 401 with a text, free but for how it begins."""

    def read(self, response: Response, question: Question) -> Reading:
        body = response.json
        said = body.get("error") if isinstance(body, dict) else None
        if response.status == 401 and isinstance(said, str) and said:
            return Reading(active=False, reason="expired" if said.startswith("OAuth token expired") else "denied")
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
            "The address is not verified, by the provider's own word: no accounts are to be linked by it.",
            "Without a User-Agent that tells application and contact the answer is 400.",
            "identity.id is the identity; the user in an account has another id, in its my/profile.json.",
            "accounts lists every product that the person has, if any: product tells them apart (bc3 is Basecamp).",
            (
                "There is no username, and no picture: avatar_url stands in my/profile.json of an account, at the "
                "account's href."
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
        contents=(
            "Bound to one application and one person, as whom it acts in all accounts and products: there "
            "are no scopes."
        ),
        lifetime=1209600,
        validity=("expires_in of the token answer, expires_at of authorization.json. A new password ends every token."),
        renewal=renew_by_refresh_token(
            "grant_type=refresh_token (formerly type=refresh) with refresh_token, client_id and client_secret; refused "
            "with 400 authorization_expired or with 401.",
            "https://launchpad.37signals.com/authorization/token",
            headers={"User-Agent": "{user_agent}"},
            required_credentials=("client_id", "client_secret", "user_agent"),
        ),
        termination=Operation(
            "No call for it: among the integrations of the identity the person can remove the application."
        ),
        uses=Operation(
            "Any token works; the User-Agent names the application and a contact.",
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
        adding="There are none.",
        sources=("https://github.com/basecamp/bc3-api/blob/master/sections/authentication.md",),
    ),
    debug=Probe(
        kind="userinfo-probe",
        url="https://launchpad.37signals.com/authorization.json",
        placement=by_bearer(),
        headers={"User-Agent": "{user_agent}"},
        required_credentials=("user_agent",),
        proves=frozenset({"subject", "end"}),
        response_model=Authorized,
        limit=(50, 10),
        refusals=(
            Refusal(400, "caller_rejected", detail="the User-Agent does not name the application and a contact"),
        ),
        source="https://github.com/basecamp/bc3-api/blob/master/sections/authentication.md",
        note=(
            "It answers for every application's token and does not name the client. The User-Agent is one such as "
            "Sample App (dev@example.com). About 50 requests in 10 seconds and address."
        ),
    ),
    uncertain=(
        (
            "The text beside 401 is documented nowhere: that of an expired token is known from 37signals' answers to "
            "developers, in two wordings that begin alike; any other is read as a denial without a reason."
        ),
        "37signals' own command line signs in at a newer server of OAuth 2.1: its tokens were not looked at.",
    ),
)
