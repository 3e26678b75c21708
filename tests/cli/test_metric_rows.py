"""How a figure is shown: every column that the question has, each missing value with its own reason."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from rich.console import Console

from app.answers import Answer, answered
from app.errors import UsageError
from app.made_of import Additivity
from app.metrics import catalogue
from app.status import Status
from pipelines.commands.metrics import _draw, _filter, _payload

STATUS = Status(None, None, None, (), (), False)
ADDS = Additivity(False, ("country",), "A stock.", "A sum.")
SEP, OCT = date(2026, 9, 1), date(2026, 10, 1)


def answer_of(name: str, columns: tuple[str, ...], *rows: tuple[object, ...]) -> Answer:
    return answered(rows, columns, "select 1", catalogue()[name], ADDS, STATUS)


def shown(payload: dict[str, object], *, is_filtered: bool = False) -> str:
    console = Console(file=io.StringIO(), width=120)
    _draw(payload, console, is_filtered)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_each_missing_value_has_its_own_reason() -> None:
    columns = ("month", "country", "value", "reason")
    found = answer_of("quick_ratio", columns, (SEP, "DE", None, "no losses"), (SEP, "US", Decimal("1.5"), None))
    payload = _payload(("country",), found)
    assert payload["rows"] == [
        {"month": SEP, "country": "DE", "value": None, "reason": "no losses"},
        {"month": SEP, "country": "US", "value": Decimal("1.5"), "reason": None},
    ]
    assert (payload["additive_over_time"], payload["additive_over_dimensions"]) == (False, ["country"])
    assert (payload["why_over_time"], payload["null_reason"]) == ("A stock.", "no losses")
    assert "n/a (no losses)" in shown(payload) and "1.5000" in shown(payload)


def test_what_is_not_known_at_all_is_not_told_as_if_it_were() -> None:
    """The metric's own reason, cash-generative, is that of a month whose cash is known."""
    nothing = _payload((), answer_of("cash_runway", ("month", "value")))
    assert nothing["null_reason"] == "nothing is known of this month"
    assert "No rows: nothing is known of this month.\n" in shown(nothing)
    assert "No rows: nothing is known of this month, or the filters leave nothing." in shown(nothing, is_filtered=True)
    no_value = answer_of("cash_runway", ("month", "value"), (OCT, None))
    assert "n/a (cash-generative)" in shown(_payload((), no_value))
    assert no_value.why_null(SEP) == "nothing is known of this month"
    assert _payload((), answer_of("cash_runway", ("month", "value"), (OCT, Decimal(3))))["null_reason"] is None


def test_what_was_never_checked_or_not_remembered_is_said_in_words() -> None:
    payload = _payload((), answer_of("net_mrr", ("month", "value"), (OCT, Decimal(3))))
    assert "not checked yet" in shown(payload)
    known = {"known_at": 1, "known": {"recorded_at": 2, "version": 3, "unremembered": 0}}
    assert "promises are not remembered" in shown(payload | known)
    assert "checked at 2026" in shown(payload | {"checked_at": "2026-10-01"})


def test_a_comparison_shows_all_its_numbers() -> None:
    columns = ("month", "value", "compared", "change", "relative", "reason")
    found = answer_of(
        "net_mrr", columns, (SEP, Decimal(5), None, None, None, "no value 1 month before"),
        (OCT, Decimal(4), Decimal(5), Decimal(-1), Decimal("-0.2"), None),
    )  # fmt: skip
    payload = _payload((), found)
    assert payload["columns"] == list(columns[:-1])
    assert found.frame["relative"].tolist()[1] == -0.2
    text = shown(payload)
    assert "−0.2000" in text and "−1.00" in text and "2026-09" in text


def test_days_and_ages_are_shown_as_they_are() -> None:
    found = answer_of("net_mrr", ("day", "value"), (date(2026, 9, 30), Decimal(7)))
    assert "2026-09-30" in shown(_payload((), found))
    by_age = answer_of("nrr", ("age", "value", "reason"), (3, None, "one of the cohorts has no row of this age"))
    assert "one of the cohorts" in shown(_payload((), by_age))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("country=DE", ("country", "=", "DE")), ("day>=2026-01-01", ("day", ">=", "2026-01-01")),
     ("plan=a=b<c", ("plan", "=", "a=b<c")), ("country=", ("country", "=", "")), ("d<2026-01", ("d", "<", "2026-01"))],
)  # fmt: skip
def test_a_filter_is_read_up_to_its_first_sign(text: str, expected: tuple[str, str, str]) -> None:
    assert _filter(text) == expected


def test_a_filter_without_a_sign_is_none() -> None:
    with pytest.raises(UsageError, match="expected DIMENSION=VALUE"):
        _filter("country")
