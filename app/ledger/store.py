"""The question ledger's own tables, on behalf of who looks: questions handed to people, and what one took before.

Whoever hands a question over sees their own with its answer; analysts and engineers see what waits for them. Each act
leaves a row in the audit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, text

from app.access import Viewer
from app.audited import AuditedReads, Request, write_audit
from app.clock import wall
from app.connections import Connections
from app.errors import NotPermitted, UsageError
from app.ledger.entries import ENGINEER
from app.ledger.links import page_of
from app.ledger.measures import WRITERS, Baseline, Signed
from app.ledger.steps import Step, steps
from app.secrets import PORTAL
from app.written import is_line

READERS = ("executive", "analyst")
"""Who sees what others asked, by their roles and without their names."""
LONGEST, MOST_MINUTES, MOST_OPEN = 1000, 2400, 50
COLUMNS = ("question_id::text, asked_by, asked_roles, asked_at, words, to_role, answered_by, answered_role, "
           "answered_at, answer, link, minutes")  # fmt: skip
THEIRS = text(f"select {COLUMNS} from portal.asked_question where lower(asked_by) = lower(:email) "
              "order by asked_at desc, question_id limit 20")  # fmt: skip
WAITING = text(f"select {COLUMNS} from portal.asked_question where answered_at is null order by asked_at, question_id")
ASK = text("insert into portal.asked_question (question_id, asked_by, asked_roles, asked_at, words, to_role) "
           "values (:id, :by, :roles, :at, :words, :to)")  # fmt: skip
IN_TURN = text("select pg_advisory_xact_lock(hashtext('plumbline questions of ' || lower(:email)))")
"""One person's two windows, one after the other: both could count one fewer than may wait."""
WAIT = text("select count(*) from portal.asked_question where lower(asked_by) = lower(:email) and answered_at is null")
ANSWER = text("""
    update portal.asked_question
    set answered_by = :by, answered_role = :role, answered_at = :at, answer = :answer, link = :link, minutes = :minutes
    where question_id = :id and answered_at is null
""")
BEFORE = text("select hours, said_by, said_on from portal.measure_baseline where measure = 'R1' "
              "order by baseline_id desc limit 1")  # fmt: skip
SAY = text("insert into portal.measure_baseline (measure, hours, said_by, said_on, entered_by, entered_at) "
           "values ('R1', :hours, :said_by, :said_on, :by, :at)")  # fmt: skip
SIGNED = text("select signed_at, unexplained from portal.claim_signature where signed_at between :since and :now")


@dataclass(frozen=True)
class Handed:
    """A question that somebody handed to people, and its answer where there is one."""

    question_id: str
    asked_by: str
    asked_roles: tuple[str, ...]
    asked_at: datetime
    words: str
    to_role: str
    answered_by: str | None
    answered_role: str | None
    answered_at: datetime | None
    answer: str | None
    link: str | None
    minutes: int | None


