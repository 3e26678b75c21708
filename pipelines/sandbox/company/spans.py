"""From the diary to spans of constant monthly value (models/DECISIONS.md, section 2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from pipelines.sandbox.company.history import Agreement, Debt, Term

GRACE = 720 * 3600
FOREVER = 2**62


@dataclass(frozen=True)
class Span:
    """In force at the instants `start < t <= end`; `net` in minor units a month, `gross` the price, less `cut`."""

    customer: str
    currency: str
    product: str
    plan: str
    start: int
    end: int
    net: Fraction
    state: str  # trial, paused, lapsed, free, past_due, active
    asked_to_end_at: int | None = None
    gross: Fraction = Fraction(0)
    cut: Fraction = Fraction(0)


def spans_of(agreement: Agreement) -> Iterator[Span]:
    """All spans of one agreement, item by item."""
    if agreement.is_incomplete:
        return
    items: dict[str, list[Term]] = {}
    for term in agreement.terms:
        items.setdefault(term.item, []).append(term)
    over = FOREVER if agreement.ended_at is None else agreement.ended_at
    for terms in items.values():
        for term, end in _in_turn(terms, over):
            if term.gross is not None and term.start < end:
                yield from _split(agreement, term, term.gross, end)


def _in_turn(terms: list[Term], over: int) -> Iterator[tuple[Term, int]]:
    """Each term with its end: the next one's start. Of several with one start the last agreed holds."""
    latest = {term.start: term for term in sorted(terms, key=lambda term: term.start)}
    ordered: list[Term] = []
    for term in latest.values():
        if not ordered or not _continues(ordered[-1], term):
            ordered.append(term)
    for term, following in pairwise(ordered):
        yield term, min(following.start, over)
    yield ordered[-1], over


def _continues(one: Term, term: Term) -> bool:
    """Whether a renewal changes nothing, as most do."""
    return replace(one, start=term.start) == term


def _split(agreement: Agreement, term: Term, gross: Fraction, end: int) -> Iterator[Span]:
    """Cut a term wherever its state or discount changes."""
    marks = {term.start, end, agreement.trial_until, term.cut_from, term.cut_until}
    debts = [debt for debt in agreement.debts if debt.paid_at is None or debt.paid_at > max(debt.due, term.start)]
    for debt in debts:
        marks |= {debt.due, debt.due + GRACE, debt.paid_at}
    cuts = sorted(mark for mark in marks if mark is not None and term.start <= mark <= end)
    for start, stop in pairwise(cuts):
        is_cut = term.cut_from <= start and (term.cut_until is None or start < term.cut_until)
        worth = gross - term.cut if is_cut else gross
        state = _state(agreement, term, debts, worth, start)
        net = worth if state in ("active", "past_due") else Fraction(0)
        yield Span(agreement.customer, agreement.currency, term.product, term.plan, start, stop, net, state,
                   agreement.asked_to_end_at, gross, min(gross, gross - worth))  # fmt: skip


def _state(agreement: Agreement, term: Term, debts: list[Debt], worth: Fraction, now: int) -> str:
    """The state from `now` on; the first that applies wins."""
    if agreement.trial_until is not None and now < agreement.trial_until:
        return "trial"
    if term.is_void:
        return "paused"
    if _owes(debts, now, GRACE):
        return "lapsed"
    if worth <= 0:
        return "free"
    return "past_due" if _owes(debts, now, 0) else "active"


def _owes(debts: Iterable[Debt], now: int, grace: int) -> bool:
    return any(debt.due + grace <= now and (debt.paid_at is None or now < debt.paid_at) for debt in debts)
