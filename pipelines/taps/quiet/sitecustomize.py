"""Read by a published tap's Python before the tap (meltano.yml puts this folder on its path): what it may not do.

The library of Facebook Ads sends the frames of every crash to Meta, and nobody can ask it not to. Its module for that
is taken for imported, and does nothing.
"""

import sys
from types import ModuleType


class CrashReporter:
    """Reports to nobody."""

    @classmethod
    def enable(cls) -> None:
        """Leaves Python's own hook in place."""

    @classmethod
    def disable(cls) -> None:
        """There is nothing to take back."""


_quiet = ModuleType("facebook_business.crashreporter")
_quiet.CrashReporter = CrashReporter  # type: ignore[attr-defined]
sys.modules[_quiet.__name__] = _quiet
