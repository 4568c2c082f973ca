"""Historic bugs of token validation, each made again as a wrong reader that the suite for readers must catch.

Every wrong reader is this package's own, spoiled in one way: the way in which the code told of in ``source`` once was.
Where the provider of that time is none of ours, or its bug lay in a call that is not made here (the answer of a token
endpoint, a redirect), the nearest answer of ours shows the same mistake, and the docstring says so.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace as but
from datetime import UTC, datetime
from typing import Any

from msgspec import json
from msgspec.structs import replace

from idp_checks.progress import Progress
from idp_checks.secret import Secret
from idp_checks.selftest.historic import Row
from idp_checks.selftest.readers import (
    Objection,
    Reader,
    ReaderInput,
    Verdict,
    asked_about,
    names,
    objections,
    right,
    signed,
    verdict,
)
from idp_checks.tokens.introspection import Introspection
from idp_checks.tokens.signed import SignedToken, has_jws_form, read_claims, read_header
from idp_checks.tokens.steps import drive
from idp_checks.tokens.wire import Request, Response, Unreachable

__all__ = ["READERS", "UNREACHED", "HistoricReader", "readers_caught", "right_reader_objections"]


@dataclass(frozen=True, kw_only=True)
class HistoricReader:
    """A historic bug as a wrong reader.

    Attributes:
        id: the bug's own number.
        title: the bug in a few words.
        provider: the provider of ours at which it is tried.
        rule: the rule that has to catch it; others may as well.
        source: what tells of the bug.
        make: makes the reader: one that remembers begins with nothing.
        mistake: the name of the function.
    """

    id: str
    title: str
    provider: str
    rule: str
    source: str
    make: Callable[[], Reader]
    mistake: str


_found: list[HistoricReader] = []


def _wrong(id: str, title: str, *, provider: str, rule: str, source: str) -> Callable[[Reader], Reader]:  # noqa: A002
    """Enter a wrong reader under the bug's number."""

    def enter(reader: Reader) -> Reader:
        _enter(id, title, provider, rule, source, lambda: reader, reader)
        return reader

    return enter


def _remembering(
    id: str,  # noqa: A002
    title: str,
    *,
    provider: str,
    rule: str,
    source: str,
) -> Callable[[Callable[[], Reader]], Callable[[], Reader]]:
    """Enter what makes a wrong reader that remembers."""

    def enter(make: Callable[[], Reader]) -> Callable[[], Reader]:
        _enter(id, title, provider, rule, source, make, make)
        return make

    return enter


def _enter(number: str, title: str, provider: str, rule: str, source: str, make: Callable[[], Reader], of: Any) -> None:
    mistake = of.__name__
    _found.append(
        HistoricReader(id=number, title=title, provider=provider, rule=rule, source=source, make=make, mistake=mistake)
    )


UNREACHED: tuple[Row, ...] = (
    Row(
        id="BUG-207",
        title="A nonce in the token or in the request alone is let pass",
        mistake="",
        provider="oidc",
        source="https://github.com/supabase/auth/commit/a67a77dc300d6701511fea4190226c28b9c37477",
        why_not=(
            "A nonce ties an ID token to the browser session that asked for it, and nothing here begins a sign-in: no "
            "question about a token holds the nonce that was sent."
        ),
    ),
)
"""The bugs that no question about a token can show, with the reason."""


# What several of them do


def _table(response: Response | None) -> dict[str, Any]:
    """The JSON object that an answer holds; empty where it holds none."""
    body = None if response is None else response.json
    return body if isinstance(body, dict) else {}


def _fetched(question: ReaderInput) -> dict[str, Any] | None:
    """The profile that the token fetches; None where it fetches none."""
    response = question.answers.get("profile")
    return _table(response) if response is not None and response.status == 200 else None


def _with_body(question: ReaderInput, body: object) -> ReaderInput:
    """The same question, answered with another body."""
    debug = question.debug
    return question if debug is None else question.heard(debug=Response(debug.status, debug.headers, json.encode(body)))


def _anew(question: ReaderInput, **claims: Any) -> ReaderInput:
    """The question about a token that says the same and is signed by the issuer: what is not verified looks so."""
    return question.but(token=Secret(signed(question.token, claims, {"alg": "RS256"})))


