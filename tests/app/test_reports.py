"""What a report says, the questions it asks, what can be put into one and why not: without a warehouse."""

from __future__ import annotations

import random
from datetime import date

import pytest

from app.compile.refusals import refuse
from app.errors import QuestionError, ReportError
from app.metrics import Question, catalogue
from app.reports.choices import choices, dimensions, kinds, missing, wrong
from app.reports.report import KINDS, LONGEST, TIME, Filter, Report, judged, parse
from app.reports.shelves import add, fitted, names_on, narrowed, take

TODAY, CLOSED = date(2026, 11, 22), date(2026, 10, 1)
NAMES = tuple(catalogue())


def report(**fields: object) -> Report:
    return judged(fields)


def test_a_report_comes_back_from_its_address_as_it_was() -> None:
    made = report(kind="pivot", values=("net_mrr",), rows=("product",), columns=(TIME,), since=date(2026, 1, 1),
                  filters=(Filter(by="country", values=("DE", "Königreich"),),), top=3)  # fmt: skip
    assert parse(made.json_text()) == made
    assert made.json_text().startswith('{"version":1,"kind":"pivot","values":["net_mrr"]')


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"kind":"pie"}', ("at kind there is 'pie'", "'table', 'pivot'")),
        ('{"colour":"red"}', ("at colour there is 'red'", "Extra inputs")),
        ('{"version":2}', ("at version there is 2",)),
        ('{"grain":"fortnight"}', ("no grain is called 'fortnight'; expected one of: day",)),
        ('{"rows":["product"],"columns":["product"]}', ("a field stands twice: product, product",)),
        ('{"values":["drop table"]}', ("at values.0 there is 'drop table'",)),
        ('{"filters":[{"by":"country","values":["a\\u0000b"]}]}', ("at filters.0.values.0",)),
        ('{"last":0}', ("at last there is 0",)),
        ("not json", ("Ask for the link again, or begin a new report.",)),
        ("x" * (LONGEST + 1), (f"Expected at most {LONGEST:,}",)),
    ],
)
def test_what_is_no_report_is_refused_with_what_was_found_and_expected(text: str, words: tuple[str, ...]) -> None:
    with pytest.raises(ReportError) as error:
        parse(text)
    assert all(word in str(error.value) for word in words), str(error.value)


@pytest.mark.parametrize(
    ("fields", "span"),
    [
        ({}, (date(2026, 10, 1), date(2026, 10, 31))),
        ({"rows": (TIME,), "last": 3}, (date(2026, 8, 1), date(2026, 10, 31))),
        ({"rows": (TIME,), "since": date(2026, 2, 1), "until": date(2026, 4, 15)},
         (date(2026, 2, 1), date(2026, 4, 30))),
        ({"until": date(2026, 4, 15)}, (date(2026, 4, 1), date(2026, 4, 30))),
        ({"until": date(2030, 1, 1)}, (date(2026, 10, 1), date(2026, 10, 31))),
        ({"grain": "week"}, (date(2026, 10, 19), date(2026, 10, 25))),
        ({"grain": "day", "rows": (TIME,), "last": 1}, (date(2026, 10, 1), date(2026, 10, 31))),
        ({"kind": "funnel", "last": 6}, (date(2026, 5, 1), date(2026, 10, 31))),
    ],
)  # fmt: skip
def test_it_speaks_of_periods_that_are_over(fields: dict[str, object], span: tuple[date, date]) -> None:
    assert report(values=("net_mrr",), **fields).span(CLOSED) == span


def test_it_asks_what_the_command_line_asks() -> None:
    made = report(values=("net_mrr", "new_mrr"), rows=("product", TIME), last=2, compare="year_before",
                  filters=({"by": "country", "values": ["DE", "FR"]}, {"by": "plan"}))  # fmt: skip
    where = (("country", "DE"), ("country", "FR"))
    asked = [Question(name, by=("product",), since=date(2026, 9, 1), until=date(2026, 10, 31), where=where,
                      compare="year_before") for name in ("net_mrr", "new_mrr")]  # fmt: skip
    assert list(made.questions(CLOSED)) == asked
    assert made.whole(CLOSED)[0].by == () and made.whole(CLOSED)[0].where == where
    rest = made.rest(CLOSED, ("Core", "Vault"))[0]
    assert rest.by == () and rest.unless == (("product", "Core"), ("product", "Vault"))


