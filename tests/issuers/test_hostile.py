"""A hostile issuer over real sockets: what is made of every way to spoil a good answer, and the table of it.

docs/hostile_issuers.md is written from here by ``python docs/make_hostile_issuers.py``.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import ssl
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import httpx
import pytest
import trustme

from idp_checks.live import asker as live
from idp_checks import providers
from idp_checks.live.bulk import Question
from idp_checks.live.bulk import introspect_many
from idp_checks.tokens.introspection import DECIDED
from idp_checks.tokens.introspection import UNDECIDED
from idp_checks.issuers.hostile import BEHAVIOURS, HostileIssuer
from idp_checks.issuers.world import World
from idp_checks.live.asker import Asker

PAGE = Path(__file__).parents[2] / "docs" / "hostile_issuers.md"
TIMEOUT, LONG_TIMEOUT = 0.6, 20.0
"""Seconds for a question where the issuer stalls, and where it does not: a busy machine must not be taken for one."""
PATIENCE = 0.2
OVER = 1.0
"""Seconds that an answer may come after the deadline."""
MEMORY = 64 << 20
"""Bytes that all the floods of all families together may make the asker grow by."""
AT_A_TIME = 24
BIG = [name for name, each in BEHAVIOURS.items() if each.big]
STALLING = [name for name, each in BEHAVIOURS.items() if each.group == "Time"]


class Family(NamedTuple):
    """A way of asking, the provider that stands for it, and what of it is spoiled."""

    provider: str
    spoiled: str = "the answer"

    @property
    def discovery(self):
        return self.spoiled == "the discovery document"


FAMILIES = {
    "introspection": Family("oauth2"),
    "discovered introspection": Family("oidc"),
    "discovery": Family("oidc", "the discovery document"),
    "tokeninfo": Family("google-oauth2"),
    "debug-token": Family("facebook"),
    "check-token": Family("github"),
    "userinfo-probe": Family("spotify"),
    "signed-token": Family("waad", "the key set, and the times in the token"),
    "OAuth 1.0a": Family("flickr"),
}

WORLD = World(names=tuple({each.provider for each in FAMILIES.values()}))

TLS = {
    "authority-unknown": "a certificate of an authority that nobody knows",
    "name-wrong": "a certificate for another name",
    "certificate-expired": "a certificate that ended yesterday",
    "no-tls": "plain HTTP where TLS is asked for",
}
"""Behaviours of a server that itself gives the good answer."""

ROWS = {**{name: each.what for name, each in BEHAVIOURS.items()}, **TLS}

FRACTION = "RFC 7519 lets a time have a fraction, and real servers write one"
RIGHT = {
    **{
        ("time-float", family): FRACTION
        for family in ("introspection", "discovered introspection", "tokeninfo", "debug-token", "signed-token")
    },
    ("time-digits", "tokeninfo"): "Google writes its numbers as texts",
    (
        "said-text",
        "tokeninfo",
    ): "there is no flag; the audience is another text, and `azp` names the client all the same",
}
"""Where the answer is good and to read it so is right, and why."""

PAST = "time-past"
"""The one behaviour that denies the token: its end is past."""


class Found(NamedTuple):
    """What a reader made of one row."""

    active: bool | None
    good: bool
    reason: str
    took: float


@cache
def _context(kind):
    """A server's TLS context, and the file with the authority that clients know."""
    known = _authority()
    authority = trustme.CA() if kind == "authority-unknown" else known
    name = "idp.example.com" if kind == "name-wrong" else "127.0.0.1"
    ended = datetime.now(UTC) - timedelta(days=1) if kind == "certificate-expired" else None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    began = datetime.now(UTC) - timedelta(days=30)
    authority.issue_cert(name, not_before=began, not_after=ended).configure_cert(context)
    return context


@cache
def _authority():
    return trustme.CA()


