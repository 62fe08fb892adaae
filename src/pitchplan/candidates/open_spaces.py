"""Places in squares, car parks and market places: a lattice of rows with aisles between them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pitchplan.candidates.places import Places, rectangles
from pitchplan.candidates.streets import communities_of
from pitchplan.city.layers import City
from pitchplan.demand.season import Season
from pitchplan.rules.book import RuleBook, Vehicle
from pitchplan.rules.effects import RunShape

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


def open_space_places(
    city: City,
    book: RuleBook,
    vehicle: Vehicle,
    season: Season,
    shape: RunShape,
    first_line: int,
) -> Places:
    """Set bays in rows over every usable open space.

    Parameters
    ----------
    city, book, vehicle, season
        What to place, where, by which rules.
    shape : RunShape
        A block, which becomes one run, is no longer and no deeper than a run may be.
    first_line : int
        Number of the first block, after the kerb lines.

    Returns
    -------
    Places
        In order of block, row and column; ``line`` numbers the blocks.
    """
    parts: list[pd.DataFrame] = []
    wide = max(int((shape.max_length_m + vehicle.gap_m) // (vehicle.length_m + vehicle.gap_m)), 1)
    deep = max(int((shape.max_length_m + vehicle.aisle_m) // (vehicle.width_m + vehicle.aisle_m)), 1)
    for space in usable_open_spaces(city, book).sort_values("open_space_id").itertuples():
        column, row, centre, bearing = _lattice(space.geometry, vehicle)
        part = pd.DataFrame({"column": column, "row": row, "x": centre[:, 0], "y": centre[:, 1]})
        part["bearing"], part["id"] = bearing, space.open_space_id
        part["name"], part["name_en"] = space.name, space.name_en
        part["block"] = [
            f"{space.open_space_id}/{r // deep}/{c // wide}" for r, c in zip(row, column, strict=True)
        ]
        parts.append(part.sort_values(["block", "row", "column"], kind="stable"))
    empty = pd.DataFrame(columns=["column", "row", "x", "y", "bearing", "id", "name", "name_en", "block"])
    frame = pd.concat(parts, ignore_index=True) if parts else empty
    return _as_places(city, frame, vehicle, season, first_line)


def _as_places(
    city: City,
    frame: pd.DataFrame,
    vehicle: Vehicle,
    season: Season,
    first_line: int,
) -> Places:
    count = len(frame)
    block = pd.factorize(frame["block"])[0].astype(np.intp)
    x, y = frame["x"].to_numpy(dtype=float), frame["y"].to_numpy(dtype=float)

    def text(value: str) -> NDArray[np.object_]:
        return np.full(count, value, dtype=object)

    return Places(
        x_m=x,
        y_m=y,
        bearing_deg=frame["bearing"].to_numpy(dtype=float),
        kerb_x_m=x,
        kerb_y_m=y,
        chainage_m=frame["column"].to_numpy(dtype=float) * (vehicle.length_m + vehicle.gap_m),
        line=first_line + block,
        step=np.arange(count),
        axis=np.full(count, -1),
        street_id=frame["id"].to_numpy(dtype=object),
        street=frame["name"].to_numpy(dtype=object),
        street_en=frame["name_en"].to_numpy(dtype=object),
        street_class=text("open-space"),
        side=text(""),
        width_status=text("given"),
        community=communities_of(city, np.stack([x, y], axis=-1)) if count else np.zeros(0, dtype=np.intp),
        clear_drive_m=np.full(count, np.nan),
        clear_walk_m=np.full(count, vehicle.aisle_m),
        free_depth_m=np.full(count, np.nan),
        run=np.full(count, -1),
        placement=text("open-space"),
        length_m=vehicle.length_m,
        width_m=vehicle.width_m,
        axes=np.asarray(city.centrelines.geometry.array),
        hours=season.intervals,
    )
