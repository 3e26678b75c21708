"""What Streamlit says of the theme with each click, worked out once: it would read all its options anew six times."""

from __future__ import annotations

from typing import Any

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session


def keep_theme() -> None:
    """Has each later message take the theme from the first one. The options must be set by then, and stay."""
    worked_out: Any = app_session._populate_theme_msg
    if hasattr(worked_out, "kept"):  # options were set anew
        worked_out.kept.clear()
        return
    kept: dict[str, Any] = {}

    def populate(message: Any, section: str = "theme") -> None:
        if section not in kept:
            made: Any = CustomThemeConfig()
            worked_out(made, section)
            kept[section] = made
        if kept[section].ByteSize():  # what is copied from nothing counts as set all the same
            message.CopyFrom(kept[section])

    setattr(populate, "kept", kept)  # noqa: B010
    setattr(app_session, "_populate_theme_msg", populate)  # noqa: B010
