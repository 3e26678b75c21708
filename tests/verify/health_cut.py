"""The inputs of health worked out again from tables that hold nothing of what came after a close."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection

MODELS = ("health_paying_month", "health_billing_month", "health_support_month", "health_use_month",
          "health_input_month")  # fmt: skip
RELATION = re.compile(r'"\w+"\."(?:core|rollup|rollup_next|staging)"\."(\w+)"')
UNTIL = "(select closes_at from core.dim_month where month = '{month}')"
CUTS = {
    "dim_month": "select * from core.dim_month where month <= '{month}'",
    "dim_usage_month": "select * from core.dim_usage_month where month <= '{month}'",
    "mrr_customer_month": "select * from rollup.mrr_customer_month where month <= '{month}'",
    "mrr_case": "select * from rollup.mrr_case where month <= '{month}'",
    "account_engagement_month": "select * from rollup.account_engagement_month where month <= '{month}'",
    "user_day": "select * from rollup.user_day where day < '{month}'::date + interval '1 month'",
    # When a contract ends is written in it; when a subscription's stretch ends, nobody knows before.
    "fct_mrr_segment": "select source, customer_id, valid_from, gross_minor, discount_minor, mrr_minor, case when "
                       "source = 'contract' or valid_to < {until} then valid_to end as valid_to "
                       "from core.fct_mrr_segment where valid_from < {until}",
    "fct_invoice_line": "select * from core.fct_invoice_line where invoiced_at < {until}",
    "fct_payment": "select * from core.fct_payment where charged_at < {until}",
    "fct_ticket": "select ticket_id, customer_id, created_at from core.fct_ticket where created_at < {until}",
    "int_ticket_stretch": "select ticket_id, stretch_number, opened_at, case when solved_at < {until} then solved_at "
                          "end as solved_at from core.int_ticket_stretch where opened_at < {until}",
    "stg_zendesk__satisfaction_ratings": "select * from staging.stg_zendesk__satisfaction_ratings "
                                         "where rated_at < {until}",
}  # fmt: skip
"""Of each table that knows time what was known at the close of {month}; the others say who is who and where."""
WHO = {"dim_customer": "core", "dim_identity": "core", "stg_salesforce__accounts": "staging",
       "stg_salesforce__users": "staging"}  # fmt: skip


def inputs_known_at(database: connection, manifest: Path, month: date) -> list[dict[str, Any]]:
    """The rows of that month and of those before, by the models' own SQL over the cut tables; undone at the end."""
    nodes = json.loads(manifest.read_text())["nodes"]
    with database.cursor() as cursor:
        for name, cut in CUTS.items():
            until = UNTIL.format(month=month)
            cursor.execute(f"create temp table {name} as {cut.format(month=month, until=until)}")
        for name, schema in WHO.items():
            cursor.execute(f"create temp view {name} as select * from {schema}.{name}")
        for name in MODELS:
            path = nodes[f"model.plumbline.{name}"]["original_file_path"]
            statement = (manifest.parent / "compiled" / "plumbline" / path).read_text(encoding="utf-8")
            cursor.execute(f"create temp table {name} as {RELATION.sub(_cut, statement)}")
        cursor.execute("select to_jsonb(i) from pg_temp.health_input_month as i order by month, customer_id")
        rows = [row for (row,) in cursor.fetchall()]
    database.rollback()
    return rows


def _cut(found: re.Match[str]) -> str:
    """The cut table of that name; a relation that nobody has thought of here would be read whole."""
    name = found.group(1)
    assert name in CUTS or name in WHO or name in MODELS, f"say in CUTS what of {name} is known at a close"
    return f"pg_temp.{name}"
