"""A sheet as GeoJSON: strictly RFC 7946, with simplestyle 1.1 so that any viewer shows it well."""

from __future__ import annotations

import itertools
import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely

from pitchplan.sheets.ink import INK, TINTS
from pitchplan.sheets.mapbody import rectangles
from pitchplan.sheets.words import word

if TYPE_CHECKING:
    from pitchplan.sheets.published import Published
    from pitchplan.sheets.sheet import Sheet

__all__ = ["PROFILE", "geojson_bytes", "map_features"]

PROFILE = "pitchplan-map/1"

# Viewers show these as HTML: brackets that could open a tag become their full-width twins.
_BRACKETS = str.maketrans({"<": "＜", ">": "＞"})


def geojson_bytes(published: Published, sheet: Sheet | None = None, *, datum: str = "wgs84") -> bytes:
    """Return spots, pitches and communities as one FeatureCollection.

    Parameters
    ----------
    published : Published
        The facts.
    sheet : Sheet, optional
        For title, publisher, languages and communities.
    datum : {"wgs84", "gcj02"}
        What the degrees shall be; the first member of ``pitchplan`` says so if they are not WGS84,
        and then the file is not RFC 7946.

    Returns
    -------
    bytes
        UTF-8, one feature per line, WGS84 with 7 decimals, the same on each run.
    """
    # Not at the top: the other datums are made from these features.
    from pitchplan.sheets.mapdatums import datum_note, shifted_features

    features = shifted_features(published, sheet, datum)
    note = datum_note(datum)
    facts = {"datum": note} if note else {}
    head: dict[str, Any] = {"type": "FeatureCollection", "pitchplan": facts | _facts(published, sheet)}
    box = _bbox([f["geometry"]["coordinates"] for f in features])
    if box:
        head["bbox"] = box
    text = _dump(head)[:-1] + ',"features":[\n' + ",\n".join(_dump(f) for f in features) + "\n]}\n"
    return text.encode("utf-8")


def map_features(published: Published, sheet: Sheet | None = None) -> list[dict[str, Any]]:
    """Return what a map shows as features: the one list that every data file is made of.

    Parameters
    ----------
    published : Published
        The facts.
    sheet : Sheet, optional
        For languages and communities.

    Returns
    -------
    list of dict
        GeoJSON features in degrees (WGS84), each with ``id`` and a ``kind`` among its properties.
    """
    transformer = pyproj.Transformer.from_crs(published.crs, "EPSG:4326", always_xy=True)
    languages = sheet.languages if sheet is not None else ("zh", "en")
    features = [_spot(row, languages[0]) for row in published.spots.itertuples()]
    features += _pitches(published, transformer)
    if sheet is not None:
        features += _communities(sheet, transformer)
    return features


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _number(value: Any, digits: int = 3) -> float | int | None:
    """Return a number for JSON: no NaN, no minus zero, whole numbers without a point."""
    number = float(value)
    if not math.isfinite(number):
        return None
    number = round(number, digits)
    return int(number) if number.is_integer() else number


def _degree(value: float) -> float:
    # Adding nought turns minus zero into zero.
    return round(float(value), 7) + 0.0


def _feature(identity: str, geometry: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "id": identity, "geometry": geometry, "properties": properties}


def _spot(s: Any, language: str) -> dict[str, Any]:
    address = (s.address_en or s.address) if language == "en" else s.address
    details = [word(language, "pitches", n=s.capacity), str(s.hours).replace("-", "–")]
    details.append(word(language, "served", n=s.residents_served))
    if s.grid_square:
        details.append(word(language, "tel_square", square=s.grid_square))
    lines = [word(language, "comma").join(d for d in details if d)]
    if s.address_en and s.address_en != address:
        lines.append(s.address_en)
    return _feature(
        f"spot/{s.spot_id}",
        {"type": "Point", "coordinates": [_degree(s.lon), _degree(s.lat)]},
        {
            "kind": "spot",
            "number": int(s.number),
            "title": f"{s.number} · {address}".translate(_BRACKETS),
            "description": "\n".join(lines).translate(_BRACKETS),
            "label": str(s.number),
            "spot_id": s.spot_id,
            "name": s.name,
            "name_en": s.name_en,
            "address": s.address,
            "address_en": s.address_en,
            "district": s.district,
            "community": s.community,
            "community_id": s.community_id,
            "placement": s.placement,
            "capacity": _number(s.capacity),
            "room": _number(s.room),
            "hours": s.hours,
            "residents_served": _number(s.residents_served),
            "grid_square": s.grid_square,
            "marker-color": INK["red"],
            "marker-size": "medium",
        },
    )


