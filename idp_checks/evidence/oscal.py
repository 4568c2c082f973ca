"""``oscal-ar.json``: OSCAL assessment results, version 1.2.3 (https://pages.nist.gov/OSCAL/).

One observation for each check and connection, with counts, and a single one for each row that failed or is
indeterminate. A finding of OSCAL is satisfied or not satisfied and knows no third state, so what is indeterminate, or
does not apply, is an observation without a finding; and a check is satisfied for a connection only where every one of
its verdicts that applies is a pass.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from idp_checks.evidence.ledger import NAME as LEDGER
from idp_checks.evidence.ledger import named
from idp_checks.tokens.reasons import REASON_TEXTS

__all__ = ["NAME", "NS", "VERSION", "write"]

NAME = "oscal-ar.json"
VERSION = "1.2.3"
NS = "urn:idp-checks:oscal"
"""The namespace of our own properties: a name, not a place on the web."""

Row = Mapping[str, Any]


def write(folder: Path, run: Mapping[str, Any], rows: Iterable[Row]) -> None:
    """Write the file; the rows are read once, single observations are written as they come."""
    groups: dict[tuple[str, str], Counter[str]] = {}
    related: dict[tuple[str, str], list[str]] = {}
    accounts: dict[str, Row] = {}
    checks = {each["id"]: each for each in run["checks"]}
    with (folder / NAME).open("w", encoding="utf-8") as stream:
        head = _head(run)
        stream.write('{"assessment-results":')
        stream.write(json.dumps(head, ensure_ascii=False)[:-1])
        result = _result(run)
        stream.write(', "results": [' + json.dumps(result, ensure_ascii=False)[:-1])
        stream.write(', "observations": [\n')
        listed = _List(stream)
        for row in rows:
            key = (row["check"], row["subject"].get("connection", ""))
            groups.setdefault(key, Counter())[row["verdict"]] += 1
            if row["verdict"] in ("fail", "indeterminate"):
                if row["verdict"] == "fail":
                    related.setdefault(key, []).append(_observed(row["id"]))
                if "identity" in row["subject"]:
                    accounts.setdefault(row["subject"]["identity"], row["subject"])
                listed.add(_single(row, checks))
        for key, counts in groups.items():
            listed.add(_summary(key, counts, checks, run))
        stream.write("]")
        found = list(_findings(groups, related, checks))
        if found:
            stream.write(', "findings": [\n')
            rest = _List(stream)
            for each in found:
                rest.add(each)
            stream.write("]")
        stream.write(', "local-definitions": ' + json.dumps(_definitions(run, accounts), ensure_ascii=False))
        stream.write("}]")
        stream.write(', "back-matter": ' + json.dumps(_back(run), ensure_ascii=False))
        stream.write("}}\n")


class _List:
    """Writes members of a JSON array, one on a line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._first = True

    def add(self, member: Mapping[str, Any]) -> None:
        self._stream.write(("" if self._first else ",\n") + json.dumps(member, ensure_ascii=False))
        self._first = False


def _head(run: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "uuid": named("oscal", run["run"]),
        "metadata": {
            "title": run["title"],
            "last-modified": run["ended"],
            "version": run["run"],
            "oscal-version": VERSION,
            "props": [_prop("tool-version", run["tool"]["version"]), _prop("state", run["state"])],
        },
        "import-ap": {
            "href": f"#{_catalogue()}",
            "remarks": "The catalogue of checks stands in place of an assessment plan.",
        },
    }


def _result(run: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "uuid": named("oscal result", run["run"]),
        "title": "Checks of identities and of the tokens held for them",
        "description": (
            "Each identity's token was held against the word of its own issuer and against the stated policy. A check "
            "evidences part of a control and never satisfies one by itself."
        ),
        "start": run["started"],
        "end": run["ended"],
        "props": [
            _prop(f"count-{verdict.replace('_', '-')}", str(count)) for verdict, count in run["verdicts"].items()
        ],
        "reviewed-controls": {
            "description": "The checks are the objectives; the controls that they help to evidence are properties.",
            "control-selections": [{"include-controls": [{"control-id": each["id"]} for each in run["checks"]]}],
        },
    }


