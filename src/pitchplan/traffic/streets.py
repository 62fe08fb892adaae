"""What is known of the vehicles on each street: lanes, volumes, speeds, given or typical of the class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pitchplan.city.carriageways import derive_junctions
from pitchplan.city.widths import ASSUMED_WIDTH_M, LANE_M
from pitchplan.traffic.delay import NARROWEST_LANE_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["STOP_LINE_M", "TYPICAL", "Streets", "Typical", "stop_line_distances", "streets_of"]


class Typical(NamedTuple):
    """What a class of street has where nobody counted.

    Attributes
    ----------
    per_lane : float
        Vehicles per hour and lane in the season's busiest open hour.
    speed_kmh : float
        Speed of vehicles that nothing hinders.
    green_share : float
        Share of a signal's cycle in which the street has green.
    """

    per_lane: float
    speed_kmh: float
    green_share: float


TYPICAL: dict[str, Typical] = {
    "main": Typical(450.0, 50.0, 0.45),
    "secondary": Typical(325.0, 40.0, 0.40),
    "branch": Typical(250.0, 30.0, 0.40),
    "local": Typical(75.0, 30.0, 0.40),
    "lane": Typical(25.0, 20.0, 0.40),
    "service": Typical(25.0, 20.0, 0.40),
    "pedestrian": Typical(5.0, 20.0, 0.40),
}
"""Class-typical traffic; ours, set so that v/c at signals is about a half on busy streets. An unknown
class counts as branch. A count replaces the volume: column ``volume_veh_per_h`` of the streets."""

STOP_LINE_M = 50.0
"""Distance to the stop line where no junction is known, metres; ours."""
SIGNALLED = ("main", "secondary", "branch")
"""Where two streets of these classes meet, a signal is assumed; ours."""
STAND_M = 2.5
"""Width a stand is taken to have where the width left beside it is not known, metres; ours."""
MOST_LANES = 20.0


@dataclass(frozen=True, eq=False)
class Streets:
    """Traffic past some places, one entry each.

    Attributes
    ----------
    volume : numpy.ndarray of float
        Vehicles per hour in both directions together.
    given : numpy.ndarray of bool
        Whether the volume was given; else it is typical of the class.
    lanes : numpy.ndarray of float
        Lanes in both directions together.
    abreast : numpy.ndarray of float
        Lanes in the direction of the stand's side.
    ahead, oncoming : numpy.ndarray of float
        Vehicles per hour in that direction and against it; each half on a street with two directions.
    free_ms : numpy.ndarray of float
        Speed of vehicles that nothing hinders, m/s.
    green_share : numpy.ndarray of float
        Share of green at the signal.
    width_m : numpy.ndarray of float
        Width of the carriageway, metres.
    """

    volume: Floats
    given: NDArray[np.bool_]
    lanes: Floats
    abreast: Floats
    ahead: Floats
    oncoming: Floats
    free_ms: Floats
    green_share: Floats
    width_m: Floats

    def beside(self, clear_m: Floats) -> tuple[Floats, Floats]:
        """Return the width of one lane and the lanes of the direction that stay open beside a stand.

        Parameters
        ----------
        clear_m : numpy.ndarray of float
            Width left for vehicles of all directions, metres.

        Returns
        -------
        lane_m : numpy.ndarray of float
            The width left, shared by the lanes that stay; by both directions where each has one.
        open_lanes : numpy.ndarray of float
            All but the kerb lane, where they fit into the width left.
        """
        several = self.abreast >= 2
        both = np.where(self.oncoming > 0, 2.0, 1.0)
        lane_m = clear_m / np.where(several, np.maximum(self.lanes - 1.0, 1.0), both)
        return lane_m, np.minimum(self.abreast - 1.0, clear_m / NARROWEST_LANE_M)


def streets_of(places: pd.DataFrame, axes: pd.DataFrame) -> Streets:
    """Find the traffic that passes places.

    Parameters
    ----------
    places : pandas.DataFrame
        Columns street_id and street_class.
    axes : pandas.DataFrame
        Columns as `schemas.CENTRELINES`; a street that is not in it, and a cell that is empty, has
        what is typical of its class. Of several lines of one street the least lanes and width and
        the greatest volume hold.

    Returns
    -------
    Streets
    """
    known = _by_street(axes).reindex(places["street_id"].astype(str))
    street_class = places["street_class"].astype(str).to_numpy(dtype=object)
    typical = np.array([TYPICAL.get(c, TYPICAL["branch"]) for c in street_class], dtype=float).reshape(-1, 3)
    usual = np.array([ASSUMED_WIDTH_M.get(c, ASSUMED_WIDTH_M["branch"]) for c in street_class], dtype=float)
    width_m, lanes = known["width_m"].to_numpy(float), known["lanes"].to_numpy(float)
    width_m = np.where(width_m > 0, width_m, usual)
    lanes = np.where(lanes >= 1, np.minimum(lanes, MOST_LANES), np.maximum(1.0, width_m // LANE_M))
    oneway = known["oneway"].to_numpy(float) == 1.0
    abreast = np.where(oneway, lanes, np.maximum(1.0, lanes // 2))
    counted = known["volume_veh_per_h"].to_numpy(float)
    given = np.isfinite(counted) & (counted >= 0)
    volume = np.where(given, counted, typical[:, 0] * np.where(oneway, abreast, 2.0 * abreast))
    ahead = np.where(oneway, volume, volume / 2)
    return Streets(
        volume=volume,
        given=given,
        lanes=lanes,
        abreast=abreast,
        ahead=ahead,
        oncoming=volume - ahead,
        free_ms=typical[:, 1] / 3.6,
        green_share=typical[:, 2],
        width_m=width_m,
    )


def _by_street(axes: pd.DataFrame) -> pd.DataFrame:
    """Return lanes, width_m, volume_veh_per_h and oneway (0 or 1) of each street_id."""
    numbers = ["lanes", "width_m", "volume_veh_per_h"]
    frame = pd.DataFrame(axes).reindex(columns=["street_id", "oneway", *numbers])
    table = frame[numbers].apply(pd.to_numeric, errors="coerce").astype(float)
    table["oneway"] = frame["oneway"].isin(("yes", "reverse")).astype(float)
    how = {"lanes": "min", "width_m": "min", "volume_veh_per_h": "max", "oneway": "min"}
    return table.groupby(frame["street_id"].astype(str)).agg(how)


def stop_line_distances(places: pd.DataFrame, axes: pd.DataFrame) -> Floats:
    """Measure from places to the nearest junction that is assumed to have a signal.

    Parameters
    ----------
    places : pandas.DataFrame
        Columns x_m and y_m, where there are any.
    axes : pandas.DataFrame
        Columns as `schemas.CENTRELINES`.

    Returns
    -------
    numpy.ndarray of float, shape (places,)
        Metres in a straight line to about the junction's edge, ahead or behind: which way the
        vehicles drive is not asked. `STOP_LINE_M` where lines or coordinates are not known, or no
        two streets of the `SIGNALLED` classes meet.
    """
    out = np.full(len(places), STOP_LINE_M)
    drawn = isinstance(axes, gpd.GeoDataFrame) and {"street_class", "level", "width_m"} <= set(axes.columns)
    if not drawn or not {"x_m", "y_m"} <= set(places.columns):
        return out
    lines = axes[axes["street_class"].isin(SIGNALLED) & (axes["level"] == 0)]
    lines = lines[lines.geom_type == "LineString"]
    junctions = derive_junctions(lines).geometry.array if len(lines) else []
    x, y = places["x_m"].to_numpy(float), places["y_m"].to_numpy(float)
    placed = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if not len(junctions) or not len(placed):
        return out
    at = shapely.points(x[placed], y[placed])
    where, distance = shapely.STRtree(junctions).query_nearest(at, return_distance=True, all_matches=False)
    out[placed[where[0]]] = distance
    return out
