"""The provider model: facts about one identity provider, and the decoding of its profiles. No I/O.

Each module of ``idp_checks.providers`` defines one ``Provider`` as ``PROVIDER``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import msgspec

from idp_checks.errors import ProfileError, json_path
from idp_checks.profiles.profile import BLANK_ID, NormalizedProfile, assemble
from idp_checks.profiles.shape import Shape
from idp_checks.providers._decoding import MISSING, encode_json, explain_decoding_error, read_text, reencode
from idp_checks.providers.operations import Operation
from idp_checks.tokens.endpoint import Endpoint, HttpEndpoint
from idp_checks.tokens.template import RequestTemplate

__all__ = [
    "AdditionalCall",
    "Kind",
    "LibraryFacts",
    "ProfileFacts",
    "Protocol",
    "Provider",
    "Scopes",
    "SimulationFacts",
    "TokenFacts",
]

Kind = Literal["social", "enterprise", "generic", "database", "passwordless"]
Protocol = Literal["oauth2", "oauth1", "oidc", "openid2", "saml", "wsfed"]

_NO_ITEMS: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class AdditionalCall:
    """A second call that a complete profile needs; ``normalize`` takes its response in ``also``.

    Args:
        model: the type of the response.
        request: the request template.
        reason: why the profile needs the call.
        unwrap: extracts the JSON text from a response that wraps it, such as JSONP.
        wrapper: the wrapping, with ``{}`` in place of the JSON text; for simulations.
        derive: derives the response from a raw profile that contains its fields, or returns None; for simulations.
    """

    model: Any
    request: RequestTemplate
    reason: str
    unwrap: Callable[[str], str] | None = None
    wrapper: str = "{}"
    derive: Callable[[Mapping[str, Any]], Any] | None = None


@dataclass(frozen=True, kw_only=True)
class ProfileFacts:
    """The profile that a provider sends about a user.

    Args:
        shapes: the profile's models, the current one first.
        request: the template of the profile call; None if the profile is the claims of an ID token.
        also: additional calls by name, which is the last segment of the URL path without extension.
        vouching: the field by which the provider states that an email address is verified, and its value as proof;
            None if the provider never does.
        subject_scope: where the identifier is unique: at the provider, within an application, within a tenant.
        quirks: peculiarities that break parsers in practice.
        sources: links to the documentation.
        unwrap: extracts the JSON text from a response that wraps it.
    """

    shapes: tuple[type[Shape], ...]
    request: RequestTemplate | None
    also: Mapping[str, AdditionalCall] = field(default_factory=dict)
    vouching: str | None = None
    subject_scope: str = "the provider"
    quirks: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    unwrap: Callable[[str], str] | None = None


@dataclass(frozen=True, kw_only=True)
class TokenFacts:
    """The access tokens of a provider.

    ``describe`` renders ``opaque``, ``lifetime`` and ``expiry_field`` as sentences, which ``contents`` and ``validity``
    do not repeat.

    Args:
        form: opaque, jwt or oauth1.
        opaque: whether no data can be read from the token.
        contents: the data in the token, its size and the objects that it is bound to.
        lifetime: seconds from issue to expiry; 0 if the token does not expire, None if this is not documented.
        expiry_field: the field of the token response that states the lifetime or the time of expiry.
        validity: exceptions to the lifetime, and events that end the token early.
        renewal: how a new token is obtained without the user.
        termination: how the token is revoked.
        uses: a harmless call with the token.
        pattern: a regular expression for the whole token, if its form is documented or well known.
        sample: a sample token of that form, with ``{}`` in place of random letters and digits and ``{hex}`` in place of
            64 hexadecimal digits.
        sources: links to the documentation.
    """

    form: Literal["opaque", "jwt", "oauth1"]
    opaque: bool = False
    contents: str = ""
    lifetime: int | None = None
    expiry_field: str | None = None
    validity: str = ""
    renewal: Operation
    termination: Operation
    uses: Operation
    pattern: str | None = None
    sample: str = "{}"
    sources: tuple[str, ...] = ()

    def example(self, letters: str, digits: str) -> str:
        """Return a sample token of this form, from random letters or from 64 hexadecimal digits."""
        return self.sample.replace("{hex}", digits).replace("{}", letters)


@dataclass(frozen=True, kw_only=True)
class Scopes:
    """The scopes of a provider's tokens.

    Args:
        separator: the string between two scopes; empty if the provider has no scopes.
        profile: the scopes that the profile requires.
        email: the scopes that the email address requires.
        adding: how an application obtains further scopes.
        implied: the scopes that a scope includes; two names of one scope include each other.
        sources: links to the documentation.
    """

    separator: str = " "
    profile: tuple[str, ...] = ()
    email: tuple[str, ...] = ()
    adding: str = ""
    implied: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LibraryFacts:
    """How a sign-in library reads the provider, where its alias does not say it all; for the conformance adapters.

    Args:
        classes: the library's class for each model that it reads, the current model first; an empty string is the class
            that the alias names, which reads all models by default.
        required_field: a field that only the response to the library's own call contains.
        id_token_models: the models that the library reads from an ID token.
        settings: the settings that the class requires; ``{host}`` and ``{domain}`` are those of the simulated issuer.
        app_key: the key of the application in the library's storage; ``{host}`` as above.
        request_parameters: parameters that the class expects in the browser's request.
    """

    classes: Mapping[type[Shape], str] | None = None
    required_field: str | None = None
    id_token_models: tuple[type[Shape], ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    app_key: str = ""
    request_parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SimulationFacts:
    """Behavior of the provider that the recordings do not show; for the conformance adapters.

    Args:
        token_fields: derives the fields about the user in the token response from a raw profile.
        calls: derives the response of a call around the profile; by the last segment of the URL path, or the value of
            the parameter ``method``.
        is_retired_form: whether a raw profile has a form that only a retired call returned, where one model reads the
            retired and the current form.
        errors_with_status_200: whether errors come with HTTP 200, unless the body contains another status.
        is_plain_text: whether JSON comes as ``text/plain`` without a charset.
        redirect_field: the field of the raw profile that the browser's redirect contains as a parameter.
    """

    token_fields: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None
    calls: Mapping[str, Callable[[Mapping[str, Any]], Any]] = field(default_factory=dict)
    is_retired_form: Callable[[Mapping[str, Any]], bool] | None = None
    errors_with_status_200: bool = False
    is_plain_text: bool = False
    redirect_field: str | None = None


@dataclass(frozen=True, kw_only=True)
class Provider:
    """One identity provider.

    Args:
        name: the name that Auth0 uses for it; the key everywhere.
        title: the name for people.
        kind: social, enterprise, generic (any server of a protocol), database or passwordless.
        protocol: the sign-in protocol.
        status: live, deprecated or defunct; ``status_note`` says since when and why.
        aliases: the provider's name in sign-in libraries.
        has_auth0_strategy: whether Auth0 has a strategy of this name; if not, it needs a custom connection.
        has_social_connections: whether Auth0 counts the connections as social although the kind is another.
        libraries: more about the libraries, by the keys of ``aliases``.
        simulation: more for simulations.
        docs: links to the main documentation.
        profile, token, scopes: the facts about profiles, tokens and scopes.
        debug: the endpoint that tells whether a token is good; None if the provider has none.
        uncertain: facts that the documentation leaves open, and the interpretation chosen here.
        variant_of: the provider of which this is another name or environment; both share the recordings.
    """

    name: str
    title: str
    kind: Kind
    protocol: Protocol | None
    status: Literal["live", "deprecated", "defunct"] = "live"
    status_note: str | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    has_auth0_strategy: bool = True
    has_social_connections: bool = False
    libraries: Mapping[str, LibraryFacts] = field(default_factory=dict)
    simulation: SimulationFacts = SimulationFacts()
    docs: tuple[str, ...]
    profile: ProfileFacts
    token: TokenFacts
    scopes: Scopes
    debug: Endpoint | None
    uncertain: tuple[str, ...] = ()
    variant_of: str | None = None

    def variant(self, name: str, title: str, hosts: Mapping[str, str] = _NO_ITEMS, **changes: Any) -> Provider:
        """Return this provider under another name.

        Args:
            hosts: the variant's hosts by the documented ones; they are replaced in every URL.
            changes: other values of this class's fields.
        """

        def move_url(url: str) -> str:
            for host, replacement in hosts.items():
                url = url.replace(f"://{host}/", f"://{replacement}/")
            return url

        def move_operation(operation: Operation) -> Operation:
            if operation.manual_call is not None:
                method, url = operation.manual_call
                return replace(operation, manual_call=(method, move_url(url)))
            request = operation.request
            return operation if request is None else replace(operation, request=move_request(request))

        def move_request(request: RequestTemplate) -> RequestTemplate:
            return replace(request, url=move_url(request.url))

        profile, token, debug = self.profile, self.token, self.debug
        return replace(
            self,
            name=name,
            title=title,
            variant_of=self.name,
            profile=replace(profile, request=None if profile.request is None else move_request(profile.request)),
            token=replace(
                token,
                renewal=move_operation(token.renewal),
                termination=move_operation(token.termination),
                uses=move_operation(token.uses),
            ),
            **{"debug": move_request(debug) if isinstance(debug, HttpEndpoint) else debug, **changes},
        )

    @cached_property
    def is_social(self) -> bool:
        """Whether Auth0 counts connections of this provider as social."""
        return self.kind == "social" or self.has_social_connections

    @cached_property
    def _decoders(self) -> tuple[Callable[[bytes | str], Shape], ...]:
        return tuple(msgspec.json.Decoder(shape).decode for shape in self.profile.shapes)

    @cached_property
    def _fast_decoder(self) -> Callable[[bytes | str], Shape]:
        """The decoder of the current shape; it always fails if a response must be unwrapped first."""

        def fail(_: bytes | str) -> Shape:
            raise msgspec.DecodeError

        return self._decoders[0] if self._decoders and self.profile.unwrap is None else fail

    def normalize(
        self,
        raw: bytes | str | Mapping[str, Any],
        *,
        also: Mapping[str, Any] | None = None,
        connection: str | None = None,
    ) -> NormalizedProfile:
        """Normalize a raw profile of this provider; see ``idp_checks.normalize``."""
        shape: Shape | None = None
        try:
            source: bytes | str
            if isinstance(raw, bytes):
                source = raw if raw.isascii() else str(raw, "utf-8")
            elif isinstance(raw, str):
                source = raw
            else:
                source = encode_json(raw)
            shape = self._fast_decoder(source)
        except (msgspec.MsgspecError, RecursionError, UnicodeError, ProfileError):
            pass  # the slow path tries the other shapes, replaces surrogates and explains the failure
        try:
            is_repaired = shape is None
            if shape is None:
                shape, source = self._decode_any_shape(raw)
            claims = shape.claims(self._decode_additional(also) if also else _NO_ITEMS)
            if is_repaired and "\ufffd" in str(claims.id):
                raise ProfileError(LONE_SURROGATE, path=json_path(shape.subject))  # noqa: TRY301 - the provider is added below
            return assemble(self.name, claims, source, self.is_social, connection)
        except ProfileError as error:
            path = error.path
            if error.problem == BLANK_ID and shape is not None:
                path = json_path(shape.subject)
            raise ProfileError(error.problem, path=path, provider=self.name) from None

    def read(self, raw: bytes | str | Mapping[str, Any]) -> Shape:
        """Return a raw profile as its model, without applying any rule.

        Raises:
            ProfileError: the input is not a profile of this provider.
        """
        try:
            return self._decode_any_shape(raw)[0]
        except ProfileError as error:
            raise ProfileError(error.problem, path=error.path, provider=self.name) from None

    def _decode_any_shape(self, raw: bytes | str | Mapping[str, Any]) -> tuple[Shape, str]:
        """Return the first shape that fits, and the JSON text.

        Raises:
            ProfileError: no shape fits; the error is that of the shape that failed deepest in the document.
        """
        text = read_text(raw, self.profile.unwrap)
        if "\\u" in text or not text.isascii():
            text = reencode(text)
        errors = [] if self._decoders else [ProfileError("the profile of this provider is not documented")]
        for decode in self._decoders:
            try:
                return decode(text), text
            except (msgspec.MsgspecError, RecursionError) as error:
                errors.append(explain_decoding_error(error))
        raise min(errors, key=lambda error: (error.path == "$", error.problem == MISSING, -error.path.count(".")))

    def _decode_additional(self, also: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the responses to additional calls, each decoded to its model."""
        responses = {}
        for name, raw in also.items():
            call = self.profile.also.get(name)
            if call is None:
                names = ", ".join(self.profile.also) or "none"
                raise ProfileError(f"unknown additional call (expected: {names})", path=f"also.{name}")
            if raw is None:
                continue
            try:
                responses[name] = msgspec.json.decode(reencode(read_text(raw, call.unwrap)), type=call.model)
            except (msgspec.MsgspecError, RecursionError) as error:
                explained = explain_decoding_error(error)
                raise ProfileError(explained.problem, path=f"also.{name}{explained.path[1:]}") from None
            except ProfileError as error:
                raise ProfileError(error.problem, path=f"also.{name}{error.path[1:]}") from None
        return responses


LONE_SURROGATE = "the identifier contains a lone surrogate"
