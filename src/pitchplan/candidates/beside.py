"""Places beside lines: at kerbs in the carriageway, on footways, and on the land behind them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pitchplan.candidates.arcs import Arcs, arcs_along
from pitchplan.candidates.areas import Areas
from pitchplan.candidates.clearance import DRIVE_REACH_M, WALK_REACH_M, Walls, sweep
from pitchplan.candidates.kerbs import KerbLines, kerb_lines
from pitchplan.candidates.places import Places
from pitchplan.candidates.streets import StreetFinder
from pitchplan.city.layers import City
from pitchplan.rules.vehicle import Use

__all__ = [
    "CORNER_SHARE",
    "ISLAND_M",
    "OFF_EDGE_M",
    "STEP_M",
    "Surroundings",
    "behind_kerb",
    "places_beside",
    "step_of",
    "surroundings_of",
    "with_widths",
]

STEP_M = 1.0
"""Greatest distance between the fine positions along a kerb, metres."""
CORNER_SHARE = 0.97
"""A chord shorter than this share of its arc turns a corner: no straight bay lies along it."""
OFF_EDGE_M = {"kerbside": 0.01, "footway": 0.45, "setback-land": 0.01}
"""Least distance between a bay and the line it stands beside, metres: on footways HCM 2000's kerb strip."""

ISLAND_M = 3.0
"""Ground between two kerbs that is shallower than this is a median or a spit, metres; ours."""

