"""Another Auth0 tenant, connected by OpenID Connect."""

from __future__ import annotations

from idp_checks.providers.auth0 import PROVIDER as AUTH0

PROVIDER = AUTH0.variant("auth0-oidc", "Auth0 tenant (OpenID Connect)", kind="social")
