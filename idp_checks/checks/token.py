"""Checks of one token: what its issuer says of it, held against the policy, the record and the documentation."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from msgspec.structs import replace

from idp_checks.checks.context import IdentityContext
from idp_checks.checks.evaluation import CheckOutcome, evaluates, failed, not_applicable, passed, undecided
from idp_checks.checks.finding import REASONS, Verdict
from idp_checks.providers.model import Provider
from idp_checks.tokens.discovery import DiscoveredEndpoint
from idp_checks.tokens.introspection import Introspection
from idp_checks.tokens.signed import ID_TOKEN_CLAIMS, SignedToken, read_header, has_jws_form

__all__ = ["is_distinctive"]

USER_KINDS = frozenset({"user", "access_token"})
"""What issuers call a user's access token, in lower case."""
OTHER_KINDS = frozenset({"page", "app", "application", "system_user", "id", "id_token", "refresh", "refresh_token"})
"""What they call other kinds of token. ``Bearer`` and the like say how a token is used, not what it is."""
TYPE_OF = {"at+jwt": "access token", "id+jwt": "ID token", "logout+jwt": "logout token", "dpop+jwt": "proof"}
"""What the header ``typ`` of a JWT says that it is (RFC 9068, section 2.1); ``JWT`` says nothing."""
OPAQUE_FORMS = ("opaque", "oauth1")

_TELLS = {"end": "when it ends", "scopes": "its scopes"}


def _answer(context: IdentityContext) -> Introspection | CheckOutcome:
    """The issuer's definite answer, or why there is none."""
    held = _held(context)
    if isinstance(held, CheckOutcome):
        return held
    said = context.introspection
    if said is None:
        if held.provider.debug is None:
            return undecided("not_stated", "The provider documents no way to ask about a token.")
        return undecided("no_data", "The issuer could not be asked.")
    if said.active is None:
        return _no_verdict(said)
    return said


class _Held(NamedTuple):
    """A token that is held, and the provider behind it."""

    token: str
    provider: Provider


def _held(context: IdentityContext) -> _Held | CheckOutcome:
    """The token and its provider, or which of the two is missing."""
    if context.identity.access_token is None:
        return undecided("no_data", "The source shows no access token of this identity.")
    if context.provider is None:
        return undecided("no_data", "Nothing is known of the provider.")
    return _Held(context.identity.access_token.reveal(), context.provider)


def _no_verdict(said: Introspection) -> CheckOutcome:
    """An undecided answer: its own reason is the finding's."""
    reason = said.reason if said.reason in REASONS else "unparsable"
    return undecided(reason, "The issuer gave no verdict on the token.", **_asked(said), why=said.detail)


def _asked(said: Introspection) -> dict[str, Any]:
    """How and when the issuer was asked, and what it answered."""
    return {"method": said.method, "asked_at": said.asked_at, "active": said.active, "answer": said.reason}


def _not_stated(context: IdentityContext, said: Introspection, what: str) -> CheckOutcome:
    """The answer leaves out what the check needs; of a bare refusal it is not even known whom it is meant for."""
    if said.active is False and said.bare and not context.calibration.is_permitted:
        return undecided(
            "not_permitted", "The issuer refused without a reason, as it also refuses who may not ask.", **_asked(said)
        )
    return undecided("not_stated", f"The issuer does not state {what}.", **_asked(said))


def _weighed(context: IdentityContext, outcome: CheckOutcome, *, refusal: bool = False) -> CheckOutcome:
    """An outcome that rests on the issuer's word, or ``uncalibrated`` where its word was not shown to count.

    A good word counts where a made-up token was refused; a refusal where the canary, if there is one, was accepted;
    nothing where one of the two went wrong.
    """
    calibration = context.calibration
    if outcome.verdict is Verdict.PASS:
        counts = calibration.rejects_invalid
    elif outcome.verdict is Verdict.FAIL:
        counts = calibration.accepts_valid(context.connection) if refusal else not calibration.is_unreliable
    else:
        counts = True
    if counts:
        return outcome
    return undecided(
        "uncalibrated",
        "The endpoint was not shown to tell good from bad in this run, so its word does not count.",
        **outcome.facts,
    )


