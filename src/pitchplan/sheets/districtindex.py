"""An overview's index: each district with its page, its spots and its contact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pitchplan.sheets.draw import fit_size, label, rect
from pitchplan.sheets.edges import part_of
from pitchplan.sheets.ink import INK
from pitchplan.sheets.lettering import LEAST_MM, text_width, wrap
from pitchplan.sheets.words import latin, word

if TYPE_CHECKING:
    from pitchplan.sheets.page import Rect
    from pitchplan.sheets.sheet import Sheet

__all__ = ["draw_index", "index_height"]


def index_height(sheet: Sheet) -> float:
    """Return the height that the index needs, millimetres."""
    u = sheet.page.unit
    parts = _parts(sheet)
    contacts = sum(name in sheet.contact for name in parts)
    return 13.0 * u + max(len(parts), 1) * 6.0 * u + contacts * 2.9 * u


def _parts(sheet: Sheet) -> dict[str, list[int]]:
    """Return the numbers of each part's pages, in their order; last the parts without spots, without any."""
    names = list(dict.fromkeys(sheet.layers["communities"]["part"]))
    shown = set(sheet.published.spots["page"])
    parts: dict[str, list[int]] = {}
    for page_id, number in sheet.numbers.items():
        if number in shown:
            parts.setdefault(part_of(page_id, names), []).append(number)
    return parts | {name: [] for name in names if name not in parts}


def draw_index(sheet: Sheet, area: Rect) -> str:
    """Draw the index of an overview whose list of spots has pages of its own.

    Parameters
    ----------
    sheet : Sheet
        An atlas.
    area : Rect
        Where it may stand.

    Returns
    -------
    str
        SVG elements.
    """
    u, language = sheet.page.unit, sheet.languages[0]
    spots, layer = sheet.published.spots, sheet.layers["communities"]
    in_latin = dict(zip(layer["part"], layer["part_en"], strict=True))
    out = rect(area.x, area.y, area.width, 0.2, fill=INK["rule"])
    heads = [word(lang, "index") for lang in sheet.languages]
    y = area.y + 4.9 * u
    out += label(area.x, y, heads[0], 3.6 * u, bold=True)
    if len(heads) > 1:
        after = area.x + text_width(heads[0], 3.6 * u, bold=True) + 1.6 * u
        out += label(after, y, heads[1], max(2.5 * u, LEAST_MM), fill=INK["soft"])
    totals = word(language, "totals", spots=len(spots), pitches=int(spots["capacity"].sum()))
    y += 4.2 * u
    out += label(area.x, y, totals, max(2.4 * u, LEAST_MM))
    size, small = max(3.0 * u, LEAST_MM), max(2.1 * u, LEAST_MM)
    y += 2.0 * u
    for district, numbers in _parts(sheet).items():
        part = spots[spots["page"].isin(numbers)]
        name = (in_latin.get(district) or district) if latin(language) else district
        second = in_latin.get(district, "") if len(sheet.languages) > 1 else ""
        # A district's pages follow one another.
        pages = "–".join(str(n) for n in (*numbers[:1], *numbers[1:][-1:]))
        tail = word(language, "page", page=pages)
        counts = word(language, "district_totals", spots=len(part), pitches=int(part["capacity"].sum()))
        if not numbers:
            tail, counts = "", word(language, "none")
        least = word(language, "page", page="00")
        right = area.right - max(text_width("  " + text, size, bold=True) for text in (tail, least))
        base = y + 4.2 * u
        room = right - area.x - text_width(counts, small) - 2.0 * u
        fitted = fit_size(name, size, room, bold=True, least=LEAST_MM)
        out += label(area.x, base, name, fitted, bold=True, fill=INK["district"])
        used = text_width(name, fitted, bold=True) + 1.4 * u
        if second and second != name and used + text_width(second, small) < room:
            out += label(area.x + used, base, second, small, fill=INK["soft"])
        out += label(right, base, counts, small, anchor="end", fill=INK["soft"])
        out += label(area.right, base, tail, size, bold=True, anchor="end") if tail else ""
        y += 6.0 * u
        contact = sheet.contact.get(district, "")
        if contact:
            line = wrap(word(language, "contact", contact=contact), small, area.width)[0]
            out += label(area.x, y + 1.4 * u, line, small)
            y += 2.9 * u
        out += rect(area.x, y - 0.1 * u, area.width, 0.08, fill=INK["rule"])
    return out
