"""Each figure leads to its records, to the figures it is made of, or says in words why it leads nowhere."""

from __future__ import annotations

from app.drill.files import records_catalogue
from app.made_of import dimensions_of, marts_of
from app.metrics import load_metrics

from .marts import marts
from .test_metric_files import METRICS
from .tree import listed


def test_every_figure_has_records_or_says_what_else_it_is_made_of() -> None:
    known, metrics = records_catalogue(), load_metrics(METRICS)
    told = {name: [bool(metric.bases), name in known.records, name in known.without.made_of,
                   name in known.without.reasons] for name, metric in metrics.items()}  # fmt: skip
    found = [f"{name}: told {sum(each)} times" for name, each in told.items() if sum(each) != 1]
    found += [f"{name}: no metric" for name in {*known.records, *known.without.made_of, *known.without.reasons}
              if name not in metrics]  # fmt: skip
    found += [f"{name}: {part!r} is no metric" for name, each in known.without.made_of.items() for part in each.parts
              if part not in metrics]  # fmt: skip
    assert not found, listed(found, "Name it in a file of models/records/, or in models/records/without.yml.")


def test_records_have_every_column_that_is_shown_counted_or_narrowed_by() -> None:
    known, metrics, found = records_catalogue(), load_metrics(METRICS), []
    for name, records in known.records.items():
        how, metric = records.metrics[name], metrics[name]
        wanted = {each.column for each in records.columns} | {records.id, records.time_column, *how.where, *metric.only}
        wanted |= {column for column in (how.sum, how.count, how.distinct) if column}
        wanted |= set(dimensions_of(metric, metrics))
        found += [f"{name}: {records.mart} has no column {column}"
                  for column in sorted(wanted - marts()[records.mart].columns)]  # fmt: skip
        shown = {each.column for each in records.columns}
        found += [f"{name}: the id {records.id} is not shown"] if records.id not in shown else []
        found += [f"{name}: nobody says in which system its records are"] if not (
            records.system or "source" in shown) else []  # fmt: skip
    assert not found, listed(found, "Add it to the mart, or take another column.")


def test_nobody_reads_records_of_a_figure_that_they_may_not_see() -> None:
    metrics, found = load_metrics(METRICS), []
    for name, records in records_catalogue().records.items():
        readers = marts()[records.mart].roles
        for mart in marts_of(metrics[name], metrics):
            found += [f"{name}: {role} reads {records.mart} and not {mart}"
                      for role in sorted(readers - marts()[mart].roles)]  # fmt: skip
    assert not found, listed(found, "Grant records to no more roles than the figure.")
