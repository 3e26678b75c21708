"""The whole of models/ against the ledger of a small company: no difference, and each one found that we make."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4

import psycopg2
import pytest

from app.access import OPERATOR, Viewer
from app.business_questions import QUESTIONS
from app.compile import additivity_of
from app.customer_health import customer_health
from app.dashboard import Dashboard, Pictured, Tile
from app.errors import QuestionError
from app.gallery import dashboards
from app.made_of import apart_of, dimensions_of
from app.metrics import Question, catalogue
from app.reconciliation import reconcile, records
from app.secrets import warehouse_url
from app.settings import Settings
from app.ui.panels.kinds import picture
from app.ui.reading import Reading
from app.ui.tiles import facts as tile_facts
from app.warehouse import Warehouse
from pipelines.build import build
from pipelines.dbt import manifest_path
from pipelines.health import health
from pipelines.job import Run
from pipelines.sandbox.birth import bring_to_life
from pipelines.verify import verify
from tests.verify.drilled import differences
from tests.verify.health_cut import inputs_known_at
from tests.verify.vendors_tables import empty_raw_tables, fill_raw_tables, of_figures, spoil

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Built:
    settings: Settings
    as_of: datetime


@pytest.fixture(scope="module")
def built(migrated: Settings) -> Iterator[Built]:
    """A small company's data, built into marts."""
    as_of = bring_to_life(migrated)
    fill_raw_tables(migrated, as_of)
    build(Run(uuid4(), as_of, migrated, "build"))
    health(Run(uuid4(), as_of, migrated, "health"))
    yield Built(migrated, as_of)
    empty_raw_tables(migrated)


def test_every_month_customer_and_claim_is_the_ledger_s(built: Built) -> None:
    report = verify(built.settings)
    assert of_figures(report) == []
    assert report.note == ""
    assert report.months == 35  # January 2024 to November 2026, the running month included
    assert report.customers > 200
    assert report.figures > 30_000


def test_the_parts_of_every_metric_that_adds_up_make_the_whole(built: Built) -> None:
    """Of each metric by each dimension over which it adds up, month by month, to the cent."""
    warehouse, wrong, tried = Warehouse(built.settings), [], 0
    for name, metric in catalogue().items():
        dimensions = additivity_of(metric, catalogue()).over_dimensions
        apart = apart_of(metric, catalogue())
        whole = by_month(warehouse, Question(name, by=apart, include_partial=True), built.as_of) if dimensions else {}
        for dimension in dimensions:
            parts = by_month(warehouse, Question(name, by=(*apart, dimension), include_partial=True), built.as_of)
            wrong += [(name, dimension, month) for month in whole.keys() | parts.keys()
                      if whole.get(month, 0) != parts.get(month, 0)]  # fmt: skip
            tried += 1
    warehouse.close()
    assert wrong == []
    assert tried > 40


def test_the_records_of_every_figure_make_it_up_to_the_cent(built: Built) -> None:
    """Whole, and for each value of each dimension; and a cent that one record has too much is found."""
    month = date(2026, 10, 1)
    with closing(Warehouse(built.settings)) as warehouse:
        wrong, tried = differences(warehouse, month, built.as_of)
        assert wrong == []
        assert tried > 2_000
        one = "(select min(record_id) from rollup.mrr_item_month where month = '2026-10-01' and new_usd > 0)"
        change = (f"update rollup.mrr_item_month set new_usd = new_usd {{}} 0.01 where month = '2026-10-01' "
                  f"and record_id = {one}")  # fmt: skip
        spoil(built.settings, change.format("+"))
        found, _ = differences(warehouse, month, built.as_of, ("new_mrr", "net_mrr"))
        spoil(built.settings, change.format("-"))
    assert {name for name, *_ in found} == {"new_mrr"}
    assert {certified - total for _, _, certified, total in found} == {Decimal("-0.01")}