REASONS = [
    ({"values": ("cash_balance",), "rows": ("product",)}, "“Cash” is not known by product."),
    ({"values": ("net_mrr",), "rows": ("step",)}, "“MRR” is not known by step."),
    ({"values": ("net_mrr",), "filters": ({"by": "step"},)}, "“MRR” is not known by step."),
    ({"kind": "line", "values": ("net_mrr", "win_rate"), "rows": (TIME,)},
     "Different units cannot share an axis: “MRR” is in dollars, “Win rate” in per cent."),
    ({"kind": "line", "values": ("net_mrr",), "rows": ("product",)},
     "A line chart runs over time: what splits it stands in columns."),
    ({"kind": "area", "values": ("nrr",), "rows": (TIME,), "columns": ("country",)},
     "An area stacks parts, and those of “Net revenue retention” do not add up. Choose lines."),
    ({"kind": "pivot", "values": ("net_mrr", "new_mrr")}, "A pivot shows one figure. Choose a table for several."),
    ({"values": ("customer_retention",)}, "“Customer retention” follows cohorts by their age: it is a cohort grid."),
    ({"kind": "cohorts", "values": ("net_mrr",)}, "“MRR” has no cohorts by month."),
    ({"kind": "funnel", "values": ("net_mrr",)}, "“MRR” does not count who came to each step of a funnel."),
    ({"kind": "kpi", "values": ("net_mrr",), "rows": ("product",)},
     "One figure is of the whole: take product away, or narrow to one product instead."),
    ({"values": ("net_mrr",), "grain": "day"}, "net_mrr is known by month: a day of it would be invented."),
    ({"kind": "line", "values": ("net_mrr",), "rows": (TIME,), "compare": "year_before"},
     "A line chart is not set beside an earlier period: choose a table or bars for that."),
    ({"values": ("net_mrr",), "top": 5}, "There is no field whose largest parts could be kept."),
    ({"values": ("net_mrr",), "mark": "change"},
     "Gain and loss are told by a comparison: choose what to compare with."),
    ({"values": ("nobody",)}, "No metric is called 'nobody'."),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "reason"), REASONS, ids=[reason for _, reason in REASONS])
def test_what_means_nothing_says_why_in_one_sentence(fields: dict[str, object], reason: str) -> None:
    assert wrong(report(**fields), TODAY) == reason


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Choose a figure to show."),
        ({"kind": "scatter", "values": ("net_mrr",)},
         "A scatter needs two figures with a shared field: add the second."),
        ({"kind": "pivot", "values": ("net_mrr",), "rows": ("product",)}, "A pivot needs a field in columns."),
        ({"kind": "funnel", "values": ("funnel_reached",)},
         "Choose which funnel: “Reached a step” has a value for each, and none over several."),
    ],
)  # fmt: skip
def test_what_is_only_not_finished_is_no_reason_against_it(fields: dict[str, object], words: str) -> None:
    assert wrong(report(**fields), TODAY) == "" and missing(report(**fields)) == words


def test_a_field_moves_from_shelf_to_shelf_and_narrows_beside_it() -> None:
    made = add(add(add(report(values=("net_mrr",)), "rows", "product"), "rows", TIME, 0), "filters", "product")
    assert (made.rows, names_on(made, "filters")) == ((TIME, "product"), ("product",))
    made = narrowed(add(made, "columns", "product"), "product", ("Core",))
    assert (made.rows, made.columns, made.where) == ((TIME,), ("product",), (("product", "Core"),))
    assert take(made, "filters", "product").where == () and take(made, "columns", "product").columns == ()


def test_another_kind_keeps_every_field_and_lays_it_where_it_belongs() -> None:
    made = report(values=("net_mrr",), rows=("product", TIME), compare="year_before", mark="change", top=3)
    assert (fitted(made, "pivot").rows, fitted(made, "pivot").columns) == (("product",), (TIME,))
    lines = fitted(made, "line")
    assert (lines.rows, lines.columns, lines.compare, lines.mark, lines.top) == ((TIME,), ("product",), None, "none", 3)
    assert fitted(made, "bar").rows == ("product",) and fitted(lines, "table").rows == (TIME, "product")
    assert wrong(fitted(made, "kpi"), TODAY).startswith("One figure is of the whole: take product away")


def test_what_is_offered_can_be_asked_and_what_is_not_would_be_refused_or_lie() -> None:
    """Many reports grown by what is offered; after each step everything that is offered compiles, and of what is not
    a dimension is one that the figure has not, unless the picture itself cannot hold it.
    """
    chance = random.Random(147)
    seen: set[str] = set()
    names = (*chance.sample(NAMES, 40), "funnel_reached", "user_retention", "net_mrr", "new_mrr")
    for at in range(36):
        made = fitted(Report(), KINDS[at % len(KINDS)])
        for _ in range(chance.randint(2, 5)):
            can = [kind for kind, reason in kinds(made, TODAY).items() if not reason]
            made = fitted(made, chance.choice(can)) if chance.random() < 0.2 else made
            found = choices(made, names, TODAY)
            free = [(shelf, name) for name, choice in found.items() for shelf, why in choice.reasons.items() if not why]
            free = [place for place in free if made.values or place[0] == "values"] or free
            if not free:
                break
            made = add(made, *chance.choice(free))
            seen.add(made.kind)
            assert wrong(made, TODAY) == "" and parse(made.json_text()) == made
            if not missing(made):
                for question in made.questions(CLOSED):
                    refuse(question, catalogue()[question.metric], catalogue(), TODAY)
    assert seen == set(KINDS)


@pytest.mark.parametrize("name", ["net_mrr", "cash_balance", "nrr", "median_deal_acv", "mau", "funnel_reached"])
def test_a_dimension_that_is_struck_out_is_one_that_the_compiler_refuses(name: str) -> None:
    found = choices(report(values=(name,)), NAMES, TODAY)
    for dimension in dimensions(NAMES):
        question = Question(name, by=(dimension, *(each for each in catalogue()[name].apart if each != dimension)))
        try:
            refuse(question, catalogue()[name], catalogue(), TODAY)
        except QuestionError:
            assert found[dimension].reasons["rows"], dimension
        else:
            assert not found[dimension].reasons["rows"], found[dimension].reasons["rows"]
