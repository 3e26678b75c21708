"""What each stream of SendGrid must hold, by the company's own books: the keys, and an amount to add up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pipelines.sandbox.company.simulation import Company

Sums = Iterator[tuple[tuple[object, ...], int | None]]


def _bodies(company: Company, kind: str) -> Iterator[Any]:
    for held in company.book.objects.values():
        if (held.vendor, held.kind) == ("sendgrid", kind):
            yield held.body


def _rows(kind: str, keys: tuple[str, ...], amount: str = "") -> Callable[[Company], Sums]:
    """One row for each object, named by these fields of it."""

    def rows(company: Company) -> Sums:
        for body in _bodies(company, kind):
            yield tuple(body[key] for key in keys), body[amount] if amount else None

    return rows


def _counted(figures: Mapping[str, int]) -> int:
    """What a row of figures adds to its stream's sum."""
    return figures["delivered"] + figures["opens"] + figures["clicks"]


def _days(company: Company) -> Sums:
    for body in _bodies(company, "singlesend_day"):
        yield (body["id"], body["ab_variation"], body["ab_phase"], body["aggregation"]), _counted(body["stats"])


def _totals(company: Company) -> Sums:
    """Every single send that went out has figures in all, of all its variations and phases."""
    totals = {body["id"]: 0 for body in _bodies(company, "singlesend") if body["status"] == "triggered"}
    for body in _bodies(company, "singlesend_day"):
        totals[body["id"]] += _counted(body["stats"])
    for send, total in totals.items():
        yield (send, "all", "all"), total


def _mail(company: Company) -> Sums:
    for body in _bodies(company, "mail_day"):
        yield (body["date"],), body["metrics"]["requests"]


LISTED = ("email", "created")
ROWS: Mapping[str, Callable[[Company], Sums]] = {
    "singlesends": _rows("singlesend", ("id",)),
    "singlesend_stats": _totals,
    "singlesend_days": _days,
    "lists": _rows("list", ("id",), "contact_count"),
    "contacts": _rows("contact", ("id",)),
    "bounces": _rows("bounce", LISTED, "created"),
    "blocks": _rows("block", LISTED, "created"),
    "spam_reports": _rows("spam_report", LISTED, "created"),
    "invalid_emails": _rows("invalid_email", LISTED, "created"),
    "unsubscribes": _rows("unsubscribe", LISTED, "created"),
    "suppression_groups": _rows("group", ("id",), "unsubscribes"),
    "group_suppressions": _rows("group_suppression", ("email", "group_id"), "created_at"),
    "mail_days": _mail,
}
