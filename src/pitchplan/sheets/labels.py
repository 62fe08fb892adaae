"""Set names along streets where there is room, none twice close by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pitchplan.sheets.lettering import LEAST_MM, has_cjk, text_width
from pitchplan.sheets.stretches import Stretches, band_of

if TYPE_CHECKING:
    import numpy as np
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
    found: dict[int, Stretches] = {}
    for turn in (0, 1):  # every street gets its first name before any gets its second
        for k, (rank, name, second, axis) in enumerate(streets):
            size = sizes[min(rank, len(sizes) - 1)]
            if k not in found:
                found[k] = Stretches(axis, _length(name, size), size, ground, junctions)
            for _ in range(1 if turn == 0 else 3):
                points = found[k].best(seen.get(name, []), apart_mm)
                if points is None:
                    break
                out.append(_set(name, size, rank, points, ground, seen))
                if second and rank <= 1:
                    small = max(size * 0.74, LEAST_MM)
                    beside = Stretches(axis, _length(second, small), small, ground, junctions)
                    middle = out[-1].points[len(out[-1].points) // 2]
                    points = beside.best(seen.get(second, []), apart_mm, middle)
                    if points is not None:
                        out.append(_set(second, small, rank, points, ground, seen, latin=True))
    return out


def _spacing(name: str, size: float) -> float:
    return size * (0.35 if has_cjk(name) else 0.02)


def _length(name: str, size: float) -> float:
    return text_width(name, size) + _spacing(name, size) * len(name)


def _set(
    name: str,
    size: float,
    rank: int,
    points: NDArray[np.float64],
    ground: Ground,
    seen: dict[str, list[NDArray[np.float64]]],
    *,
    latin: bool = False,
) -> StreetName:
    """Take a stretch for a name, to be read from left to right or from top to bottom."""
    seen.setdefault(name, []).append(points[len(points) // 2])
    ground.take(band_of(points, size))
    turn = points[-1] - points[0]
    steep = has_cjk(name) and abs(turn[1]) > 1.2 * abs(turn[0])
    backwards = turn[1] < 0 if steep else turn[0] < -1e-6 or (abs(turn[0]) <= 1e-6 and turn[1] > 0)
    if backwards:
        points = points[::-1]
    return StreetName(name, size, _spacing(name, size), points, steep, rank, latin)
