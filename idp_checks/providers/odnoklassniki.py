"""Odnoklassniki (OK): the current user of the REST API, which requires a signature for every call."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar

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
    Request,
    RequestTemplate,
    Response,
    Scopes,
    Secret,
    Shape,
    SimulationFacts,
    TokenFacts,
    Url,
    by_form,
    by_query,
    first_nonblank,
    renew_by_refresh_token,
)

DENIAL_STATUSES = frozenset((200, 400, 401, 403))
"""HTTP statuses with which a denial counts: OK does not document the status of errors."""


class User(Shape):
    """``users.getCurrentUser``, https://apiok.ru/en/dev/methods/rest/users/users.getCurrentUser."""

    subject: ClassVar[Path] = ("uid",)

    uid: Id
    name: Name = None
    first_name: Name = None
    last_name: Name = None
    email: Email = None
    pic_3: Url = None
    pic_2: Url = None
    pic_1: Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        picture = first_nonblank(self.pic_3, self.pic_2, self.pic_1)
        return Claims(
            id=self.uid,
            name=self.name,
            given_name=self.first_name,
            family_name=self.last_name,
            email=self.email,
            picture=None if picture is None or "/res/stub_" in picture else picture,
        )


def signature(params: Mapping[str, str], token: str, application_secret_key: str) -> str:
    """Return ``sig`` for a call in a session, https://apiok.ru/en/dev/methods.

    The signature is the lower-case MD5 of a string. The string consists of the parameters except the token, sorted by
    name and written as ``name=value`` without separators, and the session's secret. The session's secret is the
    lower-case MD5 of token and application secret key.
    """
    joined = "".join(f"{name}={params[name]}" for name in sorted(params))
    return _md5(joined + _md5(token + application_secret_key))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


class SignedRequest(RequestTemplate):
    """A call whose parameters are signed with the application's secret key, which is not sent."""

    def build_request(self, question: Question) -> Request:
        unsigned = super().build_request(question)
        form = dict(unsigned.form or {})
        signed_params = {
            name: value.reveal() if isinstance(value, Secret) else value
            for name, value in form.items()
            if name != self.placement.name
        }
        sig = signature(signed_params, question.token.reveal(), question.credential("application_secret_key") or "")
        return replace(unsigned, form={**form, "sig": Secret(sig)})


class SignedProbe(SignedRequest, HttpEndpoint):
    """The signed call as a probe."""

    def read(self, response: Response, question: Question) -> Reading:
        reading = super().read(response, question)
        if reading.active is True and response.headers.get("invocation-error"):
            return Reading(active=None, reason="contradiction", detail="the header contains an error, the body a user")
        return reading

    def describe_request(self) -> dict[str, Any]:
        shape = super().describe_request()
        shape["form"]["sig"] = "{sig}"
        return shape


def _error(*codes: int) -> Mapping[str, Any]:
    return {"error_code": frozenset(codes)}


