"""What the pictures are made of: steps, stripes, sparks; and that Vega takes every spec without a warning."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
import vl_convert

from app.metrics import catalogue
from app.status import Status
from app.ui import charts
from app.ui.look import css_variables, tokens, var
from app.ui.panels import bridge, flow, movements, runway, trend
from app.ui.panels.frame import empty
from app.ui.panels.ranked import Part, folded, group_html
from app.ui.spark import heights, sparkline, track
from app.ui.tiles import TileFacts, target_html

PAST = [(date(2026, month, 28), 1_000_000.0 + 10_000 * month) for month in range(1, 11)]
FUTURE = [trend.Foretold(date(2027, month, 28), 1.2e6, 1.0e6, 1.4e6, 1.1e6, 1.3e6) for month in range(1, 7)]
MOVES = [("New", 24_310.0), ("Expansion", 21_940.0), ("Churn", -27_000.0)]
MONTHS = [(date(2026, month, 1), 50.0, 40.0) for month in range(1, 12)]
SPECS = {
    "a trend with its forecast": trend.spec(PAST, FUTURE),
    "a trend without a forecast": trend.spec(PAST, []),
    "a trend of one month": trend.spec(PAST[:1], []),
    "a trend of one month with its forecast": trend.spec(PAST[:1], FUTURE),
    "a trend of nothing": trend.spec([(day, 0.0) for day, _ in PAST],
                                     [trend.Foretold(date(2027, 5, 1), 0, 0, 0, 0, 0)]),
    "a runway below zero": runway.spec([(date(2026, 9, 30), 9.0), (date(2026, 10, 31), -9.0)],
                                       [trend.Foretold(date(2027, 5, 1), -20, -30, -10, -25, -15)]),
    "a bridge": bridge.spec("September", "October", 988_718, 1_007_968, MOVES),
    "a bridge where nothing moved": bridge.spec("September", "October", 5, 5, [("New", 0.0)]),
    "a runway": runway.spec(PAST, FUTURE),
    "a runway that ends": runway.spec(PAST, [trend.Foretold(date(2027, 5, 1), -1, -9, 9, -4, 4)]),
    "a flow with a running month": flow.spec(MONTHS, date(2026, 11, 1)),
    "a flow of one customer": flow.spec([(date(2026, 10, 1), 1.0, 0.0)], date(2026, 11, 1)),
    "a flow of nothing": flow.spec([(date(2026, 10, 1), 0.0, 0.0)], date(2026, 11, 1)),
}


def plain(spec: dict[str, Any]) -> dict[str, Any]:
    """The spec with its custom properties replaced, as mails do: vl-convert knows no CSS."""
    light = tokens()["color"]["light"]
    text = re.sub(r"var\(--pl-(\w+)\)", lambda found: light[found[1]], json.dumps(spec))
    return {**json.loads(text), "width": 400}


@pytest.mark.parametrize("name", SPECS)
def test_vega_draws_every_spec(name: str) -> None:
    svg = vl_convert.vegalite_to_svg(plain(SPECS[name]), vl_version="5.20")
    assert svg.count("<path") + svg.count("<text") > 2
    assert "NaN" not in svg and "undefined" not in svg and "Infinity" not in svg


@pytest.mark.parametrize("name", SPECS)
def test_a_spec_names_colours_by_meaning_only(name: str) -> None:
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", json.dumps(SPECS[name])) == []


def drawn_texts(spec: dict[str, Any]) -> list[str]:
    """Every text of the drawn picture, in its order."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", vl_convert.vegalite_to_svg(plain(spec), vl_version="5.20"))


