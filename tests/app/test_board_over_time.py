"""Board packs that outlive what they were made of: metrics, marts and parts that come and go, and hands that change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from app.access import OPERATOR
from app.board import figures
from app.clock import wall
from app.errors import UsageError
from app.metrics import Metric
from app.receipts.words import as_json, told
from app.secrets import ADMIN
from app.settings import Settings
from app.ui import board_words as words
from app.warehouse import Warehouse
from pipelines.commands import board as board_command
from pipelines.commands import receipt as receipt_command
from pipelines.rights import BUILDER

from .conftest import AS_OF, run_as
from .test_board import AS_FROZEN, OCTOBER, built, frozen, lines
from .test_receipts import BUILT, EXECUTIVE, FINANCE, SALES, build, load

__all__ = ["built"]
MART = "mart_finance.mrr_monthly"
LATER = BUILT + timedelta(minutes=2)


@contextmanager
def changed(settings: Settings, statement: str, undo: str) -> Iterator[None]:
    """A new load and a new build after a statement of the builder's, which is undone in the end."""
    run_as(settings, BUILDER, statement)
    load(settings, "stripe", LATER - timedelta(minutes=1), 12)
    build(settings, LATER)
    try:
        yield
    finally:
        run_as(settings, BUILDER, undo)


def added(settings: Settings, *rows: str) -> object:
    """Rows of the mart more, by the names of products that begin with `New`."""
    undo = f"delete from {MART} where product like 'New%'"
    return changed(settings, f"insert into {MART} values {', '.join(rows)}", undo)


def test_a_figure_whose_metric_was_removed_is_shown_and_said_to_be_gone(built: Warehouse) -> None:
    pack = frozen(built)
    left = {name: metric for name, metric in built._metrics.items() if name not in ("net_mrr", "arr")}
    with closing(Warehouse(built.settings, left)) as later:
        assert lines(later.board.open(FINANCE, pack))[0] == ("net_mrr", "300.55", "not compared yet")
        opened = later.board.compare(FINANCE, pack)
    assert {said for *_, said in lines(opened)} == {"cannot be asked again"}
    assert words.finding(opened) == "2 of 2 figures cannot be asked again"
    assert words.causes(opened.figures[0])[0].startswith("No metric is called 'net_mrr'")


def test_a_pack_opens_for_everybody_while_its_mart_is_gone(built: Warehouse, with_marts: Settings) -> None:
    pack = frozen(built)
    gone, back = f"alter table {MART} rename to gone", "alter table mart_finance.gone rename to mrr_monthly"
    with changed(with_marts, gone, back), closing(Warehouse(with_marts, built._metrics)) as later:
        compared, by_role = later.board.compare(OPERATOR, pack), later.board.compare(EXECUTIVE, pack)
    assert [(label, value) for label, value, _ in lines(compared)] == AS_FROZEN
    assert words.finding(compared) == "2 of 2 figures cannot be asked again"
    assert {value for _, value, _ in lines(by_role)} == {"not shown: what it was read from is gone"}


def test_a_column_that_another_one_replaced_leaves_it_comparable(built: Warehouse, with_marts: Settings) -> None:
    pack = frozen(built)
    metric: Metric = built._metrics["net_mrr"].model_copy(update={"column": "new_column"})
    column = f"alter table {MART} rename"
    with changed(with_marts, f"{column} closing_mrr_usd to new_column", f"{column} new_column to closing_mrr_usd"):
        run_as(with_marts, BUILDER, f"update {MART} set new_column = 6 where product = 'Edge'")
        with closing(Warehouse(with_marts, {**built._metrics, "net_mrr": metric})) as later:
            opened = later.board.compare(FINANCE, pack)
        run_as(with_marts, BUILDER, f"update {MART} set new_column = 5 where product = 'Edge'")
    assert [said for *_, said in lines(opened)] == ["now $301.55", "unchanged", "unchanged", "now $6.00"]
    assert "another statement" in words.causes(opened.figures[0])[0]


