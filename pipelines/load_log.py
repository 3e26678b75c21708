"""What a run's log tells: rows, complaints, the end; and that no secret stays in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from sqlalchemy.engine import make_url

from app.clock import wall
from app.load_logs import folder
from app.settings import Settings

SECRET_NAMES = ("_SECRET", "_TOKEN", "_URL", "_URI", "_PASSWORD", "_KEY")
LONGEST_COMPLAINT = 500
KEPT_DAYS = 14
COMPLAINT = re.compile(r"^(CRITICAL|ERROR)\b|^[\w.]*(Error|Exception|Failure)\b.*:|^\S+\.(?:csv|xlsx)[:,] ")
READING = re.compile(
    r"^(?:INFO )?(?:Started syncing stream|Started syncing event based|Syncing Salesforce data for stream|"
    r"START Sync for Stream:|Beginning sync of|Syncing) '?(?P<stream>[\w-]+)'?(?: in \w+ mode|, fields .*)?$"
)
"""The taps' words for the stream that they read from now on; Stripe's updates are of many streams at once."""
DENIED = re.compile(r"^ERROR .*MISSING_SCOPES|^[\w.]*HTTPError: 403 Client Error")
SCOPES = re.compile(r'"required(?:Granular)?Scopes":\s*\[([^]]*)\]')
"""HubSpot's words, which its tap repeats, for what an app was not granted."""
EVENTS = "updates"
UNFIT = re.compile(r"Errors during transform|invalid input syntax for type|invalid literal for int\(\)")
"""The words of taps and of Postgres for a value that is not of the type that its stream declares."""
RESUMED = "Resuming sync from"
SILENT = "it said nothing"
CHATTER = re.compile("Request to Stripe api|Stripe API response|http_request_duration")
"""Lines of the taps that say nothing but that a request was made: thousands in a run."""


@dataclass
class Told:
    """What a run's log told.

    Attributes:
        rows: how many the loader took, by stream.
        complaints: what went wrong, in the words of the tap and the loader, in order.
        verdict: what went wrong, in Meltano's words.
        has_resumed: whether the tap went on where an earlier, broken run had stopped, passing over streams.
        unfit: the stream of which a value was not of its type, and what was said of it; None where that was not heard,
            or not of which stream.
        denied: the streams that the tap passed over because it may not read them, and what it lacks.
    """

    rows: dict[str, int] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    verdict: str = SILENT
    has_resumed: bool = False
    unfit: tuple[str, str] | None = None
    denied: dict[str, str] = field(default_factory=dict)
    _read: str = ""
    _refused: str = ""

    def hear(self, line: Mapping[str, object]) -> None:
        """Takes in one line of the log."""
        text = str(line.get("event", "")).strip()
        if line.get("consumer") and text.startswith("METRIC: "):
            self._count(text.removeprefix("METRIC: "))
        if reading := READING.match(text):
            self._read = reading["stream"]
        if self.unfit is None and UNFIT.search(text):
            stream = self._refused if line.get("consumer") else self._read
            first = text.splitlines()[0][:LONGEST_COMPLAINT]
            self.unfit = (stream, first) if stream not in ("", EVENTS) else None
        if self._read and DENIED.search(text):
            lacking = SCOPES.search(text)
            named = re.sub(r'["\\\s]', "", lacking[1]).replace(",", ", ") if lacking else "to read it"
            self.denied[self._read] = f"the scope {named} is missing"
        if COMPLAINT.match(text):
            self.complaints.append(text.splitlines()[0][:LONGEST_COMPLAINT])
        elif line.get("level") in ("error", "critical") and "stdio" not in line and "err" not in line:
            self.verdict = text.splitlines()[0][:LONGEST_COMPLAINT] if text else self.verdict
        self.has_resumed = self.has_resumed or RESUMED in text

    @property
    def reason(self) -> str:
        """Why the run failed, as far as the log tells."""
        return "; ".join(dict.fromkeys(self.complaints[-2:])) or self.verdict

    def _count(self, metric: str) -> None:
        try:
            found = json.loads(metric)
        except ValueError:
            return
        stream = str(found.get("tags", {}).get("stream", "")).rpartition("-")[2]
        if found.get("metric") == "record_count":
            self.rows[stream] = self.rows.get(stream, 0) + int(found["value"])
        elif found.get("tags", {}).get("status") == "failed":
            self._refused = stream


def forget_old_logs(settings: Settings) -> None:
    """Removes the logs of loads that ended two weeks ago, but for each source's newest: some write 288 a day."""
    newest: set[str] = set()
    files = [(file.stat().st_mtime, file) for file in folder(settings).glob("*.log")]
    for changed_at, file in sorted(files, reverse=True):
        source = file.stem[len("00000000-0000-0000-0000-000000000000-"):]
        if source in newest and wall().timestamp() - changed_at > KEPT_DAYS * 86_400:
            file.unlink(missing_ok=True)
        newest.add(source)


def hider(given: Mapping[str, str]) -> Callable[[str], str]:
    """A function that blanks every secret of that environment, as it is or as a part of an address, in a text."""
    secrets = set()
    for name, value in given.items():
        if value and name.endswith(SECRET_NAMES):
            secrets |= {value, quote(value, safe="")}
            password = make_url(value).password if "://" in value else None
            if password:
                secrets |= {str(password), quote(str(password), safe="")}
    # A line of a log is JSON, in which quotes, backslashes and what is not ASCII are written otherwise.
    secrets |= {json.dumps(secret, ensure_ascii=ascii)[1:-1] for secret in set(secrets) for ascii in (True, False)}
    if not secrets:
        return lambda text: text
    pattern = re.compile("|".join(re.escape(secret) for secret in sorted(secrets, key=len, reverse=True)))
    return lambda text: pattern.sub("***", text)


def parsed(line: str) -> Mapping[str, object]:
    """A line of the log; one that is no JSON object is an event of that text."""
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"event": line.strip()}
