"""The page of records: which ones a figure is made of, that they add up to it, and the way on to what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from html import escape
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from app.drill.desk import Asked, Found, Piece
from app.errors import NotBuilt, NotPermitted, QuestionError
from app.made_of import dimensions_of
from app.metrics import Metric, catalogue
from app.question import may_be_month, may_be_value
from app.ui import drill_words as words
from app.ui import format as f
from app.ui.chosen import LONGEST_SAID
from app.ui.dimension_words import Where
from app.ui.panels.frame import plain, thin_in_sans
from app.ui.passport import opener_html
from app.ui.reading import Reading, shift
from app.ui.tables import Cell, Column, table, way
from app.ui.ways import RECORDS, address, way_to

OWN = ("metric", "month", "page", "from")
"""The parameters of the address that are no filters."""


@dataclass(frozen=True)
class Wanted:
    """What the address asks for: a figure, the page to go back to, and what of it is not known."""

    metric: Metric
    month: date
    where: Where
    page: int
    back: str
    unknown: Where


def draw(reading: Reading, key: str) -> None:
    """Draws what the address asks for; without a figure those that lead to records."""
    name = str(st.query_params.get("metric", ""))
    with st.container(key=f"panel_{key}"):
        if name not in catalogue():
            st.html(index_html(reading, name))
            return
        wanted = asked_for(reading, catalogue()[name])
        own = replace(reading, receipts={}, where=wanted.where, page=wanted.back)
        try:
            if name in own.warehouse.drill.catalogue.records:
                records(own, wanted, key)
            else:
                made_of(own, wanted, key)
        except NotPermitted:
            may = name in own.warehouse.visible_metrics(own.viewer)
            nothing(wanted, words.REFUSED_RECORDS if may else words.REFUSED)
        except NotBuilt:
            nothing(wanted, words.NOT_BUILT)
        except QuestionError as error:
            nothing(wanted, plain(error))
        st.html(ways_html(own, wanted))


def asked_for(reading: Reading, metric: Metric) -> Wanted:
    """The address, read; a month or a filter that there is not is left out, and said."""
    asked = {name: st.query_params.get_all(name) for name in st.query_params}
    known = dimensions_of(metric, catalogue())
    given = [(name, value) for name in asked if name in known for value in dict.fromkeys(asked[name]) if value]
    where = tuple(pair for pair in given if may_be_value(pair[1]))
    unknown = [(name[:LONGEST_SAID], value[:LONGEST_SAID])
               for name in asked if name not in (*OWN, *known) for value in asked[name]]  # fmt: skip
    unknown += [(name, value[:LONGEST_SAID]) for name, value in given if not may_be_value(value)]
    said = "".join(asked.get("month", [])[:1])
    month = month_of(said)
    if month is None or month > reading.running:
        unknown += [("month", said)] if said else []
        month = reading.closed
    number = "".join(asked.get("page", ["1"])[:1])
    back = back_to("".join(asked.get("from", [])[:1]), reading.pages)
    return Wanted(metric, month, where, int(number) if number.isdecimal() else 1, back, tuple(unknown))


def month_of(said: str) -> date | None:
    """The first day of a month such as 2026-10; None for anything else, and where no company keeps books."""
    try:
        found = date.fromisoformat(f"{said}-01")
    except ValueError:
        return None
    return found if may_be_month(found) else None


def back_to(said: str, pages: Mapping[str, str]) -> str:
    """The address of the page that led here, put together anew; nothing where the viewer has no such page."""
    slug, _, query = said.partition("?")
    pairs = parse_qsl(query)
    return (f"{slug}?{urlencode(pairs)}" if pairs else slug) if slug in pages else ""


def records(reading: Reading, wanted: Wanted, key: str) -> None:
    """The records of a figure: the finding, both sums beside the plumb line, and a page of the rows."""
    asked = Asked(wanted.metric.name, wanted.month, wanted.where, wanted.page)
    found = reading.warehouse.drill.look(reading.viewer, asked, reading.as_of)
    if found.answer.receipt:
        reading.receipts[wanted.metric.name] = [found.answer.receipt]
    title(reading, wanted, words.title(wanted.metric, wanted.month, wanted.where, found), key, found.certified)
    if found.certified is None:
        why = found.answer.why_null(wanted.month) or "Nobody says why."
        st.html(f'<p class="pl-empty">{escape(why[:1].upper() + why[1:])}</p>')
        return
    st.html(plumbed_html(found, wanted.metric))
    if found.count:
        st.html(rows_html(found, wanted.metric) + pages_html(reading, wanted, found))


def title(reading: Reading, wanted: Wanted, said: str, key: str, value: object) -> None:
    """The finding, what the address asked for in vain, and the passport."""
    lost = words.left_out(wanted.unknown)
    below = f'<span class="pl-stale">{escape(lost)}</span>' if lost else escape(wanted.metric.question)
    number = None if value is None else float(str(value))
    opener = opener_html(reading, (wanted.metric.name,), label="What it means", key=key,
                         month=None if number is None else wanted.month, value=number)  # fmt: skip
    st.html(f'<h2 class="pl-title">{thin_in_sans(said)}</h2>'
            f'<div class="pl-under"><div class="pl-subtitle">{below}</div>{opener}</div>')  # fmt: skip


def plumbed_html(found: Found, metric: Metric) -> str:
    """The sum of all records and the certified figure, on either side of the plumb line, and what is between them."""
    many = f"All {f.number(found.count)} {found.records.many}" if found.count != 1 else f"The one {found.records.one}"
    between = words.amount(found.residual, metric)
    loud = ' class="pl-loud"' if found.residual else ""
    note = f'<p class="pl-more">{escape(found.how.note)}</p>' if found.how.note else ""
    return (
        f'<div class="pl-plumbed" role="group" aria-label="{escape(words.agrees(found, metric))}">'
        f'<div><span>{escape(many)}</span><b>{words.amount(found.total, metric)}</b></div>'
        '<i class="pl-plumbed-line"></i>'
        f'<div><span>Certified</span><b>{words.amount(found.certified, metric)}</b></div>'
        f'<div><span>Between them</span><b{loud}>{between}</b></div></div>{note}'
        + (f'<p class="pl-more pl-loud">{escape(words.agrees(found, metric))}</p>' if found.residual else "")
    )  # fmt: skip


def rows_html(found: Found, metric: Metric) -> str:
    """A page of the records; each one's amount last, where it has one of its own. A phone has the id below the name."""
    names, key = found.records.columns, found.records.id
    is_below = names[0].column != key
    columns = [Column(each.head, each.kind in ("money", "number"), each.is_extra or (is_below and each.column == key))
               for each in names]  # fmt: skip
    has_amount = found.how.is_amount
    columns += [Column(words.head(metric), True)] if has_amount else []
    rows = []
    for row, value in zip(found.rows, found.amounts, strict=True):
        name, *others = (words.printed(row, each) for each in names)
        cells: list[Cell | str] = [Cell(name, below=str(row[key]) if is_below else ""), *others]
        rows.append([*cells, words.bare(value, metric)] if has_amount else cells)
    system = f'<p class="pl-more">Source: {escape(found.records.system)}</p>' if found.records.system else ""
    return f'<div class="pl-records">{table(columns, rows, caption="Records of the figure")}</div>{system}'


