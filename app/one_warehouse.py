"""The one warehouse of this process.

Not in `app/portal.py`: Streamlit runs that file anew for every visit and click, and each run would make a warehouse of
its own, with pools, remembered rights and running statements that no other run knows.
"""

from __future__ import annotations

from functools import lru_cache

from app.settings import get_settings
from app.warehouse import Warehouse


@lru_cache(maxsize=1)
def warehouse() -> Warehouse:
    """Made when it is first asked for; the same from then on."""
    return Warehouse(get_settings())
