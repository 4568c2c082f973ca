"""The ways to use, renew and end a token, built as calls: what they carry, where they go, what they ask of the caller."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote, quote_plus, urlsplit

import pytest

from idp_checks import providers
from idp_checks.tokens.question import Question
from idp_checks.tokens.endpoint import HttpEndpoint
from idp_checks.tokens.template import RequestTemplate
from idp_checks.tokens.wire import Request
from idp_checks.tokens.wire import Unreachable
from idp_checks.tokens.template import by_bearer
from idp_checks.tokens.template import by_form
from idp_checks.tokens.template import by_header
from idp_checks.tokens.template import by_json
from idp_checks.tokens.template import by_query
from idp_checks.providers.operations import Operation
from idp_checks.providers.operations import renew_by_refresh_token
from idp_checks.providers.operations import revoke_by_request
from idp_checks.secret import Secret

KINDS = ("renewal", "termination", "uses")
EVERY = tuple(providers.all_providers())
WAYS: dict[tuple[str, str], Operation] = {(each.name, kind): getattr(each.token, kind) for each in EVERY for kind in KINDS}
CALLS = {key: way for key, way in WAYS.items() if way.request is not None}

KNOWN_TO_PEOPLE = {
    ("apple", "uses"): "no API takes the access token: the only use is a renewal, which is no read",
    ("dwolla", "renewal"): "the user grant is gone, and where its client authenticated is not documented any more",
    ("evernote", "termination"): "a Thrift call, which is neither a form nor JSON",
    ("evernote", "uses"): "a Thrift call, which is neither a form nor JSON",
    ("evernote-sandbox", "termination"): "a Thrift call, which is neither a form nor JSON",
    ("evernote-sandbox", "uses"): "a Thrift call, which is neither a form nor JSON",
    ("office365", "termination"): "ends the person's sessions in all applications, and not the token",
    ("shopify", "termination"): "uninstalls the application, and is not documented for that",
    ("stripe", "termination"): "names the account and takes no token: it would end whatever the caller names",
    ("waad", "termination"): "ends the person's sessions in all applications, and not the token",
    ("yahoo", "termination"): "parameters and answers are not published",
}
"""Ways that have an address and no call: the reason of each."""

TOKEN = "tok/en+of=the&test;1"
SECRETS = {
    "client_secret": "client/secret+of=the&test",
    "application_secret_key": "application/secret+of=the&test",
    "access_token_secret": "token/secret+of=the&test",
}
HOLE = re.compile(r"(?<!\w)\{(\w+)\}")
"""A hole that is filled in; ``{me{externalId}}`` of GraphQL holds none."""
OWN = {"tld": "nl", "redirect_uri": "https://app.example.com/back", "user_agent": "web:sample:1 (by sample)"}


def _credential(name: str) -> str | Secret:
    if name in SECRETS:
        return Secret(SECRETS[name])
    address = f"https://server.example.com/{name}"
    return OWN.get(name, address if name.endswith(("_endpoint", "_url")) else f"sample-{name.replace('_', '-')}")


def _ask(needs: tuple[str, ...], token: str = TOKEN) -> Question:
    """A question by somebody who holds what is needed and nothing else."""
    return Question(provider="oauth2", 
        token=Secret(token),
        asked_at=datetime(2026, 3, 1, tzinfo=UTC),
        client_id="sample-client" if "client_id" in needs else None,
        client_secret=Secret(SECRETS["client_secret"]) if "client_secret" in needs else None,
        credentials={name: _credential(name) for name in needs if name not in ("client_id", "client_secret")},
    )


def _recipe(way: Operation) -> RequestTemplate:
    recipe = way.request
    assert recipe is not None
    return recipe


def _request(way: Operation) -> Request:
    recipe = _recipe(way)
    return recipe.build_request(_ask(recipe.required_credentials))


def _carried(request: Request) -> dict[tuple[str, str], str | Secret]:
    """All that a request carries, by place and name."""
    tables: dict[str, Mapping[str, str | Secret]] = {
        "header": request.headers,
        "path": request.path,
        "query": request.query,
        "form": request.form or {},
        "json": request.json or {},
    }
    carried = {(place, name): value for place, table in tables.items() for name, value in table.items()}
    if request.basic is not None:
        carried["basic", "user"], carried["basic", "password"] = request.basic
    return carried


def _shown(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def _places_of(request: Request, text: str) -> set[tuple[str, str]]:
    spellings = {text, quote(text, safe="")}
    return {key for key, value in _carried(request).items() if any(each in _shown(value) for each in spellings)}


def _faults(way: Operation) -> list[str]:
    """What is wrong with a way that can be made a call."""
    template = _recipe(way)
    url = template.url
    faults = []
    holes = {
        name
        for text in (url, template.placement.form, *template.params.values(), *template.headers.values())
        for name in HOLE.findall(text)
    }
    if missing := holes - {"token", *template.required_credentials}:
        faults.append(f"filled in and not asked of the caller: {missing}")
    if not url.startswith("https://") and not HOLE.fullmatch(url):
        faults.append("not https")
    own = {"client_id", "client_secret"} if template.basic or template.placement.place == "oauth1" else set()
    own |= {"client_secret"} if template.proofs else set()
    own |= {"access_token_secret"} if template.placement.place == "oauth1" else {"application_secret_key"}
    if spare := set(template.required_credentials) - holes - own:
        faults.append(f"asked of the caller and not sent: {spare}")
    if template.basic and not {"client_id", "client_secret"} <= set(template.required_credentials):
        faults.append("HTTP Basic without credentials")
    request = _request(way)
    if not request.url.startswith("https://"):
        faults.append("not sent over https")
    plain = [request.url, *(value for value in _carried(request).values() if isinstance(value, str))]
    for secret in (TOKEN, *SECRETS.values()):
        spellings = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}
        faults += ["a secret stands open" for text in plain if any(each in text for each in spellings)]
    left = [text for text in (request.url, *map(_shown, _carried(request).values())) if HOLE.search(text)]
    if left and not (template.placement.place == "path" and HOLE.findall(request.url) == [template.placement.name]):
        faults.append(f"a hole is left: {left}")
    if request.form is not None and request.json is not None:
        faults.append("two bodies")
    if request.method == "GET" and (request.form or request.json):
        faults.append("GET with a body")
    return faults


@pytest.mark.parametrize(("name", "kind"), CALLS)
def test_every_call_is_whole_and_keeps_its_secrets(name: str, kind: str) -> None:
    """A call asks for what it fills in and for no more, goes out over https, and shows no secret anywhere."""
    assert _faults(WAYS[name, kind]) == []


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        (RequestTemplate("https://example.com/", method="POST", params={"key": "{key}"}), "not asked of the caller"),
        (RequestTemplate("https://example.com/", method="POST", required_credentials=("device_id",)), "not sent"),
        (RequestTemplate("https://example.com/", method="POST", basic=True), "without credentials"),
        (RequestTemplate("https://example.com/", by_form(), method="POST", params={"again": TOKEN}), "stands open"),
        (RequestTemplate("https://example.com/", by_form(), method="POST", headers={"X-Secret": SECRETS["client_secret"]}), "stands open"),
        (RequestTemplate("https://example.com/", by_form(), method="POST", params={"client_id": "{client_id"}, required_credentials=("client_id",)), "not sent"),
    ],
)
def test_a_wrong_template_is_noticed(template: RequestTemplate, fault: str) -> None:
    """The test of the calls fails for a call that is put together wrongly."""
    assert any(fault in each for each in _faults(Operation("", template)))


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        (RequestTemplate("http://example.com/", method="POST"), "not https"),
        (RequestTemplate("https://example.com/", by_form()), "GET with a body"),
        (RequestTemplate("https://example.com/{place}"), "a hole is left"),
    ],
)
def test_a_wrong_address_is_noticed(template: RequestTemplate, fault: str) -> None:
    """The test of the calls fails for an address that no token may go to, or that nobody fills in."""
    assert any(fault in each for each in _faults(Operation("", template)))


@pytest.mark.parametrize(("name", "kind"), CALLS)
def test_the_token_goes_where_it_is_said_to_go(name: str, kind: str) -> None:
    """The token stands in the one place that the manner names; where a call takes it twice, that is known."""
    way = WAYS[name, kind]
    send = _recipe(way).placement
    said = {(send.place.replace("oauth1", "header"), send.name)}
    if (name, kind) == ("digitalocean", "termination"):
        said.add(("form", "token"))
    assert _places_of(_request(way), TOKEN) == said


def test_the_place_of_a_token_is_found() -> None:
    """A token that stands in two places of a call is seen in both."""
    twice = RequestTemplate("https://example.com/", by_query("token"), method="POST", headers={"Authorization": f"Bearer {TOKEN}"})
    assert _places_of(_request(Operation("", twice)), TOKEN) == {
        ("query", "token"),
        ("header", "Authorization"),
    }


def test_what_is_known_to_people_only_is_told() -> None:
    """Every way with an address is a call, or stands in the list of those that are none, and nothing else does."""
    assert {key for key, way in WAYS.items() if way.is_documented and way.request is None} == set(KNOWN_TO_PEOPLE)


def test_an_operation_has_a_request_or_a_manual_call() -> None:
    """No operation has both a request template and a manual call."""
    assert [key for key, way in WAYS.items() if way.request is not None and way.manual_call is not None] == []


@pytest.mark.parametrize("name", [name for name, kind in CALLS if kind == "renewal"])
def test_a_renewal_sends_a_refresh_token(name: str) -> None:
    """RFC 6749, section 6: the refresh token under its name, with the grant type; three issuers do it otherwise."""
    way = WAYS[name, "renewal"]
    request = _request(way)
    sent = {name: _shown(value) for (place, name), value in _carried(request).items() if place in _BODY}
    if way.token == "access":
        assert (name, sent["grant_type"]) in {("facebook", "fb_exchange_token"), ("instagram", "ig_refresh_token")}
    elif name == "figma":
        assert sent == {"refresh_token": TOKEN}
    else:
        assert sent["grant_type"] == "refresh_token"
        assert sent["refresh_token"] == TOKEN
    assert way.success_statuses == {200}


_BODY = ("query", "form", "json")


@pytest.mark.parametrize("name", [name for name, kind in CALLS if kind == "renewal"])
def test_a_client_that_renews_says_who_it_is(name: str) -> None:
    """Every renewal names the client once, by HTTP Basic or by a parameter; two need the secret alone, one nothing."""
    request = _request(WAYS[name, "renewal"])
    places = _places_of(request, "sample-client")
    if name in {"heroku", "stripe"}:
        assert not places
        assert len(_places_of(request, SECRETS["client_secret"])) == 1
    elif name == "instagram":
        assert not places
    else:
        assert len(places) == 1


def test_secrets_go_with_the_name_of_the_client() -> None:
    """Client id and secret go the same way, both as HTTP Basic or both as parameters; Square has a header of its own."""
    apart = set()
    for key, way in CALLS.items():
        request = _request(way)
        ids = {place for place, _ in _places_of(request, "sample-client")}
        secrets = {place for place, _ in _places_of(request, SECRETS["client_secret"])}
        if ids and secrets and ids != secrets:
            apart.add(key)
    assert apart == {("squareup", "termination")}


@pytest.mark.parametrize("name", [name for name, kind in CALLS if kind == "uses"])
def test_a_use_is_a_read_with_the_access_token(name: str) -> None:
    """What shows a token at work changes nothing: GET, or POST where the issuer reads that way; no client secret."""
    way = WAYS[name, "uses"]
    assert way.token == "access"
    assert way.success_statuses == {200}
    if way.method != "GET":
        assert (way.method, name) in {("POST", "dropbox"), ("POST", "odnoklassniki"), ("POST", "snapchat")}
    assert not _places_of(_request(way), SECRETS["client_secret"])


def test_a_read_never_ends_a_token() -> None:
    """No provider's use or renewal is the call that ends a token, by method, address and parameters."""

    def call(way: Operation) -> tuple[object, ...]:
        return way.method, way.url, tuple(_recipe(way).params.items())

    for each in EVERY:
        ways = {kind: CALLS[each.name, kind] for kind in KINDS if (each.name, kind) in CALLS}
        assert len({call(way) for way in ways.values()}) == len(ways), each.name


