"""For notebooks: a panel that asks an issuer about a token, and its answer explained.

A token is typed into a masked field, taken out of it as soon as it is asked about, and held nowhere else, so that no
saved notebook holds it.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from idp_checks import providers
from idp_checks.cli.views import provider_page
from idp_checks.live.asker import introspect_sync
from idp_checks.secret import Secret
from idp_checks.tokens.explanation import verdict

if TYPE_CHECKING:
    from jinja2 import Template

    from idp_checks.issuers.serve import Served
    from idp_checks.tokens.introspection import Introspection

__all__ = ["Explanation", "TokenPanel", "explain", "known"]

STATED = ("client_id", "audience", "subject", "scopes", "issued_at", "expires_at", "issuer", "token_type")


class Explanation:
    """What is known of a provider's tokens and, where one was asked about, what its issuer said: shown as a page."""

    def __init__(self, provider: str, result: Introspection | None = None) -> None:
        self.provider = provider
        self.result = result

    def __repr__(self) -> str:
        if self.result is None:
            return f"Explanation({self.provider})"
        return f"Explanation({self.provider}: {verdict(self.result)}, {self.result.reason})"

    def _repr_html_(self) -> str:
        result, page = self.result, provider_page(providers.get(self.provider))
        if result is None:
            return _template().render(page=page, result=None, exchanges=())
        said = result.to_dict()
        stated = {
            name: ", ".join(said[name]) if isinstance(said[name], list) else said[name]
            for name in STATED
            if name in said
        }
        if result.endless:
            stated["expires_at"] = "never, by time"
        word = verdict(result)
        return _template().render(
            page=page,
            result=result,
            word=word.capitalize(),
            tone={"good": "good", "not good": "bad", "undecided": "open"}[word],
            stated=stated,
            asked_at=said["asked_at"],
            exchanges=[json.dumps(each, indent=2, ensure_ascii=False) for each in said.get("exchanges", ())],
        )


class TokenPanel:
    """Choose an issuer, type a token, ask.

    Args:
        served: simulated issuers to ask in place of the real ones; their made-up tokens can be chosen by case.
    """

    def __init__(self, served: Served | None = None) -> None:
        import ipywidgets as widgets

        self._served = served
        names = [name for name in providers.own() if providers.get(name).debug is not None]
        wide = widgets.Layout(width="32rem")
        style = {"description_width": "8rem"}
        common: dict[str, Any] = {"layout": wide, "style": style, "continuous_update": False}
        self.issuer = widgets.Dropdown(
            options=names, value="google-oauth2", description="Issuer", layout=wide, style=style
        )
        self.case = widgets.Dropdown(description="Made-up token", layout=wide, style=style)
        self.token = widgets.Password(description="Token", placeholder="typed in, never shown", **common)
        self.client_id = widgets.Text(description="Client id", placeholder="the application it must be for", **common)
        self.client_secret = widgets.Password(
            description="Client secret", placeholder="where the issuer wants it", **common
        )
        self.subject = widgets.Text(description="Account", placeholder="the account it must stand for", **common)
        self.button = widgets.Button(description="Ask the issuer", button_style="primary", icon="search")
        self.answer = widgets.HTML()
        self.button.on_click(lambda _: self.ask())
        self.issuer.observe(lambda _: self._chosen(), "value")
        fields = [self.issuer, self.token, self.client_id, self.client_secret, self.subject, self.button, self.answer]
        if served is not None:
            fields.insert(1, self.case)
        self.box = widgets.VBox(fields)
        self._chosen()

    def ask(self, token: str | Secret | None = None) -> Introspection:
        """Ask about the token given, else the one typed, else the made-up one that is chosen; show the answer."""
        typed = Secret.of(token) if token is not None else Secret(self.token.value)
        secret = Secret(self.client_secret.value)
        self.token.value = ""
        self.client_secret.value = ""
        name = str(self.issuer.value)
        client_id = self.client_id.value or None
        asked: dict[str, Any] = {"issuer_url": None, "credentials": {}}
        if self._served is not None:
            issuer = self._served.world.issuer(name)
            asked = {"issuer_url": self._served.url(name), "credentials": issuer.further}
            typed = typed or Secret(issuer.token(str(self.case.value)))
            secret = secret or Secret(self._served.client_secret)
            endpoint = providers.get(name).debug
            if (
                client_id is None
                and endpoint is not None
                and ("client" in endpoint.tells or "client_id" in endpoint.needs)
            ):
                client_id = issuer.client_id
        result = introspect_sync(
            name, typed, client_id=client_id, client_secret=secret or None, subject=self.subject.value or None, **asked
        )
        self.answer.value = explain(result)._repr_html_()
        return result

    def _chosen(self) -> None:
        self.answer.value = known(str(self.issuer.value))._repr_html_()
        if self._served is not None:
            cases = self._served.world.issuer(str(self.issuer.value)).cases
            self.case.options = cases
            self.case.value = "valid" if "valid" in cases else cases[0]

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.box)  # type: ignore[no-untyped-call]


def explain(result: Introspection) -> Explanation:
    """An introspection as a page: the verdict, what the issuer states, what stays unproven, what is known."""
    return Explanation(result.provider, result)


def known(provider: str) -> Explanation:
    """All that is known of a provider's tokens, as a page."""
    return Explanation(providers.get(provider).name)


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader

    return Environment(loader=PackageLoader("idp_checks.notebook"), autoescape=True).get_template("token.html.j2")
