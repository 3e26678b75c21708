"""What nobody foresaw: its traceback goes into a file, its name to whoever asked."""

from __future__ import annotations

import os
import tempfile
import traceback
from pathlib import Path

from app.clock import wall
from app.settings import get_settings

EXIT_CODE = 4
"""What the command line ends with when something went wrong that is nobody's wrong use: a defect of ours."""
NAME = "defects.log"


def write_down(error: BaseException) -> Path:
    """Appends the traceback to `home`/logs/defects.log, or to a file for temporary ones where that cannot be had.

    Returns:
        The file.
    """
    told = f"{wall():%Y-%m-%d %H:%M:%S} UTC\n{''.join(traceback.format_exception(error))}\n"
    try:
        return _append(get_settings().home / "logs" / NAME, told)
    except Exception:  # the home or its settings may be what is wrong
        return _append(Path(tempfile.gettempdir()) / f"plumbline-{os.getuid()}-{NAME}", told)


def _append(file: Path, told: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace") as log:
        log.write(told)
    return file
