"""What tests of our own taps share.

The Singer SDK's conformance tests need a class made by `get_tap_test_class`; this hook spreads them over the streams.
The SDK's plugin is kept out of all other rooms (`-p no:singer_testing` in pyproject.toml), where it would be imported
for nothing.
"""

from __future__ import annotations

from singer_sdk.testing.pytest_plugin import pytest_generate_tests

__all__ = ["pytest_generate_tests"]