@contextlib.contextmanager
def known_authority():
    """The authority of the tests is one that clients know."""
    with _authority().cert_pem.tempfile() as path, mock.patch.dict(os.environ, {"SSL_CERT_FILE": path}):
        yield


class Servers:
    """The hostile issuers of one family: one that speaks plain HTTP, and one for each kind of certificate."""

    def __init__(self, family):
        self.family = FAMILIES[family]
        self._stack = contextlib.ExitStack()
        self.plain = self._server(None)
        self.secure = {kind: self._server(_context(kind)) for kind in (*list(TLS)[:3], "right")}

    def _server(self, tls):
        made = HostileIssuer(self.family.provider, world=WORLD, discovery=self.family.discovery, tls=tls)
        return self._stack.enter_context(made)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stack.close()

    def rows(self):
        """What makes sense here."""
        return [row for row in ROWS if row in TLS or self.plain.senseless(row) is None]

    def question(self, row):
        """All that is needed to put the question of a row; None is the unspoiled answer, ``right`` that over TLS."""
        server = self.secure.get(row, self.plain)
        behaviour = row if row in BEHAVIOURS else None
        url = server.url(behaviour)
        debug = providers.get(self.family.provider).debug
        named = "client" in debug.tells
        return {
            "provider": self.family.provider,
            "token": server.token(behaviour),
            "issuer_url": url.replace("http:", "https:") if row == "no-tls" else url,
            "client_id": server.client_id if named or "client_id" in debug.needs else None,
            "client_secret": server.client_secret,
            "clients": (server.client_id,) if named else (),
            "subject": server.subject,
            "credentials": dict(server.credentials),
        }

    @property
    def thefts(self):
        """Calls of a thief, and questions that came through TLS that is not to be trusted."""
        servers = (self.plain, *self.secure.values())
        untrusted = (self.secure[kind] for kind in TLS if kind in self.secure)
        return sum(each.thief.connections for each in servers) + sum(len(each.asked) for each in untrusted)


def timeout(row):
    return TIMEOUT if row in STALLING else LONG_TIMEOUT


def by_timeout(questions):
    """The questions whose issuer stalls, and the others."""
    for seconds in (TIMEOUT, LONG_TIMEOUT):
        yield seconds, {row: each for row, each in questions.items() if timeout(row) == seconds}


async def one_by_one(questions, **how):
    """Each question over a connection of its own, as ``introspect`` puts it; some at a time."""
    turns, found = asyncio.Semaphore(AT_A_TIME), {}

    async def put(asker, row, question):
        async with turns:
            began = time.monotonic()
            try:
                said = await asker.ask(**question)
            except Exception as error:
                found[row] = Found(None, False, f"raised {type(error).__name__}", time.monotonic() - began)
            else:
                found[row] = Found(said.active, said.good, said.reason, time.monotonic() - began)

    async def run(seconds, some):
        async with Asker(timeout=seconds, notice=lambda told: None, **how) as asker:
            await asyncio.gather(*(put(asker, *each) for each in some.items()))

    await asyncio.gather(*(run(*each) for each in by_timeout(questions)))
    return found


async def side_by_side(questions):
    """All questions by ``introspect_many``, over connections that are used again; some at a time."""
    turns, began, found = asyncio.Semaphore(AT_A_TIME), {}, {}

    async def feed(some):
        for row, question in some.items():
            await turns.acquire()
            began[row] = time.monotonic()
            yield Question(**question, tag=row)

    async def run(seconds, some):
        answers = introspect_many(feed(some), timeout=seconds, patience=PATIENCE, notice=lambda told: None)
        async for question, said in answers:
            turns.release()
            row = question.tag
            found[row] = Found(said.active, said.good, said.reason, time.monotonic() - began[row])

    await asyncio.gather(*(run(*each) for each in by_timeout(questions)))
    return found


READERS = (one_by_one, side_by_side)


