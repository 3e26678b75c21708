"""The step `health`: rows with their version, never overwritten; a close that is over is scored once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import psycopg2
import pytest
from psycopg2.extras import execute_values
from sqlalchemy import create_engine, text

from app.receipts.basis import models_digest
from app.receipts.causes import data_causes
from app.receipts.form import Receipt
from app.secrets import warehouse_url
from app.settings import Settings
from forecasting.health_inputs import COLUMNS, NAMES
from pipelines.health import health
from pipelines.job import Run
from tests.forecasting.customers import MONTHS, customers, month_of

pytestmark = pytest.mark.slow
AS_OF = datetime(2026, 6, 20, 11, tzinfo=UTC)
TABLE = (
    "create table rollup.health_input_month (month date, customer_id text, is_leaving boolean, has_left boolean, "
    + ", ".join(f"{name} numeric" for name in NAMES) + ", is_complete boolean); "
    "grant select on rollup.health_input_month to plumbline_worker"
)  # fmt: skip


@pytest.fixture(scope="module")
def inputs(migrated: Settings) -> Iterator[Settings]:
    """What the build would leave: 30 months of 400 customers, the last month still running."""
    table = customers(seed=3)
    newest = month_of(MONTHS - 1)
    rows = [(*row, row[0] != newest) for row in table[list(COLUMNS)].itertuples(index=False, name=None)]
    address = warehouse_url(migrated).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(address)) as database, database.cursor() as cursor:
        cursor.execute(TABLE)
        execute_values(cursor, "insert into rollup.health_input_month values %s", rows)
        database.commit()
    yield migrated


def answers(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    address = warehouse_url(settings).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(address)) as database, database.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def test_a_close_that_is_over_is_scored_once_and_the_newest_each_time(inputs: Settings) -> None:
    run = Run(uuid4(), AS_OF, inputs, "health")
    first = health(run).detail
    assert first["without"] == {}
    assert first["scored"] == {f"{month_of(at):%Y-%m}": 400 for at in range(MONTHS - 13, MONTHS)}
    before = answers(inputs, "select to_jsonb(s)::text from workshop.health_score as s order by 1")
    newest = {f"{month_of(MONTHS - 1):%Y-%m}": 400}
    assert health(run).detail == {"scored": newest, "without": {}, "figures": "left to the next whole build"}
    after = answers(inputs, "select to_jsonb(s)::text from workshop.health_score as s order by 1")
    assert set(before) <= set(after)
    assert len(after) == len(before) + 400
    runs = answers(inputs, """
        select is_complete, count(*), min(model_version), max(model_version), bool_and(as_of = '2026-06-20 11:00+00'),
            count(distinct month)
        from workshop.health_run group by 1 order by 1
    """)  # fmt: skip
    assert runs == [(False, 2, "health 1", "health 1", True, 1), (True, 12, "health 1", "health 1", True, 12)]


def test_what_is_stored_makes_every_score_again(inputs: Settings) -> None:
    """By the database, from the published inputs and the rows of the close; the points as they were stored add up."""
    health(Run(uuid4(), AS_OF, inputs, "health"))
    made = answers(inputs, """
        select s.score, r.base_score + (select sum(value::numeric) from jsonb_each_text(s.points)), s.probability,
            1 / (1 + exp(-(r.intercept + sum(i.coefficient * greatest(-3, least(3, (
                case when i.is_log then ln(1 + greatest(v.value, 0)) else least(v.value, coalesce(i.cap, v.value)) end
                - i.center) / i.spread))))))
        from workshop.health_run as r
        join workshop.health_score as s using (health_run_id)
        join workshop.health_input as i using (health_run_id)
        join rollup.health_input_month as m on r.month = m.month and s.customer_id = m.customer_id
        join lateral (select (to_jsonb(m) ->> i.input)::double precision as value) as v on true
        group by r.health_run_id, r.base_score, r.intercept, s.health_run_id, s.customer_id, s.score, s.points,
            s.probability
    """)  # fmt: skip
    assert len(made) >= 13 * 400
    assert all(score == from_points for score, from_points, _, _ in made)
    assert max(abs(said - again) for _, _, said, again in made) < 1e-9
    assert all(Decimal(0) <= score <= 100 for score, _, _, _ in made)


def test_a_close_without_scores_is_stored_with_its_reason(inputs: Settings) -> None:
    """Of a tenth of the customers too few have left."""
    cut = "customer_id !~ '^c1'"
    address = warehouse_url(inputs).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(address)) as database, database.cursor() as cursor:
        cursor.execute(f"delete from rollup.health_input_month where {cut} or month < '2026-01-01'; "
                       "delete from workshop.health_run")  # fmt: skip
        database.commit()
    found = health(Run(uuid4(), AS_OF, inputs, "health")).detail
    assert found["scored"] == {}
    assert set(found["without"]) == {f"2026-0{at}" for at in range(1, 7)}  # type: ignore[call-overload]
    stored = answers(inputs, "select count(*), bool_and(reason like '%left%' and base_score is null and auc is null) "
                             "from workshop.health_run")  # fmt: skip
    assert stored == [(6, True)]
    assert answers(inputs, "select count(*) from workshop.health_score") == [(0,)]


def test_without_a_paying_customer_nothing_is_said(inputs: Settings) -> None:
    address = warehouse_url(inputs).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(address)) as database, database.cursor() as cursor:
        cursor.execute("delete from rollup.health_input_month")
        database.commit()
    nothing = {"scored": {}, "without": {}, "figures": "left to the next whole build"}
    assert health(Run(uuid4(), AS_OF, inputs, "health")).detail == nothing


@pytest.mark.parametrize(("mart", "minute", "told"), [
    ("customer_health_monthly", 30, ["The health of customers was scored anew once since, last 20 Jun 2026, 12:30."]),
    ("customer_health_monthly", 10, []),
    ("tickets_monthly", 30, []),
], ids=["after the receipt's build", "before it", "a figure that is made of something else"])  # fmt: skip
def test_a_receipt_names_the_run_that_changed_it(migrated: Settings, mart: str, minute: int, told: list[str]) -> None:
    """Built at 12:20; a part at 12:31 brought in what the step said that began at this minute."""
    noon = datetime(2026, 6, 20, 12, tzinfo=UTC)
    then = {"run_id": "a", "started_at": str(noon.replace(minute=20)), "as_of": str(noon)}
    now = then | {"ended_at": str(noon.replace(minute=25)), "live_id": "b", "live_at": str(noon.replace(minute=31))}
    receipt = Receipt("", "customers_at_risk", 1, "", (f"mart_customer_success.{mart}",), {}, noon, "", models_digest(),
                      then, {"stripe": None}, None, {}, {}, noon)  # fmt: skip
    with create_engine(warehouse_url(migrated)).begin() as connection:
        connection.execute(text(
            "insert into portal.job_run (run_id, job, step, started_at, result, as_of) values (gen_random_uuid(), "
            "'refresh', 'health', :at, 'ok', :at)"), {"at": noon.replace(minute=minute)})  # fmt: skip
        causes = data_causes(connection, receipt, now, [], ZoneInfo("UTC"))
        connection.rollback()
    assert [cause.text for cause in causes] == told
