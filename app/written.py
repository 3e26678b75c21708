"""What people write in a line: a name, a title. Pure."""

from __future__ import annotations

BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters that Unicode counts as printable and no font draws."""


def is_line(said: str, longest: int) -> bool:
    """Whether it is one line of 1 to `longest` characters that can all be seen."""
    return 0 < len(said) <= longest and said.isprintable() and not BLANKS & set(said)
