"""The page of the portal that answers a question, as somebody copies it from their browser. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from difflib import get_close_matches

from app.errors import UsageError
from app.manner import parted

LONGEST_QUERY = 2000
LINK = re.compile(rf"/[a-z0-9-]{{1,60}}(?:\?[^\s\\\x00-\x1f\x7f#]{{0,{LONGEST_QUERY}}})?"
                  r"(?:#[^\s\\\x00-\x1f\x7f]{0,340})?")  # fmt: skip
"""A page and what is chosen on it: a page is one step below the root, and whatever does something is deeper."""
EXPECTED = "Expected one as the browser shows it, such as /finance?month=October+2026."


def page_of(said: str, pages: Collection[str], own: Callable[[], str]) -> str:
    """The path, what is chosen on it and the place, of an address of this portal; nothing where nothing is said.

    Args:
        said: a path such as `/finance?month=October+2026`, or the whole address.
        pages: the addresses of the pages there are, each without its slash.
        own: gives the portal's own address; asked for where a whole address is given.

    Raises:
        UsageError: it leads elsewhere, to no page, or too much is chosen on it.
    """
    link = said.strip()
    if re.match(r"https?://", link, re.IGNORECASE):
        link = _within(link, own())
    path, mark, rest = link.partition("?") if "?" in link else link.partition("#")
    link = f"{path.rstrip('/') or path}{mark}{rest}"
    chosen = rest.partition("#")[0] if mark == "?" else ""
    if len(chosen) > LONGEST_QUERY:
        raise UsageError(
            f"{path} is given with {parted(len(chosen))} characters behind the ?. Expected {parted(LONGEST_QUERY)} at "
            "most. Choose less on the page, or save it as a report and give the report's address."
        )
    if link and not LINK.fullmatch(link):
        raise UsageError(f"{_short(link)!r} is no page of the portal. {EXPECTED}")
    name = re.split("[?#]", link)[0].removeprefix("/")
    if link and name not in pages:
        near = get_close_matches(name, pages, n=1)
        meant = f" Did you mean /{near[0]}?" if near else ""
        raise UsageError(f"{_short(link)!r} is no page of the portal.{meant} {EXPECTED}")
    return link


def _within(address: str, own: str) -> str:
    """What stands behind the portal's own address."""
    before = re.match("[^/?#]*//[^/?#]*", address)
    host = before.group() if before else ""
    if host.lower() != own.lower():
        raise UsageError(f"{_short(address)!r} is no page of the portal, whose address is {own}. {EXPECTED}")
    return address[len(host):] or "/"


def _short(link: str) -> str:
    return link if len(link) <= 120 else f"{link[:118]}…"