def _definitions(run: Mapping[str, Any], accounts: Mapping[str, Row]) -> dict[str, Any]:
    components: list[dict[str, Any]] = [
        {
            "uuid": _component(None),
            "type": "software",
            "title": f"{run['tool']['name']} {run['tool']['version']}",
            "description": "The tool that asked and judged; also stands for the run as a whole.",
            "status": {"state": "operational"},
        }
    ]
    components += [
        {
            "uuid": _component(each["name"]),
            "type": "service",
            "title": each["name"],
            "description": f"The connection {each['name']}, of the provider {each['provider']}.",
            "props": [_prop("provider", each["provider"])],
            "status": {"state": "operational"},
        }
        for each in run["connections"]
    ]
    made: dict[str, Any] = {"components": components}
    if accounts:
        made["inventory-items"] = [
            {
                "uuid": named("account", name),
                "description": "A linked account, named by its keyed fingerprint.",
                "props": [_prop("identity", name), *([_prop("record", about["record"])] if "record" in about else ())],
                "implemented-components": [{"component-uuid": _component(about.get("connection"))}],
            }
            for name, about in accounts.items()
        ]
    return made


def _single(row: Row, checks: Mapping[str, Any]) -> dict[str, Any]:
    check = checks[row["check"]]
    about = row["subject"]
    props = [_prop("check", row["check"]), _prop("verdict", row["verdict"]), _prop("severity", check["severity"])]
    if "reason" in row:
        props.append(_prop("reason", row["reason"]))
    subject = {"subject-uuid": _component(about.get("connection")), "type": "component"}
    if "identity" in about:
        subject = {"subject-uuid": named("account", about["identity"]), "type": "inventory-item"}
    observation = {
        "uuid": _observed(row["id"]),
        "title": check["title"],
        "description": row["detail"],
        "props": props,
        "methods": ["TEST"],
        "subjects": [subject],
        "origins": _origins(),
        "relevant-evidence": [
            {
                "href": LEDGER,
                "description": f"Row {row['seq']} of the ledger.",
                "props": [_prop("row-hash", row["hash"])],
            }
        ],
        "collected": row["at"],
    }
    remedy = REASON_TEXTS[row["reason"]].remedy if "reason" in row else check.get("remedy")
    if remedy:
        observation["remarks"] = f"Remedy: {remedy}."
    return observation


def _summary(
    key: tuple[str, str], counts: Counter[str], checks: Mapping[str, Any], run: Mapping[str, Any]
) -> dict[str, Any]:
    check, connection = key
    about = checks[check]
    words = ", ".join(f"{number} {verdict.replace('_', ' ')}" for verdict, number in sorted(counts.items()))
    controls = [_prop("control", each["id"], of=each["framework"]) for each in about.get("controls", ())]
    return {
        "uuid": named("summary", check, connection),
        "title": about["title"],
        "description": f"{about['statement']} Verdicts: {words}.",
        "props": [
            _prop("check", check),
            _prop("severity", about["severity"]),
            *(_prop(f"count-{verdict.replace('_', '-')}", str(number)) for verdict, number in sorted(counts.items())),
            *controls,
        ],
        "methods": ["TEST"],
        "subjects": [{"subject-uuid": _component(connection or None), "type": "component"}],
        "origins": _origins(),
        "relevant-evidence": [{"href": LEDGER, "description": "The ledger holds one row for each verdict."}],
        "collected": run["ended"],
    }


def _findings(
    groups: Mapping[tuple[str, str], Counter[str]],
    related: Mapping[tuple[str, str], list[str]],
    checks: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    for key, counts in groups.items():
        check, connection = key
        if counts["fail"]:
            state = "not-satisfied"
        elif counts["pass"] and not counts["indeterminate"]:
            state = "satisfied"
        else:
            continue
        seen = [named("summary", check, connection), *related.get(key, ())]
        yield {
            "uuid": named("finding", check, connection),
            "title": f"{check} at {connection}" if connection else check,
            "description": checks[check]["statement"],
            "origins": _origins(),
            "target": {
                "type": "objective-id",
                "target-id": check,
                "title": checks[check]["title"],
                "status": {"state": state, "reason": "pass" if state == "satisfied" else "fail"},
            },
            "related-observations": [{"observation-uuid": each} for each in seen],
        }


def _back(run: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "resources": [
            {
                "uuid": _catalogue(),
                "title": "The catalogue of checks",
                "description": "Every check with its statement and the controls that it helps to evidence.",
                "props": [_prop("sha256", run["catalogue_digest"])],
                "rlinks": [{"href": "run.json", "media-type": "application/json"}],
            }
        ]
    }


def _prop(name: str, value: str, *, of: str | None = None) -> dict[str, str]:
    prop = {"name": name, "ns": NS, "value": value}
    return prop if of is None else prop | {"remarks": of}


def _origins() -> list[dict[str, Any]]:
    return [{"actors": [{"type": "tool", "actor-uuid": _component(None)}]}]


def _component(connection: str | None) -> str:
    return named("component", connection)


def _observed(row: str) -> str:
    return named("observation", row)


def _catalogue() -> str:
    return named("catalogue")
