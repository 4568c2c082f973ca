"""NTT DOCOMO's d ACCOUNT: an identifier, and other claims only by contract."""

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
"""The identifier follows ``PREFIX``. In any other form, a ``sub`` could be confused with such an identifier."""


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
            "sub is a URL: https://i.mydocomo.com/id/ and the identifier. Only the last part is the identifier.",
            "Every other claim may be missing.",
            "The claims are agreed by contract with NTT DOCOMO and are not public.",
            "Auth0 uses the name daccount: stored identifiers are daccount|ID, and the strategy is daccount.",
        ),
        sources=("https://github.com/auth0/passport-daccount",),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "The format is not public, so the token is treated as opaque. It is issued together with an ID "
            "token, a JWT that repeats the nonce."
        ),
        expiry_field="expires_in",
        validity="No usual lifetime is published.",
        renewal=Operation("No call is publicly documented."),
        termination=Operation(
            "No call is publicly documented, and the discovery document does not contain a revocation endpoint."
        ),
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
            "Scopes beyond openid require a contract. The request to "
            "https://id.smt.docomo.ne.jp/cgi8/oidc/authorize also contains authif=1, idauth=1, nonce and state."
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
            "The aud of the ID token is the client id. The keys are listed in the discovery document. The token "
            "endpoint is https://conf.uw.docomo.ne.jp/common/token, with HTTP Basic."
        ),
    ),
    uncertain=(
        (
            "The form of a refusal is not public. Only the header that RFC 6750, section 3.1, defines for an "
            "invalid token denies a token. Every other refusal is undecided."
        ),
        (
            "In Auth0's strategy, the paths of the token and userinfo endpoints contain /common; in listings of "
            "the discovery document they do not. The path that is known to work with Auth0 is used."
        ),
        "No form of sub other than the URL is known. Any other form is not read as a profile.",
    ),
)
