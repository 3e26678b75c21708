"""Components of our own in the browser: their scripts and styles are files that our server sends.

Streamlit loads a script that it is given as text from a blob, which our policy of scripts refuses; a file of ours it
lets in. So nothing is built, nothing comes from elsewhere, and no other script is let in for it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

FOLDER = Path(__file__).resolve().parent / "components"
OURS = "plumbline"


def mounted(name: str, stem: str, **options: Any) -> Any:
    """Draws a component of the folder `components/<name>` and gives its state.

    Args:
        name: of the folder.
        stem: of its files: stem.html, stem.css, stem.js.
        options: as Streamlit's components take them: key, data, default, on_<state>_change.
    """
    manager, whole = get_bidi_component_manager(), f"{OURS}.{name}"
    if manager.get_component_asset_root(whole) is None:
        every = [ComponentConfig(each.name, each.name) for each in sorted(FOLDER.iterdir()) if each.is_dir()]
        manager.register_from_manifest(ComponentManifest(OURS, "1", every), FOLDER)
    return _component(whole, name, stem)(**options)


@lru_cache(maxsize=16)
def _component(whole: str, name: str, stem: str) -> Callable[..., Any]:
    html = (FOLDER / name / f"{stem}.html").read_text(encoding="utf-8")
    made: Callable[..., Any] = st.components.v2.component(whole, html=html, css=f"{stem}.css", js=f"{stem}.js")
    return made
