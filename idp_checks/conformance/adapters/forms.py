"""Selection of the library class that reads a form of a provider's response.

A provider may respond in several forms: from its current call, from an older one, in a signed token, beside the access
token. A library makes one of these calls, so it must only be given responses of that form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from idp_checks import providers
from idp_checks.conformance.adapters.simulation import matching_form

__all__ = ["DEFAULT_CLASS", "Forms"]

DEFAULT_CLASS: Final = ""
"""The library class that the alias of the provider names."""

_IS_RETIRED_FORM: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "linkedin": lambda raw: isinstance(raw.get("firstName"), str),
    "vkontakte": lambda raw: any("uid" in item for item in _objects(raw.get("response"))),
    "windowslive": lambda raw: bool({"emails", "first_name", "last_name"} & raw.keys()),
}
"""Forms that only a retired call returned, and that our model reads together with the current form."""


@dataclass(frozen=True, slots=True)
class Forms:
    """The classes of a library by provider and form.

    Attributes:
        classes: the classes by provider and by the name of the matching model; the current form first.
        required_fields: by provider, a field that identifies the form if our model reads several.
    """

    classes: Mapping[str, Mapping[str, type[Any]]]
    required_fields: Mapping[str, str]

    @classmethod
    def discover(
        cls,
        alias: str,
        exceptions: Mapping[str, Mapping[str, str]],
        find: Callable[[str], type[Any] | None],
        required_fields: Mapping[str, str],
    ) -> Forms:
        """Return the classes of the installed library.

        Args:
            alias: the key of the library in the aliases of a provider.
            exceptions: for providers whose forms are not all read by one class, the class name by form.
            find: returns the class of that name, None if the library does not have it.
            required_fields: as above.
        """
        classes: dict[str, dict[str, type[Any]]] = {}
        for name in providers.names_with_recordings():
            provider = providers.get(name)
            default = provider.aliases.get(alias)
            if default is None:
                continue
            all_forms = {shape.__name__: DEFAULT_CLASS for shape in provider.profile.shapes}
            for form, class_name in exceptions.get(name, all_forms).items():
                library_class = find(class_name or default)
                if library_class is not None:
                    classes.setdefault(name, {})[form] = library_class
        return cls(classes, required_fields)

    @property
    def providers(self) -> tuple[str, ...]:
        """The providers with at least one supported form."""
        return tuple(name for name in providers.names_with_recordings() if name in self.classes)

    def select(self, name: str, raw: Any) -> type[Any] | None:
        """Return the class that reads this response; None if the library never receives this form.

        A response that is not a profile may come from any call, so it is given to the class for the current form.
        """
        provider = providers.get(name)
        by_form = self.classes.get(provider.variant_of or name, {})
        is_retired = _IS_RETIRED_FORM.get(name)
        if is_retired is not None and isinstance(raw, Mapping) and is_retired(raw):
            return None
        form = matching_form(provider, raw)
        if form is None:
            return next(iter(by_form.values()), None)
        if name in self.required_fields and isinstance(raw, Mapping) and self.required_fields[name] not in raw:
            return None
        return by_form.get(form)


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
