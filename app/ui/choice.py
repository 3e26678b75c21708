"""What the reader of a page has chosen: its month, its comparison and its filters; all of it stands in the address.

A link shows the same to whoever may see it. What a link asks for and nobody has is left out, and the page says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import streamlit as st

from app.access import Viewer
from app.dashboard import Dashboard
from app.ui import format as f
from app.ui.dimension_words import Where, noun, plural
from app.ui.places import UNKNOWN, shown
from app.ui.reading import Reading, shift
from app.warehouse import Warehouse

COMPARISONS = {"Month before": 1, "Year before": 12}
MONTHS = 24
"""So many closed months can be chosen."""
VALUES_SECONDS = 600
ASKED = {"compare": "comparison"}


@dataclass(frozen=True)
class Choice:
    """What was chosen.

    Attributes:
        compare: months between a figure and what it is compared with.
        month: a closed month that is not the newest; None for the newest.
        where: (dimension, value) pairs; several values of one dimension are alternatives.
        unknown: (dimension, value) pairs that the address asks for and that there are not.
    """

    compare: int = 1
    month: date | None = None
    where: Where = ()
    unknown: Where = ()

    def as_of(self, zone: ZoneInfo) -> datetime | None:
        """The instant at which the chosen month closed; None for the newest."""
        return None if self.month is None else datetime.combine(shift(self.month, 1), time(), zone)

    @property
    def said(self) -> str:
        """The filters in words: "Core or Vault, Germany"; nothing where there are none."""
        names = dict.fromkeys(dimension for dimension, _ in self.where)
        parts = [[shown(name, value) or UNKNOWN for dimension, value in self.where if dimension == name]
                 for name in names]  # fmt: skip
        return ", ".join(" or ".join(values) for values in parts)

    @property
    def unknown_said(self) -> str:
        """What a link asked for in vain, in words; nothing where there is nothing."""
        return " ".join(
            f"The link asks for the {ASKED.get(dimension, noun(dimension))} “{value}”, which is not known here: it is "
            "left out."
            for dimension, value in self.unknown
        )


def choose(dashboard: Dashboard, reading: Reading, build_id: str) -> Choice:
    """Draws the page's choices, as far as it has any, and gives what is chosen."""
    if not dashboard.can_compare:
        return Choice()
    asked = {name: st.query_params.get_all(name) for name in ("month", "compare", *dashboard.filters)}
    months = [shift(reading.closed, -back) for back in range(MONTHS)]
    with st.container(key="choices", horizontal=True, vertical_alignment="bottom", width="content"):
        month = st.selectbox("Month", [f.month_year(each) for each in months], key="month", bind="query-params",
                             width=160)  # fmt: skip
        compare = st.segmented_control("Compare with", list(COMPARISONS), default="Month before", required=True,
                                       key="compare", bind="query-params", width="content")  # fmt: skip
        chosen = _filters(dashboard, reading, build_id, asked) if dashboard.filters else {}
    at = next((each for each in months[1:] if f.month_year(each) == month), None)
    where = tuple((name, value) for name, values in chosen.items() for value in values.values())
    known = {"month": {month}, "compare": {compare}, **chosen}
    unknown = tuple((name, value) for name, each in asked.items() for value in each
                    if value and value not in known.get(name, ()))  # fmt: skip
    return Choice(COMPARISONS[compare or "Month before"], at, where, unknown)


def _filters(
    dashboard: Dashboard, reading: Reading, build_id: str, asked: Mapping[str, list[str]]
) -> dict[str, dict[str, str]]:
    """Dimension → chosen values, by the words that stand for them."""
    count = sum(bool(st.session_state.get(name, asked[name])) for name in dashboard.filters)
    label = f"Filters ({count})" if count else "Filters"
    chosen: dict[str, dict[str, str]] = {}
    with st.container(key="filters", width="content"):
        st.html('<div class="pl-over">Only where</div>', width="content")
        with st.popover(label, key="filters_popover", width="content"):
            for name in dashboard.filters:
                known = worded(name, values(name, dashboard.metrics, reading.viewer, build_id, reading.warehouse))
                picked = st.multiselect(noun(name).capitalize(), sorted(known), key=name, bind="query-params",
                                        placeholder=f"All {plural(name)}")  # fmt: skip
                chosen[name] = {each: known[each] for each in picked}
    return chosen


def worded(dimension: str, found: Sequence[str]) -> dict[str, str]:
    """The words that stand for each value → the value; two that read alike carry what the warehouse calls them."""
    said = [shown(dimension, value) or UNKNOWN for value in found]
    return {
        words if said.count(words) == 1 else f"{words} ({value})": value
        for words, value in zip(said, found, strict=True)
    }


@st.cache_data(ttl=VALUES_SECONDS, max_entries=256, show_spinner=False,
               hash_funcs={Viewer: lambda viewer: viewer.roles})  # fmt: skip
def values(dimension: str, metrics: tuple[str, ...], viewer: Viewer, build_id: str, _warehouse: Warehouse) -> list[str]:
    """Every value of a dimension in what these metrics are made of, as far as the viewer may read it."""
    return list(_warehouse.values(viewer, metrics, dimension))
