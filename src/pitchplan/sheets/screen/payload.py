"""Everything the page on the screen knows, as plain data."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from pitchplan.sheets.ink import INK, TINTS
from pitchplan.sheets.mapnames import district_order
from pitchplan.sheets.notes import note_lines
from pitchplan.sheets.opening import days_open
from pitchplan.sheets.screen.position import fit_position
from pitchplan.sheets.screen.shapes import UNIT_M, Names, Shapes, drawn_shapes
from pitchplan.sheets.screen.words import SCREEN_WORDS
from pitchplan.sheets.signs import SIGNS, legend_keys
from pitchplan.sheets.stages import is_open, publisher_line, stage_line
from pitchplan.sheets.words import WORDS, season_days, season_line, word

if TYPE_CHECKING:
    import pandas as pd

    from pitchplan.sheets.published import Published
    from pitchplan.sheets.sheet import Sheet

__all__ = ["screen_data"]

# What the page explains: the kinds of the sheet's legend that are drawn on a screen too.
_LEGEND = ("pitch", *legend_keys())
_SHARED = ("free", "no_district", "comma", *_LEGEND)
_WEEK = re.compile(r"(\d{4}-\d{2}-\d{2})/(\d{4}-\d{2}-\d{2})")


def screen_data(sheet: Sheet) -> dict[str, Any]:
    """Return what the page on the screen draws, lists and searches.

    Parameters
    ----------
    sheet : Sheet
        What is shown.

    Returns
    -------
    dict
        Texts, numbers, lists and dicts alone. Geometry is in decimetres from the city's lower left
        corner, written by `encode`; names stand once in ``names`` and are referred to by their place.
    """
    west, south, east, north = _bounds(sheet)
    shapes, names = Shapes((west, south)), Names()
    districts = district_order(sheet)
    drawn = drawn_shapes(sheet.layers, shapes, names)
    communities = _communities(sheet, districts, shapes, names)
    weeks = _weeks(sheet.published)
    return {
        "languages": list(sheet.languages),
        "words": {language: _words(sheet, language) for language in sheet.languages},
        "ink": INK,
        "unit": UNIT_M,
        "extent": [round(east - west, 1), round(north - south, 1)],
        "position": fit_position((west, south, east, north), (west, south), sheet.published.crs),
        "districts": _districts(sheet, districts, shapes, names),
        "communities": communities,
        "outlines": _outlines(sheet, districts, shapes),
        **drawn,
        "signs": {key: _sign(key) for key in drawn["symbols"]},
        "weeks": [list(week) for week in weeks],
        "spots": _spots(sheet, districts, weeks, shapes, names),
        "names": [list(row) for row in names.rows],
    }


def _bounds(sheet: Sheet) -> tuple[int, int, int, int]:
    """Return the extent of communities and spots in whole metres."""
    spots = sheet.published.spots[["x_m", "y_m"]].to_numpy(dtype=float)
    communities = sheet.layers["communities"].geometry.to_numpy()
    boxes = [np.column_stack([spots, spots]), shapely.bounds(communities)]
    box = np.concatenate(boxes)
    return (
        int(np.floor(box[:, 0].min())),
        int(np.floor(box[:, 1].min())),
        int(np.ceil(box[:, 2].max())),
        int(np.ceil(box[:, 3].max())),
    )


def _sign(key: str) -> list[Any]:
    """Return a sign's colour, its outline, what is white in it, and the smallest scale it is shown at."""
    sign = SIGNS[key]
    return [sign.colour, sign.outline, sign.inside, sign.up_to]


def _words(sheet: Sheet, language: str) -> dict[str, Any]:
    """Return the words of one language, and the lines of the sheet in it."""
    facts, only = sheet.published, dataclasses.replace(sheet, languages=(language,))
    said: dict[str, Any] = {key: WORDS[language][key] for key in _SHARED}
    said |= SCREEN_WORDS[language]
    about = [publisher_line(sheet, language)]
    if sheet.valid:
        about.append(word(language, "valid", valid=sheet.valid))
    if sheet.review_number:
        about.append(sheet.review_number)
    stage = stage_line(sheet, language) if sheet.stage else []
    mark = f"{stage[0]} · " if is_open(sheet) else ""
    season = season_line(language, facts.first, facts.last, facts.hours)
    return said | {
        "title": sheet.title_en or sheet.title if language == "en" else sheet.title,
        "days": season_days(language, facts.first, facts.last),
        "season": mark + season,
        "about_lines": [*stage, *about, *(line for line in note_lines(only) if line)],
    }


