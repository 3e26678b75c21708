"""Each customer's health as it was last said, read from the warehouse: score, reasons, and the model's record."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.access import Viewer
from app.errors import UsageError

if TYPE_CHECKING:
    from app.warehouse import Warehouse

Row = Mapping[str, Any]
CUSTOMERS = "mart_customer_success.customer_health"
MODELS = "mart_customer_success.health_models"
INPUTS = "mart_customer_success.health_inputs"
MOST = 100_000
CALIBRATION = "mart_customer_success.health_calibration"


@dataclass(frozen=True)
class CustomerHealth:
    """What was last said.

    Attributes:
        customers: rows of the mart of customers, those most likely to leave first, those without a score last; 100,000
            at most.
        model: how the model did before, or why there are no scores; None where nobody has spoken yet.
        inputs: what each input counts for, the heaviest first; empty where there are no scores.
        calibration: by fifth of those it was tried on, how many it expected to leave and how many left.
    """

    customers: Sequence[Row]
    model: Row | None
    inputs: Sequence[Row]
    calibration: Sequence[Row]


def customer_health(warehouse: Warehouse, viewer: Viewer, customer: str = "") -> CustomerHealth:
    """The health of all customers that pay, or of one.

    Args:
        warehouse: where it is read.
        viewer: who asks.
        customer: an id, or a name in any case; all where none is given.

    Raises:
        UsageError: no customer that pays is called so, or several are.
        As `Warehouse.read`.
    """
    models = _rows(warehouse, viewer, MODELS, ("-month",), limit=1)
    if not models:
        return CustomerHealth((), None, (), ())
    of_month = {"month": models[0]["month"]}
    exactly = _rows(warehouse, viewer, CUSTOMERS, ("customer_id",), {"customer_id": customer}) if customer else ()
    customers = exactly or _rows(warehouse, viewer, CUSTOMERS, ("score", "-mrr_usd", "customer_id"))
    return CustomerHealth(
        _asked(customers, customer) if customer and not exactly else customers,
        models[0],
        _rows(warehouse, viewer, INPUTS, ("-weight", "input"), of_month),
        _rows(warehouse, viewer, CALIBRATION, ("bin",), of_month),
    )


def _asked(customers: Sequence[Row], customer: str) -> Sequence[Row]:
    wanted = _folded(customer)
    found = [row for row in customers if wanted == _folded(row["customer_name"])]
    found = found or [row for row in customers if wanted in _folded(row["customer_name"])]
    if len(found) == 1:
        return found
    if not found:
        raise UsageError(
            f"No customer that pays is called {customer!r}. Found {len(customers)} that pay; expected the id or the "
            "name of one. `plumbline health` lists them."
        )
    names = ", ".join(f"{row['customer_name']} ({row['customer_id']})" for row in found[:5])
    raise UsageError(
        f"{customer!r} is not one customer. Found {len(found)}: {names}{' …' if len(found) > 5 else ''}. Expected one; "
        "name it by its id."
    )


def _folded(name: str) -> str:
    """As names are compared: "é" is the same whether it was typed as one sign or as two."""
    return unicodedata.normalize("NFC", name).casefold()


def _rows(
    warehouse: Warehouse, viewer: Viewer, mart: str, order_by: Sequence[str], where: Row | None = None,
    limit: int = MOST,
) -> Sequence[Row]:  # fmt: skip
    table = warehouse.read(viewer, mart, where=where or {}, order_by=order_by, exact=True, limit=limit)
    return [{str(name): None if _is_nothing(value) else value for name, value in row.items()}
            for row in table.to_dict("records")]  # fmt: skip


def _is_nothing(value: Any) -> bool:
    """Pandas says NaN, NaT or NA where SQL says null."""
    return value is None or (not isinstance(value, dict) and value != value)
