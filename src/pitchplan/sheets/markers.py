"""Place numbered markers so that none covers another, with leaders to the true spots."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from pitchplan.errors import Fault, InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pitchplan.sheets.page import Rect

__all__ = ["GAP", "Marker", "place_markers"]

GAP = 0.5  # least space between two markers, millimetres
# How far beyond its edge a marker may stand from its spot, millimetres.
_NEAR = (1.3, 2.2, 3.4, 5.0, 7.0, 9.5, 12.5)
_FAR = (*_NEAR, 16.0, 20.0, 25.0, 31.0, 38.0, 46.0, 60.0)


@dataclass(frozen=True, slots=True)
class Marker:
    """A numbered marker on the paper, millimetres.

    Attributes
    ----------
    x, y : float
        Centre of the circle.
    spot_x, spot_y : float
        The true place.
    radius : float
        The circle's radius.
    flag : float
        How far the flag with the capacity reaches beyond the circle.
    """

    x: float
    y: float
    spot_x: float
    spot_y: float
    radius: float
    flag: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, upper, right and lower edge."""
        return (
            self.x - self.radius,
            self.y - self.radius,
            self.x + self.radius + self.flag,
            self.y + self.radius,
        )


def place_markers(
    spots: NDArray[np.float64],
    flags: NDArray[np.float64],
    frame: Rect,
    *,
    radius: float,
    shy_of: NDArray[np.float64],
    keep_out: tuple[Rect, ...] = (),
) -> list[Marker]:
    """Place one marker per spot so that none covers another or the frame.

    Parameters
    ----------
    spots : array of shape (n, 2)
        The true places, millimetres.
    flags : array of shape (n,)
        How far each flag reaches beyond its circle, millimetres.
    frame : Rect
        The map's frame.
    radius : float
        The circles' radius, millimetres.
    shy_of : array of shape (k, 2)
        Points that should rather stay visible: pitches, symbols.
    keep_out : tuple of Rect
        Where no marker may stand: an inset, and what it enlarges.

    Returns
    -------
    list of Marker
        In the spots' order.

    Raises
    ------
    InputError
        There are more spots than the paper has room for.

    Notes
    -----
    Greedy, the most crowded spots first, over rings of positions around each spot; then each marker
    is taken up and set down again, three times. What it costs: length of the leader, covering
    other spots and pitches, leaders that cross or run under markers.
    """
    n = len(spots)
    if n == 0:
        return []
    apart = np.hypot(spots[:, None, 0] - spots[None, :, 0], spots[:, None, 1] - spots[None, :, 1])
    order = np.lexsort((np.arange(n), -(apart < 12).sum(axis=1)))
    centres = np.full((n, 2), np.nan)
    known: dict[tuple[int, tuple[float, ...] | None], _Options] = {}  # they do not move with the markers
    for _ in range(4):
        before = centres.copy()
        for i in map(int, order):
            centres[i] = np.nan
            # Near places first: the far ones cost more than any near one is likely to.
            for reach in (_NEAR, _FAR, None):
                if (i, reach) not in known:
                    at = _positions(spots[i], radius, flags[i], frame, reach)
                    known[i, reach] = _options(
                        i, _outside(at, radius, flags[i], keep_out), spots, flags, radius, shy_of
                    )
                options = known[i, reach]
                cost = _cost(i, options, spots, centres, flags, radius)
                if len(cost) and cost.min() < (_NEAR[-1] if reach is _NEAR else np.inf):
                    break
            if not len(cost) or not np.isfinite(cost).any():
                raise InputError(
                    Fault(
                        f"{n} spots are too many for this paper",
                        "Take a larger paper",
                        "map_sheet",
                        column="paper",
                    )
                )
            centres[i] = options.places[int(np.argmin(cost))]
        if np.array_equal(before, centres):
            break  # no marker would ever move again
    return [
        Marker(float(c[0]), float(c[1]), float(s[0]), float(s[1]), radius, float(f))
        for c, s, f in zip(centres, spots, flags, strict=True)
    ]


def _inside(options: NDArray[np.float64], frame: Rect, radius: float, flag: float) -> NDArray[np.float64]:
    edge = radius + 0.6
    x, y = options[:, 0], options[:, 1]
    fits = (
        (x >= frame.x + edge)
        & (x + flag <= frame.right - edge)
        & (y >= frame.y + edge)
        & (y <= frame.bottom - edge)
    )
    return np.asarray(options[fits])


def _outside(
    options: NDArray[np.float64], radius: float, flag: float, keep_out: tuple[Rect, ...]
) -> NDArray[np.float64]:
    x, y = options[:, 0], options[:, 1]
    for r in keep_out:
        free = (
            (x + radius + flag < r.x) | (x - radius > r.right) | (y + radius < r.y) | (y - radius > r.bottom)
        )
        options, x, y = options[free], x[free], y[free]
    return options


