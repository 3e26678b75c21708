"""What a home and its warehouse were made for, so that an invented company's figures are never taken for real ones.

The home remembers in a file, the warehouse in a row of its own (it may be the operator's, and serve another home
one day): a sandbox company of one scale and seed, or `none`. Whatever would start either otherwise is refused.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from app.clock import sandbox_clock
from app.errors import SettingsError
from app.login import bracketed
from app.secrets import ADMIN, warehouse_url
from app.settings import Settings
from pipelines.sandbox.store import read_meta

READER = "plumbline_worker"
FIND = text("select scale, seed from portal.made_for")
KEEP = text(
    "insert into portal.made_for (scale, seed) values (:scale, :seed) on conflict do nothing"
)


@dataclass(frozen=True)
class MadeFor:
    """A sandbox company of a scale and a seed; or scale `none` without a seed, for the operator's own company."""

    scale: str
    seed: int | None

    def __str__(self) -> str:
        if self.scale == "none":
            return "your own company's data (PLUMBLINE_SANDBOX_SCALE=none)"
        return f"the sandbox company (PLUMBLINE_SANDBOX_SCALE={self.scale}, PLUMBLINE_SANDBOX_SEED={self.seed})"


def asked_for(settings: Settings) -> MadeFor:
    """What the settings ask for."""
    return MadeFor(settings.sandbox_scale, settings.sandbox_seed if settings.has_sandbox else None)


def home_made_for(settings: Settings) -> MadeFor | None:
    """What the home was made for; None for a fresh one. A home in which a company lives is that company's.

    Raises:
        SettingsError: its file is not what we wrote.
    """
    file = _file(settings)
    if file.exists():
        try:
            found = json.loads(file.read_text())
            return MadeFor(str(found["scale"]), None if found["seed"] is None else int(found["seed"]))
        except (ValueError, KeyError, TypeError):
            raise SettingsError(
                f"{file} does not say what this home was made for. Expected an object such as "
                '{"scale": "demo", "seed": 20240101}. Restore it, or take another PLUMBLINE_HOME.'
            ) from None
    if not sandbox_clock(settings).exists():
        return None
    meta = read_meta(settings)
    if not {"scale", "seed"} <= meta.keys():
        return None
    return MadeFor(meta["scale"], int(meta["seed"]))


def refuse_other_home(settings: Settings) -> None:
    """Refuses to use a home for something else than it was made for.

    Raises:
        SettingsError: it was.
    """
    made, asked = home_made_for(settings), asked_for(settings)
    if made is not None and made != asked:
        raise SettingsError(
            f"The home {settings.home} was made for {made}, but the settings ask for {asked}. Expected the same, as "
            "invented and real figures must never mix. Set PLUMBLINE_HOME to another folder, or set the scale and "
            f"seed as before; to begin anew here, run `plumbline down` and delete {settings.home}."
        )


def remember_home(settings: Settings) -> None:
    """Writes down what the home is made for, once.

    Raises:
        SettingsError: it was made for something else.
    """
    refuse_other_home(settings)
    file = _file(settings)
    if not file.exists():
        fresh = file.with_suffix(f".{os.getpid()}.new")
        fresh.write_text(json.dumps(asdict(asked_for(settings))) + "\n")
        os.replace(fresh, file)


def refuse_other_warehouse(settings: Settings, login: str = READER) -> None:
    """Refuses to use a warehouse for something else than it was made for; one that remembers nothing is let be.

    Raises:
        SettingsError: it was.
    """
    try:
        made = _warehouse_made_for(settings, login)
    except SQLAlchemyError:
        return  # never prepared, or it does not answer: whoever needs it says so, and better
    _refuse_other_warehouse(settings, made)


def remember_warehouse(settings: Settings) -> None:
    """Writes down what a migrated warehouse is made for, once.

    Raises:
        SettingsError: it was made for something else.
    """
    engine = create_engine(warehouse_url(settings, ADMIN), poolclass=NullPool, hide_parameters=True)
    with engine.begin() as connection:
        connection.execute(KEEP, asdict(asked_for(settings)))
    _refuse_other_warehouse(settings, _warehouse_made_for(settings, ADMIN))


def _warehouse_made_for(settings: Settings, login: str) -> MadeFor | None:
    engine = create_engine(warehouse_url(settings, login), poolclass=NullPool, hide_parameters=True)
    with engine.connect() as connection:
        found = connection.execute(FIND).first()
    return None if found is None else MadeFor(found.scale, found.seed)


def _refuse_other_warehouse(settings: Settings, made: MadeFor | None) -> None:
    asked = asked_for(settings)
    if made is None or made == asked:
        return
    url = warehouse_url(settings)
    where = f"{bracketed(str(url.host))}:{url.port or 5432}/{url.database}"
    begin_anew = (
        "Name another database in PLUMBLINE_WAREHOUSE_URL (one that is not there is made), or drop this one"
        if settings.warehouse_url is not None
        else "Set PLUMBLINE_HOME to another folder, or run `plumbline down` and delete this one"
    )
    raise SettingsError(
        f"The warehouse {where} was made for {made}, but the settings ask for {asked}. Expected the same, as invented "
        f"and real figures must never mix. {begin_anew}; or set the scale and seed as before."
    )


def _file(settings: Settings) -> Path:
    return settings.home / "made_for.json"
