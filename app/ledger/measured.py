"""All success measures for somebody: the ledger, the reconciliation and which answers are there, read at once."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from app.access import ROLES, Viewer
from app.business_questions import QUESTIONS
from app.compile import marts_of
from app.errors import NotBuilt, NotPermitted
from app.ledger import measures as m
from app.ledger.entries import ENGINEER, Entry, entries
from app.metrics import catalogue
from app.reconciliation import FIGURES, reconcile

if TYPE_CHECKING:
    from app.warehouse import Warehouse

KEYS = tuple(m.LABELS)


def measured(warehouse: Warehouse, viewer: Viewer, now: datetime) -> tuple[m.Measure, ...]:
    """R1 to R5, in this order.

    Args:
        warehouse: where it is read.
        viewer: who looks: R4 is read with their rights, the ledger without names.
        now: wall time, up to which the ledger is read.
    """
    weeks = m.Weeks(now, warehouse.settings.timezone)
    found = ledger_of(warehouse, viewer, weeks)
    lines, why = lines_of(warehouse, viewer)
    ready = ready_answers(warehouse)
    return (
        m.time_to_insight(found, weeks, warehouse.ledger.before()),
        m.self_served(found, weeks, ready, len(QUESTIONS)),
        m.own_reports(found, weeks),
        m.unexplained(lines, warehouse.ledger.signed(weeks.since, now), weeks, why),
        m.engineer_time(found, weeks),
    )


def ledger_of(warehouse: Warehouse, viewer: Viewer, weeks: m.Weeks) -> tuple[Entry, ...]:
    """The questions of thirteen weeks."""
    return entries(warehouse.ledger.steps(viewer, weeks.since, weeks.now), weeks.now)


def ready_answers(warehouse: Warehouse) -> int:
    """How many of the questions of the business have an answer that is built and that somebody who is no engineer may
    open.
    """
    known, business = catalogue(), [Viewer("", (role,)) for role in ROLES if role != ENGINEER]

    def is_open(viewer: Viewer, metric: str) -> bool:
        return all(warehouse.may_read(viewer, mart) for mart in marts_of(known[metric], known))

    return sum(any(is_open(viewer, question.metric) for viewer in business) for question in QUESTIONS)


def lines_of(warehouse: Warehouse, viewer: Viewer) -> tuple[list[m.Line], str]:
    """Every claim of the reconciliation as it stands; why there is none, where there is none."""
    lines = []
    for figure in FIGURES:
        try:
            found = reconcile(warehouse, viewer, figure)
        except NotPermitted:
            return [], "The reconciliation is not in your role."
        except NotBuilt:
            return [], "The reconciliation has not been built yet."
        lines += [
            m.Line(figure, claim.department, claim.claimed, claim.certified, claim.unexplained)
            for claim in found.known
            if claim.claimed is not None
        ]
    return lines, ""
