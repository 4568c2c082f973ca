"""NTT DOCOMO's d ACCOUNT, which gives every partner an identifier and, by contract alone, more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, TypeAlias

from msgspec import Meta

from idp_checks.providers.sdk import (
    Claims,
    Operation,
    Path,
    ProfileFacts,
    Provider,
    Refusal,
    RequestTemplate,
    Scopes,
    Shape,
    TokenFacts,
    profile_probe,
)

PREFIX = "https://i.mydocomo.com/id/"
Subject: TypeAlias = Annotated[
    str, Meta(pattern=r"^https://i\.mydocomo\.com/id/[^/?#\s]+(?!\s)$", extra={"means": "id"})
]
"""The identifier behind ``PREFIX``; a ``sub`` of another form would not be told from one of this."""


class UserInfo(Shape):
    """OpenID Connect userinfo, as Auth0's strategy reads it."""

    subject: ClassVar[Path] = ("sub",)

    sub: Subject

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(id=self.sub[len(PREFIX) :])


PROVIDER = Provider(
    name="docomo",
    title="docomo d ACCOUNT",
    kind="social",
    protocol="oidc",
    docs=(
        "https://id.smt.docomo.ne.jp/src/index_business.html",
        "https://conf.uw.docomo.ne.jp/.well-known/openid-configuration",
        "https://marketplace.auth0.com/integrations/daccount-social-connection",
    ),
    profile=ProfileFacts(
        shapes=(UserInfo,),
        request=RequestTemplate("https://conf.uw.docomo.ne.jp/common/userinfo"),
        subject_scope="the application",
        quirks=(
            "sub is an address, https://i.mydocomo.com/id/ and the identifier: the identifier is its last part alone.",
            "Every other claim may be missing.",
            "Which claims come is settled by contract with NTT DOCOMO and not public.",
            "Auth0 calls it daccount: stored identifiers are daccount|ID, and the strategy is daccount.",
        ),
        sources=("https://github.com/auth0/passport-daccount",),
    ),
    token=TokenFacts(
        form="opaque",
        contents="Not public, so opaque. An ID token comes with it, a JWT that repeats the nonce.",
        expiry_field="expires_in",
        validity="Not public.",
        renewal=Operation("No call is documented in public."),
        termination=Operation("No call is documented in public, and the discovery document names none."),
        uses=Operation(
            request=RequestTemplate("https://conf.uw.docomo.ne.jp/common/userinfo"), required_scopes=("openid",)
        ),
        sources=(
            "https://github.com/auth0/passport-daccount",
            "https://conf.uw.docomo.ne.jp/.well-known/openid-configuration",
        ),
    ),
    scopes=Scopes(
        profile=("openid",),
        adding=(
            "Beyond openid by contract. To https://id.smt.docomo.ne.jp/cgi8/oidc/authorize go authif=1 and idauth=1 as "
            "well, with nonce and state."
        ),
        sources=("https://github.com/auth0/passport-daccount",),
    ),
    debug=profile_probe(
        "https://conf.uw.docomo.ne.jp/common/userinfo",
        UserInfo,
        refusals=(
            Refusal(401, "denied", header=("www-authenticate", "invalid_token")),
            Refusal(403, "not_permitted", header=("www-authenticate", "insufficient_scope")),
        ),
        source="https://github.com/auth0/passport-daccount",
        note=(
            "The aud of the ID token is the client id; the keys are those of the discovery document. The "
            "token endpoint is https://conf.uw.docomo.ne.jp/common/token, with HTTP Basic."
        ),
    ),
    uncertain=(
        (
            "How refusals look is not public: only the header that RFC 6750, section 3.1, has for a bad token denies "
            "one; every other refusal is undecided."
        ),
        (
            "Auth0's strategy has /common in the paths of the token and userinfo endpoints, listings of the discovery "
            "document have not: the path known to work with Auth0 is taken."
        ),
        "Another form of sub than the address is not known: it is no profile here.",
    ),
)
