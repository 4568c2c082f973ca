"""Tasks for contributors: ``nox -l`` lists them."""

from __future__ import annotations

import nox

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["quick"]


@nox.session
def quick(session: nox.Session) -> None:
    """Lint, check types and run the tests that are not slow."""
    session.install("-e", ".[test]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("pytest", "-q", "-n", "auto", "-m", "not slow", *session.posargs)


@nox.session
def provider(session: nox.Session) -> None:
    """Test one provider: nox -s provider -- NAME."""
    if not session.posargs:
        session.error("name the provider: nox -s provider -- NAME")
    name, *options = session.posargs
    session.install("-e", ".[test]")
    session.run("pytest", "-q", "tests/providers", "tests/test_recordings.py", "-k", name, *options)
    session.run("pytest", "-q", "--pyargs", "idp_checks.conformance", f"--idp-provider={name}", *options)


@nox.session(name="all")
def everything(session: nox.Session) -> None:
    """Run everything that CI runs."""
    session.install("-e", ".[docs,test]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("pytest", "-q", "-n", "auto", *session.posargs)
    session.run("sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; warnings are errors."""
    session.install("-e", ".[docs,social-auth,allauth]")
    session.run("sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html", *session.posargs)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Run the benchmarks; a missed bar is an error."""
    session.install("-e", ".[test]")
    for name in ("normalize", "signed", "introspection", "startup", "conformance"):
        session.run("python", f"benchmarks/{name}.py")
