"""The data dictionary: all there is stands in it, each with words, and every link leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from app.documents import READERS, policy
from app.gallery import dashboards
from app.metrics import Metric, catalogue
from app.settings import Settings
from pipelines.dictionary.entries import DatasetEntry, Dictionary
from pipelines.dictionary.publish import MADE_FROM, UNITS, is_current, publish, render, write_without_warehouse
from pipelines.sources import all_sources
from tests.models import meridian

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("documents")


@pytest.fixture(scope="module")
def written(make_settings: Callable[..., Settings], folder: Path) -> Dictionary:
    """The dictionary of the models as they are, written without a warehouse."""
    return write_without_warehouse(make_settings(), folder, as_of=meridian.AS_OF)


@pytest.fixture
def datasets(written: Dictionary) -> dict[str, DatasetEntry]:
    return {one.name: one for one in written.datasets}


def test_every_metric_says_what_it_means_who_owns_it_and_how_it_is_asked_for(written: Dictionary) -> None:
    told = {one.metric.name: one for one in written.metrics}
    assert set(told) == set(catalogue())
    lacking = {
        name: [part for part, there in (
            ("definition", one.metric.definition), ("owner", one.metric.owner), ("marts", one.marts),
            ("sources", one.sources), ("promises", one.promises), ("sql", one.sql),
        ) if not there]
        for name, one in told.items()
    }  # fmt: skip
    assert {name: parts for name, parts in lacking.items() if parts} == {}


def test_every_unit_that_a_metric_may_have_is_said_in_words() -> None:
    assert set(get_args(Metric.model_fields["unit"].annotation)) <= set(UNITS)


def test_every_column_of_every_table_and_view_says_what_it_means(datasets: dict[str, DatasetEntry]) -> None:
    silent = [
        f"{name}.{column.name}" for name, one in datasets.items() for column in one.columns if not column.says.strip()
    ]
    assert silent == []
    assert [name for name, one in datasets.items() if not one.columns] == []
    assert [name for name, one in datasets.items() if not (one.says or one.grain)] == []


def test_a_mart_names_its_readers_its_lineage_and_its_metrics(datasets: dict[str, DatasetEntry]) -> None:
    mart = datasets["mart_finance.mrr_monthly"]
    assert mart.made_from == ("rollup.mrr_month",)
    assert {"executive", "finance", "analyst"} <= set(mart.readers)
    assert {"net_mrr", "new_mrr"} <= set(mart.metrics)
    assert mart.promises
    assert "mart_finance.mrr_monthly" in datasets["rollup.mrr_month"].feeds
    assert any(one.sentence == "a month whose costs have not come has no profit"
               for one in datasets["rollup.revenue_month"].examples)  # fmt: skip


def test_a_metric_names_its_sources_and_the_pages_that_show_it(written: Dictionary) -> None:
    mrr = next(one for one in written.metrics if one.metric.name == "net_mrr")
    assert "Stripe" in mrr.sources
    assert "Zendesk" not in mrr.sources
    assert {"Executive", "Revenue"} <= set(mrr.pages)
    assert set(mrr.pages) <= {dashboard.title for dashboard in dashboards().values()}


def test_every_stream_of_every_source_is_there_and_read_by_a_staging_view(written: Dictionary) -> None:
    assert {one.source.name for one in written.sources} == set(all_sources())
    unread = [stream.dataset for one in written.sources for stream in one.streams if not stream.read_by]
    assert unread == []


def test_every_link_of_the_page_leads_somewhere_and_none_leaves_the_house(written: Dictionary, folder: Path) -> None:
    page = (folder / "dictionary.html").read_text()
    assert page == render(written)
    ids = set(re.findall(r'\bid="([^"]+)"', page))
    assert {name for name in re.findall(r'href="#([^"]+)"', page) if name not in ids} == set()
    assert re.findall(r'(?:src|href)="(?:https?:)?//[^"]*"', page) == []
    assert set(READERS) <= {path.name for path in folder.iterdir()}


def test_a_document_that_is_lacking_or_written_without_types_is_written_anew(
    written: Dictionary, folder: Path, tmp_path: Path
) -> None:
    publish(written, tmp_path, dbt_page=folder / "dbt.html")
    assert not is_current(tmp_path, "state")
    (tmp_path / MADE_FROM).write_text("state")
    assert is_current(tmp_path, "state") and not is_current(tmp_path, "another state")
    (tmp_path / "dictionary.js").unlink()
    assert not is_current(tmp_path, "state")
    (tmp_path / "dictionary.js").touch()
    publish(written, tmp_path, dbt_page=folder / "dbt.html")  # as `plumbline docs` does, which knows no types
    assert not is_current(tmp_path, "state")


def test_the_policy_lets_in_the_scripts_that_were_written_into_the_page_and_no_other(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<script>one()</script><script defer>two()</script>")
    allowed = re.findall(r"'sha256-[^']+'", policy(page, page.stat().st_mtime_ns))
    assert len(allowed) == 2
    assert "unsafe-inline'; img-src" in policy(page, page.stat().st_mtime_ns), "styles only"
