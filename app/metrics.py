"""The dictionary on the wall: what each certified figure means, read from models/metrics/<name>.yml.

The files are read in `app.metric_files`, the fields of a metric stand in `app.metric_kinds`, what may be asked in
`app.question`. The SQL of a question about a metric is made in `app.compile`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from app.metric_files import load_metrics
from app.metric_kinds import Certified, Metric, closest
from app.question import Question
from app.settings import ROOT

__all__ = ["Certified", "Metric", "Question", "catalogue", "closest", "load_metrics"]

FOLDER = ROOT / "models" / "metrics"


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Metric]:
    """The metrics of this project, read once per process."""
    return load_metrics(FOLDER)
