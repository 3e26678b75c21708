"""The engineer's marts as models/ writes them, over what the pipeline really leaves: nothing in them says a figure."""

from __future__ import annotations

import re

from sqlalchemy import Connection, text

from tests.house.tree import read, under

from .conftest import Company, as_admin

FIGURE = "MRR: $985,000 on 20 Nov"
REF = re.compile(r"\{\{\s*ref\(\s*[\"'](\w+)[\"']\s*\)\s*\}\}")
RAW = re.compile(r"raw\(\"portal\", \"(\w+)\"")
KINDS = ("anomaly", "target_missed", "stale_source", "broken_promise", "job_failed")


def as_it_is_built(path: str) -> str:
    """A mart's select, its staging views replaced by the tables that they are views of."""

    def table(found: re.Match[str]) -> str:
        staged = f"models/staging/portal/{found[1]}.sql"
        if staged in under("models/staging/portal/", end=".sql"):
            named = RAW.search(read(staged))
            assert named, staged
            return f"portal.{named[1]}"
        return f"({as_it_is_built(f'models/marts/engineer/{found[1]}.sql')})"

    return REF.sub(table, re.sub(r"--.*", "", read(path)))


def test_alerts_about_figures_are_not_the_engineers(company: Company) -> None:
    """An engineer may select the mart by SQL, so that the page leaves them out is no fence."""
    rows: list[str] = []

    def look(connection: Connection) -> None:
        put = text("insert into portal.alert (alert_id, kind, severity, headline, detail, raised_at, as_of, dedup_key) "
                   "values (gen_random_uuid(), :kind, 'act', :line, '{}', now(), now(), :kind)")  # fmt: skip
        for kind in KINDS:
            connection.execute(put, {"kind": kind, "line": FIGURE if kind in KINDS[:2] else "A load failed"})
        for path in under("models/marts/engineer/", end=".sql"):
            rows.extend(map(str, connection.execute(text(as_it_is_built(path).replace(":", r"\:")))))
        connection.execute(text("delete from portal.alert"))

    as_admin(company, look)
    assert sum("A load failed" in row for row in rows) == len(KINDS) - 2
    assert not [row for row in rows if FIGURE in row]