REQUESTS = {
    ("asana", "termination"): (
        "POST",
        "https://app.asana.com/-/oauth_revoke",
        {
            ("form", "client_id"): "sample-client",
            ("form", "client_secret"): SECRETS["client_secret"],
            ("form", "token"): TOKEN,
        },
    ),
    ("digitalocean", "termination"): (
        "POST",
        "https://cloud.digitalocean.com/v1/oauth/revoke",
        {("header", "Authorization"): f"Bearer {TOKEN}", ("form", "token"): TOKEN},
    ),
    ("dropbox", "termination"): (
        "POST",
        "https://api.dropboxapi.com/2/auth/token/revoke",
        {("header", "Authorization"): f"Bearer {TOKEN}"},
    ),
    ("facebook", "termination"): (
        "DELETE",
        "https://graph.facebook.com/me/permissions",
        {
            ("query", "access_token"): TOKEN,
            ("query", "appsecret_proof"): hmac.new(
                SECRETS["client_secret"].encode(), TOKEN.encode(), "sha256"
            ).hexdigest(),
        },
    ),
    ("facebook", "renewal"): (
        "GET",
        "https://graph.facebook.com/oauth/access_token",
        {
            ("query", "grant_type"): "fb_exchange_token",
            ("query", "client_id"): "sample-client",
            ("query", "client_secret"): SECRETS["client_secret"],
            ("query", "fb_exchange_token"): TOKEN,
        },
    ),
    ("github", "termination"): (
        "DELETE",
        "https://api.github.com/applications/sample-client/token",
        {
            ("header", "Accept"): "application/vnd.github+json",
            ("header", "X-GitHub-Api-Version"): "2022-11-28",
            ("json", "access_token"): TOKEN,
            ("basic", "user"): "sample-client",
            ("basic", "password"): SECRETS["client_secret"],
        },
    ),
    ("notion", "renewal"): (
        "POST",
        "https://api.notion.com/v1/oauth/token",
        {
            ("header", "Notion-Version"): "2022-06-28",
            ("json", "grant_type"): "refresh_token",
            ("json", "refresh_token"): TOKEN,
            ("basic", "user"): "sample-client",
            ("basic", "password"): SECRETS["client_secret"],
        },
    ),
    ("squareup", "termination"): (
        "POST",
        "https://connect.squareup.com/oauth2/revoke",
        {
            ("header", "Authorization"): f"Client {SECRETS['client_secret']}",
            ("json", "client_id"): "sample-client",
            ("json", "access_token"): TOKEN,
        },
    ),
    ("stackexchange", "termination"): (
        "GET",
        "https://api.stackexchange.com/2.3/access-tokens/{token}/invalidate",
        {("path", "token"): TOKEN},
    ),
    ("vkontakte", "termination"): (
        "POST",
        "https://id.vk.ru/oauth2/logout?client_id=sample-client",
        {("form", "access_token"): TOKEN},
    ),
    ("weixin", "renewal"): (
        "GET",
        "https://api.weixin.qq.com/sns/oauth2/refresh_token",
        {
            ("query", "grant_type"): "refresh_token",
            ("query", "appid"): "sample-client",
            ("query", "refresh_token"): TOKEN,
        },
    ),
}


