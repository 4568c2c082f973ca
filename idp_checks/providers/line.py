"""LINE: the profile call, and the claims of the ID token, which alone hold the address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from idp_checks.providers.sdk import (
    AdditionalCall,
    Claims,
    Email,
    HttpEndpoint,
    Id,
    LibraryFacts,
    Name,
    Operation,
    Path,
    ProfileError,
    ProfileFacts,
    Provider,
    Question,
    Reading,
    Refusal,
    RequestTemplate,
    ResponseModel,
    Scopes,
    Seconds,
    Shape,
    TokenFacts,
    Url,
    by_form,
    by_query,
    expiry_after,
    first_nonblank,
    profile_probe,
    renew_by_refresh_token,
    revoke_by_request,
    split_scopes,
)


class Verified(Struct):
    """The claims of an ID token, as ``POST /oauth2/v2.1/verify`` gives them."""

    sub: Id
    email: Email = None


class User(Shape, rename="camel"):
    """``GET /v2/profile``, https://developers.line.biz/en/reference/line-login/#get-user-profile."""

    subject: ClassVar[Path] = ("userId",)

    user_id: Id
    display_name: Name = None
    picture_url: Url = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=self.user_id,
            name=self.display_name,
            email=address(self.user_id, also),
            picture=self.picture_url,
        )


class UserInfo(Shape):
    """OpenID Connect userinfo, without an address, or the claims of an ID token, with one."""

    subject: ClassVar[Path] = ("sub",)

    sub: Id
    name: Name = None
    picture: Url = None
    email: Email = None

    def claims(self, also: Mapping[str, Any]) -> Claims:
        return Claims(
            id=self.sub,
            name=self.name,
            email=first_nonblank(self.email, address(self.sub, also)),
            picture=self.picture,
        )


def address(ident: int | str, also: Mapping[str, Any]) -> str | None:
    """The address of the ID token's claims.

    Raises:
        ProfileError: they are another account's.
    """
    claims: Verified | None = also.get("verify")
    if claims is None:
        return None
    if str(claims.sub) != str(ident):
        raise ProfileError("names another account than the profile", path="also.verify.sub")
    return claims.email


class Checked(ResponseModel):
    """A good token of whatever channel, https://developers.line.biz/en/reference/line-login/#verify-access-token."""

    scope: str
    client_id: str
    expires_in: Seconds

    def read(self, question: Question) -> Reading:
        return Reading(
            active=True,
            reason="ok",
            client_id=self.client_id,
            scopes=split_scopes(self.scope),
            expires_at=expiry_after(question.time, self.expires_in),
        )


PROVIDER = Provider(
    name="line",
    title="LINE",
    kind="social",
    protocol="oidc",
    aliases={"social_core": "line", "allauth": "line", "authjs": "line"},
    libraries={
        "social_core": LibraryFacts(classes={User: ""}),
        "allauth": LibraryFacts(classes={User: ""}),
    },
    docs=(
        "https://developers.line.biz/en/reference/line-login/",
        "https://developers.line.biz/en/docs/line-login/integrate-line-login/",
        "https://developers.line.biz/en/docs/line-login/verify-id-token/",
        "https://developers.line.biz/en/docs/line-login/managing-access-tokens/",
        "https://access.line.me/.well-known/openid-configuration",
    ),
    profile=ProfileFacts(
        shapes=(User, UserInfo),
        request=RequestTemplate("https://api.line.me/v2/profile"),
        also={
            "verify": AdditionalCall(
                Verified,
                RequestTemplate("https://api.line.me/oauth2/v2.1/verify", by_form("id_token"), method="POST"),
                "the address, a claim of the ID token alone (form fields id_token and client_id)",
            )
        },
        subject_scope="the LINE provider (developer organisation) that the channel belongs to",
        quirks=(
            "The address comes in the ID token alone, for channels that LINE allowed to ask for it, with consent.",
            "LINE gives no word on the address: email_verified is no claim of its tokens.",
            "There is no username, and there are no parts of the name.",
            "userId is another one under another LINE provider: moving a channel changes all of them.",
            (
                "ID tokens of web sign-in are signed HS256 with the channel secret, those of native apps and LIFF "
                "ES256: each is to be accepted only where it belongs."
            ),
            "The channel id, in aud and client_id, is digits as text.",
            "pictureUrl and statusMessage are missing when unset.",
        ),
        sources=(
            "https://developers.line.biz/en/reference/line-login/",
            "https://developers.line.biz/en/docs/line-login/verify-id-token/",
        ),
    ),
    token=TokenFacts(
        form="opaque",
        contents=(
            "Not to be read, even where it begins with eyJ. Bound to one channel, one account and the scopes granted."
        ),
        lifetime=2592000,
        expiry_field="expires_in",
        renewal=renew_by_refresh_token(
            ("The refresh token ends 90 days after the access token was issued and cannot be renewed."),
            "https://api.line.me/oauth2/v2.1/token",
        ),
        termination=revoke_by_request(
            "Form fields access_token, client_id and client_secret; 200 and nothing in the body. The consent itself "
            "ends by POST https://api.line.me/user/v1/deauthorize.",
            "https://api.line.me/oauth2/v2.1/revoke",
            placement=by_form("access_token"),
        ),
        uses=Operation(request=RequestTemplate("https://api.line.me/v2/profile"), required_scopes=("profile",)),
        sources=(
            "https://developers.line.biz/en/reference/line-login/",
            "https://developers.line.biz/en/docs/line-login/managing-access-tokens/",
        ),
    ),
    scopes=Scopes(
        profile=("profile", "openid"),
        email=("openid", "email"),
        adding=(
            "Authorise again with the larger set; prompt=consent asks again. email is ignored until LINE has granted "
            "the channel the permission."
        ),
        sources=("https://developers.line.biz/en/docs/line-login/integrate-line-login/",),
    ),
    debug=HttpEndpoint(
        kind="tokeninfo",
        url="https://api.line.me/oauth2/v2.1/verify",
        placement=by_query("access_token"),
        proves=frozenset({"client", "scopes", "end"}),
        response_model=Checked,
        refusals=(
            Refusal(400, "expired", {"error": "invalid_request", "error_description": "access token expired"}),
            Refusal(400, "denied", {"error": "invalid_request"}),
        ),
        profile=profile_probe(
            "https://api.line.me/v2/profile",
            User,
            refusals=(),
            source="https://developers.line.biz/en/reference/line-login/#get-user-profile",
        ),
        source="https://developers.line.biz/en/reference/line-login/#verify-access-token",
        note="The account stands in the profile call alone. Thresholds of 429 are not disclosed.",
    ),
    uncertain=(
        (
            "Of the refusals only the expired token's text is documented; 400 with invalid_request and any other text "
            "is read as a denial without a reason, since the request itself never varies."
        ),
    ),
)
