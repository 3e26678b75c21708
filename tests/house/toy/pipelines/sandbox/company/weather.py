"""What the company's weather station has measured: the rain of each day, read at six in the morning."""

from __future__ import annotations

from pipelines.sandbox.company.dice import share
from pipelines.sandbox.company.simulation import Company
from pipelines.sandbox.company.times import DAY, HOUR, START, day_of, stamp


def write(company: Company) -> None:
    """Every reading up to the company's instant."""
    for read_at in range(START + 6 * HOUR, company.until + 1, DAY):
        day = day_of(read_at).isoformat()
        rain = round(40 * max(0.0, share(company.seed, "rain", day) - 0.6))
        body = {"id": day, "measured_at": stamp(read_at), "millimetres": rain}
        company.book.put("weather", "reading", body, read_at, read_at)
