"""The page Mail: a person's own mails and nobody else's, opened where nothing in them can do anything."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from app.access import Viewer
from app.errors import NotPermitted
from app.mails import Mails
from app.settings import Settings
from app.ui.markdown import as_it_is
from app.ui.panels.inbox import HARMLESS
from app.warehouse import Warehouse

from .invented import EVA, FEMI
from .test_pages import audited, door, text, visit

__all__ = ["door"]
HOSTILE, FAILED, REPORT = (str(UUID(int=number)) for number in (1, 2, 3))


@pytest.fixture
def warehouse(filled: Settings) -> Iterator[Warehouse]:
    made = Warehouse(filled)
    yield made
    made.close()


def letters(page: AppTest) -> list[str]:
    """The mails a page holds, as the frame gets them."""
    drawn = " ".join(element.proto.body for element in page.get("html"))
    return [base64.b64decode(found).decode() for found in re.findall(r'data-pl-letter="([^"]*)"', drawn)]


def test_the_newest_mail_is_open_and_whole() -> None:
    page = visit("executive", "mail")
    assert "Two mails to you" in text(page)
    assert "ARR $12.72M, 22 Nov: 4 targets met Daily report 22 Nov 2026, 06:02" in text(page)
    (letter,) = letters(page)
    assert letter.startswith(HARMLESS) and "<p>For Eva</p>" in letter
    assert 'src=\'data:image/png;base64,iVBORw0KGgo=\'' in letter and "cid:" not in letter


def test_nothing_in_a_mail_may_run_or_ask_anybody() -> None:
    assert "default-src 'none'" in HARMLESS and "form-action 'none'" in HARMLESS and "script" not in HARMLESS


def test_another_mail_opens_by_choosing_it() -> None:
    page = visit("executive", "mail")
    page.radio[0].set_value(HOSTILE).run()
    assert "id='told'" in letters(page)[0]


def test_a_mail_that_did_not_arrive_says_why() -> None:
    page = visit("finance", "mail")
    assert "One mail to you" in text(page) and "ConnectionRefusedError: nobody listens" in text(page)
    assert letters(page) == []
    assert page.radio[0].options == [as_it_is("Cash: $9.10M on 20 Nov")]
    assert "not delivered" in page.radio[0].proto.captions[0]


@pytest.mark.parametrize("role", ["sales", "product", "marketing", "customer_success", "analyst", "engineer"])
def test_who_was_sent_nothing_sees_nothing_of_others(role: str) -> None:
    page = visit(role, "mail")
    assert "No mails to you yet" in text(page)
    assert letters(page) == [] and "12.72" not in text(page) and "9.10" not in text(page)


def test_the_engineer_sees_every_delivery_and_no_figure() -> None:
    said = text(visit("engineer", "mail"))
    assert "1 of 3 mails was not delivered" in said
    assert EVA in said and FEMI in said and "ConnectionRefusedError" in said
    assert "1 of 3" not in text(visit("analyst", "mail"))


def test_somebody_elses_mail_is_refused_and_the_attempt_audited(filled: Settings, warehouse: Warehouse) -> None:
    with pytest.raises(NotPermitted, match="was sent to femi"):
        warehouse.mails.open(Viewer(FEMI, ("finance",)), REPORT)
    assert "For Eva" in str(warehouse.mails.open(Viewer(EVA, ("executive",)), REPORT))
    refused, opened = [row for row in audited(filled) if row["action"] == "open mail"][-2:]
    assert (refused["email"], refused["filters"]["mail"]) == (FEMI, REPORT)
    assert (opened["email"], opened["filters"]["mail"]) == (EVA, REPORT)


def test_a_list_of_mails_is_audited(filled: Settings, warehouse: Warehouse) -> None:
    warehouse.mails.to(Viewer(EVA, ("executive",)))
    assert audited(filled)[-1]["action"] == "list mail"
    assert audited(filled)[-1]["filters"] == {"recipient": EVA, "mails": [REPORT, HOSTILE]}


def test_outside_the_sandbox_the_deliveries_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Mails, "are_kept", False)
    page = visit("finance", "mail")
    assert "Cash: $9.10M on 20 Nov Alert failed 22 Nov 2026, 06:01 ConnectionRefusedError" in text(page)
    assert not page.radio


def test_a_subject_is_text_and_no_markdown() -> None:
    assert as_it_is("$1 [a](b) :red[c]") == r"\$1 \[a\]\(b\) \:red\[c\]"


@pytest.mark.parametrize("address", ["https://a.example", "HTTP://b", "www.c.example", "WWW.d", "eva@e.example"])
def test_a_bare_address_in_a_subject_is_no_link(address: str) -> None:
    """What the browser takes for one once nothing is escaped any more: GitHub's literal autolinks."""
    shown = re.sub(r"\\(.)", r"\1", as_it_is(f"See {address}, or not"))
    assert not re.search(r"(?i)https?://[-.\w]|www\.[-.\w]|[-.\w+]@[-\w]", shown)
    assert shown.replace("\u2060", "") == f"See {address}, or not"