def pages_html(reading: Reading, wanted: Wanted, found: Found) -> str:
    """Which page this is, and the ones before and after it."""
    if found.pages == 1:
        return ""
    said = [f"<span>Page {found.page} of {f.number(found.pages)}, largest first</span>"]
    for name, at in (("Before", found.page - 1), ("Next", found.page + 1)):
        if 1 <= at <= found.pages:
            href = address(wanted.metric.name, wanted.month, wanted.where, at=at, page=reading.page)
            said.append(way(name, href))
    return f'<p class="pl-ways">{"".join(said)}</p>'


def made_of(reading: Reading, wanted: Wanted, key: str) -> None:
    """A figure that is made of others: each with its value, as a way on to its own records."""
    drill, metric = reading.warehouse.drill, wanted.metric
    if not drill.parts_of(metric.name):
        without(reading, wanted, key)
        return
    answer, pieces = drill.pieces(reading.viewer, Asked(metric.name, wanted.month, wanted.where), reading.as_of)
    value = pieces[0].of
    if answer.receipt:
        reading.receipts[metric.name] = [answer.receipt]
    said = words.subject(metric, wanted.month, wanted.where)
    title(reading, wanted, f"{said}: {words.amount(value, metric)}, made of {words.pieces(pieces)}", key, value)
    told = drill.told(metric.name)
    how = told.how if told else (metric.worked_out_as or metric.definition)
    rows = [piece_cells(reading, wanted, piece) for piece in pieces]
    columns = (Column("Made of"), Column("Month", is_extra=True), Column("Figure", True))
    parts = table(columns, rows, caption="What the figure is made of")
    why = f"N/a: {answer.why_null(wanted.month)}. " if value is None and answer.why_null(wanted.month) else ""
    st.html(f'<p class="pl-more">{escape(why + how)}</p><div class="pl-parts">{parts}</div>')


