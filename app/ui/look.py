"""The visual identity in one place: `tokens.json` (colours by meaning, type, space) and what hangs on it: `figures.css`
wherever figures stand, `look.css` on Streamlit's pages, `light.css` on those that are served beside them.

Python never chooses between light and dark: every colour is a custom property with `light-dark()`, which
follows the theme in our HTML, in Streamlit's and in Vega's SVG, without a rerun. `app/first.js` sets the whole
document's `color-scheme`, so that popovers, which Streamlit draws outside the app, follow as well.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.manner import current

HERE = Path(__file__).resolve().parent
PREFIX = "--pl-"
LATIN = (
    "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,U+20AC,"
    "U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD"
)
LATIN_EXT = (
    "U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+0304,U+0308,U+0329,U+1D00-1DBF,U+1E00-1E9F,"
    "U+1EF2-1EFF,U+2020,U+20A0-20AB,U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF"
)
FACES = (("IBM Plex Sans", "sans", 400), ("IBM Plex Sans", "sans", 600), ("IBM Plex Serif", "serif", 400))
SANS = ("IBM Plex Sans",)
PLACES = "abc"
"""The places of a row's panels, from the left."""
MONO = (("IBM Plex Mono", "mono", 400), ("IBM Plex Mono", "mono", 600))


@lru_cache(maxsize=1)
def tokens() -> dict[str, Any]:
    """The tokens, as in the file."""
    loaded: dict[str, Any] = json.loads((HERE / "tokens.json").read_text(encoding="utf-8"))
    return loaded


def css_variables() -> str:
    """All colours as custom properties that follow the theme."""
    color = tokens()["color"]
    pairs = (f"{PREFIX}{name}:light-dark({light},{color['dark'][name]})" for name, light in color["light"].items())
    return ":root{" + ";".join(pairs) + "}"


def ground() -> tuple[str, str]:
    """The page's colour in the light and in the dark theme."""
    color = tokens()["color"]
    return color["light"]["ground"], color["dark"]["ground"]


@lru_cache(maxsize=1)
def stylesheet() -> str:
    """One `<style>` element with all of the portal's CSS, for its document."""
    return f"<style>{css_variables()}{_rules('figures')}{panel_spans()}{_rules('look')}{event_marks()}</style>"


@lru_cache(maxsize=1)
def light_stylesheet() -> str:
    """The same for a page that Streamlit does not draw, with the two fonts it needs."""
    return f"<style>{css_variables()}{font_faces(SANS)}{_rules('figures')}{_rules('light')}</style>"


def panel_spans() -> str:
    """How wide a panel is, by its place in a row and the twelfths that the row's key gives it (app/ui/rows.py)."""
    return "".join(
        f"[class*=st-key-row_][class*=_{place}{span}_]>:nth-child({at}){{grid-column-end:span {span}}}"
        for at, place in enumerate(PLACES, 1) for span in range(1, 12)
    )  # fmt: skip


def event_marks() -> str:
    """The mark of each kind of event in our HTML: the shape and colour that it has in charts."""
    kinds = tokens()["timeline"].items()
    return "".join(f".pl-ev-{kind}{{background:{var(one['color'])};clip-path:{one['clip']}}}" for kind, one in kinds)


def _rules(name: str) -> str:
    return (HERE / f"{name}.css").read_text(encoding="utf-8")


def font_faces(families: tuple[str, ...] = ()) -> str:
    """`@font-face` rules for pages that Streamlit does not draw: all families where none is named."""
    rules = []
    for face in streamlit_font_faces():
        if families and face["family"] not in families:
            continue
        url = "/" + face["url"]
        rules.append(
            f"@font-face{{font-family:'{face['family']}';font-weight:{face['weight']};font-display:swap;"
            f"src:url('{url}') format('woff2');unicode-range:{face['unicodeRange']}}}"
        )
    return "".join(rules)


def streamlit_font_faces() -> list[dict[str, Any]]:
    """The faces for Streamlit's `theme.fontFaces`, latin and latin-ext."""
    faces = []
    for family, short, weight in FACES + MONO:
        for subset, span in (("latin", LATIN), ("latin-ext", LATIN_EXT)):
            url = f"app/static/ibm-plex-{short}-{subset}-{weight}-normal.woff2"
            faces.append({"family": family, "url": url, "weight": weight, "unicodeRange": span})
    return faces


def streamlit_theme() -> dict[str, Any]:
    """Streamlit options, dotted, that make its own widgets look like ours in both themes."""
    color, size = tokens()["color"], tokens()["type"]["size"]
    options: dict[str, Any] = {
        "theme.font": "IBM Plex Sans",
        "theme.headingFont": "IBM Plex Serif",
        "theme.codeFont": "IBM Plex Mono",
        "theme.baseFontSize": size["body"],
        "theme.baseRadius": f"{tokens()['radius']['control']}px",
        "theme.showWidgetBorder": True,
        "theme.fontFaces": streamlit_font_faces(),
    }
    meaning = {
        "primaryColor": "accent",
        "backgroundColor": "ground",
        "secondaryBackgroundColor": "wash",
        "textColor": "ink",
        "linkColor": "accent",
        "borderColor": "rule",
        "codeBackgroundColor": "wash",
    }
    for theme in ("light", "dark"):
        options |= {f"theme.{theme}.{option}": color[theme][name] for option, name in meaning.items()}
    return options


def vega_config() -> dict[str, Any]:
    """The `config` of every chart, with the signs between digits."""
    config: dict[str, Any] = json.loads(json.dumps(tokens()["vegaConfig"]))
    return config | current().for_charts


def var(name: str) -> str:
    """A colour by its meaning, as CSS and Vega take it.

    Raises:
        KeyError: there is no such meaning in tokens.json.
    """
    if name not in tokens()["color"]["light"]:
        raise KeyError(f"no colour means {name!r}; known: {', '.join(tokens()['color']['light'])}")
    return f"var({PREFIX}{name})"
