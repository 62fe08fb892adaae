"""Pages and notes as features: what QGIS's atlas needs to print the same frames with the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from pitchplan.sheets.degrees import geometries, points
from pitchplan.sheets.feature import feature, number
from pitchplan.sheets.ink import INK
from pitchplan.sheets.notes import note_lines
from pitchplan.sheets.stages import publisher_line, stage_words
from pitchplan.sheets.words import season_line, word

if TYPE_CHECKING:
    import pyproj

    from pitchplan.sheets.page import Page
    from pitchplan.sheets.sheet import Sheet

__all__ = ["EDGES", "notes", "pages"]

EDGES = ("north", "east", "south", "west")


def pages(sheet: Sheet, transformer: pyproj.Transformer) -> list[dict[str, Any]]:
    """Return the map's pages: the overview, then the maps of the atlas in their order.

    Pages of the list have no window of their own: QGIS would draw the overview once more for each.
    """
    maps = [page for page in (sheet.page, *sheet.pages) if page.kind == "map"]
    shapes = geometries([shapely.box(*page.window()) for page in maps], transformer)
    head = _head(sheet)
    style = {"fill": INK["paper"], "fill-opacity": 0, "stroke": INK["text"], "stroke-width": 2}
    out = []
    for place, (page, shape) in enumerate(zip(maps, shapes, strict=True)):
        district = _name(sheet, page)
        title = f"{sheet.title} · {district}" if page.page_id != "overview" else sheet.title
        scale = f"{page.paper} · 1:{page.scale}"
        properties = {"page_id": page.page_id, "order": place, "district": page.district}
        properties |= _paper(page) | _frame(page) | _neighbours(page) | head | style
        if shape is not None:
            texts = (title, scale, district)
            out.append(feature("page", page.page_id, shape, texts, properties))
    return out


def _name(sheet: Sheet, page: Page) -> str:
    """Name what a page shows."""
    part, parts = page.part
    if parts == 1:
        return page.district or page.page_id
    return word(sheet.languages[0], "part_of", district=page.district, part=part, parts=parts)


def _paper(page: Page) -> dict[str, Any]:
    frame = page.frame
    return {
        "paper": page.paper,
        "paper_width_mm": number(page.width),
        "paper_height_mm": number(page.height),
        "orientation": "landscape" if page.width >= page.height else "portrait",
        "frame_x_mm": number(frame.x),
        "frame_y_mm": number(frame.y),
        "frame_width_mm": number(frame.width),
        "frame_height_mm": number(frame.height),
        "scale": page.scale,
    }


def _frame(page: Page) -> dict[str, Any]:
    """Return the frame in the planning CRS: its sides lie along the grid, so nothing is rotated."""
    west, south, east, north = page.window()
    bounds = {"west_m": west, "south_m": south, "east_m": east, "north_m": north}
    exact = {name: number(value) for name, value in bounds.items()}
    return exact | {"rotation_deg": 0, "north_deg": number(page.north_deg)}


def _neighbours(page: Page) -> dict[str, list[str]]:
    return {f"neighbours_{edge}": [name for side, name in page.neighbours if side == edge] for edge in EDGES}


def _head(sheet: Sheet) -> dict[str, Any]:
    """Return what every page says at its head and foot, so that a printer needs no other member."""
    published = sheet.published
    return {
        "sheet_title": sheet.title,
        "sheet_title_en": sheet.title_en,
        "publisher": sheet.publisher,
        "valid": sheet.valid,
        "review_number": sheet.review_number,
        "first_day": published.first.isoformat(),
        "last_day": published.last.isoformat(),
        "hours": published.hours,
        "planning_crs": published.crs,
        "rule_book": published.facts["rule_book"],
        "audit": published.facts["audit"],
    }


def notes(sheet: Sheet, transformer: pyproj.Transformer) -> list[dict[str, Any]]:
    """Return the map's words as features: a line each, set along the lower edge of the overview."""
    lines = _lines(sheet)
    west, south, east, _ = sheet.page.window()
    along = west + (east - west) * (np.arange(len(lines)) + 1) / (len(lines) + 1)
    places = points(along, np.full(len(lines), south), transformer)
    style = {"marker-color": INK["soft"], "marker-size": "small"}
    return [
        feature("note", topic, place, (line, "", line), {"topic": topic, "text": line} | style)
        for (topic, line), place in zip(lines, places, strict=True)
    ]


def _lines(sheet: Sheet) -> list[tuple[str, str]]:
    """Return topic and line of every note, those without words left out."""
    language, p = sheet.languages[0], sheet.published
    said = [
        ("season", season_line(language, p.first, p.last, p.hours)),
        ("valid", word(language, "valid", valid=sheet.valid) if sheet.valid else ""),
        ("publisher", publisher_line(sheet, language)),
        ("review-number", sheet.review_number),
        ("stage", "  ".join(stage_words(sheet))),
        *((f"small-print-{i}", line) for i, line in enumerate(note_lines(sheet), 1)),
    ]
    return [(topic, line) for topic, line in said if line]
