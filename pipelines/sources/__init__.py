"""One module per source; a module here with a `SOURCE` is what the pipelines know of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from app.errors import SettingsError

if TYPE_CHECKING:
    from pipelines.source import Source


def source_names() -> tuple[str, ...]:
    """The names of all sources, from the files of this folder, in alphabetical order; imports none of them."""
    return tuple(sorted(module.name for module in iter_modules(__path__)))


@lru_cache(maxsize=1)
def all_sources() -> Mapping[str, Source]:
    """Every source by its name, those whose first load takes longest first.

    Raises:
        SettingsError: a file here declares no source, or one of another name.
    """
    found = (_read(name) for name in source_names())
    return {source.name: source for source in sorted(found, key=lambda source: (-source.weight, source.name))}


def _read(name: str) -> Source:
    from pipelines.source import Source

    source = getattr(import_module(f"{__name__}.{name}"), "SOURCE", None)
    if not isinstance(source, Source) or source.name != name:
        raise SettingsError(
            f"pipelines/sources/{name}.py does not declare its source. Found SOURCE = {source!r}; expected "
            f"SOURCE = Source(name={name!r}, …). Name the source as its file."
        )
    return source
