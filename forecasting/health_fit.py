"""Which customers leave, learnt from what was known before others left; and a score that people can take apart.

A logistic regression with a penalty, over inputs on one scale. Its log-odds are a sum, so a score that is straight in
the log-odds is a sum as well: the usual customer's score, and the points of each input. The scale never moves:
70 is a chance of 5 % to leave within three months, and ten points less is twice the odds.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
import pandas as pd

from forecasting.health_inputs import FURTHEST, INPUTS, scaled

MODEL = "penalised logistic regression"
MODEL_VERSION = "health 1"
PENALTY = 10.0
"""As if it was known beforehand that one spread of an input rarely more than doubles the odds."""
ANCHOR_SCORE, ANCHOR_CHANCE = 70.0, 0.05
POINTS_PER_DOUBLING = 10.0
POINTS = POINTS_PER_DOUBLING / log(2)
"""Points that one unit of log-odds costs."""
HEALTHY, AT_RISK = 70.0, 60.0
"""From 70 on: a chance of 5 % or less. Under 60: of nearly 10 % or more."""
LEAST_KNOWN = 30
"""An input that fewer rows know, or that is the same for all but fewer, is not weighed."""
TOLD, LEAST_TOLD = 3, 2.0
"""So many reasons are put into words, each of at least so many points."""
SMALLEST = 1e-9


@dataclass(frozen=True)
class Fit:
    """What was learnt: per input of INPUTS its usual value, its spread and its coefficient.

    Attributes:
        intercept: log-odds of a customer who is usual in everything.
        coefficients: log-odds per spread, 0 where an input is not weighed.
        centers: usual values, on the scale on which inputs are weighed.
        spreads: one spread on that scale; 1 where all are the same.
        weights: how much each input moves the scores of those of whom it is known: shares that add up to 1.
        left_out: input → why it is not weighed.
    """

    intercept: float
    coefficients: np.ndarray
    centers: np.ndarray
    spreads: np.ndarray
    weights: np.ndarray
    left_out: dict[str, str]

    @property
    def base(self) -> float:
        """The score of a customer who is usual in everything, in points to the hundredth."""
        return round(ANCHOR_SCORE - POINTS * (self.intercept - log(ANCHOR_CHANCE / (1 - ANCHOR_CHANCE))), 2)

    def chances(self, rows: pd.DataFrame) -> np.ndarray:
        """The chance of each row to leave within three months."""
        return np.asarray(1 / (1 + np.exp(-(self.intercept + self._distances(rows) @ self.coefficients))))

    def points(self, rows: pd.DataFrame) -> np.ndarray:
        """Points of each row by input, to the hundredth; 0 where it is not known."""
        return np.asarray(np.round(-POINTS * self._distances(rows) * self.coefficients, 2))

    def _distances(self, rows: pd.DataFrame) -> np.ndarray:
        """From the usual, in spreads; what is not known is as usual."""
        away = (scaled(rows) - self.centers) / self.spreads
        return np.asarray(np.clip(np.nan_to_num(away, nan=0.0), -FURTHEST, FURTHEST))


def fit(rows: pd.DataFrame) -> Fit:
    """Learns from rows whose three months are over.

    An input whose sign contradicts sense (more use, more danger) is left out rather than explained to anybody; then
    the others are weighed again.

    Args:
        rows: as `health_inputs.checked` gives them, `has_left` known, some having left and some not.
    """
    from sklearn.linear_model import LogisticRegression

    values, left = scaled(rows), rows["has_left"].to_numpy(dtype=bool)
    centers, spreads = _usual(values)
    away = np.clip(np.nan_to_num((values - centers) / spreads, nan=0.0), -FURTHEST, FURTHEST)
    left_out = _not_to_be_weighed(values)
    senses = np.array([each.sense for each in INPUTS])
    while True:
        weighed = np.array([each.name not in left_out for each in INPUTS])
        coefficients, intercept = np.zeros(len(INPUTS)), log(left.mean() / (1 - left.mean()))
        if weighed.any():
            learnt = LogisticRegression(C=1 / PENALTY, max_iter=1000).fit(away[:, weighed], left)
            coefficients[weighed], intercept = learnt.coef_[0], float(learnt.intercept_[0])
        wrong = [each.name for each, odd in zip(INPUTS, coefficients * senses < 0, strict=True) if odd]
        if not wrong:
            break
        left_out |= dict.fromkeys(wrong, "its sign contradicts sense")
    moves = np.abs(coefficients) * np.sqrt(_mean(np.where(np.isfinite(values), away, np.nan) ** 2))
    weights = moves / moves.sum() if moves.any() else moves
    return Fit(intercept, coefficients, centers, spreads, weights, left_out)


def _usual(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean of each column and its standard deviation, of what is known; 1 where that is nothing."""
    centers = _mean(values)
    spreads = np.sqrt(_mean((values - centers) ** 2))
    return centers, np.asarray(np.where(spreads < SMALLEST, 1.0, spreads))


