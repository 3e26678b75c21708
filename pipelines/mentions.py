"""The step `mentions`: mails whom a comment mentions, once, with the figure as they may see it then.

Who may not see the figure any more gets nothing; what was taken back before it went out is not sent. A mail that failed
is tried again by the next run, for days; then it is given up, and the thread says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Engine, RowMapping, text

from app.access import Viewer
from app.audited import Request, write_audit
from app.clock import as_of, wall
from app.counting import counted
from app.errors import FellShort, NotBuilt, NotPermitted, QuestionError
from app.metrics import Question, catalogue
from app.settings import Settings
from app.ui import format as f
from app.ui.comment_words import address
from app.ui.drill_words import subject
from app.ui.exactly import exact
from app.ui.reading import as_float, read_at, shift
from app.warehouse import Warehouse
from pipelines.charts import sign_picture
from pipelines.job import Run, StepResult
from pipelines.job_outcome import told
from pipelines.letters import SIGN, data_line, portal_url, render
from pipelines.mail import Mail, Picture, deliver
from pipelines.predict import worker_engine
from pipelines.recipients import ADDRESS, people

WAITING = text(
    "select comment_id::text, mention.email, words, written_by, coalesce(person.name, written_by) as author, "
    "written_at, shown_value, taken_back_at, thread_id::text, metric, month, filters, done_at as failed_since "
    "from portal.comment_mention as mention join portal.comment using (comment_id) "
    "join portal.comment_thread using (thread_id) left join portal.person on person.email = lower(written_by) "
    "where result is null order by written_at, mention.email"
)
PATIENCE = timedelta(days=3)
"""As long as a mail server may be away; what still fails so long after it was tried first is a defect, and would fail
for ever. It does not count from when it was written: a scheduler that was off for days has not tried.
"""
DONE = text(
    "update portal.comment_mention set result = :result, error = :error, "
    "done_at = case when cast(:result as text) is null then coalesce(done_at, :at) else :at end "
    "where comment_id = cast(:comment as uuid) and email = :email"
)
"""While there is no result, `done_at` is when it failed first."""


def mentions(run: Run) -> StepResult:
    """Sends what waits. Its error names whom a mail could not reach; the others have theirs."""
    engine = worker_engine(run.settings)
    with engine.connect() as connection:
        waiting = connection.execute(WAITING).mappings().all()
    if not waiting:
        return StepResult({"failed": {}})
    results: dict[str, int] = {}
    failed: list[tuple[RowMapping, str, bool]] = []
    with closing(Warehouse(run.settings)) as warehouse:
        known = {viewer.email.lower(): viewer for viewer in people(engine)}
        for row in waiting:
            viewer = known.get(row["email"].lower(), Viewer(row["email"], (), ADDRESS))
            result: str | None
            try:
                result, error = send(run.settings, engine, warehouse, viewer, row), None
            except Exception as problem:  # a defect in one person's mail, too: the others must still be told
                is_lost = row["failed_since"] is not None and wall() - row["failed_since"] > PATIENCE
                result, error = "given_up" if is_lost else None, told(problem)
                failed.append((row, error, is_lost))
            if result is not None:
                results[result] = results.get(result, 0) + 1
            _note(engine, viewer, row, result, error)
    detail = {f"{row['email']}, comment {row['comment_id']}": error for row, error, _ in failed}
    return StepResult({**results, "failed": detail}, _short(failed) if failed else None)


def _short(failed: Sequence[tuple[RowMapping, str, bool]]) -> FellShort:
    """What failed, for whom and why, and what becomes of it: (mention, why, whether it is given up)."""
    lost = sum(is_lost for *_, is_lost in failed)
    whom = " ".join(dict.fromkeys(f"{row['email']}: {why.rstrip('.')}." for row, why, _ in failed))
    said = f"{counted(len(failed), 'mention')} could not be mailed. {whom} Expected the mail server to take each."
    if waiting := len(failed) - lost:
        said += f" The next runs try {counted(waiting, 'mention')} again, for {PATIENCE.days} days from its first try."
    if lost:
        said += f" Given up after {PATIENCE.days} days: {counted(lost, 'mention')}, as its thread says."
    return FellShort(said)


def send(settings: Settings, engine: Engine, warehouse: Warehouse, viewer: Viewer, row: RowMapping) -> str:
    """Mails one mention, as its reader may see the figure now.

    Returns:
        sent, no_right or taken_back.

    Raises:
        FellShort: the mail server did not take it.
        NotBuilt, WarehouseDown: nobody can say now whether they may see it.
    """
    if row["taken_back_at"] is not None:
        return "taken_back"
    if row["metric"] not in catalogue():
        return "no_right"
    if not warehouse.comments.may_see(viewer, row["metric"]):
        if not warehouse.comments.can_say_who(row["metric"]):
            raise NotBuilt(f"{row['metric']} is not built, so that nobody may see it now. Expected its mart.")
        return "no_right"
    try:
        mail = letter(settings, warehouse, viewer, row)
    except NotPermitted:  # a right that was taken away just now
        return "no_right"
    if error := deliver(settings, engine, mail):
        raise FellShort(error)
    return "sent"


def letter(settings: Settings, warehouse: Warehouse, viewer: Viewer, row: RowMapping) -> Mail:
    """The mail: the figure as it is now and was then, the words, and a link to the place.

    Raises:
        NotPermitted: the figure is not this reader's to see.
    """
    metric, month = catalogue()[row["metric"]], row["month"]
    where = tuple((str(name), str(value)) for name, value in row["filters"])
    said, now = subject(metric, month, where), figure_of(settings, warehouse, viewer, metric.name, month, where)
    then = as_float(row["shown_value"])
    lead = f"{said} is not known." if now is None else f"{said} stands at {exact(now, metric.unit)}."
    if then is not None and now is not None and exact(then, metric.unit) != exact(now, metric.unit):
        lead += f" It was {exact(then, metric.unit)} when this was written."
    content: dict[str, Any] = {
        "subject": f"{row['author']} mentions you: {said}",
        "title": f"{row['author']} mentions you",
        "lead": lead,
        "author": row["author"],
        "written": f.clock_time(row["written_at"], settings.timezone),
        "lines": row["words"].split("\n"),
        "foot": [data_line(warehouse.progress.data_until(), settings)],
        "portal": portal_url(settings, address(metric.name, month, where)[1:]),
    }
    plain, html = render("mention", content)
    return Mail("mention", viewer.email, row["comment_id"], str(content["subject"]), plain, html,
                (Picture(SIGN.cid, sign_picture()),))  # fmt: skip


def figure_of(settings: Settings, warehouse: Warehouse, viewer: Viewer, metric: str, month: date,
              where: tuple[tuple[str, str], ...]) -> float | None:  # fmt: skip
    """The figure as this reader may see it now; None where there is none."""
    if catalogue()[metric].kind == "cohort":
        return None
    question = Question(metric, since=month, until=shift(month, 1) - timedelta(days=1), where=where,
                        include_partial=True)  # fmt: skip
    at = read_at(as_of(settings), warehouse.progress.data_until())
    try:
        found = warehouse.answer(viewer, question, as_of=at)
    except (QuestionError, NotBuilt):
        return None
    values = [as_float(each.value) for each in found.frame.itertuples()]
    return values[0] if len(values) == 1 else None


def _note(engine: Engine, viewer: Viewer, row: RowMapping, result: str | None, error: str | None) -> None:
    values = {"result": result, "error": error, "at": wall(), "comment": row["comment_id"], "email": row["email"]}
    with engine.begin() as connection:
        connection.execute(DONE, values)
        write_audit(connection, viewer, Request("mail mention", (), row["metric"], {"comment": row["comment_id"]}),
                    outcome={"sent": "ok", None: "failed", "given_up": "failed"}.get(result, "refused"))  # fmt: skip
