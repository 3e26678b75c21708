"""How fast rows come in, production's by its log and a vendor's through Meltano, beside COPY of the same rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from app.clock import as_of
from app.settings import Settings
from pipelines.bench import Bench, Goal

ROWS, CHANGES = 300_000, 100_000


def figures(settings: Settings) -> Mapping[str, float]:
    """Rates, ratios and seconds, measured in a home of its own, which is gone afterwards: nothing of yours is read.

    Raises:
        PlumblineError: something could not be started, or a load failed.
    """
    from app.secrets import production_url
    from pipelines import meltano_throughput
    from pipelines.capture import throughput
    from pipelines.capture.credentials import credentials

    with _own_house(settings) as own:
        given = credentials(own)
        captured = throughput.measure(own, given, production_url(own), ROWS, CHANGES) if given else {}
        return {**captured, **meltano_throughput.measure(own, as_of(own))}


@contextmanager
def _own_house(settings: Settings) -> Iterator[Settings]:
    """A sandbox company with its production database, its vendors and an empty warehouse, in a temporary folder."""
    from pipelines.migrate import migrate
    from pipelines.postgres import Cluster
    from pipelines.sandbox import production
    from pipelines.sandbox.birth import bring_to_life
    from pipelines.services import VENDORS

    scale = settings.sandbox_scale if settings.has_sandbox else "small"
    with TemporaryDirectory(prefix="plumbline-bench-") as folder, ExitStack() as stack:
        Path(folder).chmod(0o711)  # Postgres, as a user of its own, has to reach its data
        own = settings.model_copy(update={
            "home": Path(folder) / "home", "warehouse_url": None, "files_dir": None, "port": 0, "sandbox_scale": scale,
        })  # fmt: skip
        bring_to_life(own)
        for name in ("warehouse", "production"):
            cluster = Cluster(own, name)
            stack.callback(cluster.stop)
            cluster.start()
        migrate(own)
        production.seed(own)
        stack.callback(VENDORS.stop, own)
        VENDORS.start(own, "command")
        yield own


BENCH = Bench("load", figures, {
    "initial_ratio": Goal(must=0.5, aim=0.8, better="larger"),
    "inserts_ratio": Goal(must=0.15, aim=0.3, better="larger"),
    "updates_ratio": Goal(must=0.15, aim=0.3, better="larger"),
})  # fmt: skip
