"""Pipelines: has everything loaded, is every promise kept, and if not, since when?"""

from app.dashboard import Dashboard, Listing, SourceDesk

DASHBOARD = Dashboard(
    title="Pipelines",
    section="Operations",
    order=90,
    answers=("T3", "T14", "U4"),
    audience=("engineer",),
    rows=(
        (Listing("sources", width=12),),
        (SourceDesk(),),
        (Listing("drifts", width=12),),
        (Listing("alerts", width=12),),
        (Listing("promises", width=12),),
        (Listing("streams", width=12),),
        (Listing("jobs", width=12),),
        (Listing("loads", width=12),),
    ),
)
