"""Where `plumbline` begins: before anything heavy is imported, so that Ctrl-C is heard from the first moment on."""

from __future__ import annotations

import os
import signal
import sys

BROKEN_OFF = 130
ANSWER = b'{"error": {"kind": "Interrupted", "message": "Broken off."}}\n'


def main() -> None:
    """Runs the command line; broken off while it is still being read, it ends as it would later."""
    for number in (signal.SIGTERM, signal.SIGINT):  # a shell starts background jobs with Ctrl-C ignored
        signal.signal(number, _end)
    from pipelines.cli import main as run

    run()


def _end(number: int, frame: object) -> None:
    """Nothing is begun yet, so nothing has to be ended; an exception would show where the imports stood."""
    if "--json" in sys.argv:
        os.write(1, ANSWER)
    os.write(2, b"plumbline: Broken off.\n")
    os._exit(BROKEN_OFF)


if __name__ == "__main__":
    main()