def _positions(
    spot: NDArray[np.float64], radius: float, flag: float, frame: Rect, reach: tuple[float, ...] | None
) -> NDArray[np.float64]:
    """Return rings of positions around a spot, or a grid of them all over the frame."""
    if reach is None:
        return _everywhere(frame, radius, flag)
    out = radius + np.array(reach)
    angle = np.arange(24) * (math.tau / 24) + math.tau / 48
    x = spot[0] + np.outer(out, np.cos(angle)).ravel()
    y = spot[1] + np.outer(out, np.sin(angle)).ravel()
    # To the left, the flag stands between circle and spot.
    x = np.where(np.tile(np.cos(angle), len(out)) < -0.4, x - flag, x)
    return _inside(np.column_stack([x, y]), frame, radius, flag)


def _everywhere(frame: Rect, radius: float, flag: float) -> NDArray[np.float64]:
    xs = np.arange(frame.x, frame.right, radius)
    ys = np.arange(frame.y, frame.bottom, radius)
    return _inside(np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2), frame, radius, flag)


@dataclass(frozen=True, slots=True)
class _Options:
    """Where a spot's marker may stand, and what each place costs whatever the other markers do."""

    places: NDArray[np.float64]
    boxes: NDArray[np.float64]  # left, upper, right, lower edge
    cost: NDArray[np.float64]


def _options(
    i: int,
    places: NDArray[np.float64],
    spots: NDArray[np.float64],
    flags: NDArray[np.float64],
    radius: float,
    shy_of: NDArray[np.float64],
) -> _Options:
    left, right = places[:, 0] - radius, places[:, 0] + radius + flags[i]
    top, bottom = places[:, 1] - radius, places[:, 1] + radius
    near_x = np.clip(spots[i, 0], left, right) - spots[i, 0]
    near_y = np.clip(spots[i, 1], top, bottom) - spots[i, 1]
    cost = np.hypot(near_x, near_y)
    others = np.delete(np.arange(len(spots)), i)
    cost = cost + 6.0 * _covered(left, right, top, bottom, spots[others], 0.8).sum(axis=1)
    cost += 0.7 * _covered(left, right, top, bottom, shy_of, 0.2).sum(axis=1)
    # A marker on its own spot would hide the very pitches it points at.
    cost += 3.0 * (cost < 0.3)
    return _Options(places, np.column_stack([left, top, right, bottom]), cost)


def _cost(
    i: int,
    options: _Options,
    spots: NDArray[np.float64],
    centres: NDArray[np.float64],
    flags: NDArray[np.float64],
    radius: float,
) -> NDArray[np.float64]:
    places, cost = options.places, options.cost.copy()
    if not len(places):
        return cost
    left, top, right, bottom = options.boxes.T
    placed = np.flatnonzero(np.isfinite(centres[:, 0]))
    # Only markers whose box or leader comes near any option can matter.
    low, high = places.min(axis=0) - 20, places.max(axis=0) + 20
    least, most = np.minimum(centres, spots)[placed], np.maximum(centres, spots)[placed]
    placed = placed[((most >= low) & (least <= high)).all(axis=1)]
    if len(placed):
        c = centres[placed]
        clash = (
            (left[:, None] < c[:, 0] + radius + flags[placed] + GAP)
            & (right[:, None] > c[:, 0] - radius - GAP)
            & (top[:, None] < c[:, 1] + radius + GAP)
            & (bottom[:, None] > c[:, 1] - radius - GAP)
        )
        cost += 8.0 * _leaders_cross(spots[i], places, spots[placed], c)
        boxes = shapely.box(
            c[:, 0] - radius, c[:, 1] - radius, c[:, 0] + radius + flags[placed], c[:, 1] + radius
        )
        own = shapely.linestrings(np.stack([np.broadcast_to(spots[i], places.shape), places], axis=1))
        cost += 8.0 * shapely.intersects(own[:, None], boxes[None, :]).sum(axis=1)
        theirs = shapely.linestrings(np.stack([spots[placed], c], axis=1))
        mine = shapely.box(left, top, right, bottom)
        cost += 8.0 * shapely.intersects(mine[:, None], theirs[None, :]).sum(axis=1)
        cost[clash.any(axis=1)] = np.inf
    return cost


def _covered(
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    top: NDArray[np.float64],
    bottom: NDArray[np.float64],
    points: NDArray[np.float64],
    margin: float,
) -> NDArray[np.bool_]:
    x, y = points[:, 0], points[:, 1]
    return np.asarray(
        (x > left[:, None] - margin)
        & (x < right[:, None] + margin)
        & (y > top[:, None] - margin)
        & (y < bottom[:, None] + margin)
    )


def _leaders_cross(
    spot: NDArray[np.float64],
    options: NDArray[np.float64],
    starts: NDArray[np.float64],
    ends: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Count how many leaders each option's leader would cross."""

    def side(a: Any, b: Any, p: Any) -> Any:
        return np.sign(
            (b[..., 0] - a[..., 0]) * (p[..., 1] - a[..., 1])
            - (b[..., 1] - a[..., 1]) * (p[..., 0] - a[..., 0])
        )

    a, b = spot[None, None, :], options[:, None, :]
    c, d = starts[None, :, :], ends[None, :, :]
    crossing = (side(a, b, c) * side(a, b, d) < 0) & (side(c, d, a) * side(c, d, b) < 0)
    return np.asarray(crossing.sum(axis=1))
