"""The way out, at the head of a page: links to files of the page and of each of its panels, and its mail. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from html import escape

BY_MAIL = "by_mail"
"""The parameter that asks for the form of a mail, over the page."""


@dataclass(frozen=True)
class Way:
    """What leaves, by name, and the address of each format: (PDF, /export/…)"""

    name: str
    links: tuple[tuple[str, str], ...]


@lru_cache(maxsize=512)
def menu_html(ways: tuple[Way, ...]) -> str:
    """A button, and behind it the links as a table: what leaves, and as what. Nothing where nothing leaves.

    The first way is that of the whole page. Last stands the way to the form that sends the page by mail.
    """
    if not ways:
        return ""
    rows = "".join(
        f"<tr><th scope=\"row\">{escape(way.name)}</th><td>{links_html(way)}</td></tr>" for way in ways
    )
    return (
        '<div class="pl-choice st-key-export"><button type="button" class="pl-choice-button" popovertarget="pl-export">'
        'Export</button><div popover id="pl-export" class="pl-opened pl-exports" role="group" aria-label="Export">'
        f'<table class="pl-export"><tbody>{rows}</tbody></table>'
        '<p class="pl-more">With what is chosen here. Where people or customers are named, a reason is asked.</p>'
        f'<button type="button" class="pl-export-mail" data-pl-asks="{BY_MAIL}">By e-mail …</button></div></div>'
    )


def links_html(way: Way) -> str:
    """A link for each format, named for those who hear it alone."""
    return " ".join(
        f'<a href="{escape(address, quote=True)}" aria-label="{escape(f"{way.name}, {kind}", quote=True)}">{kind}</a>'
        for kind, address in way.links
    )
