"""A company that has hand-signed contracts and nothing else: movements, customers and retention, worked out by hand.

No sandbox company, no Stripe: the files are loaded by the real tap and loader; every mart builds over empty sources.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from app.settings import Settings
from pipelines import plugins
from pipelines.migrate import migrate
from pipelines.postgres import Cluster
from tests.cli.conftest import Plumbline

pytestmark = pytest.mark.slow

CONTRACTS = """contract_id,customer_id,start_date,end_date,monthly_amount,currency,product,plan,country
K-1,alpha,2024-01-01,2025-01-01,1000.00,usd,Core,Team,US
K-2,alpha,2025-01-01,,1250.00,usd,Core,Team,US
K-3,alpha,2024-06-01,2024-12-01,200.00,usd,Vault,Team,US
K-4,beta,2024-02-15,2024-08-01,400.00,usd,Core,Team,US
K-5,beta,2024-10-01,,300.00,usd,Core,Starter,US
K-6,gamma,2024-03-10,2024-09-30,99.99,usd,Vault,Team,DE
K-7,delta,2024-05-05,2024-05-20,50.00,usd,Vault,Team,DE
K-8,eta,2024-04-01,2024-07-10,70.00,usd,Core,Team,DE
K-9,eta,2024-07-20,2025-03-31,70.00,usd,Core,Team,DE
K-10,zeta,2024-02-01,,100.00,eur,Core,Team,FR
"""
"""Two contracts of one customer at once; an end on the first and on the last day of a month; away over two closes, and
for ten days inside a month; a contract within one month; a customer who pays in euros."""
RATES = """rate_date,currency,usd_per_unit
2024-01-01,eur,1.10
2024-06-15,eur,1.20
"""
BY_HAND = {
    "net_mrr": {"2024-01": "1000.00", "2024-02": "1510.00", "2024-03": "1609.99", "2024-04": "1679.99",
                "2024-05": "1679.99", "2024-06": "1889.99", "2024-07": "1889.99", "2024-08": "1489.99",
                "2024-09": "1390.00", "2024-10": "1690.00", "2024-11": "1690.00", "2024-12": "1490.00",
                "2025-01": "1740.00", "2025-02": "1740.00", "2025-03": "1670.00", "2025-12": "1670.00"},
    "new_mrr": {"2024-01": "1000.00", "2024-02": "510.00", "2024-03": "99.99", "2024-04": "70.00", "2024-05": "50.00",
                "2024-06": "0.00", "2024-10": "0.00"},
    "expansion_mrr": {"2024-05": "0.00", "2024-06": "200.00", "2024-07": "0.00", "2025-01": "250.00"},
    "contraction_mrr": {"2024-11": "0.00", "2024-12": "200.00", "2025-01": "0.00"},
    "churned_mrr": {"2024-05": "50.00", "2024-07": "0.00", "2024-08": "400.00", "2024-09": "99.99", "2025-03": "70.00"},
    "reactivation_mrr": {"2024-07": "0.00", "2024-09": "0.00", "2024-10": "300.00"},
    "fx_mrr": {"2024-05": "0.00", "2024-06": "10.00", "2024-07": "0.00"},
    "active_customers": {"2024-01": "1", "2024-02": "3", "2024-05": "5", "2024-08": "4", "2024-09": "3", "2024-10": "4",
                         "2025-03": "3"},
}  # fmt: skip
RETENTION: dict[str, dict[str, tuple[Decimal | int, Decimal | int]]] = {
    "nrr": {"2025-01": (1250, 1000), "2025-02": (1250 + 300 + 110, 1510), "2025-03": (1660, Decimal("1609.99"))},
    "grr": {"2025-01": (1000, 1000), "2025-02": (1000 + 300 + 110, 1510), "2025-03": (1410, Decimal("1609.99"))},
}
"""Both at the euro's rate of twelve months before, 1.10. In March 2025 gamma has left, who was there in March 2024."""


@pytest.fixture
def bare(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings(sandbox_scale="none")


def test_contracts_give_movements_customers_and_retention(bare: Settings, plumbline: Plumbline, tmp_path: Path) -> None:
    plugins.install()
    (tmp_path / "contracts.csv").write_text(CONTRACTS)
    (tmp_path / "exchange_rates.csv").write_text(RATES)
    warehouse = Cluster(bare, "warehouse")
    warehouse.start()
    try:
        migrate(bare)
        loaded = plumbline(bare, "load", "files", "--dir", str(tmp_path))
        assert loaded.code == 0, loaded.stderr
        built = plumbline(bare, "run", "build")
        assert built.code == 0, built.stderr
        for metric, expected in BY_HAND.items():
            found = _by_month(plumbline, bare, metric)
            assert {month: found.get(month) for month in expected} == {
                month: Decimal(value) for month, value in expected.items()
            }, metric
        for metric, fractions in RETENTION.items():
            found = _by_month(plumbline, bare, metric)
            for month, (now, then) in fractions.items():
                share = Decimal(now) / Decimal(then)
                assert found[month] == pytest.approx(share, abs=Decimal("1e-9")), (metric, month)
    finally:
        warehouse.stop()


def _by_month(plumbline: Plumbline, settings: Settings, metric: str) -> dict[str, Decimal | None]:
    asked = plumbline(settings, "metric", metric, "--json")
    assert asked.code == 0, asked.stderr
    rows = json.loads(asked.stdout, parse_float=Decimal)["rows"]
    return {row["month"][:7]: None if row["value"] is None else Decimal(row["value"]) for row in rows}
