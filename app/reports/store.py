"""Saved reports: what is kept of one, and when one can be; whose it is and who may open it is app/saved's.

A report holds no figure: whoever opens one asks its questions with their own rights.
"""

from __future__ import annotations

from app.clock import wall
from app.errors import ReportChanged, ReportError
from app.reports.choices import missing, wrong
from app.reports.report import Report, judged, parse
from app.saved.rows import SavedThing
from app.saved.store import Kind

SavedReport = SavedThing[Report]


def _judge(report: Report) -> None:
    """Says no to what nothing can be shown of.

    Raises:
        ReportError: why.
    """
    parse(report.json_text())
    reason = wrong(report, wall().date()) or missing(report)
    if reason:
        raise ReportError(f"This report cannot be kept: {reason}")


REPORTS = Kind("report", judged, Report.json_text, _judge, ReportError, ReportChanged)
