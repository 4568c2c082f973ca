"""Run the steps of an endpoint with prepared responses."""

from __future__ import annotations

from idp_checks.tokens.steps import drive


def run_steps(steps, respond):
    """Run steps to their end; return their result and the requests."""
    requests = []

    def record(request):
        requests.append(request)
        return respond(request)

    return drive(steps, record), requests


def play(*responses):
    """Return a responder that plays responses and exceptions, one after the other."""
    remaining = list(responses)

    def respond(request):
        assert remaining, "there are more requests than responses"
        response = remaining.pop(0)
        if isinstance(response, Exception):
            raise response
        return response

    return respond
