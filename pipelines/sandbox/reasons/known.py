"""What the company knows of its customers now: what each agreement is worth step by step, and why some pay nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.catalog import EXPONENT
from pipelines.sandbox.company.closing import Books, who_is_who
from pipelines.sandbox.company.desk import Deal
from pipelines.sandbox.company.history import Agreement
from pipelines.sandbox.company.money import divided
from pipelines.sandbox.company.simulation import Client
from pipelines.sandbox.company.spans import Span, spans_of
from pipelines.sandbox.company.truth import RATE_UNIT


def cents(value: Fraction) -> int:
    """Rounded to whole cents, halves away from zero."""
    return divided(value.numerator, value.denominator)


@dataclass(frozen=True)
class Worth:
    """A year of a subscription or contract in cents of a dollar, at the rate of the close.

    Each is the one before less one thing: the price, without its discount, without what is paused, without what is
    unpaid for 30 days, without what is on trial.
    """

    system: str
    record: str
    customer: str
    gross: int
    discounted: int
    unpaused: int
    kept: int
    net: int


class Known:
    """The company's own knowledge at its instant."""

    def __init__(self, company: Company, books: Books) -> None:
        self.company, self.books, self.until = company, books, company.until
        self.close = books.months[-1]
        self.same, self.left_out = who_is_who(company)
        self.certified = {
            one.customer: 12 * one.closing for one in books.customers if one.close == self.close and one.rows
            and not one.is_within_month
        }  # fmt: skip
        self.paid = {
            self.customer_of("stripe", client.desk.customer)
            for client in company.clients if client.desk.first_paid_at is not None
        }  # fmt: skip
        self.worths = list(self._worths())
        self.of_record = {one.record: one for one in self.worths}

    def customer_of(self, source: str, record: str) -> str:
        """Whose record it is, as far as somebody has found out."""
        return self.same.get((source, record), record)

    def deals(self) -> Iterable[tuple[Client, str, Deal]]:
        """Each subscription at Stripe with its customer."""
        for client in self.company.clients:
            for deal in client.desk.deals:
                yield client, self.customer_of("stripe", client.desk.customer), deal

    def dollars(self, minor: Fraction, currency: str) -> int:
        """Minor units in cents at the rate of the close."""
        return self.at_rate(minor, currency, self.company.rates.on(currency, self.close.day))

    @staticmethod
    def at_rate(minor: Fraction, currency: str, rate: int) -> int:
        """Minor units in cents at a rate in hundred-millionths of a dollar."""
        return divided(minor.numerator * rate * 100, minor.denominator * RATE_UNIT * 10 ** EXPONENT[currency])

    def present(self, spans: Iterable[Span]) -> list[Span]:
        """Those in force at the instant."""
        return [span for span in spans if span.start < self.until <= span.end]

    def standing(self, customer: str) -> str:
        """Why a customer has no MRR now, in the words of a reason; `active` for one that has, `never` for no reason."""
        if customer in self.certified:
            return "active"
        spans = self.books.spans.get(customer, [])
        states = {span.state for span in self.present(spans)}
        for state, reason in (("lapsed", "unpaid"), ("paused", "paused"), ("free", "free"), ("trial", "trial_counted")):
            if state in states:
                return reason
        if any(span.net > 0 and span.start < self.until for span in spans):
            return "churn_booked_late"
        return "signed_not_live" if any(span.start >= self.until for span in spans) else "never"

    def objects(self, vendor: str, kind: str) -> list[dict[str, Any]]:
        """What a department finds in its system, in the order of being entered."""
        held = [one for one in self.company.book.objects.values() if (one.vendor, one.kind) == (vendor, kind)]
        return [one.body for one in sorted(held, key=lambda one: (one.created, one.id))]

    def _worths(self) -> Iterable[Worth]:
        for _, customer, deal in self.deals():
            if customer not in self.left_out:
                yield from self._worth("stripe", deal.id, customer, deal.agreement)
        for agreement in self.books.by_hand:
            if agreement.customer not in self.left_out:
                yield from self._worth("files", agreement.terms[0].item, agreement.customer, agreement)

    def _worth(self, system: str, record: str, customer: str, agreement: Agreement) -> Iterable[Worth]:
        if agreement.ended_at is not None and agreement.ended_at < self.until:
            return
        spans = self.present(spans_of(agreement))
        if not spans:
            return
        held = [
            [span.gross for span in spans],
            [span.gross - span.cut for span in spans],
            [span.gross - span.cut for span in spans if span.state != "paused"],
            [span.gross - span.cut for span in spans if span.state not in ("paused", "lapsed")],
            [span.net for span in spans],
        ]
        sums = [sum(parts[1:], parts[0]) if parts else Fraction(0) for parts in held]
        steps = [self.dollars(12 * minor, agreement.currency) for minor in sums]
        yield Worth(system, record, customer, *steps)