def _pitches(published: Published, transformer: pyproj.Transformer) -> list[dict[str, Any]]:
    p = published.pitches
    shapes = rectangles(*(p[c].to_numpy(float) for c in ("x_m", "y_m", "bearing_deg", "length_m", "width_m")))
    out = []
    for row, rectangle in zip(p.itertuples(), shapes, strict=True):
        properties: dict[str, Any] = {"kind": "pitch", "pitch_id": row.pitch_id, "spot_id": row.spot_id}
        properties["number"] = _number(row.number)
        properties |= {
            k: getattr(row, k) for k in ("street", "street_en", "side", "placement", "vehicle", "district")
        }
        for name in ("length_m", "width_m", "x_m", "y_m", "bearing_deg", "clear_walk_m", "clear_drive_m"):
            properties[name] = _number(getattr(row, name))
        properties |= {k: getattr(row, k) for k in ("width_status", "hours", "flags")}
        properties |= {"fill": INK["pitch"], "fill-opacity": 0.85, "stroke": INK["pitch"], "stroke-width": 1}
        geometry = _geometry(rectangle, transformer)
        if geometry:
            out.append(_feature(f"pitch/{row.pitch_id}", geometry, properties))
    return out


def _communities(sheet: Sheet, transformer: pyproj.Transformer) -> list[dict[str, Any]]:
    layer = sheet.layers["communities"]
    order = list(dict.fromkeys(layer["district"]))
    out = []
    for row in sorted(layer.itertuples(), key=lambda r: r.community_id):
        geometry = _geometry(row.geometry, transformer)
        tint = TINTS[order.index(row.district) % len(TINTS)]
        properties = {
            "kind": "community",
            "title": row.name.translate(_BRACKETS),
            "name": row.name,
            "name_en": row.name_en,
            "district": row.district,
            "district_en": row.district_en,
            "fill": tint,
            "fill-opacity": 0.35,
            "stroke": INK["community"],
            "stroke-width": 1,
            "stroke-opacity": 0.7,
        }
        if geometry:
            out.append(_feature(f"community/{row.community_id}", geometry, properties))
    return out


def _geometry(geometry: Any, transformer: pyproj.Transformer) -> dict[str, Any] | None:
    """Return a polygon in degrees: exterior rings counter-clockwise, holes clockwise, rings closed."""

    def degrees(xy: Any) -> Any:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

    moved = shapely.transform(shapely.force_2d(geometry), degrees)
    parts = []
    for polygon in shapely.get_parts(moved):
        if polygon.geom_type == "Polygon":
            rings = [_ring(polygon.exterior, True), *(_ring(r, False) for r in polygon.interiors)]
            if rings[0]:
                parts.append([r for r in rings if r])
    if not parts:
        return None
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}


def _ring(ring: Any, counter_clockwise: bool) -> list[list[float]]:
    """Round a ring and turn it the right way; the way is judged after rounding, which is what is read."""
    rounded = [[_degree(x), _degree(y)] for x, y in shapely.get_coordinates(ring)]
    kept = [p for i, p in enumerate(rounded) if i == 0 or p != rounded[i - 1]]
    if len(kept) < 4:
        return []
    x0, y0 = kept[0]
    double = sum((a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0) for a, b in itertools.pairwise(kept))
    if double == 0:
        return []
    return kept if (double > 0) == counter_clockwise else kept[::-1]


def _bbox(coordinates: list[Any]) -> list[float]:
    """Return west, south, east, north of nested coordinates."""
    flat: list[list[float]] = []

    def walk(value: Any) -> None:
        if value and isinstance(value[0], (int, float)):
            flat.append(value)
        else:
            for inner in value:
                walk(inner)

    walk(coordinates)
    if not flat:
        return []
    xs, ys = [p[0] for p in flat], [p[1] for p in flat]
    return [min(xs), min(ys), max(xs), max(ys)]


def _facts(published: Published, sheet: Sheet | None) -> dict[str, Any]:
    """Return the collection's own member: what the map is, how good it is shown to be; no times."""
    f = published.facts
    goals = [
        {
            "goal": g.goal,
            "sense": g.sense,
            "value": _number(g.value, 6),
            "bound": _number(g.bound, 6),
            "gap": _number(g.gap, 6),
            "outcome": g.outcome,
        }
        for g in published.goals.itertuples()
    ]
    return {
        "profile": PROFILE,
        "title": sheet.title if sheet else "",
        "title_en": sheet.title_en if sheet else "",
        "publisher": sheet.publisher if sheet else "",
        "season": {
            "first": published.first.isoformat(),
            "last": published.last.isoformat(),
            "hours": published.hours,
        },
        "planning_crs": published.crs,
        "rule_book": f["rule_book"],
        "goals": goals,
        "outcome": f["outcome"],
        "origins": f["origins"],
        "not_applied": f["not_applied"],
        "vendors": f["vendors"],
        "hosted": f["hosted"],
        "residents": f["residents"],
        "residents_served": f["residents_served"],
        "share_assumed": f["share_assumed"],
        "audit": f["audit"] or None,
        "source": (sheet.source_note if sheet else "") or None,
    }
