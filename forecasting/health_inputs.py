"""What a health score is made of: the inputs, which way each should point, and how each is put on one scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from app.errors import UsageError

FURTHEST = 3.0
"""No input counts for more than so many spreads from the usual: one odd value must not make a score."""


@dataclass(frozen=True)
class Input:
    """One thing that is known of a customer at a close.

    Attributes:
        name: the column.
        label: what people call it, with its unit.
        sense: 1 where more of it should mean more danger, −1 where more should mean less.
        log: whether tenfold counts rather than ten more.
        cap: beyond it, more says nothing more.
        decimals: with which it is told.
    """

    name: str
    label: str
    sense: Literal[1, -1]
    log: bool = False
    cap: float | None = None
    decimals: int = 0

    def scaled(self, values: np.ndarray) -> np.ndarray:
        """The values as they are weighed; NaN stays NaN."""
        capped = values if self.cap is None else np.minimum(values, self.cap)
        return np.log1p(np.maximum(capped, 0)) if self.log else capped

    def told(self, scaled: float) -> str:
        """A weighed value in the input's own unit, for people."""
        value = float(np.expm1(scaled)) if self.log else scaled
        return f"{value:,.{self.decimals}f}".replace("-", "−")


INPUTS: tuple[Input, ...] = (
    Input("active_days_count", "days in use of the last 28", -1),
    Input("active_days_change", "days in use, compared with the 28 before", -1),
    Input("active_users_count", "people using it in the last 28 days", -1, log=True),
    Input("used_features_ratio", "share of its features in use", -1, decimals=2),
    Input("tickets_count", "tickets in 90 days", 1, log=True),
    Input("waiting_days", "days its oldest open ticket has waited", 1, log=True),
    Input("unhappy_count", "bad ratings of support in 180 days", 1, cap=3),
    Input("failed_payments_count", "failed payments in 90 days", 1, cap=3),
    Input("past_due_ratio", "share of MRR that is past due", 1, decimals=2),
    Input("mrr_change_ratio", "MRR moved in three months, as a share", -1, decimals=2),
    Input("discount_ratio", "discount, as a share", 1, decimals=2),
    Input("renewal_days", "days until the next bill or the contract's end, at most 92", -1, cap=92),
    Input("tenure_months", "months as a customer", -1, log=True),
    Input("mrr_usd", "MRR in dollars", -1, log=True),
)
NAMES = tuple(each.name for each in INPUTS)
COLUMNS = ("month", "customer_id", "is_leaving", "has_left", *NAMES)


def checked(table: pd.DataFrame) -> pd.DataFrame:
    """The table with months as a number that counts months, and inputs as floats (NaN: not known).

    Args:
        table: one row per month and customer: `month` (first day), `customer_id`, `is_leaving`, `has_left` (null while
            the three months are not over), and the inputs in their own units.

    Raises:
        UsageError: a column is missing, or a customer has two rows in one month.
    """
    if missing := [name for name in COLUMNS if name not in table.columns]:
        raise UsageError(
            f"The inputs of health lack {', '.join(missing)}. Found {', '.join(map(str, table.columns))}. Expected one "
            "row per month and customer with all of them. Build anew with `plumbline run build`."
        )
    if (twice := table.duplicated(["month", "customer_id"])).any():
        who = table.loc[twice, ["month", "customer_id"]].iloc[0]
        raise UsageError(
            f"The inputs of health have {who['customer_id']} twice in {who['month']}. Expected one row per month and "
            "customer. Look at rollup.health_input_month."
        )
    found = table.loc[:, list(COLUMNS)].copy()
    months = pd.to_datetime(found["month"])
    found["month"] = months.dt.year * 12 + months.dt.month - 1
    found["is_leaving"] = found["is_leaving"].astype(bool)
    found[list(NAMES)] = found[list(NAMES)].astype(float)
    return found


def scaled(rows: pd.DataFrame) -> np.ndarray:
    """The inputs of the rows as they are weighed: one row each, one column per input, NaN where not known."""
    return np.column_stack([each.scaled(rows[each.name].to_numpy(dtype=float)) for each in INPUTS])
