"""The steps `alert` and `report`: raise what deserves attention, and tell the people it concerns, once.

Who is told is settled person by person: a mail that failed is tried again on the next run, one that went out is
never sent again, whatever happens between.
"""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

from sqlalchemy import Engine

from app.access import Viewer
from app.errors import NotBuilt, NotPermitted
from app.warehouse import Warehouse
from pipelines.alert_letter import alert_letter
from pipelines.alerts import Alert, close_mailed, note_mailed, raise_alerts, unmailed
from pipelines.daily_report import report_letter
from pipelines.findings import NEWS_DAYS, find_all, reading_of
from pipelines.job import Run, StepResult
from pipelines.mail import deliver
from pipelines.predict import worker_engine
from pipelines.recipients import concerns, for_viewer, people


def alert(run: Run) -> StepResult:
    """Raises alerts for what is odd, missed, late or broken, and mails them to whom they concern."""
    engine = worker_engine(run.settings)
    with closing(Warehouse(run.settings)) as warehouse:
        findings = find_all(run, engine, reading_of(warehouse, run))
        raised = raise_alerts(engine, findings, run.as_of)
        waiting = unmailed(engine, run.as_of - timedelta(days=NEWS_DAYS))
        told: set[str] = set()
        failed: dict[str, str] = {}
        for viewer in people(engine):
            error = _tell(run, engine, warehouse, viewer, waiting)
            if error:
                failed[viewer.email] = error
            elif for_viewer(waiting, viewer):
                told.add(viewer.email)
        _close_told(engine, waiting, people(engine), failed)
    return StepResult({"found": len(findings), "raised": raised, "mailed_to": sorted(told), "failed": failed})


def report(run: Run) -> StepResult:
    """Mails the six figures to each executive, once a business day."""
    engine = worker_engine(run.settings)
    sent: list[str] = []
    failed: dict[str, str] = {}
    with closing(Warehouse(run.settings)) as warehouse:
        for viewer in people(engine):
            if "executive" not in viewer.roles:
                continue
            try:
                letter = report_letter(reading_of(warehouse, run, viewer), run.settings)
            except (NotBuilt, NotPermitted) as error:
                failed[viewer.email] = str(error)
                continue
            error_text = deliver(run.settings, engine, letter)
            if error_text:
                failed[viewer.email] = error_text
            else:
                sent.append(viewer.email)
    return StepResult({"sent_to": sent, "failed": failed})


def _tell(run: Run, engine: Engine, warehouse: Warehouse, viewer: Viewer, waiting: list[Alert]) -> str | None:
    """Mails one person what is new to them; gives what went wrong, or None."""
    mine = for_viewer(waiting, viewer)
    letter = alert_letter(mine, reading_of(warehouse, run, viewer), run.settings) if mine else None
    if letter is None:
        return None
    mail, told = letter
    error = deliver(run.settings, engine, mail)
    if error is None:
        note_mailed(engine, told, viewer.email)
    return error


def _close_told(engine: Engine, waiting: list[Alert], viewers: list[Viewer], failed: dict[str, str]) -> None:
    """Closes the alerts that concern somebody and that nobody concerned still waits for."""
    done = []
    for each in waiting:
        concerned = [viewer.email for viewer in viewers if concerns(each, viewer)]
        if concerned and not any(email in failed for email in concerned):
            done.append(each)
    close_mailed(engine, done)
