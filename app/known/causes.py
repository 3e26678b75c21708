"""Why a figure of a month moved between two builds: by customer where its marts are sums of customers, else as a whole.

Told only by what was noted: records that MRR is made of, which came (late data), say something else or are gone
(correction at source) or belong to somebody else (identity merge); loads; and the digest of the models (definition
change). Where several came together for one customer nobody can tell them apart, and it says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import text

from app.access import Viewer
from app.compile import marts_of
from app.counting import counted
from app.errors import NotPermitted
from app.known.customers import differences_by_customer
from app.known.memory import Memory
from app.known.moments import Definitions, Moment
from app.known.parts import Part
from app.known.records import BY_CUSTOMER, MADE_OF_RECORDS, RECORDS
from app.made_of import leaves_of
from app.receipts.basis import source_named

RECORDS_THEN = f"then_core.{RECORDS.partition('.')[2]}"
# Identities say who a record of any source is; the record itself is no news of MRR.
CHANGED = text(
    f"""
    with before as (
        select * from {RECORDS_THEN} where recorded_from <= :before and (recorded_to is null or recorded_to > :before)
    ),
    after as (
        select * from {RECORDS_THEN} where recorded_from <= :after and (recorded_to is null or recorded_to > :after)
    )
    select kind, before.customer_id as customer_then, after.customer_id as customer_now,
        before.record_id is null as is_new, after.record_id is null as is_gone,
        (before.says, before.effective_at) is distinct from (after.says, after.effective_at) as is_other,
        coalesce(after.currency, before.currency) as currency
    from before full join after using (kind, record_id)
    where least(before.effective_at, after.effective_at) < :close
        and (before.customer_id, before.says, before.effective_at)
            is distinct from (after.customer_id, after.says, after.effective_at)
    """
)
LOADED = text(
    "select source, sum(row_count)::bigint as rows from portal.load_run where stream = '' and ended_at > :since "
    "and ended_at <= :until and row_count > 0 group by source order by source"
)
EVENTS = text(
    "select count(event_id) from raw_stripe_webhook.event where received_at > :since and received_at <= :until"
)
CAPTURED = text("select source from portal.newest_change where received_at > :since group by source order by source")
SOURCES = text("select distinct split_part(dataset, '.', 1) from portal.metric_promise where metric = any(:names)")
IDENTITY = "identity"


@dataclass(frozen=True)
class Span:
    """Two builds between which the figure of a month moved, one recorded right after the other."""

    month: date
    close: datetime
    before: Moment
    after: Moment
    old: Definitions
    new: Definitions


@dataclass(frozen=True)
class Evidence:
    """What changed in the records that MRR is made of.

    Attributes:
        by_customer: customer → causes.
        by_currency: currency → causes: rates are nobody's, and matter to whoever pays in it.
    """

    by_customer: Mapping[str, frozenset[str]]
    by_currency: Mapping[str, frozenset[str]]

    @property
    def all(self) -> frozenset[str]:
        return frozenset().union(*self.by_customer.values(), *self.by_currency.values())


def split(memory: Memory, viewer: Viewer, name: str, span: Span, difference: Decimal) -> list[Part]:
    """The parts of a difference that the definition of the metric itself does not make; they add up to it.

    Args:
        memory: what is remembered.
        viewer: who asks; by customer only for whom may see customers.
        name: the metric, as it was defined before.
        span: the two builds.
        difference: how far it moved.
    """
    if span.before.as_of < span.close:
        return [Part("month_open", difference, said="The build before spoke about an instant within the month.")]
    metric = span.old.metrics[name]
    is_remade = any(
        span.old.models[leaf.name] != span.new.models.get(leaf.name) for leaf in leaves_of(metric, span.old.metrics)
    )
    if set(marts_of(metric, span.old.metrics)) <= MADE_OF_RECORDS:
        try:
            evidence = _evidence(memory, viewer, name, span)
        except NotPermitted:
            evidence = None
        if evidence is not None:
            found = differences_by_customer(memory, viewer, name, span.old, span.month, span.before, span.after)
            if found is not None and sum(found.amounts.values()) == difference:
                return _by_customer(evidence, found.amounts, found.currencies, is_remade)
            return [_part(evidence.all, difference, is_remade)]
    return [_as_a_whole(memory, name, span, difference, is_remade)]


def _by_customer(
    evidence: Evidence, amounts: Mapping[str, Decimal], currencies: Mapping[str, frozenset[str]], is_remade: bool
) -> list[Part]:
    """One part for each set of causes, with the customers of whom it is."""
    grouped: dict[frozenset[str], dict[str, Decimal]] = defaultdict(dict)
    for customer, amount in amounts.items():
        found = evidence.by_customer.get(customer, frozenset())
        for currency in currencies[customer]:
            found |= evidence.by_currency.get(currency, frozenset())
        grouped[found][customer] = amount
    parts = []
    for causes in sorted(grouped, key=sorted):
        customers = grouped[causes]
        parts.append(_part(causes, sum(customers.values(), Decimal(0)), is_remade, customers))
    return parts


def _part(
    causes: frozenset[str], amount: Decimal, is_remade: bool, customers: dict[str, Decimal] | None = None
) -> Part:
    """A part whose possible causes are known."""
    may_be = tuple(sorted(causes | ({"definition_change"} if is_remade else frozenset())))
    if len(may_be) == 1:
        return Part(may_be[0], amount, customers=customers or {}, said=_SAID[may_be[0]])
    if may_be:
        said = "Came with the same build, for the same figure."
        return Part("undetermined", amount, may_be, customers or {}, said)
    return Part("unexplained", amount, customers=customers or {}, said="Nothing that was noted says why.")


_SAID = {
    "late_data": "Records came that count from before the close.",
    "correction": "Records that were known say something else, or are gone.",
    "identity_merge": "Records belong to another customer, or count no longer, by who is who.",
    "definition_change": "The models changed by which it is worked out, and none of its records did.",
}


def _evidence(memory: Memory, viewer: Viewer, name: str, span: Span) -> Evidence:
    """What changed in the records, each by its customers before and after.

    Raises:
        NotPermitted: the viewer may not see customers.
    """
    values = {"before": span.before.recorded_at, "after": span.after.recorded_at, "close": span.close}
    found = memory.rows(viewer, (BY_CUSTOMER,), name, CHANGED.bindparams(**values), month=span.month)
    rows = [dict(zip(found.names, row, strict=True)) for row in found.values]
    by_customer: dict[str, set[str]] = defaultdict(set)
    by_currency: dict[str, set[str]] = defaultdict(set)
    settled = {
        str(row[side])
        for row in rows
        for side in ("customer_then", "customer_now")
        if row["kind"] == IDENTITY and row["is_other"] and not row["is_new"] and not row["is_gone"]
    }  # whose records come or go because they count, or no longer count
    for row in rows:
        customers = {str(row[side]) for side in ("customer_then", "customer_now") if row[side] is not None}
        for cause in _causes_of(row, bool(customers & settled)):
            for customer in customers:
                by_customer[customer].add(cause)
            if not customers:
                by_currency[row["currency"]].add(cause)
    return Evidence(_frozen(by_customer), _frozen(by_currency))


def _causes_of(row: Mapping[str, object], is_settled: bool) -> set[str]:
    if row["is_new"] or row["is_gone"]:
        if row["kind"] == IDENTITY:
            return set()
        if is_settled:
            return {"identity_merge"}
        return {"late_data"} if row["is_new"] else {"correction"}
    if row["kind"] == IDENTITY:
        return {"identity_merge"}
    found = {"correction"} if row["is_other"] else set()
    return found | ({"identity_merge"} if row["customer_then"] != row["customer_now"] else set())


def _as_a_whole(memory: Memory, name: str, span: Span, difference: Decimal, is_remade: bool) -> Part:
    """One cause for a figure whose records are not remembered one by one: from what was loaded between the builds."""
    metric, metrics = span.old.metrics[name], span.old.metrics
    names = [name, *metric.bases, *(leaf.name for leaf in leaves_of(metric, metrics))]
    window = {"since": span.before.recorded_at, "until": span.after.recorded_at}
    with memory.connection() as connection:
        known = {schema.removeprefix("raw_") for schema in connection.scalars(SOURCES, {"names": names})}
        arrived = {source_named(row.source): counted(row.rows, "row") for row in connection.execute(LOADED, window)}
        if connection.scalar(EVENTS, window):
            arrived.setdefault("stripe", "events")
        for source in connection.scalars(CAPTURED, window):
            arrived.setdefault(source, "changes")
    sources = {name.removesuffix("_webhook") for name in known}
    told = [f"{source} ({what})" for source, what in sorted(arrived.items()) if not sources or source in sources]
    if not told:
        return _part(frozenset(), difference, is_remade)
    may_be = ("correction", "late_data", *(("definition_change",) if is_remade else ()))
    if "files" in arrived:
        may_be = (*may_be, "identity_merge")
    said = f"Came between the two builds: {', '.join(told)}. Whether new or corrected is not noted for this figure."
    return Part("undetermined", difference, tuple(sorted(may_be)), said=said)


def _frozen(found: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(causes) for name, causes in found.items()}