@pytest.mark.parametrize(("name", "kind"), REQUESTS)
def test_the_odd_calls_are_what_the_issuer_documents(name: str, kind: str) -> None:
    """Calls that follow no standard carry exactly what the page of the provider names."""
    method, url, carried = REQUESTS[name, kind]
    request = _request(WAYS[name, kind])
    told = {key: _shown(value) for key, value in _carried(request).items()}
    assert (request.method, request.url) == (method, url)
    assert told == {("header", "Accept"): "application/json"} | carried


def test_refresh_tokens_alone_are_ended_where_access_tokens_cannot_be() -> None:
    """Five issuers take the refresh token only; at two of them the access token lives on by their own word."""
    taken = {
        each.name: each.token.termination.ends
        for each in EVERY
        if each.token.termination.token == "refresh"
    }
    assert taken == {
        "asana": "grant",
        "auth0": "token",
        "auth0-oidc": "token",
        "cognito": "grant",
        "hubspot": "token",
        "xero": "grant",
    }


def test_an_ending_that_takes_more_than_the_token_says_so() -> None:
    """Where a call withdraws the whole authorisation, whoever makes it is told beforehand."""
    grants = {name for (name, kind), way in CALLS.items() if kind == "termination" and way.ends == "grant"}
    assert grants == {
        "apple",
        "asana",
        "baidu",
        "cognito",
        "discord",
        "dropbox",
        "facebook",
        "google-apps",
        "google-oauth2",
        "heroku",
        "quickbooks",
        "squareup",
        "strava",
        "weibo",
        "xero",
    }


