"""Each number that a report draws, against a slow loop over the rules by which the invented marts are made.

Nothing of the compiler, of the gathering or of the drawing is used to work out what is expected.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

import pytest

from app.access import Viewer
from app.reports.report import TIME, Report, judged
from app.settings import Settings
from app.ui.panels.saved import drawn
from app.ui.reading import Reading
from app.warehouse import Warehouse

from .by_hand import texts
from .invented import AS_OF, MONTHS, SPLIT, closing

LAST = 33  # October 2026
EVA = Viewer("eva@example.com", ("executive",))
PLACES = {"product": 0, "plan": 1, "country": 2}


def mrr(at: int, share: int) -> tuple[float, float]:
    return closing(at) * share / 100, 1.0


def revenue(at: int, share: int) -> tuple[float, float]:
    return float(share * (100 + at)), 1.0


def customers(at: int, share: int) -> tuple[float, float]:
    return float((4000 + 10 * at) * share // 100), 1.0


def arpa(at: int, share: int) -> tuple[float, float]:
    return closing(at) * share / 100, float((4000 + 10 * at) * share // 100)


RULES = {"net_mrr": mrr, "recognized_revenue": revenue, "active_customers": customers, "arpa": arpa}
LABELS = {"net_mrr": "MRR", "recognized_revenue": "Recognised revenue", "active_customers": "Active customers",
          "arpa": "ARPA"}  # fmt: skip
KNOWN_BY = {"net_mrr": tuple(PLACES), "recognized_revenue": tuple(PLACES), "active_customers": ("country",),
            "arpa": ("country",)}  # fmt: skip


def value(metric: str, at: int, rows: list[tuple[str, str, str, int]]) -> float:
    """A figure of some rows of a month: sums, and for ARPA a division of sums."""
    parts = [RULES[metric](at, row[3]) for row in rows]
    above, below = sum(part[0] for part in parts), sum(part[1] for part in parts)
    return above / below if metric == "arpa" else above


def by(dimension: str, rows: list[tuple[str, str, str, int]]) -> dict[str, list[tuple[str, str, str, int]]]:
    found: dict[str, list[tuple[str, str, str, int]]] = defaultdict(list)
    for row in rows:
        found[row[PLACES[dimension]]].append(row)
    return found


def largest(metric: str, dimension: str, rows: list[Any], most: int | None) -> list[tuple[str, list[Any]]]:
    """Parts, the largest first; what is beyond the first so many together, where that is more than one."""
    parts = sorted(by(dimension, rows).items(), key=lambda part: (-value(metric, LAST, part[1]), part[0]))
    if most is None or len(parts) <= most + 1:
        return parts
    rest = [row for _, rows in parts[most:] for row in rows]
    many = {"product": "products", "plan": "plans", "country": "countries"}[dimension]
    return [*parts[:most], (f"Other, {len(parts) - most} {many}", rest)]


@pytest.fixture(scope="module")
def reading(filled: Settings) -> Iterator[Reading]:
    warehouse = Warehouse(filled)
    yield Reading(warehouse, EVA, AS_OF, datetime.now(UTC), filled.timezone, with_receipts=False)
    warehouse.close()


def number(text: str) -> float:
    """A printed amount as a number."""
    return float(re.sub(r"[^\d.\-]", "", text.replace("\u2212", "-")))


def kept(report: Report) -> list[Any]:
    """The invented rows that a report's filters keep."""
    return [row for row in SPLIT if all(row[PLACES[each.by]] in each.values for each in report.filters if each.values)]


def near(printed: str, expected: float, factor: float = 1.0) -> bool:
    decimals = len(re.sub(r"\D", "", printed.partition(".")[2]))
    return abs(number(printed) - expected * factor) <= 0.5 * 10**-decimals + 1e-6


