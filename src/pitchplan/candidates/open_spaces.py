"""Places in squares, car parks and market places: a lattice of rows with aisles between them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from pitchplan.candidates.places import Places, StreetTable, rectangles
from pitchplan.city.layers import City
from pitchplan.rules.book import RuleBook
from pitchplan.rules.effects import RunShape
from pitchplan.rules.vehicle import Use, Vehicle

__all__ = ["open_space_places", "usable_open_spaces"]

_OFFSETS = 6


def usable_open_spaces(city: City, book: RuleBook) -> pd.DataFrame:
    """Give the open spaces on the ground of the kinds the rule book lets be used.

    A book without an ``inside`` rule for open spaces uses none.
    """
    rules = [r for r in book.rules if r.kind == "inside" and r["layer"] == "open_spaces"]
    frame = city.open_spaces[city.open_spaces["level"] == 0]
    if not rules:
        return frame.iloc[:0]
    for rule in rules:
        if rule["kinds"]:
            frame = frame[frame["kind"].isin(rule["kinds"])]
    return frame


def _bearing(polygon: shapely.Polygon) -> float:
    """Direction of the long side of the least rectangle around a polygon, degrees, 0 to 180."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(polygon))
    sides = np.diff(corners[:3], axis=0)
    longest = sides[int(np.argmax(np.hypot(*sides.T)))]
    return float(np.degrees(np.arctan2(longest[0], longest[1])) % 180.0)


def _lattice(polygon: shapely.Polygon, vehicle: Vehicle) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Lay rows of bays over a polygon, moved so that most bays lie inside it.

    Returns
    -------
    column, row : ndarray of int
        Place in the lattice.
    centre : ndarray of float, shape (n, 2)
        Centres of all bays that touch the polygon.
    bearing : float
        Direction of the rows, degrees.
    """
    bearing = _bearing(polygon)
    angle = np.radians(bearing)
    along = np.array([np.sin(angle), np.cos(angle)])
    across = np.array([np.cos(angle), -np.sin(angle)])
    coords = shapely.get_coordinates(polygon)
    low = np.array([(coords @ along).min(), (coords @ across).min()])
    high = np.array([(coords @ along).max(), (coords @ across).max()])
    pitch = np.array([vehicle.length_m + vehicle.gap_m, vehicle.width_m + vehicle.aisle_m])
    half = np.array([vehicle.length_m, vehicle.width_m]) / 2
    best: tuple[int, np.ndarray, np.ndarray] | None = None
    shapely.prepare(polygon)
    for i, j in np.ndindex(_OFFSETS, _OFFSETS):
        start = low + half + pitch * np.array([i, j]) / _OFFSETS
        many = np.maximum(np.floor((high - half - start) / pitch + 1e-9).astype(int) + 1, 0)
        cell = np.stack([a.ravel() for a in np.meshgrid(*map(np.arange, many), indexing="ij")], axis=1)
        local = start + cell * pitch
        centre = local[:, :1] * along + local[:, 1:] * across
        turn = np.full(len(cell), bearing)
        boxes = rectangles(centre[:, 0], centre[:, 1], turn, vehicle.length_m, vehicle.width_m)
        count = int(shapely.covers(polygon, boxes).sum())
        if best is None or count > best[0]:
            touching = shapely.intersects(polygon, boxes)
            best = count, cell[touching], centre[touching]
    assert best is not None
    return best[1][:, 0], best[1][:, 1], best[2], bearing


def open_space_places(city: City, book: RuleBook, use: Use, shape: RunShape) -> Places:
    """Set bays in rows over every usable open space.

    Parameters
    ----------
    city, book, use
        What to place, where, by which rules.
    shape : RunShape
        A block, which becomes one run, is no longer and no deeper than a run may be.

    Returns
    -------
    Places
        In order of block, row and column; ``line`` numbers the blocks and ``streets`` holds the open spaces.
    """
    parts: list[pd.DataFrame] = []
    vehicle = use.vehicle
    wide = max(int((shape.max_length_m + vehicle.gap_m) // (vehicle.length_m + vehicle.gap_m)), 1)
    deep = max(int((shape.max_length_m + vehicle.aisle_m) // (vehicle.width_m + vehicle.aisle_m)), 1)
    spaces = usable_open_spaces(city, book).sort_values("open_space_id")
    for number, space in enumerate(spaces.itertuples()):
        column, row, centre, bearing = _lattice(space.geometry, vehicle)
        part = pd.DataFrame({"column": column, "row": row, "x": centre[:, 0], "y": centre[:, 1]})
        part["bearing"], part["space"] = bearing, number
        part["block"] = [
            f"{space.open_space_id}/{r // deep}/{c // wide}" for r, c in zip(row, column, strict=True)
        ]
        parts.append(part.sort_values(["block", "row", "column"], kind="stable"))
    empty = pd.DataFrame(columns=["column", "row", "x", "y", "bearing", "space", "block"])
    frame = pd.concat(parts, ignore_index=True) if parts else empty
    return _as_places(frame, spaces, use)


def _as_places(frame: pd.DataFrame, spaces: pd.DataFrame, use: Use) -> Places:
    count, vehicle = len(frame), use.vehicle
    x, y = frame["x"].to_numpy(dtype=float), frame["y"].to_numpy(dtype=float)
    angle = np.radians(frame["bearing"].to_numpy(dtype=float))
    unknown = np.full(count, np.nan)
    return Places(
        x_m=x,
        y_m=y,
        along=np.stack([np.sin(angle), np.cos(angle)], axis=-1),
        kerb_x_m=x,
        kerb_y_m=y,
        chainage_m=frame["column"].to_numpy(dtype=float) * (vehicle.length_m + vehicle.gap_m),
        line=pd.factorize(frame["block"])[0].astype(np.intp),
        step=np.arange(count),
        bend_m=np.zeros(count),
        recess_m=np.zeros(count),
        street=np.array(frame["space"], dtype=np.intp),
        side=np.zeros(count, dtype=np.int8),
        community=np.full(count, -1),
        clear_drive_m=unknown,
        clear_walk_m=np.full(count, vehicle.aisle_m - vehicle.queue_m),
        free_depth_m=unknown.copy(),
        use=use,
        streets=_table(spaces),
    )


def _table(spaces: pd.DataFrame) -> StreetTable:
    """Give the open spaces in the columns of streets."""

    def text(value: str) -> np.ndarray:
        return np.full(len(spaces), value, dtype=object)

    columns = {
        "street_id": spaces["open_space_id"].to_numpy(dtype=object),
        "name": spaces["name"].to_numpy(dtype=object),
        "name_en": spaces["name_en"].to_numpy(dtype=object),
        "street_class": text("open-space"),
        "width_status": text("given"),
    }
    return StreetTable(columns, np.zeros(0, dtype=object))
