"""Sign in with Apple: the ID token's claims, and ``user`` at the first sign-in."""

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
    """``user``, sent only at the first sign-in. It is unsigned, so its email address is not used."""

    name: PersonName | None = None


class IdToken(Shape):
    """The claims of the ID token, with the ``user`` object or its JSON string.

    https://developer.apple.com/documentation/signinwithapple/authenticating-users-with-sign-in-with-apple
    The JSON string is the form field in which ``user`` arrives.
    """

    subject: ClassVar[Path] = ("sub",)
    vouched_by: ClassVar[Path | None] = ("email_verified",)

    sub: Id
    email: Email = None
    email_verified: StringFlag = None
    user: User | String = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        user = _parse_user(self.user) if isinstance(self.user, str) else self.user
        name = None if user is None else user.name
        return Claims(
            id=self.sub,
            given_name=None if name is None else name.first_name,
            family_name=None if name is None else name.last_name,
            email=self.email,
            email_verified=string_flag(self.email_verified),
        )


def _parse_user(text: str) -> User | None:
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
        vouching="Apple's email_verified claim; for a relay address it means that Apple operates the address",
        subject_scope="the developer team",
        quirks=(
            "Apple has no userinfo endpoint: the profile is the claims of the ID token, plus user.",
            (
                "The redirect contains user, as a JSON string in a form field, only when a user signs in for the "
                "first time. Store the name then."
            ),
            (
                "user is unsigned and passes through the browser: its name and email address are only the user's own "
                "input."
            ),
            "email_verified and is_private_email may be the strings true and false.",
            "Relay addresses accept mail only from senders registered with Apple, and can be switched off.",
            (
                "The profile has no picture and no username. The nickname is the local part of the email address, "
                "which is random in a relay address."
            ),
            (
                "Web and native apps of one team share sub and differ in aud. A transfer to another team changes "
                "sub; transfer_sub bridges the change for 60 days."
            ),
            "If nonce_supported is true, a nonce that is missing or differs from the request is an error.",
            "Some managed accounts of schools and companies do not provide an email address.",
        ),
        sources=(
            "https://developer.apple.com/documentation/signinwithapple/authenticating-users-with-sign-in-with-apple",
            "https://developer.apple.com/documentation/signinwithapplejs/authorizationi/id_token",
        ),
    ),
    token=TokenFacts(
        form="jwt",
        contents=(
            "The ID token is signed with RS256 and has a kid. aud is the client id, nonce is the value from the "
            "request. Scopes only determine which personal data it contains. The access token is opaque and reserved "
            "for later use."
        ),
        lifetime=86400,
        validity=(
            "One day was observed between iat and exp, ten minutes in old ID tokens: read exp. The token response "
            "states one hour for the access token, which no API accepts. A refresh token does not expire. A code is "
            "valid for 5 minutes."
        ),
        renewal=renew_by_refresh_token(
            "client_secret is an ES256 JWT that the app signs for at most 6 months. The response contains a new "
            "access token and ID token, but not a new refresh token. Apple permits about one renewal a "
            "day per user.",
            "https://appleid.apple.com/auth/token",
        ),
        termination=revoke_by_request(
            "Returns 200 with an empty body, also for an invalid token. Required when an account is deleted in the "
            "app.",
            "https://appleid.apple.com/auth/revoke",
            ends="grant",
            params={"token_type_hint": "access_token"},
        ),
        uses=Operation(
            "No API accepts the access token; a refresh is the only use.",
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
            "The only scopes are name and email, besides openid, which is implied. Both are requested with the first "
            "authorization. Each of them requires response_mode=form_post."
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
            "Several keys are published at a time and change without notice. Only a refresh at /auth/token shows "
            "whether the authorization is still valid, at most about once a day per user."
        ),
    ),
    uncertain=(
        (
            "In June 2025 the discovery document temporarily contained the issuer https://account.apple.com, while "
            "tokens kept https://appleid.apple.com. Both are accepted, with Apple's single key set."
        ),
        "The lifetime of an ID token is not documented: one day was observed.",
    ),
)
