"""Imgur: the account behind a token, in an envelope; the address stands in the settings alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct

from idp_checks.providers.sdk import (
    AdditionalCall,
    Claims,
    Email,
    Flag,
    NumberId,
    Operation,
    Path,
    ProfileError,
    ProfileFacts,
    Provider,
    Refusal,
    RequestTemplate,
    Scopes,
    Shape,
    TokenFacts,
    Url,
    Username,
    profile_probe,
    renew_by_refresh_token,
    revoke_in_settings,
)


class Data(Struct):
    """``data`` of an account; ``url`` is the username."""

    id: NumberId
    url: Username = None
    avatar: Url = None


class Account(Shape):
    """``GET /3/account/me``, https://api.imgur.com/endpoints/account; ``success`` says whether it is one."""

    subject: ClassVar[Path] = ("data", "id")

    data: Data
    success: Annotated[Any, Meta(extra={"const": True})] = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        if self.success is not None and self.success is not True:
            raise ProfileError("the answer is an error, no profile", path="$.success")
        settings: Settings | None = also.get("settings")
        mail = None if settings is None or settings.success is False else settings.data
        return Claims(
            id=self.data.id,
            username=self.data.url,
            email=None if mail is None else mail.email,
            picture=self.data.avatar,
        )


class Mail(Struct):
    """``data`` of the settings, or of an error, which has no address."""

    email: Email = None


class Settings(Struct):
    """``GET /3/account/me/settings``; a failure gives no address."""

    data: Mail | None = None
    success: Flag = None


class Answered(Account, kw_only=True):
    """The same from the call itself, which always says whether it succeeded."""

    success: bool


PROVIDER = Provider(
    name="imgur",
    title="Imgur",
    kind="social",
    protocol="oauth2",
    has_auth0_strategy=False,
    docs=(
        "https://apidocs.imgur.com/",
        "https://api.imgur.com/oauth2",
        "https://api.imgur.com/endpoints/account",
        "https://api.imgur.com/models/account",
    ),
    profile=ProfileFacts(
        shapes=(Account,),
        request=RequestTemplate("https://api.imgur.com/3/account/me"),
        also={
            "settings": AdditionalCall(
                Settings,
                RequestTemplate("https://api.imgur.com/3/account/me/settings"),
                "the address, which stands nowhere else, without a flag",
            )
        },
        quirks=(
            "All of it stands under data, beside success and status; of a failure data holds error, request, method.",
            "url is the username and no address of the web.",
            "There is no name of a person.",
            "pro_expiration is false or a time in seconds: two types in one member. reputation may be negative.",
            "The token answer has account_id as a number or as digits in a text.",
        ),
        sources=("https://api.imgur.com/models/account", "https://apidocs.imgur.com/"),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The token answer names the account (account_id, account_username); by response_type=token all "
            "of that is in the fragment of the redirect."
        ),
        expiry_field="expires_in",
        validity="Ten years as seen, about a month by Imgur's pages, an hour by older ones.",
        renewal=renew_by_refresh_token(
            "The refresh token does not end by time.",
            "https://api.imgur.com/oauth2/token",
        ),
        termination=revoke_in_settings(),
        uses=Operation("Reads the own account.", RequestTemplate("https://api.imgur.com/3/account/me")),
        sources=("https://apidocs.imgur.com/", "https://api.imgur.com/oauth2"),
    ),
    scopes=Scopes(
        separator="",
        adding="Imgur documents no scopes.",
        sources=("https://apidocs.imgur.com/",),
    ),
    debug=profile_probe(
        "https://api.imgur.com/3/account/me",
        Answered,
        limit=(12500, 86400),
        refusals=(
            Refusal(403, "denied", {"success": False, "data": {"error": "The access token provided is invalid."}}),
            Refusal(403, "not_permitted", {"success": False}, detail="the application or the address may be blocked"),
            Refusal(401, "caller_rejected", {"success": False}, detail="no credentials were seen"),
        ),
        source="https://apidocs.imgur.com/",
        note=(
            "A dead token gets 403, not 401, and so does who is blocked: data.error tells. 500 credits an "
            "hour for each person or address and 12500 calls a day for the application, which is shut out "
            "for the month if it often asks for more."
        ),
    ),
    uncertain=(
        "The text of the refusal is known from client code; a 403 with any other text is undecided.",
        (
            "Imgur's pages speak of https://api.imgur.com/oauth2/secret for trying a token, and not of its answer: it "
            "is not asked."
        ),
    ),
)