class Trusting(httpx.AsyncBaseTransport):
    """Follows redirects; for a reader that needs no more than HTTP 200."""

    def __init__(self):
        self.statuses = []

    async def handle_async_request(self, request):
        async with httpx.AsyncClient(follow_redirects=True) as client:
            response = await client.send(request)
        self.statuses.append(response.status_code)
        return httpx.Response(response.status_code, content=response.content)


async def credulous(questions):
    """A reader that trusts HTTP 200."""
    found = {}
    for row, question in questions.items():
        trusting = Trusting()
        (answer,) = (await one_by_one({row: question}, transport=trusting)).values()
        good = trusting.statuses[-1:] == [200]
        found[row] = answer._replace(good=good, active=good or None, reason="ok" if good else answer.reason)
    return found


def faults(family, found):
    """What is wrong with what a reader made of the rows of a family."""
    for row, each in found.items():
        if each.good and (row, family) not in RIGHT:
            yield f"{row}: read as good"
        if not each.good and (row, family) in RIGHT:
            yield f"{row}: not read as good ({each.reason})"
        if each.active is False and (row, each.reason) != (PAST, "expired"):
            yield f"{row}: read as a denial ({each.reason})"
        if each.reason not in DECIDED | UNDECIDED:
            yield f"{row}: {each.reason}"
        if each.took > timeout(row) + OVER:
            yield f"{row}: took {each.took:.1f} s"


class Column(NamedTuple):
    """What a reader made of a family: of the unspoiled answers, plain and over TLS, and of every row; and the thefts."""

    unspoiled: list[Found]
    rows: dict[str, Found]
    thefts: int


def column(family, read=one_by_one, rows=None):
    """Let a reader read every row of a family, or some."""
    with known_authority(), Servers(family) as servers:
        questions = {row: servers.question(row) for row in (*(rows or servers.rows()), None, "right")}
        found = live.driven(read(questions))
        return Column([found.pop(None), found.pop("right")], found, servers.thefts)


# The page

DASH = "–"


def page(cells):
    """The page, from what was found: for each family, for each row, the reason."""
    return "\n".join([*_head(), *(line for group in _groups() for line in _table(*group, cells))])


def _groups():
    groups = {}
    for name, each in BEHAVIOURS.items():
        groups.setdefault(each.group, []).append(name)
    return [*groups.items(), ("TLS, and the good answer behind it", list(TLS))]


def _head():
    right = {}
    for (row, family), why in RIGHT.items():
        right.setdefault((row, why), []).append(family)
    return [
        "# Hostile issuers",
        "",
        "What `idp_checks` makes of an issuer that spoils its good answer. Each row was tried over real sockets, by",
        "`tests/test_hostile_issuer.py`, for every family of providers. The server is",
        "`idp_checks.issuers.hostile.HostileIssuer`; point your own validator at it.",
        "",
        "Each behaviour begins with the answer that says that the token is good, with live times, and spoils it in one",
        "way. Unspoiled, over HTTP and over TLS, each is read as good. For every row and every family the test states:",
        "",
        "- It is not read as good, but where the table says **good** (below).",
        f"- It is not read as a denial, but for an end that is past (`{PAST}`).",
        "- It raises nothing.",
        f"- It is over at most {OVER:g} second after the deadline ({TIMEOUT:g} seconds where the issuer stalls).",
        f"- All the floods and bombs together make the asking process grow by at most {MEMORY >> 20} MiB.",
        "- The thief to whom redirects lead is never called, and no token goes through TLS that is not trusted.",
        "",
        "A reader that trusts HTTP 200 and follows redirects fails the same test.",
        "",
        "Every row is tried twice: as `introspect` asks, over httpx's own transport, and by `introspect_many`,",
        "over httpx-aiohttp. A cell is the reason that the answer carries (see",
        "`idp_checks.introspection`); two, where `introspect_many` gives another one.",
        f"`{DASH}`: it makes no sense there, because the answer states no end.",
        "**good** is right where it stands:",
        "",
        *(f"- `{row}` ({', '.join(families)}): {why}." for (row, why), families in right.items()),
        "",
        "Written by `python docs/make_hostile_issuers.py`; the test fails where this page differs from what it finds.",
        "",
        "| family | provider | what is spoiled |",
        "|---|---|---|",
        *(f"| {name} | `{each.provider}` | {each.spoiled} |" for name, each in FAMILIES.items()),
        "",
    ]


