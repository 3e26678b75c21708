"""Health scores: what is planted is found, chance is not, and every score can be worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from math import exp, log, log1p

import numpy as np
import pandas as pd
import pytest

from app.errors import UsageError
from forecasting.health import Health, Past, judge
from forecasting.health_fit import Fit, band, fit, scores
from forecasting.health_inputs import INPUTS, NAMES, checked

from .customers import MONTHS, chance, customers, month_of

NEWEST = month_of(MONTHS - 1).date()
EARLIER = month_of(MONTHS - 6).date()


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return customers(seed=3)


@pytest.fixture(scope="module")
def health(table: pd.DataFrame) -> Health:
    return Past(table).health(NEWEST)


@pytest.fixture(scope="module")
def learnt(health: Health) -> Fit:
    assert health.learnt is not None
    return health.learnt


def newest_rows(table: pd.DataFrame) -> pd.DataFrame:
    rows = checked(table)
    return rows[rows["month"] == rows["month"].max()]


def test_what_is_planted_is_found_with_its_sign_and_next_to_nothing_else(learnt: Fit) -> None:
    weights = dict(zip(NAMES, learnt.weights, strict=True))
    use = NAMES.index("active_days_count")
    assert learnt.coefficients[use] < -0.6
    assert weights["active_days_count"] > 0.6
    assert weights["active_days_count"] == max(weights.values())
    assert sum(weights.values()) == pytest.approx(1)
    assert all(each.sense * value >= 0 for each, value in zip(INPUTS, learnt.coefficients, strict=True))


def test_the_chances_are_those_by_which_the_customers_leave(health: Health, table: pd.DataFrame) -> None:
    """Of each customer the true chance is known: 400 guesses miss it by little, and none is far off on the whole."""
    truth = table[table["month"] == month_of(MONTHS - 1)].set_index("customer_id")["active_days_count"]
    found = health.scores.set_index("customer_id")["probability"]
    expected = pd.Series(chance(truth.to_numpy()), index=truth.index)
    assert health.reason == ""
    assert len(found) == 400
    assert found.mean() == pytest.approx(expected.mean(), rel=0.15)
    assert float((found - expected).abs().mean()) < 0.03
    assert np.corrcoef(found, expected.loc[found.index])[0, 1] > 0.9


def test_it_was_tried_on_what_it_had_not_seen_and_said_what_came(health: Health) -> None:
    trial = health.trial
    assert trial is not None
    assert trial.closes == tuple(month_of(MONTHS - 1 - back).date() for back in (12, 9, 6, 3))
    assert trial.is_better_than_chance
    assert trial.auc > 0.7
    for count, expected, seen in trial.bins:
        assert abs(seen - expected) < 3 * (expected * (1 - expected) / count) ** 0.5 + 0.005
    assert trial.lift > 2


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_where_leaving_is_chance_there_is_no_score(table: pd.DataFrame, seed: int) -> None:
    """The same customers, and as many who leave, but drawn by lot."""
    lots = np.random.default_rng(seed)
    shuffled = table.copy()
    over = shuffled["has_left"].notna()
    shuffled.loc[over, "has_left"] = lots.permutation(shuffled.loc[over, "has_left"].to_numpy())
    found = Past(shuffled).health(NEWEST)
    assert found.scores.empty
    assert found.learnt is None
    assert "was not surely better than chance: it ranked who left above who stayed in" in found.reason


def test_too_few_who_left_are_an_answer(table: pd.DataFrame) -> None:
    few = table[table["customer_id"].str.startswith("c1")]
    found = Past(few).health(month_of(4).date())
    assert (found.learnt, found.trial, found.scores.empty) == (None, None, True)
    assert found.reason.endswith(
        "customers have left so far, of those whose three months are over; at least 30 are needed to learn from"
    )
    assert int(found.reason.split()[0]) == found.leavers < 30
    untried = Past(table).health(month_of(4).date())
    assert untried.reason.startswith("fewer than 10 customers left at the closes at which the model could be tried")
    nobody = Past(table.iloc[:0]).health(NEWEST)
    assert nobody.reason.startswith("0 customers have left so far")


def test_what_comes_after_a_close_changes_nothing_of_it(table: pd.DataFrame) -> None:
    """The rows as they were at that close: none later, and of the last three months nobody knows who left."""
    then = table[table["month"] <= pd.Timestamp(EARLIER)].copy()
    last_known = pd.Timestamp(EARLIER) - pd.DateOffset(months=3)
    then["has_left"] = then["has_left"].where(then["month"] <= last_known, None)
    spoilt = table.copy()
    spoilt.loc[spoilt["month"] > pd.Timestamp(EARLIER), list(NAMES)] = 7.0
    for other in (table, spoilt):
        was, now = Past(then).health(EARLIER), Past(other).health(EARLIER)
        assert not was.scores.empty
        pd.testing.assert_frame_equal(was.scores.reset_index(drop=True), now.scores.reset_index(drop=True))
        assert was.trial == now.trial


def test_a_month_that_runs_is_scored_by_what_is_over(table: pd.DataFrame) -> None:
    running, over = Past(table).health(NEWEST, is_complete=False), Past(table).health(NEWEST)
    assert over.until is not None
    assert running.until == (pd.Timestamp(over.until) - pd.DateOffset(months=1)).date()


def test_a_score_is_worked_out_by_hand_from_what_is_published(table: pd.DataFrame, learnt: Fit) -> None:
    """A slow loop over the fit's five columns and the inputs in their own units."""
    rows = newest_rows(table).head(60)
    for (_, row), (_, said) in zip(rows.iterrows(), scores(learnt, rows).iterrows(), strict=True):
        log_odds, score = learnt.intercept, round(70 - 10 / log(2) * (learnt.intercept - log(0.05 / 0.95)), 2)
        for at, each in enumerate(INPUTS):
            value = min(row[each.name], each.cap) if each.cap is not None else row[each.name]
            value = log1p(max(value, 0)) if each.log else value
            away = (value - learnt.centers[at]) / learnt.spreads[at]
            moved = max(-3.0, min(3.0, away)) * learnt.coefficients[at]
            log_odds += moved
            score += round(-10 / log(2) * moved, 2)
        assert said["probability"] == pytest.approx(1 / (1 + exp(-log_odds)), rel=1e-9)
        assert said["score"] == pytest.approx(min(100, max(0, score)), abs=0.02)


