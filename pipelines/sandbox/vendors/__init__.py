"""The vendors of the sandbox company, as the outside sees them: Stripe and Salesforce, on loopback.

    tap ──HTTPS_PROXY──▶ proxy.py (CONNECT, TLS with our own authority) ──▶ server.py ──▶ stripe.py, salesforce.py
                         authority.py makes the certificates                              catalogue.py reads the store

The simulators are written from the vendors' public API documentation and from what the published taps ask. They
only filter, page and expand what the company's store (`home`/sandbox/vendors.db) already holds as finished JSON.
`faults.py` lets a test make a vendor fail.
"""

from __future__ import annotations

STRIPE_HOST = "api.stripe.com"
SALESFORCE_LOGIN_HOST = "login.salesforce.com"
SALESFORCE_HOST = "plumbline-sandbox.my.salesforce.com"
HOSTS = frozenset({STRIPE_HOST, SALESFORCE_LOGIN_HOST, SALESFORCE_HOST})
"""Every host the proxy knows. It refuses all others, so nothing ever leaves this machine."""
