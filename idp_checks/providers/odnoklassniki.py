"""Odnoklassniki (OK): the current user of its REST API, where every call is signed."""

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

ANSWERED = frozenset((200, 400, 401, 403))
"""Statuses under which a denial counts: OK documents none."""


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
    """``sig`` of a call in a session, https://apiok.ru/en/dev/methods.

    Lower-case MD5 of the parameters but the token, sorted by name and written as ``name=value`` without separators,
    and after them the session's secret: lower-case MD5 of token and application secret key.
    """
    joined = "".join(f"{name}={params[name]}" for name in sorted(params))
    return _md5(joined + _md5(token + application_secret_key))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


class Signed(RequestTemplate):
    """A call whose parameters are signed with the application's secret key, which is not sent."""

    def build_request(self, question: Question) -> Request:
        plain = super().build_request(question)
        form = dict(plain.form or {})
        signed = {
            name: value.reveal() if isinstance(value, Secret) else value
            for name, value in form.items()
            if name != self.placement.name
        }
        sig = signature(signed, question.token.reveal(), question.credential("application_secret_key") or "")
        return replace(plain, form={**form, "sig": Secret(sig)})


class SignedCall(Signed, HttpEndpoint):
    """The call as a probe."""

    def read(self, response: Response, question: Question) -> Reading:
        reading = super().read(response, question)
        if reading.active is True and response.headers.get("invocation-error"):
            return Reading(active=None, reason="contradiction", detail="the header names an error, the body a person")
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
                "The address comes with the permission GET_EMAIL alone, which OK gives on request; has_email does not "
                "say that email is there."
            ),
            "Nothing vouches for the address.",
            (
                "Every call is signed: sig is the MD5 of the sorted parameters without the token, then the session's "
                "secret, which is the MD5 of token and secret key (or session_secret_key of the token answer)."
            ),
            "Beside the token there are an application id, a public application_key and a secret key.",
            "There is no username: the nickname is the local part of the address.",
            "Without a picture of one's own pic_1 and pic_2 name a stub (res/stub_), which is left out.",
            "Larger pictures (pic190x190, pic640x480, pic1024x768) come only when named in fields.",
            "An error is an object with error_code and error_msg where the profile would stand.",
            "birthday lacks the year where it is hidden.",
            "Who signs in at OK by VK ID gets the profile and the identifiers of VK ID.",
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
            "The signature that every call bears ties it to the application. The token answer of the browser "
            "flow has session_secret_key beside it."
        ),
        lifetime=1800,
        validity=(
            "30 days with the permission LONG_ACCESS_TOKEN, counted anew at every use (auth.touchSession "
            "does nothing else). expires_in may be a text."
        ),
        renewal=renew_by_refresh_token(
            "The refresh token lives 30 days.",
            "https://api.ok.ru/oauth/token.do",
        ),
        termination=Operation(
            "No call for it: the person removes the application at ok.ru/settings/oauth, and a new password ends the "
            "tokens."
        ),
        uses=Operation(
            "The method users.getCurrentUser, signed.",
            Signed(
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
            "Name the permissions at https://connect.ok.ru/oauth/authorize. VALUABLE_ACCESS is the base; GET_EMAIL, "
            "LONG_ACCESS_TOKEN and those for posting and photos are given to the application by OK's support first."
        ),
        sources=("https://apiok.ru/en/ext/oauth/permissions",),
    ),
    debug=SignedCall(
        kind="userinfo-probe",
        method="POST",
        url="https://api.ok.ru/fb.do",
        placement=by_form("access_token"),
        params={"application_key": "{application_key}", "format": "json", "method": "users.getCurrentUser"},
        required_credentials=("application_key", "application_secret_key"),
        proves=frozenset({"subject"}),
        response_model=User,
        refusals=(
            Refusal(ANSWERED, "expired", _error(102)),
            Refusal(ANSWERED, "denied", _error(103), detail="the session key is none that OK knows"),
            Refusal(None, "caller_rejected", _error(101, 210), detail="the application key is unknown or switched off"),
            Refusal(None, "caller_rejected", _error(104), detail="the signature is wrong: look at the secret key"),
            Refusal(None, "rate_limited", _error(8, 11)),
            Refusal(None, "issuer_error", _error(1, 2)),
            Refusal(None, "not_permitted", _error(7, 9, 10, 200)),
        ),
        error_fields=("error", "errors", "error_code"),
        source="https://apiok.ru/en/dev/methods/rest/users/users.getCurrentUser",
        note=(
            "There is no introspection: the probe shows that the token works and for whom. It is signed with the "
            "application's own secret, so another application's token should fail, but what it gets is not documented: "
            "no client is proven. The API takes GET and POST alike, so the token goes in the body. The header "
            "invocation-error repeats error_code: with it no body is good."
        ),
    ),
    uncertain=(
        "The HTTP status of errors is not documented: a denial counts under 200, 400, 401 and 403 alone.",
        "Error 103 does not tell an unknown token from a revoked one.",
    ),
)
