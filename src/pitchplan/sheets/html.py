"""A sheet as one self-contained page: a map to use on a screen, and on paper exactly the sheet's pages."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pitchplan.sheets.ink import INK
from pitchplan.sheets.lettering import attr, text_xml
from pitchplan.sheets.screen.paper import share
from pitchplan.sheets.screen.payload import screen_data
from pitchplan.sheets.stages import is_open, stage_words
from pitchplan.sheets.svg import svg_text

if TYPE_CHECKING:
    from pitchplan.sheets.sheet import Sheet

__all__ = ["html_bytes"]

# In the order in which they stand in the page: each uses what stands before it.
_SCRIPTS = (
    "data", "words", "view", "paths", "ground", "symbols", "lettering", "groups", "marks",
    "finding", "nearness", "listing", "card", "selecting", "moving", "drawer", "starting",
)  # fmt: skip


def html_bytes(sheet: Sheet) -> bytes:
    """Return the sheet as an HTML file.

    Nothing is loaded from elsewhere and nothing is sent. The only script that may run is the page's own,
    known by its hash; names reach it as data. Without scripts the page shows the sheet itself.

    Parameters
    ----------
    sheet : Sheet
        What is shown.

    Returns
    -------
    bytes
        UTF-8; the same on each run.
    """
    paper, letters = share([svg_text(dataclasses.replace(sheet, page=p)) for p in (sheet.page, *sheet.pages)])
    script, style = _script(), _style(sheet) + letters
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    language = {"zh": "zh-CN"}.get(sheet.languages[0], sheet.languages[0])
    title = sheet.title if sheet.languages[0] != "en" else sheet.title_en or sheet.title
    if is_open(sheet):
        title = f"{stage_words(sheet)[0]} · {title}"
    parts = {
        "language": attr(language),
        "policy": attr(policy),
        "title": text_xml(title),
        "style": style,
        # In order, each to be printed on a paper of its own.
        "paper": "".join(f'<div class="page">\n{drawing}</div>\n' for drawing in paper),
        "data": _json(screen_data(sheet)),
        "script": script,
    }
    # In one go: what is put in is not searched for places again.
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _resource("page.html")).encode()


def _style(sheet: Sheet) -> str:
    page = sheet.page
    width, height = f"{page.width:g}mm", f"{page.height:g}mm"
    inks = "".join(f"--{name.replace('_', '-')}:{colour};" for name, colour in INK.items())
    # Half a pixel less than the paper: browsers round up and would begin another page.
    return (
        f":root{{{inks}}}\n{_resource('map.css')}"
        f"@page {{ size: {width} {height}; margin: 0 }}\n"
        f".page svg {{ display: block; width: {width}; height: {height} }}\n"
        f"@media print {{ .page {{ width: {width}; height: calc({height} - .5px) }} }}\n"
    )


def _script() -> str:
    parts = "".join(_resource(f"script/{name}.js") for name in _SCRIPTS)
    return f'(() => {{\n"use strict";\n{parts}}})();\n'


def _resource(name: str) -> str:
    return (files("pitchplan.sheets.screen") / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _json(data: Any) -> str:
    """Return data as JSON in which nothing can end the element it stands in."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
