"""Statements of the comments' tables, and their rows as threads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, RowMapping, text

from app.comments.thread import Comment, Person, Thread, Where

MOST = 500
"""So many open threads are kept at hand, the newest."""
FIELDS = "thread_id::text, metric, month, filters, page, began_by, resolved_by, resolved_at"
OPEN = text(f"select {FIELDS} from portal.comment_thread where resolved_at is null order by began_at desc limit {MOST}")
ON = text(
    f"select {FIELDS} from portal.comment_thread where metric = :metric and month = :month "
    "and filters = cast(:filters as jsonb) order by began_at"
)
ONE = text(f"select {FIELDS} from portal.comment_thread where thread_id = cast(:thread as uuid)")
OF = text(
    "select thread_id::text, comment_id::text, written_by, coalesce(name, written_by) as name, words, shown_value, "
    "written_at, taken_back_at, array(select coalesce(whom.name, mention.email) "
    "from portal.comment_mention as mention left join portal.person as whom on whom.email = lower(mention.email) "
    "where mention.comment_id = comment.comment_id and mention.result = 'given_up' order by 1) as unmailed "
    "from portal.comment left join portal.person on email = lower(written_by) "
    "where thread_id = any(cast(:threads as uuid[])) order by written_at, comment_id"
)
BEGIN = text(
    "insert into portal.comment_thread (thread_id, metric, month, filters, page, began_by, began_at) values "
    "(:thread, :metric, :month, cast(:filters as jsonb), :page, :by, :at)"
)
WRITE = text(
    "insert into portal.comment (comment_id, thread_id, written_by, words, shown_value, written_at) values "
    "(:comment, :thread, :by, :words, :shown, :at)"
)
MENTION = text("insert into portal.comment_mention (comment_id, email) values (:comment, :email)")
RESOLVE = text(
    "update portal.comment_thread set resolved_by = :by, resolved_at = :at "
    "where thread_id = cast(:thread as uuid) and (resolved_at is null) = :was_open"
)
TAKE_BACK = text(
    "update portal.comment set words = '', taken_back_at = :at where comment_id = cast(:comment as uuid) "
    "and lower(written_by) = lower(:by) and taken_back_at is null"
)
PEOPLE = text(
    "select distinct email, name from portal.person join portal.person_role using (email) "
    "where is_active and role = any(:roles) order by name, email"
)


def filters(where: Where) -> str:
    """Filters as they are kept: the same for the same pairs in any order."""
    return json.dumps(sorted([name, value] for name, value in where))


def threads(connection: Connection, found: Iterable[RowMapping]) -> tuple[Thread, ...]:
    """Rows of threads with their comments."""
    rows = list(found)
    comments: dict[str, list[Comment]] = {row["thread_id"]: [] for row in rows}
    if rows:
        for row in connection.execute(OF, {"threads": list(comments)}).mappings():
            shown = None if row["shown_value"] is None else float(row["shown_value"])
            comments[row["thread_id"]].append(Comment(row["comment_id"], row["written_by"], row["name"], row["words"],
                                                      shown, row["written_at"], row["taken_back_at"],
                                                      tuple(row["unmailed"])))  # fmt: skip
    return tuple(thread(row, comments[row["thread_id"]]) for row in rows)


def thread(row: RowMapping, comments: Sequence[Comment]) -> Thread:
    where = tuple((str(name), str(value)) for name, value in row["filters"])
    return Thread(row["thread_id"], row["metric"], row["month"], where, row["page"], row["began_by"],
                  row["resolved_by"], row["resolved_at"], tuple(comments))  # fmt: skip


def people(connection: Connection, roles: Sequence[str]) -> tuple[Person, ...]:
    """Everybody active who has one of these roles, by name."""
    return tuple(Person(*row) for row in connection.execute(PEOPLE, {"roles": list(roles)}))
