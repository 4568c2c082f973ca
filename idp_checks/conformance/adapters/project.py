"""The Django project in which the conformance suite runs, if any."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from idp_checks.errors import UsageError

__all__ = ["GENERATED_SETTINGS", "make_request", "setup_project"]

GENERATED_SETTINGS = "IDP_CHECKS_GENERATED"
"""The setting that marks the settings that this package configured itself."""


def setup_project() -> str | None:
    """Set up the Django project and return the name of its settings; None outside a project.

    There is a project if ``DJANGO_SETTINGS_MODULE`` is set, or if the caller has configured settings.

    Raises:
        UsageError: the settings cannot be loaded, or Django cannot be set up with them.
    """
    name = os.environ.get("DJANGO_SETTINGS_MODULE")
    if find_spec("django") is None:
        return None
    import django
    from django.conf import settings

    if settings.configured and hasattr(settings, GENERATED_SETTINGS):
        return None
    if not settings.configured and not name:
        return None
    # Like ``manage.py``: modules of a project are found from its folder.
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        django.setup()
    except Exception as error:
        raise UsageError(
            f"the Django project cannot be set up: {type(error).__name__}: {error}",
            where=f"DJANGO_SETTINGS_MODULE={name}" if name else None,
            remedy="run in the project's folder, with the settings that its tests use",
        ) from error
    return name or "the settings configured in this process"


def make_request(method: str, query: Mapping[str, str], session: dict[str, Any]) -> Any:
    """Return a browser's request with this query and session, to a host that every ``ALLOWED_HOSTS`` accepts."""
    from django.test import RequestFactory

    request: Any = RequestFactory().generic(method, "/", QUERY_STRING=urlencode(query))
    request.session = session
    request.get_host = lambda: "app.example.com"
    return request
