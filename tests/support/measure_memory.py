"""Measures by how much this process grows while it asks issuers.

Reads a task from standard input as JSON: ``timeout``; ``good`` and ``floods``, lists of lists of questions; and
``naive``, URLs whose whole body is read and parsed. Prints ``good``, whether each token is good, and ``growth``, in
bytes, which excludes the questions in ``good``.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import urllib.request
from itertools import chain
from pathlib import Path

from idp_checks.live.asker import Asker
from idp_checks.live.bulk import introspect_many
from idp_checks.tokens.question import Question


def peak_memory():
    """Return the peak memory of this process, in bytes."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    # Not getrusage: on Linux a process starts with the peak of its parent.
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


async def ask_singly(questions, deadline):
    """Ask with one asker, and return whether each token is good."""
    async with Asker(timeout=deadline) as asker:
        return [result.good for result in await asyncio.gather(*map(asker.ask, questions))]


async def ask_in_bulk(questions, deadline):
    """Ask in bulk, and return whether each token is good."""
    answers = introspect_many(questions, timeout=deadline, patience=0.2)
    return [answer.introspection.good async for answer in answers]


async def ask_all(family, deadline):
    """Ask both ways at the same time."""
    questions = [Question(**item) for item in family]
    return chain(*await asyncio.gather(ask_singly(questions, deadline), ask_in_bulk(questions, deadline)))


def main():
    """Run the task."""
    task = json.load(sys.stdin)
    good = [result for family in task["good"] for result in asyncio.run(ask_all(family, task["timeout"]))]
    before = peak_memory()
    for url in task["naive"]:
        body = urllib.request.urlopen(url).read()
        text = body.decode()
        value = json.loads(text)
        assert value
    for family in task["floods"]:
        good += asyncio.run(ask_all(family, task["timeout"]))
    json.dump({"good": good, "growth": peak_memory() - before}, sys.stdout)


if __name__ == "__main__":
    main()
