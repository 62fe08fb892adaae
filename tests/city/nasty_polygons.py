"""Nasty polygons by kind, and a reading of their area that shares nothing with the gate."""

import numpy as np
import shapely

KINDS = (
    *("bow-tie", "spike", "touching holes", "hole at an edge", "sliver", "repeated points"),
    *("loop outside", "loop inside", "hairpin", "hairpin inside", "holes that overlap"),
)


def _star(rng, centre, radius):
    """Draw a polygon of 5 to 14 corners whose every corner its centre sees."""
    n = int(rng.integers(5, 15))
    angle = np.sort((np.arange(n) + rng.uniform(0.1, 0.9, n)) * 2 * np.pi / n)
    reach = radius * rng.uniform(0.5, 1.0, n)
    return centre + np.column_stack([np.cos(angle), np.sin(angle)]) * reach[:, None]


def _wound(ring, rng):
    """Wind a ring either way and let it begin anywhere."""
    ring = np.roll(ring, int(rng.integers(len(ring))), axis=0)
    return ring[::-1] if rng.random() < 0.5 else ring


def _insert(ring, at, *points):
    return np.insert(ring, at, np.array(points), axis=0)


def nasty_polygon(kind, rng, centre, radius=20.0):
    """Draw one polygon of a kind.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    rng : numpy.random.Generator
    centre : array of shape (2,)
    radius : float
        Metres from the centre to the farthest corner of its body; spikes reach twice as far.
    """
    ring = _star(rng, np.asarray(centre), radius)
    corner = int(rng.integers(1, len(ring)))
    a, b = ring[corner - 1], ring[corner]
    out = centre + (b - centre) * rng.uniform(1.2, 2.0)
    if kind == "bow-tie":
        ring[[corner - 1, corner]] = ring[[corner, corner - 1]]
    elif kind == "spike":
        ring = _insert(ring, corner + 1, out, b)
    elif kind == "hairpin":
        half, third = a + (b - a) / 2, a + (b - a) / 3
        ring = _insert(ring, corner, half, third, half)
    elif kind == "hairpin inside":
        ring = _insert(ring, corner + 1, centre + (b - centre) * rng.uniform(0.2, 0.8), b)
    elif kind == "repeated points":
        ring = np.repeat(ring, rng.integers(1, 5, len(ring)), axis=0)
    elif kind == "loop outside":
        side = np.array([-(out - b)[1], (out - b)[0]]) * 0.1
        ring = _insert(ring, corner + 1, out + side, out - side, b)
        if rng.random() < 0.5:
            ring[[corner + 1, corner + 2]] = ring[[corner + 2, corner + 1]]
    elif kind == "loop inside":
        inner = centre + (b - centre) * 0.5
        side = np.array([-(inner - b)[1], (inner - b)[0]]) * 0.05
        ring = _insert(ring, corner + 1, inner + side, inner - side, b)
        if rng.random() < 0.5:
            ring[[corner + 1, corner + 2]] = ring[[corner + 2, corner + 1]]
    elif kind == "sliver":
        along = (b - a) / np.hypot(*(b - a)) * rng.uniform(10, 60)
        across = np.array([-along[1], along[0]]) / np.hypot(*along) * 10 ** rng.uniform(-4, -1)
        ring = np.array([a, a + along, a + along + across, a + across])
    holes = []
    if kind == "touching holes":
        tip = centre + rng.uniform(-1, 1, 2)
        wing = np.array([[0, 0], [6, 1], [6, -1]])
        holes = [tip + wing, tip - wing]
        if rng.random() < 0.5:
            holes[0] = np.array([b, *(centre + (b - centre) * 0.7 + [[0.5, 0.5], [0.5, -0.5]])])
    elif kind == "holes that overlap":
        holes = [np.array(shapely.box(*(centre - 2), *(centre + 2)).exterior.coords)[:-1] + d for d in (0, 1)]
    elif kind == "hole at an edge":
        on = [a + (b - a) * share for share in (0.3, 0.6)]
        holes = [np.array([*on, centre + (on[0] - centre) * 0.5])]
    return shapely.Polygon(_wound(ring, rng), [_wound(h, rng) for h in holes])


def even_odd_area(polygon):
    """Measure a polygon by the rule of even and odd crossings, face by face.

    A point belongs to it where a ray from there crosses all of its rings an odd number of times:
    whatever the rings' order, direction and validity.
    """
    rings = [np.asarray(r.coords)[:, :2] for r in (polygon.exterior, *polygon.interiors)]
    steps = np.concatenate([np.stack([r[:-1], r[1:]], axis=1) for r in rings])
    steps = steps[(steps[:, 0] != steps[:, 1]).any(axis=1)]
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(shapely.linestrings(steps))]))
    total = 0.0
    for face in faces:
        x, y = shapely.get_coordinates(shapely.point_on_surface(face))[0]
        (x0, y0), (x1, y1) = steps[:, 0].T, steps[:, 1].T
        straddles = (y0 > y) != (y1 > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            right = x < x0 + (y - y0) * (x1 - x0) / (y1 - y0)
        total += float(shapely.area(face)) * (np.count_nonzero(straddles & right) % 2)
    return total