class Ledger:
    """Reads and writes as the portal's login."""

    def __init__(self, connections: Connections, reads: AuditedReads) -> None:
        self._connections, self._reads = connections, reads

    def ask(self, viewer: Viewer, words: str, to_role: str) -> str:
        """Hands a question to analysts or engineers; gives its id.

        Raises:
            UsageError: no words, too many of them, no such role to ask, or too many of theirs wait already.
        """
        said = _said(words, "A question")
        if to_role not in WRITERS:
            raise UsageError(f"Nobody is asked as {to_role!r}. Expected one of: {', '.join(WRITERS)}. Choose whom.")
        row = {"id": uuid4(), "by": viewer.email, "roles": list(viewer.roles), "at": wall(), "words": said,
               "to": to_role}  # fmt: skip
        with self._connections.open(PORTAL) as connection:
            connection.execute(IN_TURN, {"email": viewer.email})
            if int(connection.scalar(WAIT, {"email": viewer.email}) or 0) >= MOST_OPEN // 5:
                raise UsageError(f"{MOST_OPEN // 5} questions of yours wait already. Wait for an answer first.")
            connection.execute(ASK, row)
            write_audit(connection, viewer, Request("ask people", (), None, {"asked": str(row["id"]), "to": to_role}))
        return str(row["id"])

    def answer(self, viewer: Viewer, question_id: str, answer: str, minutes: int, link: str = "", *,
               pages: Collection[str] = (), own: Callable[[], str] = str) -> None:  # fmt: skip
        """Answers a question that was handed to people, once.

        Args:
            viewer: an analyst or an engineer.
            question_id: which.
            answer: in words.
            minutes: of work that it took, 1 to 2400.
            link: a page of the portal that answers it, such as /finance?month=October+2026; may be empty.
            pages, own: the pages there are and what gives the portal's own address, as `page_of` takes them.

        Raises:
            NotPermitted: they are neither.
            UsageError: no words, no such time, no page of the portal, or it is answered already.
        """
        mine = [role for role in WRITERS if role in viewer.roles]
        if not mine:
            self._reads.note(viewer, "answer question", "refused", asked=question_id[:64])
            raise NotPermitted(
                "Questions are answered by analysts and engineers. Found the roles "
                f"{', '.join(viewer.roles) or 'none'}. Ask one of those."
            )
        said = _said(answer, "An answer")
        if not 1 <= minutes <= MOST_MINUTES:
            raise UsageError(f"An answer does not take {minutes} minutes. Expected 1 to {MOST_MINUTES}. Write those.")
        page = page_of(link, pages, own)
        row = {"id": _uuid(question_id), "by": viewer.email, "role": ENGINEER if ENGINEER in mine else mine[0],
               "at": wall(), "answer": said, "link": page or None, "minutes": minutes}  # fmt: skip
        with self._connections.open(PORTAL) as connection:
            done = bool(connection.execute(ANSWER, row).rowcount)
            write_audit(connection, viewer, Request("answer question", (), None, {"asked": question_id[:64],
                        "minutes": minutes}), outcome="ok" if done else "refused")  # fmt: skip
        if not done:
            raise UsageError("This question is answered already, or was never asked. Look at the page again.")

    def mine(self, viewer: Viewer) -> tuple[Handed, ...]:
        """The last twenty that this person handed to people, newest first."""
        with self._connections.ask(PORTAL) as connection:
            return tuple(_handed(row) for row in connection.execute(THEIRS, {"email": viewer.email}))

    def waiting(self, viewer: Viewer) -> tuple[Handed, ...]:
        """What waits for an answer: those asked of a role of the viewer's first; none for whoever answers none."""
        if not set(viewer.roles) & set(WRITERS):
            return ()
        with self._connections.ask(PORTAL) as connection:
            found = [_handed(row) for row in connection.execute(WAITING)]
        return tuple(sorted(found, key=lambda each: each.to_role not in viewer.roles))[:MOST_OPEN]

    def say_before(self, viewer: Viewer, hours: float, said_by: str, said_on: date) -> None:
        """Notes what an ad-hoc question took before, as somebody of the company says; what was noted before stays.

        Raises:
            UsageError: no time, no name, or a day ahead.
        """
        name = " ".join(said_by.split())
        if not 0 < hours <= 10_000:
            raise UsageError(f"{hours} hours are no time. Expected more than 0 and at most 10,000. Give the hours.")
        if not is_line(name, 120):
            raise UsageError("Nobody is named. Expected who says so, in 1 to 120 characters. Give the name.")
        if said_on > wall().date():
            raise UsageError(f"{said_on} lies ahead. Expected the day on which {name} said so.")
        row = {"hours": hours, "said_by": name, "said_on": said_on, "by": viewer.email, "at": wall()}
        with self._connections.open(PORTAL) as connection:
            connection.execute(SAY, row)
            write_audit(connection, viewer, Request("say what it took before", (), None, {"hours": hours, "by": name}))

    def before(self) -> Baseline | None:
        """What an ad-hoc question took before, as it was entered last; None where nobody did."""
        with self._connections.ask(PORTAL) as connection:
            row = connection.execute(BEFORE).first()
        return Baseline(float(row.hours), row.said_by, row.said_on) if row else None

    def steps(self, viewer: Viewer, since: datetime, now: datetime) -> tuple[Step, ...]:
        """Every step of everybody in that time; that it was read is audited.

        Raises:
            NotPermitted: the viewer is neither an executive nor an analyst.
        """
        if not set(viewer.roles) & set(READERS):
            self._reads.note(viewer, "read ledger", "refused")
            raise NotPermitted(
                f"The ledger is read by {' and '.join(READERS)}. Found the roles {', '.join(viewer.roles) or 'none'}. "
                "Ask one of those."
            )
        with self._connections.open(PORTAL) as connection:
            found = steps(connection, since, now)
            write_audit(connection, viewer, Request("read ledger", (), None, {"since": since}), row_count=len(found))
        return found

    def signed(self, since: datetime, now: datetime) -> tuple[Signed, ...]:
        """The signatures under lines of the reconciliation in that time."""
        with self._connections.ask(PORTAL) as connection:
            return tuple(Signed(*row) for row in connection.execute(SIGNED, {"since": since, "now": now}))

    @contextmanager
    def metric(self, viewer: Viewer, name: str) -> Iterator[None]:
        """Notes that somebody asks for a metric by its name, and whether they were answered."""
        outcome = "failed"
        try:
            yield
            outcome = "ok"
        except NotPermitted:
            outcome = "refused"
            raise
        finally:
            self._reads.note(viewer, "ask metric", outcome, metric=name)


def _said(words: str, what: str) -> str:
    """Words as they are kept.

    Raises:
        UsageError: there are none, or too many.
    """
    said = words.replace("\x00", "").strip()
    if not said or len(said) > LONGEST:
        raise UsageError(f"{what} needs 1 to {LONGEST} characters; found {len(said)}. Write it in words.")
    return said


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise UsageError("This is no question that was asked. Look at the page again.") from None


def _handed(row: Row[Any]) -> Handed:
    return Handed(row[0], row[1], tuple(row[2]), *row[3:])
