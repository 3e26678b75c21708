"""What a page says when there is nothing to show: signed out, no role, nothing loaded yet, something went wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from shlex import quote

import streamlit as st

from app.access import ROLES
from app.counting import counted
from app.progress import Stage
from app.settings import Settings
from app.ui import format as f
from app.ui.reading import Reading

LOOK_AGAIN_SECONDS = 4


def statement(title: str, text: str, *, note: str = "", role: str = "status") -> None:
    """A page that is one sentence and what to do next."""
    small = f'<p class="pl-note">{escape(note)}</p>' if note else ""
    st.html(f'<div class="pl-statement" role="{role}"><h1>{escape(title)}</h1><p>{escape(text)}</p>{small}</div>')


def sign_in() -> None:
    """The login. Nothing else of the page has been read when this is drawn."""
    with st.container(key="sign_in"):
        statement("One certified number, and the proof.", "Sign in to see the figures your role includes.")
        st.button("Sign in", type="primary", on_click=st.login, key="sign_in_button")


def no_role(email: str) -> None:
    """Deny by default, and say whom to ask."""
    statement(
        "No role yet",
        f"You are signed in as {email}, but nobody has given you a role. Ask the person who runs Plumbline to run this "
        "on the server; the role counts from your next click.",
        note=f"ROLE is one of: {', '.join(ROLES)}.",
    )
    with st.container(key="command"):
        st.code(f"plumbline person grant {quote(email)} ROLE", language=None, wrap_lines=True)


def unverified() -> None:
    """The identity provider named an address of which it does not vouch that it is this person's."""
    statement(
        "Your address is not verified",
        "Your identity provider says that it has not verified your e-mail address, so Plumbline does not know that it "
        "is yours. Verify it there, then sign in again.",
        role="alert",
    )
    st.button("Sign out", on_click=st.logout, key="sign_out_unverified")


def not_here() -> None:
    """A page that does not exist for this person: the same words whether it exists at all or not."""
    statement("Not one of your pages", "Choose one from the menu.")


def broken(message: str, error_id: str = "") -> None:
    """Something went wrong; never a traceback."""
    note = f"Error {error_id}. The log has the details under this number." if error_id else ""
    statement("This page cannot be shown", message, note=note, role="alert")


def away(is_back: Callable[[], bool]) -> None:
    """The warehouse does not answer. Looks again by itself, and the page comes once it does.

    Args:
        is_back: asks whether it does.
    """
    statement(
        "The warehouse does not answer",
        "Nothing is lost. This page looks again every few seconds and comes by itself.",
        note="If it stays away, tell the person who runs Plumbline: plumbline status says what is wrong.",
        role="alert",
    )

    @st.fragment(run_every=LOOK_AGAIN_SECONDS)
    def look() -> None:
        if is_back():
            st.rerun()

    look()


def waiting(settings: Settings, stages: Callable[[], Sequence[Stage]], is_built: Callable[[], bool]) -> None:
    """Before the first build: what is loading, or how to connect a source. Looks again by itself.

    Args:
        settings: to tell a sandbox from a bare installation.
        stages: asks what the pipeline is doing.
        is_built: asks whether the first build is done.
    """

    @st.fragment(run_every=LOOK_AGAIN_SECONDS)
    def look() -> None:
        if is_built():
            st.rerun()
        found = stages()
        if not found and not settings.has_sandbox:
            unconnected(settings, has_loaded=False)
        else:
            loading(found)

    look()


def unconnected(settings: Settings, *, has_loaded: bool) -> None:
    """No sandbox, and nothing has ever loaded or nobody can sign in: how to connect a source, how people get in."""
    if has_loaded:
        statement("Nobody can sign in yet", "Data is loaded. Its figures are shown to people whom you give a role.")
    else:
        statement("No source is connected", "Your company's figures appear here once there is data to load.")
    sources = [
        "Put the credentials of a source (Stripe, Salesforce, your production PostgreSQL) into "
        f"{settings.home / 'sources.json'}, mode 600, or drop files into {settings.files}.",
        "Run plumbline run refresh: it loads, builds and checks.",
        "Or look round in an invented company: plumbline up with another PLUMBLINE_HOME and "
        "PLUMBLINE_SANDBOX_SCALE=demo.",
    ]
    people = [
        "Let people sign in: set PLUMBLINE_OIDC_ISSUER, PLUMBLINE_OIDC_CLIENT_ID and PLUMBLINE_OIDC_CLIENT_SECRET as "
        "your identity provider gave them, then start plumbline up anew.",
        "Give each a role: plumbline person grant EMAIL ROLE.",
    ]
    steps = (people if not settings.oidc_issuer else []) + (sources if not has_loaded else [])
    st.html('<ol class="pl-steps">' + "".join(f"<li>{escape(step)}</li>" for step in steps) + "</ol>")
    st.html('<p class="pl-hint">docs/sources says how to connect a source, docs/settings.md every setting.</p>')


def loading(stages: Sequence[Stage]) -> None:
    """What the first run has done and what it is doing."""
    failed = [called(stage) for stage in stages if stage.result == "failed"]
    if failed and not any(stage.result == "running" for stage in stages):
        what = capital(f.words(failed))
        statement("The first run did not finish", f"{what} failed. plumbline status says why.", role="alert")
    else:
        statement("Loading for the first time", "The figures appear here by themselves when the first build is done.")
    rows = "".join(stage_html(stage) for stage in stages)
    if rows:
        st.html(f'<table class="pl-table pl-progress"><tbody>{rows}</tbody></table>')


def called(stage: Stage) -> str:
    """A step's or a source's name as words."""
    return stage.what.replace("_", " ").replace("-", " ")


def capital(text: str) -> str:
    """The text as a sentence begins."""
    return text[:1].upper() + text[1:]


def stage_html(stage: Stage) -> str:
    """One line of the waiting page."""
    words = {"ok": "done", "running": "running", "failed": "failed"}.get(stage.result, stage.result)
    kind = {"ok": "still", "failed": "missed", "skipped": "still"}.get(stage.result, "running")
    took = f.seconds(stage.seconds) if stage.seconds is not None else ""
    rows = counted(stage.row_count, "row") if stage.row_count else ""
    return (
        f"<tr><td>{escape(capital(called(stage)))}</td>"
        f'<td><span class="pl-{kind}">{escape(words)}'
        f'</span></td><td class="pl-num">{rows}</td><td class="pl-num">{took}</td></tr>'
    )


def sandbox_note(reading: Reading) -> None:
    """Says that the company is invented and when its clock stands."""
    st.html(
        f'<div class="pl-sandbox">Sandbox company; its clock stands at '
        f"{f.clock_time(reading.clock or reading.as_of, reading.zone)}</div>"
    )
