"""Which function draws which panel that has something to do in it: one line for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.dashboard import BoardPacks, Filing, Glossary, Quarrel, Questions, SourceDesk
from app.ui.panels import board, filing, glossary, quarrel, questions, source_desk
from app.ui.reading import Reading

DESKS: Mapping[type, Callable[[Reading, str], None]] = {
    BoardPacks: board.draw,
    Filing: filing.draw,
    Glossary: glossary.draw,
    Quarrel: quarrel.draw,
    Questions: questions.draw,
    SourceDesk: source_desk.draw,
}
"""They draw themselves and fill a row."""
