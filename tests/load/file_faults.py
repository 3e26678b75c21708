"""What can go wrong with the folder of files: killed while it is read, half written, replaced, of another shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipelines.loading import LoadOutcome
from pipelines.sandbox.birth import write_files
from pipelines.sandbox.company.times import DAY
from tests.load.campaign import Campaign
from tests.load.caught import in_background, kill, until
from tests.load.whole_company import WholeCompany


def strike(campaign: Campaign) -> None:
    """Each fault while the files of a day later wait to be loaded; then a load that goes well."""
    company = campaign.company
    chosen = [fault for fault in ACTS if (fault, "files") in campaign.pairs]
    if not chosen:
        return
    write_files(company.settings.files, company.grown(DAY).files)
    for fault in chosen:
        if ACTS[fault](company):
            campaign.struck(fault, "files")
    campaign.judge(company.load_asked("files"))


def _kill_tap(company: WholeCompany) -> bool:
    with in_background(company, lambda: company.load_asked("files")) as load:
        killed = until(lambda: load.done() or kill("files", "tap"), "the tap runs")
        return bool(killed) and "files" in load.result().failed


def _replace(company: WholeCompany) -> bool:
    later = company.grown(DAY)
    with in_background(company, lambda: company.load_asked("files")) as load:
        until(lambda: kill("files", "tap", number=0), "the tap runs")
        write_files(company.settings.files, later.files)
        return not load.done()


def _write_half(company: WholeCompany) -> bool:
    def half(content: str) -> str:
        return content[: content.rindex(",", 0, len(content) * 2 // 3)]

    return "costs.csv, line" in _refused(company, half)


def _rename_column(company: WholeCompany) -> bool:
    return "costs.csv" in _refused(company, lambda content: content.replace("amount", "value", 1))


def _write_words(company: WholeCompany) -> bool:
    def words(content: str) -> str:
        return content.rstrip()[: content.rstrip().rindex(",")] + ",much\n"

    return "costs.csv, line" in _refused(company, words)


def _refused(company: WholeCompany, change: Callable[[str], str]) -> str:
    """Why the folder is refused with that change to costs.csv; nothing of the raw tables changes. It is mended then."""
    place = company.settings.files / "costs.csv"
    content = place.read_text()
    before = company.differences()["files"]
    place.write_text(change(content))
    outcome: LoadOutcome = company.load_asked("files")
    is_same = company.differences()["files"] == before
    place.write_text(content)
    return outcome.failed.get("files", "") if is_same else ""


ACTS: Mapping[str, Callable[[WholeCompany], bool]] = {
    "kill -9 of the tap": _kill_tap,
    "truncated answer": _write_half,
    "a new and a missing field": _rename_column,
    "a number that became a text": _write_words,
    "a page that changes": _replace,
}
"""What stands for each fault of the table; each says whether it struck. The last one loads what it finds."""
