"""PayPal's sandbox: the same provider on separate hosts, with test accounts."""

from __future__ import annotations

from idp_checks.providers.paypal import PROVIDER as PAYPAL

PROVIDER = PAYPAL.variant(
    "paypal-sandbox",
    "PayPal (sandbox)",
    {"api-m.paypal.com": "api-m.sandbox.paypal.com", "www.paypal.com": "www.sandbox.paypal.com"},
)
