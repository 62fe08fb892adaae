"""A sheet as one self-contained page that prints as exactly one sheet of paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pitchplan.sheets.lettering import attr, text_xml
from pitchplan.sheets.svg import svg_text

if TYPE_CHECKING:
    from pitchplan.sheets.sheet import Sheet

__all__ = ["html_bytes"]


def html_bytes(sheet: Sheet) -> bytes:
    """Return the sheet as an HTML file: no script, nothing loaded from elsewhere, every text escaped."""
    page = sheet.page
    width, height = f"{page.width:g}mm", f"{page.height:g}mm"
    title = sheet.title if sheet.languages[0] != "en" else sheet.title_en or sheet.title
    language = {"zh": "zh-CN"}.get(sheet.languages[0], sheet.languages[0])
    # Half a pixel less than the paper: browsers round up and would begin a second page.
    style = (
        f"@page {{ size: {width} {height}; margin: 0 }}\n"
        "html, body { margin: 0; padding: 0; background: #fff }\n"
        f"svg {{ display: block; width: {width}; height: {height} }}\n"
        "@media screen { body { background: #e9e8e4 } "
        "svg { width: 100%; height: auto; margin: 0 auto; box-shadow: 0 0 12px rgba(0,0,0,.18) } }\n"
        f"@media print "
        f"{{ html, body {{ width: {width}; height: calc({height} - .5px); overflow: hidden }} }}\n"
    )
    return (
        "<!DOCTYPE html>\n"
        f"<html lang={attr(language)}>\n<head>\n"
        '<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src '
        "'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text_xml(title)}</title>\n"
        f"<style>\n{style}</style>\n</head>\n<body>\n"
        f"{svg_text(sheet)}</body>\n</html>\n"
    ).encode()
