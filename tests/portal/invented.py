"""Invented marts in a real Postgres, so that the portal can be tried without a load: the columns are the product's.

Amounts are made by short rules so that a test can work out by hand what a page must say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, create_engine, text

from app.access import ROLES, login_of
from app.kept_mail import mail_folder
from app.people import ensure_people
from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.mail import Mail, Picture, compose
from pipelines.sandbox.people import PEOPLE

from .invented_claims import claims
from .invented_records import records
from .invented_sums import sums

AS_OF = datetime(2026, 11, 22, 11, tzinfo=UTC)
RUN = UUID(int=1)
MONTHS = [date(2024 + i // 12, i % 12 + 1, 1) for i in range(35)]  # 2024-01 … 2026-11
SPLIT = (
    ("Core", "Core Monthly", "United States", 50),
    ("Insights", "Insights Pro", "Germany", 20),
    ("Automate", "Automate Pro", "United Kingdom", 12),
    ("Connect", "Connect", "France", 9),
    ("Vault", "Vault", "Canada", 5),
    ("Relay", "Trial --> Relay", "Japan", 3),  # of an attribute that reads so Streamlit's cleaning leaves nothing
    ("Pulse", "Pulse", "Spain", 1),
)
EVA, FEMI = PEOPLE[0].email, PEOPLE[1].email
HOSTILE = (
    "<p id='told'>Hostile</p><script>parent.document.title='owned'</script><form action='/'><button>Go</button></form>"
    "<img src='http://foreign.invalid/x.png' onerror=\"parent.document.title='owned'\">"
)
MAILS = (
    Mail("alert", EVA, "hostile", "Sign-ups: 31 on 20 Nov", "Hostile", HOSTILE),
    Mail("alert", FEMI, "failed", "Cash: $9.10M on 20 Nov", "For Femi", "<p>For Femi</p>"),
    Mail("report", EVA, "report", "ARR $12.72M, 22 Nov: 4 targets met", "For Eva", "<p>For Eva</p><img src='cid:sign'>",
         (Picture("sign", b"\x89PNG\r\n\x1a\n"),)),
)  # fmt: skip
"""Two that arrived with the executive, the newest last, and one that never reached finance."""
MONEY_ROLES = ("executive", "finance", "analyst")


def fill(settings: Settings) -> None:
    """Makes all marts that pages read, with grants as the product's, people, a build, a load and checks."""
    ensure_people(settings, [tuple(person) for person in PEOPLE])
    engine = create_engine(warehouse_url(settings))
    with engine.begin() as connection:
        for person in PEOPLE:  # each has taken the tour, so that it stands before no other test
            taken = {"email": person.email, "role": person.roles[0]}
            connection.execute(text("insert into portal.tour_taken values (:email, :role, now())"), taken)
        for make in (mrr, customers, retention, revenue, cash, executive, sources, engineer, runs):
            make(connection)
        everywhere = "add column region text default 'Everywhere', add column currency text default 'usd'"
        for name in ("mrr_monthly", "revenue_monthly", "mrr_movements"):
            connection.execute(text(f"alter table mart_finance.{name} {everywhere}"))
        claims(connection, create)
        records(connection, create, SPLIT, closing(33))
        sums(connection, create, MONTHS)
        post(settings, connection)
    engine.dispose()


def closing(index: int) -> int:
    """MRR at the close of the index-th month, in dollars: 400,000 and 20,000 more each month."""
    return 400_000 + 20_000 * index


def create(
    connection: Connection, name: str, columns: str, rows: Iterable[Sequence[Any]], roles: Sequence[str]
) -> None:
    """A table in place of a mart's view, readable by those roles only."""
    count = columns.count(",") + 1
    connection.execute(text(f"drop table if exists {name} cascade"))
    connection.execute(text(f"create table {name} ({columns})"))
    values = ", ".join(f":v{i}" for i in range(count))
    data = [{f"v{i}": value for i, value in enumerate(row)} for row in rows]
    if data:
        connection.execute(text(f"insert into {name} values ({values})"), data)
    schema = name.partition(".")[0]
    for role in roles:
        connection.execute(text(f"grant usage on schema {schema} to {login_of(role)}"))
        connection.execute(text(f"grant select on {name} to {login_of(role)}"))


