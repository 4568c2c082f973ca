"""Operations on tokens: the requests they build, their destination, and the credentials they require."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote, quote_plus, urlsplit

import pytest

from idp_checks import providers
from idp_checks.providers.operations import Operation, renew_by_refresh_token, revoke_by_request, revoke_in_settings
from idp_checks.secret import Secret
from idp_checks.tokens.endpoint import HttpEndpoint
from idp_checks.tokens.question import Question
from idp_checks.tokens.template import RequestTemplate, by_form, by_header, by_json, by_query
from idp_checks.tokens.wire import Request, Unreachable

STEPS = ("renewal", "termination", "uses")
OPERATIONS: dict[tuple[str, str], Operation] = {
    (provider.name, step): getattr(provider.token, step) for provider in providers.all_providers() for step in STEPS
}
SENDABLE = {key: operation for key, operation in OPERATIONS.items() if operation.request is not None}
RENEWALS = [name for name, step in SENDABLE if step == "renewal"]
USES = [name for name, step in SENDABLE if step == "uses"]
SANDBOXES = [name for name in providers.names() if providers.get(name).variant_of and name.endswith("-sandbox")]

TOKEN = "tok/en+of=the&test;1"
SECRETS = {
    "client_secret": "client/secret+of=the&test",
    "application_secret_key": "application/secret+of=the&test",
    "access_token_secret": "token/secret+of=the&test",
}
PLACEHOLDER = re.compile(r"(?<!\w)\{(\w+)\}")
"""A placeholder for a credential; GraphQL queries such as ``{me{externalId}}`` do not match."""
SAMPLE_CREDENTIALS = {
    "tld": "nl",
    "redirect_uri": "https://app.example.com/back",
    "user_agent": "web:sample:1 (by sample)",
}
ASKED_AT = datetime(2026, 3, 1, tzinfo=UTC)
BODY_PLACES = ("query", "form", "json")


def make_credential(name: str) -> str | Secret:
    """Return a sample credential: a secret, a URL or a word."""
    if name in SECRETS:
        return Secret(SECRETS[name])
    url = f"https://server.example.com/{name}"
    return SAMPLE_CREDENTIALS.get(
        name, url if name.endswith(("_endpoint", "_url")) else f"sample-{name.replace('_', '-')}"
    )


def make_question(names: tuple[str, ...]) -> Question:
    """Return a question by a caller with exactly these credentials."""
    return Question(
        provider="sample",
        token=Secret(TOKEN),
        asked_at=ASKED_AT,
        client_id="sample-client" if "client_id" in names else None,
        client_secret=Secret(SECRETS["client_secret"]) if "client_secret" in names else None,
        credentials={name: make_credential(name) for name in names if name not in ("client_id", "client_secret")},
    )


def get_template(operation: Operation) -> RequestTemplate:
    """Return the request template of an operation that has one."""
    assert operation.request is not None
    return operation.request


def build(operation: Operation) -> Request:
    """Return the request of an operation with sample credentials."""
    template = get_template(operation)
    return template.build_request(make_question(template.required_credentials))


def parameters_of(request: Request) -> dict[tuple[str, str], str | Secret]:
    """Return all values in a request, by place and name."""
    tables: dict[str, Mapping[str, str | Secret]] = {
        "header": request.headers,
        "path": request.path,
        "query": request.query,
        "form": request.form or {},
        "json": request.json or {},
    }
    parameters = {(place, name): value for place, table in tables.items() for name, value in table.items()}
    if request.basic is not None:
        parameters["basic", "user"], parameters["basic", "password"] = request.basic
    return parameters


def plain(value: str | Secret) -> str:
    """Return a value as plain text."""
    return value.reveal() if isinstance(value, Secret) else value


def places_of(request: Request, value: str) -> set[tuple[str, str]]:
    """Return the places in a request that contain a value, also URL-encoded."""
    spellings = {value, quote(value, safe="")}
    return {
        place
        for place, item in parameters_of(request).items()
        if any(spelling in plain(item) for spelling in spellings)
    }


def faults_of(operation: Operation) -> list[str]:
    """Return the faults of an operation's request."""
    template = get_template(operation)
    faults = []
    placeholders = {
        name
        for string in (template.url, template.placement.pattern, *template.params.values(), *template.headers.values())
        for name in PLACEHOLDER.findall(string)
    }
    required = set(template.required_credentials)
    if missing := placeholders - {"token", *required}:
        faults.append(f"sent but not required: {missing}")
    if not template.url.startswith("https://") and not PLACEHOLDER.fullmatch(template.url):
        faults.append("not https")
    is_oauth1 = template.placement.location == "oauth1"
    implicit = {"client_id", "client_secret"} if template.basic or is_oauth1 else set()
    implicit |= {"client_secret"} if template.proofs else set()
    implicit |= {"access_token_secret"} if is_oauth1 else {"application_secret_key"}
    if unused := required - placeholders - implicit:
        faults.append(f"required but not sent: {unused}")
    if template.basic and not {"client_id", "client_secret"} <= required:
        faults.append("HTTP Basic without credentials")
    request = build(operation)
    if not request.url.startswith("https://"):
        faults.append("not sent over https")
    values = [request.url, *(value for value in parameters_of(request).values() if isinstance(value, str))]
    for secret in (TOKEN, *SECRETS.values()):
        spellings = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}
        faults += ["a secret is in plain text" for value in values if any(spelling in value for spelling in spellings)]
    left = [value for value in (request.url, *map(plain, parameters_of(request).values())) if PLACEHOLDER.search(value)]
    is_in_path = template.placement.location == "path"
    if left and not (is_in_path and PLACEHOLDER.findall(request.url) == [template.placement.name]):
        faults.append(f"a placeholder is left: {left}")
    if request.form is not None and request.json is not None:
        faults.append("two bodies")
    if request.method == "GET" and (request.form or request.json):
        faults.append("GET with a body")
    return faults


