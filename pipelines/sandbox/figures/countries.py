"""Where each customer is, by its own record, by that of another of its records, or by its contract."""

from __future__ import annotations

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import who_is_who


def countries(company: Company) -> dict[str, str]:
    """Customer → country, ISO alpha-2."""
    same, _ = who_is_who(company)
    found: dict[str, str] = {}
    own_records_first = sorted(company.clients, key=lambda one: ("stripe", one.desk.customer) in same)
    for client in own_records_first:
        customer = same.get(("stripe", client.desk.customer), client.desk.customer)
        found.setdefault(customer, client.country)
    for contract in company.files.get("contracts", []):
        found.setdefault(contract["customer_id"], contract["country"])
    return found