def grown(chance: random.Random) -> Report:
    """A report of one to three figures, of whatever shape they allow."""
    kind = chance.choice(("table", "table", "pivot", "bar", "line", "scatter"))
    metrics = chance.sample(tuple(RULES), {"table": chance.randint(1, 3), "scatter": 2}.get(kind, 1))
    dims = [dim for dim in PLACES if all(dim in KNOWN_BY[metric] for metric in metrics)]
    first = chance.choice(dims)
    fields: dict[str, Any] = {"kind": kind, "values": metrics, "rows": (first,), "last": chance.choice((1, 3, 12))}
    if kind in ("table", "pivot", "bar", "line"):
        fields["top"] = chance.choice((None, 2, 3, 5))
    if kind == "pivot":
        fields["columns"] = (chance.choice([TIME, *(dim for dim in dims if dim != first)]),)
    if kind == "line":
        fields |= {"rows": (TIME,), "columns": (first,)}
    if kind in ("table", "bar") and chance.random() < 0.5:
        fields["compare"] = chance.choice(("month_before", "year_before"))
    if chance.random() < 0.4:
        by_what = chance.choice(dims)
        fields["filters"] = ({"by": by_what, "values": [row[PLACES[by_what]] for row in chance.sample(SPLIT, 4)]},)
    return judged(fields)


def as_read(html: str) -> list[list[str]]:
    """A table's rows as their cells' texts: a plan of ours has signs that HTML escapes."""
    return [[unescape(cell) for cell in row] for row in texts(html)]


def check_table(report: Report, html: str) -> None:
    rows, printed = kept(report), as_read(html)
    parts = largest(report.values[0], report.rows[0], rows, report.top)
    parts += [("All", rows)] if report.totals else []
    assert [row[0] for row in printed[1:]] == [name for name, _ in parts]
    step = 2 if report.compare else 1
    for row, (_, mine) in zip(printed[1:], parts, strict=True):
        for at, metric in enumerate(report.values):
            assert near(row[1 + at * step], value(metric, LAST, mine)), (report.json_text(), row)
            if report.compare:
                now, then = value(metric, LAST, mine), value(metric, LAST - back(report), mine)
                change = now - then if metric == "active_customers" else 100 * (now / then - 1)
                assert near(row[2 + at * step], change), (report.json_text(), row, change)


def back(report: Report) -> int:
    return 12 if report.compare == "year_before" else 1


def check_pivot(report: Report, html: str) -> None:
    rows, printed, metric = kept(report), as_read(html), report.values[0]
    parts, across = largest(metric, report.rows[0], rows, report.top), report.columns[0]
    if across == TIME:
        columns = [(f"{MONTHS[at]:%b %Y}", at, None) for at in range(LAST - report.last + 1, LAST + 1)]
    else:
        columns = [(name, LAST, name) for name in sorted(by(across, rows))]
    assert printed[0][1:] == [name for name, _, _ in columns] + (["All"] if across != TIME else [])
    for row, (name, mine) in zip(printed[1:], [*parts, ("All", rows)], strict=True):
        assert row[0] == name
        for cell, (_, at, part) in zip(row[1:], columns, strict=False):
            here = [each for each in mine if part is None or each[PLACES[across]] == part]
            assert (cell == "\u2013") if not here else near(cell, value(metric, at, here)), (report.json_text(), row)
        if across != TIME:
            assert near(row[-1], value(metric, LAST, mine))


def check_bar(report: Report, html: str) -> None:
    rows, printed, metric = kept(report), as_read(html), report.values[0]
    parts = [*largest(metric, report.rows[0], rows, report.top or 10), ("All", rows)]
    factor = 0.001 if printed[0][1] == "$ thousand" else 1.0
    assert [row[0] for row in printed[1:]] == [name for name, _ in parts]
    for row, (_, mine) in zip(printed[1:], parts, strict=True):
        assert near(row[2], value(metric, LAST, mine), factor), (report.json_text(), row)


def check_line(report: Report, spec: dict[str, Any]) -> None:
    metric, rows = report.values[0], kept(report)
    parts = largest(metric, report.columns[0], rows, report.top or 5)
    lines = [each for each in spec["layer"] if each["mark"]["type"] == "line"][::-1]
    assert len(lines) == len(parts)
    for line, (_, mine) in zip(lines, parts, strict=True):
        drawn_ = [point["value"] for point in line["data"]["values"]]
        expected = [value(metric, at, mine) for at in range(LAST - report.last + 1, LAST + 1)]
        assert drawn_ == pytest.approx(expected), report.json_text()


def check_scatter(report: Report, spec: dict[str, Any]) -> None:
    points = {point["name"]: (point["a"], point["b"]) for point in spec["layer"][0]["data"]["values"]}
    parts = by(report.rows[0], kept(report))
    assert set(points) == set(parts)
    for name, mine in parts.items():
        assert points[name] == pytest.approx([value(metric, LAST, mine) for metric in report.values])


