"""Kerb regulations of an OpenStreetMap extract, from the parking tags of its streets.

Both schemes are read, as https://wiki.openstreetmap.org/wiki/Street_parking says: ``parking:right``
with ``:restriction``, and the older ``parking:lane:right``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pitchplan.city.osmtags import tag_in, taken, width_of

__all__ = ["osm_kerb_regulations", "side_regulations"]

_SIDES = ("left", "right")
_FORBIDDEN = frozenset(["no_parking", "no_stopping", "no_standing", "fire_lane"])
_BAYS = frozenset(
    [
        "parallel",
        "diagonal",
        "perpendicular",
        "marked",
        "lane",
        "street_side",
        "half_on_kerb",
        "shoulder",
        "yes",
    ]
)
_BESIDE = ("street_side", "lane", "half_on_kerb", "layby")
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_DAY_MIN = 24 * 60
_TAXI_M = 6.0
_TRACK_M = 2.0


def _at(tags: Mapping[str, str], side: str, pattern: str) -> str:
    """Give a side's own tag, else that of both sides."""
    return tags.get(pattern.format(side)) or tags.get(pattern.format("both")) or ""


def _hours(text: str) -> str:
    """Join a condition's opening intervals, of whatever days; empty, at all hours, where it has none.

    Examples
    --------
    >>> _hours("no_parking @ (Mo-Fr 7:00-18:00; Sa 09:00-19:00)"), _hours("Nov-Mar")
    ('07:00-19:00', '')
    >>> _hours("22:00-04:00")
    '00:00-04:00, 22:00-24:00'
    """
    spans: list[tuple[int, int]] = []
    for found in _HOURS.findall(text):
        h, m, until_h, until_m = map(int, found)
        start, end = h * 60 + m, until_h * 60 + until_m
        spans += [(start, end)] if start < end else [(0, end), (start, _DAY_MIN)]
    joined: list[tuple[int, int]] = []
    for start, end in sorted(s for s in spans if s[0] < min(s[1], _DAY_MIN)):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, min(end, _DAY_MIN)))
    return ", ".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in joined)


def side_regulations(tags: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Tell what a street's tags say of its kerbs: side, kind of regulation, hours.

    Examples
    --------
    >>> list(side_regulations({"parking:lane:left": "no_stopping", "parking:right": "lane"}))
    [('left', 'no-stopping', ''), ('right', 'parking-bay', '')]
    >>> tags = {"parking:both:restriction:conditional": "no_stopping @ (Mo-Fr 07:00-09:00)"}
    >>> [what for what in side_regulations(tags) if what[0] == "left"]
    [('left', 'no-stopping', '07:00-09:00')]
    """
    for side in _SIDES:
        words = {_at(tags, side, p) for p in ("parking:lane:{}", "parking:{}", "parking:{}:restriction")}
        limited = _at(tags, side, "parking:{}:restriction:conditional")
        condition = _at(tags, side, "parking:condition:{}")
        if words & _FORBIDDEN:
            yield side, "no-stopping", ""
        elif "loading_only" in words:
            yield side, "loading-bay", ""
        elif words & _BAYS:
            yield side, "parking-bay", ""
        if not words & _FORBIDDEN:
            if any(word in limited for word in _FORBIDDEN):
                yield side, "no-stopping", _hours(limited)
            elif condition in _FORBIDDEN:
                yield side, "no-stopping", _hours(_at(tags, side, "parking:condition:{}:time_interval"))
        for key, kind in (("busway", "bus-lane"), ("cycleway", "bike-lane")):
            if "lane" in (_at(tags, side, key + ":{}"), tags.get(key)):
                yield side, kind, ""


def _along_kerbs(lines: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, notes: list[str]) -> gpd.GeoDataFrame:
    """Draw each street's regulations half its width to the side of its axis."""
    axis = dict(zip(streets["street_id"], range(len(streets)), strict=True))
    rows = [
        (i, side, kind, hours)
        for way, tags in zip(lines["osm_id"], lines["tags"], strict=True)
        if (i := axis.get(way)) is not None
        for side, kind, hours in side_regulations(tags)
    ]
    at = np.array([r[0] for r in rows], dtype=int)
    half = streets["width_m"].to_numpy(dtype=float)[at] / 2
    left = np.array([r[1] == "left" for r in rows], dtype=bool)
    line = np.asarray(streets.geometry.array, dtype=object)[at]
    kerb = np.asarray(shapely.offset_curve(line, np.where(left, half, -half)), dtype=object)
    lost = shapely.is_empty(kerb) | shapely.is_missing(kerb)
    if lost.any():
        # In a hairpin no line is left at that distance: the regulation holds on both sides then.
        kerb[lost] = shapely.buffer(line[lost], half[lost], cap_style="flat")
        notes.append(f"kerb_regulations: {int(lost.sum())} taken to hold on both sides of a hairpin")
    return gpd.GeoDataFrame(
        {
            "regulation_id": [f"{streets['street_id'].iloc[i]}-{side}-{kind}" for i, side, kind, _ in rows],
            "kind": [r[2] for r in rows],
            "hours": [r[3] for r in rows],
            "level": streets["level"].to_numpy()[at],
        },
        geometry=kerb,
        crs=streets.crs,
    )


def osm_kerb_regulations(
    layers: dict[str, gpd.GeoDataFrame], streets: gpd.GeoDataFrame, notes: list[str]
) -> gpd.GeoDataFrame:
    """Take no-stopping lines, parking and loading bays, bus and bike lanes, and taxi stands.

    Parameters
    ----------
    layers : dict
        ``points``, ``lines`` and ``multipolygons`` with tags, in a metric CRS.
    streets : geopandas.GeoDataFrame
        Axes with ``street_id``, ``width_m`` in metres and ``level``, in the same CRS.
    notes : list of str
        Gets what was assumed.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns as `schemas.KERB_REGULATIONS`: lines along the kerb, or polygons.
    """
    lines = layers["lines"]
    parts = [_along_kerbs(lines, streets, notes)]
    for name, frame in layers.items():
        stands = taken(frame, tag_in(frame, "amenity", ("taxi",)), "regulation_id", kind="taxi-stand")
        if name == "points" and len(stands):
            stands = stands.set_geometry(stands.geometry.buffer(_TAXI_M))
            notes.append(
                f"kerb_regulations: {len(stands)} taxi stands are points, {_TAXI_M:g} m around assumed"
            )
        parts.append(stands)
    areas = layers["multipolygons"]
    beside = tag_in(areas, "amenity", ("parking",)) & tag_in(areas, "parking", _BESIDE)
    parts.append(taken(areas, beside, "regulation_id", kind="parking-bay"))
    tracks = tag_in(lines, "highway", ("cycleway",)) & ~tag_in(lines, "foot", ("yes", "designated"))
    tracks &= ~tag_in(lines, "cycleway", ("crossing",))
    own = taken(lines, tracks, "regulation_id", kind="bike-lane", width=width_of(lines, _TRACK_M))
    half = own["width"].to_numpy(dtype=float) / 2
    parts.append(own.set_geometry(shapely.buffer(own.geometry.array, half, cap_style="flat"), crs=lines.crs))
    joined = pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True)
    kept = ["regulation_id", "kind", "hours", "level", "geometry"]
    out = gpd.GeoDataFrame(joined.reindex(columns=kept), geometry="geometry", crs=streets.crs)
    return out.assign(hours=out["hours"].astype(object).where(out["hours"].notna(), ""))
