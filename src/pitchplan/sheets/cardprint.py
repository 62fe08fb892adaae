"""Permit cards as one PDF: a spot's map is drawn and stored once, whoever's card it is on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from pitchplan.files.scratch import scratch_folder
from pitchplan.sheets.cardface import CARD_MM, MAP, face_svg, map_svg
from pitchplan.sheets.pdf import embolden, not_printed, printing_fonts, require_library
from pitchplan.sheets.words import word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pitchplan.sheets.cards import Card
    from pitchplan.sheets.sheet import Sheet

__all__ = ["PAPERS", "cards_pdf"]

PAPERS = {"A6": (CARD_MM, 1), "A4": ((210.0, 297.0), 4)}
"""By name: width and height, millimetres, and cards on a page."""

_CUT = '#place(dx: {x}mm, dy: {y}mm, line(length: 5mm, angle: {angle}deg, stroke: 0.2mm + rgb("#5A5F5B")))\n'


def cards_pdf(sheet: Sheet, cards: Sequence[Card], paper: str) -> bytes:
    """Print cards.

    Parameters
    ----------
    sheet : Sheet
        What they share.
    cards : sequence of Card
        At least one.
    paper : str
        One of `PAPERS`.

    Raises
    ------
    PitchplanError
        typst or a Chinese font is missing.
    InputError
        The font lacks characters that are printed.
    """
    typst = require_library("typst")
    maps = {spot: map_svg(sheet, spot) for spot in dict.fromkeys(c.spot_id for c in cards)}
    faces = [face_svg(sheet, card) for card in cards]
    fonts, weights = printing_fonts("".join(_letters(svg) for svg in (*maps.values(), *faces)))
    place = {spot: k for k, spot in enumerate(maps)}
    with scratch_folder() as root:
        for prefix, drawings in (("map", maps.values()), ("face", faces)):
            for k, svg in enumerate(drawings):
                # A folder with names in it is for nobody else to read, and is gone at the end.
                (root / f"{prefix}{k}.svg").write_bytes(embolden(svg) if weights == 1 else svg)
        source = _source([place[c.spot_id] for c in cards], paper)
        (root / "cards.typ").write_text(source, encoding="utf-8")
        title = word(sheet.languages[0], "card_title")
        compiler = typst.Compiler(
            root / "cards.typ", root=root, font_paths=fonts, sys_inputs={"title": title}
        )
        try:
            made = compiler.compile(format="pdf", timestamp=0)
        except typst.TypstError as error:
            raise not_printed("the cards", error) from error
    return bytes(made)


def _source(maps: list[int], paper: str) -> str:
    """Write the document: which face over which map, where on which page."""
    (width, height), each = PAPERS[paper]
    wide, high = CARD_MM
    out = "#set document(title: sys.inputs.title, date: none)\n"
    out += f"#set page(width: {width:g}mm, height: {height:g}mm, margin: 0mm)\n"
    out += (
        "#let card(m, f, x, y) = {\n"
        f'  place(dx: x + {MAP.x:g}mm, dy: y + {MAP.y:g}mm, image("map" + str(m) + ".svg",'
        f" width: {MAP.width:g}mm, height: {MAP.height:g}mm))\n"
        '  place(dx: x, dy: y, image("face" + str(f) + ".svg",'
        f" width: {wide:g}mm, height: {high:g}mm))\n}}\n"
    )
    across = round(width // wide)
    for k, m in enumerate(maps):
        at = k % each
        if k and not at:
            out += "#pagebreak()\n"
        if not at and each > 1:
            out += _cuts(width, height)
        x, y = (at % across) * wide, (at // across) * height / 2 if each > 1 else 0.0
        out += f"#card({m}, {k}, {x:g}mm, {y:g}mm)\n"
    return out


def _cuts(width: float, height: float) -> str:
    """Mark where a page of four is cut."""
    ends = [
        (width / 2, 0.0, 90),
        (width / 2, height - 5.0, 90),
        (0.0, height / 2, 0),
        (width - 5.0, height / 2, 0),
    ]
    return "".join(_CUT.format(x=f"{x:g}", y=f"{y:g}", angle=angle) for x, y, angle in ends)


def _letters(svg: bytes) -> str:
    """Return every letter that is drawn."""
    root = ElementTree.fromstring(re.sub(rb"^<\?xml[^>]*\?>", b"", svg))
    return "".join("".join(e.itertext()) for e in root.iter("{http://www.w3.org/2000/svg}text"))
