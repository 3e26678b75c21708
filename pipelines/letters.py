"""Sets a mail: templates in, HTML with its styles inside and a text that says the same out.

Nothing in a mail points anywhere but to the portal: pictures travel with it, styles are inlined, no font is fetched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.login import public_url
from app.settings import Settings
from app.ui import format as f
from app.ui.look import tokens
from pipelines.ports import port_of

TEMPLATES = Path(__file__).resolve().parent / "mail_templates"
SANS = "'IBM Plex Sans','Segoe UI',Helvetica,Arial,sans-serif"
SERIF = "'IBM Plex Serif',Georgia,'Times New Roman',serif"


@dataclass(frozen=True)
class Shown:
    """A picture's place in a mail.

    Attributes:
        cid: by which the HTML finds it.
        width, height: in points, as it is shown.
        alt: what it shows, in words.
        note: the line below it.
    """

    cid: str
    width: int
    height: int
    alt: str
    note: str = ""


SIGN = Shown("sign", 10, 26, "")
"""Plumbline's sign, at the head of each mail."""


def portal_url(settings: Settings, page: str = "") -> str:
    """The address of a page of the portal, as people type it."""
    port_of(settings, "portal")
    return f"{public_url(settings)}/{page}"


def data_line(data_until: datetime | None, settings: Settings) -> str:
    """How old the data is, in the reporting time zone."""
    if data_until is None:
        return "The data has not been built yet."
    zone = settings.reporting_timezone.replace("_", " ")
    return f"Data until {f.clock_time(data_until, settings.timezone)}, {zone} time."


def things_to_know(count: int) -> str:
    """Such as "Two things to know"."""
    words = ("Nothing needs your attention", "One thing to know", "Two", "Three", "Four", "Five", "Six", "Seven")
    return words[count] if count < 2 else f"{words[count] if count < len(words) else count} things to know"


def render(name: str, content: Mapping[str, object]) -> tuple[str, str]:
    """A mail's two bodies.

    Args:
        name: of the templates, `alert` or `report`.
        content: what they need; a missing entry is an error.

    Returns:
        (text, html).
    """
    templates = _templates()
    content = {**content, "sign": SIGN}
    text = templates.get_template(f"{name}.txt.j2").render(content)
    html = templates.get_template(f"{name}.html.j2").render(content)
    return text.strip() + "\n", _inliner().inline(html)


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    css = _templates().get_template("mail.css.j2").render(color=tokens()["color"]["light"], sans=SANS, serif=SERIF)
    return css_inline.CSSInliner(extra_css=css, load_remote_stylesheets=False, keep_style_tags=False)