def test_an_ending_is_done_by_the_documented_status() -> None:
    """An issuer that documents 204 for an ended token is not done with another status."""
    other = {
        name: sorted(way.success_statuses)
        for (name, kind), way in CALLS.items()
        if kind == "termination" and way.success_statuses != {200}
    }
    assert other == {"github": [204], "reddit": [204], "vimeo": [204]}


@pytest.mark.parametrize("name", ["evernote-sandbox", "paypal-sandbox", "salesforce-sandbox"])
def test_a_sandbox_is_called_at_its_own_addresses(name: str) -> None:
    """A sandbox's calls are made as the documented ones are, and none of them goes to the real environment."""
    for kind in KINDS:
        way, real = WAYS[name, kind], WAYS[name.removesuffix("-sandbox"), kind]
        assert (way.method, way.token, way.ends) == (real.method, real.token, real.ends)
        assert way.url is None or urlsplit(way.url).netloc != urlsplit(str(real.url)).netloc


@pytest.mark.parametrize("name", ["oidc", "oauth2"])
@pytest.mark.parametrize(
    "address", ["", "http://server.example.com/token", "https://user@server.example.com/", "token"]
)
def test_a_token_goes_to_no_address_of_another_kind(name: str, address: str) -> None:
    """An address that the caller names is used only where a token may be sent: https, a host, no user."""
    recipe = _recipe(WAYS[name, "renewal"])
    ask = Question(provider="oauth2", token=Secret(TOKEN), asked_at=datetime(2026, 3, 1, tzinfo=UTC), credentials={"token_endpoint": address})
    with pytest.raises(Unreachable, match="token_endpoint"):
        recipe.build_request(ask)


