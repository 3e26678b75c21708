"""Charts without a browser: Vega-Lite as SVG or PNG by vl-convert, in the light theme and our fonts; mails and files.

It reaches no other host. Colours come from tokens.json by meaning.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import vl_convert

from app.ui.look import PREFIX, tokens

FONTS = Path(__file__).resolve().parent / "fonts"
VARIABLE = re.compile(rf"var\({PREFIX}(\w+)\)")

Spec = dict[str, Any]


def png(spec: Spec, scale: float) -> bytes:
    """A spec of fixed size as a PNG at so many pixels a point."""
    register_fonts()
    picture: bytes = vl_convert.vegalite_to_png(in_light(spec), scale=scale, allowed_base_urls=[])
    return picture


def svg(spec: Spec, width: int, tallest: int) -> str:
    """A chart of a page as an SVG.

    Args:
        spec: as a panel made it, as wide as its column.
        width: in pixels, instead.
        tallest: in pixels, what it may be high.
    """
    register_fonts()
    sized = {**spec, "width": width, "height": min(spec.get("height", tallest), tallest)}
    picture: str = vl_convert.vegalite_to_svg(in_light(sized), allowed_base_urls=[])
    return picture


@lru_cache(maxsize=1)
def register_fonts() -> None:
    vl_convert.register_font_directory(str(FONTS))


def in_light(part: Any) -> Any:
    """The spec with `var(--pl-ink)` and its like replaced by the light theme's values."""
    color = tokens()["color"]["light"]
    if isinstance(part, dict):
        return {key: in_light(value) for key, value in part.items()}
    if isinstance(part, list):
        return [in_light(value) for value in part]
    if isinstance(part, str):
        return VARIABLE.sub(lambda found: color[found[1]], part)
    return part