@pytest.mark.parametrize("change", ["metric = 'arr'", "marts = '{mart_sales.pipeline_monthly}'", "answer = '{}'",
                                    "answer = jsonb_set(answer, '{rows}', '[]')", "build = '{}'"])  # fmt: skip
def test_a_receipt_that_was_changed_by_hand_is_told_whoever_reads(
    built: Warehouse, with_marts: Settings, change: str
) -> None:
    pack = frozen(built)
    run_as(with_marts, ADMIN, f"update portal.receipt set {change}")
    for viewer in (FINANCE, OPERATOR):
        for opened in (built.board.open(viewer, pack), built.board.compare(viewer, pack)):
            assert words.finding(opened) == "This pack was altered: do not go by it"
            assert {said for *_, said in lines(opened)} == {"altered: what is frozen is not what was sealed"}


def test_a_part_that_came_later_has_a_line_of_its_own(built: Warehouse, with_marts: Settings) -> None:
    pack = frozen(built)
    with added(with_marts, "('2026-10-01', 'New', 'DE', 0, 7, 0, true)"):
        opened = built.board.compare(FINANCE, pack)
    assert lines(opened)[0] == ("A figure", "$300.55", "now $307.55")
    assert lines(opened)[-1] == ("A figure: New", "n/a", "now $7.00")


def test_a_month_that_had_no_part_gets_its_first(built: Warehouse, with_marts: Settings) -> None:
    figures, cash = ("net_mrr:product", "cash_runway"), "mart_finance.cash_monthly"
    run_as(with_marts, BUILDER, f"insert into {cash} values ('2020-01-01', 9, 3, true)")
    pack = built.board.freeze(FINANCE, "Ago", date(2020, 1, 1), as_of=AS_OF, figures=figures)
    assert lines(built.board.open(FINANCE, pack))[0] == ("A figure", "n/a", "not compared yet")
    with added(with_marts, "('2020-01-01', 'New', 'DE', 0, 7, 0, true)"):
        assert lines(built.board.compare(FINANCE, pack))[0] == ("A figure: New", "n/a", "now $7.00")
    run_as(with_marts, BUILDER, f"delete from {cash} where month = '2020-01-01'")


def test_what_is_not_known_is_no_part_called_none(built: Warehouse, with_marts: Settings) -> None:
    with added(with_marts, "('2026-10-01', 'New', 'None', 0, 7, 0, true)"):
        pack = built.board.freeze(FINANCE, "None", OCTOBER, as_of=AS_OF, figures=("net_mrr:country",))
        run_as(with_marts, BUILDER, f"update {MART} set closing_mrr_usd = 8 where product = 'New'")
        build(with_marts, LATER + timedelta(minutes=1))
        said = {label: words_now for label, _, words_now in lines(built.board.compare(FINANCE, pack))}
    assert (said["A figure: None"], said["A figure: not known"]) == ("now $8.00", "unchanged")


def test_what_was_compared_before_the_newest_build_is_told_as_what_it_was_then(
    built: Warehouse, with_marts: Settings
) -> None:
    pack, utc = frozen(built), ZoneInfo("UTC")
    assert words.compared_when(built.board.open(FINANCE, pack), utc) == ""
    fresh = built.board.compare(FINANCE, pack)
    assert words.finding(fresh) == "Nothing has changed since it was frozen"
    build(with_marts, wall() + timedelta(seconds=1))
    later = built.board.open(FINANCE, pack)
    assert words.finding(later) == "Nothing had changed when last compared"
    assert words.compared_when(later, utc).endswith("; a build has ended since")
    more = f"update {MART} set closing_mrr_usd = closing_mrr_usd {{}} 1 where product = 'Plus'"
    with changed(with_marts, more.format("+"), more.format("-")):
        run_as(with_marts, ADMIN, f"delete from portal.build_run where started_at > '{LATER}'")
        restated = built.board.compare(FINANCE, pack)
        build(with_marts, wall() + timedelta(seconds=1))
        outdated = built.board.open(FINANCE, pack)
    assert words.finding(restated) == "2 of 2 figures have changed since"
    assert words.finding(outdated) == "2 of 2 figures had changed when last compared"
    assert not words.compared_when(restated, utc).endswith("since")


