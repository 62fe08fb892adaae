"""What a map shows, as features in degrees: the one list that every data file is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pitchplan.plan_file import PITCH_COLUMNS, SPOT_COLUMNS
from pitchplan.sheets.backdrop import communities, districts, keep_clear, streets
from pitchplan.sheets.degrees import geometries, points, to_degrees
from pitchplan.sheets.feature import feature, number
from pitchplan.sheets.frames import notes, pages
from pitchplan.sheets.ink import INK
from pitchplan.sheets.mapbody import rectangles
from pitchplan.sheets.words import word

if TYPE_CHECKING:
    import pyproj

    from pitchplan.sheets.published import Published
    from pitchplan.sheets.sheet import Sheet

__all__ = ["KINDS", "map_features"]

KINDS = ("district", "community", "street", "keep-clear", "page", "pitch", "spot", "note")
"""Kinds of features in the order of the file, which is the order viewers draw them in."""


def map_features(published: Published, sheet: Sheet | None = None) -> list[dict[str, Any]]:
    """Return what a map shows as features: the one list that every data file is made of.

    Parameters
    ----------
    published : Published
        The facts.
    sheet : Sheet, optional
        For languages and everything around the spots: streets, communities, pages.

    Returns
    -------
    list of dict
        GeoJSON features in degrees (WGS84), ordered by `KINDS`, each with ``id`` and among its
        properties ``kind``, ``title``, ``description`` and ``label``.
    """
    transformer = to_degrees(published.crs)
    language = sheet.languages[0] if sheet is not None else "zh"
    shown = _pitches(published, transformer, language) + _spots(published, transformer, language)
    if sheet is None:
        return shown
    around = [kind(sheet, transformer) for kind in (districts, communities, streets, keep_clear, pages)]
    return [f for found in around for f in found] + shown + notes(sheet, transformer)


def _season(published: Published) -> dict[str, Any]:
    """Return the season's days: readers drop the collection's members, so features say them again."""
    return {"first_day": published.first.isoformat(), "last_day": published.last.isoformat()}


def _spots(published: Published, transformer: pyproj.Transformer, language: str) -> list[dict[str, Any]]:
    table, season = published.spots, _season(published)
    places = points(table["x_m"].to_numpy(float), table["y_m"].to_numpy(float), transformer)
    style = {"marker-color": INK["red"], "marker-size": "medium"}
    out = []
    for spot, place in zip(table.to_dict(orient="records"), places, strict=True):
        address = (spot["address_en"] or spot["address"]) if language == "en" else spot["address"]
        texts = (f"{spot['number']} · {address}", _spot_lines(spot, address, language), str(spot["number"]))
        properties = {name: number(spot[name]) for name in SPOT_COLUMNS}
        properties |= {k: spot[k] for k in ("community", "community_en", "district_en", "grid_square")}
        out.append(feature("spot", spot["spot_id"], place, texts, properties | season | style))
    return out


def _spot_lines(spot: dict[Any, Any], address: str, language: str) -> str:
    details = [word(language, "pitches", n=spot["capacity"]), spot["hours"].replace("-", "–")]
    details.append(word(language, "served", n=spot["residents_served"]))
    if spot["grid_square"]:
        details.append(word(language, "tel_square", square=spot["grid_square"]))
    lines = [word(language, "comma").join(d for d in details if d)]
    if spot["address_en"] and spot["address_en"] != address:
        lines.append(spot["address_en"])
    return "\n".join(lines)


def _pitches(published: Published, transformer: pyproj.Transformer, language: str) -> list[dict[str, Any]]:
    table, season = published.pitches, _season(published)
    sides = ("x_m", "y_m", "bearing_deg", "length_m", "width_m")
    shapes = geometries(rectangles(*(table[c].to_numpy(float) for c in sides)), transformer)
    # The bays of a spot are counted in the order of their ids.
    within = table.groupby("spot_id", sort=False).cumcount().to_numpy() + 1
    style = {"fill": INK["pitch"], "fill-opacity": 0.85, "stroke": INK["pitch"], "stroke-width": 1}
    out = []
    for pitch, shape, nth in zip(
        table.to_dict(orient="records"), shapes, within.astype(np.int64).tolist(), strict=True
    ):
        label = f"{pitch['number']}-{nth}"
        street = (pitch["street_en"] or pitch["street"]) if language == "en" else pitch["street"]
        size = f"{pitch['length_m']:g} × {pitch['width_m']:g} m"
        said = [size, pitch["vehicle"], pitch["hours"].replace("-", "–")]
        texts = (
            " · ".join(t for t in (label, street) if t),
            word(language, "comma").join(t for t in said if t),
            label,
        )
        properties = {name: number(pitch[name]) for name in PITCH_COLUMNS}
        if shape is not None:
            out.append(feature("pitch", pitch["pitch_id"], shape, texts, properties | season | style))
    return out
