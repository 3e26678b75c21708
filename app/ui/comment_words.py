"""Comments on a figure as they are read: in its passport, on their page, and as a mark where there are some. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from app.comments.thread import Comment, Thread
from app.counting import counted
from app.metrics import Metric
from app.ui import format as f
from app.ui.dimension_words import Where
from app.ui.exactly import exact

COMMENTS = "comments"
"""The page's address."""
LAST = 3
"""So many comments of a thread stand in a passport, the newest."""


def address(metric: str, month: date, where: Where = (), page: str = "") -> str:
    """The address of what is said of a figure: `/comments?metric=net_mrr&month=2026-10&product=Core`."""
    pairs = [("metric", metric), ("month", f"{month:%Y-%m}"), *where]
    pairs += [("from", page)] if page and not page.startswith(COMMENTS) else []
    return f"/{COMMENTS}?{urlencode(pairs)}"


def mark_html(threads: Sequence[Thread]) -> str:
    """The small mark where there are open threads; nothing where there are none."""
    count = sum(each.standing for each in threads)
    word = counted(count, "comment").partition(" ")[2]
    return f'<div class="pl-commented" title="{count} {word}"><b>{count}</b> <span>{word}</span></div>' if count else ""


def thread_html(thread: Thread, metric: Metric, now: float | None, zone: ZoneInfo, *, last: int = 0) -> str:
    """A thread, the first comment first.

    Args:
        thread: what was said.
        metric: of what.
        now: the figure as it is now; None where it is not known here.
        zone: of the times.
        last: show only so many, the newest; 0 for all.
    """
    shown = thread.comments[-last:] if last else thread.comments
    left = len(thread.comments) - len(shown)
    earlier = f'<p class="pl-more">{counted(left, "earlier comment")}</p>' if left else ""
    return f'<div class="pl-thread">{earlier}{"".join(comment_html(each, metric, now, zone) for each in shown)}</div>'


def comment_html(comment: Comment, metric: Metric, now: float | None, zone: ZoneInfo) -> str:
    """One comment as plain text: who, when, the words, and whether the figure has moved since."""
    when = f.clock_time(comment.written_at, zone)
    head = f'<div class="pl-comment-head"><b>{escape(comment.name)}</b> {when}</div>'
    if comment.taken_back_at is not None:
        return f'<div class="pl-comment">{head}<p class="pl-stale">taken back by {escape(comment.name)}</p></div>'
    words = escape(comment.words).replace("\n", "<br>")
    notes = unmailed_html(comment) + moved_html(comment, metric, now)
    return f'<div class="pl-comment">{head}<p>{words}</p>{notes}</div>'


def unmailed_html(comment: Comment) -> str:
    """Whom no mail about it could reach: whoever wrote it relies on that they know."""
    whom = escape(", ".join(comment.unmailed))
    told = f"This could not be mailed to {whom}. Tell them another way."
    return f'<div class="pl-cell-note pl-stale">{told}</div>' if whom else ""


def moved_html(comment: Comment, metric: Metric, now: float | None) -> str:
    """That the figure has moved since the words were written; what it was then, where it is not known now."""
    if comment.shown is None:
        return ""
    then = exact(comment.shown, metric.unit)
    if now is None:
        return f'<div class="pl-cell-note">Shown then: {then}</div>'
    if then == exact(now, metric.unit):
        return ""
    return f'<div class="pl-cell-note pl-stale">The figure was {then} then. It is {exact(now, metric.unit)} now.</div>'


def title(subject: str, threads: Sequence[Thread]) -> str:
    """Such as "MRR of October 2026: 2 open threads"."""
    count = sum(each.is_open for each in threads)
    if count:
        return f"{subject}: {counted(count, 'open thread')}"
    return f"{subject}: {'all is resolved' if threads else 'nothing has been said'}"


def passport_html(threads: Sequence[Thread], metric: Metric, now: float | None, zone: ZoneInfo, href: str) -> str:
    """What stands in a passport: the open threads, and the way to write."""
    said = "".join(thread_html(each, metric, now, zone, last=LAST) for each in threads)
    words = "Answer, resolve or write another" if threads else "Write a comment"
    return f'<div class="pl-comments">{said}<a class="pl-way" href="{escape(href)}" target="_self">{words}</a></div>'
