"""Every deliberate error of Plumbline.

    PlumblineError
    ├── UsageError            wrong use or bad input                  exit 2
    │   ├── SettingsError     a setting is missing or malformed
    │   ├── MetricFileError   a file in models/metrics/ is malformed
    │   ├── QuestionError     a metric question that would lie or cannot be asked
    │   ├── ReportError       a report that cannot be read, or that would show nothing that means anything
    │   │   └── ReportChanged somebody else has saved it meanwhile
    │   ├── DashboardError    a dashboard of one's own that cannot be kept
    │   │   └── DashboardChanged  its owner has saved it elsewhere meanwhile
    │   ├── StatementError    SQL that somebody wrote cannot be run, and where in it
    │   └── FileError         a dropped file breaks its schema
    ├── NotPermitted          the viewer may not see or do this       exit 2
    │   └── ReceiptAltered    nobody can say any more who may see a receipt
    ├── FellShort             what was checked is not as promised     exit 1
    ├── BrokenOff             it was asked to stop                    exit 1
    └── DependencyMissing     something we depend on is not there     exit 3
        ├── WarehouseDown
        ├── NotBuilt          what is asked for has not been built yet
        ├── SealKeyMissing    nobody can say whether a receipt was altered
        ├── PortTaken
        ├── SourceDown        a source does not answer, or not well
        └── CredentialsRefused  a source does not know us, or gives us too few rights

A message says what is wrong, what was found, what was expected and what to do next. It never holds a secret.
"""

from __future__ import annotations


class PlumblineError(Exception):
    """The root. `exit_code` is what the command line ends with."""

    exit_code = 1


class UsageError(PlumblineError):
    exit_code = 2


class SettingsError(UsageError):
    pass


class MetricFileError(UsageError):
    pass


class QuestionError(UsageError):
    pass


class TookTooLong(QuestionError):
    """It was stopped at the time that a question has; the next time it may have an answer."""


class StatementError(UsageError):
    """SQL that somebody wrote cannot be run.

    Args:
        message: what is wrong with it.
        line: where, from 1; none where it is not known.
        column: where in the line, from 1.
    """

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(f"Line {line}, column {column}: {message}" if line else message)
        self.line = line
        self.column = column


class ReportError(UsageError):
    pass


class ReportChanged(ReportError):
    pass


class DashboardError(UsageError):
    pass


class DashboardChanged(DashboardError):
    pass


class FileError(UsageError):
    pass


class NotPermitted(PlumblineError):
    exit_code = 2


class ReceiptAltered(NotPermitted):
    pass


class FellShort(PlumblineError):
    exit_code = 1


class BrokenOff(PlumblineError):
    exit_code = 1


class DependencyMissing(PlumblineError):
    exit_code = 3


class WarehouseDown(DependencyMissing):
    pass


class NotBuilt(DependencyMissing):
    pass


class SealKeyMissing(DependencyMissing):
    pass


class PortTaken(DependencyMissing):
    pass


class SourceDown(DependencyMissing):
    pass


class CredentialsRefused(DependencyMissing):
    pass