def mrr(connection: Connection) -> None:
    """Each month: 3 % of the opening new, 1.5 % expansion, 0.2 % reactivation, the rest of the change churn."""
    rows, moved = [], []
    for index, month in enumerate(MONTHS):
        for product, plan, country, share in SPLIT:
            opening = closing(index - 1) * share / 100 if index else 0.0
            now = closing(index) * share / 100
            new, expansion, back = opening * 0.05, opening * 0.015, opening * 0.002
            contraction, fx = opening * 0.004, -opening * 0.0005
            churn = opening + new + expansion + back - contraction + fx - now
            lost = churn + contraction
            rows.append(
                (month, product, plan, country, opening, new, back, expansion, contraction, churn, lost, fx, now,
                 now * 0.99, now * 0.01, index < 34)
            )  # fmt: skip
            name = f"{product} & Söhne <b>"
            moved.append((month, f"c{share}", name, country, product, plan, "churn", opening, -churn, 0.0))
    create(
        connection,
        "mart_finance.mrr_monthly",
        "month date, product text, plan text, country text, opening_mrr_usd "
        "numeric, new_usd numeric, reactivation_usd numeric, expansion_usd numeric, contraction_usd numeric, churn_usd "
        "numeric, lost_usd numeric, fx_usd numeric, closing_mrr_usd numeric, committed_mrr_usd numeric, "
        "past_due_mrr_usd numeric, is_complete boolean",
        rows,
        MONEY_ROLES,
    )
    create(
        connection,
        "mart_finance.mrr_movements",
        "month date, customer_id text, customer_name text, country text, "
        "product text, plan text, movement text, opening_mrr_usd numeric, movement_usd numeric, "
        "closing_mrr_usd numeric",
        moved,
        MONEY_ROLES,
    )