def by_month(warehouse: Warehouse, question: Question, as_of: datetime) -> dict[date, Decimal]:
    """The sum of each month's values; a cohort metric has none that adds up."""
    sums: dict[date, Decimal] = {}
    answer = warehouse.answer(OPERATOR, question, as_of=as_of, with_receipt=False)
    for month, *_, value in answer.rows:
        sums[month] = sums.get(month, Decimal(0)) + (value or 0)
    return sums


def test_a_cent_of_a_customer_or_of_a_reason_is_found_and_an_older_warehouse_named(built: Built) -> None:
    """The tables of views are changed behind dbt's back: one customer closes October 2026 a cent higher, one record of
    Finance's claim weighs one more, and the newest build speaks about the day before."""
    table, bridge = "rollup.mrr_customer_month", "rollup.claim_bridge"
    first = f"(select min(customer_id) from {table} where month = '2026-10-01' and closing_mrr_usd > 0)"
    of_reason = "department = 'finance' and reason = 'discount_ignored'"
    one = f"(select min(record_id) from {bridge} where {of_reason})"
    changes = (
        f"update {table} set closing_mrr_usd = closing_mrr_usd {{0}} 0.01 "
        f"where month = '2026-10-01' and customer_id = {first}",
        f"update {bridge} set amount = amount {{0}} 0.01 where {of_reason} and record_id = {one}",
        "update portal.build_run set as_of = as_of {1} interval '1 day'",
    )
    for change in changes:
        spoil(built.settings, change.format("+", "-"))
    report = verify(built.settings)
    for change in changes:
        spoil(built.settings, change.format("-", "+"))
    assert not report.ok
    assert "plumbline run refresh" in report.note
    [of_customer] = [each for each in of_figures(report) if each.figure == "closing_mrr_usd"]
    assert of_customer.month == date(2026, 10, 1)
    assert of_customer.warehouse == (of_customer.ledger or Decimal(0)) + Decimal("0.01")
    [of_record] = [each for each in of_figures(report) if each.figure == "discount_ignored"]
    assert of_record.subject.startswith("finance: stripe sub_")
    assert of_record.warehouse == (of_record.ledger or Decimal(0)) + Decimal("0.01")


def test_each_claim_is_led_to_the_certified_figure_and_nothing_is_unexplained(built: Built) -> None:
    with closing(Warehouse(built.settings)) as warehouse:
        for figure in ("arr", "customers"):
            found = reconcile(warehouse, OPERATOR, figure)
            assert len(found.known) == 2
            for claim in found.known:
                assert claim.claimed == claim.reported == claim.recomputed
                assert (claim.claimed or Decimal(0)) - sum(step.amount for step in claim.steps) == found.certified
                assert claim.holds
                of_claim = records(warehouse, OPERATOR, figure, claim.department)
                assert sum(row["amount"] for row in of_claim) == claim.difference
                assert {row["reason"] for row in of_claim} == {step.reason for step in claim.steps}


def test_health_is_made_of_nothing_that_came_after_the_close(built: Built) -> None:
    """Every input of every customer at each close up to June, from tables that were cut off at June's."""
    month = date(2026, 6, 1)
    address = warehouse_url(built.settings).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(address)) as database:
        cut = inputs_known_at(database, manifest_path(built.settings), month)
        with database.cursor() as cursor:
            cursor.execute("select to_jsonb(i) from rollup.health_input_month as i where month <= %s "
                           "order by month, customer_id", (month,))  # fmt: skip
            whole = [row for (row,) in cursor.fetchall()]
    assert len(cut) > 2_000
    for known in (cut, whole):
        assert sum(1 for row in known if row["tickets_count"]) > 100
        assert any(row["active_days_count"] for row in known) and any(row["failed_payments_count"] for row in known)
    assert [row | {"has_left": None} for row in cut] == [row | {"has_left": None} for row in whole]
    assert [row["has_left"] for row in cut if row["month"] > "2026-03-01"] == [None] * sum(
        1 for row in whole if row["month"] > "2026-03-01"
    )
    assert {row["has_left"] for row in whole if row["month"] <= "2026-06-01"} == {True, False}


