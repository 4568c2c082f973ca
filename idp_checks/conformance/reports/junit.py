"""JUnit XML: the property in which a test reports its outcomes, and the report of a whole run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from idp_checks.conformance.results import Result, Results, Run

__all__ = ["PROPERTY", "outcomes_property", "read_properties", "render"]

PROPERTY = "idp_conformance"
"""Name of the property, in pytest's ``user_properties``, that holds the outcomes of a test as JSON."""

_ELEMENTS = {"violated": "failure", "error": "error", "not_claimed": "skipped", "not_applicable": "skipped"}
"""Element of a test case for each outcome other than ``passed``."""


def outcomes_property(provider: str, outcomes: Mapping[str, Any], run: Run | None) -> tuple[str, str]:
    """Return the property in which a test reports its outcomes by rule."""
    fields: dict[str, Any] = {"provider": provider, "rules": outcomes}
    if run is not None:
        fields["run"] = run.to_dict()
    return PROPERTY, json.dumps(fields)


def read_properties(path: Path) -> list[tuple[str, Mapping[str, Any]]]:
    """Return test name and property of each test in a report that pytest wrote."""
    tests = ET.parse(path).getroot().iter("testcase")  # noqa: S314 - the caller ran pytest
    return [
        (f"{test.get('name')}", json.loads(element.get("value") or ""))
        for test in tests
        for element in test.iter("property")
        if element.get("name") == PROPERTY
    ]


def render(results: Results) -> str:
    """Return a JUnit report with a suite for each provider and a test case for each rule.

    A violated rule is a failure, a rule that could not be judged is an error, and a rule that is not claimed or not
    applicable is skipped.
    """
    root = ET.Element("testsuites", name=f"conformance of {results.normalizer}")
    for provider in results.providers:
        own_results = [result for result in results if result.provider == provider]
        elements = [_ELEMENTS.get(result.outcome) for result in own_results]
        suite = ET.SubElement(
            root,
            "testsuite",
            name=provider,
            tests=str(len(own_results)),
            failures=str(elements.count("failure")),
            errors=str(elements.count("error")),
            skipped=str(elements.count("skipped")),
        )
        _add_properties(suite, results.run)
        for result in own_results:
            _add_case(suite, result)
    ET.indent(root)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{ET.tostring(root, encoding='unicode')}\n"


def _add_properties(suite: ET.Element, run: Run | None) -> None:
    properties = ET.SubElement(suite, "properties")
    for name, value in (run.to_dict() if run else {}).items():
        string = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        ET.SubElement(properties, "property", name=name, value=_replace_illegal(string))


def _add_case(suite: ET.Element, result: Result) -> None:
    case = ET.SubElement(suite, "testcase", classname=result.provider, name=f"{result.rule} {result.title}")
    name = _ELEMENTS.get(result.outcome)
    if name is None:
        return
    message = "; ".join(result.objections) or result.why or result.outcome
    element = ET.SubElement(case, name, message=_replace_illegal(message))
    if name != "skipped":
        element.text = _replace_illegal(json.dumps(result.to_dict(), ensure_ascii=False, indent=1))


def _replace_illegal(string: str) -> str:
    """Replace the characters that XML 1.0 does not allow (section 2.2)."""
    return "".join(
        letter if letter.isprintable() or letter in "\n\t" or ord(letter) >= 0xA0 else "\ufffd" for letter in string
    )
