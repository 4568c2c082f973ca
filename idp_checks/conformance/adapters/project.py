"""The Django project in which the conformance suite is run, if any."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from idp_checks.errors import UsageError

__all__ = ["MADE_UP", "request_of", "settings_name"]

MADE_UP = "IDP_CHECKS_MADE_UP"
"""The setting that tells settings of this package's own making from a project's."""


def settings_name() -> str | None:
    """The name of the project's settings, which are set up by this; None outside a project.

    There is one where ``DJANGO_SETTINGS_MODULE`` is set, or where settings were configured by the caller.

    Raises:
        UsageError: the settings cannot be loaded, or Django cannot be set up by them.
    """
    named = os.environ.get("DJANGO_SETTINGS_MODULE")
    if find_spec("django") is None:
        return None
    import django
    from django.conf import settings

    if settings.configured and hasattr(settings, MADE_UP):
        return None
    if not settings.configured and not named:
        return None
    # As ``manage.py`` has it: a project's modules are found from its folder.
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        django.setup()
    except Exception as error:
        raise UsageError(
            f"the Django project cannot be set up: {type(error).__name__}: {error}",
            where=f"DJANGO_SETTINGS_MODULE={named}" if named else None,
            remedy="run it from the project's folder, with the settings that its tests use",
        ) from error
    return named or "the settings configured in this process"


def request_of(method: str, data: Mapping[str, str], session: dict[str, Any]) -> Any:
    """A browser's request with these fields and this session, at a host that no setting can refuse."""
    from django.test import RequestFactory

    request: Any = RequestFactory().generic(method, "/", QUERY_STRING=urlencode(data))
    request.session = session
    request.get_host = lambda: "app.example.com"
    return request