def _mean(values: np.ndarray) -> np.ndarray:
    """The mean of each column of what is known, 0 where nothing is."""
    known = np.isfinite(values)
    return np.asarray(np.where(known, values, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1))


def _not_to_be_weighed(values: np.ndarray) -> dict[str, str]:
    """Inputs of which too little is known to learn from, and why."""
    found = {}
    for each, column in zip(INPUTS, values.T, strict=True):
        known = column[np.isfinite(column)]
        alike = np.unique(known, return_counts=True)[1].max() if len(known) else 0
        if len(known) < LEAST_KNOWN:
            found[each.name] = "known of too few"
        elif len(known) - alike < LEAST_KNOWN:
            found[each.name] = "the same for nearly all"
    return found


def scores(learnt: Fit, rows: pd.DataFrame) -> pd.DataFrame:
    """The score of each row, with its reasons.

    Returns:
        One row per customer: `customer_id`, `probability` (to leave within three months), `score` (0 to 100),
        `band`, `confidence` (share of what counts that is known, 0 to 1), `points` (input → points; with `limit`
        where the scale ends), `reasons` (the heaviest in words). `score` is `base` and all points, to the hundredth.
    """
    points, chances = learnt.points(rows), learnt.chances(rows)
    values = scaled(rows)
    known = np.isfinite(values)
    told = []
    for at, (customer, chance) in enumerate(zip(rows["customer_id"], chances, strict=True)):
        of_row = {each.name: float(points[at, i]) for i, each in enumerate(INPUTS) if points[at, i]}
        whole = round(learnt.base + sum(of_row.values()), 2)
        score = min(max(whole, 0.0), 100.0)
        if score != whole:
            of_row["limit"] = round(score - whole, 2)
        told.append({
            "customer_id": customer, "probability": float(chance), "score": score, "band": band(score),
            "confidence": float(round(learnt.weights[known[at]].sum(), 4)), "points": of_row,
            "reasons": _in_words(learnt, values[at], of_row),
        })  # fmt: skip
    names = ["customer_id", "probability", "score", "band", "confidence", "points", "reasons"]
    return pd.DataFrame(told, columns=names)


def band(score: float) -> str:
    """What a score is called."""
    return "Healthy" if score >= HEALTHY else "Watch" if score >= AT_RISK else "At risk"


def _in_words(learnt: Fit, values: np.ndarray, points: dict[str, float]) -> str:
    """The heaviest inputs, each with its value, what is usual, and its points."""
    heavy = [name for name in sorted(points, key=lambda name: -abs(points[name])) if abs(points[name]) >= LEAST_TOLD]
    said = []
    for at, each in enumerate(INPUTS):
        if each.name in heavy[:TOLD]:
            value, usual = each.told(float(values[at])), each.told(float(learnt.centers[at]))
            size = abs(points[each.name])
            sign = "−" if points[each.name] < 0 else "+"
            said.append((-size, f"{each.label}: {value}, usually {usual} ({sign}{size:.1f})"))
    return "; ".join(words for _, words in sorted(said)) or "usual in everything that counts"