def customers(connection: Connection) -> None:
    """4,000 customers and 10 more each month: 50 come, 40 go."""
    rows = [
        (month, country, (4000 + 10 * i) * share // 100, share / 2, share * 0.4, 0, i < 34)
        for i, month in enumerate(MONTHS)
        for _, _, country, share in SPLIT
    ]
    create(
        connection,
        "mart_finance.customers_monthly",
        "month date, country text, active_customers_count numeric, "
        "new_customers_count numeric, churned_customers_count numeric, reactivated_customers_count numeric, "
        "is_complete boolean",
        rows,
        (*MONEY_ROLES, "product", "marketing", "customer_success"),
    )


def retention(connection: Connection) -> None:
    rows = [(month, "United States", 1000, 1046 + i % 3, 900, i < 34) for i, month in enumerate(MONTHS) if i >= 12]
    create(
        connection,
        "mart_finance.retention_monthly",
        "month date, country text, nrr_base_usd numeric, nrr_retained_usd "
        "numeric, grr_retained_usd numeric, is_complete boolean",
        rows,
        (*MONEY_ROLES, "customer_success"),
    )


def revenue(connection: Connection) -> None:
    """Each part earns its share of 10,000 dollars, and of 100 more each month; 21.6 % of it are costs."""
    rows = [
        (month, product, plan, country, share * (100 + i), share * (100 + i), share * (100 + i) * 0.216,
         share * (100 + i) * 0.784, i < 34)
        for i, month in enumerate(MONTHS)
        for product, plan, country, share in SPLIT
    ]  # fmt: skip
    create(
        connection,
        "mart_finance.revenue_monthly",
        "month date, product text, plan text, country text, "
        "invoiced_revenue_usd numeric, recognized_revenue_usd numeric, cost_of_revenue_usd numeric, gross_profit_usd "
        "numeric, is_complete boolean",
        rows,
        MONEY_ROLES,
    )


def cash(connection: Connection) -> None:
    """Twenty million at first, 300,000 less each month."""
    rows = [
        (month, 20_000_000 - 300_000 * i, 300_000, (20_000_000 - 300_000 * i) / 300_000, i < 34, None, None, None)
        for i, month in enumerate(MONTHS)
    ]
    create(
        connection,
        "mart_finance.cash_monthly",
        "month date, cash_usd numeric, net_burn_usd numeric, runway_months numeric, is_complete boolean, "
        "cash_note text, net_burn_note text, runway_note text",
        rows,
        MONEY_ROLES,
    )


def executive(connection: Connection) -> None:
    """A year of forecasts, five alerts and a target for each tile."""
    rows = []
    for day in range(1, 366):
        for name, start, step in (("mrr_usd", closing(33), 700.0), ("cash_usd", 9_800_000.0, -11_000.0)):
            at, doubt = start + step * day, abs(step) * day * 0.8
            rows.append(
                (
                    name,
                    AS_OF.date() + timedelta(days=day),
                    at,
                    at - doubt / 2,
                    at + doubt / 2,
                    at - doubt,
                    at + doubt,
                    "champion",
                    "1",
                    AS_OF,
                    AS_OF,
                )
            )
    create(
        connection,
        "mart_executive.forecast",
        "unique_id text, ds date, yhat numeric, lo50 numeric, hi50 numeric, lo80 "
        "numeric, hi80 numeric, model text, model_version text, made_at timestamptz, as_of timestamptz",
        rows,
        MONEY_ROLES,
    )
    targets = {
        "arr": 12_000_000,
        "active_customers": 4_400,
        "nrr": 1.05,
        "gross_mrr_churn": 0.025,
        "gross_margin": 0.78,
        "cash_runway": 24,
    }
    create(
        connection,
        "mart_executive.targets_monthly",
        "metric text, month date, target numeric",
        [(metric, MONTHS[-2], target) for metric, target in targets.items()],
        ROLES[:7],
    )
    alerts(connection)


def alerts(connection: Connection) -> None:
    """Five: one to act on, three to watch, one held."""
    told = [
        ("anomaly", "act", "Card payments in Germany fail twice as often as usual: $14,200 of MRR is past due."),
        ("target_missed", "watch", "Gross MRR churn is above its 2.50 % target for the third month."),
        ("target_missed", "watch", "Net revenue retention is 0.4 pt below target."),
        ("stale_source", "held", "Salesforce is 3 h late, so sales alerts wait."),
        ("anomaly", "watch", "Sign-ups were 31 on 20 November, expected 52 to 70."),
    ]
    create(
        connection,
        "mart_executive.alerts",
        "alert_id text, kind text, severity text, headline text, subject_date date, "
        "raised_at timestamptz, as_of timestamptz, acknowledged_at timestamptz",
        [
            (str(i), kind, severity, line, date(2026, 11, 20), AS_OF, AS_OF, None)
            for i, (kind, severity, line) in enumerate(told)
        ],
        MONEY_ROLES,
    )


ENGINEERS = ("engineer", "analyst")


def sources(connection: Connection) -> None:
    """One source that is well, one that failed; a stream of each kind of trouble."""
    now, readers = datetime.now(UTC), ENGINEERS
    found = [
        ("stripe", "Stripe", "fresh", "ok", None, None, now - timedelta(minutes=8), now, now, 20_412, 41.2, 12, 0, 0,
         None),
        ("salesforce", "Salesforce", "failed", "failed", "HTTP 503 from the vendor\nmore", None,
         now - timedelta(hours=3), now, now, 911, 12.0, 12, 2, 1, None),
    ]  # fmt: skip
    create(
        connection,
        "mart_engineer.sources",
        "source text, label text, state text, last_result text, last_error text, last_log text, "
        "last_loaded_at timestamptz, expected_by timestamptz, newest_event_at timestamptz, last_row_count bigint, "
        "last_seconds double precision, loads_count bigint, failed_loads_count bigint, open_drifts_count bigint, "
        "paused_at timestamptz",
        found,
        readers,
    )
    create(
        connection,
        "mart_engineer.streams",
        "source text, stream text, newest_event_at timestamptz, last_rows_at timestamptz, last_row_count bigint, "
        "schema_version integer, quarantined_at timestamptz, quarantine_reason text",
        [("stripe", "invoices", now, now, 20_000, 1, None, None)],
        readers,
    )
    create(
        connection,
        "mart_engineer.drifts",
        "source text, stream text, kind text, found text, expected text, to_do text, first_seen_at timestamptz, "
        "resolved_at timestamptz",
        [("salesforce", "Lead", "new_column", "the column Score__c (number)", "the columns as before",
          "It is loaded.", now, None)],
        readers,
    )  # fmt: skip


def engineer(connection: Connection) -> None:
    now, readers = datetime.now(UTC), ENGINEERS
    create(
        connection,
        "mart_engineer.load_runs",
        "run_id text, source text, stream text, started_at timestamptz, ended_at "
        "timestamptz, row_count bigint, seconds double precision, result text, error text",
        [("r", "stripe", "invoices", now, now, 20_000, 31.0, "ok", None)],
        readers,
    )
    create(
        connection,
        "mart_engineer.job_runs",
        "run_id text, job text, step text, started_at timestamptz, ended_at "
        "timestamptz, seconds double precision, result text, error text",
        [("r", "refresh", step, now, now, 12.0, "ok", None) for step in ("load", "build", "check")],
        readers,
    )
    create(
        connection,
        "mart_engineer.alerts",
        "alert_id text, kind text, severity text, headline text, detail jsonb, raised_at timestamptz",
        [
            ("1", "job_failed", "act", "The job keep_fresh failed at build", '{"found": "a model is missing"}', now),
            ("2", "anomaly", "act", "MRR: $985,000 on 20 Nov", "{}", now),
        ],
        readers,
    )
    create(
        connection,
        "mart_engineer.checks",
        "dataset text, check_name text, outcome text, found text, expected text, checked_at timestamptz",
        [
            ("mart_finance.mrr_monthly", "One row per month and cut", "kept", "0", "0", now),
            ("raw_salesforce.account", "Loaded within the hour", "broken", "182 min", "< 60 min", now),
        ],
        readers,
    )


def runs(connection: Connection) -> None:
    """A build, a load and checks, as the pipeline leaves them."""
    connection.execute(text("truncate portal.build_run, portal.load_run, portal.check_result, portal.metric_promise"))
    stamp = {"run": RUN, "as_of": AS_OF}
    connection.execute(text("insert into portal.build_run values (:run, now(), now(), :as_of, 'ok', 60, null)"), stamp)
    load = text("insert into portal.load_run values (:run, :source, '', now(), now(), 10, 1, 'ok', null, :as_of)")
    for source in ("stripe", "salesforce", "files"):
        connection.execute(load, {**stamp, "source": source})
    check = text("insert into portal.check_result values (:run, now(), :dataset, :name, '', :outcome, '', '', :as_of)")
    promise = text("insert into portal.metric_promise values (:metric, :dataset, :name)")
    for name, outcome in (("One row per month and cut", "kept"), ("Movements reconcile", "kept")):
        connection.execute(check, {**stamp, "dataset": "mart_finance.mrr_monthly", "name": name, "outcome": outcome})
        for metric in ("net_mrr", "opening_mrr", "new_mrr", "lost_mrr"):
            connection.execute(promise, {"metric": metric, "dataset": "mart_finance.mrr_monthly", "name": name})
    late = {"dataset": "raw_files.costs", "name": "Costs of each closed month are there"}
    connection.execute(check, {**stamp, **late, "outcome": "broken"})
    connection.execute(promise, {**late, "metric": "gross_margin"})


def post(settings: Settings, connection: Connection) -> None:
    """The invented mails in the log and, where they arrived, in the mailbox; and the engineer's list of them."""
    connection.execute(text("truncate portal.mail_log"))
    folder = mail_folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    row = text("insert into portal.mail_log values (:id, :kind, :to, :subject, :at, :result, :error, :message_id)")
    listed = []
    for index, mail in enumerate(MAILS):
        error = "ConnectionRefusedError: nobody listens" if mail.key == "failed" else None
        result, at = "failed" if error else "sent", AS_OF + timedelta(minutes=index)
        connection.execute(row, {"id": UUID(int=index + 1), "kind": mail.kind, "to": mail.recipient, "at": at,
                                 "subject": mail.subject, "result": result, "error": error,
                                 "message_id": mail.message_id})  # fmt: skip
        listed.append((str(index), mail.recipient, mail.kind, "Figures: …", at, result, error))
        if not error:
            (folder / f"2026112{index}T110000Z.eml").write_bytes(compose(mail, "plumbline@localhost").as_bytes())
    columns = ("mail_id text, recipient text, kind text, subject text, started_at timestamptz, result text, error text")
    create(connection, "mart_engineer.deliveries", columns, listed, ("engineer",))
