"""Each customer's health at a close: only where what was learnt before has told leavers from stayers, time and again.

The test is the past replayed. From up to four earlier closes, three months apart so that nobody leaves twice, the
model is made of what was known then and held against who left. If that is no better than giving everybody the usual
chance, there is no score, and a sentence that says why.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from math import sqrt

import numpy as np
import pandas as pd

from forecasting.health_fit import Fit, fit, scores
from forecasting.health_inputs import checked

AHEAD = 3
"""Months in which a customer may leave."""
LEAST_LEAVERS = 30
LEAST_TEST_LEAVERS = 10
TEST_CLOSES = 4
CHANCE_OF_LUCK = 2.326
"""Standard errors that a hundredth of luck reaches."""
BINS = 5


@dataclass(frozen=True)
class Trial:
    """How the model did at earlier closes, each by what was known then.

    Attributes:
        closes: the closes tried, as first days of months, ascending.
        rows, leavers: customers at these closes, and those who left within three months.
        auc, auc_low: how often a leaver had the higher chance; and its lower end, which luck reaches once in a hundred.
        brier, brier_base: mean squared error of the chances, and of the usual chance for all.
        lift: how many times the usual share of leavers the tenth with the highest chances had.
        bins: (customers, expected share, seen share) of fifths by chance, ascending.
    """

    closes: tuple[date, ...]
    rows: int
    leavers: int
    auc: float
    auc_low: float
    brier: float
    brier_base: float
    lift: float
    bins: tuple[tuple[int, float, float], ...]

    @property
    def is_better_than_chance(self) -> bool:
        return self.auc_low > 0.5 and self.brier < self.brier_base

    @property
    def verdict(self) -> str:
        """In words, how it did."""
        ranked = f"it ranked who left above who stayed in {self.auc * 100:.0f} % of pairs"
        if self.is_better_than_chance:
            return f"the model was better than chance: {ranked}"
        if self.auc_low <= 0.5:
            return f"the model was not surely better than chance: {ranked}, which luck may be with so few"
        return f"the model's chances were further from what came than the usual chance for all, although {ranked}"


@dataclass(frozen=True)
class Health:
    """What is said of one close.

    Attributes:
        month: first day of the month that closes.
        reason: why there is no score; empty where there is one.
        rows, leavers, since, until: what the model learnt from: rows, customers who left, first and last close.
        trial: how it did before; None where that could not be tried.
        learnt: the model; None where there is no score.
        scores: as `health_fit.scores` gives them; empty where there is no score.
    """

    month: date
    reason: str
    rows: int
    leavers: int
    since: date | None = None
    until: date | None = None
    trial: Trial | None = None
    learnt: Fit | None = None
    scores: pd.DataFrame = field(default_factory=pd.DataFrame)


class Past:
    """What is known of customers at each close, and what can be learnt from it up to one of them."""

    def __init__(self, table: pd.DataFrame) -> None:
        """Takes the table of `health_inputs.checked`.

        Raises:
            UsageError: it has not that shape.
        """
        self._rows = checked(table)
        self._over = self._rows[self._rows["has_left"].notna() & ~self._rows["is_leaving"]]
        self._fitted = lru_cache(maxsize=64)(self._fit)

    def health(self, month: date, *, is_complete: bool = True) -> Health:
        """Scores those who pay at the close and have not given notice, by what was known at that close.

        Args:
            month: first day of the month.
            is_complete: whether it is over. Of a running one the last close that counts is the one before.
        """
        now = month.year * 12 + month.month - 1
        last = (now if is_complete else now - 1) - AHEAD
        rows = self._known(last)
        leavers = _leavers(rows)
        told = Health(month, "", len(rows), leavers)
        if leavers < LEAST_LEAVERS:
            return _without(told, f"{leavers} customers have left so far, of those whose three months are over; at "
                                  f"least {LEAST_LEAVERS} are needed to learn from")  # fmt: skip
        trial = self._trial(last)
        since, until = _day(rows["month"].min()), _day(rows["month"].max())
        told = Health(month, "", len(rows), leavers, since, until, trial)
        if trial is None:
            return _without(told, f"fewer than {LEAST_TEST_LEAVERS} customers left at the closes at which the model "
                                  "could be tried on what it had not seen")  # fmt: skip
        if not trial.is_better_than_chance:
            seen = f"tried on {trial.leavers} customers who left and whom it had not seen"
            return _without(told, f"{seen}, {trial.verdict}")
        learnt = self._fitted(last)
        here = self._rows[(self._rows["month"] == now) & ~self._rows["is_leaving"]]
        return Health(month, "", told.rows, leavers, told.since, told.until, trial, learnt, scores(learnt, here))

    def _known(self, last: int) -> pd.DataFrame:
        return self._over[self._over["month"] <= last]

    def _fit(self, last: int) -> Fit:
        return fit(self._known(last))

    def _trial(self, last: int) -> Trial | None:
        """The closes `last`, three months before it, and so on, each with a model of what was over by then."""
        closes = [at for at in range(last, last - TEST_CLOSES * AHEAD, -AHEAD)
                  if _leavers(self._known(at - AHEAD)) >= LEAST_LEAVERS]  # fmt: skip
        tried = [self._over[self._over["month"] == at] for at in closes]
        if not tried or sum(map(_leavers, tried)) < LEAST_TEST_LEAVERS:
            return None
        chances = np.concatenate([
            self._fitted(at - AHEAD).chances(rows) for at, rows in zip(closes, tried, strict=True)
        ])  # fmt: skip
        usual = np.concatenate([
            np.full(len(rows), self._known(at - AHEAD)["has_left"].astype(float).mean())
            for at, rows in zip(closes, tried, strict=True)
        ])  # fmt: skip
        left = np.concatenate([rows["has_left"].to_numpy(dtype=bool) for rows in tried])
        return judge(tuple(_day(at) for at in sorted(closes)), chances, usual, left)


def judge(closes: tuple[date, ...], chances: np.ndarray, usual: np.ndarray, left: np.ndarray) -> Trial:
    """Holds chances against what came.

    Args:
        closes: those tried.
        chances: one per customer and close.
        usual: the share of leavers that was known when each was made.
        left: whether it left; some did and some did not.
    """
    from sklearn.metrics import brier_score_loss, roc_auc_score

    auc = float(roc_auc_score(left, chances))
    order = np.argsort(chances, kind="stable")
    tenth = order[-max(1, round(len(order) / 10)) :]
    bins = tuple(
        (len(part), float(chances[part].mean()), float(left[part].mean()))
        for part in np.array_split(order, BINS)
        if len(part)
    )
    low = auc - CHANCE_OF_LUCK * _doubt(auc, int(left.sum()), int((~left).sum()))
    return Trial(
        closes, len(left), int(left.sum()), auc, low,
        float(brier_score_loss(left, chances)), float(brier_score_loss(left, usual)),
        float(left[tenth].mean() / left.mean()), bins)  # fmt: skip


def _doubt(auc: float, leavers: int, stayers: int) -> float:
    """The standard error of an AUC, by Hanley and McNeil (1982)."""
    one, two = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (leavers - 1) * (one - auc**2) + (stayers - 1) * (two - auc**2)
    return sqrt(spread / (leavers * stayers))


def _leavers(rows: pd.DataFrame) -> int:
    return int(rows.loc[rows["has_left"].astype(bool), "customer_id"].nunique())


def _without(told: Health, reason: str) -> Health:
    return Health(told.month, reason, told.rows, told.leavers, told.since, told.until, told.trial)


def _day(at: float) -> date:
    return date(int(at) // 12, int(at) % 12 + 1, 1)