def _districts(sheet: Sheet, districts: list[str], shapes: Shapes, names: Names) -> list[dict[str, Any]]:
    layer, out = sheet.layers["communities"], []
    for k, district in enumerate(districts):
        part = layer[layer["district"] == district]
        english = next((name for name in part["district_en"] if name), "")
        out.append(
            {
                "n": names.add(district, english),
                "tint": TINTS[k % len(TINTS)],
                "contact": sheet.contact.get(district, ""),
                "at": _middle(shapely.union_all(part.geometry.to_numpy()), shapes),
            }
        )
    return out


def _communities(sheet: Sheet, districts: list[str], shapes: Shapes, names: Names) -> list[dict[str, Any]]:
    layer = sheet.layers["communities"]
    columns = (layer["name"], layer["name_en"], layer["district"], layer.geometry)
    return [
        {
            "n": names.add(name, name_en),
            "d": districts.index(district),
            "at": _middle(shape, shapes),
            "g": shapes.lines([shape], tolerance=1.0),
        }
        for name, name_en, district, shape in zip(*columns, strict=True)
    ]


def _middle(shape: Any, shapes: Shapes) -> list[int]:
    """Return the middle and the radius (decimetres) of about the largest circle inside an area."""
    tolerance = max(1.0, float(np.sqrt(shape.area)) / 50)
    radius = shapely.maximum_inscribed_circle(shape, tolerance=tolerance)
    (x, y), _ = shapes.whole(shapely.get_coordinates(radius))
    return [int(x), int(y), round(float(radius.length) / UNIT_M)]


def _outlines(sheet: Sheet, districts: list[str], shapes: Shapes) -> dict[str, str]:
    """Return each boundary once: drawn from both sides, its dashes would fill each other's gaps."""
    layer = sheet.layers["communities"]
    areas = layer.geometry.to_numpy()
    wholes = [shapely.union_all(areas[(layer["district"] == d).to_numpy()]) for d in districts]
    return {
        name: shapes.lines([shapely.line_merge(shapely.union_all(shapely.boundary(parts)))], tolerance=1.0)
        for name, parts in (("community", areas), ("district", np.array(wholes, dtype=object)))
        if len(parts)
    }


def _weeks(published: Published) -> list[tuple[str, str]]:
    """Return the weeks that any spot names; none where all spots are open all season."""
    cells = published.spots["weeks"]
    return sorted({week for cell in cells for week in _WEEK.findall(cell)})


def _spots(
    sheet: Sheet,
    districts: list[str],
    weeks: list[tuple[str, str]],
    shapes: Shapes,
    names: Names,
) -> list[dict[str, Any]]:
    published = sheet.published
    bays = _bays(published.pitches, shapes)
    # The street of a spot is that of its first pitch.
    first = published.pitches.drop_duplicates("spot_id")
    street_of = dict(
        zip(first["spot_id"], zip(first["street"], first["street_en"], strict=True), strict=True)
    )
    at = shapes.whole(published.spots[["x_m", "y_m"]].to_numpy(dtype=float))
    out = []
    for (x, y), s in zip(at.tolist(), published.rows, strict=True):
        row = {
            "id": s.number,
            "at": [int(x), int(y)],
            "lonlat": [round(float(s.lon), 6), round(float(s.lat), 6)],
            "n": names.add(s.address, s.address_en),
            "name": names.add(s.name, s.name_en),
            "street": names.add(*street_of[s.spot_id]) if s.spot_id in street_of else -1,
            "c": names.add(s.community, s.community_en),
            "d": districts.index(s.district) if s.district in districts else -1,
            "pitches": s.capacity,
            "hours": str(s.hours).replace("-", "–"),
            "square": s.grid_square,
            "bays": bays.get(s.spot_id, []),
        }
        if s.weeks:
            row["days"] = {language: days_open(language, s) for language in sheet.languages}
        if weeks:
            row["weeks"] = [weeks.index(week) for week in _WEEK.findall(s.weeks)]
        out.append(row)
    return out


def _bays(pitches: pd.DataFrame, shapes: Shapes) -> dict[str, list[list[int]]]:
    """Return each spot's pitches as middle and sides in decimetres and direction in tenths of a degree."""
    middle = shapes.whole(pitches[["x_m", "y_m"]].to_numpy(dtype=float))
    sides = np.rint(pitches[["length_m", "width_m", "bearing_deg"]].to_numpy(dtype=float) * 10)
    out: dict[str, list[list[int]]] = {}
    rows = np.column_stack([middle, sides]).astype(int).tolist()
    for spot_id, row in zip(pitches["spot_id"], rows, strict=True):
        out.setdefault(spot_id, []).append(row)
    return out
