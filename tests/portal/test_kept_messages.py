"""What a click sends: a browser that keeps what it was sent, as Streamlit's own does, is sent the names of that."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from pipelines.visitor import Tab, cookie_header, sign_in, tab

from .servers import Portal

FINANCE = "femi.finance@northwind-sandbox.example"


@pytest.fixture
def weighed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The size of each message, as it came over the wire and was unpacked."""
    sizes: list[int] = []
    whole = Tab._whole

    def weigh(opened: Tab, message: Any) -> Any:
        sizes.append(message.ByteSize())
        return whole(opened, message)

    monkeypatch.setattr(Tab, "_whole", weigh)
    return sizes


def charts(messages: list[Any]) -> list[str]:
    """Each chart that a run draws, and where; what is said beside them tells ages, which go on."""
    return [f"{list(each.metadata.delta_path)} {each.delta}" for each in messages
            if each.delta.new_element.HasField("vega_lite_chart")]  # fmt: skip


def test_it_is_not_sent_twice_and_is_drawn_all_the_same(portal: Portal, weighed: list[int]) -> None:
    with closing(sign_in(portal.settings, portal.url, FINANCE)) as who, tab(portal.url, cookie_header(who)) as page:
        first, sent_first = charts(page.run("revenue")), sum(weighed)
        weighed.clear()
        again, sent_again = charts(page.run("revenue")), sum(weighed)
    assert again == first and len(first) >= 2
    assert sent_again < sent_first / 3, f"{sent_again:,} of {sent_first:,} bytes"


def test_a_browser_that_has_let_it_go_is_sent_it_whole(portal: Portal, weighed: list[int]) -> None:
    with closing(sign_in(portal.settings, portal.url, FINANCE)) as who, tab(portal.url, cookie_header(who)) as page:
        page.run("revenue")
        sent_first = sum(weighed)
        for _ in range(page._most_runs + 1):
            page.run("comments")
        weighed.clear()
        assert len(charts(page.run("revenue"))) >= 2
    assert sum(weighed) > sent_first * 0.8, "all but the head, which each page has"
