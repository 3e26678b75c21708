"""How a locale writes figures, days and times: against what people of these places write by hand."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import vl_convert
from pydantic import ValidationError

from app.manner import manner_of
from app.settings import ROOT, Settings
from app.ui import charts, look
from app.ui import format as f

T, NB = "\u2009", "\u00a0"
NEW_YORK = ZoneInfo("America/New_York")
EVENING = datetime(2026, 10, 31, 22, 5, 9, tzinfo=ZoneInfo("UTC"))  # 18:05 in New York


@pytest.mark.parametrize(
    ("locale", "number", "money", "day", "instant"),
    [
        ("en-GB", "1,234,567.5", "$12.11M", "31 October 2026", "31 Oct 2026, 18:05"),
        ("en-US", "1,234,567.5", "$12.11M", "October 31, 2026", "Oct 31, 2026, 6:05 PM"),
        ("de-DE", "1.234.567,5", "$12,11M", "31 October 2026", "31 Oct 2026, 18:05"),
        ("de_CH", "1\u2019234\u2019567.5", "$12.11M", "31 October 2026", "31 Oct 2026, 18:05"),
        ("fr-FR", f"1{NB}234{NB}567,5", "$12,11M", "31 October 2026", "31 Oct 2026, 18:05"),
        ("fr-CA", f"1{NB}234{NB}567,5", "$12,11M", "31 October 2026", "31 Oct 2026, 18:05"),
    ],
)
def test_figures_days_and_times(
    monkeypatch: pytest.MonkeyPatch, locale: str, number: str, money: str, day: str, instant: str
) -> None:
    monkeypatch.setattr(f, "current", lambda: manner_of(locale))
    assert f.number(1_234_567.5, 1) == number
    assert f.money(12_113_784) == money
    assert f.long_day(date(2026, 10, 31)) == day
    assert f.clock_time(EVENING, NEW_YORK) == instant


def test_what_is_made_of_them_keeps_their_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f, "current", lambda: manner_of("de-DE"))
    assert f.signed_money(-27_060) == f"{f.MINUS}$27,1K" and f.signed(0.0, 1) == "0,0" and f.signed(1_200.0) == "+1.200"
    assert f.money_axis(14_300_000) == "$14,3M" and f.money_axis(8_000_000) == "$8M"
    assert f.change(1.0117, 1.0, "usd") == f"+1,2{T}%" and f.seconds(0.4) == f"0,4{T}s"


@pytest.mark.parametrize(("hour", "said"), [(0, "12:05 AM"), (11, "11:05 AM"), (12, "12:05 PM"), (13, "1:05 PM")])
def test_noon_and_midnight_are_twelve(hour: int, said: str) -> None:
    assert manner_of("en-US").clock(datetime(2026, 10, 31, hour, 5)) == said


def test_charts_write_the_same_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    def labels() -> list[str]:
        spec = {"data": {"values": [{"a": 12_500.0}, {"a": 0.0}]}, "mark": "point", "config": look.vega_config(),
                "encoding": {"y": {"field": "a", **charts.unit_axis("count", 0.0, 12_500.0)}}}  # fmt: skip
        plain = re.sub(r"var\([^)]*\)", "#000", json.dumps(spec))
        return re.findall(r">([\d.,]+)<", vl_convert.vegalite_to_svg(plain))

    assert "10,000" in labels()
    monkeypatch.setattr(look, "current", lambda: manner_of("de-DE"))
    assert "10.000" in labels()


@pytest.mark.parametrize("name", ["xx-YY", "", "Deutsch", "../de", "de-DE-1901-xx-y"])
def test_a_locale_that_there_is_not_is_refused_in_words(name: str) -> None:
    with pytest.raises(ValidationError, match="no locale that is known; use one such as en-GB"):
        Settings(locale=name)


def test_no_page_writes_a_number_or_a_day_past_it() -> None:
    """In what draws pages and mails' words, each number and day goes through the manner."""
    past = re.compile(r":,(\.\d|\}|\.\{)|%-?d %[bB]|:%H:%M")
    allowed = {"app/manner.py", "app/ui/format.py", "app/export/workbook.py"}
    files = [*(ROOT / "app").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
    found = [f"{path.relative_to(ROOT)}: {line.strip()}" for path in files
             if str(path.relative_to(ROOT)) not in allowed and "app/files/" not in str(path)
             for line in path.read_text().splitlines() if past.search(line)]  # fmt: skip
    assert found == []
