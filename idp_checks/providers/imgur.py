"""Imgur: the account of a token, in an envelope; only the settings contain the email address."""

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
    """``GET /3/account/me``, https://api.imgur.com/endpoints/account; an error has ``success`` false."""

    subject: ClassVar[Path] = ("data", "id")

    data: Data
    success: Annotated[Any, Meta(extra={"const": True})] = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        if self.success is not None and self.success is not True:
            raise ProfileError("the response is an error, not a profile", path="$.success")
        settings: Settings | None = also.get("settings")
        mail = None if settings is None or settings.success is False else settings.data
        return Claims(
            id=self.data.id,
            username=self.data.url,
            email=None if mail is None else mail.email,
            picture=self.data.avatar,
        )


class SettingsData(Struct):
    """``data`` of the settings, or of an error, which has no email address."""

    email: Email = None


class Settings(Struct):
    """``GET /3/account/me/settings``; a failure contains no email address."""

    data: SettingsData | None = None
    success: Flag = None


class AccountResponse(Account, kw_only=True):
    """The account as the call returns it, always with ``success``."""

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
                "the email address, which is in no other response; without a flag",
            )
        },
        quirks=(
            (
                "All fields are under data, beside success and status. In a failure, data contains error, request and "
                "method."
            ),
            "url is the username, not a URL.",
            "The response has no name of the user.",
            "pro_expiration is either false or a time in seconds. reputation may be negative.",
            "account_id of the token response is a number or a string of digits.",
        ),
        sources=("https://api.imgur.com/models/account", "https://apidocs.imgur.com/"),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The token response contains the account (account_id, account_username). With response_type=token, all "
            "fields are in the fragment of the redirect."
        ),
        expiry_field="expires_in",
        validity=(
            "The lifetime is ten years in observed responses, about a month according to Imgur's pages and an hour "
            "according to older pages."
        ),
        renewal=renew_by_refresh_token(
            "The refresh token has no time limit.",
            "https://api.imgur.com/oauth2/token",
        ),
        termination=revoke_in_settings(),
        uses=Operation("Returns the account of the token.", RequestTemplate("https://api.imgur.com/3/account/me")),
        sources=("https://apidocs.imgur.com/", "https://api.imgur.com/oauth2"),
    ),
    scopes=Scopes(
        separator="",
        adding="Imgur documents no scopes.",
        sources=("https://apidocs.imgur.com/",),
    ),
    debug=profile_probe(
        "https://api.imgur.com/3/account/me",
        AccountResponse,
        limit=(12500, 86400),
        refusals=(
            Refusal(403, "denied", {"success": False, "data": {"error": "The access token provided is invalid."}}),
            Refusal(
                403,
                "not_permitted",
                {"success": False},
                detail="the application or the caller's address may be blocked",
            ),
            Refusal(401, "caller_rejected", {"success": False}, detail="Imgur received no credentials"),
        ),
        source="https://apidocs.imgur.com/",
        note=(
            "Imgur responds with 403, not 401, to an invalid token, and also to a blocked caller; data.error "
            "distinguishes them. The limits are 500 credits per hour and user or address, and 12500 calls per day and "
            "application. An application that often exceeds its limit is blocked for the month."
        ),
    ),
    uncertain=(
        "The error string of the refusal is known from client code. A 403 with any other string is undecided.",
        (
            "Imgur's pages mention https://api.imgur.com/oauth2/secret for trying a token, but not its response, so it "
            "is not called."
        ),
    ),
)
