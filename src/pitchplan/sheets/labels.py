"""Set names along streets where there is room, none twice close by."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from pitchplan.sheets.lettering import LEAST_MM, has_cjk, text_width

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.sheets.ground import Ground

__all__ = ["StreetName", "name_streets"]


@dataclass(frozen=True, slots=True)
class StreetName:
    """A name set along a street, millimetres.

    Attributes
    ----------
    text : str
        The name.
    size : float
        Font size.
    spacing : float
        Extra space between letters.
    points : array of shape (k, 2)
        The baseline's middle line, in reading order.
    upright : bool
        Whether the letters stand upright one below the other, as Chinese names do on steep streets.
    rank : int
        0 for main streets.
    latin : bool
        Whether it is the second, Latin name.
    """

    text: str
    size: float
    spacing: float
    points: NDArray[np.float64]
    upright: bool
    rank: int
    latin: bool = False


def name_streets(
    streets: list[tuple[int, str, str, Any]],
    ground: Ground,
    *,
    sizes: tuple[float, ...],
    apart_mm: float = 80.0,
    junctions: Any = None,
) -> list[StreetName]:
    """Set names along streets where there is room, no name twice within a distance.

    Parameters
    ----------
    streets : list of (int, str, str, geometry)
        Rank (0 for main streets), name, second name or an empty text, and the merged axis in
        millimetres; the most important first.
    ground : Ground
        What is taken; the names' places are taken from it too.
    sizes : tuple of float
        Font size per rank, millimetres.
    apart_mm : float
        Least distance between two settings of one name.
    junctions : STRtree, optional
        Of points where streets meet or boundaries run; names rather stand between them.

    Returns
    -------
    list of StreetName
        What is set.
    """
    out: list[StreetName] = []
    seen: dict[str, list[NDArray[np.float64]]] = {}
    for turn in (0, 1):  # every street gets its first name before any gets its second
        for rank, name, second, axis in streets:
            size = sizes[min(rank, len(sizes) - 1)]
            for _ in range(1 if turn == 0 else 3):
                found = _set_name(name, size, rank, axis, ground, seen, apart_mm, junctions)
                if found is None:
                    break
                out.append(found)
                if second and rank <= 1:
                    small = _set_name(
                        second,
                        max(size * 0.74, LEAST_MM),
                        rank,
                        axis,
                        ground,
                        seen,
                        apart_mm,
                        junctions,
                        near=found,
                    )
                    if small is not None:
                        out.append(small)
    return out


def _set_name(
    name: str,
    size: float,
    rank: int,
    axis: Any,
    ground: Ground,
    seen: dict[str, list[NDArray[np.float64]]],
    apart_mm: float,
    junctions: Any,
    near: StreetName | None = None,
) -> StreetName | None:
    """Find the best stretch of an axis for a name, and take it."""
    chinese = has_cjk(name)
    spacing = size * (0.35 if chinese else 0.02)
    length = text_width(name, size) + spacing * len(name)
    best: tuple[float, NDArray[np.float64]] | None = None
    for line in shapely.get_parts(axis):
        if line.length < length + 1.0:
            continue
        for cost, points in _stretches(line, length, size, ground, junctions):
            middle = points[len(points) // 2]
            if any(float(np.hypot(*(middle - m))) < apart_mm for m in seen.get(name, [])):
                continue
            if near is not None:
                cost += 0.3 * float(np.hypot(*(middle - near.points[len(near.points) // 2])))
            if best is None or cost < best[0]:
                best = (cost, points)
    if best is None:
        return None
    points = best[1]
    seen.setdefault(name, []).append(points[len(points) // 2])
    ground.take(_thick(points, size))
    turn = points[-1] - points[0]
    steep = chinese and abs(turn[1]) > 1.2 * abs(turn[0])
    backwards = turn[1] < 0 if steep else turn[0] < -1e-6 or (abs(turn[0]) <= 1e-6 and turn[1] > 0)
    if backwards:
        points = points[::-1]
    return StreetName(name, size, spacing, points, steep, rank, near is not None)


def _stretches(
    line: Any, length: float, size: float, ground: Ground, junctions: Any
) -> list[tuple[float, NDArray[np.float64]]]:
    """Return what each free, nearly straight stretch of a line costs: bends, junctions, the line's ends."""
    n = max(2, math.ceil(line.length / 0.6))
    at = np.linspace(0.0, line.length, n + 1)
    points = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
    window = math.ceil(length / (line.length / n))
    taken = ground.taken_at(_thick(points, size)).reshape(4, n + 1).any(axis=0)
    before = np.concatenate([[0], np.cumsum(taken)])
    met = np.zeros(n + 1)
    if junctions is not None:
        met[np.unique(junctions.query(shapely.points(points), predicate="dwithin", distance=0.6)[0])] = 1.0
    meetings = np.concatenate([[0.0], np.cumsum(met)])
    start = np.arange(1, n - window, 2)
    end = start + window
    chord = points[end] - points[start]
    span = np.hypot(chord[:, 0], chord[:, 1])
    fine = (before[end + 1] == before[start]) & (span >= 1e-6)
    start, end, chord, span = start[fine], end[fine], chord[fine], span[fine]
    if not len(start):
        return []
    # How far each point of a stretch lies off its chord: (x - a) x chord / |chord|.
    stretches = points[start[:, None] + np.arange(window + 1)] - points[start][:, None]
    off = (stretches[..., 1] * chord[:, :1] - stretches[..., 0] * chord[:, 1:]) / span[:, None]
    bend = off.max(axis=1) - off.min(axis=1)
    cost = (
        0.8 * bend + 0.5 * (meetings[end + 1] - meetings[start]) + 1.5 * np.abs((start + end) / 2 / n - 0.5)
    )
    straight = np.flatnonzero(bend <= 0.1 * span).tolist()
    return [(float(cost[k]), points[start[k] : end[k] + 1]) for k in straight]


def _thick(points: NDArray[np.float64], size: float) -> NDArray[np.float64]:
    """Return points that fill the band a name covers."""
    step = np.gradient(points, axis=0)
    norm = np.hypot(step[:, 0], step[:, 1])
    norm[norm == 0] = 1.0
    normal = np.column_stack([-step[:, 1], step[:, 0]]) / norm[:, None]
    return np.concatenate([points + normal * size * k for k in (-0.55, -0.2, 0.2, 0.55)])