def _table(group, rows, cells):
    yield from (f"## {group}", "")
    yield f"| behaviour | the issuer's answer | {' | '.join(FAMILIES)} |"
    yield "|---" * (len(FAMILIES) + 2) + "|"
    for row in rows:
        yield f"| `{row}` | {ROWS[row]} | {' | '.join(cells[family][row] for family in FAMILIES)} |"
    yield ""


def cells_of(text):
    """The cells of a written page."""
    cells = {family: {} for family in FAMILIES}
    for row in ROWS:
        (line,) = re.findall(rf"^\| `{re.escape(row)}` \| .*\|$", text, re.MULTILINE)
        written = line.rpartition(f"| {ROWS[row]} |")[2].removesuffix("|").split("|")
        for family, cell in zip(FAMILIES, written, strict=True):
            cells[family][row] = cell.strip()
    return cells


def cells(*columns):
    """The columns of one family as the page has them: what both readers made of a row, or each."""
    table = {}
    for row in ROWS:
        made = dict.fromkeys(_cell(each.rows[row]) for each in columns if row in each.rows)
        table[row] = " / ".join(made) or DASH
    return table


def _cell(found):
    return "**good**" if found.good else f"`{found.reason}`"


def written():
    """The page as it should be now."""
    return page({family: cells(*(column(family, read) for read in READERS)) for family in FAMILIES})


# The tests


def test_every_way_of_asking_is_covered():
    """Each kind of debug endpoint in use has a family, and so has a request that is signed by OAuth 1.0a."""
    used = {providers.get(name).debug.kind for name in providers.names() if providers.get(name).debug is not None}
    assert used <= {providers.get(each.provider).debug.kind for each in FAMILIES.values()}
    assert {"oauth1"} < {
        getattr(getattr(providers.get(each.provider).debug, "send", None), "place", None) for each in FAMILIES.values()
    }


@pytest.mark.parametrize("family", FAMILIES)
def test_no_spoiled_answer_is_believed_and_the_page_says_what_is_made_of_it(family, caplog):
    """Unspoiled it is good; spoiled it is not, nor a denial, nor an exception, nor late; the page has the reasons.

    So it is one by one, and many at a time. Nothing is left behind that the event loop would complain of.
    """
    columns = [column(family, read) for read in READERS]
    for each in columns:
        assert all(found.good for found in each.unspoiled), each.unspoiled
        assert list(faults(family, each.rows)) == []
        assert each.thefts == 0
    assert cells(*columns) == cells_of(PAGE.read_text())[family]
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []


def test_the_page_has_its_form():
    """Nothing but the cells of the page depends on a run; ``python docs/make_hostile_issuers.py`` writes it anew."""
    text = PAGE.read_text()
    assert page(cells_of(text)) == text


def test_a_credulous_reader_is_caught():
    """A reader that trusts HTTP 200 and follows redirects believes pages, nulls and past ends, and feeds the thief."""
    rows = ["html", "said-null", "said-twice", "time-past", "redirect-307", "500"]
    found = column("tokeninfo", credulous, rows)
    assert all(each.good for each in found.unspoiled)
    assert list(faults("tokeninfo", found.rows)) == [f"{row}: read as good" for row in rows if row != "500"]
    assert found.thefts == 1


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"good": True, "active": True, "reason": "ok"}, "read as good"),
        ({"active": False, "reason": "denied"}, "read as a denial"),
        ({"reason": "raised ValueError"}, "raised ValueError"),
        ({"took": TIMEOUT + OVER + 0.1}, f"took {TIMEOUT + OVER + 0.1:.1f} s"),
    ],
)
def test_each_fault_would_be_seen(wrong, complaint):
    """Good, bad, an exception and a late answer are each complained of; where good is right, not good is."""
    right = Found(None, False, "network", 0.1)
    assert list(faults("introspection", {"silence": right})) == []
    (said,) = faults("introspection", {"silence": right._replace(**wrong)})
    assert complaint in said
    assert list(faults("introspection", {"time-float": right})) == ["time-float: not read as good (network)"]


