"""Selection of the library class that reads a form of a provider's response.

A provider may respond in several forms: from its current call, from an older one, in a signed token, beside the access
token. A library makes one of these calls, so it must only be given responses of that form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from idp_checks import providers
from idp_checks.conformance.adapters.simulation import matching_form
from idp_checks.providers.model import LibraryFacts

__all__ = ["Forms"]


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
        find: Callable[[str], type[Any] | None],
    ) -> Forms:
        """Return the classes of the installed library.

        Args:
            alias: the key of the library in the aliases and the libraries of a provider.
            find: returns the class of that name, None if the library does not have it.
        """
        classes: dict[str, dict[str, type[Any]]] = {}
        required_fields = {}
        for name in providers.names_with_recordings():
            provider = providers.get(name)
            default = provider.aliases.get(alias)
            if default is None:
                continue
            facts = provider.libraries.get(alias, LibraryFacts())
            if facts.required_field is not None:
                required_fields[name] = facts.required_field
            class_names = dict.fromkeys(provider.profile.shapes, "") if facts.classes is None else facts.classes
            for shape, class_name in class_names.items():
                library_class = find(class_name or default)
                if library_class is not None:
                    classes.setdefault(name, {})[shape.__name__] = library_class
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
        is_retired = provider.simulation.is_retired_form
        if is_retired is not None and isinstance(raw, Mapping) and is_retired(raw):
            return None
        form = matching_form(provider, raw)
        if form is None:
            return next(iter(by_form.values()), None)
        if name in self.required_fields and isinstance(raw, Mapping) and self.required_fields[name] not in raw:
            return None
        return by_form.get(form)
