"""Which function draws which panel that has something to do in it: one line for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.dashboard import (
    BoardPacks,
    CommentDesk,
    DatabaseLogins,
    Drill,
    Filing,
    Glossary,
    OwnDashboards,
    Quarrel,
    Questions,
    ReportDesk,
    SourceDesk,
    SqlDesk,
    TimelineDesk,
)
from app.ui.panels import (
    board,
    comments,
    database_logins,
    drill,
    filing,
    glossary,
    own,
    quarrel,
    questions,
    reports,
    source_desk,
    sql_desk,
    timeline,
)
from app.ui.reading import Reading

DESKS: Mapping[type, Callable[[Reading, str], None]] = {
    BoardPacks: board.draw,
    CommentDesk: comments.draw,
    DatabaseLogins: database_logins.draw,
    Drill: drill.draw,
    Filing: filing.draw,
    Glossary: glossary.draw,
    OwnDashboards: own.draw,
    Quarrel: quarrel.draw,
    Questions: questions.draw,
    ReportDesk: reports.draw,
    SourceDesk: source_desk.draw,
    SqlDesk: sql_desk.draw,
    TimelineDesk: timeline.draw,
}
"""They draw themselves and fill a row."""
