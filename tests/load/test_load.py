"""Published taps against the simulated vendors, into a real Postgres: complete, incremental, and told."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from app.access import Viewer
from app.company_files import CompanyFiles
from app.connections import Connections
from app.errors import SourceDown
from pipelines.job import StepResult
from pipelines.sandbox import production
from pipelines.vanished import vanished
from tests.files.workbooks import workbook
from tests.load.conftest import House
from tests.vendors.tiny_company import NOW, listed

pytestmark = pytest.mark.slow
Load = Callable[..., StepResult]
STRIPE = {"customers": "customer", "subscriptions": "subscription", "invoices": "invoice", "charges": "charge",
          "balance_transactions": "balance_transaction", "disputes": "dispute", "payouts": "payout"}
SALESFORCE = ("Account", "Contact", "ForecastingQuota", "Lead", "Opportunity", "OpportunityFieldHistory",
              "OpportunityHistory", "OpportunitySplit", "OpportunitySplitType", "User", "UserRole")
SPINE = ("stripe", "salesforce", "production", "files")
LAST_OF_FILES = "select result from portal.load_run where source = 'files' and stream = '' order by started_at desc"
RATES = "rate_date,currency,usd_per_unit\n2026-01-01,usd,1\n2026-01-01,eur,1.1\n"


@pytest.fixture(autouse=True, scope="module")
def files(house: House) -> None:
    house.settings.files.mkdir(exist_ok=True)
    (house.settings.files / "exchange_rates.csv").write_text(RATES)


def assert_stripe_is_complete(house: House, lines: int = 12) -> None:
    for table, kind in STRIPE.items():
        assert house.count(f"raw_stripe.{table}") == house.stored("stripe", kind), table
    assert house.count("raw_stripe.subscription_items") == house.stored("stripe", "subscription")
    assert house.count("raw_stripe.invoice_line_items") == lines * house.stored("stripe", "invoice")


def test_sources_are_loaded_whole_and_recorded(house: House, load: Load) -> None:
    """Those that the tiny company keeps; each other source is held whole beside its own simulator."""
    result = load(*SPINE)
    assert result.detail == {"loaded": list(SPINE), "failed": {}}
    assert_stripe_is_complete(house)
    for name in SALESFORCE:
        assert house.count(f'raw_salesforce."{name}"') == house.stored("salesforce", name), name
    for table in production.TABLES:
        assert house.count(f"raw_production.{table}") == house.stored("production", table), table
    assert house.count("raw_files.exchange_rates") == 2
    values = house.rows('select "OldValue" as old, "NewValue" as new from raw_salesforce."OpportunityFieldHistory" '
                        'order by "Id"')  # fmt: skip
    assert [tuple(row.values()) for row in values] == [
        (None, None), ("Proposal", "Closed Won"), ("1000.0", "1200.5"), ("2026-12-01", "2026-11-02"),
        ("005000000000002AAA", "005000000000001AAA"),
    ]  # fmt: skip
    recorded = {(row["source"], row["stream"]): row for row in house.rows("select * from portal.load_run")}
    assert recorded["stripe", "customers"]["row_count"] == 4
    assert int(str(recorded["stripe", "invoice_line_items"]["row_count"])) >= 144
    assert recorded["files", ""]["row_count"] == 2
    assert all(row["result"] == "ok" and row["as_of"] == NOW for row in recorded.values())


def test_refused_credentials_end_a_load_at_once_and_are_told_once_with_what_to_do(
    house: House, load: Load, caplog: pytest.LogCaptureFixture
) -> None:
    house.fault(vendor="stripe", status=401)
    try:
        with pytest.raises(SourceDown, match=r"stripe: Stripe refuses the credentials: 401 .*Run `plumbl") as error:
            load("stripe")
    finally:
        house.cleared()
    assert str(error.value).count("refuses") == 1
    assert "was given up after" not in caplog.text
    assert load("stripe").detail == {"loaded": ["stripe"], "failed": {}}


def test_no_secret_is_in_any_log(house: House) -> None:
    secrets = json.loads((house.settings.home / "secrets.json").read_text()).values()
    logs = list((house.settings.home / "logs" / "loads").glob("*.log"))
    assert len(logs) >= 4
    for log in logs:
        content = log.read_text()
        assert not any(secret in content for secret in secrets), log.name


def test_the_taps_see_the_companys_clock_and_the_loader_the_walls(house: House) -> None:
    row = house.rows("select max(_sdc_extracted_at) as seen, max(_sdc_batched_at) as stored from raw_stripe.customers")
    seen, stored = row[0]["seen"], row[0]["stored"]
    assert seen == NOW.replace(tzinfo=None) + timedelta(seconds=1)
    assert isinstance(stored, datetime)
    assert stored != seen


def test_the_next_load_brings_what_is_new_and_what_changed(house: House, load: Load) -> None:
    later = NOW + timedelta(days=2)
    at = int((NOW + timedelta(days=1)).timestamp())
    house.store.move_to(later)
    house.store.stripe("customer", "cus_new", at, name="New", email="n@example.test", currency="usd")
    changed = house.store.stripe("customer", "cus_00000", at - 200 * 86_400, name="Renamed", currency="usd")
    house.store.event(f"evt_{at}_renamed", at, "customer.updated", changed)
    house.store.salesforce("Lead", "00Q000000000000001", NOW + timedelta(days=1), LastName="Changed")
    _money_goes_back(house, at)
    house.store.salesforce("OpportunityFieldHistory", "017000000000000009", NOW + timedelta(days=1), NewValue=7,
                           OldValue=6, OpportunityId="006000000000000001", Field="Amount", DataType="Currency")
    house.store.salesforce("ForecastingQuota", "0J9000000000000001", NOW + timedelta(days=1), QuotaAmount=95_000.0,
                           QuotaOwnerId="005000000000000001", StartDate="2026-10-01", IsAmount=True)
    house.store.salesforce("Contact", "003000000000000001", NOW + timedelta(days=1), deleted=True, LastName="Hart")
    house.store.production("accounts", 1, NOW + timedelta(days=1), name="Grown", is_internal=False)
    house.store.save()
    production.seed(house.settings)
    (house.settings.files / "exchange_rates.csv").write_text(RATES.replace("2026-01-01,eur,1.1\n", ""))
    load(*SPINE)
    names = {row["id"]: row["name"] for row in house.rows("select id, name from raw_stripe.customers")}
    assert (names["cus_new"], names["cus_00000"], len(names)) == ("New", "Renamed", 5)
    assert house.rows('select "LastName" from raw_salesforce."Lead"') == [{"LastName": "Changed"}]
    changed_at_sales = house.rows('select q."QuotaAmount"::text as quota, c."IsDeleted" as gone, '
                                  '(select count(*) from raw_salesforce."OpportunityFieldHistory") as changes '
                                  'from raw_salesforce."ForecastingQuota" as q, raw_salesforce."Contact" as c '
                                  "where c.\"Id\" = '003000000000000001'")  # fmt: skip
    assert [tuple(row.values()) for row in changed_at_sales] == [("95000.0", True, 6)]
    assert_money_went_back(house)
    assert house.rows("select name from raw_production.accounts") == [{"name": "Grown"}]
    assert house.rows("select currency from raw_files.exchange_rates") == [{"currency": "usd"}]


def _money_goes_back(house: House, at: int) -> None:
    """A refund and a bounced payout, told as Stripe tells them: no event names the refunds of a charge."""
    refund = house.store.stripe("refund", "re_1", at, charge="ch_00001_00", amount=700, currency="usd")
    charge = house.store.stripe("charge", "ch_00001_00", at - 80 * 86_400, amount=60_000, amount_refunded=700,
                                currency="usd", customer="cus_00001", status="succeeded", paid=True,
                                refunds=listed([refund], "/v1/charges/ch_00001_00/refunds"))  # fmt: skip
    charge.pop("refunds")
    house.store.event(f"evt_{at}_refunded", at, "charge.refunded", charge)
    house.store.stripe("balance_transaction", "txn_9", at, type="refund", source="re_1", amount=-700, fee=0, net=-700,
                       currency="usd", available_on=at)  # fmt: skip
    bounced = house.store.stripe("payout", "po_1", at - 8 * 86_400, amount=58_230, currency="usd", status="failed",
                                 automatic=True, arrival_date=at, balance_transaction="txn_3",
                                 failure_code="could_not_process")  # fmt: skip
    house.store.event(f"evt_{at}_bounced", at, "payout.failed", bounced)


def assert_money_went_back(house: House) -> None:
    """The event empties the list of refunds that the charge was loaded with: the balance keeps each of them."""
    charge = house.rows("select amount_refunded, refunds from raw_stripe.charges where id = 'ch_00001_00'")
    assert charge == [{"amount_refunded": 700, "refunds": None}]
    left = house.rows("select source, net from raw_stripe.balance_transactions where type = 'refund'")
    assert left == [{"source": "re_1", "net": -700}]
    assert house.rows("select status from raw_stripe.payouts") == [{"status": "failed"}]


def test_after_forty_days_stripe_is_read_anew_and_nothing_is_missed(house: House, load: Load) -> None:
    house.store.move_to(NOW + timedelta(days=42))
    at = int((NOW + timedelta(days=4)).timestamp())
    changed = house.store.stripe("customer", "cus_00001", at - 100 * 86_400, name="Long ago", currency="usd")
    house.store.event(f"evt_{at}_longago", at, "customer.updated", changed)
    house.store.save()
    assert load("stripe").detail["failed"] == {}
    assert house.rows("select name from raw_stripe.customers where id = 'cus_00001'") == [{"name": "Long ago"}]


def test_a_broken_file_changes_nothing_and_says_where(house: House, load: Load) -> None:
    (house.settings.files / "exchange_rates.csv").write_text(RATES.replace("2026-01-01,eur,1.1\n", ""))
    load("files")
    broken = house.settings.files / "targets.csv"
    broken.write_text("metric,month,target\nmrr,2026-01-01,many\n")
    (house.settings.files / "exchange_rates.csv").write_text(RATES)
    with pytest.raises(SourceDown, match=r"targets\.csv, line 2, column target: the value is wrong\. Found 'many'"):
        load("files")
    assert house.count("raw_files.exchange_rates") == 1
    broken.unlink()
    load("files")
    assert house.count("raw_files.exchange_rates") == 2


def test_a_workbook_put_in_place_on_the_page_is_what_the_next_load_brings(house: House, load: Load) -> None:
    connections = Connections(house.settings)
    files = CompanyFiles(connections, house.settings)
    finance = Viewer("femi@x.com", ("finance",))
    for target in (1200.5000000000002, 7.25):
        content = workbook(("metric", "month", "target"), ("net_mrr", date(2026, 1, 1), target))
        files.place(finance, files.propose(finance, "targets", "targets.xlsx", content))
        load("files")
        rows = house.rows("select metric, month::text, target::text, line_number from raw_files.targets")
        assert [tuple(row.values()) for row in rows] == [("net_mrr", "2026-01-01", f"{target:.15g}", 2)]
    states = [version.state for version in files.versions(finance, "targets") if version.format == "xlsx"]
    assert states == ["loaded", "replaced"]
    connections.close()
    (house.settings.files / "targets.xlsx").unlink()
    house.execute("drop table raw_files.targets")


def test_a_file_that_is_gone_is_missed_and_its_rows_stay(house: House, load: Load) -> None:
    file = house.settings.files / "exchange_rates.csv"
    load("files")
    file.unlink()
    says = r"exchange_rates\.csv was loaded before and is no longer in .*; the rows of then are kept\..* Put it back"
    with pytest.raises(SourceDown, match=says):
        load("files")
    assert house.count("raw_files.exchange_rates") == 2
    assert house.rows(LAST_OF_FILES)[0]["result"] == "failed"
    with pytest.raises(SourceDown, match=says):
        load("nothing else")
    file.write_text(RATES.splitlines()[0] + "\n")
    load("files")
    assert house.count("raw_files.exchange_rates") == 0
    file.unlink()
    assert vanished(house.settings) == ()
    file.write_text(RATES)
    assert load("files").detail["failed"] == {}


def test_a_vendor_that_stays_down_holds_up_no_other(house: House, load: Load) -> None:
    house.forget()
    house.fault(vendor="salesforce", status=503)
    result = load("salesforce", "production", "files")
    assert result.detail["loaded"] == ["production", "files"]
    row = house.rows("select result, error from portal.load_run where source = 'salesforce' and stream = ''")[0]
    assert row["result"] == "failed"
    assert "503" in str(row["error"])
    assert house.count("raw_production.users") == 1
    house.fault()
    assert load("salesforce").detail["failed"] == {}
    assert house.count('raw_salesforce."Opportunity"') == 2
