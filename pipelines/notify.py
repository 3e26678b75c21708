"""The steps `alert` and `report`: raise what deserves attention, and tell the people it concerns, once.

Who is told is settled person by person: a mail that failed is tried again on the next run, one that went out is
never sent again, whatever happens between. A step that could not mail somebody has failed, after all else was done.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta

from sqlalchemy import Engine

from app.access import Viewer
from app.errors import FellShort
from app.warehouse import Warehouse
from pipelines.alert_letter import alert_letter
from pipelines.alerts import Alert, close_mailed, note_mailed, raise_alerts, unmailed
from pipelines.daily_report import report_letter
from pipelines.findings import NEWS_DAYS, find_all, reading_of
from pipelines.job import Run, StepResult
from pipelines.job_outcome import told
from pipelines.mail import Mail, deliver
from pipelines.predict import worker_engine
from pipelines.recipients import audience, concerns, for_viewer, people


def alert(run: Run) -> StepResult:
    """Raises alerts for what is odd, missed, late, broken or failed, and mails them to whom they concern.

    Its error names whom a mail could not reach; what could be raised, mailed and recorded was, and the next run tries
    the rest again.
    """
    engine = worker_engine(run.settings)
    with closing(Warehouse(run.settings)) as warehouse:
        found = find_all(run, engine, reading_of(warehouse, run))
        raised = raise_alerts(engine, found.findings, run.as_of)
        waiting, viewers = unmailed(engine, run.as_of - timedelta(days=NEWS_DAYS)), people(engine)
        mailed: list[str] = []
        failed: dict[str, str] = {}
        for viewer in viewers:
            try:
                if _tell(run, engine, warehouse, viewer, waiting):
                    mailed.append(viewer.email)
            except Exception as error:  # a defect in one person's mail, too: the others must still be told
                failed[viewer.email] = told(error)
        _close_told(engine, waiting, viewers, failed)
    detail: dict[str, object] = {
        "found": len(found.findings), "raised": raised, "mailed_to": mailed, "failed": failed,
    }  # fmt: skip
    if found.not_computed:
        detail["not_computed"] = found.not_computed
    unheard = [each for each in waiting if not any(concerns(each, viewer) for viewer in viewers)]
    if unheard:
        detail["nobody_to_mail"] = (
            f"{len(unheard)} of the open alerts concern nobody, such as {unheard[0].headline!r}. Expected somebody "
            f"active with the role {audience(unheard[0])}. Give somebody the role; the next run mails them."
        )
    return StepResult(detail, _unreached(failed, len(mailed)))


def report(run: Run) -> StepResult:
    """Mails the six figures to each executive, once a business day; errors as those of `alert`."""
    engine = worker_engine(run.settings)
    sent: list[str] = []
    failed: dict[str, str] = {}
    executives = [viewer for viewer in people(engine) if "executive" in viewer.roles]
    with closing(Warehouse(run.settings)) as warehouse:
        for viewer in executives:
            try:
                _send(run, engine, report_letter(reading_of(warehouse, run, viewer), run.settings))
                sent.append(viewer.email)
            except Exception as error:  # as in `alert`
                failed[viewer.email] = told(error)
    detail: dict[str, object] = {"sent_to": sent, "failed": failed}
    if not executives:
        detail["nobody_to_mail"] = "Nobody active has the role executive, so there is nobody to mail the report to."
    return StepResult(detail, _unreached(failed, len(sent)))


def _tell(run: Run, engine: Engine, warehouse: Warehouse, viewer: Viewer, waiting: list[Alert]) -> bool:
    """Mails one person what is new to them; whether there was something.

    Raises:
        FellShort: the mail could not be sent.
    """
    mine = for_viewer(waiting, viewer)
    letter = alert_letter(mine, reading_of(warehouse, run, viewer), run.settings) if mine else None
    if letter is None:
        return False
    mail, told_of = letter
    _send(run, engine, mail)
    note_mailed(engine, told_of, viewer.email)
    return True


def _send(run: Run, engine: Engine, mail: Mail) -> None:
    """Sends a mail that was not sent before.

    Raises:
        FellShort: it could not be sent.
    """
    error = deliver(run.settings, engine, mail)
    if error:
        raise FellShort(error)


def _unreached(failed: Mapping[str, str], reached: int) -> FellShort | None:
    """What a step that could not mail everybody ends with: whom, and why."""
    if not failed:
        return None
    whom = " ".join(f"{email}: {why.rstrip('.')}." for email, why in failed.items())
    return FellShort(
        f"{len(failed)} of {len(failed) + reached} mails could not be sent. {whom} Expected each to be composed and "
        "taken by the mail server. See PLUMBLINE_SMTP_HOST and its kin; the next run tries again."
    )


def _close_told(engine: Engine, waiting: list[Alert], viewers: list[Viewer], failed: dict[str, str]) -> None:
    """Closes the alerts that concern somebody and that nobody concerned still waits for."""
    done = []
    for each in waiting:
        concerned = [viewer.email for viewer in viewers if concerns(each, viewer)]
        if concerned and not any(email in failed for email in concerned):
            done.append(each)
    close_mailed(engine, done)
