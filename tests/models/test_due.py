"""When a source that never loaded is missed: not while a fresh warehouse still loads one source after the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from psycopg2.extensions import connection
from ruamel.yaml import YAML

from pipelines.contracts import CHECKS
from tests.models.conftest import answers

pytestmark = pytest.mark.slow
Build = Callable[[datetime], None]


def _missed(database: connection) -> list[str]:
    contract = YAML(typ="safe").load((CHECKS / "mart_engineer/sources.yml").read_text())
    queries = {each["failed_rows"].get("qualifier"): each["failed_rows"]["query"]
               for each in contract["checks"] if "failed_rows" in each}  # fmt: skip
    return [source for (source,) in answers(database, queries["heartbeat"])]


def _run(database: connection, source: str, result: str, ago: str = "1 minute") -> None:
    with database.cursor() as cursor:
        cursor.execute(
            "insert into portal.load_run (run_id, source, stream, started_at, ended_at, result, as_of) "
            "values (%s, %s, '', now() - cast(%s as interval), now() - cast(%s as interval), %s, now())",
            (str(uuid4()), source, ago, ago, result),
        )
    database.commit()


def test_a_source_that_never_loaded_is_missed_once_its_turn_has_come(database: connection, build_as_of: Build) -> None:
    with database.cursor() as cursor:
        cursor.execute("delete from portal.load_run")
        cursor.execute("delete from portal.source")
        cursor.execute("insert into portal.source values ('files', 'Files', 60, true, now()), "
                       "('stripe', 'Stripe', 5, true, now()), ('zendesk', 'Zendesk', 60, false, now())")  # fmt: skip
    database.commit()
    build_as_of(datetime(2026, 11, 22, 11, tzinfo=UTC))
    _run(database, "files", "ok")
    assert _missed(database) == [], "the others come next"
    _run(database, "stripe", "running")
    assert _missed(database) == [], "a first load may take its time"
    _run(database, "stripe", "failed", "0 minutes")
    assert _missed(database) == ["stripe"]
    with database.cursor() as cursor:
        cursor.execute("delete from portal.load_run where source = 'stripe'")
    _run(database, "files", "ok", "90 minutes")
    assert _missed(database) == ["stripe"], "nobody has loaded it for an hour; what is not connected is not missed"
    with database.cursor() as cursor:
        cursor.execute("delete from portal.load_run")
        cursor.execute("delete from portal.source")
    database.commit()
