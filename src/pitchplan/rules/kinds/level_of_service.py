"""Level of service: beside a pitch people pass with no more crowding than a level of the HCM allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from pitchplan.rules.effects import Ban, Refused, nothing_refused, refused_where
from pitchplan.rules.kinds.setback import across_axis
from pitchplan.rules.rule import MARGIN_M, Parameter, Rule

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from pitchplan.candidates.places import Places
    from pitchplan.city.layers import City
    from pitchplan.rules.vehicle import Use

GREATEST_FLOW = {"A": 16.0, "B": 23.0, "C": 33.0, "D": 49.0, "E": 75.0}
"""People per minute and metre of effective width (HCM 2000)."""
SHY_M = {"kerbside": 0.45 + 0.6, "footway": 0.6, "setback-land": 0.45}
"""What people keep off: 0.45 m of the kerb, 0.6 m of a wall (HCM 2000), unless the pitch stands between."""
FOOTWAY_M = 15.0
"""How far from its kerb a place looks for a footway with a known flow, metres."""

PARAMETERS = {"level": Parameter(str, "worst level of service that is allowed", choices=tuple(GREATEST_FLOW))}


def _counted(city: City) -> gpd.GeoDataFrame:
    """Give the footways on the ground whose flow is known."""
    flow = pd.to_numeric(city.footways["flow_per_15min"], errors="coerce")
    return city.footways.assign(flow_per_15min=flow)[
        (flow.notna() & (city.footways["level"] == 0)).to_numpy()
    ]


def missing(rule: Rule, city: City) -> str:
    """Say that nobody counted people on any footway, or nothing."""
    return "" if len(_counted(city)) else "no footway has a flow of people"


def ban(rule: Rule, city: City, use: Use) -> Ban:
    """Refuse places beside which the flow of people is greater than the level's.

    Flow v = v15 / (15 · W_E), people per minute and metre: v15 is the flow of the nearest counted
    footway on the place's side of the street, within 15 m of its kerb; the effective width W_E is
    the clear width to walk, without the queue, less what people keep off kerb and wall. Where there is
    no such footway, or no width, nothing is measured; off the street nothing is asked.
    """
    counted = _counted(city)
    shapes = np.asarray(counted.geometry.array)
    flow = counted["flow_per_15min"].to_numpy(dtype=float)
    tree = shapely.STRtree(shapes)
    most = GREATEST_FLOW[rule["level"]]

    def measure(places: Places) -> Refused:
        if use.placement == "open-space":
            return nothing_refused()
        footway = _nearest(places, shapes, tree)
        width = places.clear_walk_m - SHY_M[use.placement] - MARGIN_M
        known = (footway >= 0) & np.isfinite(width)
        people = np.append(flow, np.nan)[footway]
        with np.errstate(divide="ignore", invalid="ignore"):
            crowd = np.where(people == 0, 0.0, people / (15 * np.maximum(width, 0.0)))
        return refused_where(known & (crowd > most), crowd, footway, int(known.sum()), np.flatnonzero(~known))

    return Ban(measure, most, counted["footway_id"].to_numpy(dtype=object))


def _nearest(places: Places, shapes: NDArray[np.object_], tree: shapely.STRtree) -> NDArray[np.intp]:
    """Give the nearest footway on each place's side, within reach of its kerb; -1 where there is none."""
    far = np.full(len(places), FOOTWAY_M)
    stretch, item = tree.query(places.stretches.spans(places.kerb_x_m, places.kerb_y_m, far, far))
    row, column = np.nonzero(places.stretches.real[stretch])
    place, footway = places.stretches.index[stretch[row], column], item[row]
    kerb = shapely.points(places.kerb_x_m[place], places.kerb_y_m[place])
    away = shapely.distance(kerb, shapes[footway])
    near = away <= FOOTWAY_M
    place, footway, away = place[near], footway[near], away[near]
    own = ~across_axis(places, place, shapes[footway])
    place, footway, away = place[own], footway[own], away[own]
    order = np.lexsort((footway, away, place))
    first = order[np.flatnonzero(np.diff(place[order], prepend=-1))]
    nearest = np.full(len(places), -1)
    nearest[place[first]] = footway[first]
    return nearest