def test_a_change_too_small_to_be_shown_is_said_to_be_one(built: Warehouse, with_marts: Settings) -> None:
    pack = frozen(built)
    more = f"update {MART} set closing_mrr_usd = closing_mrr_usd {{}} 0.001 where product = 'Plus'"
    with changed(with_marts, more.format("+"), more.format("-")):
        said = lines(built.board.compare(FINANCE, pack))
    assert said[0] == ("A figure", "$300.55", "now $300.55, another by less than is shown")
    assert said[2] == ("A figure: Plus", "$45.05", "now $45.05, another by less than is shown")


def test_a_value_that_is_missing_for_another_reason_is_said_to_be(built: Warehouse, with_marts: Settings) -> None:
    metric: Metric = built._metrics["cash_runway"].model_copy(update={"reason_column": "runway_note"})
    note = "update mart_finance.cash_monthly set runway_note = {} where month = '2026-10-01'"
    undo = note.format("'no bank balance of Main since 2026-08-20'")
    with closing(Warehouse(with_marts, {**built._metrics, "cash_runway": metric})) as warehouse:
        pack = warehouse.board.freeze(FINANCE, "Runway", OCTOBER, as_of=AS_OF, figures=("cash_runway",))
        with changed(with_marts, note.format("'no rate of EUR'"), undo):
            said = lines(warehouse.board.compare(FINANCE, pack))
    assert said == [("A figure", "n/a", "now n/a, for another reason")]


def test_values_that_are_no_numbers_are_shown_as_they_are(built: Warehouse, with_marts: Settings) -> None:
    with added(with_marts, "('2026-10-01', 'New', 'DE', 0, 'NaN', 0, true)",
               "('2026-10-01', 'Newer', 'DE', 0, 'Infinity', 0, true)"):  # fmt: skip
        said = lines(built.board.compare(FINANCE, frozen(built)))
    assert [line[:2] for line in said[1:]] == [
        ("A figure: Newer", "Infinity"), ("A figure: Base", "$250.50"), ("A figure: Plus", "$45.05"),
        ("A figure: Edge", "$5.00"), ("A figure: New", "NaN"),
    ]  # fmt: skip


