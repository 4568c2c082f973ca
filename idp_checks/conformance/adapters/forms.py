"""Which part of a library reads which form of a provider's answer.

A provider may answer in several forms: at its current call, at an older one, in a signed token, beside the token. A
library makes one of those calls, so only that call's form may be shown to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from idp_checks import providers
from idp_checks.conformance.adapters.wire import form_of

__all__ = ["USUAL", "Forms"]

USUAL: Final = ""
"""The part of the library that the provider's alias names."""

_OTHER_CALLS: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "linkedin": lambda raw: isinstance(raw.get("firstName"), str),
    "vkontakte": lambda raw: any("uid" in each for each in _objects(raw.get("response"))),
    "windowslive": lambda raw: bool({"emails", "first_name", "last_name"} & raw.keys()),
}
"""Forms that one model takes together with the current one, and that only a call which was switched off ever gave."""


@dataclass(frozen=True, slots=True)
class Forms:
    """A library's parts by provider and form.

    Args:
        parts: the classes by provider and by the name of the model that fits; the current form first.
        needs: by provider, a member that tells the form of the call that the library makes, where one model takes more.
    """

    parts: Mapping[str, Mapping[str, type[Any]]]
    needs: Mapping[str, str]

    @classmethod
    def found(
        cls,
        alias: str,
        exceptions: Mapping[str, Mapping[str, str]],
        find: Callable[[str], type[Any] | None],
        needs: Mapping[str, str],
    ) -> Forms:
        """The parts that the installed library has.

        Args:
            alias: the library's name among the aliases of a provider.
            exceptions: what reads which form, for providers of which it does not read every form in one part.
            find: the part of that name; None where the library has none.
            needs: as above.
        """
        parts: dict[str, dict[str, type[Any]]] = {}
        for name in providers.own():
            provider = providers.get(name)
            usual = provider.aliases.get(alias)
            if usual is None:
                continue
            every = {shape.__name__: USUAL for shape in provider.profile.shapes}
            for form, named in exceptions.get(name, every).items():
                part = find(named or usual)
                if part is not None:
                    parts.setdefault(name, {})[form] = part
        return cls(parts, needs)

    @property
    def providers(self) -> tuple[str, ...]:
        """The providers of which some form is read."""
        return tuple(name for name in providers.own() if name in self.parts)

    def part(self, name: str, raw: Any) -> type[Any] | None:
        """What reads this answer; None where the library never gets one of this form.

        What is no profile at all may come from any call: it is read by the part for the current form.
        """
        provider = providers.get(name)
        by_form = self.parts.get(provider.variant_of or name, {})
        other = _OTHER_CALLS.get(name)
        if other is not None and isinstance(raw, Mapping) and other(raw):
            return None
        form = form_of(provider, raw)
        if form is None:
            return next(iter(by_form.values()), None)
        if name in self.needs and isinstance(raw, Mapping) and self.needs[name] not in raw:
            return None
        return by_form.get(form)


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