def _any_issuer(question: ReaderInput) -> Introspection:
    """The right reading, except that a token signed by the right key may name any issuer."""
    said = right(question)
    if said.reason != "unknown_token":
        return said
    usual = read_claims(asked_about(question.provider, "valid").token)["iss"]
    return right(_anew(question, iss=usual))


def _of_any_tenant(question: ReaderInput) -> Introspection:
    """The right reading, for the tenant that the token names in place of ours."""
    tenant = read_claims(question.token).get("tid")
    return right(question.but(credentials={**question.question.credentials, "tenant_id": tenant}) if tenant else question)


# To whom it was issued


@_wrong(
    "BUG-151",
    "A token of any app signs in, since it fetches a profile",
    provider="facebook",
    rule="T8",
    source="https://github.com/pennersr/django-allauth/commit/2b55add8b7adf8b5ef84ffe56c30dd89249f998c",
)
def profile_call_as_proof(question: ReaderInput) -> Verdict:
    """The person whom the posted token fetches is signed in; for which app it was made is never asked."""
    return _fetched(question) is not None


@_wrong(
    "BUG-153",
    "A strategy for mobile apps checks no audience",
    provider="facebook",
    rule="T8",
    source="https://github.com/drudge/passport-facebook-token/issues/65",
)
def same_person_is_enough(question: ReaderInput) -> Verdict:
    """The profile's id is compared with the one expected, and that is all."""
    me = _fetched(question)
    return None if me is None else question.question.subject in (None, me.get("id"))


@_wrong(
    "BUG-155",
    "The callback takes a token in place of a code",
    provider="facebook",
    rule="T8",
    source="https://github.com/simi/omniauth-facebook/pull/174",
)
def token_of_the_callback(question: ReaderInput) -> Verdict:
    """What came in the redirect's own parameter is taken as if the issuer had given it."""
    return question.token != ""


@_wrong(
    "BUG-157",
    "Userinfo is asked where tokeninfo was needed",
    provider="google-oauth2",
    rule="T8",
    source="https://github.com/Sachinchaurasiya360/InternHack/issues/191",
)
def userinfo_in_place_of_tokeninfo(question: ReaderInput) -> Verdict:
    """Userinfo says who it is, and not for which application."""
    found = _fetched(question)
    return False if found is None else "sub" in found


@_wrong(
    "BUG-159",
    "With no app id configured every token signs in",
    provider="facebook",
    rule="T15",
    source="https://github.com/parse-community/parse-server/issues/3602",
)
def no_app_ids_no_check(question: ReaderInput) -> Introspection:
    """The list of app ids holds nothing, so the check is left out."""
    return right(question if any(question.clients) else but(question, clients=()))


@_wrong(
    "BUG-161",
    "An undefined audience switches the check off",
    provider="google-oauth2",
    rule="T15",
    source="https://github.com/better-auth/better-auth/commit/fdef997eb944d85254816f7a4b2d76c06e9b8ec7",
)
def undefined_audience(question: ReaderInput) -> Introspection:
    """An audience that is not set goes to the library, which then compares nothing."""
    return right(but(question, clients=tuple(client for client in question.clients if client)))


@_wrong(
    "BUG-165",
    "The ID token of an enterprise login is verified without an audience",
    provider="adfs",
    rule="T8",
    source="https://github.com/better-auth/better-auth/commit/01faefc2ce145455468e8c8b414ae296c610a471",
)
def verified_without_audience(question: ReaderInput) -> Introspection:
    """Signature and issuer are checked; for whom it was issued is not. Shown at a token of AD FS."""
    return right(but(question, clients=()))


@_wrong(
    "BUG-167",
    "A token exchange skips the client check",
    provider="cognito",
    rule="T8",
    source="https://github.com/dexidp/dex/commit/affd4d4e495326ba5aeee81bb5ea88d22c39b419",
)
def client_check_skipped(question: ReaderInput) -> Verdict:
    """The verifier is told to skip the client check. Shown at a signed access token of Cognito."""
    said = right(question)
    return True if said.reason in ("wrong_client", "not_stated") and said.active else verdict(said)


@_wrong(
    "BUG-169",
    "A client without a secret skips the audience check",
    provider="google-oauth2",
    rule="T8",
    source="https://github.com/instantdb/instant/pull/2620",
)
def no_secret_no_audience(question: ReaderInput) -> Introspection:
    """Who holds no secret is thought to be the own native app."""
    return right(but(question, clients=()) if question.question.client_secret is None else question)


