"""What the figures that readers see mean: each good build notes the definitions that it was made by.

So a change can be set beside what stands, though the checkout has the new files only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import Connection, text

from app.errors import NotBuilt
from app.metrics import Metric, catalogue
from pipelines.definitions.meaning import MODELS, Meanings, Project, digest, read_meanings, read_project

NOTE = text("""
    insert into portal.definitions (digest, run_id, built_at, parts, fingerprints, metrics)
    values (:digest, :run_id, :built_at, cast(:parts as jsonb), cast(:fingerprints as jsonb), cast(:metrics as jsonb))
    on conflict (digest) do update set run_id = excluded.run_id, built_at = excluded.built_at
""")
NEWEST = text("""
    select d.digest, d.run_id, b.as_of, d.parts, d.fingerprints, d.metrics
    from portal.definitions d join portal.build_run b using (run_id)
    order by d.built_at desc limit 1
""")


@dataclass(frozen=True)
class Standing:
    """The definitions of the newest good build.

    Attributes:
        digest: of all of them: another one is another state of the definitions.
        run_id, as_of: the newest build made by them, and the instant it speaks about.
        parts, fingerprints: as in `Meanings`.
        metrics: the metric files as they were then.
    """

    digest: str
    run_id: UUID
    as_of: datetime
    parts: Mapping[str, str]
    fingerprints: Mapping[str, str]
    metrics: Mapping[str, Metric]


def meanings_now() -> Meanings:
    """What the files of this checkout mean; read anew only when one of them changed."""
    return read_meanings(catalogue(), _project(max(path.stat().st_mtime for path in (MODELS, *MODELS.rglob("*")))))


def note(connection: Connection, meanings: Meanings, run_id: UUID, at: datetime) -> None:
    """Notes what a good build was made by, in the transaction in which readers come to see it."""
    metrics = {
        name: metric.model_dump(mode="json", exclude_defaults=True, exclude={"name"})
        for name, metric in meanings.metrics.items()
    }
    parts, fingerprints, files = (json.dumps(one, sort_keys=True) for one in (meanings.parts, meanings.fingerprints,
                                                                              metrics))  # fmt: skip
    connection.execute(NOTE, {
        "digest": digest(parts + fingerprints + files), "run_id": run_id, "built_at": at, "parts": parts,
        "fingerprints": fingerprints, "metrics": files,
    })  # fmt: skip


def read_standing(connection: Connection) -> Standing:
    """The definitions that readers see.

    Raises:
        NotBuilt: no good build has noted any yet.
    """
    found = connection.execute(NEWEST).one_or_none()
    if found is None:
        raise NotBuilt(
            "This home does not know yet what its figures mean. Expected a good build that noted its definitions. Run "
            "`plumbline run build` from the checkout whose definitions are certified, then rehearse the change."
        )
    metrics = {name: Metric.model_validate({**fields, "name": name}) for name, fields in found.metrics.items()}
    return Standing(
        found.digest, found.run_id, found.as_of, found.parts, found.fingerprints,
        MappingProxyType(dict(sorted(metrics.items()))),
    )  # fmt: skip


@lru_cache(maxsize=1)
def _project(stamp: float, folder: Path = MODELS) -> Project:
    return read_project(folder)