PROVIDER = Provider(
    name="odnoklassniki",
    title="Odnoklassniki (OK)",
    kind="social",
    protocol="oauth2",
    aliases={"social_core": "odnoklassniki-oauth2", "allauth": "odnoklassniki"},
    libraries={
        "social_core": LibraryFacts(settings={"SOCIAL_AUTH_ODNOKLASSNIKI_OAUTH2_PUBLIC_NAME": "sample"}),
    },
    simulation=SimulationFacts(
        errors_with_status_200=True,
    ),
    docs=(
        "https://apiok.ru/en/ext/oauth/server",
        "https://apiok.ru/en/ext/oauth/permissions",
        "https://apiok.ru/en/dev/methods",
        "https://apiok.ru/en/dev/methods/rest/users/users.getCurrentUser",
        "https://apiok.ru/en/dev/errors",
    ),
    profile=ProfileFacts(
        shapes=(User,),
        request=RequestTemplate(
            "https://api.ok.ru/fb.do?method=users.getCurrentUser&application_key={application_key}&format=json"
            "&sig={sig}",
            by_query("access_token"),
        ),
        quirks=(
            (
                "The email address requires the permission GET_EMAIL, which OK grants on request. has_email does not "
                "mean that email is in the response."
            ),
            (
                "Every call is signed: sig is the MD5 of the sorted parameters without the token, followed by the "
                "session's secret. That secret is the MD5 of token and secret key (or session_secret_key of the token "
                "response)."
            ),
            (
                "In addition to the token, calls require the application id, the public application_key and the "
                "secret key."
            ),
            "The profile has no username. The nickname is the local part of the email address.",
            "If the user has no picture, pic_1 and pic_2 contain a placeholder (res/stub_), which is omitted.",
            (
                "The response contains larger pictures (pic190x190, pic640x480, pic1024x768) only if they are listed "
                "in fields."
            ),
            "An error is an object with error_code and error_msg in place of the profile.",
            "birthday lacks the year if the user hides it.",
            "A user who signs in at OK with VK ID gets the profile and the identifiers of VK ID.",
        ),
        sources=(
            "https://apiok.ru/en/dev/methods/rest/users/users.getCurrentUser",
            "https://apiok.ru/en/dev/methods",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        opaque=True,
        contents=(
            "The signature of every call ties the token to the application. The token response of the browser flow "
            "also contains session_secret_key."
        ),
        lifetime=1800,
        validity=(
            "With the permission LONG_ACCESS_TOKEN, the lifetime is 30 days and restarts at every use "
            "(auth.touchSession does nothing else). expires_in may be a string."
        ),
        renewal=renew_by_refresh_token(
            "The refresh token is valid for 30 days.",
            "https://api.ok.ru/oauth/token.do",
        ),
        termination=Operation(
            "No API call: the user removes the application at ok.ru/settings/oauth. A password change also revokes the "
            "tokens."
        ),
        uses=Operation(
            "Calls the method users.getCurrentUser with a signature.",
            SignedRequest(
                "https://api.ok.ru/fb.do",
                by_form("access_token"),
                method="POST",
                params={"application_key": "{application_key}", "format": "json", "method": "users.getCurrentUser"},
                required_credentials=("application_key", "application_secret_key"),
            ),
        ),
        sources=("https://apiok.ru/en/ext/oauth/server",),
    ),
    scopes=Scopes(
        separator=";",
        profile=("VALUABLE_ACCESS",),
        email=("GET_EMAIL",),
        adding=(
            "Request the permissions at https://connect.ok.ru/oauth/authorize. VALUABLE_ACCESS is the base "
            "permission. OK's support must first grant GET_EMAIL, LONG_ACCESS_TOKEN and the permissions for posting "
            "and photos to the application."
        ),
        sources=("https://apiok.ru/en/ext/oauth/permissions",),
    ),
    debug=SignedProbe(
        kind="userinfo-probe",
        method="POST",
        url="https://api.ok.ru/fb.do",
        placement=by_form("access_token"),
        params={"application_key": "{application_key}", "format": "json", "method": "users.getCurrentUser"},
        required_credentials=("application_key", "application_secret_key"),
        proves=frozenset({"subject"}),
        response_model=User,
        refusals=(
            Refusal(DENIAL_STATUSES, "expired", _error(102)),
            Refusal(DENIAL_STATUSES, "denied", _error(103), detail="OK does not know the session key"),
            Refusal(None, "caller_rejected", _error(101, 210), detail="the application key is unknown or disabled"),
            Refusal(None, "caller_rejected", _error(104), detail="the signature is wrong: check the secret key"),
            Refusal(None, "rate_limited", _error(8, 11)),
            Refusal(None, "issuer_error", _error(1, 2)),
            Refusal(None, "not_permitted", _error(7, 9, 10, 200)),
        ),
        error_fields=("error", "errors", "error_code"),
        source="https://apiok.ru/en/dev/methods/rest/users/users.getCurrentUser",
        note=(
            "The call is signed with the application's secret, so another application's token should fail, but the "
            "response to such a token is not documented. The API accepts GET and POST, so the token is sent in the "
            "body. The header invocation-error repeats error_code. A response with this header is never valid."
        ),
    ),
    uncertain=(
        "The HTTP status of errors is not documented. A denial counts only with status 200, 400, 401 or 403.",
        "Error 103 does not distinguish an unknown token from a revoked token.",
    ),
)
