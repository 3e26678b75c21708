"""The page Dictionary: every certified metric in words, by owner, and the search among them."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from streamlit.testing.v1 import AppTest

from .test_pages import door, text, visit

__all__ = ["door"]
FILES = Path("models/metrics")


def drawn(page: AppTest) -> str:
    return " ".join(element.proto.body for element in page.get("html"))


def written() -> dict[str, list[str]]:
    """Label of every metric's file, by the words of its owner, both sorted."""
    found: dict[str, list[str]] = {}
    for path in FILES.glob("*.yml"):
        metric = yaml.safe_load(path.read_text(encoding="utf-8"))
        found.setdefault(metric["owner"].replace("_", " ").capitalize(), []).append(metric["label"])
    return {owner: sorted(found[owner], key=str.lower) for owner in sorted(found)}


def test_every_metric_stands_under_its_owner() -> None:
    parts = re.split(r'<h3 class="pl-chapter">([^<]*) <span>(\d+)</span></h3>', drawn(visit("executive", "dictionary")))
    shown = {owner: re.findall(r"<summary><b>([^<]*)</b>", body)
             for owner, body in zip(parts[1::3], parts[3::3], strict=True)}  # fmt: skip
    assert shown == written() and list(shown) == list(written())
    assert dict(zip(parts[1::3], map(int, parts[2::3]), strict=True)) == {one: len(shown[one]) for one in shown}


def test_the_search_keeps_what_says_every_word() -> None:
    page = visit("executive", "dictionary")
    page.text_input[0].set_value("runway").run()
    assert re.findall(r"<summary><b>([^<]*)</b>", drawn(page)) == ["Cash runway"]
    page.text_input[0].set_value("runway zebra").run()
    assert "No metric says that" in text(page) and "<summary>" not in drawn(page)
