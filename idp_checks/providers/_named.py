"""Names that a stored identity may carry and behind which nobody can be asked about a token.

Some are ways of signing in that give no provider's token; some are providers that are gone, so that an audit can say
that a connection is dead. The names are those of Auth0's Management API, present and past.
"""

from __future__ import annotations

from collections.abc import Mapping

from idp_checks.providers.sdk import Kind, Operation, ProfileFacts, Protocol, Provider, Scopes, TokenFacts

__all__ = ["NAMED"]

API = "https://auth0.com/docs/api/management/v2/users/get-users-by-id"


def _named(
    name: str,
    title: str,
    kind: Kind,
    note: str,
    *,
    protocol: Protocol | None = None,
    gone: bool = False,
    docs: tuple[str, ...] = (API,),
    uncertain: tuple[str, ...] = (),
) -> Provider:
    why = "Nobody answers for it any more." if gone else "No token of a provider is stored."
    return Provider(
        name=name,
        title=title,
        kind=kind,
        protocol=protocol,
        status="defunct" if gone else "live",
        status_note=note,
        docs=docs,
        profile=ProfileFacts(shapes=(), request=None, sources=docs),
        token=TokenFacts(
            form="opaque",
            contents=why,
            validity=why,
            renewal=Operation(why),
            termination=Operation(why),
            uses=Operation(why),
            sources=docs,
        ),
        scopes=Scopes(separator=""),
        debug=None,
        uncertain=uncertain,
    )


_REMOVED = "Auth0 took the name out of its list in April 2026."

NAMED: Mapping[str, Provider] = {
    each.name: each
    for each in (
        _named("ad", "Active Directory or LDAP", "enterprise", "The company's own directory; no token."),
        _named("custom", "Custom database", "database", "A script of the tenant's own looks the user up; no token."),
        _named("email", "E-mail code or link", "passwordless", "The address is proven by a code or a link; no token."),
        _named("ip", "IP address", "enterprise", "Who comes from an address is let in; no token."),
        _named("sms", "Text message code", "passwordless", "The telephone number is proven by a code; no token."),
        _named(
            "oauth1",
            "Custom OAuth 1.0 connection",
            "generic",
            "Any provider by a script of the tenant's own; where it is asked is not told by the name.",
            protocol="oauth1",
            uncertain=("Whose tokens these are is known to the connection alone: nobody is asked.",),
        ),
        _named(
            "sharepoint",
            "SharePoint app",
            "enterprise",
            "The name is on Auth0's list; what its profile and tokens are is not documented.",
            uncertain=("Nothing is documented of its tokens: nobody is asked.",),
        ),
        _named(
            "shop",
            "Shop",
            "social",
            "The name is on Auth0's list and in no group of it; what stands behind it is not documented.",
            uncertain=("Nothing is documented of its profile and tokens: nobody is asked.",),
        ),
        _named(
            "aol",
            "AOL",
            "social",
            f"Its OpenID and OpenAuth services are gone, when is not known; accounts live on at Yahoo. {_REMOVED}",
            gone=True,
        ),
        _named(
            "miicard",
            "miiCard",
            "social",
            f"The identity-assurance service is closed, when is not known. {_REMOVED}",
            protocol="oauth1",
            gone=True,
        ),
        _named(
            "thecity",
            "The City",
            "social",
            f"Closed on 2019-02-28, replaced by Realm. {_REMOVED}",
            protocol="oauth2",
            gone=True,
            docs=("https://wiki.acstechnologies.com/display/TheCity/Posts",),
        ),
        _named(
            "thecity-sandbox",
            "The City (sandbox)",
            "social",
            f"Ended with The City on 2019-02-28. {_REMOVED}",
            protocol="oauth2",
            gone=True,
            docs=("https://wiki.acstechnologies.com/display/TheCity/Posts",),
        ),
        _named(
            "goodreads",
            "Goodreads",
            "social",
            "No new developer keys since 2020-12-08. It was a custom connection, stored as oauth1.",
            protocol="oauth1",
            gone=True,
            docs=("https://www.goodreads.com/api",),
        ),
        _named(
            "mixer",
            "Mixer",
            "social",
            "Closed on 2020-07-22. It was a custom connection, stored as oauth2.",
            protocol="oauth2",
            gone=True,
            docs=("https://auth0.com/docs/authenticate/identity-providers/social-identity-providers/oauth2",),
        ),
    )
}
"""By name."""
