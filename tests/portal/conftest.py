"""The portal's fixtures."""

from .servers import filled, portal

__all__ = ["filled", "portal"]
