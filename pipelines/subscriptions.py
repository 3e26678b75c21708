"""The step `subscriptions`: mails every page that is due, each once, with the rights that its reader has then.

What was due while nothing ran is made up for by one mail, the newest; one that failed is tried again by the next run.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, text

from app.access import Viewer
from app.audited import Request, write_audit
from app.clock import wall
from app.dashboard import Dashboard
from app.errors import FellShort, NotPermitted, UsageError
from app.export.desk import Exports
from app.gallery import dashboards
from app.own.opened import opened
from app.settings import Settings
from app.subscriptions.stop import PLACE
from app.subscriptions.store import ONE, RUNNING, Subscription, is_id, read
from app.warehouse import Warehouse
from pipelines.job import Run, StepResult
from pipelines.job_outcome import told
from pipelines.letters import portal_url
from pipelines.mail import Mail, deliver
from pipelines.predict import worker_engine
from pipelines.recipients import ADDRESS, people
from pipelines.subscription_letter import goodbye, subscription_letter

DONE = text("select 1 from portal.subscription_due where subscription_id = cast(:id as uuid) and due_at = :due "
            "and result <> 'failed'")  # fmt: skip
NOTE = text(
    "insert into portal.subscription_due (subscription_id, due_at, result, error, done_at) "
    "values (cast(:id as uuid), :due, :result, :error, :now) on conflict (subscription_id, due_at) "
    "do update set result = excluded.result, error = excluded.error, done_at = excluded.done_at"
)
SHOWN = text("update portal.subscription set shown = :shown where subscription_id = cast(:id as uuid)")
PAUSE = text("update portal.subscription set stopped_at = :now, stopped_because = 'no right any more' "
             "where subscription_id = cast(:id as uuid)")  # fmt: skip


def subscriptions(run: Run) -> StepResult:
    """Sends what is due by the wall's clock.

    Its error names whom a mail could not reach; the others have theirs, and the next run tries again.
    """
    return send_due(run, wall())


def send_due(run: Run, now: datetime) -> StepResult:
    """Sends what is due at an instant."""
    engine = worker_engine(run.settings)
    results: dict[str, int] = {}
    failed: dict[str, str] = {}
    with closing(Warehouse(run.settings)) as warehouse:
        roles = {viewer.email.lower(): viewer for viewer in people(engine)}
        for each in all_running(engine):
            due = each.schedule.last_due(now)
            if due <= each.created_at or is_done(engine, each, due):
                continue
            viewer = roles.get(each.email.lower(), Viewer(each.email, (), ADDRESS))
            try:
                result, error = send(run.settings, engine, warehouse, viewer, each, due.isoformat()), None
            except Exception as problem:  # a defect in one person's page, too: the others must still be told
                result, error = "failed", told(problem)
                failed[f"{each.email}, {each.page}"] = error
            results[result] = results.get(result, 0) + 1
            with engine.begin() as connection:
                connection.execute(NOTE, {"id": each.subscription_id, "due": due, "result": result, "error": error,
                                          "now": wall()})  # fmt: skip
    short = None
    if failed:
        whom = " ".join(f"{name}: {why.rstrip('.')}." for name, why in failed.items())
        short = FellShort(f"{len(failed)} subscriptions could not be mailed. {whom} Expected each to be made and taken "
                          "by the mail server; the next run tries again.")  # fmt: skip
    return StepResult({**results, "failed": failed}, short)


def all_running(engine: Engine) -> list[Subscription]:
    """Every subscription that is not stopped, oldest first."""
    with engine.connect() as connection:
        return [read(row) for row in connection.execute(RUNNING).mappings()]


def named(engine: Engine, subscription_id: str) -> Subscription:
    """One subscription.

    Raises:
        UsageError: there is none of that id, or it is stopped.
    """
    if is_id(subscription_id):
        with engine.connect() as connection:
            row = connection.execute(ONE, {"id": subscription_id}).mappings().one_or_none()
        if row is not None and row["stopped_at"] is None:
            return read(row)
    raise UsageError(f"No subscription {subscription_id!r} runs. Expected an id of `plumbline subscription list`.")


def is_done(engine: Engine, each: Subscription, due: datetime) -> bool:
    with engine.connect() as connection:
        return connection.scalar(DONE, {"id": each.subscription_id, "due": due}) is not None


def send_now(settings: Settings, subscription_id: str) -> tuple[Subscription, str]:
    """Mails one that somebody asks for, whatever its schedule.

    Returns:
        It, and what came of it: sent or no_right.

    Raises:
        UsageError: none of that id runs.
        FellShort: the mail server did not take it.
    """
    engine = worker_engine(settings)
    each = named(engine, subscription_id)
    mine = (viewer for viewer in people(engine) if viewer.email.lower() == each.email.lower())
    viewer = next(mine, Viewer(each.email, (), ADDRESS))
    with closing(Warehouse(settings)) as warehouse:
        return each, send(settings, engine, warehouse, viewer, each, f"asked {wall().isoformat()}", is_asked=True)


def send(settings: Settings, engine: Engine, warehouse: Warehouse, viewer: Viewer, each: Subscription, key: str,
         *, is_asked: bool = False) -> str:  # fmt: skip
    """Mails one page to whom it is for, as they may see it now.

    Args:
        settings: of this home.
        engine: connects as `plumbline_worker`.
        warehouse: what is read.
        viewer: whose it is, with the roles of this moment.
        each: what they subscribed to.
        key: tells this mail from others of the subscription.
        is_asked: somebody asks for it now, whether anything changed or not.

    Returns:
        sent, unchanged or no_right.

    Raises:
        FellShort: the mail server did not take it.
    """
    page = dashboards().get(each.page)
    dashboard = as_subscribed(warehouse, viewer, page, each)
    if dashboard is None:
        _deliver(settings, engine, goodbye(each, page.title if page else each.page, settings,
                                           f"{each.subscription_id} stopped"))  # fmt: skip
        with engine.begin() as connection:
            connection.execute(PAUSE, {"id": each.subscription_id, "now": wall()})
            _note(connection, viewer, each, "no_right")
        return "no_right"
    reading, choice = Exports(warehouse).reading(viewer, dashboard, each.parameters)
    stop = f"{portal_url(settings)[:-1]}{PLACE}/{warehouse.subscriptions.token(each.subscription_id)}"
    letter = subscription_letter(each, dashboard, reading, choice, settings, key=f"{each.subscription_id} {key}",
                                 stop=stop)  # fmt: skip
    if each.only_changed and letter.shown == each.shown and not is_asked:
        return "unchanged"
    _deliver(settings, engine, letter.mail)
    with engine.begin() as connection:
        connection.execute(SHOWN, {"id": each.subscription_id, "shown": letter.shown})
        _note(connection, viewer, each, "sent")
    return "sent"


def as_subscribed(warehouse: Warehouse, viewer: Viewer, page: Dashboard | None, each: Subscription) -> Dashboard | None:
    """The page, or the one report or dashboard of it that was subscribed to; None where it is none of theirs now."""
    if page is None or not page.may_open(viewer.roles):
        return None
    try:
        return opened(warehouse, viewer, page, each.parameters)
    except NotPermitted:
        return None


def _note(connection: Any, viewer: Viewer, each: Subscription, result: str) -> None:
    told_of: Mapping[str, Any] = {"subscription": each.subscription_id, "page": each.page, "result": result}
    write_audit(connection, viewer, Request("mail subscription", (), None, told_of))


def _deliver(settings: Settings, engine: Engine, mail: Mail) -> None:
    """Sends a mail that was not sent before.

    Raises:
        FellShort: it could not be sent.
    """
    if error := deliver(settings, engine, mail):
        raise FellShort(error)
