"""Plane geometry the long way: loops over corners, edges and grid points, no library of shapes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

STEP_M = 0.05
GRID_M = 0.02


def corners(x, y, bearing, length, width) -> np.ndarray:
    """Give a rectangle's corners: back right, front right, front left, back left of its bearing."""
    along, left = axes_of(bearing)
    c = np.array([x, y])
    ends = [
        (-length / 2, -width / 2),
        (length / 2, -width / 2),
        (length / 2, width / 2),
        (-length / 2, width / 2),
    ]
    return np.array([c + s * along + t * left for s, t in ends])


def axes_of(bearing) -> tuple[np.ndarray, np.ndarray]:
    a = np.radians(bearing)
    return np.array([np.sin(a), np.cos(a)]), np.array([-np.cos(a), np.sin(a)])


def outline(box: np.ndarray) -> np.ndarray:
    """Set points along the edges of a ring of corners, every few centimetres, corners among them."""
    out = []
    for p, q in zip(box, np.roll(box, -1, axis=0), strict=True):
        n = max(1, int(np.ceil(np.hypot(*(q - p)) / STEP_M)))
        out.append(p + np.linspace(0, 1, n, endpoint=False)[:, None] * (q - p))
    return np.concatenate(out)


def edges(points: np.ndarray, *, closed: bool) -> np.ndarray:
    """Give the edges of a chain of points, shape (edges, 2, 2)."""
    if closed:
        points = points if (points[0] == points[-1]).all() else np.vstack([points, points[:1]])
    return np.stack([points[:-1], points[1:]], axis=1)


def to_edges(points: np.ndarray, segments: np.ndarray) -> np.ndarray:
    """Measure from points to edges, shape (points, edges)."""
    a, d = segments[:, 0], segments[:, 1] - segments[:, 0]
    long2 = np.maximum((d * d).sum(axis=1), 1e-18)
    t = np.clip(((points[:, None] - a) * d).sum(axis=2) / long2, 0, 1)
    return np.hypot(*np.moveaxis(points[:, None] - (a + t[..., None] * d), 2, 0))


def inside(points: np.ndarray, rings: list[np.ndarray]) -> np.ndarray:
    """Tell which points lie in a polygon: a ray from each crosses its rings an odd number of times."""
    odd = np.zeros(len(points), dtype=bool)
    for ring in rings:
        for (ax, ay), (bx, by) in edges(ring, closed=True):
            if ay == by:
                continue
            hit = (points[:, 1] < ay) != (points[:, 1] < by)
            odd ^= hit & (points[:, 0] < ax + (points[:, 1] - ay) * (bx - ax) / (by - ay))
    return odd


class Shape:
    """A point, line or polygon as its corners and edges."""

    def __init__(self, geometry) -> None:
        self.rings: list[np.ndarray] = []
        parts = []
        if geometry.geom_type == "Polygon":
            self.rings = [np.array(r.coords)[:, :2] for r in (geometry.exterior, *geometry.interiors)]
            parts = [edges(r, closed=True) for r in self.rings]
        elif geometry.geom_type == "LineString":
            parts = [edges(np.array(geometry.coords)[:, :2], closed=False)]
        elif geometry.geom_type == "Point":
            p = np.array(geometry.coords)[:, :2]
            parts = [np.stack([p, p], axis=1)]
        else:
            raise ValueError(geometry.geom_type)
        self.edges = np.concatenate(parts)
        low, high = self.edges.min(axis=(0, 1)), self.edges.max(axis=(0, 1))
        self.bounds = (*low, *high)

    def far(self, box: np.ndarray, reach: float) -> bool:
        """Tell whether it is surely further off than a reach."""
        low, high = box.min(axis=0) - reach, box.max(axis=0) + reach
        return bool(
            self.bounds[0] > high[0]
            or self.bounds[1] > high[1]
            or self.bounds[2] < low[0]
            or self.bounds[3] < low[1]
        )

    def away(self, box: np.ndarray) -> float:
        """Measure from a rectangle: from points all along its edges, and from its own corners back."""
        mine = edges(box, closed=True)
        least = min(to_edges(outline(box), self.edges).min(), to_edges(self.edges.reshape(-1, 2), mine).min())
        if inside(self.edges[:1, 0], [box])[0] or (self.rings and inside(box[:1], self.rings)[0]):
            return 0.0
        return float(least)

    def nearest(self, point: np.ndarray) -> tuple[float, np.ndarray]:
        """Give the distance from a point and where it is nearest."""
        if self.rings and inside(point[None], self.rings)[0]:
            return 0.0, point
        away = to_edges(point[None], self.edges)[0]
        k = int(away.argmin())
        a, d = self.edges[k, 0], self.edges[k, 1] - self.edges[k, 0]
        t = np.clip(((point - a) @ d) / max(d @ d, 1e-18), 0, 1)
        return float(away[k]), a + t * d

    def area_in(self, box: np.ndarray) -> float:
        """Measure how much of a rectangle a polygon covers."""
        total = 0.0
        for k, ring in enumerate(self.rings):
            total += (1 if k == 0 else -1) * abs(_shoelace(clipped(ring[:-1], box)))
        return total


