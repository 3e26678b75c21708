"""The step `mentions`: mails whom a comment mentions, once, with the figure as they may see it then.

Who may not see the figure any more gets nothing; what was taken back before it went out is not sent. A mail that failed
is tried again by the next run.
"""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Engine, RowMapping, text

from app.access import Viewer
from app.audited import Request, write_audit
from app.clock import as_of, wall
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
    "written_at, shown_value, taken_back_at, thread_id::text, metric, month, filters "
    "from portal.comment_mention as mention join portal.comment using (comment_id) "
    "join portal.comment_thread using (thread_id) left join portal.person on person.email = lower(written_by) "
    "where result is null order by written_at, mention.email"
)
PATIENCE = timedelta(days=3)
"""As long as a mail server may be away; what still fails then is a defect, and would fail for ever."""
DONE = text(
    "update portal.comment_mention set result = :result, error = :error, done_at = :at "
    "where comment_id = cast(:comment as uuid) and email = :email"
)


def mentions(run: Run) -> StepResult:
    """Sends what waits. Its error names whom a mail could not reach; the others have theirs."""
    engine = worker_engine(run.settings)
    with engine.connect() as connection:
        waiting = connection.execute(WAITING).mappings().all()
    if not waiting:
        return StepResult({"failed": {}})
    results: dict[str, int] = {}
    failed: dict[str, str] = {}
    with closing(Warehouse(run.settings)) as warehouse:
        known = {viewer.email.lower(): viewer for viewer in people(engine)}
        for row in waiting:
            viewer = known.get(row["email"].lower(), Viewer(row["email"], (), ADDRESS))
            result: str | None
            try:
                result, error = send(run.settings, engine, warehouse, viewer, row), None
            except Exception as problem:  # a defect in one person's mail, too: the others must still be told
                result, error = "given_up" if wall() - row["written_at"] > PATIENCE else None, told(problem)
                failed[row["email"]] = error
            results[result or "failed_now"] = results.get(result or "failed_now", 0) + 1
            _note(engine, viewer, row, result, error)
    results.pop("failed_now", None)
    short = None
    if failed:
        whom = " ".join(f"{name}: {why.rstrip('.')}." for name, why in failed.items())
        short = FellShort(f"{len(failed)} mentions could not be mailed. {whom} Expected the mail server to take them; "
                          f"the next runs try again, until {PATIENCE.days} days after it was written.")  # fmt: skip
    return StepResult({**results, "failed": failed}, short)


def send(settings: Settings, engine: Engine, warehouse: Warehouse, viewer: Viewer, row: RowMapping) -> str:
    """Mails one mention, as its reader may see the figure now.

    Returns:
        sent, no_right or taken_back.

    Raises:
        FellShort: the mail server did not take it.
    """
    if row["taken_back_at"] is not None:
        return "taken_back"
    if row["metric"] not in catalogue() or not warehouse.comments.may_see(viewer, row["metric"]):
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
