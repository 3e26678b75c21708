"""Files of records: what they may say, and a mistake told with its file, field and what was expected."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from app.drill.desk import months_of
from app.drill.files import Counted, load_records
from app.errors import MetricFileError
from app.metrics import catalogue

GOOD = """
mart: mart_finance.mrr_records
one: item
many: items
columns: [{column: record_id, head: Record}]
metrics:
"""


@pytest.mark.parametrize(
    ("metrics", "told"),
    [
        pytest.param("  net_mrr: {sum: a, count: b}", "one of the fields sum, count, distinct", id="counted twice"),
        pytest.param("  net_mrr: {where: {list: open}}", "one of the fields sum, count", id="counted by nothing"),
        pytest.param("  net_mrr: {summ: a}", "'metrics.net_mrr.summ' is wrong", id="a field that there is not"),
        pytest.param("  net_mrr: {sum: A B}", "should match pattern", id="no column's name"),
    ],
)
def test_a_mistake_is_told_with_its_file_and_field(tmp_path: Path, metrics: str, told: str) -> None:
    (tmp_path / "mrr.yml").write_text(GOOD + metrics)
    with pytest.raises(MetricFileError) as error:
        load_records(tmp_path)
    assert told in str(error.value) and "mrr.yml" in str(error.value)


def test_a_figure_has_its_records_in_one_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yml").write_text(GOOD + "  net_mrr: {sum: a}")
    with pytest.raises(MetricFileError, match="'net_mrr' has records in another file already"):
        load_records(tmp_path)


def test_a_change_is_made_of_two_months_and_a_year_so_far_of_all_of_its() -> None:
    october = date(2026, 10, 1)
    assert months_of(catalogue()["net_mrr"], october) == (october,)
    assert months_of(catalogue()["mrr_growth_year"], october) == (october, date(2025, 10, 1))
    assert months_of(catalogue()["revenue_year_to_date"], date(2026, 2, 1)) == (date(2026, 2, 1), date(2026, 1, 1))
    trailing = months_of(catalogue()["revenue_twelve_months"], october)
    assert (len(trailing), trailing[-1]) == (12, date(2025, 11, 1))


def test_only_a_sum_gives_each_record_an_amount() -> None:
    assert Counted(sum="a").is_amount
    assert not Counted(rows=True).is_amount and not Counted(count="a").is_amount and not Counted(distinct="a").is_amount
