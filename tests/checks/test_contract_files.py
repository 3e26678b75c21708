"""A contract file that would be misread is refused, and the message says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import SettingsError
from pipelines.contracts import Promise, read_contract

GOOD = """
dataset: warehouse/plumbline/raw_shop/orders
columns:
  - name: id
    checks:
      - missing: {name: Every order has an id}
  - name: customer
checks:
  - row_count: {name: There are orders}
"""


def write(folder: Path, text: str, name: str = "raw_shop/orders.yml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_promises_of_columns_come_before_those_of_rows(tmp_path: Path) -> None:
    contract = read_contract(write(tmp_path, GOOD))
    assert contract.dataset == "raw_shop.orders"
    assert contract.promises == (
        Promise("raw_shop.orders", "Every order has an id", "id"),
        Promise("raw_shop.orders", "There are orders"),
    )


def test_the_database_of_another_warehouse_is_put_in(tmp_path: Path) -> None:
    assert "dataset: warehouse/books/raw_shop/orders" in read_contract(write(tmp_path, GOOD)).text_for("books")


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        pytest.param(GOOD, "raw_shop/baskets.yml", "speaks of another dataset than its place says", id="wrong place"),
        pytest.param(
            GOOD.replace("{name: There are orders}", "{}"), "raw_shop/orders.yml", "without a name", id="nameless"
        ),
        pytest.param(
            GOOD.replace("There are orders", "Every order has an id"), "raw_shop/orders.yml", "makes a promise twice",
            id="the same promise twice",
        ),
        pytest.param("dataset: [", "raw_shop/orders.yml", "is not YAML", id="not YAML"),
        pytest.param("", "raw_shop/orders.yml", "Found dataset: None", id="empty"),
    ],
)  # fmt: skip
def test_what_would_be_misread_is_refused(tmp_path: Path, text: str, name: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        read_contract(write(tmp_path, text, name))