def texts(spec: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What is written into a chart, with how it stands."""
    marks = [layer["mark"] for layer in spec["layer"]]
    return {str(mark["text"]): mark for mark in marks if mark["type"] == "text" and "text" in mark}


def test_a_young_companys_past_has_no_room_for_words() -> None:
    assert {"certified", "forecast"} <= set(texts(trend.spec(PAST, FUTURE)))
    young = texts(trend.spec(PAST[:1], FUTURE))
    assert "certified" not in young and young["$1.01M"]["align"] == "left"


def test_the_last_value_stands_where_the_line_does_not_run() -> None:
    assert texts(runway.spec(PAST, FUTURE))["$1.10M"]["dy"] < 0
    falling = [(day, 3e6 - value) for day, value in PAST]
    assert texts(runway.spec(falling, FUTURE))["$1.90M"]["dy"] > 0
    assert texts(trend.spec(falling, FUTURE))["$1.90M"]["dy"] > 0


@pytest.mark.parametrize(
    ("values", "is_above"),
    [([1.0], True), ([1.0, 1.0], True), ([1.0, 3.0, 2.0], True), ([3.0, 2.0, 2.0], False), ([9.0, 1.0, 2.0], True)],
    ids=["one month", "flat", "a dip while rising", "falling to a stand", "rising again"],
)
def test_a_label_stands_above_where_the_line_comes_from_below(values: list[float], is_above: bool) -> None:
    assert charts.rises(values) == is_above


def test_a_narrow_bands_ends_are_pushed_apart() -> None:
    end = trend.Foretold(date(2027, 10, 28), 1.2e6, 1.19e6, 1.21e6, 1.2e6, 1.2e6)
    high, _, low = (label["mark"].get("dy", 0.0) for label in trend.end_labels(end, 1e6))
    assert high <= -10 and low >= 10, "10,000 of a million are 3 of 300 pixels; a line needs 16"


def test_a_forecast_of_cash_that_is_below_zero_is_drawn_below_zero() -> None:
    drawn = json.dumps(SPECS["a runway below zero"])
    assert "-20" in drawn and "out of cash" not in drawn, "no forecast rises to zero, and nothing is announced twice"


@pytest.mark.parametrize(
    ("running", "align"),
    [pytest.param(5.0, "left", id="over the short bar of the running month"),
     pytest.param(49.0, "right", id="over the month before, where the running one is as high")],
)  # fmt: skip
def test_the_number_of_the_closed_month_stands_on_no_bar(running: float, align: str) -> None:
    rows = [(date(2026, 9, 1), 60.0, 40.0), (date(2026, 10, 1), 50.0, 40.0), (date(2026, 11, 1), running, 1.0)]
    marks = [layer["mark"] for layer in flow.spec(rows, date(2026, 11, 1))["layer"]]
    assert [mark["align"] for mark in marks if mark["type"] == "text"] == [align, "left"]


def test_customers_are_counted_by_whole_ones_and_never_below_none() -> None:
    ticks = [text for text in drawn_texts(SPECS["a flow of one customer"]) if text.strip("\u2212").isdigit()]
    assert ticks == ["0", "1"], "no half of one, and none that left"


def test_thousands_are_parted_on_the_axis_as_beside_it() -> None:
    said = drawn_texts(trend.spec([(day, value / 200) for day, value in PAST], []))
    assert [text for text in said if text.startswith("$")] and not [text for text in said if "$5000" in text]
    assert "$5,200" in said


@pytest.mark.parametrize(
    ("amounts", "unit", "shown"),
    [((350.0, 40.0), "$", ["350", "40"]), ((12_340.0, 40.0), "$ thousand", ["12.3", "0.0"])],
)
def test_the_largest_part_decides_the_unit(amounts: tuple[float, ...], unit: str, shown: list[str]) -> None:
    html = group_html("product", [Part(str(amount), amount, 1.0) for amount in amounts])
    assert re.findall(r'pl-num">([0-9.,]+)<', html) == shown and f"pl-wide\">{unit}<" in html


def test_a_figure_without_a_value_has_its_target_all_the_same() -> None:
    status = Status(None, None, None, (), (), is_stale=False)
    tile = TileFacts(catalogue()["cash_runway"], date(2026, 10, 1), (None,), None, "September", 20.0, status)
    assert "Target at least 20 months<" in target_html(tile)
    assert "No target set" in target_html(replace(tile, target=None))


def test_a_panel_without_rows_opens_its_passport_by_words() -> None:
    assert empty("Nothing yet", "Nothing came.", ("arr",)).corner == "What it means"
    assert empty("Nothing yet", "Nothing came.").corner == ""


@pytest.mark.parametrize(
    ("total", "back", "expected"),
    [(4568.0, 7.0, "4,568 in all, 7 came back. "), (4568.0, 0.0, "4,568 in all. "), (None, None, "")],
)
def test_what_came_back_is_told(total: float | None, back: float | None, expected: str) -> None:
    assert flow.standing(total, back) == expected


def test_a_bridge_steps_from_where_the_last_step_ended() -> None:
    made = bridge.steps(MOVES)
    assert [(step.start, step.end) for step in made] == [(0.0, 24_310.0), (24_310.0, 46_250.0), (46_250.0, 19_250.0)]
    assert [step.meaning for step in made] == ["gainFill", "gainFill", "lossFill"]


@pytest.mark.parametrize(
    ("net", "lowest", "highest", "at", "align"),
    [
        (100.0, 0.0, 110.0, 100.0, "right"),  # in its bar, which is nearly all there is
        (-90.0, -100.0, 0.0, 0.0, "right"),
        (20.0, 0.0, 110.0, 20.0, "left"),
        (-10.0, -100.0, 0.0, -10.0, "right"),  # left of its bar: at the right is the closing figure
        (30.0, -60.0, 40.0, 0.0, "right"),
        (0.0, 0.0, 0.0, 0.0, "left"),
    ],
)
def test_a_bridge_s_net_change_stands_where_there_is_room(
    net: float, lowest: float, highest: float, at: float, align: str
) -> None:
    found, mark = bridge.net_place(net, lowest, highest)
    assert (found, mark["align"]) == (at, align)


def test_stripes_cover_the_bar_half_and_end_at_its_value() -> None:
    assert charts.stripes(50, 100, 100) == [(0, 4), (8, 12), (16, 20), (24, 28), (32, 36), (40, 44), (48, 50)]
    assert charts.stripes(-10, 100, 100) == [(0, -4), (-8, -10)]
    assert charts.stripes(0, 100, 100) == []


def test_a_day_is_a_moment_in_utc() -> None:
    assert charts.day_value(date(1970, 1, 2)) == {"datum": 86_400_000, "type": "temporal"}


def test_time_ticks_are_the_firsts_of_january_and_july() -> None:
    assert charts.month_ticks(date(2025, 2, 1), date(2026, 8, 1)) == ["2025-07-01", "2026-01-01", "2026-07-01"]


def test_a_sparkline_reaches_from_edge_to_edge_and_marks_its_end() -> None:
    assert heights([1, 3, 2]) == [27.0, 3.0, 15.0]
    assert heights([5, 5]) == [15.0, 15.0]
    assert 'style="top:50.0%"' in sparkline([1, 3, 2], "three")
    assert "pl-spark-line" not in sparkline([1], "one")


def test_a_track_puts_value_and_target_on_one_scale() -> None:
    html = track(75, 100)
    assert "width:56.4%" in html  # 75 / 133
    assert "left:75.2%" in html  # 100 / 133
    assert "fill" not in track(0, 0)


def test_the_smallest_parts_are_folded_and_counted() -> None:
    parts = [Part(str(i), 10.0 - i, 1.0) for i in range(8)]
    shown = folded(parts, "country")
    assert [part.name for part in shown] == ["0", "1", "2", "3", "4", "Other, 3 countries"]
    assert shown[-1].now == 5.0 + 4.0 + 3.0
    assert sum(part.now for part in shown) == sum(part.now for part in parts)
    assert folded(parts[:6], "country") == parts[:6]


def test_every_colour_follows_the_theme() -> None:
    for name, light in tokens()["color"]["light"].items():
        assert f"--pl-{name}:light-dark({light},{tokens()['color']['dark'][name]})" in css_variables()
    with pytest.raises(KeyError, match="no colour means 'rainbow'"):
        var("rainbow")


def moved(customer: str, name: str | None, country: str, change: float, product: str = "Core") -> dict[str, Any]:
    """A row of the mart."""
    return {"customer_id": customer, "customer_name": name, "country": country, "product": product,
            "movement": "churn", "opening_mrr_usd": -change, "movement_usd": change,
            "closing_mrr_usd": 0.0}  # fmt: skip


def test_two_customers_of_one_name_are_two_rows_that_can_be_told_apart() -> None:
    rows = [moved("c1", "Marble", "DE", -70), moved("c2", "Marble", "FR", -50)]
    rows.append(moved("c1", "Marble", "DE", -5, "Vault"))
    made = [(row["name"], row["country"], row["change"]) for row in movements.amounts(pd.DataFrame(rows))]
    assert made == [("Marble (c1)", "DE", -75.0), ("Marble (c2)", "FR", -50.0)]


def test_a_customer_without_a_name_goes_by_its_id_and_a_name_alone_stays_as_it_is() -> None:
    rows = [moved("c3", None, "DE", -20), moved("c4", "Fern", "US", -10), moved("c5", "Still", "US", 0.001)]
    made = movements.amounts(pd.DataFrame(rows))
    assert [row["name"] for row in made] == ["c3", "Fern"]
    assert movements.cells(made[1])[:3] == ("Fern", "United States", "Churn")


def test_a_chart_is_said_in_words_that_come_from_its_rows() -> None:
    said = flow.words("50 customers won, 40 lost", MONTHS, date(2026, 10, 1))
    assert said == (
        "50 customers won, 40 lost in October 2026. In 10 months from January 2026: 500 won, 400 lost."
    )