@pytest.mark.parametrize("tld", ["", "example", "nl.example.com", "com/x"])
@pytest.mark.parametrize("kind", ["renewal", "uses"])
def test_exact_is_called_at_its_own_sites(kind: str, tld: str) -> None:
    """A country that is none of Exact's would name somebody else's host: nothing is built for it."""
    recipe = _recipe(WAYS["exact", kind])
    with pytest.raises(Unreachable, match="tld"):
        recipe.build_request(Question(provider="oauth2", token=Secret(TOKEN), asked_at=datetime(2026, 3, 1, tzinfo=UTC), credentials={"tld": tld}))


def test_a_shop_is_called_by_its_name_with_and_without_the_domain() -> None:
    """Shopify's calls take the shop as people write it, and no host outside Shopify's domain."""
    recipe = _recipe(WAYS["shopify", "uses"])

    def at(shop: str) -> str:
        ask = Question(provider="oauth2", token=Secret(TOKEN), asked_at=datetime(2026, 3, 1, tzinfo=UTC), credentials={"shop": shop})
        return urlsplit(recipe.build_request(ask).url).netloc

    assert at("sample") == at("sample.myshopify.com") == "sample.myshopify.com"
    with pytest.raises(Unreachable, match="shop"):
        at("sample.example.com")


def test_a_token_of_a_custom_server_is_renewed_there() -> None:
    """At Okta the server that issued a token renews and ends it: the caller's custom server takes the default's place."""
    for kind in KINDS:
        recipe = _recipe(WAYS["okta", kind])
        ask = _ask((*recipe.required_credentials, "authorization_server_id"))
        path = urlsplit(recipe.build_request(ask).url).path
        assert path.startswith("/oauth2/sample-authorization-server-id/v1/"), kind
        assert urlsplit(_request(WAYS["okta", kind]).url).path.startswith("/oauth2/v1/")


def test_the_signed_use_is_the_signed_probe() -> None:
    """Odnoklassniki's harmless call is signed as its probe is: same parameters, same signature."""
    provider = providers.get("odnoklassniki")
    assert isinstance(provider.debug, HttpEndpoint)
    recipe = _recipe(provider.token.uses)
    ask = _ask(recipe.required_credentials)
    used, probed = recipe.build_request(ask), provider.debug.build_request(ask)
    assert {name: _shown(value) for name, value in (used.form or {}).items()} == {
        name: _shown(value) for name, value in (probed.form or {}).items()
    }
    assert "sig" in (used.form or {})


def test_renewal_and_revocation_follow_the_standards() -> None:
    """The defaults of RFC 6749, section 6, and RFC 7009, section 2: a form with the client's credentials."""
    url = "https://example.com/"
    renewal = renew_by_refresh_token("", url)
    revocation = revoke_by_request(
        "", url, basic=True, placement=by_header("X-Token"), success_statuses=frozenset({204})
    )
    sent, ended = _recipe(renewal), _recipe(revocation)
    assert renewal.token == "refresh"
    assert (sent.method, sent.placement, sent.basic) == ("POST", by_form("refresh_token"), False)
    assert dict(sent.params) == {
        "grant_type": "refresh_token",
        "client_id": "{client_id}",
        "client_secret": "{client_secret}",
    }
    assert (revocation.token, revocation.success_statuses) == ("access", frozenset({204}))
    assert (ended.placement.place, ended.basic, dict(ended.params)) == ("header", True, {})
    assert _recipe(renew_by_refresh_token("", url, as_json=True)).placement == by_json("refresh_token")
    assert _recipe(revoke_by_request("", url, as_json=True)).placement == by_json("token")