@_wrong(
    "BUG-171",
    "One audience of several is ours, and the token was issued to another client",
    provider="auth0",
    rule="T8",
    source="https://github.com/linagora/openrag/issues/485",
)
def one_of_the_audiences(question: ReaderInput) -> Introspection:
    """Our client stands in ``aud``; that ``azp`` names another is not seen."""
    audience = read_claims(question.token).get("aud", [])
    meant = any(client in audience for client in question.clients)
    return right(but(question, clients=()) if meant else question)


@_wrong(
    "BUG-173",
    "Only one audience is possible for web and native app",
    provider="apple",
    rule="T8",
    source="https://github.com/SocialiteProviders/Providers/issues/1491",
)
def one_audience_alone(question: ReaderInput) -> Introspection:
    """The web app and the native app have ids of their own, and one is compared."""
    return right(but(question, clients=question.clients[:1]))


@_wrong(
    "BUG-175",
    "A list of two audiences is refused",
    provider="waad",
    rule="T8",
    source="https://github.com/pow-auth/assent/issues/111",
)
def list_compared_with_text(question: ReaderInput) -> Verdict:
    """The whole claim ``aud`` is compared, so a list is never the same. Shown at a token of Entra."""
    audience = read_claims(question.token).get("aud")
    return False if isinstance(audience, list) else verdict(right(question))


# Whose it is


@_wrong(
    "BUG-177",
    "The id that the client claims is not compared with the token's subject",
    provider="apple",
    rule="T9",
    source="https://github.com/parse-community/parse-server/commit/b246bad5c7664794d70032a06ce7aa089933cb11",
)
def claimed_id_believed(question: ReaderInput) -> Introspection:
    """The token is verified, and the account is the one that the client names."""
    return right(question.but(subject=None))


@_wrong(
    "BUG-179",
    "Userinfo of another subject is merged over the token's own",
    provider="oidc",
    rule="T9",
    source="https://github.com/python-social-auth/social-core/commit/e2fd9ecd66bd988e442e5f50f1b66b478b792d8e",
)
def userinfo_over_the_subject(question: ReaderInput) -> Verdict:
    """Userinfo is written over what the issuer states of the token. Shown at introspection, which states ``sub``."""
    said = right(question)
    merged = (_fetched(question) or {}).get("sub", said.subject)
    return True if said.reason == "wrong_subject" and merged == question.question.subject else verdict(said)


@_wrong(
    "BUG-181",
    "A refreshed ID token is stored unseen",
    provider="auth0",
    rule="T12",
    source="https://github.com/python-social-auth/social-core/commit/d56fe6dee8118d9276bf26fd6b83cac089846027",
)
def refreshed_token_unseen(question: ReaderInput) -> Verdict:
    """What a renewal brings replaces what is held, unverified. Shown at a signed access token of Auth0."""
    return True if has_jws_form(question.token) else verdict(right(question))


@_wrong(
    "BUG-183",
    "The account is looked for under its former name",
    provider="google-oauth2",
    rule="T2",
    source="https://github.com/parse-community/parse-server/issues/2921",
)
def former_name_of_the_account(question: ReaderInput) -> Verdict:
    """``user_id`` became ``sub``, and only the former is compared."""
    subject = question.question.subject
    return False if subject and _table(question.debug).get("user_id") != subject else verdict(right(question))


# What the sender says


@_wrong(
    "BUG-185",
    "The sender chooses the address that is asked",
    provider="instagram",
    rule="T17",
    source="https://github.com/parse-community/parse-server/pull/9988",
)
def address_of_the_sender(question: ReaderInput) -> Introspection:
    """The login request may name the server that answers for its token."""
    named = "api_url" in question.sent and "debug" in question.offered
    return right(question.heard(debug=question.offered["debug"]) if named else question)


@_wrong(
    "BUG-187",
    "Issuer and client are taken from the request",
    provider="adfs",
    rule="T17",
    source="https://github.com/supabase/auth/commit/99df661e4a367543c4d1a8aeee18724b023f7c13",
)
def issuer_of_the_sender(question: ReaderInput) -> Verdict:
    """The token is verified against the issuer that came with it. Shown at a signed token of AD FS."""
    issuer, keys = question.sent.get("issuer"), question.offered.get("keys")
    if issuer is None or keys is None:
        return verdict(right(question))
    steps = SignedToken(url=f"{issuer}/keys", issuers=(issuer,), source=issuer).steps(question.question)
    responses = [keys]

    def respond(_: Request) -> Response:
        if not responses:
            raise Unreachable("network", "a second request")
        return responses.pop()

    try:
        return drive(steps, respond).active
    except Unreachable:
        return None


