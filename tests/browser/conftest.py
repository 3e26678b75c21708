"""The browser tests drive the same running portal as the portal's own tests."""

from tests.portal.servers import filled, portal

__all__ = ["filled", "portal"]
