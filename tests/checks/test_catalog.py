"""The catalog of checks."""

from __future__ import annotations

import msgspec
import pytest

from idp_checks import checks
from idp_checks.checks import CHECKS, load_catalog


def test_check_ids_are_unique():
    """No two checks have the same id, and each id contains the short name of its family."""
    ids = [check.id for check in CHECKS]
    assert len(set(ids)) == len(ids) == 40
    short = {"token": "TOK", "profile": "PRF", "lifecycle": "LIF", "hygiene": "HYG"}
    assert all(check.id.split("-")[1] == short[check.family] for check in CHECKS)


def test_checks_cite_controls_of_listed_frameworks():
    """Each check has distinct controls with reasons, and every framework is listed with a version and cited."""
    frameworks = {framework.name for framework in load_catalog().frameworks}
    for check in CHECKS:
        assert check.controls
        assert len({(control.framework, control.id) for control in check.controls}) == len(check.controls)
        assert {control.framework for control in check.controls} <= frameworks
        assert all(control.why for control in check.controls)
    assert {control.framework for check in CHECKS for control in check.controls} == frameworks
    assert all(framework.version and framework.url.startswith("https://") for framework in load_catalog().frameworks)


def test_checks_have_a_remedy_if_they_can_fail():
    """A check has a remedy if and only if it can fail."""
    assert [check.id for check in CHECKS if (check.remedy is None) != (check.verdicts.failed is None)] == []


def test_checks_can_be_indeterminate():
    """Every check has a meaning for indeterminate."""
    assert all(check.verdicts.indeterminate for check in CHECKS)


def test_digest_depends_on_the_content():
    """The digest is equal for equal catalogs, and changes with the content."""
    catalog = load_catalog()
    assert catalog.digest.startswith("sha256:")
    assert len(catalog.digest) == 71
    equal = checks.Catalog(frameworks=catalog.frameworks, checks=catalog.checks)
    assert equal.digest == catalog.digest
    first, *rest = catalog.checks
    changed = checks.Catalog(
        frameworks=catalog.frameworks, checks=(msgspec.structs.replace(first, severity="low"), *rest)
    )
    assert changed.digest != catalog.digest


def test_get_rejects_an_unknown_id():
    """``get`` returns the check with an id, and raises an error for an unknown id."""
    assert checks.get("IDP-TOK-002").severity == "critical"
    with pytest.raises(LookupError, match="IDP-TOK-999"):
        checks.get("IDP-TOK-999")