@_wrong(
    "BUG-259",
    "The signature is checked only where there is one",
    provider="apple",
    rule="T12",
    source="https://github.com/python-social-auth/social-core/commit/1bfacdd0379e5eb46e169a99ab648b835e9bb6a2",
)
def signature_only_if_there(question: ReaderInput) -> Introspection:
    """Who leaves the proof out is believed. The bug lay in VK's signed app request; shown at a signed token."""
    unsigned = question.token.count(".") == 1 or question.token.endswith(".")
    return right(_anew(question) if unsigned else question)


# Who issued it


@_wrong(
    "BUG-145",
    "An issuer that took another name is refused",
    provider="apple",
    rule="T11",
    source="https://github.com/supabase/auth/commit/10d6d8b1eafa504da2b2a351d1f64a3a832ab1b9",
)
def first_issuer_alone(question: ReaderInput) -> Verdict:
    """One issuer is compared. The bug was seen at LinkedIn's ID tokens; Apple has had two issuers as well."""
    issuer = read_claims(question.token).get("iss")
    return False if issuer != "https://appleid.apple.com" else verdict(right(question))


@_wrong(
    "BUG-147",
    "Of an issuer's two spellings one is known",
    provider="waad",
    rule="T11",
    source="https://github.com/parse-community/parse-server/commit/42f75d6d947a86c3987042a0cc1523e553b39ae0",
)
def one_spelling_alone(question: ReaderInput) -> Verdict:
    """Google's ID tokens name their issuer with and without a scheme; shown at Entra, which has two spellings too."""
    former = str(read_claims(question.token).get("iss")).startswith("https://sts.windows.net/")
    return False if former and "keys" in question.answers else verdict(right(question))


@_wrong(
    "BUG-189",
    "A wrong 'or' drops the expected issuer",
    provider="waad",
    rule="T11",
    source="https://github.com/supabase/auth/commit/a39858b6e9d194198005eceff9e707c0cd3118e1",
)
def wrong_or_drops_the_issuer(question: ReaderInput) -> Introspection:
    """No issuer is of both kinds, so 'not the one or not the other' always holds, and nothing is compared."""
    issuer = str(read_claims(question.token).get("iss"))
    dropped = "login.microsoftonline.com" not in issuer or "ciamlogin.com" not in issuer
    return _any_issuer(question) if dropped else right(question)


@_wrong(
    "BUG-191",
    "A token of any tenant is exchanged, since Graph takes it",
    provider="waad",
    rule="T11",
    source="https://github.com/keycloak/keycloak/issues/51282",
)
def graph_takes_it(question: ReaderInput) -> Verdict:
    """Graph answers for every tenant; which one the token is of is not compared."""
    return _fetched(question) is not None or verdict(right(question))


@_wrong(
    "BUG-193",
    "The organisation is a hint in the request and not compared afterwards",
    provider="office365",
    rule="T11",
    source="https://github.com/better-auth/better-auth/commit/816d7f92522518e90d437c2a366d75db56690f86",
)
def organisation_as_a_hint(question: ReaderInput) -> Introspection:
    """Google's ``hd`` was sent and not checked. Its tokeninfo does not state ``hd``: shown at the tenant of Entra."""
    return _of_any_tenant(question)


@_wrong(
    "BUG-195",
    "With no organisation configured everybody is let in",
    provider="waad",
    rule="T15",
    source="https://github.com/cloudflare/nginx-google-oauth/pull/54",
)
def no_organisation_lets_all_in(question: ReaderInput) -> Introspection:
    """An empty restriction restricts nobody. The bug was a Google domain left unset; shown at the tenant of Entra."""
    return right(question) if question.question.credential("tenant_id") else _of_any_tenant(question)


@_wrong(
    "BUG-197",
    "The issuer of an Apple token is not compared",
    provider="apple",
    rule="T11",
    source="https://github.com/python-social-auth/social-core/commit/f8cb64d480fba6c876762c413dc34fd022a8b688",
)
def issuer_not_compared(question: ReaderInput) -> Introspection:
    """Signature and audience are checked, ``iss`` is not."""
    return _any_issuer(question)


# Signatures and keys


