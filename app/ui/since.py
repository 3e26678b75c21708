"""An age that goes on where it is shown. Pure."""

from __future__ import annotations

from datetime import datetime

from app.ui import format as f


def since(moment: datetime, now: datetime) -> str:
    """The age of a moment, which `app/age.js` counts on: what is kept or replayed would stand still."""
    at = f.as_utc(moment).isoformat(timespec="seconds")
    return f'<time datetime="{at}" data-pl-since>{f.age(moment, now)}</time>'
