"""Which figures a board pack freezes: models/board_pack.yml, or those that somebody names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from app.compile import dimensions_of, metric_of
from app.errors import SettingsError, UsageError
from app.metrics import Metric
from app.settings import ROOT

FILE = ROOT / "models" / "board_pack.yml"


@dataclass(frozen=True)
class Figure:
    """A metric, whole or cut by dimensions."""

    metric: str
    by: tuple[str, ...] = ()


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    metric: str
    by: tuple[str, ...] = ()


def declared(metrics: Mapping[str, Metric], path: Path = FILE) -> tuple[Figure, ...]:
    """The figures of the file, in its order.

    Raises:
        SettingsError: the file is no list of figures.
        QuestionError, UsageError: it names a metric or a dimension that there is not.
    """
    try:
        entries = YAML(typ="safe").load(path.read_text(encoding="utf-8")) or []
        figures = tuple(Figure(**_Entry.model_validate(entry).model_dump()) for entry in entries)
    except (OSError, YAMLError, ValidationError, TypeError) as error:
        raise SettingsError(
            f"{path} is no list of figures: {str(error).splitlines()[0]}. Expected lines of `- metric: NAME`, each "
            "with `by: [DIMENSION]` where it is cut. Mend the file."
        ) from None
    return known(figures, metrics)


def named(texts: Iterable[str], metrics: Mapping[str, Metric]) -> tuple[Figure, ...]:
    """Figures as people type them: `net_mrr`, `net_mrr:product`, `open_pipeline:stage,rep`.

    Raises:
        As `declared`.
    """
    figures = []
    for text in texts:
        metric, _, by = text.partition(":")
        figures.append(Figure(metric.strip(), tuple(part.strip() for part in by.split(",") if part.strip())))
    return known(figures, metrics)


def known(figures: Iterable[Figure], metrics: Mapping[str, Metric]) -> tuple[Figure, ...]:
    """The same figures, each once, where all of them can be asked for."""
    found = tuple(dict.fromkeys(figures))
    for figure in found:
        allowed = dimensions_of(metric_of(figure.metric, metrics), metrics)
        for dimension in set(figure.by) - set(allowed):
            raise UsageError(
                f"{figure.metric} cannot be cut by {dimension!r}. Expected one of: {', '.join(allowed) or 'none'}."
            )
    return found