@_wrong(
    "BUG-163",
    "Every token is taken for a signed one",
    provider="facebook",
    rule="T2",
    source="https://github.com/better-auth/better-auth/commit/ab25180ec23bcdb626dcd10f3b5b0c11103d9b93",
)
def number_of_parts_as_truth(question: ReaderInput) -> Verdict:
    """The number of the token's parts is never zero, so an opaque one is read as a JWT and refused."""
    if len(question.token.split(".")):
        return False if read_header(question.token) is None else verdict(right(question))
    return verdict(right(question))


@_wrong(
    "BUG-199",
    "A token is decoded and never verified",
    provider="waad",
    rule="T12",
    source="https://github.com/python-social-auth/social-core/commit/d7039e28da24f38fa371d077a218e417401eaf76",
)
def decoded_and_believed(question: ReaderInput) -> Introspection:
    """The claims are read from the token as it stands."""
    return right(_anew(question) if read_claims(question.token) else question)


@_wrong(
    "BUG-201",
    "Keys are looked up as certificates",
    provider="auth0",
    rule="T2",
    source="https://github.com/pennersr/django-allauth/commit/5ef542b9004e808253f8cd9f2dbae0bb27365984",
)
def keys_as_certificates(question: ReaderInput) -> Verdict:
    """A table of certificates by key id is looked for in a key set, which is none: no token is ever good."""
    certificates = _table(question.answers.get("keys"))
    kid = (read_header(question.token) or {}).get("kid")
    return False if certificates and kid not in certificates else verdict(right(question))


@_remembering(
    "BUG-203",
    "One cache of keys serves all issuers",
    provider="auth0",
    rule="T13",
    source="https://github.com/better-auth/better-auth/commit/cb1cbfa4ccba1ce13f7fea419a6fc37dcbdc2f15",
)
def keys_by_their_name_alone() -> Reader:
    """A key is found again by its id, whoever's it is."""
    held: dict[str, Response] = {}

    def reader(question: ReaderInput) -> Introspection:
        kid, keys = (read_header(question.token) or {}).get("kid"), question.answers.get("keys")
        if kid in held:
            return right(question.heard(keys=held[kid]))
        said = right(question)
        if isinstance(kid, str) and keys is not None and said.good:
            held[kid] = keys
        return said

    return reader


@_wrong(
    "BUG-205",
    "The optional hash of the access token is demanded",
    provider="apple",
    rule="T2",
    source="https://github.com/python-social-auth/social-core/commit/8fed29b83f2394dbef05f0156fc5b2d24b3cf957",
)
def optional_hash_demanded(question: ReaderInput) -> Verdict:
    """``at_hash`` is compared with the right hash even where the token has none."""
    digest = hashlib.sha256(question.token.encode()).digest()
    wanted = base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()
    return False if read_claims(question.token).get("at_hash") != wanted else verdict(right(question))


# Times


@_wrong(
    "BUG-209",
    "An end of -1 is read as past",
    provider="facebook",
    rule="T2",
    source="https://github.com/roughike/flutter_facebook_login/issues/261",
)
def minus_one_is_past(question: ReaderInput) -> Verdict:
    """-1 stands for a token without an end, and is less than now."""
    data = _table(question.debug).get("data")
    end = data.get("expires_at") if isinstance(data, dict) else None
    past = isinstance(end, int) and end != 0 and end < question.question.time.timestamp()
    return False if past else verdict(right(question))


@_remembering(
    "BUG-213",
    "An end that is not stated counts as none",
    provider="notion",
    rule="T16",
    source="https://github.com/better-auth/better-auth/commit/c5b9f93498489888f543e1aa1fc07aae26f73a7f",
)
def no_end_is_for_ever() -> Reader:
    """A token without a stated end is held good and never asked about again. Shown at Notion, which states none.

    The bug lay in the answer of a token endpoint without ``expires_in``.
    """
    held: set[str] = set()

    def reader(question: ReaderInput) -> Verdict:
        if question.token in held:
            return True
        said = right(question)
        if said.good and said.expires_at is None:
            held.add(question.token)
        return verdict(said)

    return reader


