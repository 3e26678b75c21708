"""The tap for files: the Singer SDK's conformance tests, over a folder with one small file."""

from __future__ import annotations

from pathlib import Path

from singer_sdk.testing import get_tap_test_class
from tap_plumbline_files.tap import TapPlumblineFiles

CONFIG = {"folder": str(Path(__file__).parent / "files")}

TestKeepsTheSingerSdksRules = get_tap_test_class(TapPlumblineFiles, config=CONFIG)
