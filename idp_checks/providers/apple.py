"""Sign in with Apple: the claims of the ID token, with the ``user`` object of the first sign-in beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct, ValidationError, convert

from idp_checks.providers.sdk import (
    ID_TOKEN_CREDENTIALS,
    Claims,
    Email,
    Id,
    Name,
    Operation,
    Path,
    ProfileError,
    ProfileFacts,
    Provider,
    Scopes,
    Shape,
    SignedToken,
    SimulationFacts,
    String,
    StringFlag,
    TokenFacts,
    TokenRules,
    parse_json,
    renew_by_refresh_token,
    revoke_by_request,
    string_flag,
)


class PersonName(Struct, rename="camel"):
    """``user.name``."""

    first_name: Name = None
    last_name: Name = None


class User(Struct):
    """``user``, sent on the first sign-in only. It is unsigned, so its address is not used."""

    name: PersonName | None = None


class IdToken(Shape):
    """https://developer.apple.com/documentation/signinwithapple/authenticating-users-with-sign-in-with-apple.

    ``user`` is the object, or the JSON text of the form field it came in.
    """

    subject: ClassVar[Path] = ("sub",)
    vouched_by: ClassVar[Path | None] = ("email_verified",)

    sub: Id
    email: Email = None
    email_verified: StringFlag = None
    user: User | String = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        user = _user(self.user) if isinstance(self.user, str) else self.user
        name = None if user is None else user.name
        return Claims(
            id=self.sub,
            given_name=None if name is None else name.first_name,
            family_name=None if name is None else name.last_name,
            email=self.email,
            email_verified=string_flag(self.email_verified),
        )


def _user(text: str) -> User | None:
    if not text or text.isspace():
        return None
    try:
        return convert(parse_json(text), User | None)
    except (ProfileError, ValidationError):
        raise ProfileError("expected an object with the name, or its JSON text", path="$.user") from None


PROVIDER = Provider(
    name="apple",
    title="Sign in with Apple",
    kind="social",
    protocol="oidc",
    aliases={"social_core": "apple-id", "allauth": "apple", "authjs": "apple"},
    simulation=SimulationFacts(
        redirect_field="user",
    ),
    docs=(
        "https://developer.apple.com/documentation/signinwithapplerestapi",
        "https://developer.apple.com/documentation/signinwithapplerestapi/generate-and-validate-tokens",
        "https://developer.apple.com/documentation/signinwithapplerestapi/revoke-tokens",
        "https://developer.apple.com/documentation/signinwithapplerestapi/fetch-apple's-public-key-for-verifying-token-signature",
        "https://developer.apple.com/documentation/signinwithapple/authenticating-users-with-sign-in-with-apple",
        "https://appleid.apple.com/.well-known/openid-configuration",
    ),
    profile=ProfileFacts(
        shapes=(IdToken,),
        request=None,
        vouching="Apple's email_verified claim; for a relay address it says that Apple runs it",
        subject_scope="the developer team",
        quirks=(
            "There is no userinfo call: the profile is the claims of the ID token, and user beside them.",
            (
                "The redirect carries user, as JSON text in a form field, when a person signs in for the first time "
                "and never after: the name is to be stored then."
            ),
            "No signature covers user, which comes by the browser: its name and address are only what the person says.",
            "The flags email_verified and is_private_email may come as texts, true and false.",
            "Relay addresses take mail only from senders registered with Apple, and can be switched off.",
            "No picture and no username: the nickname is the local part of the address, random in a relay address.",
            (
                "Web and native apps of one team share sub and differ in aud. A move to another team changes sub; for "
                "60 days transfer_sub helps over it."
            ),
            "With nonce_supported true, a nonce that is missing or is not the one sent is a failure.",
            "Some managed accounts of schools and companies give no address.",
        ),
        sources=(
            "https://developer.apple.com/documentation/signinwithapple/authenticating-users-with-sign-in-with-apple",
            "https://developer.apple.com/documentation/signinwithapplejs/authorizationi/id_token",
        ),
    ),
    token=TokenFacts(
        form="jwt",
        contents=(
            "The ID token is signed by RS256 with kid; aud is the client id, nonce the one sent. Scopes decide only "
            "which personal data come. The access token is opaque and reserved for later use."
        ),
        lifetime=86400,
        validity=(
            "A day from iat to exp in ID tokens seen, ten minutes in old ones: read exp. The access token names an "
            "hour and opens nothing; a refresh token has no end, a code lives 5 minutes."
        ),
        renewal=renew_by_refresh_token(
            "grant_type=refresh_token with client_id and client_secret, an ES256 JWT that the app signs for at most 6 "
            "months; gives a new access token and ID token, no new refresh token. About once a day per person at most.",
            "https://appleid.apple.com/auth/token",
        ),
        termination=revoke_by_request(
            "Form fields client_id, client_secret, token, token_type_hint; 200 with an empty body, also for a dead "
            "token. Required when an account is deleted in the app.",
            "https://appleid.apple.com/auth/revoke",
            ends="grant",
            params={"token_type_hint": "access_token"},
        ),
        uses=Operation(
            "No API takes the access token: a refresh is the only use.",
            manual_call=("POST", "https://appleid.apple.com/auth/token"),
        ),
        sources=(
            "https://developer.apple.com/documentation/signinwithapplerestapi/generate-and-validate-tokens",
            "https://developer.apple.com/documentation/signinwithapplerestapi/revoke-tokens",
            "https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret",
        ),
    ),
    scopes=Scopes(
        profile=("name",),
        email=("email",),
        adding=(
            "Only name and email exist, beside openid, which is implied; both are asked on the first authorisation, "
            "and with either the answer must come by response_mode=form_post."
        ),
        sources=("https://developer.apple.com/documentation/signinwithapplerestapi",),
    ),
    debug=SignedToken(
        url="https://appleid.apple.com/auth/keys",
        rules=TokenRules(
            issuers=("https://appleid.apple.com", "https://account.apple.com"), client_claims=("aud",), token_kind="id"
        ),
        optional_credentials=ID_TOKEN_CREDENTIALS,
        source="https://developer.apple.com/documentation/signinwithapplerestapi/fetch-apple's-public-key-for-verifying-token-signature",
        note=(
            "Several keys at a time, changed without notice. A signature says nothing of revocation: only a refresh at "
            "/auth/token tells whether the authorisation still stands, at most about once a day per person."
        ),
    ),
    uncertain=(
        (
            "In June 2025 the discovery document named https://account.apple.com for a while and tokens kept "
            "https://appleid.apple.com: both are taken, under Apple's one key set."
        ),
        "The life of an ID token is promised by no page: a day is what was seen.",
    ),
)
