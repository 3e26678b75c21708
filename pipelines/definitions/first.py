"""`python -m pipelines.definitions.first`: models/certified.yml anew, by what the metric files themselves say.

Used once, before anything was approved by a rehearsal, and by the maintainer after a merge of two changes that were
both approved. Approvals that were given are kept, for every metric whose fingerprint is as it was approved.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from pipelines.definitions.certified import FILE, Approval, Approved, Record, approved_now, read_record, write_record
from pipelines.definitions.meaning import Meanings, read_meanings

FIRST = "first"
WHY = "As the metric files say of themselves: who owns and who certified each, and since when."


def first_record(meanings: Meanings, before: Record) -> Record:
    """Each metric as it is, under the approval it had where it means the same, else as its own file vouches for it."""
    metrics: dict[str, Approved] = {}
    for name in meanings.metrics:
        known = before.metrics.get(name)
        is_same = known is not None and known.fingerprint == meanings.fingerprints[name]
        metrics[name] = approved_now(meanings, name, known.approval if known and is_same else FIRST)
    newest = max(metric.certified.on for metric in meanings.metrics.values())
    kept: Mapping[str, Approval] = {name: one for name, one in before.approvals.items() if name != FIRST}
    return Record(approvals={**kept, FIRST: Approval(on=newest, why=WHY)}, metrics=metrics, parts=meanings.parts)


def main(file: Path = FILE) -> None:
    """Writes the file, and says how many metrics are in it."""
    record = first_record(read_meanings(), read_record(file))
    write_record(record, file)
    sys.stdout.write(f"{file.name}: {len(record.metrics)} metrics, made of {len(record.parts)} parts.\n")


if __name__ == "__main__":
    main()
