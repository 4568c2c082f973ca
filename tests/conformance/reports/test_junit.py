"""The JUnit report of a run, and the property of each test."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

from idp_checks import plugin
from idp_checks.conformance import PROPERTY
from idp_checks.conformance.reports import render
from idp_checks.conformance.reports.junit import outcomes_property, read_properties


def test_report_has_a_case_for_each_provider_and_rule(sample_results):
    """A violated rule is a failure, an unjudged one an error, a skipped one is skipped; settings are properties."""
    suite = ET.fromstring(render("junit", sample_results).encode()).find("testsuite")
    states = {case.get("name").partition(" ")[0]: [child.tag for child in case] for case in suite.iter("testcase")}
    assert states == {"N1": [], "N7": ["failure"], "N5": ["skipped"], "N11": ["skipped"], "N12": ["error"]}
    properties = {element.get("name"): element.get("value") for element in suite.iter("property")}
    assert (properties["seed"], properties["depth"], properties["tool"]) == ("7", "quick", "idp-checks 0")
    assert suite.get("failures") == suite.get("errors") == "1"


def test_property_is_read_back(tmp_path, sample_results):
    """The property of a test is read back from a report, other properties are ignored."""
    name, value = outcomes_property("github", {"N1": {"outcome": "passed"}}, sample_results.run)
    root = ET.Element("testsuites")
    properties = ET.SubElement(ET.SubElement(root, "testcase", name="test_a"), "properties")
    ET.SubElement(properties, "property", name="other", value="x")
    ET.SubElement(properties, "property", name=name, value=value)
    ET.ElementTree(root).write(tmp_path / "report.xml")
    assert read_properties(tmp_path / "report.xml") == [("test_a", json.loads(value))]
    assert json.loads(value)["run"]["seed"] == 7


def test_plugin_reads_the_same_property():
    """The plugin has its own copy of the property's name, because it must not import this package when idle."""
    assert plugin._RESULTS_PROPERTY == PROPERTY
