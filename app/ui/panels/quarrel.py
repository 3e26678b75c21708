"""The reconciliation: claims beside the certified figure, one department's bridge, its records, and the signatures."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from app.errors import NotBuilt, NotPermitted, PlumblineError, QuestionError
from app.reconciliation import SYSTEMS, Claim, Reconciliation, reconcile, records
from app.signatures import signing_role
from app.ui import claim_words as words
from app.ui import format as f
from app.ui.claim_tables import bridge_html, claims_html
from app.ui.panels.frame import thin_in_sans
from app.ui.reading import Reading
from app.ui.tables import Cell, Column, table

SAID = "quarrel_said"
ON_A_PAGE = 25
ALL_RECORDS = "/export/reconciliation.csv?panel=1"
"""The way by which records leave that name customers: it asks why, and the audit has it."""


def draw(reading: Reading, key: str) -> None:
    """Draws the whole page for the figure that is chosen."""
    with st.container(key=f"panel_{key}_claims"):
        figure = st.segmented_control("Figure", list(words.LABELS), default="arr", required=True, key=f"figure_{key}",
                                      format_func=words.LABELS.__getitem__, width="content") or "arr"  # fmt: skip
        try:
            found = reconcile(reading.warehouse, reading.viewer, figure)
        except NotPermitted:
            st.html('<p class="pl-empty">Your role does not include these figures.</p>')
            return
        except NotBuilt:
            st.html('<p class="pl-empty">These figures have not been built yet. They appear with the next build.</p>')
            return
        title = f"{words.LABELS[figure]} on {f.long_day(reading.as_of.astimezone(reading.zone).date())}"
        st.html(f'<h2 class="pl-title">{escape(title)}</h2><div class="pl-subtitle">{escape(words.lead(found))}</div>')
        if found.known:
            st.html(claims_html(found))
        for sentence in words.missing(found):
            st.html(f'<p class="pl-more">{escape(sentence)}</p>')
    if found.known:
        claim = draw_bridge(found, f"{key}_{figure}")
        draw_records(reading, found, claim, f"{key}_{figure}_{claim.department}")
        draw_signatures(reading, found, f"{key}_{figure}")


def draw_bridge(found: Reconciliation, key: str) -> Claim:
    """The chosen department's way to the certified figure."""
    by_name = {claim.department: claim for claim in found.known}
    with st.container(key=f"panel_{key}_bridge"):
        name = st.segmented_control("Department", list(by_name), default=next(iter(by_name)), required=True,
                                    key=f"department_{key}", format_func=str.capitalize, width="content")  # fmt: skip
        claim = by_name[name or next(iter(by_name))]
        below = "From the claim to the certified figure, one policy after the other"
        title = thin_in_sans(words.finding(claim, found))
        st.html(f'<h2 class="pl-title">{title}</h2><div class="pl-subtitle">{below}</div>')
        st.html(bridge_html(claim, found))
    return claim


def draw_records(reading: Reading, found: Reconciliation, claim: Claim, key: str) -> None:
    """The records of one reason, searched and paged; all of the department's as a file."""
    if not claim.steps:
        return
    labels = {step.reason: f"{step.label} ({f.number(step.records)})" for step in claim.steps}
    with st.container(key=f"panel_{key}_records"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            reason = st.selectbox("Records of", list(labels), format_func=labels.__getitem__, key=f"reason_{key}",
                                  width=320)  # fmt: skip
            sought = st.text_input("Search", key=f"search_{key}", placeholder="Customer or id", width=220)
        try:
            rows = records(reading.warehouse, reading.viewer, found.figure, claim.department)
        except QuestionError as error:
            st.html(f'<p class="pl-empty">{escape(str(error))}</p>')
            return
        of_reason = [row for row in rows if row["reason"] == reason]
        wanted = sought.strip().lower()
        hits = [row for row in of_reason if wanted in f"{row['record_id']} {row['customer_name']}".lower()]
        pages = max(1, -(-len(hits) // ON_A_PAGE))
        page = int(st.number_input("Page", 1, pages, 1, key=f"page_{key}", width=140)) if pages > 1 else 1
        shown = hits[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
        st.html(f'<div class="pl-subtitle">{f.number(len(hits))} of {f.number(len(of_reason))} records; page {page} of '
                f"{pages}. What each adds to the claim</div>")  # fmt: skip
        cells = [record_cells(row, found.unit) for row in shown]
        amount = "US dollars" if found.unit == "usd" else "Customers"
        columns = (Column("Customer"), Column("System", is_extra=True), Column("Record", is_extra=True),
                   Column(amount, True))  # fmt: skip
        st.html(table(columns, cells, caption="Records of the reason"))
        st.html(f'<p class="pl-more"><a href="{ALL_RECORDS}" target="_self">All departments, all records, CSV</a></p>')


def record_cells(row: dict[str, Any], unit: str) -> tuple[Cell | str, ...]:
    """A record's line; on a phone its id stands below the customer, so that the amount is on the screen."""
    record = str(row["record_id"] or "")
    amount = words.exact(row["amount"], unit, signed=True)
    return Cell(str(row["customer_name"] or ""), below=record), SYSTEMS[row["system"]], record, amount


def draw_signatures(reading: Reading, found: Reconciliation, key: str) -> None:
    """Who signed each line, and the form for those who may."""
    signing = reading.warehouse.signing(reading.viewer)
    given = signing.newest(found.metric)
    with st.container(key=f"panel_{key}_signatures"):
        signed = [claim for claim in found.known if claim.department in given]
        count = sum(1 for claim in signed if given[claim.department].holds_for(claim))
        st.html(f'<h2 class="pl-title">{count} of {len(found.known)} lines are signed as they stand</h2>')
        rows = [
            (claim.department.capitalize(), words.exact(claim.claimed, found.unit), words.signed_words(
                claim, given.get(claim.department), _when(reading, given.get(claim.department)), found.unit))
            for claim in found.known
        ]  # fmt: skip
        st.html(table((Column("Line"), Column("Claimed", True), Column("Signed by", is_prose=True)), rows,
                      caption="Signatures"))  # fmt: skip
        if said := st.session_state.pop(SAID, ""):
            st.html(f'<p class="pl-said" role="status">{escape(said)}</p>')
        mine = {claim.department: claim for claim in found.known if signing_role(reading.viewer, claim.department)}
        if mine:
            draw_form(reading, found, mine, key)


def draw_form(reading: Reading, found: Reconciliation, mine: dict[str, Claim], key: str) -> None:
    """Name, line and the button."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("Line", list(mine), format_func=str.capitalize, key=f"line_{key}", width=180)
        st.text_input("Your name", key=f"name_{key}", width=240)
        st.button("Sign this line", key=f"sign_{key}", on_click=_sign, args=(reading, found, mine, key))


def _sign(reading: Reading, found: Reconciliation, mine: dict[str, Claim], key: str) -> None:
    """The click; the page says what came of it. Line and name are those of the click: what was drawn may be older."""
    claim, name = mine[str(st.session_state[f"line_{key}"])], str(st.session_state[f"name_{key}"])
    try:
        reading.warehouse.signing(reading.viewer).sign(found.metric, claim, name, reading.as_of)
        st.session_state[SAID] = f"Signed: {claim.department}, {words.exact(claim.claimed, found.unit)}."
    except PlumblineError as error:
        st.session_state[SAID] = str(error)


def _when(reading: Reading, signature: object) -> str:
    at = getattr(signature, "signed_at", None)
    return f.clock_time(at, reading.zone) if at else ""
