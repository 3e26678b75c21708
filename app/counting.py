"""How many of a thing, in words: one row, two rows. Pure; for the portal, the command line and what both rest on."""

from __future__ import annotations

from app.manner import parted


def counted(count: int, noun: str) -> str:
    """Such as "1 row", "1,200 rows"; for nouns that take an s."""
    return f"{parted(count)} {noun}{'' if count == 1 else 's'}"
