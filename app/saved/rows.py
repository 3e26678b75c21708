"""Saved things as rows: written with their version, never overwritten unseen, gone only in that they say so.

A kind of thing has four tables of the same columns, called by its noun: portal.report, report_version, report_share,
report_opened; portal.dashboard and its three likewise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from string import Template
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import TextClause, text

Content = TypeVar("Content")

SEEN = """
    select t.${noun}_id as thing_id, t.owner, coalesce(p.name, t.owner) as owner_name, t.title, t.description,
        t.definition, t.version, t.updated_at, t.deleted_at is not null as is_deleted,
        coalesce(array_agg(s.role order by s.role) filter (where s.role is not null), '{}') as roles,
        max(o.opened_at) as opened_at
    from portal.$noun t
    left join portal.person p on p.email = lower(t.owner)
    left join portal.${noun}_share s on s.${noun}_id = t.${noun}_id
    left join portal.${noun}_opened o on o.${noun}_id = t.${noun}_id and o.email = :email
"""
GROUPED = " group by t.${noun}_id, p.name"
NEWEST = " order by t.updated_at desc"
MINE = SEEN + " where lower(t.owner) = :email and t.deleted_at is null" + GROUPED + NEWEST
SHARED_WITH = """
    where lower(t.owner) <> :email and t.deleted_at is null and exists (
        select from portal.${noun}_share mine where mine.${noun}_id = t.${noun}_id and mine.role = any(:roles)
    )
"""
SHARED = SEEN + SHARED_WITH + GROUPED + NEWEST
ONE = SEEN + " where t.${noun}_id = :id" + GROUPED
PUT = """
    insert into portal.$noun
        (${noun}_id, owner, title, description, definition, version, created_at, updated_at)
    values (:id, :owner, :title, :description, cast(:definition as jsonb), 1, :at, :at)
    on conflict (lower(owner), lower(title)) where deleted_at is null do nothing
"""
CHANGE = """
    update portal.$noun
    set title = :title, description = :description, definition = cast(:definition as jsonb), version = version + 1,
        updated_at = :at
    where ${noun}_id = :id and version = :version and deleted_at is null
"""
KEEP = """
    insert into portal.${noun}_version
    select ${noun}_id, version, title, description, definition, :by, updated_at from portal.$noun where ${noun}_id = :id
"""
VERSIONS = """
    select version, title, definition, saved_by, saved_at from portal.${noun}_version
    where ${noun}_id = :id order by version desc limit 50
"""
TAKEN = """
    select 1 from portal.$noun
    where lower(owner) = :email and lower(title) = lower(:title) and deleted_at is null and ${noun}_id <> :id
"""
GONE = "update portal.$noun set deleted_at = :at where ${noun}_id = :id and deleted_at is null"
BACK = "update portal.$noun set deleted_at = null where ${noun}_id = :id and deleted_at is not null"
UNSHARE = "delete from portal.${noun}_share where ${noun}_id = :id and role <> all(:roles)"
SHARE = """
    insert into portal.${noun}_share (${noun}_id, role, shared_by, shared_at) values (:id, :role, :by, :at)
    on conflict do nothing
"""
OPENED = """
    insert into portal.${noun}_opened (${noun}_id, email, opened_at) values (:id, :email, :at)
    on conflict (${noun}_id, email) do update set opened_at = excluded.opened_at
"""


def statement(template: str, noun: str) -> TextClause:
    """The statement about things of a kind; the noun is one of ours, never what somebody wrote."""
    return text(Template(template).substitute(noun=noun))


@dataclass(frozen=True)
class SavedThing(Generic[Content]):
    """Something that somebody saved.

    Attributes:
        owner: their address; `owner_name` as people call them.
        content: what was saved, as plain data.
        version: of the content; who saves names the one that they changed.
        roles: that it is shared with.
        opened_at: when the viewer opened it last; None for never.
    """

    thing_id: UUID
    owner: str
    owner_name: str
    title: str
    description: str
    content: Content
    version: int
    updated_at: datetime
    is_deleted: bool
    roles: tuple[str, ...]
    opened_at: datetime | None

    def is_of(self, email: str) -> bool:
        return self.owner.lower() == email.lower()


@dataclass(frozen=True)
class Version(Generic[Content]):
    """A version as it was saved."""

    version: int
    title: str
    content: Content
    saved_by: str
    saved_at: datetime