def clipped(ring: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Cut a ring by the four sides of a rectangle, one after the other."""
    out = [tuple(p) for p in ring]
    for p, q in zip(box, np.roll(box, -1, axis=0), strict=True):
        d = q - p

        def side(z, p=p, d=d):
            return d[0] * (z[1] - p[1]) - d[1] * (z[0] - p[0])

        new = []
        for k, b in enumerate(out):
            a = out[k - 1]
            sa, sb = side(a), side(b)
            if (sa >= 0) != (sb >= 0):
                t = sa / (sa - sb)
                new.append((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
            if sb >= 0:
                new.append(b)
        out = new
        if not out:
            break
    return np.array(out).reshape(-1, 2)


def _shoelace(ring: np.ndarray) -> float:
    if len(ring) < 3:
        return 0.0
    x, y = (ring - ring[0]).T
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)


def uncovered(box: np.ndarray, shapes: list[Shape]) -> float:
    """Measure how much of a rectangle no polygon covers: whole where one does, else point by point."""
    whole = abs(_shoelace(box))
    near = [s for s in shapes if not s.far(box, 0.0)]
    covered = [s.area_in(box) for s in near]
    if not near or max(covered) < 1e-9:
        return whole
    if max(covered) > whole - 1e-6:
        return 0.0
    if sum(c > 1e-9 for c in covered) == 1:
        return whole - max(covered)
    a, u, v = box[0], box[1] - box[0], box[3] - box[0]
    n, m = (max(1, int(np.ceil(np.hypot(*w) / GRID_M))) for w in (u, v))
    s, t = np.meshgrid((np.arange(n) + 0.5) / n, (np.arange(m) + 0.5) / m)
    points = a + s.reshape(-1, 1) * u + t.reshape(-1, 1) * v
    free = np.ones(len(points), dtype=bool)
    for shape in near:
        free[free] &= ~inside(points[free], shape.rings)
    return whole * float(free.mean())


def border(shapes: list[Shape]) -> np.ndarray:
    """Give the edges of joined polygons: those pieces of their edges that lie in no other."""
    out = []
    for k, shape in enumerate(shapes):
        others = [s for j, s in enumerate(shapes) if j != k]
        for a, b in shape.edges:
            d = b - a
            cuts = {0.0, 1.0}
            for s in others:
                for p, q in s.edges:
                    e = q - p
                    cross = d[0] * e[1] - d[1] * e[0]
                    if abs(cross) > 1e-12:
                        t = ((p - a)[0] * e[1] - (p - a)[1] * e[0]) / cross
                        r = ((p - a)[0] * d[1] - (p - a)[1] * d[0]) / cross
                        if 0 < t < 1 and -1e-12 <= r <= 1 + 1e-12:
                            cuts.add(float(t))
            marks = sorted(cuts)
            for lo, hi in pairwise(marks):
                middle = (a + (lo + hi) / 2 * d)[None]
                if hi - lo > 1e-12 and not any(inside(middle, s.rings)[0] for s in others):
                    out.append((a + lo * d, a + hi * d))
    return np.array(out).reshape(-1, 2, 2)


def in_strip(
    segments: np.ndarray, start: np.ndarray, along: np.ndarray, away: np.ndarray, half: float, reach: float
):
    """Clip edges to the strip that leads away from a middle; give the depths of what is left."""
    a, b = segments[:, 0] - start, segments[:, 1] - start
    sa, sb, ta, tb = a @ along, b @ along, a @ away, b @ away
    found = []
    for s0, s1, t0, t1 in zip(sa, sb, ta, tb, strict=True):
        lo, hi = 0.0, 1.0
        for v0, v1, low, high in ((s0, s1, -half, half), (t0, t1, 0.0, reach)):
            if v0 == v1:
                if not low <= v0 <= high:
                    hi = -1.0
                continue
            p, q = sorted(((low - v0) / (v1 - v0), (high - v0) / (v1 - v0)))
            lo, hi = max(lo, p), min(hi, q)
        if lo <= hi:
            found += [t0 + lo * (t1 - t0), t0 + hi * (t1 - t0)]
    return found
