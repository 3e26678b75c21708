"""A page for the one thing that its address names: a saved report, a dashboard of one's own.

What is drawn at its head, exported and mailed is this; so each is read with the rights of whoever opens it then, and
nothing of it is kept with a link or a subscription but the id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.access import Viewer
from app.dashboard import Dashboard, OwnDashboards, ReportDesk, Saved
from app.made_of import dimensions_of
from app.metrics import catalogue
from app.own.cards import figures, rows_of
from app.own.store import SavedDashboard
from app.reports.store import SavedReport
from app.saved.store import SavedThings
from app.warehouse import Warehouse

FILTERS = ("product", "plan", "region", "country")
DRAFT = "report"
"""The parameter that holds a report which is being built: it is no saved one yet."""
Parameters = Mapping[str, Sequence[str]]


def opened(warehouse: Warehouse, viewer: Viewer, page: Dashboard, parameters: Parameters) -> Dashboard:
    """The page as its address asks for it; as it is declared where that names nothing.

    Args:
        warehouse: where things are kept.
        viewer: who opens it.
        page: one that they may open.
        parameters: those of its address.

    Raises:
        NotPermitted: what it names is not there for them, whether or not it is there for others.
    """
    for one in (ONE[type(element)] for element in page.panels() if type(element) in ONE):
        if (wanted := one.wanted(parameters)) and not parameters.get(DRAFT):
            found = one.store(warehouse).seen(viewer, wanted)
            return replace(page, title=found.title, address=page.slug,
                           names=((one.parameter, str(found.thing_id)),), **one.fields(found))  # fmt: skip
    return page


def title_of(warehouse: Warehouse, viewer: Viewer, parameters: Parameters) -> str:
    """What the thing that some parameters name is called now; nothing where they name none.

    Raises:
        NotPermitted: as `opened`.
    """
    named = ((one, one.wanted(parameters)) for one in ONE.values())
    return next((one.store(warehouse).seen(viewer, wanted).title for one, wanted in named if wanted), "")


@dataclass(frozen=True)
class One:
    """How a page has things of a kind.

    Attributes:
        parameter: of its address, that names one.
        store: where they are.
        fields: those of the page that was opened for one.
    """

    parameter: str
    store: Callable[[Warehouse], SavedThings[Any]]
    fields: Callable[[Any], dict[str, Any]]

    def wanted(self, parameters: Parameters) -> str:
        """The id that is asked for; nothing where none is."""
        return next((each for each in parameters.get(self.parameter, ()) if each), "")


def of_report(found: SavedReport) -> dict[str, Any]:
    """A saved report by itself."""
    return {"rows": ((Saved(str(found.thing_id), 12, found.title),),)}


def of_dashboard(found: SavedDashboard) -> dict[str, Any]:
    """A dashboard of one's own, with the choices that its figures heed."""
    known = [dimensions_of(catalogue()[name], catalogue()) for name in figures(found.content)]
    filters = tuple(name for name in FILTERS if any(name in each for each in known))
    return {"rows": rows_of(found.content), "can_compare": True, "filters": filters}


ONE: Mapping[type, One] = {
    ReportDesk: One("id", lambda warehouse: warehouse.reports, of_report),
    OwnDashboards: One("dashboard", lambda warehouse: warehouse.dashboards, of_dashboard),
}
"""Element of a page → how that page has things."""
NAMING = tuple(one.parameter for one in ONE.values())
"""The parameters that name a thing, and choose nothing of a page."""