@_wrong(
    "BUG-215",
    "The end is looked for under its former name",
    provider="facebook",
    rule="T18",
    source="https://github.com/python-social-auth/social-core/commit/2886334e7ed57be5675292b1695c47b9369f5625",
)
def former_name_of_the_end(question: ReaderInput) -> Introspection:
    """``expires`` alone is read. The bug lay in the answer of the token endpoint; debug_token has ``expires_at``."""
    body = _table(question.debug)
    data = body.get("data")
    if not isinstance(data, dict) or data.get("is_valid") is not True:
        return right(question)
    kept = {name: value for name, value in data.items() if name != "expires_at"}
    return right(_with_body(question, {**body, "data": kept}))


@_wrong(
    "BUG-217",
    "The expiry test is the wrong way round",
    provider="google-oauth2",
    rule="T10",
    source="https://github.com/jmreyes/passport-google-id-token/issues/5",
)
def expiry_the_wrong_way_round(question: ReaderInput) -> Verdict:
    """A token that ends later is refused, and one that has ended is good. Shown at tokeninfo, which states ``exp``."""
    said = right(question)
    if said.expires_at is None:
        return verdict(said)
    return said.expires_at <= question.question.time


@_wrong(
    "BUG-219",
    "Active is believed of a token that has ended",
    provider="oidc",
    rule="T10",
    source="https://github.com/frappe/frappe/issues/41539",
)
def active_is_enough(question: ReaderInput) -> Verdict:
    """The endpoint looks at the stored state and not at the time, and whoever asks believes it."""
    said = right(question)
    return True if said.reason == "expired" and _table(question.debug).get("active") is True else verdict(said)


@_wrong(
    "BUG-221",
    "A clock one second ahead makes a token bad",
    provider="auth0",
    rule="T10",
    source="https://github.com/googleapis/google-auth-library-python/issues/889",
)
def no_leeway(question: ReaderInput) -> Verdict:
    """``iat`` must not be later than now, to the second. Shown at a signed token of Auth0."""
    issued = read_claims(question.token).get("iat")
    early = isinstance(issued, int) and issued > question.question.time.timestamp()
    return False if early else verdict(right(question))


@_wrong(
    "BUG-223",
    "Milliseconds are read as seconds",
    provider="kakao",
    rule="T18",
    source=(
        "https://developers.kakao.com/sdk/reference/android-rx/release/kakao-open-android-docs/"
        "com.kakao.sdk.user.model/-access-token-info/index.html"
    ),
)
def milliseconds_as_seconds(question: ReaderInput) -> Introspection:
    """``expiresInMillis``, which older answers repeat the life in, is added to the time as it is."""
    body = _table(question.debug)
    left = body.get("expires_in")
    return right(_with_body(question, {**body, "expires_in": left * 1000}) if isinstance(left, int) else question)


@_remembering(
    "BUG-257",
    "A cached verdict never notices a revocation",
    provider="oidc",
    rule="T16",
    source="https://github.com/mitreid-connect/OpenID-Connect-Java-Spring-Server/issues/837",
)
def verdict_kept_for_ever() -> Reader:
    """A token that was good once is good until its end."""
    held: dict[str, datetime] = {}

    def reader(question: ReaderInput) -> Verdict:
        if held.get(question.token, question.question.time) > question.question.time:
            return True
        said = right(question)
        if said.good:
            held[question.token] = said.expires_at or datetime.max.replace(tzinfo=UTC)
        return verdict(said)

    return reader


# Types


@_wrong(
    "BUG-225",
    "Numbers come as texts and are compared with the time",
    provider="google-oauth2",
    rule="T1",
    source="https://github.com/parse-community/parse-server/issues/2921",
)
def text_compared_with_time(question: ReaderInput) -> Verdict:
    """``exp`` is a text in tokeninfo, and a text is neither before nor after a number."""
    end = _table(question.debug).get("exp")
    return False if end is not None and end < question.question.time.timestamp() else verdict(right(question))


@_wrong(
    "BUG-227",
    "A time is known as a text alone",
    provider="google-oauth2",
    rule="T2",
    source="https://github.com/Azure/go-autorest/issues/696",
)
def time_as_text_alone(question: ReaderInput) -> Verdict:
    """A number is no case of the switch. The bug lay in Azure's token answers; Google's tokeninfo comes both ways."""
    end = _table(question.debug).get("exp")
    return None if isinstance(end, int) else verdict(right(question))


@_wrong(
    "BUG-229",
    "Scopes in a list are split as a text",
    provider="twitch",
    rule="T1",
    source="https://github.com/dart-lang/tools/issues/370",
)
def list_split_as_text(question: ReaderInput) -> Introspection:
    """One text with blanks is expected, and Twitch sends a list."""
    said, scopes = right(question), _table(question.debug).get("scopes")
    return said if scopes is None else replace(said, scopes=tuple(scopes.split(" ")))


