"""Meridian Works, a company that lives only here."""

from __future__ import annotations

from collections.abc import Callable

from pipelines.sandbox.company import (
    advertising,
    amplitude,
    crm,
    crm_people,
    finance,
    hubspot,
    mixpanel,
    production,
    sendgrid,
    stripe_balance,
    support_hours,
    taxonomy,
    web,
    zendesk,
)
from pipelines.sandbox.company.contracts import signings
from pipelines.sandbox.company.crm_staff import write_quotas
from pipelines.sandbox.company.simulation import Company, simulate_billing

__all__ = ["DEPARTMENTS", "Company", "simulate"]

DEPARTMENTS: tuple[Callable[[Company], None], ...] = (
    advertising.write,
    amplitude.write,
    crm_people.write,
    hubspot.write,
    mixpanel.write,
    sendgrid.write,
    stripe_balance.write,
    web.write,
    zendesk.write,
)
"""What else the company keeps at its vendors, each by a function that writes it into the book, in this order. By then
customers, leads, sales and the product's accounts are written; what one department writes, the next may read."""


def simulate(seed: int, scale: str, until: int) -> Company:
    """The company from its first day to an instant (epoch seconds).

    Pure and causal: what a shorter life has seen, a longer one has seen as well.
    """
    company = simulate_billing(seed, scale, until)
    begun = signings(seed, company.design, until)
    signed = [one for one in begun if one.signed_at <= until]
    crm.Crm(company).write(begun)
    production.write(company, signed)
    for department in DEPARTMENTS:
        department(company)
    company.files = {
        "contracts": finance.contract_rows(signed),
        "bank_balances": finance.bank_balances(company, signed),
        "costs": finance.costs(company),
        "budget": finance.budget(company),
        "targets": finance.targets(company),
        "quotas": finance.quotas(company),
        "exchange_rates": finance.exchange_rates(company),
        "identities": finance.identity_rows(company),
        "features": taxonomy.feature_rows(),
        "funnels": taxonomy.funnel_rows(),
        "support_hours": support_hours.rows(),
    }
    write_quotas(company)
    return company