@evaluates("IDP-TOK-001")
def active(context: IdentityContext) -> CheckOutcome:
    """The issuer calls the token active."""
    provider = context.provider
    if provider is not None and provider.debug is None:
        accepted = context.policy.accept_unaskable.get(provider.name)
        if accepted is not None:
            return not_applicable(
                "The provider documents no way to ask, and the policy accepts that.", accepted=accepted
            )
    said = _answer(context)
    if isinstance(said, CheckOutcome):
        asked = context.introspection
        return said if asked is None else replace(said, facts={**said.facts, "explanation": asked.explain()})
    told = {**_asked(said), "explanation": said.explain()}
    if said.active:
        return _weighed(context, passed("The issuer calls the token active.", **told))
    if said.bare and not context.calibration.is_permitted:
        return _not_stated(context, said, "why")
    return _weighed(context, failed("The issuer refuses the token.", **told, why=said.detail), refusal=True)


@evaluates("IDP-TOK-002")
def our_client(context: IdentityContext) -> CheckOutcome:
    """The issuer names one of our clients; RFC 7662's ``aud`` is another datum and never taken for it."""
    held = _held(context)
    if isinstance(held, CheckOutcome):
        return held
    if (
        "oauth1" in (held.provider.token.form, held.provider.protocol)
        or context.identity.access_token_secret is not None
    ):
        return not_applicable("An OAuth 1.0a token works with our own consumer secret only.", form="oauth1")
    ours = context.connection.client_ids
    if not ours:
        return undecided("no_policy", "The policy lists no client of this connection.")
    said = _answer(context)
    if isinstance(said, CheckOutcome):
        return said
    facts = {**_asked(said), "client_id": said.client_id, "expected": ours, "audience": said.audience}
    if said.client_id is None:
        return _not_stated(context, said, "to which application the token was issued")
    if said.client_id in ours:
        return _weighed(context, passed("The issuer names one of our clients.", **facts))
    return _weighed(context, failed("The issuer names another client than ours.", **facts))


@evaluates("IDP-TOK-003")
def our_user(context: IdentityContext) -> CheckOutcome:
    """The issuer names the account under which the token is filed.

    Auth0 files accounts of custom and enterprise connections as ``CONNECTION|ID``: the identifier behind the name of
    the connection is compared as well.
    """
    if context.connection.token_kind != "user":
        return not_applicable(
            "The policy expects a token that stands for no user.", token_kind=context.connection.token_kind
        )
    said = _answer(context)
    if isinstance(said, CheckOutcome):
        return said
    if said.subject is None:
        return _not_stated(context, said, "for which account the token was issued")
    filed = context.identity.user_id
    bare = _without_connection(context)
    facts = {
        **_asked(said),
        "stated": context.fingerprint(said.subject),
        "filed": context.fingerprint(filed),
        "filed_without_connection": None if bare is None else context.fingerprint(bare),
    }
    if said.subject in (filed, bare):
        return _weighed(context, passed("The issuer names the account of this identity.", **facts))
    return _weighed(context, failed("The issuer names another account than that of this identity.", **facts))


def _without_connection(context: IdentityContext) -> str | None:
    """The identifier without the connection's name before it; None where none stands there."""
    identity, provider = context.identity, context.provider
    if identity.provider not in ("oauth2", "oidc") and (provider is None or provider.kind == "social"):
        return None
    before, bar, after = identity.user_id.partition("|")
    return after if bar and before in (identity.connection, context.connection.name) else None


