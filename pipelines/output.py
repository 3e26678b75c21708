"""How a command answers: one JSON object on standard output, or something for people; all else on standard error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from threading import Event
from uuid import UUID

from rich.console import Console

PROBLEM = Console(stderr=True, highlight=False, soft_wrap=True)
"""Where messages go that are not the answer."""

ANSWERED = Event()
"""Set once the one object is written: what goes wrong after that is told on standard error only."""

PIPED_WIDTH = 200
"""Columns of an answer that goes into a file or another program."""


class ReaderGone(Exception):
    """Whoever read the answer has left (`| head`). No OSError: Typer and Rich would end the process by themselves."""

    def __init__(self) -> None:
        super().__init__("the reader of the answer has left")
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def answer(payload: Mapping[str, object], as_json: bool, draw: Callable[[Console], None]) -> None:
    """Writes what a command found: the payload as one JSON object, or `draw` on a console for people."""
    if as_json:
        write_json(payload)
    else:
        width = None if sys.stdout.isatty() else PIPED_WIDTH
        draw(_Answer(highlight=False, soft_wrap=True, width=width))


class _Answer(Console):
    """A console whose reader may leave."""

    def on_broken_pipe(self) -> None:
        raise ReaderGone


def write_json(payload: Mapping[str, object]) -> None:
    """Writes the one object on standard output, in ASCII where the terminal's encoding lacks a character."""
    told = to_json(payload)
    try:
        try:
            sys.stdout.write(told + "\n")
        except UnicodeEncodeError:
            sys.stdout.write(json.dumps(json.loads(told)) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise ReaderGone from None
    ANSWERED.set()


def to_json(payload: Mapping[str, object]) -> str:
    """JSON with UTC instants in ISO form, exact cents as numbers, and no NaN (a number that is none is null)."""
    return json.dumps(_plain(payload), ensure_ascii=False, allow_nan=False)


@contextmanager
def chatter_on_stderr(as_json: bool) -> Iterator[None]:
    """Sends whatever libraries and child processes print to standard error while a JSON answer is prepared."""
    if not as_json:
        yield
        return
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def _plain(value: object) -> object:
    """The value in terms of JSON.

    Raises:
        TypeError: a kind of value that no answer of ours should hold.
    """
    match value:
        case None | bool() | str() | int():
            return value
        case Decimal() | float():
            number = float(value)
            return number if number == number and abs(number) != float("inf") else None
        case datetime() | date():
            return value.isoformat()
        case Enum():
            return _plain(value.value)
        case UUID() | Path():
            return str(value)
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(each) for each in value]
        case _ if hasattr(value, "item"):
            return _plain(value.item())
    raise TypeError(f"No JSON form for {type(value).__name__}: {value!r}")
