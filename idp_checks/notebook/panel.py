"""A panel that asks an issuer about a token and explains the response.

The token is typed into a masked field. The panel clears the field before it asks, so a saved notebook contains no
token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from idp_checks import providers
from idp_checks.live.asker import introspect_sync
from idp_checks.notebook.page import explain, known
from idp_checks.secret import Secret

if TYPE_CHECKING:
    from idp_checks.issuers.server import IssuerServer
    from idp_checks.tokens.introspection import Introspection

__all__ = ["TokenPanel"]


class TokenPanel:
    """A form: choose an issuer, type a token, ask.

    Args:
        server: simulated issuers to ask instead of the real ones; their sample tokens can be chosen by case.
    """

    def __init__(self, server: IssuerServer | None = None) -> None:
        import ipywidgets as widgets

        self._server = server
        names = [name for name in providers.names_with_recordings() if providers.get(name).debug is not None]
        wide = widgets.Layout(width="32rem")
        style = {"description_width": "8rem"}
        common: dict[str, Any] = {"layout": wide, "style": style, "continuous_update": False}
        self.issuer = widgets.Dropdown(
            options=names, value="google-oauth2", description="Issuer", layout=wide, style=style
        )
        self.case = widgets.Dropdown(description="Sample token", layout=wide, style=style)
        self.token = widgets.Password(description="Token", placeholder="masked, not stored", **common)
        self.client_id = widgets.Text(description="Client ID", placeholder="the expected application", **common)
        self.client_secret = widgets.Password(
            description="Client secret", placeholder="if the issuer requires it", **common
        )
        self.subject = widgets.Text(description="Account", placeholder="the expected account", **common)
        self.button = widgets.Button(description="Ask the issuer", button_style="primary", icon="search")
        self.answer = widgets.HTML()
        self.button.on_click(lambda _: self.ask())
        self.issuer.observe(lambda _: self._show_provider(), "value")
        fields = [self.issuer, self.token, self.client_id, self.client_secret, self.subject, self.button, self.answer]
        if server is not None:
            fields.insert(1, self.case)
        self.box = widgets.VBox(fields)
        self._show_provider()

    def ask(self, token: str | Secret | None = None) -> Introspection:
        """Ask about the given token, else the typed one, else the chosen sample token, and show the verdict."""
        secret = Secret.of(token) if token is not None else Secret(self.token.value)
        client_secret = Secret(self.client_secret.value)
        self.token.value = ""
        self.client_secret.value = ""
        name = str(self.issuer.value)
        client_id = self.client_id.value or None
        server: dict[str, Any] = {}
        if self._server is not None:
            issuer = self._server.world.issuer(name)
            server = {"issuer_url": self._server.url(name), "credentials": issuer.loopback_credentials}
            secret = secret or Secret(issuer.token(str(self.case.value)))
            client_secret = client_secret or Secret(self._server.client_secret)
            endpoint = providers.get(name).debug
            if (
                client_id is None
                and endpoint is not None
                and ("client" in endpoint.proves or "client_id" in endpoint.required_credentials)
            ):
                client_id = issuer.client_id
        result = introspect_sync(
            name,
            secret,
            client_id=client_id,
            client_secret=client_secret or None,
            subject=self.subject.value or None,
            **server,
        )
        self.answer.value = explain(result)._repr_html_()
        return result

    def _show_provider(self) -> None:
        name = str(self.issuer.value)
        self.answer.value = known(name)._repr_html_()
        if self._server is not None:
            cases = self._server.world.issuer(name).cases
            self.case.options = cases
            self.case.value = "valid" if "valid" in cases else cases[0]

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.box)  # type: ignore[no-untyped-call]
