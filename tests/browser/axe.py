"""What a screen reader or a keyboard would stumble over, as axe-core finds it: WCAG A and AA, serious and critical."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from playwright.sync_api import Page

LOUD = ("serious", "critical")


@lru_cache(maxsize=1)
def script() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """Each rule that the page breaks badly, with the first place where it does."""
    page.evaluate(script())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{each['id']}: {each['help']} ({len(each['nodes'])}), such as {each['nodes'][0]['html'][:200]}"
        for each in found["violations"]
        if each["impact"] in LOUD
    ]