@_wrong(
    "BUG-231",
    "Scopes between commas are split at blanks",
    provider="slack",
    rule="T18",
    source="https://github.com/pennersr/django-allauth/commit/a33ac9278d3529352f27c3939562be3837cba1b4",
)
def one_separator_for_all(question: ReaderInput) -> Introspection:
    """The separator is each provider's own. The bug was seen at Stocktwits; Slack's header has commas as well."""
    said = right(question)
    held = "" if question.debug is None else question.debug.headers.get("x-oauth-scopes", "")
    return said if said.scopes is None else replace(said, scopes=tuple(held.split()))


@_wrong(
    "BUG-233",
    "The text false counts as active",
    provider="oidc",
    rule="T14",
    source="https://github.com/firecrawl/firecrawl/pull/3973",
)
def any_text_is_true(question: ReaderInput) -> Verdict:
    """Whatever is not empty is true, the text ``false`` among it."""
    said = right(question)
    active = _table(question.debug).get("active")
    return True if said.reason == "unparsable" and isinstance(active, str) and active else verdict(said)


# Answers that are not good


@_wrong(
    "BUG-211",
    "An error without data makes the reader fail",
    provider="facebook",
    rule="T1",
    source="https://github.com/Spyna/protect-rest-api-after-social-login/issues/3",
)
def data_taken_for_granted(question: ReaderInput) -> Verdict:
    """``data`` is read without a look at ``error``, which comes in its place."""
    if question.debug is None or not _table(question.debug):
        return verdict(right(question))
    return verdict(right(question)) if question.body["data"]["is_valid"] else False


@_wrong(
    "BUG-235",
    "No active member means active",
    provider="oidc",
    rule="T3",
    source="https://github.com/endatix/endatix/pull/774",
)
def active_unless_denied(question: ReaderInput) -> Verdict:
    """What is left out is taken as true, so an error object is a good token."""
    body = question.body
    if isinstance(body, dict) and body.get("active", True) is True:
        return True
    return verdict(right(question))


@_wrong(
    "BUG-237",
    "Status 200 with an error is taken for a success",
    provider="github",
    rule="T7",
    source="https://github.com/better-auth/better-auth/commit/db6a4c63240a26485327f51aec5b693ab6de67fd",
)
def good_status_is_success(question: ReaderInput) -> Verdict:
    """The status decides. The bug lay in GitHub's token endpoint; shown at its endpoint about tokens."""
    reported = question.debug is not None and question.debug.status == 200 and "error" in _table(question.debug)
    return True if reported else verdict(right(question))


@_wrong(
    "BUG-239",
    "Status 200 with ok false is read as a success",
    provider="slack",
    rule="T1",
    source="https://github.com/nextauthjs/next-auth/commit/237b01637848ea93875fa0453232b408c1633060",
)
def ok_not_looked_at(question: ReaderInput) -> Verdict:
    """The account is read from an answer that has none. The bug lay in the token endpoint; auth.test is alike."""
    answered = question.debug is not None and question.debug.status == 200 and bool(_table(question.debug))
    return question.body["user_id"] != "" and verdict(right(question)) if answered else verdict(right(question))


@_wrong(
    "BUG-241",
    "Of several refusals one is known",
    provider="slack",
    rule="T4",
    source="https://github.com/trufflesecurity/trufflehog/commit/a94d152bf65bebf5baa486d3d4dfee520af2ceed",
)
def one_refusal_known(question: ReaderInput) -> Verdict:
    """``invalid_auth`` refuses; a revoked token or a closed account is left open."""
    body = _table(question.debug)
    return None if body.get("ok") is False and body.get("error") != "invalid_auth" else verdict(right(question))


@_wrong(
    "BUG-243",
    "Status 200 with any JSON is a proof",
    provider="atlassian",
    rule="T3",
    source="https://github.com/trufflesecurity/trufflehog/commit/09c910786129b9e77f49a1ffadace09317291741",
)
def any_json_is_proof(question: ReaderInput) -> Verdict:
    """That the answer names no person is not seen."""
    answered = question.debug is not None and question.debug.status == 200
    return True if answered and isinstance(question.body, dict) else verdict(right(question))


