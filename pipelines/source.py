"""What a source is: who loads it, what it wants to know, which streams come, and how old they may be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Literal

import httpx

from app.errors import SettingsError
from app.settings import Settings

Cadence = Literal["critical", "hourly", "daily"]
MINUTES: Mapping[Cadence, int] = {"critical": 5, "hourly": 60, "daily": 24 * 60}
"""How often each is loaded, in minutes."""

Given = Mapping[str, str]
"""Credentials by their names in sources.json."""


@dataclass(frozen=True)
class Credential:
    """One thing to know before a source can be loaded.

    Attributes:
        key: its name in sources.json, and in `plumbline connect`.
        variable: the environment variable in which meltano.yml finds it. The values of variables that end in _SECRET,
            _TOKEN, _URL, _URI, _PASSWORD or _KEY are blanked in every log.
        asks: what it is and where to find it, in a sentence or two.
        is_secret: whether it is not echoed when it is typed.
        default: taken where nothing is given; None where there must be something.
    """

    key: str
    variable: str
    asks: str
    is_secret: bool = True
    default: str | None = None


@dataclass(frozen=True)
class Stream:
    """One raw table, and how its content is compared with what the source holds.

    Attributes:
        name: the table in the source's raw schema.
        key: columns that name a row, or SQL expressions over them.
        total: an SQL expression over the table's columns, whose sum is the stream's control sum; empty: none.
        newest: an SQL expression over the table's columns, a time in UTC: when a row arose or last changed at the
            source; empty: rows carry none.
        where: an SQL condition that leaves out rows which the source no longer has; empty: all rows count.
        extractor: which of the source's extractors brings it; empty: the only one.
        along: the stream that it comes along with; empty: it is read by itself. Such a one has no bookmark of its own:
            once it was left out for a while, only reading the source anew brings what it missed.
    """

    name: str
    key: tuple[str, ...] = ("id",)
    total: str = ""
    newest: str = ""
    where: str = ""
    extractor: str = ""
    along: str = ""


@dataclass(frozen=True)
class ReadAgain:
    """The days that a tap reads again, because the source restates them, where it counts them back from now.

    After a pause the days before it would be left as they were read last: the pause is added to them.

    Attributes:
        variable: the environment variable of the tap's setting.
        days: how many, where there was no pause; as in meltano.yml.
    """

    variable: str
    days: int

    def after(self, pause: timedelta) -> Mapping[str, str]:
        """What to set in the environment of its extractors, so long after the last good load."""
        return {self.variable: str(self.days + pause.days)} if pause.days > 0 else {}


@dataclass(frozen=True)
class OwnReader:
    """A way to read a source without Meltano.

    Attributes:
        is_used: whether this home reads the source so.
        pull: brings what is new, or all of it if the third argument says so; adds to the rows by stream and to the log,
            and ends early when the event is set. It says what went wrong, or None.
    """

    is_used: Callable[[Settings], bool]
    pull: Callable[[Settings, dict[str, int], bool, Path, Event], str | None]


@dataclass(frozen=True)
class Source:
    """A source; the module `pipelines/sources/<name>.py` declares it as SOURCE.

    Attributes:
        name: as in portal.load_run; its raw schema is raw_<name>.
        label: as people call it.
        extractors: names in meltano.yml; each is one block of a `meltano run`.
        credentials: what it wants to know.
        streams: what comes.
        sandbox: the credentials with which the sandbox company's own vendor is read; None where there is none.
        probe: asks the source who we are, with a client that reaches it; says so in a line ("account Acme, read only").
            It raises CredentialsRefused or SourceDown, with what to do. None where nothing can be asked.
        loader: name in meltano.yml.
        cadence: how often it is loaded.
        weight: how long the first load takes, compared with others; heavier ones begin earlier.
        forgets_after_days: beyond this many days without success the source no longer tells all changes, and has to
            be read anew from its start.
        reads_again: the days that its tap reads again, where it counts them back from now.
        reads_files: whether it is the folder of files, which may lose one.
        goes_on: whether a run that was cut may go on from the bookmarks it had stored; not so where the tap reads the
            newest first, or where nobody has shown it.
        passes_over: whether its tap passes over streams that it may not read, and ends well all the same.
        judge: refuses credentials that are all there and yet cannot be used, by a SettingsError without their values.
        marks_now: whether its tap keeps the machine's now as a bookmark, and not what the source said: after a run by a
            clock that was ahead it has to be read anew.
        own: a way to read it without Meltano, where there is one.
        before, after: what is done at the source before a run of its extractors, and after a good one; what goes
            wrong there is a PlumblineError, and goes into the log.
    """

    name: str
    label: str
    extractors: tuple[str, ...]
    credentials: tuple[Credential, ...]
    streams: tuple[Stream, ...]
    sandbox: Callable[[Settings], Given] | None = None
    probe: Callable[[Given, httpx.Client], str] | None = None
    loader: str = "target-postgres"
    cadence: Cadence = "hourly"
    weight: int = 1
    forgets_after_days: int | None = None
    reads_again: ReadAgain | None = None
    reads_files: bool = False
    goes_on: bool = True
    marks_now: bool = False
    own: OwnReader | None = None
    passes_over: bool = False
    judge: Callable[[Given], None] = lambda given: None
    before: Callable[[Settings], None] | None = None
    after: Callable[[Settings], None] | None = None

    @property
    def schema(self) -> str:
        """Where its tables lie in the warehouse."""
        return f"raw_{self.name}"

    @property
    def may_recover(self) -> bool:
        """Whether trying again may help; a file stays as wrong as it is."""
        return not self.reads_files

    def filled(self, given: Given) -> Given:
        """The credentials with the defaults of those that were left empty."""
        return {one.key: given.get(one.key) or one.default or "" for one in self.credentials}

    def refuse_unfit(self, given: Given) -> None:
        """Refuses credentials that are all there and yet cannot be used; their values are not repeated.

        Raises:
            SettingsError: one cannot be handed to a tap, the day to load from is none, or as `judge` says.
        """
        for key, value in given.items():
            if not value.isprintable():
                raise SettingsError(
                    f"The {key} of the source {self.name} holds a character that nobody can see, such as a line break; "
                    f"it is not shown. Expected it as the source shows it. Run `plumbline connect {self.name}`."
                )
        try:
            datetime.fromisoformat(given.get("start_date", "2022-01-01"))
        except ValueError:
            raise SettingsError(
                f"The start_date of the source {self.name} is no date; it is not shown. Expected one such as "
                f"2022-01-01T00:00:00Z. Run `plumbline connect {self.name}`."
            ) from None
        self.judge(given)

    def variables(self, given: Given) -> Mapping[str, str]:
        """The environment of its extractors for these credentials."""
        return {
            one.variable: given.get(one.key) or one.default or ""
            for one in self.credentials
            if one.key in given or one.default is not None
        }
