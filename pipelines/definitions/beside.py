"""Changed models worked out beside the live ones, with all that is made from them; the rest is what readers see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from dbt.artifacts.schemas.results import NodeStatus
from sqlalchemy import create_engine
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from app.errors import FellShort
from app.metrics import Metric
from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.dbt import REHEARSAL, dbt_folder, run_dbt
from pipelines.definitions.meaning import Project, models_of
from pipelines.definitions.schemas import beside, drop_rehearsals


def to_work_out(project: Project, standing: Mapping[str, str], metrics: Mapping[str, Metric]) -> frozenset[str]:
    """The models that are other ones than those readers see, and what is made from them, as far as metrics need it.

    Args:
        project: the changed models.
        standing: part → digest, of what readers see.
        metrics: those that are rehearsed, with all they are made of.
    """
    wanted = frozenset[str]().union(*(models_of(metric, metrics) for metric in metrics.values()))
    needed = project.behind(wanted)
    changed = frozenset(
        name for name in needed if any(standing.get(part) != project.parts[part] for part in project.own[name])
    )
    return frozenset(name for name in needed if project.behind(frozenset({name})) & changed)


def read_beside(metrics: Mapping[str, Metric], models: frozenset[str]) -> dict[str, Metric]:
    """The metrics, each reading the mart beside the live one where that was worked out."""
    return {
        name: metric.model_copy(update={"mart": beside(metric.mart)})
        if metric.mart and metric.mart.partition(".")[2] in models
        else metric
        for name, metric in metrics.items()
    }


@contextmanager
def worked_out(settings: Settings, models: frozenset[str], as_of: datetime) -> Iterator[None]:
    """Has these models beside the live ones inside the `with`; the caller holds the lock of builds.

    What an earlier rehearsal left behind when it died goes first; a whole build clears it away, too.

    Raises:
        FellShort: one could not be worked out; the message names the first.
    """
    builder = warehouse_url(settings, "plumbline_builder")
    _drop(builder)
    try:
        if models:
            _run(settings, builder, models, as_of)
        yield
    finally:
        _drop(builder)


def _run(settings: Settings, builder: URL, models: frozenset[str], as_of: datetime) -> None:
    folder = dbt_folder(settings) / "rehearsal"
    result = run_dbt(builder, folder, ("run", "--select", *sorted(models)), as_of=as_of,
                     timezone=settings.reporting_timezone, target=REHEARSAL)  # fmt: skip
    nodes = list(getattr(result.result, "results", ()))
    broken = [node for node in nodes if node.status == NodeStatus.Error]
    if broken or not result.success:
        said = " ".join(str((broken[0].message if broken else None) or result.exception or "no reason given").split())
        name = f"{broken[0].node.name}: " if broken else ""
        raise FellShort(
            f"The changed models could not be worked out beside the live ones. Found {name}{said}. Expected every one "
            f"to build. Mend it and rehearse again; see {folder / 'logs' / 'dbt.log'}."
        )


def _drop(builder: URL) -> None:
    with create_engine(builder, poolclass=NullPool).begin() as connection:
        drop_rehearsals(connection)