@_wrong(
    "BUG-245",
    "Whatever is not the known refusal is a success",
    provider="auth0",
    rule="T5",
    source="https://github.com/trufflesecurity/trufflehog/commit/985eb75a4692d11027308fb73541b55cbad18e2e",
)
def not_the_known_refusal(question: ReaderInput) -> Verdict:
    """A token is good unless the answer holds ``access_denied``: a rate limit makes it good."""
    answer = question.debug or question.answers.get("keys")
    return verdict(right(question)) if answer is None else b"access_denied" not in answer.body


@_wrong(
    "BUG-247",
    "A request that failed means a bad token",
    provider="oidc",
    rule="T5",
    source="https://github.com/trufflesecurity/trufflehog/commit/554cd798b55df0b73c82596dc44550e03077f6cc",
)
def failure_means_bad(question: ReaderInput) -> Verdict:
    """Every exception ends in false."""
    said = right(question)
    return False if said.reason == "network" else verdict(said)


@_wrong(
    "BUG-249",
    "A definite refusal is filed as a fault",
    provider="google-oauth2",
    rule="T4",
    source="https://github.com/trufflesecurity/trufflehog/commit/cc0e79a4e992f23103fd3c7d7f1140db26116adc",
)
def refusal_as_a_fault(question: ReaderInput) -> Verdict:
    """Any status but 200 is an error of the check. The bug lay in the token endpoint; tokeninfo refuses by 400 too."""
    failed = question.debug is not None and question.debug.status != 200
    return None if failed else verdict(right(question))


@_wrong(
    "BUG-251",
    "A token with fewer rights is called bad",
    provider="notion",
    rule="T6",
    source="https://github.com/trufflesecurity/trufflehog/commit/77a82847af2e6630f2fe2558c8d08ff330ef34cc",
)
def fewer_rights_is_bad(question: ReaderInput) -> Verdict:
    """403 is read like 401, though it says only that this may not be done."""
    forbidden = question.debug is not None and question.debug.status == 403
    return False if forbidden else verdict(right(question))


@_wrong(
    "BUG-253",
    "An outage of the issuer clears everybody's token",
    provider="github",
    rule="T5",
    source="https://github.com/codetriage/CodeTriage/pull/560",
)
def outage_clears_tokens(question: ReaderInput) -> Verdict:
    """Whatever is not good is bad, and what is bad is deleted."""
    return verdict(right(question)) is True


@_wrong(
    "BUG-255",
    "An issuer that was not reached makes the token invalid",
    provider="oauth2",
    rule="T5",
    source="https://github.com/giantswarm/mcp-oauth/pull/582",
)
def timeout_means_invalid(question: ReaderInput) -> Verdict:
    """A time-out is told to the client as an invalid token, and the client throws it away."""
    said = right(question)
    return False if said.reason == "network" and "timeout" in question.failure else verdict(said)


READERS: tuple[HistoricReader, ...] = tuple(sorted(_found, key=lambda each: each.id))
"""Every wrong reader, by the number of its bug."""


def readers_caught(progress: Progress | None = None) -> tuple[Row, ...]:
    """What catches each wrong reader, with the bugs that no question shows, by number.

    Args:
        progress: is told the bug, how many are done, and of how many.
    """
    rows = list(UNREACHED)
    for done, each in enumerate(READERS):
        if progress is not None:
            progress(each.id, done, len(READERS))
        rows.append(_row(each))
    if progress is not None:
        progress("", len(READERS), len(READERS))
    return tuple(sorted(rows, key=lambda row: row.id))


def _row(wrong: HistoricReader) -> Row:
    found = tuple(objections(wrong.make, wrong.provider))
    rules = sorted({each.rule for each in found}, key=lambda rule: int(rule[1:]))
    shown = [each.how for each in found if each.rule == wrong.rule]
    return Row(
        id=wrong.id,
        title=wrong.title,
        mistake=wrong.mistake,
        provider=wrong.provider,
        source=wrong.source,
        caught_by=tuple(rules),
        how=_how(shown),
    )


def _how(shown: list[str]) -> str:
    """Where the rule's own objection comes from: a recorded case if there is one, else what was generated."""
    return min(shown, key=lambda how: not how.startswith("recorded"), default="")


def right_reader_objections() -> tuple[Objection, ...]:
    """What the suite objects to in this package's own reader, over all providers: nothing, if both are right."""
    return tuple(objection for provider in names() for objection in objections(lambda: right, provider))