def test_whoever_is_counted_at_risk_is_listed_with_what_it_pays(built: Built) -> None:
    """The certified figures against the list of customers, and against MRR, which knows nothing of health."""
    with closing(Warehouse(built.settings)) as warehouse:
        said = customer_health(warehouse, OPERATOR)
        month = date(2026, 11, 1)

        def figure(name: str) -> Decimal | None:
            asked = Question(name, since=month, include_partial=True)
            [(_, value)] = warehouse.answer(OPERATOR, asked, as_of=built.as_of, with_receipt=False).rows
            return value

        assert said.model is not None
        assert said.model["month"] == month
        assert sum(row["mrr_usd"] for row in said.customers) == figure("net_mrr")
        assert len(said.customers) == figure("customers_by_health") == figure("active_customers")
        risky = [row for row in said.customers if row["health_band"] == "At risk"]
        if said.model["reason"]:
            assert figure("customers_at_risk") is figure("mrr_at_risk") is figure("health_score_average") is None
            assert not risky
        else:
            scored = [row["score"] for row in said.customers if row["score"] is not None]
            assert figure("customers_at_risk") == len(risky)
            assert figure("mrr_at_risk") == sum(row["mrr_usd"] for row in risky)
            assert figure("health_score_average") == pytest.approx(sum(scored) / len(scored))


def test_every_figure_of_every_dashboard_is_what_the_command_line_answers(built: Built) -> None:
    """Each tile and each panel that states one figure, for a role of its audience; whole, and narrowed by each filter.

    `plumbline metric` asks as the operator, the page as a role: same months, same filters, same numbers.
    """
    said, narrowed = 0, 0
    with closing(Warehouse(built.settings)) as warehouse:
        for page in (each for each in dashboards().values() if each.can_compare):
            viewer = Viewer("somebody@x.example", page.audience[:1])
            known = {name: warehouse.values(viewer, page.metrics, name) for name in page.filters}
            for where in ((), *(((name, values[0]),) for name, values in known.items() if values)):
                reading = Reading(warehouse, viewer, built.as_of, built.as_of, built.settings.timezone, where=where)
                for metric, month, value, whole in figures_of(page, reading):
                    kept = tuple(pair for pair in where if pair[0] not in whole)
                    assert {name for name, _ in kept} <= set(dimensions_of(catalogue()[metric], catalogue()))
                    asked = Question(metric, since=month, until=month, where=kept, include_partial=True)
                    rows = warehouse.answer(OPERATOR, asked, as_of=built.as_of, is_picked=True).rows
                    expected = float(rows[0][-1]) if rows and rows[0][-1] is not None else None
                    assert value == pytest.approx(expected), (page.title, metric, where)
                    said, narrowed = said + 1, narrowed + bool(kept)
        reading = Reading(warehouse, Viewer("somebody@x.example", ("analyst",)), built.as_of, built.as_of,
                          built.settings.timezone)  # fmt: skip
        for question in QUESTIONS:
            for panel in question.panels:
                shown = picture(reading, panel)
                assert shown.title and "pl-empty" not in shown.html, (question.key, panel, shown.html)
    assert said > 200 and narrowed > 60


def figures_of(page: Dashboard, reading: Reading) -> Iterator[tuple[str, date, float | None, tuple[str, ...]]]:
    """(metric, month, value, filters that it says it cannot heed) of what a page states as one figure.

    Each of its panels can be drawn.
    """
    for element in page.panels():
        if isinstance(element, Tile):
            with suppress(QuestionError):  # what has no honest answer under this filter has none on the page
                value = tile_facts(reading, element.metric, None).value
                yield element.metric, reading.closed, value, reading.left_whole((element.metric,))
        elif isinstance(element, Pictured):
            shown = picture(reading, element)
            assert "role does not include" not in shown.html and "been built" not in shown.html, (page.title, element)
            if shown.month is not None and shown.metrics:
                yield shown.metrics[0], shown.month, shown.value, shown.whole