_ENDS_M = 0.5
_CHUNK = 60_000

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What places beside lines are measured against, built once for all chunks.

    Attributes
    ----------
    kerbs : KerbLines
        Edges of the carriageways.
    walk_edges : KerbLines
        Edges of carriageways and footways together.
    kerb_walls, building_walls, walk_walls : Walls
        Kerbs; buildings; and what ends a footway: buildings, the next kerb, and the outer edges of
        footways where these are known.
    carriageways, communities : Areas
    finder : StreetFinder
    own_width : bool
        Whether carriageways were made from axes, whose widths then bound what is free to drive.
    """

    kerbs: KerbLines
    walk_edges: KerbLines
    kerb_walls: Walls
    building_walls: Walls
    walk_walls: Walls
    carriageways: Areas
    communities: Areas
    finder: StreetFinder
    own_width: bool

    def lines(self, placement: str) -> KerbLines:
        """Give the lines that places of a placement stand beside."""
        return self.walk_edges if placement == "setback-land" else self.kerbs


def surroundings_of(city: City, placements: Collection[str]) -> Surroundings:
    """Build everything that places of some placements are measured against.

    Parameters
    ----------
    city : City
    placements : collection of str
        Footways are joined only where a placement asks for their edges.
    """
    kerbs = kerb_lines(city.streets)
    behind = {"footway", "setback-land"} & set(placements)
    walk_edges = kerb_lines(city.streets, city.footways) if behind else kerbs
    buildings = np.asarray(city.buildings.geometry.array)
    footways = walk_edges.rings if len(city.footways) else kerbs.rings[:0]
    kerb_walls, building_walls = Walls(kerbs.rings), Walls(buildings)
    return Surroundings(
        kerbs=kerbs,
        walk_edges=walk_edges,
        kerb_walls=kerb_walls,
        building_walls=building_walls,
        walk_walls=Walls(buildings, footways, kerbs.rings) if behind else building_walls,
        carriageways=Areas(kerbs.grounds),
        communities=Areas(np.asarray(city.communities.geometry.array)),
        finder=StreetFinder(city, kerb_walls),
        own_width=city.made_of_lines,
    )


def step_of(use: Use) -> float:
    """Distance between fine positions, metres: a whole part of the distance from bay to bay, at most 1 m."""
    pitch = use.vehicle.length_m + use.vehicle.gap_m
    return pitch / float(np.ceil(pitch / STEP_M - 1e-9))


def places_beside(around: Surroundings, use: Use, chunk: int = _CHUNK) -> Iterator[Places]:
    """Set a bay at every step of every line, chunk by chunk.

    The bay's long side lies on the chord of the line over its length, moved away until the whole bay
    lies beyond the line.

    Yields
    ------
    Places
        Without street, community and widths. What a place is does not depend on its chunk.
    """
    lines = around.lines(use.placement)
    arcs = arcs_along(lines.rings, step_of(use), use.vehicle.length_m)
    # A chunk holds whole rings or whole windows of one, so that no stretch is cut in two.
    begin = np.append(0, np.cumsum(arcs.count))
    for low in range(0, int(begin[-1]), chunk):
        low, high = (_cut(begin, at) for at in (low, min(low + chunk, int(begin[-1]))))
        position = np.arange(low, high)
        line = np.searchsorted(begin, position, side="right") - 1
        yield _beside(arcs, line, position - begin[line], use, around.finder)


def _cut(begin: NDArray[np.intp], at: int) -> int:
    """Move a cut back to the window of 16 steps it falls into."""
    if at >= begin[-1]:
        return at
    ring = int(np.searchsorted(begin, at, side="right")) - 1
    return at - (at - int(begin[ring])) % 16


def _beside(
    arcs: Arcs, line: NDArray[np.intp], step: NDArray[np.intp], use: Use, finder: StreetFinder
) -> Places:
    chords = arcs.chords(line, step)
    inward = np.stack([-chords.along[:, 1], chords.along[:, 0]], axis=-1)
    kerbside = use.placement == "kerbside"
    off = OFF_EDGE_M[use.placement] + (chords.inmost_m if kerbside else chords.outmost_m)
    sign = 1.0 if kerbside else -1.0
    edge = chords.middle + inward * (sign * off)[:, None]
    centre = edge + inward * (sign * use.vehicle.width_m / 2)
    count = len(line)
    straight = chords.length_m >= CORNER_SHARE * use.vehicle.length_m
    unknown = np.full(count, np.nan)
    return Places(
        x_m=centre[:, 0],
        y_m=centre[:, 1],
        along=chords.along,
        kerb_x_m=edge[:, 0],
        kerb_y_m=edge[:, 1],
        chainage_m=(step * arcs.step_m).astype(np.float64),
        line=line,
        step=step,
        bend_m=np.where(straight, chords.bend_m, np.inf),
        recess_m=chords.inmost_m + chords.outmost_m + OFF_EDGE_M[use.placement],
        street=np.full(count, -1),
        side=np.zeros(count, dtype=np.int8),
        community=np.full(count, -1),
        clear_drive_m=unknown,
        clear_walk_m=unknown.copy(),
        free_depth_m=unknown.copy(),
        use=use,
        streets=finder.table,
    )


def with_widths(places: Places, around: Surroundings) -> Places:
    """Return places with what is free in front of them and behind them.

    People walk from the kerb on, not from the bay's edge; where the queue stands nobody walks.
    """
    half, queue = places.width_m / 2, places.use.vehicle.queue_m
    if places.use.placement == "kerbside":
        depth = sweep(places, around.kerb_walls, places.width_m + DRIVE_REACH_M, left=True, offset_m=-half)
        clear = np.maximum(depth - places.width_m, 0.0)
        if around.own_width:
            # Where two carriageways that were made from axes touch, each keeps what its own axis says.
            own = places.of_street("width_m", np.inf).astype(np.float64) - places.width_m
            clear = np.minimum(clear, np.maximum(own, 0.0))
        return places.with_columns(
            clear_drive_m=clear,
            free_depth_m=np.minimum(depth, places.width_m),
            clear_walk_m=_walk(places, around.building_walls, half) - places.recess_m - queue,
        )
    behind = sweep(places, around.building_walls, places.width_m + WALK_REACH_M, left=False, offset_m=-half)
    if places.use.placement == "footway":
        walk = _walk(places, around.walk_walls, half) - queue
    else:
        # The land lies behind the footway: people walk between the bay and the kerb.
        walk = sweep(places, around.kerb_walls, WALK_REACH_M, left=True, offset_m=half) - queue
    return places.with_columns(free_depth_m=behind, clear_walk_m=walk)


def behind_kerb(places: Places, around: Surroundings) -> Floats:
    """Measure how deep the ground behind the kerb of kerbside places is, metres, at most `ISLAND_M`.

    What lies behind the last half metre of a bay's ends may be the corner that the kerb turns there.
    """
    begin = places.width_m / 2 + places.recess_m
    return sweep(places, around.kerb_walls, ISLAND_M, left=False, offset_m=begin, trim_m=_ENDS_M)


def _walk(places: Places, walls: Walls, offset_m: float) -> Floats:
    """Measure from the edge away from the street to the nearest wall; not a number where none is known."""
    if not len(walls):
        return np.full(len(places), np.nan)
    return sweep(places, walls, WALK_REACH_M, left=False, offset_m=offset_m)
