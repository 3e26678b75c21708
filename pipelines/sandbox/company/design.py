"""The figures by which the company is designed. Calibration lives here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.sandbox.company.times import START, at


@dataclass(frozen=True)
class Design:
    """One scale of the company.

    Shares and chances are per case; `size` multiplies all counts; the rest of the company is the same at any scale.
    """

    size: float
    base_customers: int = 1120  # paying when billing moved onto Stripe in January 2024
    leads_per_day: float = 12.1  # in January 2024
    lead_growth: float = 2.75  # by November 2026, as a multiple
    seats: float = 0.775  # multiplies all seats
    contracts: int = 16  # hand-signed customers
    internal: int = 14
    dormant: float = 0.135  # paying accounts whose people stopped logging in
    trials_only: float = 0.045  # production accounts that only ever tried, as a share of leads
    retyped: float = 0.58  # churned accounts that somebody re-typed in Salesforce
    duplicates: float = 0.035  # accounts that Salesforce holds twice
    booked_expansions: float = 0.19  # expansions that get an opportunity
    multi_year: float = 0.6  # hand-signed deals over several years
    pay_fails: float = 0.027
    coupons: float = 0.4  # signings with a coupon
    web_since: int = START  # when the web site began to be measured; a small company's is young, so that it stays small


SCALES: dict[str, Design] = {
    "small": Design(size=0.036, contracts=110, internal=60, web_since=at(2026, 8, 1)),
    "demo": Design(size=1.0),
    "large": Design(size=10.0),
}
