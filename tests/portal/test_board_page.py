"""The page Board packs: a month frozen on the page, what has changed since, and who may do what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date

import pytest
from sqlalchemy import create_engine
from sqlalchemy import text as sql

from app.access import Viewer
from app.secrets import ADMIN, warehouse_url
from app.settings import Settings
from app.ui.board_words import in_unit
from app.ui.markdown import as_it_is
from app.warehouse import Warehouse

from .invented import AS_OF, FEMI
from .test_pages import door, text, visit

__all__ = ["door"]
FINANCE = Viewer(FEMI, ("finance",))
CORE = "month = '2026-10-01' and product = 'Core'"
MORE = f"update mart_finance.mrr_monthly set closing_mrr_usd = closing_mrr_usd {{}} 1 where {CORE}"


@pytest.fixture
def frozen(filled: Settings) -> Iterator[Settings]:
    """One pack of October 2026: ARR, MRR by product, and cash. No pack afterwards."""
    warehouse = Warehouse(filled)
    warehouse.board.freeze(
        FINANCE, "Board Q3", date(2026, 10, 1), as_of=AS_OF, figures=("arr", "net_mrr:product", "cash_balance"),
        note="Autumn meeting",
    )  # fmt: skip
    warehouse.close()
    yield filled
    run(filled, "delete from portal.board_comparison; delete from portal.board_figure; delete from portal.board_pack")


def run(settings: Settings, statements: str) -> None:
    engine = create_engine(warehouse_url(settings, ADMIN))
    with engine.begin() as connection:
        connection.execute(sql(statements))
    engine.dispose()


def test_a_pack_shows_its_figures_as_they_were(frozen: Settings) -> None:
    """12 × (400,000 + 33 × 20,000), and half of the latter for Core."""
    said = text(visit("finance", "board-packs"))
    for words in ("3 figures, as they were", "Board Q3, October 2026. Autumn meeting", "ARR $12,720,000.00",
                  "MRR: Core $530,000.00", "not compared yet", "Fingerprint 1-"):  # fmt: skip
        assert words in said, words


def test_comparing_tells_what_a_hand_has_changed(frozen: Settings) -> None:
    page = visit("finance", "board-packs")
    run(frozen, MORE.format("+"))
    try:
        said = text(page.button(key="compare_board_packs_0").click().run())
    finally:
        run(frozen, MORE.format("-"))
    assert "This pack was altered: do not go by it" in said, "nothing was built since, so a hand has changed it"
    assert "MRR: Core $530,000.00 altered: changed by hand" in said
    assert "MRR: Vault $53,000.00 unchanged" in said


def test_a_name_is_text_and_neither_markup_nor_markdown(frozen: Settings) -> None:
    name = "<b>$1M</b> or $2M [x](y)"
    with closing(Warehouse(frozen)) as warehouse:
        warehouse.board.freeze(FINANCE, name, date(2026, 10, 1), as_of=AS_OF, figures=("arr",), note="<i>")
    page = visit("finance", "board-packs")
    assert page.radio[0].options == [as_it_is(name), "Board Q3"]
    drawn = " ".join(element.proto.body for element in page.get("html"))
    assert "&lt;b&gt;$1M&lt;/b&gt;" in drawn and "&lt;i&gt;" in drawn
    assert "<b>$1M" not in drawn and "<i>" not in drawn


def test_an_analyst_reads_a_pack_and_cannot_freeze_one(frozen: Settings) -> None:
    analyst = visit("analyst", "board-packs")
    assert "ARR $12,720,000.00" in text(analyst)
    assert "Freeze a month" not in text(analyst)
    assert not analyst.text_input


def test_without_a_pack_the_page_says_what_one_is(filled: Settings) -> None:
    said = text(visit("executive", "board-packs"))
    assert "Nothing is frozen yet" in said
    assert "later loads never change it" in said


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [("12720000", "usd", "$12,720,000.00"), ("-0.5", "usd", "−$0.50"), ("0.9123", "ratio", "91.2\u2009%"),
     ("4380", "count", "4,380"), ("14.25", "months", "14.2\u2009months"), (None, "usd", "n/a")],
)  # fmt: skip
def test_a_value_is_set_in_its_unit(value: str | None, unit: str, words: str) -> None:
    assert in_unit(value, unit) == words