@evaluates("IDP-TOK-004")
def allowed_scopes(context: IdentityContext) -> CheckOutcome:
    """Every scope, those implied by others too, is allowed; what allows a scope allows those that it implies."""
    held = _held(context)
    if isinstance(held, CheckOutcome):
        return held
    scopes = held.provider.scopes
    said = _answer(context)
    granted = None if isinstance(said, CheckOutcome) else said.scopes
    if not scopes.separator and granted is None:
        return not_applicable("The provider has no scopes.", sources=scopes.sources)
    if context.connection.allowed_scopes is None:
        return undecided("no_policy", "The policy does not say which scopes are allowed.")
    if isinstance(said, CheckOutcome):
        return said
    if granted is None:
        return _not_stated(context, said, _TELLS["scopes"])
    allowed = _implied(context.connection.allowed_scopes, scopes.implied)
    beyond = _implied(granted, scopes.implied) - allowed
    facts = {**_asked(said), "granted": granted, "allowed": context.connection.allowed_scopes}
    if beyond:
        return _weighed(
            context, failed(f"Granted and not allowed: {len(beyond)} of the scopes.", **facts, not_allowed=beyond)
        )
    return _weighed(context, passed("All granted scopes are allowed.", **facts))


def _implied(scopes: frozenset[str] | tuple[str, ...], implied: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """The scopes with all that they imply, directly or not."""
    known: set[str] = set()
    new = set(scopes)
    while new:
        known |= new
        new = {each for scope in new for each in implied.get(scope, ())} - known
    return frozenset(known)


def _tells(context: IdentityContext, datum: str) -> bool:
    """Whether the issuer's good answers state that datum, so that its documentation does not speak for it."""
    debug = context.provider.debug if context.provider is not None else None
    return debug is not None and datum in debug.proves


def _left_open(context: IdentityContext, datum: str) -> CheckOutcome | None:
    """Why documentation cannot stand in for an answer: the issuer would have stated the datum of a good token."""
    said = context.introspection
    if not _tells(context, datum) or (said is not None and said.active is True):
        return None
    answer = _answer(context)
    return answer if isinstance(answer, CheckOutcome) else _not_stated(context, answer, _TELLS[datum])


def _excepted(context: IdentityContext) -> CheckOutcome | None:
    """The policy's exception from having an end, where no end is stated."""
    why = context.connection.allow_unbounded
    stated = context.introspection is not None and context.introspection.expires_at is not None
    if why is None or stated:
        return None
    return not_applicable("The policy lets tokens of this connection live without end.", exception=why)


@evaluates("IDP-TOK-007")
def has_an_end(context: IdentityContext) -> CheckOutcome:
    """An end is stated, or a limited life is documented and the time of issue known."""
    held = _held(context)
    if isinstance(held, CheckOutcome):
        return held
    said = context.introspection
    if said is not None and said.active is not None and said.expires_at is not None:
        detail = (
            "The issuer states when the token ends."
            if said.expires_at > said.asked_at
            else "The issuer states an end, and it is past."
        )
        return _weighed(context, passed(detail, **_asked(said), expires_at=said.expires_at))
    if (excepted := _excepted(context)) is not None:
        return excepted
    if said is not None and said.active is True and said.endless:
        return _weighed(
            context, failed("The issuer states that the token does not end by time.", **_asked(said), endless=True)
        )
    if (open_question := _left_open(context, "end")) is not None:
        return open_question
    lifetime = held.provider.token.lifetime
    documented = {"documented_lifetime_s": lifetime, "sources": held.provider.token.sources}
    if lifetime is None:
        return undecided("not_stated", "Neither the issuer nor its documentation says when the token ends.")
    if lifetime == 0:
        return failed("The provider documents that its tokens do not end by time.", **documented)
    if said is None or said.issued_at is None:
        return undecided("not_stated", "A limited life is documented, but not when the token was issued.", **documented)
    return _weighed(
        context,
        passed(
            "A limited life is documented, and the issuer states when it began.", **documented, issued_at=said.issued_at
        ),
    )


@evaluates("IDP-TOK-008")
def short_enough(context: IdentityContext) -> CheckOutcome:
    """The life is within the policy's maximum: measured, or documented; what is left bounds it from below."""
    held = _held(context)
    if isinstance(held, CheckOutcome):
        return held
    if (excepted := _excepted(context)) is not None:
        return excepted
    maximum = context.connection.max_lifetime_s
    if maximum is None:
        return undecided("no_policy", "The policy sets no maximum for the life of a token.")
    said = context.introspection
    if said is not None and said.active is not None:
        if said.active and said.endless:
            return _weighed(
                context, failed("The token does not end by time.", **_asked(said), endless=True, maximum_s=maximum)
            )
        if said.expires_at is not None and (measured := _measured(context, said, maximum)) is not None:
            return measured
    if (open_question := _left_open(context, "end")) is not None:
        return open_question
    lifetime = held.provider.token.lifetime
    facts = {"documented_lifetime_s": lifetime, "maximum_s": maximum, "sources": held.provider.token.sources}
    if lifetime is None:
        return undecided(
            "not_stated", "Neither the issuer nor its documentation says how long the token lives.", maximum_s=maximum
        )
    if lifetime == 0:
        return failed("The provider documents that its tokens do not end by time.", **facts)
    if lifetime > maximum:
        return failed("The documented life is longer than the maximum.", **facts)
    return passed("The documented life is within the maximum.", **facts)


def _measured(context: IdentityContext, said: Introspection, maximum: int) -> CheckOutcome | None:
    """The life by the issuer's own times; None where they leave it open."""
    if said.expires_at is None:
        return None
    facts = {**_asked(said), "issued_at": said.issued_at, "expires_at": said.expires_at, "maximum_s": maximum}
    if said.issued_at is None:
        left = int((said.expires_at - said.asked_at).total_seconds())
        if left <= maximum:
            return None
        return _weighed(context, failed("What is left of its life is longer than the maximum.", **facts, left_s=left))
    lifetime = int((said.expires_at - said.issued_at).total_seconds())
    facts["lifetime_s"] = lifetime
    if lifetime < 0:
        return undecided("contradiction", "By the issuer's own times the token ends before it begins.", **facts)
    if lifetime > maximum:
        return _weighed(context, failed("The measured life is longer than the maximum.", **facts))
    return _weighed(context, passed("The measured life is within the maximum.", **facts))


@evaluates("IDP-TOK-010")
def expected_kind(context: IdentityContext) -> CheckOutcome:
    """The issuer, or the documented form, calls it a user's access token; a form never tells that it is good."""
    if context.connection.token_kind != "user":
        return not_applicable("The policy expects another kind of token.", token_kind=context.connection.token_kind)
    if context.identity.access_token is None:
        return undecided("no_data", "The source shows no access token of this identity.")
    token = context.identity.access_token.reveal()
    said = context.introspection
    if said is not None and said.active is True and said.token_type is not None:
        kind = said.token_type.lower()
        facts = {**_asked(said), "token_type": said.token_type}
        if kind in OTHER_KINDS:
            return _weighed(context, failed("By the issuer's word it is another kind of token.", **facts))
        if kind in USER_KINDS:
            return _weighed(context, passed("By the issuer's word it is a user's access token.", **facts))
    kind_of_jwt, shown = _jwt_kind(token)
    if kind_of_jwt == "other":
        return failed("By its form it is another kind of token.", form="jwt", **shown)
    documented = None if context.provider is None else context.provider.token
    if documented is not None and documented.pattern is not None and is_distinctive(documented.pattern):
        if re.fullmatch(documented.pattern, token):
            return passed("It has the documented form of a user's access token.", sources=documented.sources)
        return failed("It has not the documented form of a user's access token.", sources=documented.sources)
    if kind_of_jwt == "access":
        return passed("By its form it is an access token.", form="jwt", **shown)
    if said is not None and said.active is None:
        return _no_verdict(said)
    return undecided("not_stated", "Neither issuer nor form tells the kinds of token apart.")


def _jwt_kind(token: str) -> tuple[Literal["access", "other"] | None, dict[str, Any]]:
    """What a JWT's form says that it is, and by which marks; nothing is verified, and nothing of it is believed."""
    if not has_jws_form(token):
        return None, {}
    header, claims = read_header(token) or {}, _unverified_claims(token)
    kind = TYPE_OF.get(str(header.get("typ", "")).lower().removeprefix("application/"))
    if kind is not None:
        return ("access" if kind == "access token" else "other"), {"typ": kind}
    marks = [each for each in ID_TOKEN_CLAIMS if each in claims]
    return ("other", {"id_token_claims": marks}) if marks else (None, {})


def _unverified_claims(token: str) -> Mapping[str, Any]:
    """The claims of a JWT as they stand there; none where they cannot be read."""
    segment = token.split(".")[1]
    try:
        claims = json.loads(base64.urlsafe_b64decode(segment.encode("ascii") + b"=" * (-len(segment) % 4)))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


@cache
def is_distinctive(pattern: str) -> bool:
    """Whether a token pattern has a mark of its own: it fits no plain run of letters or digits, and no UUID."""
    fits = re.compile(pattern).fullmatch
    plain = (letter * length for letter in "0aA" for length in range(1, 257))
    return not any(map(fits, plain)) and fits("00000000-0000-4000-8000-000000000000") is None


@evaluates("IDP-TOK-011")
def named_issuer(context: IdentityContext) -> CheckOutcome:
    """Whoever vouches is the provider that the record names, at its own issuer or host."""
    provider, identity = context.provider, context.identity
    if provider is None:
        return undecided("no_data", "Nothing is known of the provider.")
    facts: dict[str, Any] = {"provider": provider.name, "record_names": identity.provider}
    if identity.provider not in (provider.name, "oauth2", "oidc"):
        return failed("The record names another provider than the connection has.", **facts)
    if (
        identity.provider == provider.name
        and provider.kind != "generic"
        and identity.is_social is not None
        and identity.is_social != (provider.kind == "social")
    ):
        return failed(
            "The record's isSocial is not that of the provider.",
            **facts,
            is_social=identity.is_social,
            kind=provider.kind,
        )
    said = _answer(context)
    if isinstance(said, CheckOutcome):
        return said
    facts |= _asked(said) | {"issuer": said.issuer}
    if said.provider != provider.name:
        return _weighed(context, failed("Another provider's issuer was asked.", **facts, asked=said.provider))
    if said.active is False:
        if said.method == "signed-token" and said.reason == "unknown_token":
            return _weighed(context, failed("The token is signed for another issuer or tenant.", **facts))
        return _not_stated(context, said, "who vouches: nobody does")
    if said.issuer is not None:
        return _weighed(context, _stated_issuer(context, provider, said.issuer, facts))
    hosts = frozenset(_hosts(context, provider))
    if not hosts:
        return undecided("no_policy", "The policy does not say which issuer stands behind this connection.", **facts)
    asked = _host(str(said.exchange.request.get("url", ""))) if said.exchange is not None else None
    if asked is None:
        return undecided("no_data", "It was not kept which host was asked.", **facts)
    facts |= {"host": asked, "documented_hosts": hosts}
    if asked in hosts:
        return _weighed(context, passed("The host that was asked is the provider's.", **facts))
    return _weighed(context, failed("The host that was asked is not the provider's.", **facts))


def _stated_issuer(context: IdentityContext, provider: Provider, issuer: str, facts: Mapping[str, Any]) -> CheckOutcome:
    """Compare a stated issuer: exactly where its value is documented or configured, else by its host."""
    expected = frozenset(_issuers(context, provider))
    if expected:
        held = issuer in expected
        facts = {**facts, "expected": expected}
    elif isinstance(provider.debug, DiscoveredEndpoint):
        return undecided("no_policy", "The policy does not say which issuer stands behind this connection.", **facts)
    else:
        hosts = frozenset(_hosts(context, provider))
        if not hosts:
            return undecided(
                "no_policy", "The policy does not say which issuer stands behind this connection.", **facts
            )
        host = _host(issuer if "://" in issuer else f"https://{issuer}")
        held = host is not None and any(_same_house(host, each) for each in hosts)
        facts = {**facts, "documented_hosts": hosts}
    if held:
        return passed("The stated issuer is the provider's.", **facts)
    return failed("The stated issuer is not the provider's.", **facts)


def _issuers(context: IdentityContext, provider: Provider) -> Iterator[str]:
    """The exact issuers that the provider documents, or that the policy configures where it leaves them open."""
    if isinstance(provider.debug, DiscoveredEndpoint):
        configured = (context.connection.issuer_url, _credential(context, "issuer"))
        yield from (each for each in configured if each)
        return
    for each in getattr(provider.debug, "issuers", ()):
        if (filled := _filled(context, each)) is not None:
            yield filled


def _hosts(context: IdentityContext, provider: Provider) -> Iterator[str]:
    """The hosts at which the provider is asked: the documented one, or those that the policy configures."""
    debug = provider.debug
    documented = _filled(context, _root(debug.url)) if debug is not None and provider.kind != "generic" else None
    configured = (
        context.connection.issuer_url,
        _credential(context, "issuer"),
        _credential(context, "introspection_endpoint"),
    )
    for each in (documented, *configured):
        if each and (host := _host(each)) is not None:
            yield host


def _filled(context: IdentityContext, form: str) -> str | None:
    """A documented text with ``{tenant_id}`` and the like filled in from the policy; None where one is missing."""
    for name in re.findall(r"\{(\w+)\}", form):
        held = _credential(context, name)
        if held is None:
            return None
        form = form.replace(f"{{{name}}}", held)
    return form


def _credential(context: IdentityContext, name: str) -> str | None:
    held = context.connection.credentials.get(name)
    return held if held is None or isinstance(held, str) else held.reveal()


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _root(url: str) -> str:
    """Scheme and host of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _same_house(host: str, documented: str) -> bool:
    """Whether a stated host is the documented one, or stands beside it under a name that only one owner has."""
    parent = documented.partition(".")[2]
    labels = parent.split(".")
    public = len(labels) < 2 or (len(labels) == 2 and len(labels[1]) == 2 and len(labels[0]) <= 3)
    return host == documented or (not public and (host == parent or host.endswith(f".{parent}")))


@evaluates("IDP-TOK-012")
def verified_signature(context: IdentityContext) -> CheckOutcome:
    """A signed token was verified against its issuer's keys; what is not verified is treated as opaque."""
    held = _held(context)
    if isinstance(held, CheckOutcome):
        return held
    provider = held.provider
    if provider.token.form in OPAQUE_FORMS:
        return not_applicable(
            "The provider's tokens are no signed documents.", form=provider.token.form, sources=provider.token.sources
        )
    if not isinstance(provider.debug, SignedToken) or provider.debug.is_unsigned(held.token):
        return passed("The token was treated as opaque throughout: nothing inside it was used.", form="opaque")
    said = _answer(context)
    if isinstance(said, CheckOutcome):
        return said
    facts = {**_asked(said), "why": said.detail}
    if said.active is False:
        return _weighed(context, _refused_signature(said, facts))
    if said.client_id is None:
        return undecided(
            "not_stated", "The signature holds; the token does not name the application that it is for.", **facts
        )
    ours = context.connection.client_ids
    if not ours:
        return undecided(
            "no_policy", "The signature holds; the policy lists no client that the token may be for.", **facts
        )
    if said.client_id not in ours:
        return undecided(
            "contradiction", "The signature holds, and the token is for another application (IDP-TOK-002).", **facts
        )
    return _weighed(context, passed("Signature, algorithm, times and audience hold.", **facts))


def _refused_signature(said: Introspection, facts: Mapping[str, Any]) -> CheckOutcome:
    if said.reason == "malformed":
        return failed("The signature does not hold under the issuer's keys and algorithms.", **facts)
    if said.reason == "expired":
        return undecided("stale", "The signature holds, and the token's time has run out.", **facts)
    return undecided("contradiction", "The signature holds, and another claim of the token does not.", **facts)