@pytest.mark.parametrize(("name", "step"), SENDABLE)
def test_operation_builds_a_complete_request_without_plain_secrets(name: str, step: str) -> None:
    """A request requires exactly the credentials it sends, uses https, and keeps every secret wrapped."""
    assert faults_of(OPERATIONS[name, step]) == []


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        (RequestTemplate("https://example.com/", method="POST", params={"key": "{key}"}), "not required"),
        (RequestTemplate("https://example.com/", method="POST", required_credentials=("device_id",)), "not sent"),
        (RequestTemplate("https://example.com/", method="POST", basic=True), "without credentials"),
        (RequestTemplate("https://example.com/", by_form(), method="POST", params={"again": TOKEN}), "plain text"),
        (
            RequestTemplate(
                "https://example.com/", by_form(), method="POST", headers={"X-Secret": SECRETS["client_secret"]}
            ),
            "plain text",
        ),
        (
            RequestTemplate(
                "https://example.com/",
                by_form(),
                method="POST",
                params={"client_id": "{client_id"},
                required_credentials=("client_id",),
            ),
            "not sent",
        ),
        (RequestTemplate("http://example.com/", method="POST"), "not https"),
        (RequestTemplate("https://example.com/", by_form()), "GET with a body"),
        (RequestTemplate("https://example.com/{place}"), "a placeholder is left"),
    ],
)
def test_fault_of_a_template_is_detected(template: RequestTemplate, fault: str) -> None:
    """The check of the requests detects each kind of fault."""
    assert any(fault in item for item in faults_of(Operation("", template)))


@pytest.mark.parametrize(("name", "step"), SENDABLE)
def test_token_is_sent_where_the_template_places_it(name: str, step: str) -> None:
    """The token is in the place that the template names, and elsewhere only if the provider's own class adds it."""
    template = get_template(OPERATIONS[name, step])
    expected = (template.placement.location.replace("oauth1", "header"), template.placement.name)
    places = places_of(build(OPERATIONS[name, step]), TOKEN)
    assert places == {expected} or (expected in places and type(template) is not RequestTemplate)