def test_the_thief_takes_the_token_of_who_follows():
    """The trap can spring: who follows the redirect brings the token, and is told that it is good."""
    with HostileIssuer("google-oauth2", world=WORLD) as issuer:
        address, token = f"{issuer.url('redirect-302')}/tokeninfo", issuer.token("redirect-302")
        answer = httpx.get(address, params={"access_token": token}, follow_redirects=True)
        stayed = httpx.get(address, params={"access_token": token})
        assert (issuer.thief.connections, issuer.asked) == (1, ["redirect-302", "redirect-302"])
    assert token in issuer.thief.stolen[0].reveal()
    assert token not in repr(issuer.thief.stolen)
    assert answer.json()["sub"] == issuer.subject
    assert stayed.status_code == 302


def test_a_behaviour_that_is_none_is_an_error():
    """Who misspells a behaviour does not get the good answer for it."""
    with HostileIssuer("github", world=WORLD) as issuer, pytest.raises(LookupError, match="gzip-bom"):
        issuer.url("gzip-bom")


# What is held. A process of its own is asked how large it has been: that of the tests also holds the servers.

PROCESS = """
import asyncio, json, sys, urllib.request
from idp_checks.bulk import Question, introspect_many
from idp_checks.live import Asker

def peak():
    try:
        lines = open("/proc/self/status").read().splitlines()
    except OSError:
        import resource
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    # Not getrusage: there a process begins with the peak of the one that started it.
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))

async def each(questions):
    async with Asker(timeout=timeout) as asker:
        return [said.good for said in await asyncio.gather(*(asker.ask(**each) for each in questions))]

async def many(questions):
    asked = [Question(**each) for each in questions]
    return [said.introspection.good async for said in introspect_many(asked, timeout=timeout, patience=0.2)]

async def all(questions):
    return sum(await asyncio.gather(each(questions), many(questions)), [])

given = json.load(sys.stdin)
timeout = given["timeout"]
good = sum((asyncio.run(all(family)) for family in given["good"]), [])
before = peak()
for url in given["naive"]:
    body = urllib.request.urlopen(url).read()
    text = body.decode()
    value = json.loads(text)
for family in given["floods"]:
    good += asyncio.run(all(family))
print(json.dumps({"good": good, "grown": peak() - before}))
"""


def _grown(**given):
    """How a process grows by what it is given to ask, and which answers it read as good."""
    said = subprocess.run(
        [sys.executable, "-c", PROCESS],
        input=json.dumps({"timeout": LONG_TIMEOUT, "good": [], "naive": [], "floods": [], **given}),
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    return json.loads(said.stdout)


def test_floods_and_bombs_are_not_held():
    """All floods of a family at the same time, singly and in one run, family after family: 64 MiB at most in all."""
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(Servers(family)) for family in FAMILIES]
        found = _grown(
            good=[[each.question(None)] for each in servers],
            floods=[[each.question(row) for row in BIG] for each in servers],
        )
    count = len(FAMILIES) * 2
    assert found["good"] == [True] * count + [False] * count * len(BIG)
    assert found["grown"] <= MEMORY


def test_a_reader_that_holds_a_flood_is_seen():
    """The measure can fail: a body of 30 MB that is read and parsed takes more."""
    with HostileIssuer("google-oauth2", world=WORLD) as issuer:
        address = f"{issuer.url('30-mb-text')}/tokeninfo?access_token={issuer.token()}"
        assert _grown(naive=[address])["grown"] > MEMORY