def test_points_add_up_to_the_score_to_the_hundredth(table: pd.DataFrame, learnt: Fit) -> None:
    for _, said in scores(learnt, newest_rows(table)).iterrows():
        points = [Decimal(str(value)) for value in said["points"].values()]
        assert Decimal(str(learnt.base)) + sum(points) == Decimal(str(said["score"]))


def test_the_scale_ends_at_nought_and_a_hundred_and_says_so(table: pd.DataFrame, learnt: Fit) -> None:
    low = Fit(6.0, learnt.coefficients, learnt.centers, learnt.spreads, learnt.weights, {})
    said = scores(low, newest_rows(table).head(1)).iloc[0]
    assert (said["score"], said["band"]) == (0, "At risk")
    assert round(low.base + sum(said["points"].values()), 2) == 0
    assert said["points"]["limit"] > 0


def test_an_input_that_is_not_known_lowers_the_confidence_and_not_the_score(table: pd.DataFrame, learnt: Fit) -> None:
    rows = newest_rows(table).head(1).copy()
    use = NAMES.index("active_days_count")
    rows["active_days_count"] = learnt.centers[use]
    usual = scores(learnt, rows).iloc[0]
    rows["active_days_count"] = np.nan
    unknown = scores(learnt, rows).iloc[0]
    assert unknown["score"] == usual["score"]
    assert usual["confidence"] == 1
    assert unknown["confidence"] == pytest.approx(1 - learnt.weights[use], abs=1e-4)
    assert "days in use of the last 28" not in unknown["reasons"]


