"""A provider: what it is, what it sends, what its tokens are, how its issuer is asked. Facts only, no I/O.

Each provider is one module of ``idp_checks.providers`` that names one ``Provider`` as ``PROVIDER``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import msgspec

from idp_checks.errors import ProfileError, json_path
from idp_checks.profiles.jsontext import decode_text, parse_json, replace_surrogates
from idp_checks.profiles.profile import BLANK_ID, NormalizedProfile, assemble
from idp_checks.profiles.shape import Shape
from idp_checks.providers.operations import Operation
from idp_checks.tokens.endpoint import Endpoint, HttpEndpoint
from idp_checks.tokens.template import RequestTemplate

__all__ = ["AdditionalCall", "ProfileFacts", "Provider", "Scopes", "TokenFacts"]

_NONE: Mapping[str, Any] = {}

Kind = Literal["social", "enterprise", "generic", "database", "passwordless"]
Protocol = Literal["oauth2", "oauth1", "oidc", "openid2", "saml", "wsfed"]


@dataclass(frozen=True, slots=True)
class AdditionalCall:
    """A further call that a complete profile needs; its answer is given to ``normalize`` under its name in ``also``.

    ``unwrap`` takes the JSON text out of an answer that wraps it.
    """

    model: Any
    request: RequestTemplate
    reason: str
    unwrap: Callable[[str], str] | None = None


@dataclass(frozen=True, kw_only=True)
class ProfileFacts:
    """What a provider sends about a user.

    Args:
        shapes: the forms of answer in circulation, the current one first.
        call: how the answer is asked for; None where it is no answer of a call (claims of an ID token).
        also: further calls by name (the last segment of the call's path, without extension).
        vouching: in words, what the provider's word for an e-mail address is worth; None where it gives none.
        subject_scope: within what the identifier is unique: everywhere at the provider, per application, per tenant.
        quirks: what breaks parsers in practice.
        sources: where this is documented.
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
    """What is known of a provider's access tokens.

    Args:
        form: opaque, jwt or oauth1.
        pattern: a regular expression of the whole token, where its form is documented or well known.
        sample: a made-up token of that form, with ``{}`` where letters and digits vary; for simulations.
        lifetime: seconds from issue to end; 0, it does not end by time; None, not documented.
        contents, validity, renewal, termination, uses: in words, with the calls.
    """

    form: Literal["opaque", "jwt", "oauth1"]
    contents: str
    validity: str
    renewal: Operation
    termination: Operation
    uses: Operation
    lifetime: int | None = None
    pattern: str | None = None
    sample: str = "{}"
    sources: tuple[str, ...] = ()

    def example(self, letters: str, digits: str) -> str:
        """A token of this form that nobody has issued, of these letters, or of these 64 hexadecimal digits."""
        return self.sample.replace("{hex}", digits).replace("{}", letters)


@dataclass(frozen=True, kw_only=True)
class Scopes:
    """What a token may be allowed: how scopes are written, which give the profile and the address, how more are got.

    ``separator`` is empty where the provider has no scopes. ``implied`` names what a scope holds in itself; two names
    of one scope imply each other.
    """

    separator: str = " "
    profile: tuple[str, ...] = ()
    email: tuple[str, ...] = ()
    adding: str = ""
    implied: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Provider:
    """One identity provider.

    Args:
        name: the name that Auth0 gives it; the key everywhere.
        debug: how its issuer is asked about a token; None where there is no way.
        uncertain: what its documentation leaves open, and how it is read therefore.
        variant_of: the provider of which this is another name or environment; its recordings are that provider's.
    """

    name: str
    title: str
    kind: Kind
    protocol: Protocol | None
    docs: tuple[str, ...]
    profile: ProfileFacts
    token: TokenFacts
    scopes: Scopes
    debug: Endpoint | None
    status: Literal["live", "deprecated", "defunct"] = "live"
    status_note: str | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    uncertain: tuple[str, ...] = ()
    variant_of: str | None = None

    def variant(self, name: str, title: str, hosts: Mapping[str, str] = _NONE, **changed: Any) -> Provider:
        """The same provider under another name.

        Args:
            hosts: the hosts of its addresses that are others there, by the documented ones.
            changed: what else is different, by the names of this class.
        """

        def moved(url: str) -> str:
            for host, other in hosts.items():
                url = url.replace(f"://{host}/", f"://{other}/")
            return url

        def way(given: Operation) -> Operation:
            if given.manual_call is not None:
                return replace(given, manual_call=(given.manual_call[0], moved(given.manual_call[1])))
            request = given.request
            return given if request is None else replace(given, request=replace(request, url=moved(request.url)))

        call, token, debug = self.profile.request, self.token, self.debug
        if isinstance(debug, HttpEndpoint):
            debug = replace(debug, url=moved(debug.url))
        return replace(
            self,
            name=name,
            title=title,
            variant_of=self.name,
            profile=replace(self.profile, request=None if call is None else replace(call, url=moved(call.url))),
            token=replace(token, renewal=way(token.renewal), termination=way(token.termination), uses=way(token.uses)),
            **{"debug": debug, **changed},
        )

    @cached_property
    def _decoders(self) -> tuple[Callable[[bytes | str], Shape], ...]:
        return tuple(msgspec.json.Decoder(shape).decode for shape in self.profile.shapes)

    @cached_property
    def _usual(self) -> tuple[Callable[[bytes | str], Shape], str, bool]:
        """What ``normalize`` needs: the current shape's decoder, the name, whether it is social."""

        def never(_: bytes | str) -> Shape:
            raise msgspec.DecodeError

        decode = self._decoders[0] if self._decoders and self.profile.unwrap is None else never
        return decode, self.name, self.kind == "social" or self.name == "oauth2"

    def normalize(
        self,
        raw: bytes | str | Mapping[str, Any],
        *,
        also: Mapping[str, Any] | None = None,
        connection: str | None = None,
    ) -> NormalizedProfile:
        """A normalised profile from this provider's raw one; see ``idp_checks.normalize``."""
        decode, name, social = self._usual
        shape: Shape | None = None
        try:
            source: bytes | str
            if isinstance(raw, bytes):
                source = raw if raw.isascii() else str(raw, "utf-8")
            elif isinstance(raw, str):
                source = raw
            else:
                source = _written(raw)
            shape = decode(source)
        except (msgspec.MsgspecError, RecursionError, UnicodeError, ProfileError):
            pass  # the slow way mends what can be mended, and explains the rest
        try:
            mended = shape is None
            if shape is None:
                shape, source = self._decode_other(raw)
            claims = shape.claims(self._answers(also) if also else _NONE)
            if mended and "\ufffd" in str(claims.id):
                half = "the identifier holds half a character"
                raise ProfileError(half, path=json_path(shape.subject))  # noqa: TRY301 - the provider is added below
            return assemble(name, claims, source, social, connection)
        except ProfileError as error:
            path = error.path
            if error.problem == BLANK_ID and shape is not None:
                path = json_path(shape.subject)
            raise ProfileError(error.problem, path=path, provider=name) from None

    def read(self, raw: bytes | str | Mapping[str, Any]) -> Shape:
        """The raw profile as its model, without applying any rule.

        Raises:
            ProfileError: it is no profile of this provider.
        """
        try:
            return self._decode_other(raw)[0]
        except ProfileError as error:
            raise ProfileError(error.problem, path=error.path, provider=self.name) from None

    def _decode_other(self, raw: bytes | str | Mapping[str, Any]) -> tuple[Shape, str]:
        """The slow way: half surrogates mended, every shape tried; the error of the shape that came furthest."""
        text = decode_text(raw) if isinstance(raw, bytes | str) else _written(raw)
        if self.profile.unwrap is not None:
            text = self.profile.unwrap(text)
        if "\\u" in text or not text.isascii():
            text = msgspec.json.encode(parse_json(text)).decode()
        errors = [] if self._decoders else [ProfileError("what this provider sends is not known")]
        for decode in self._decoders:
            try:
                return decode(text), text
            except (msgspec.MsgspecError, RecursionError) as error:
                errors.append(_explained(error))
        raise min(errors, key=lambda error: (error.path == "$", error.problem == _MISSING, -error.path.count(".")))

    def _answers(self, also: Mapping[str, Any]) -> Mapping[str, Any]:
        answers = {}
        for name, raw in also.items():
            further = self.profile.also.get(name)
            if further is None:
                known = ", ".join(self.profile.also) or "none"
                raise ProfileError(f"no further call of that name is known (known: {known})", path=f"also.{name}")
            if raw is None:
                continue
            try:
                text = decode_text(raw) if isinstance(raw, bytes | str) else _written(raw)
                if further.unwrap is not None:
                    text = further.unwrap(text)
                answers[name] = msgspec.json.decode(msgspec.json.encode(parse_json(text)), type=further.model)
            except (msgspec.MsgspecError, RecursionError) as error:
                explained = _explained(error)
                raise ProfileError(explained.problem, path=f"also.{name}{explained.path[1:]}") from None
            except ProfileError as error:
                raise ProfileError(error.problem, path=f"also.{name}{error.path[1:]}") from None
        return answers


_MISSING = "missing"


def _written(raw: object) -> str:
    """An object as JSON text; half surrogates replaced."""
    if not isinstance(raw, Mapping | list):
        raise ProfileError("expected JSON as bytes or text, or an object")
    try:
        return msgspec.json.encode(raw).decode()
    except UnicodeEncodeError:
        return _written(replace_surrogates(raw))
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise ProfileError("holds a value that JSON has not") from None


def _explained(error: BaseException) -> ProfileError:
    """A decoding error as ours: the path inside the document, no value."""
    if isinstance(error, RecursionError):
        return ProfileError("nested too deeply")
    text, _, path = str(error).partition(" - at `")
    path = path.rstrip("`") or "$"
    if isinstance(error, msgspec.ValidationError):
        if text.startswith("Object missing required field `"):
            return ProfileError(_MISSING, path=f"{path}.{text.split('`')[1]}")
        return ProfileError(text.replace("`", "").replace("Expected", "expected", 1), path=path)
    return ProfileError(f"not JSON ({text})", path=path)