def without(reading: Reading, wanted: Wanted, key: str) -> None:
    """A figure that neither records nor other figures make up, and why; of cohorts no single value is shown."""
    drill, metric = reading.warehouse.drill, wanted.metric
    said, value = words.subject(metric, wanted.month, wanted.where), None
    if metric.kind != "cohort":
        value = drill.value(reading.viewer, Asked(metric.name, wanted.month, wanted.where), reading.as_of)
        said = f"{said}: {words.amount(value, metric)}"
    title(reading, wanted, said, key, value)
    st.html(f'<p class="pl-empty">It has no records of its own. {escape(drill.why_none(metric.name))}</p>')


def piece_cells(reading: Reading, wanted: Wanted, piece: Piece) -> tuple[Cell | str, ...]:
    """One of the figures, with the way to its records or to what it is made of."""
    href = way_to(replace(reading, where=wanted.where), piece.metric.name, piece.month)
    month = f.month_year(piece.month)
    amount = words.amount(piece.value, piece.metric)
    return Cell(piece.metric.label, below=month, href=href), month, Cell(amount, href=href)


def nothing(wanted: Wanted, why: str) -> None:
    """A figure whose records cannot be shown, and why."""
    said = words.subject(wanted.metric, wanted.month, wanted.where)
    st.html(f'<h2 class="pl-title">{thin_in_sans(said)}</h2><p class="pl-empty">{escape(why)}</p>')


def ways_html(reading: Reading, wanted: Wanted) -> str:
    """The ways up: the page that led here, the whole of the figure, and the months beside."""
    made = []
    if reading.page:
        title_of = reading.pages[reading.page.partition("?")[0]]
        made.append(way(f"Back to {escape(title_of)}", f"/{reading.page}"))
    name, month = wanted.metric.name, wanted.month
    if wanted.where:
        made.append(way(f"The whole of {escape(wanted.metric.label)}", address(name, month, page=reading.page)))
    beside = [shift(month, -1), *([shift(month, 1)] if month < reading.running else [])]
    made += [way(f.month_year(each), address(name, each, wanted.where, page=reading.page)) for each in beside]
    return f'<p class="pl-ways">{"".join(made)}</p>'


def index_html(reading: Reading, name: str) -> str:
    """The figures that lead to records for this viewer, each with its way there; and that one is not known."""
    drill = reading.warehouse.drill
    found = tuple(each for each in sorted_names() if drill.leads_to(reading.viewer, each) == "records")
    ways = index_ways(found, reading.closed) if RECORDS in reading.pages else ""
    lost = f'<p class="pl-empty">No figure is called “{escape(name)}”. These lead to records:</p>' if name else ""
    head = f"{f.number(len(found))} figures lead to their records" if found else words.NOTHING_LEADS
    return f'<h2 class="pl-title">{head}</h2>{lost}<p class="pl-ways pl-index">{ways}</p>'


@lru_cache(maxsize=1)
def sorted_names() -> tuple[str, ...]:
    """The figures by their labels, but for those that stand apart from others."""
    known = sorted(catalogue().values(), key=lambda metric: metric.label.lower())
    return tuple(metric.name for metric in known if not metric.apart)


@lru_cache(maxsize=32)
def index_ways(names: tuple[str, ...], month: date) -> str:
    """A way to the records of each figure; kept, being some two hundred links."""
    return "".join(way(escape(catalogue()[name].label), address(name, month)) for name in names)