def test_every_place_of_a_token_is_detected() -> None:
    """A token that occurs in two places of a request is reported in both."""
    template = RequestTemplate(
        "https://example.com/", by_query("token"), method="POST", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    assert places_of(build(Operation("", template)), TOKEN) == {("query", "token"), ("header", "Authorization")}


@pytest.mark.parametrize(("name", "step"), [key for key in OPERATIONS if key not in SENDABLE])
def test_operation_without_request_says_why(name: str, step: str) -> None:
    """An operation that cannot be sent has a note."""
    assert OPERATIONS[name, step].note


def test_operation_has_a_request_or_a_manual_call() -> None:
    """No operation has both a request template and a manual call."""
    assert [key for key, operation in SENDABLE.items() if operation.manual_call is not None] == []


@pytest.mark.parametrize("name", RENEWALS)
def test_renewal_sends_a_refresh_token(name: str) -> None:
    """The refresh token and the grant type are sent under the names of RFC 6749, section 6.

    A renewal without refresh tokens has another grant type; a refresh URL may need no grant type.
    """
    operation = OPERATIONS[name, "renewal"]
    parameters = {
        name: plain(value) for (place, name), value in parameters_of(build(operation)).items() if place in BODY_PLACES
    }
    assert operation.success_statuses == {200}
    if operation.token == "access":
        assert parameters["grant_type"] != "refresh_token"
    else:
        assert parameters.get("grant_type", "refresh_token") == "refresh_token"
        assert parameters["refresh_token"] == TOKEN


@pytest.mark.parametrize("name", RENEWALS)
def test_renewal_sends_each_required_client_credential_once(name: str) -> None:
    """Client id and secret are each sent once, if the provider requires them."""
    operation = OPERATIONS[name, "renewal"]
    required, request = get_template(operation).required_credentials, build(operation)
    assert len(places_of(request, "sample-client")) == ("client_id" in required)
    assert len(places_of(request, SECRETS["client_secret"])) == ("client_secret" in required)


@pytest.mark.parametrize(("name", "step"), SENDABLE)
def test_client_id_and_secret_are_sent_the_same_way(name: str, step: str) -> None:
    """Both go as HTTP Basic or both as parameters, unless the provider documents a header for the secret."""
    template, request = get_template(OPERATIONS[name, step]), build(OPERATIONS[name, step])
    ids = {place for place, _ in places_of(request, "sample-client")}
    secrets = {place for place, _ in places_of(request, SECRETS["client_secret"])}
    has_secret_header = any("{client_secret}" in value for value in template.headers.values())
    assert not ids or not secrets or ids == secrets or has_secret_header


@pytest.mark.parametrize("name", USES)
def test_use_reads_with_the_access_token(name: str) -> None:
    """A use is a GET or POST with the access token and without the client secret."""
    operation = OPERATIONS[name, "uses"]
    assert operation.token == "access"
    assert operation.success_statuses == {200}
    assert operation.method in ("GET", "POST")
    assert not places_of(build(operation), SECRETS["client_secret"])


@pytest.mark.parametrize("name", providers.names())
def test_operations_of_a_provider_differ(name: str) -> None:
    """The call that ends a token differs from the use and the renewal, by method, URL and parameters."""
    templates = [get_template(SENDABLE[name, step]) for step in STEPS if (name, step) in SENDABLE]
    assert len({(item.method, item.url, tuple(item.params.items())) for item in templates}) == len(templates)


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
"""Requests that follow no standard, by provider and step: method, URL and parameters."""


@pytest.mark.parametrize(("name", "step"), REQUESTS)
def test_request_equals_the_documented_one(name: str, step: str) -> None:
    """A request that follows no standard contains exactly the parameters that the provider documents."""
    method, url, expected = REQUESTS[name, step]
    request = build(OPERATIONS[name, step])
    parameters = {key: plain(value) for key, value in parameters_of(request).items()}
    assert (request.method, request.url) == (method, url)
    assert parameters == {("header", "Accept"): "application/json"} | expected


@pytest.mark.parametrize(
    ("name", "ends"),
    [("asana", "grant"), ("auth0", "token"), ("cognito", "grant"), ("hubspot", "token"), ("xero", "grant")],
)
def test_revocation_takes_the_refresh_token_where_access_tokens_cannot_be_revoked(name: str, ends: str) -> None:
    """These issuers revoke refresh tokens only; at two of them the access token stays valid."""
    termination = providers.get(name).token.termination
    assert (termination.token, termination.ends) == ("refresh", ends)


@pytest.mark.parametrize("name", ["apple", "dropbox", "facebook", "google-oauth2", "heroku", "squareup", "weibo"])
def test_revocation_of_the_grant_is_declared(name: str) -> None:
    """A call that ends the whole grant is declared as such, so that the caller is warned."""
    assert providers.get(name).token.termination.ends == "grant"


@pytest.mark.parametrize("name", ["github", "reddit", "vimeo"])
def test_revocation_succeeds_by_the_documented_status(name: str) -> None:
    """An issuer that documents HTTP 204 for a revocation has revoked nothing with another status."""
    assert providers.get(name).token.termination.success_statuses == {204}


@pytest.mark.parametrize("name", SANDBOXES)
def test_sandbox_has_its_own_hosts(name: str) -> None:
    """A sandbox has the operations of the production environment, at other hosts."""
    for step in STEPS:
        operation, production = OPERATIONS[name, step], OPERATIONS[str(providers.get(name).variant_of), step]
        assert (operation.method, operation.token, operation.ends) == (
            production.method,
            production.token,
            production.ends,
        )
        assert operation.url is None or urlsplit(operation.url).netloc != urlsplit(str(production.url)).netloc


@pytest.mark.parametrize("name", ["oidc", "oauth2"])
@pytest.mark.parametrize("url", ["", "http://server.example.com/token", "https://user@server.example.com/", "token"])
def test_credential_url_must_be_one_that_may_receive_tokens(name: str, url: str) -> None:
    """A URL from the caller must have the scheme https, a host, and no user."""
    question = Question(provider=name, token=Secret(TOKEN), asked_at=ASKED_AT, credentials={"token_endpoint": url})
    with pytest.raises(Unreachable, match="token_endpoint"):
        get_template(OPERATIONS[name, "renewal"]).build_request(question)


@pytest.mark.parametrize("tld", ["", "example", "nl.example.com", "com/x"])
@pytest.mark.parametrize("step", ["renewal", "uses"])
def test_exact_refuses_an_unknown_country(step: str, tld: str) -> None:
    """A country without a site of Exact would name a foreign host, so no request is built."""
    question = Question(provider="exact", token=Secret(TOKEN), asked_at=ASKED_AT, credentials={"tld": tld})
    with pytest.raises(Unreachable, match="tld"):
        get_template(OPERATIONS["exact", step]).build_request(question)


def test_shopify_accepts_a_shop_with_and_without_the_domain() -> None:
    """Both spellings of a shop give the same host; a host outside Shopify's domain is refused."""
    template = get_template(OPERATIONS["shopify", "uses"])

    def host_of(shop: str) -> str:
        question = Question(provider="shopify", token=Secret(TOKEN), asked_at=ASKED_AT, credentials={"shop": shop})
        return urlsplit(template.build_request(question).url).netloc

    assert host_of("sample") == host_of("sample.myshopify.com") == "sample.myshopify.com"
    with pytest.raises(Unreachable, match="shop"):
        host_of("sample.example.com")


@pytest.mark.parametrize("step", STEPS)
def test_okta_uses_the_custom_authorization_server(step: str) -> None:
    """Operations go to the caller's custom authorization server, or else to the server of the organization."""
    template = get_template(OPERATIONS["okta", step])
    question = make_question((*template.required_credentials, "authorization_server_id"))
    path = urlsplit(template.build_request(question).url).path
    assert path.startswith("/oauth2/sample-authorization-server-id/v1/")
    assert urlsplit(build(OPERATIONS["okta", step]).url).path.startswith("/oauth2/v1/")


def test_odnoklassniki_signs_the_use_like_the_probe() -> None:
    """The use has the same parameters and the same signature as the probe."""
    provider = providers.get("odnoklassniki")
    assert isinstance(provider.debug, HttpEndpoint)
    template = get_template(provider.token.uses)
    question = make_question(template.required_credentials)
    used, probed = template.build_request(question).form or {}, provider.debug.build_request(question).form or {}
    assert {name: plain(value) for name, value in used.items()} == {
        name: plain(value) for name, value in probed.items()
    }
    assert "sig" in used


def test_renewal_and_revocation_follow_the_standards() -> None:
    """The defaults are those of RFC 6749, section 6, and RFC 7009, section 2: a form with the client's credentials."""
    url = "https://example.com/"
    renewal = renew_by_refresh_token("", url)
    revocation = revoke_by_request(
        "", url, basic=True, placement=by_header("X-Token"), success_statuses=frozenset({204})
    )
    template, revocation_template = get_template(renewal), get_template(revocation)
    assert renewal.token == "refresh"
    assert (template.method, template.placement, template.basic) == ("POST", by_form("refresh_token"), False)
    assert dict(template.params) == {
        "grant_type": "refresh_token",
        "client_id": "{client_id}",
        "client_secret": "{client_secret}",
    }
    assert (revocation.token, revocation.success_statuses) == ("access", frozenset({204}))
    assert (revocation_template.placement.location, revocation_template.basic) == ("header", True)
    assert dict(revocation_template.params) == {}
    assert get_template(renew_by_refresh_token("", url, as_json=True)).placement == by_json("refresh_token")
    assert get_template(revoke_by_request("", url, as_json=True)).placement == by_json("token")


def test_revocation_in_settings_names_the_page() -> None:
    """The note says where the user removes the application."""
    assert revoke_in_settings().note == "No API call: the user removes the application in the account settings."
    assert "at https://example.com/apps. More." in revoke_in_settings("More.", page="https://example.com/apps").note
