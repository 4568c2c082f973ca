"""The facts about a provider's tokens, and the verdict on one, as an HTML page."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from idp_checks import providers
from idp_checks.providers.describe import provider_page, token_rows
from idp_checks.tokens.explanation import token_verdict

if TYPE_CHECKING:
    from jinja2 import Template

    from idp_checks.tokens.introspection import Introspection

__all__ = ["Explanation", "explain", "known"]


class Explanation:
    """The facts about a provider's tokens and, with a result, the verdict on one; shown as a page."""

    def __init__(self, provider: str, result: Introspection | None = None) -> None:
        self.provider = provider
        self.result = result

    def __repr__(self) -> str:
        if self.result is None:
            return f"Explanation({self.provider})"
        return f"Explanation({self.provider}: {token_verdict(self.result)}, {self.result.reason})"

    def _repr_html_(self) -> str:
        result, page = self.result, provider_page(providers.get(self.provider))
        if result is None:
            return _template().render(page=page, token_rows=token_rows(page), result=None, exchanges=())
        fields = result.to_dict()
        verdict = token_verdict(result)
        return _template().render(
            page=page,
            token_rows=token_rows(page),
            result=result,
            verdict=verdict.capitalize(),
            tone={"good": "good", "not good": "bad", "undecided": "open"}[verdict],
            statements=result.statements(),
            asked_at=fields["asked_at"],
            exchanges=[json.dumps(exchange, indent=2, ensure_ascii=False) for exchange in fields.get("exchanges", ())],
        )


def explain(result: Introspection) -> Explanation:
    """Return a result as a page: the verdict, the issuer's statements, and the facts about such tokens."""
    return Explanation(result.provider, result)


def known(provider: str) -> Explanation:
    """Return everything known about a provider's tokens as a page."""
    return Explanation(providers.get(provider).name)


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader

    return Environment(loader=PackageLoader("idp_checks.notebook"), autoescape=True).get_template("token.html.j2")
