"""The accounts of the CRM and of the product, with the customers that the company knows them to be."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.sandbox.reasons.known import Known


@dataclass(frozen=True)
class Account:
    """An account and whose it is; `is_second`: entered again by hand, and not found out yet."""

    id: str
    customer: str
    stripe: str | None
    is_counted: bool
    is_second: bool


def crm_accounts(known: Known) -> dict[str, Account]:
    """All accounts of Salesforce in the order of being entered, those entered twice after their firsts."""
    found = []
    for body in known.objects("salesforce", "Account"):
        account, stripe = body["Id"], body["Stripe_Customer_Id__c"]
        told = known.same.get(("salesforce", account))
        copied_from = known.company.second_accounts.get(account)
        if told is not None:
            customer = told
        elif of_stripe := stripe or copied_from:
            customer = known.customer_of("stripe", of_stripe)
        else:
            customer = account
        is_second = copied_from is not None and told is None
        found.append(Account(account, customer, stripe, body["Type"] == "Customer", is_second))
    return {one.id: one for one in sorted(found, key=lambda one: one.is_second)}
