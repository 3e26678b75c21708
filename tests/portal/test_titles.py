"""A title is the finding of the rows below it; each expected sentence was worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from app.ui import titles

T = "\u2009"
A = "\u2019"
FLAT = [8_200_000.0 + 50_000 * i for i in range(13)]  # 8.2M … 8.8M: 7.3 % in a year


@pytest.mark.parametrize(
    ("values", "foretold", "horizon", "expected"),
    [
        pytest.param([11.2e6, 11.5e6, 11.8e6, 11.9e6, 12.11e6], 14.3e6, 12,
                     "ARR passed $12M; in a year it should stand at $14.3M", id="a round figure was passed"),
        pytest.param([12.2e6, 12.3e6, 12.4e6, 12.5e6, 12.6e6], 14e6, 6,
                     "ARR stands at $12.60M; in 6 months it should stand at $14M", id="it was passed long ago"),
        pytest.param(FLAT, None, 0, f"ARR grew 7.3{T}% in a year", id="a year of growth, no forecast"),
        pytest.param(FLAT, 9.5e6, 12, f"ARR grew 7.3{T}% in a year; in another it should stand at $9.5M",
                     id="a year back and a year ahead"),
        pytest.param([8.2e6] * 13, None, 0, "ARR stood still for a year", id="a year of nothing"),
        pytest.param(FLAT[::-1], None, 0, f"ARR fell 6.8{T}% in a year", id="a year of decline"),
        pytest.param([11.7e6, 11.9e6, 12.1e6, 11.9e6, 12.05e6], None, 0, "ARR passed $12M", id="passed for good"),
        pytest.param([12.1e6, 11.9e6, 12.1e6, 12.1e6, 12.05e6], None, 0, "ARR stands at $12.05M", id="it only wavered"),
        pytest.param([], 1.0, 12, "No ARR yet", id="no rows"),
        pytest.param([0.0], None, 0, "ARR stands at $0", id="nothing earned"),
    ],
)  # fmt: skip
def test_trend(values: list[float], foretold: float | None, horizon: int, expected: str) -> None:
    assert titles.trend("ARR", values, foretold, horizon) == expected


@pytest.mark.parametrize(
    ("unbuilt", "failed", "expected"),
    [
        pytest.param(None, "", "", id="up to date"),
        pytest.param(date(2026, 12, 1), "", " December has closed since and is not built yet.",
                     id="a month is missing"),
        pytest.param(None, "22 Nov 2026, 06:00", " The newest build failed (22 Nov 2026, 06:00); what is shown is of "
                     "the one before.", id="a build failed"),
    ],
)  # fmt: skip
def test_standing(unbuilt: date | None, failed: str, expected: str) -> None:
    assert titles.standing(unbuilt, failed) == expected


@pytest.mark.parametrize(
    ("opening", "closing", "expected"),
    [
        pytest.param(988_718, 1_009_482, f"MRR grew 2.1{T}%: $48.4K won, $27.1K lost", id="growth"),
        pytest.param(1_009_482, 988_718, f"MRR fell 2.1{T}%: $48.4K won, $27.1K lost", id="decline"),
        pytest.param(1_000_000, 1_000_200, "MRR stood still: $48.4K won, $27.1K lost", id="less than can be printed"),
        pytest.param(0, 5_000, "MRR began: $48.4K won, $27.1K lost", id="from nothing"),
    ],
)
def test_bridge(opening: float, closing: float, expected: str) -> None:
    assert titles.bridge("MRR", opening, closing, 48_430, 27_080) == expected


def test_a_bridge_that_only_exchange_rates_moved_says_that_nothing_was_won_or_lost() -> None:
    assert titles.bridge("MRR", 1_316, 1_299, 0.0, 0.2) == f"MRR fell 1.3{T}%: nothing won, nothing lost"
    assert titles.bridge("MRR", 724, 778, 54, 0.0) == f"MRR grew 7.5{T}%: $54 won, nothing lost"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param([("Core", 40.0), ("Insights", 55.0), ("Automate", 57.0), ("Vault", 35.0)],
                     f"Automate and Insights brought 60{T}% of the year{A}s growth", id="112 of 187 is 60 %"),
        pytest.param([("Core", -90.0), ("Insights", 60.0), ("Automate", 57.0)],
                     "Insights grew most in a year, by $60", id="two brought more than all: no share"),
        pytest.param([("Core", -90.0), ("Insights", 60.0)], "Core lost most in a year: $90", id="the whole shrank"),
        pytest.param([("Core", 0.0)], "Nothing changed in a year", id="nothing moved"),
        pytest.param([], "Nothing to show yet", id="no rows"),
    ],
)  # fmt: skip
def test_ranked(changes: list[tuple[str, float]], expected: str) -> None:
    assert titles.ranked(changes) == expected


@pytest.mark.parametrize(
    ("months", "balance", "expected"),
    [
        pytest.param(27.2, 9.84e6, f"Cash lasts 27 months at today{A}s burn", id="never rounded up"),
        pytest.param(1.9, 1e5, f"Cash lasts 1 month at today{A}s burn", id="one month"),
        pytest.param(None, 9.84e6, "Cash stands at $9.84M: cash-generative", id="nothing is burnt"),
        pytest.param(None, None, "No bank balances yet", id="no rows"),
        pytest.param(0.0, -5.0, "The cash is spent", id="overdrawn"),
    ],
)
def test_runway(months: float | None, balance: float | None, expected: str) -> None:
    assert titles.runway(months, balance, "cash-generative") == expected


@pytest.mark.parametrize(
    ("came", "went", "expected"),
    [(121, 72, "121 customers won, 72 lost"), (1, 0, "1 customer won, none lost"), (0, 3, "No customers won, 3 lost"),
     (None, 3, "No customers yet")],
)  # fmt: skip
def test_flow(came: float | None, went: float | None, expected: str) -> None:
    assert titles.flow("customers", came, went) == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "Nothing to report"), (1, "One thing to know"), (5, "Five things to know"), (12, "12 things to know")],
)
def test_alerts(count: int, expected: str) -> None:
    assert titles.alerts(count) == expected


@pytest.mark.parametrize(
    ("kept", "broken", "warned", "not_run", "expected"),
    [(40, 1, 0, 0, "40 of 41 promises are kept"), (41, 0, 0, 0, "All 41 promises are kept"),
     (0, 0, 0, 0, "No promise has been checked yet"), (1, 0, 0, 0, "The one promise is kept"),
     (1, 1, 0, 0, "1 of 2 promises is kept"), (0, 2, 0, 0, "0 of 2 promises are kept"),
     (726, 0, 1, 0, "726 of 727 promises are kept, 1 warns"), (39, 1, 2, 0, "39 of 42 promises are kept, 2 warn"),
     (412, 0, 0, 315, "All 412 promises are kept, 315 not run"),
     (0, 0, 0, 5, "No promise has been checked yet, 5 not run")],
)  # fmt: skip
def test_promises(kept: int, broken: int, warned: int, not_run: int, expected: str) -> None:
    assert titles.promises(kept, broken, warned, not_run) == expected


@pytest.mark.parametrize(
    ("names", "late", "expected"),
    [(["Stripe", "Files"], [], "All 2 sources have loaded"), (["Stripe"], [], "Stripe has loaded"),
     (["Stripe", "Files"], ["Stripe"], "Stripe is late"), (["A", "B"], ["A", "B"], "A and B are late"),
     ([], [], "No source is connected")],
)  # fmt: skip
def test_sources(names: list[str], late: list[str], expected: str) -> None:
    assert titles.sources(names, late) == expected


def test_a_failure_is_louder_than_lateness() -> None:
    assert titles.sources(["Stripe", "Files"], ["Files"], ["Stripe"]) == "Stripe failed to load"
    assert titles.sources(["Stripe", "Files"], ["Files"], (), ["Stripe"]) == "Files is late"
    assert titles.sources(["Stripe", "Files"], (), (), ["Files"]) == "Files is being loaded for the first time"


@pytest.mark.parametrize(
    ("count", "failed", "expected"),
    [(0, 0, "No mail has been sent yet"), (1, 0, "The one mail was delivered"), (12, 0, "All 12 mails were delivered"),
     (12, 1, "1 of 12 mails was not delivered"), (12, 3, "3 of 12 mails were not delivered")],
)  # fmt: skip
def test_deliveries(count: int, failed: int, expected: str) -> None:
    assert titles.deliveries(count, failed) == expected


def test_inbox() -> None:
    said = [titles.inbox(count) for count in (0, 1, 2, 12)]
    assert said == ["No mails to you yet", "One mail to you", "Two mails to you", "12 mails to you"]


def test_a_label_is_small_inside_a_sentence_unless_it_is_an_abbreviation() -> None:
    expected = f"Core brings 50.0{T}% of recognised revenue"
    assert titles.breakdown("Recognised revenue", "product", [("Core", 0.5)]) == expected


def test_breakdown_and_movements() -> None:
    assert titles.breakdown("MRR", "country", [("Japan", 0.482), ("Spain", 0.1)]) == f"Japan brings 48.2{T}% of MRR"
    assert titles.breakdown("MRR", "country", []) == "No MRR by country yet"
    assert titles.movements(date(2026, 10, 1), 3) == "Whose MRR moved most in October"
    assert titles.movements(date(2026, 10, 1), 0) == f"No customer{A}s MRR moved in October"
