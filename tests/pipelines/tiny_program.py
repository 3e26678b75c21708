"""A service for tests: listens on a port until SIGTERM; `python -m tests.pipelines.tiny_program PORT` or by setting."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading

stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
if os.environ.get("TINY_FAILS"):
    print("tiny: the disk is on fire", flush=True)
    sys.exit(3)
listener = socket.create_server(("127.0.0.1", int(os.environ["TINY_PORT"])))
print("tiny: ready", flush=True)
stop.wait()
