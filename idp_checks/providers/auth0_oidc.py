"""Another Auth0 tenant, reached by OpenID Connect: what it calls a ``user_id`` is an identifier here."""

from __future__ import annotations

from dataclasses import replace

from idp_checks.providers.auth0 import PROVIDER as AUTH0

PROVIDER = replace(
    AUTH0.variant("auth0-oidc", "Auth0 tenant (OpenID Connect)", kind="social"),
    profile=replace(AUTH0.profile, whole_id=False),
)
