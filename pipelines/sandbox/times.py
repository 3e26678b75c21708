"""Since when the sandbox's sources are loaded."""

from __future__ import annotations

BIRTH = "2023-06-30T23:57:43Z"
"""Before all that the sandbox company began with (its catalogue, its sales people); an odd second, since tap-stripe
leaves out the lines of an invoice that was created exactly at the border of one of its windows."""
