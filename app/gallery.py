"""The pages there are: every file of pages/ that declares a DASHBOARD, in menu order."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from types import MappingProxyType

import pages
from app.dashboard import Dashboard
from app.errors import UsageError


@lru_cache(maxsize=1)
def dashboards() -> Mapping[str, Dashboard]:
    """Address → dashboard. Adding a file to pages/ is all it takes to add one.

    Raises:
        UsageError: two pages have the same address.
    """
    found: dict[str, Dashboard] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(pages.__path__)):
        declared = getattr(import_module(f"pages.{module}"), "DASHBOARD", None)
        if not isinstance(declared, Dashboard):
            continue
        if declared.slug in found:
            raise UsageError(f"pages/{module}.py has the title of another page: {declared.title!r}. Choose another.")
        found[declared.slug] = declared
    ordered = sorted(found.items(), key=lambda item: (item[1].order, item[0]))
    return MappingProxyType(dict(ordered))
