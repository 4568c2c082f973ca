"""The memory that large responses take.

A separate process is measured, because the process of the tests also contains the servers.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from idp_checks.issuers.hostile import BEHAVIORS, HostileIssuer
from idp_checks.selftest.hostile.families import FAMILIES
from idp_checks.selftest.hostile.page import MAX_MEMORY
from idp_checks.selftest.hostile.survey import TIMEOUT
from support.simulated_issuers import WORLD

LARGE = [name for name, behavior in BEHAVIORS.items() if behavior.is_large]

PROCESS = """
import asyncio, json, sys, urllib.request
from idp_checks.live.asker import Asker
from idp_checks.live.bulk import introspect_many
from idp_checks.tokens.question import Question

def peak():
    try:
        lines = open("/proc/self/status").read().splitlines()
    except OSError:
        import resource
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    # Not getrusage: there a process begins with the peak of its parent.
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))

async def ask_singly(questions):
    async with Asker(timeout=timeout) as asker:
        return [result.good for result in await asyncio.gather(*(asker.ask(Question(**item)) for item in questions))]

async def ask_in_bulk(questions):
    asked = [Question(**item) for item in questions]
    return [answer.introspection.good async for answer in introspect_many(asked, timeout=timeout, patience=0.2)]

async def ask_all(questions):
    return sum(await asyncio.gather(ask_singly(questions), ask_in_bulk(questions)), [])

task = json.load(sys.stdin)
timeout = task["timeout"]
good = sum((asyncio.run(ask_all(family)) for family in task["good"]), [])
before = peak()
for url in task["naive"]:
    body = urllib.request.urlopen(url).read()
    text = body.decode()
    value = json.loads(text)
for family in task["floods"]:
    good += asyncio.run(ask_all(family))
print(json.dumps({"good": good, "growth": peak() - before}))
"""


def measure(**task):
    """Return by how much a process grows while it asks, and which responses it read as good."""
    process = subprocess.run(
        [sys.executable, "-c", PROCESS],
        input=json.dumps({"timeout": TIMEOUT, "good": [], "naive": [], "floods": [], **task}),
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    return json.loads(process.stdout)


def to_json(question):
    """Return the arguments of a question as JSON."""
    return {
        "provider": question.provider,
        "token": question.token.reveal(),
        "issuer_url": question.issuer_url,
        "client_id": question.client_id,
        "client_secret": question.client_secret.reveal(),
        "clients": question.clients,
        "subject": question.subject,
        "credentials": {name: question.credential(name) for name in question.credentials},
    }


@pytest.mark.slow
def test_large_responses_are_not_held_in_memory(family_servers):
    """All large responses of a family in parallel, family after family, take at most ``MAX_MEMORY``."""
    servers = [family_servers(family) for family in FAMILIES]
    result = measure(
        good=[[to_json(item.question(None))] for item in servers],
        floods=[[to_json(item.question(name)) for name in LARGE] for item in servers],
    )
    count = len(FAMILIES) * 2
    assert result["good"] == [True] * count + [False] * count * len(LARGE)
    assert result["growth"] <= MAX_MEMORY


def test_naive_reader_is_measured():
    """The measurement can fail: reading and parsing a body of 30 MB takes more than ``MAX_MEMORY``."""
    with HostileIssuer("google-oauth2", world=WORLD) as issuer:
        url = f"{issuer.url('30-mb-string')}/tokeninfo?access_token={issuer.token()}"
        assert measure(naive=[url])["growth"] > MAX_MEMORY