def test_every_number_of_many_reports_is_that_of_the_rules(reading: Reading) -> None:
    chance, seen = random.Random(26), defaultdict[str, int](int)
    for _ in range(70):
        report = grown(chance)
        seen[report.kind] += 1
        picture = drawn(reading, report)
        assert "pl-empty" not in picture.html, (report.json_text(), picture.html)
        if picture.spec:
            {"line": check_line, "scatter": check_scatter}[report.kind](report, picture.spec)
        else:
            {"table": check_table, "pivot": check_pivot, "bar": check_bar}[report.kind](report, picture.html)
    assert len(seen) == 5 and min(seen.values()) >= 5, seen


def test_one_figure_bars_over_time_and_an_area_say_the_same(reading: Reading) -> None:
    one = drawn(reading, judged({"kind": "kpi", "values": ["net_mrr"], "compare": "year_before"}))
    assert one.title == "MRR stands at $1.06M" and "+29.3" in one.html and one.value == 1_060_000
    bars = drawn(reading, judged({"kind": "bar", "values": ["net_mrr"], "rows": [TIME], "last": 3}))
    assert bars.spec is not None
    assert [row["value"] for row in bars.spec["layer"][0]["data"]["values"]] == [1_020_000, 1_040_000, 1_060_000]
    assert bars.spec["layer"][0]["encoding"]["y"]["scale"]["domain"][0] == 0, "Bars begin at zero."
    area = drawn(reading, judged({"kind": "area", "values": ["net_mrr"], "rows": [TIME], "columns": ["product"],
                                  "last": 2, "top": 2}))  # fmt: skip
    assert area.spec is not None
    stacks = [each["data"]["values"][-1] for each in area.spec["layer"] if each["mark"]["type"] == "area"]
    assert [round(each[end]) for each in stacks for end in ("low", "high")] == [
        0, 530_000, 530_000, 742_000, 742_000, 1_060_000
    ]  # fmt: skip


def test_a_page_s_filter_narrows_a_report_that_heeds_it_and_leaves_another_whole(reading: Reading) -> None:
    narrowed = replace(reading, where=(("product", "Core"),))
    heeds = drawn(narrowed, judged({"values": ["net_mrr"], "rows": ["plan"]}))
    assert texts(heeds.html)[1:] == [["Core Monthly", "530,000"], ["All", "530,000"]] and heeds.whole == ()
    cannot = drawn(narrowed, judged({"values": ["net_mrr", "active_customers"]}))
    assert texts(cannot.html)[1:] == [["All", "1,060,000", "4,327"]] and cannot.whole == ("product",)


def test_a_page_s_filter_and_the_report_s_own_keep_what_both_keep(reading: Reading) -> None:
    own = judged({"values": ["net_mrr"], "filters": [{"by": "product", "values": ["Core", "Vault"]}]})
    both = drawn(replace(reading, where=(("product", "Vault"), ("product", "Relay"))), own)
    assert texts(both.html)[1:] == [["All", "53,000"]]
    neither = drawn(replace(reading, where=(("product", "Relay"),)), own)
    assert "There is nothing of what is chosen." in neither.html and "53,000" not in neither.html


def test_a_quarter_sums_what_flows_and_closes_with_what_stands(reading: Reading) -> None:
    """July to September are the months 30 to 32: 100 × (130 + 131 + 132) dollars earned, and MRR of September."""
    made = drawn(reading, judged({"values": ["recognized_revenue", "net_mrr"], "grain": "quarter"}))
    assert texts(made.html)[1:] == [["All", "39,300", "1,040,000"]]
    assert "Q3 2026" in made.subtitle and made.corner == "Closed 30 Sep"
    rows = drawn(reading, judged({"values": ["net_mrr"], "rows": [TIME], "grain": "year", "last": 30}))
    assert texts(rows.html)[1:] == [["2024", "620,000"], ["2025", "860,000"]]


def test_an_earlier_end_speaks_of_that_month(reading: Reading) -> None:
    made = drawn(reading, judged({"values": ["net_mrr"], "until": date(2026, 3, 15)}))
    assert (made.title, made.corner) == ("MRR stands at $920.0K", "Closed 31 Mar")
    assert made.month == date(2026, 3, 1) and made.value == closing(26)