def test_a_month_that_is_over_by_the_clock_but_not_in_the_data_is_refused(
    built: Warehouse, with_marts: Settings
) -> None:
    run_as(with_marts, ADMIN, "truncate portal.build_run")
    build(with_marts, BUILT, datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
    with pytest.raises(UsageError, match="over, but not in the warehouse: its newest build speaks about 31 October"):
        frozen(built)
    assert built.board.packs() == ()


def test_a_source_that_was_not_loaded_for_all_of_the_month_is_named(built: Warehouse, with_marts: Settings) -> None:
    """The month ends at midnight of New York, which is 04:00 of UTC on 1 November 2026."""
    pack, new_york = frozen(built), ZoneInfo("America/New_York")
    assert words.doubts(built.board.open(FINANCE, pack), new_york) == []
    run_as(with_marts, ADMIN, "update portal.load_run set as_of = '2026-11-01 03:59+00'", "truncate portal.build_run")
    build(with_marts, BUILT + timedelta(minutes=1))
    with closing(Warehouse(with_marts, built._metrics)) as later:
        opened = later.board.open(FINANCE, frozen(later, "Early"))
    assert words.doubts(opened, new_york) == [
        "stripe had been loaded until 31 October 2026, 23:59, so not for all of October 2026."
    ]
    assert words.doubts(built.board.open(SALES, opened.pack), new_york) == []


@pytest.mark.parametrize("alike", ["board  É", "Board E\u0301 ", "BOARD É"])
def test_two_names_that_look_the_same_are_the_same(built: Warehouse, alike: str) -> None:
    frozen(built, "Board é")
    assert built.board.pack(alike).name == "Board é"
    with pytest.raises(UsageError, match="There is a board pack called"):
        frozen(built, alike)


def test_a_list_without_figures_freezes_nothing(
    built: Warehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "board_pack.yml").write_text("[]\n")
    monkeypatch.setattr(figures.declared, "__defaults__", (tmp_path / "board_pack.yml",))
    with pytest.raises(UsageError, match="A board pack needs figures"):
        built.board.freeze(FINANCE, "Empty", OCTOBER, as_of=AS_OF)


def test_names_from_outside_are_text_on_the_command_line(built: Warehouse, with_marts: Settings) -> None:
    with added(with_marts, "('2026-10-01', 'New [red]one[/y]', 'DE', 0, 7, 0, true)"):
        opened = built.board.open(FINANCE, frozen(built))
    console = Console(width=200, record=True)
    board_command._draw(opened, console)
    shown = opened.figures[1].shown
    assert shown is not None
    receipt_command._draw(shown, [], [], console)
    assert console.export_text().count("New [red]one[/y]") == 2


@pytest.mark.parametrize("column", ["question", "build", "sources", "promises", "answer"])
def test_an_altered_receipt_is_told_whatever_was_put_into_it(
    built: Warehouse, with_marts: Settings, column: str
) -> None:
    pack = frozen(built)
    run_as(with_marts, ADMIN, f"update portal.receipt set {column} = '{{\"x\": 5}}'")
    shown = built.board.open(OPERATOR, pack).figures[0].shown
    assert shown is not None
    receipt_command._draw(shown, told(shown, with_marts.timezone), [], Console(width=200))
    assert as_json(shown)["altered"] == [column]
    assert told(shown, with_marts.timezone)[-1].startswith("ALTERED: ")


def test_a_key_that_is_missing_ends_neither_its_pack_nor_the_others_comparison(
    built: Warehouse, with_marts: Settings
) -> None:
    old, file = frozen(built, "Old"), with_marts.home / "secrets.json"
    kept = json.loads(file.read_text())
    without = {name: value for name, value in kept.items() if not name.startswith("receipt_seal_")}
    try:
        file.write_text(json.dumps(without | {"receipt_seal_2": "another key, as long as it is random"}))
        load(with_marts, "stripe", LATER - timedelta(minutes=1), 12)
        build(with_marts, LATER)
        with closing(Warehouse(with_marts, built._metrics)) as later:
            new = frozen(later, "New")
            compared = {pack.name: later.board.compare(OPERATOR, pack) for pack in later.board.packs()}
        assert (compared["Old"].is_whole, compared["New"].is_whole) == (False, True)
        unproved = [[one.is_unproved for one in compared[pack.name].figures] for pack in (old, new)]
        assert unproved == [[True, True], [False, False]]
        assert {value for _, value, _ in lines(compared["Old"])} == {"not known: the key that sealed it is missing"}
        assert {said for *_, said in lines(compared["New"])} == {"unchanged"}
    finally:
        file.write_text(json.dumps(kept))


def test_a_key_that_was_lost_and_made_anew_is_named_as_a_reason(built: Warehouse, with_marts: Settings) -> None:
    pack = frozen(built)
    file = with_marts.home / "secrets.json"
    kept = file.read_text()
    file.write_text(json.dumps({name: value for name, value in json.loads(kept).items() if "seal" not in name}))
    try:
        with closing(Warehouse(with_marts, built._metrics)) as later:
            opened = later.board.open(OPERATOR, pack)
    finally:
        file.write_text(kept)
    shown = opened.figures[0].shown
    assert shown is not None and not opened.is_whole
    assert "key of that number is not the one that sealed it" in told(shown, with_marts.timezone)[-1]
    assert "this home's key is another" in words.NOT_WHOLE