def test_reasons_name_what_weighs_most_with_what_is_usual(table: pd.DataFrame, learnt: Fit) -> None:
    rows = newest_rows(table).head(1).copy()
    rows["active_days_count"] = 0
    said = scores(learnt, rows).iloc[0]
    usual = f"{learnt.centers[0]:,.0f}"
    points = said["points"]["active_days_count"]
    assert points < -10
    assert said["reasons"].startswith(f"days in use of the last 28: 0, usually {usual} (−{-points:.1f})")


def test_an_input_whose_sign_contradicts_sense_is_left_out(table: pd.DataFrame) -> None:
    turned = table.copy()
    turned["active_days_count"] = 28 - turned["active_days_count"]
    rows = checked(turned)
    found = fit(rows[rows["has_left"].notna()])
    assert found.left_out["active_days_count"] == "its sign contradicts sense"
    assert found.coefficients[NAMES.index("active_days_count")] == 0


def test_an_input_of_which_little_is_known_is_left_out(table: pd.DataFrame) -> None:
    scarce = table.copy()
    scarce.loc[scarce.index[29:], "tickets_count"] = np.nan
    scarce["unhappy_count"] = 0
    scarce.loc[scarce.index[:29], "unhappy_count"] = 3
    rows = checked(scarce)
    found = fit(rows[rows["has_left"].notna()])
    assert found.left_out["tickets_count"] == "known of too few"
    assert found.left_out["unhappy_count"] == "the same for nearly all"


def test_who_has_given_notice_is_neither_scored_nor_learnt_from(table: pd.DataFrame) -> None:
    leaving = table.copy()
    first = table.loc[table["month"] == pd.Timestamp(NEWEST), "customer_id"].iloc[0]
    leaving["is_leaving"] = leaving["customer_id"] == first
    found = Past(leaving).health(NEWEST)
    assert first not in set(found.scores["customer_id"])
    assert len(found.scores) == 399


def test_bands_begin_where_they_are_said_to() -> None:
    assert [band(each) for each in (100, 70, 69.99, 60, 59.99, 0)] == [
        "Healthy", "Healthy", "Watch", "Watch", "At risk", "At risk"]  # fmt: skip


def test_a_trial_is_what_counting_pairs_and_squares_gives() -> None:
    """Ten customers: of 3 × 7 pairs the leaver has the higher chance in 15, and ties count half."""
    chances = np.array([0.9, 0.4, 0.2, 0.5, 0.4, 0.3, 0.1, 0.1, 0.1, 0.05])
    left = np.array([True, True, True] + [False] * 7)
    found = judge((date(2026, 1, 1),), chances, np.full(10, 0.3), left)
    pairs = [(a > b) + 0.5 * (a == b) for a in chances[left] for b in chances[~left]]
    assert found.auc == pytest.approx(sum(pairs) / 21) == pytest.approx((7 + 5.5 + 4) / 21)
    assert found.brier == pytest.approx(sum((c - y) ** 2 for c, y in zip(chances, left, strict=True)) / 10)
    assert found.brier_base == pytest.approx((3 * 0.49 + 7 * 0.09) / 10)
    assert found.lift == pytest.approx(1 / 0.3)
    assert [count for count, _, _ in found.bins] == [2] * 5
    assert found.bins[-1][1:] == pytest.approx((0.7, 0.5))
    assert not found.is_better_than_chance  # three who left are too few to be sure


def test_a_table_of_another_shape_is_refused(table: pd.DataFrame) -> None:
    with pytest.raises(UsageError, match=r"lack renewal_days, mrr_usd\. Found month"):
        checked(table[["month", *(name for name in table.columns if name not in ("month", "renewal_days", "mrr_usd"))]])
    with pytest.raises(UsageError, match=r"have c0-0 twice in 2024-01-01"):
        checked(pd.concat([table.head(1), table.head(1)]))
