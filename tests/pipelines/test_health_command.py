"""What `plumbline health` says: a list, one customer taken apart, or why there is nothing to list."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

from app.access import OPERATOR, Viewer
from app.customer_health import CUSTOMERS, INPUTS, MODELS, CustomerHealth, customer_health
from app.errors import UsageError
from pipelines.commands.health import _draw, _draw_one, _payload

OCTOBER = date(2026, 10, 1)
MODEL = {"month": OCTOBER, "reason": "", "learnt_leavers": 59, "trial_rows": 699, "trial_leavers": 21, "auc": 0.654,
         "lift": 1.9}  # fmt: skip
ACORN = {
    "month": OCTOBER, "customer_id": "cus_1", "customer_name": "Acorn [hotels]", "health_band": "At risk",
    "score": Decimal("52.35"), "base_score": Decimal("77.40"), "probability": 0.155, "confidence": Decimal("0.9"),
    "mrr_usd": Decimal("1250.50"), "product": "Core", "plan": "Team", "owner": None,
    "reasons": "a: 1, usually 2 (−20.1)", "health_note": None,
    "points": {"tenure_months": 5.05, "past_due_ratio": -20.1, "limit": -10.0},
}  # fmt: skip
BIRCH = ACORN | {"customer_id": "cus_2", "customer_name": "Birch", "score": None, "points": None,
                 "health_band": "Leaving", "health_note": "has given notice"}  # fmt: skip
BEECH = ACORN | {"customer_id": "cus_3", "customer_name": "Beech"}
LABELS = [{"month": OCTOBER, "input": "tenure_months", "label": "months as a customer", "weight": 0.2},
          {"month": OCTOBER, "input": "past_due_ratio", "label": "share past due", "weight": 0.8}]  # fmt: skip


class Marts:
    """Answers as a warehouse would, from rows of hand."""

    def __init__(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        self.rows = rows

    def read(self, viewer: Viewer, mart: str, *, where: dict[str, Any], **_: Any) -> pd.DataFrame:
        return pd.DataFrame([row for row in self.rows.get(mart, []) if all(row[name] == where[name] for name in where)])


FULL = {MODELS: [MODEL], CUSTOMERS: [ACORN, BEECH, BIRCH], INPUTS: LABELS}


def found(customer: str = "", rows: dict[str, list[dict[str, Any]]] = FULL) -> CustomerHealth:
    return customer_health(Marts(rows), OPERATOR, customer)  # type: ignore[arg-type]


def drawn(draw: Any, said: CustomerHealth) -> str:
    out = StringIO()
    draw(said, Console(file=out, width=200, highlight=False))
    return out.getvalue()


def test_a_name_is_the_same_however_its_accents_were_typed() -> None:
    """One sign in the warehouse, a letter and a combining accent from a keyboard, and the other way round."""
    for stored, typed in (("Caf\u00e9 Nord", "cafe\u0301"), ("Cafe\u0301 Nord", "CAF\u00c9 NORD")):
        rows = FULL | {CUSTOMERS: [ACORN, BEECH | {"customer_name": stored}]}
        assert [row["customer_id"] for row in found(typed, rows).customers] == ["cus_3"]


def test_all_are_listed_with_the_model_s_record() -> None:
    lines = drawn(_draw, found()).splitlines()
    assert lines[0].startswith(
        "Health at the close of 2026-10, learnt from 59 who left. Tried on 699 it had not seen, of whom 21 left: it "
        "ranked who left above who stayed in 65 % of pairs"
    )
    [acorn] = [line for line in lines if "Acorn [hotels]" in line]
    assert acorn.split()[2:8] == ["At", "risk", "52", "15.5%", "90%", "1,250.50"]
    assert lines[-1] == "1 have no score; most have given notice: see --json."


def test_one_customer_is_taken_apart_from_the_usual_score_down_to_its_own() -> None:
    lines = [line.strip() for line in drawn(_draw_one, found("acorn [hotels]")).splitlines()]
    assert lines[0] == "Acorn [hotels] (cus_1): At risk, MRR 1,250.50 usd, Core Team, owner nobody known"
    values = [line.rsplit("  ", 1) for line in lines[2:7]]
    assert [(name.strip(), value.strip()) for name, value in values] == [
        ("a customer who is usual in everything", "77.40"), ("share past due", "−20.10"),
        ("where the scale ends", "−10.00"), ("months as a customer", "+5.05"), ("health score", "52.35")]  # fmt: skip
    assert "No score: has given notice." in drawn(_draw_one, found("cus_2"))


def test_without_scores_it_says_why() -> None:
    few = found(rows={MODELS: [MODEL | {"reason": "4 customers have left so far"}]})
    assert drawn(_draw, few) == "No health scores for 2026-10: 4 customers have left so far.\n"
    nobody = found(rows={})
    assert drawn(_draw, nobody).startswith("No customer's health has been scored yet: `plumbline run health` does it")
    assert _payload(nobody)["reason"] == drawn(_draw, nobody).strip()
    assert (_payload(nobody)["month"], _payload(nobody)["customers"]) == (None, [])


def test_a_name_that_several_have_or_nobody_is_wrong_use() -> None:
    assert [row["customer_id"] for row in found("Bee").customers] == ["cus_3"]
    with pytest.raises(UsageError, match=r"'b' is not one customer\. Found 2: Beech \(cus_3\), Birch \(cus_2\)\. "):
        found("b")
    with pytest.raises(UsageError, match=r"No customer that pays is called 'Oak'\. Found 3 that pay"):
        found("Oak")
