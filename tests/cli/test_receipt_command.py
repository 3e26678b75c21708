"""`plumbline metric` leaves a receipt; `plumbline receipt` shows it and says whether it holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.old_receipts import forget
from pipelines.services import running
from tests.app.conftest import run_as
from tests.cli.conftest import Plumbline

AS_OF = "2026-11-22 11:00+00"
MART = """
create table mart_finance.mrr_monthly (month date, product text, plan text, country text, closing_mrr_usd numeric,
    is_complete boolean);
insert into mart_finance.mrr_monthly values ('2026-09-01', 'Base', 'Pro', 'DE', 1100.10, true),
    ('2026-10-01', 'Base', 'Pro', 'DE', 1200.20, true), ('2026-10-01', 'Plus', 'Pro', 'US', -0.20, true);
grant usage on schema mart_finance to plumbline_executive;
grant select on mart_finance.mrr_monthly to plumbline_executive;
"""


@pytest.fixture(scope="module")
def home(migrated: Settings) -> Iterator[Settings]:
    """A home whose warehouse holds one mart, of a build that held; it is kept running between commands."""
    settings = migrated
    run_as(settings, "plumbline_builder", MART)
    run_as(settings, "plumbline_admin", f"insert into portal.build_run values ('{UUID(int=1)}', '{AS_OF}', '{AS_OF}', "
           f"'{AS_OF}', 'ok', 9)")  # fmt: skip
    with running(settings, "warehouse"):
        yield settings


def shown(home: Settings, plumbline: Plumbline) -> str:
    found = json.loads(plumbline(home, "metric", "net_mrr", "--by", "product", "--json").stdout)
    return str(found["receipt"])


def test_a_figure_and_its_receipt_say_the_same(home: Settings, plumbline: Plumbline) -> None:
    receipt = shown(home, plumbline)
    assert shown(home, plumbline) == receipt
    assert f"`plumbline receipt {receipt} --check`" in plumbline(home, "metric", "net_mrr", "--by", "product").stdout
    ended = plumbline(home, "receipt", receipt.lower().replace("-", ""), "--json")
    found = json.loads(ended.stdout)
    assert (ended.code, found["receipt"], found["altered"], found["is_kept"]) == (0, receipt, [], False)
    assert found["rows"] == [
        {"month": "2026-09-01", "product": "Base", "value": "1100.10"},
        {"month": "2026-10-01", "product": "Base", "value": "1200.20"},
        {"month": "2026-10-01", "product": "Plus", "value": "-0.20"},
    ]
    assert found["question"] == {"metric": "net_mrr", "by": ["product"], "include_partial": True}


def test_it_is_told_in_words(home: Settings, plumbline: Plumbline) -> None:
    receipt = shown(home, plumbline)
    ended = plumbline(home, "receipt", receipt, "--check")
    assert ended.code == 0, ended.stderr
    for words in (f"Receipt {receipt}: net_mrr, version 1", "Asked: by product, with the running month, as of 22 Nov",
                  "data until 22 Nov 2026, 06:00", "Promises: none had been checked", "1,200.20", "−0.20",
                  "FROM mart_finance.mrr_monthly", "Its seal holds.", "Identical: asked again"):  # fmt: skip
        assert words in ended.stdout, ended.stdout


def test_an_altered_figure_ends_with_one(home: Settings, plumbline: Plumbline) -> None:
    receipt = shown(home, plumbline)
    change = "update mart_finance.mrr_monthly set closing_mrr_usd = {} where product = 'Plus'"
    run_as(home, "plumbline_builder", change.format("-0.21"))
    ended = plumbline(home, "receipt", receipt, "--check", "--json")
    told = plumbline(home, "receipt", receipt, "--check")
    run_as(home, "plumbline_builder", change.format("-0.20"))
    found = json.loads(ended.stdout)
    assert (ended.code, told.code) == (1, 1)
    assert (found["state"], found["holds"], found["altered"]) == ("altered", False, ["warehouse"])
    assert found["changes"] == [
        {"month": "2026-10-01", "product": "Plus", "kind": "changed", "then": "-0.20", "now": "-0.21"}
    ]
    assert "Altered in the warehouse: nothing was built since" in told.stdout
    assert "2026-10, Plus: was −0.20, is −0.21" in told.stdout


def test_an_altered_receipt_ends_with_one_and_says_which_part(home: Settings, plumbline: Plumbline) -> None:
    receipt = shown(home, plumbline)
    change = "update portal.receipt set answer = jsonb_set(answer, '{{rows,2,2}}', '\"{}\"')"
    run_as(home, "plumbline_admin", change.format("-0.21"))
    shows, ended = plumbline(home, "receipt", receipt), plumbline(home, "receipt", receipt, "--check")
    run_as(home, "plumbline_admin", change.format("-0.20"))
    assert (shows.code, ended.code) == (1, 1)
    assert "ALTERED: the figure itself does not fit what was sealed." in shows.stdout
    assert "Altered: the figure itself does not fit what was sealed. Somebody has changed the receipt" in ended.stdout


@pytest.mark.parametrize(("given", "says"), [("0000-0000-0000", "There is no receipt 0000-0000-0000"),
                                             ("last", "'last' is not the id of a receipt")])  # fmt: skip
def test_an_id_that_is_none_is_wrong_use(home: Settings, plumbline: Plumbline, given: str, says: str) -> None:
    ended = plumbline(home, "receipt", given, "--json")
    assert ended.code == 2
    assert says in json.loads(ended.stdout)["error"]["message"]


def test_old_receipts_go_and_frozen_ones_stay(home: Settings, plumbline: Plumbline) -> None:
    receipt = shown(home, plumbline).replace("-", "")
    run_as(home, "plumbline_admin", "delete from portal.receipt where receipt_id <> '" + receipt + "'")
    engine = create_engine(warehouse_url(home, "plumbline_worker"), poolclass=NullPool)
    with engine.begin() as connection:
        made = connection.execute(text("select made_at from portal.receipt")).scalar_one()
        assert made <= datetime.now(UTC)
        days = 400 * 24 * 3600
        assert forget(connection, 400, datetime.fromtimestamp(made.timestamp() + days, UTC)) == 0
    frozen = plumbline(home, "board", "freeze", "Old", "--month", "2026-10", "--figure", "net_mrr:product", "--json")
    [kept] = [figure["receipt"].replace("-", "") for figure in json.loads(frozen.stdout)["figures"]]
    assert json.loads(plumbline(home, "receipt", kept, "--json").stdout)["is_kept"] is True
    later = datetime.fromtimestamp(made.timestamp() + days + 3600, UTC)
    with engine.begin() as connection:
        assert forget(connection, 400, later) == 1
        assert connection.execute(text("select receipt_id from portal.receipt")).scalars().all() == [kept]
