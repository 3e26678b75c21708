"""What is asked: questions, reports and statements by the thousand, all from dice that a seed throws again."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from app.access import ROLES, Viewer
from app.made_of import dimensions_of
from app.metrics import Question, catalogue
from app.question import GRAINS
from app.reports.report import KINDS, Report
from tests.app.sql_corpus import AROUND

from .conftest import NOBODY, UNREADABLE, person
from .planting import planted

PAIRS = tuple(Viewer(f"{one}.{two}@leak.example", tuple(role for role in ROLES if role in (one, two)))
              for one in ROLES for two in ROLES if one < two)  # fmt: skip
VIEWERS = (*(person(role) for role in ROLES), NOBODY)
DRESSES = tuple(each for each in AROUND if "core.fct_thing" not in each)
PICKED = ("*", "t::text", "to_jsonb(t)", "count(*)", "max({c})", "string_agg({c}::text, ',')", "{c}",
          "sum({c}::numeric)", "row_to_json(t)", "array_agg({c})", "min({c}) over ()",
          "1/({c}::numeric - {c}::numeric)",
          "('x' || {c})::int", "xmlelement(name a, {c})::text", "ctid, {c}", "tableoid::regclass, {c}")  # fmt: skip


def viewer(dice: random.Random) -> Viewer:
    """A role mostly, sometimes two of them, seldom none."""
    kind = dice.random()
    return NOBODY if kind > 0.98 else dice.choice(PAIRS) if kind > 0.6 else person(dice.choice(ROLES))


def question(dice: random.Random) -> Question:
    """About any metric, cut and filtered by its own dimensions, or by what it does not have."""
    metric = dice.choice(list(catalogue().values()))
    has = sorted(dimensions_of(metric, catalogue())) or ["product"]
    by = tuple(dice.sample(has, min(len(has), dice.choice((0, 0, 1, 1, 2)))))
    where = tuple(filter_of(dice, metric.mart, dice.choice(has)) for _ in range(dice.choice((0, 0, 0, 1, 2))))
    months = dice.sample([date(2026, month, 1) for month in range(1, 12)], 2)
    since, until = (min(months), max(months)) if dice.random() < 0.6 else (None, None)
    return Question(metric.name, by, since, until, where, dice.random() < 0.3,
                    top=dice.choice((None, None, None, 1, 3)) if by else None,
                    unless=tuple((dice.choice(has), value(dice)) for _ in range(dice.random() < 0.05)),
                    grain=dice.choice(GRAINS) if dice.random() < 0.2 else "month",
                    compare=dice.choice((None, None, None, "month_before", "year_before")))  # type: ignore[arg-type]  # fmt: skip


def filter_of(dice: random.Random, mart: str | None, dimension: str) -> tuple[str, str]:
    """A dimension and mostly a value that it has, else one of another mart."""
    if mart is None or dice.random() < 0.3:
        return dimension, value(dice)
    return dimension, f"{planted()[mart].word} {dimension} {dice.choice((1, 2))}"


def value(dice: random.Random) -> str:
    """A value of some column of some mart: perhaps the right one's, mostly another's."""
    one = dice.choice(list(planted().values()))
    name = dice.choice([name for name, kind in one.types.items() if kind == "text"] or ["month"])
    return dice.choice((f"{one.word} {name} {dice.choice((1, 2))}", "%", "' or true --", "all"))


def report(dice: random.Random, names: tuple[str, ...] = ()) -> Report:
    """Any combination of figures, shelves and kinds; the builder would refuse most of them."""
    known = list(names or catalogue())
    values = tuple(dict.fromkeys(dice.choice(known) for _ in range(dice.choice((1, 1, 2, 3)))))
    has = [*sorted(dimensions_of(catalogue()[values[0]], catalogue())), "time"]
    shelf = dice.sample(has, min(len(has), dice.choice((0, 1, 1, 2))))
    at = dice.randrange(len(shelf) + 1)
    filters = [{"by": dice.choice(has), "values": [value(dice)]}] if dice.random() < 0.2 and has[0] != "time" else []
    plain: dict[str, Any] = {"kind": dice.choice(KINDS), "values": values, "rows": shelf[:at], "columns": shelf[at:],
                             "filters": [each for each in filters if each["by"] != "time"],
                             "last": dice.choice((1, 3, 12)), "compare": dice.choice((None, None, "month_before")),
                             "top": dice.choice((None, None, 2)), "grain": dice.choice(("month", "month", "quarter")),
                             "sort": dice.choice(("largest", "name")), "totals": dice.random() < 0.5}  # fmt: skip
    return Report.model_validate(plain)


def statement(dice: random.Random) -> str:
    """A select of any table there is, granted to whom it may be, in one of many dresses."""
    inner = " cross join ".join(f"({select(dice)}) q{at}" for at in range(2)) if dice.random() < 0.1 else ""
    plain = f"select * from {inner}" if inner else select(dice)
    return dice.choice(DRESSES).replace("{s}", plain)


def select(dice: random.Random) -> str:
    if dice.random() < 0.15:
        return f"select {dice.choice(('*', 'word', 't::text'))} from {dice.choice(UNREADABLE)} t"
    one = dice.choice(list(planted().values()))
    name = dice.choice([one.dataset, one.dataset, '"{}"."{}"'.format(*one.dataset.split(".")), f"only {one.dataset}"])
    where = dice.choice(("", "", " limit 3", " where t::text like '%Z%'", " order by 1 desc limit 2", " offset 1"))
    column = f'"{dice.choice(sorted(one.types))}"'
    return f"select {dice.choice(PICKED).replace('{c}', column)} from {name} t{where}"
