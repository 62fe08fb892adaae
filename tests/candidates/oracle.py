"""What the rules say of places, the plain way: shapely, everything that is near, no shortcuts."""

import numpy as np
import pandas as pd
import shapely

DRIVE_M, WALK_M, EDGE_M = 25.0, 10.0, 0.001
AXIS_M, TURN = 25.0, np.sin(np.radians(30.0))


class Pose:
    """Where rectangles lie: centre, unit vectors along and towards the carriageway, kerb edge."""

    def __init__(self, centre, along, length_m, width_m):
        self.centre, self.along = centre, along
        self.inward = np.stack([-self.along[:, 1], self.along[:, 0]], axis=1)
        self.length_m, self.width_m = length_m, width_m
        self.kerb = self.centre - self.inward * width_m / 2

    def strip(self, start, depth, *, inward=True, thin=EDGE_M):
        """Draw strips that lead away from the long side, a millimetre narrower at both ends."""
        away = self.inward if inward else -self.inward
        half = self.along * (self.length_m / 2 - thin)
        far = start + away * depth
        return shapely.polygons(np.stack([start - half, start + half, far + half, far - half], axis=1)), away

    @property
    def boxes(self):
        return self.strip(self.kerb, self.width_m, thin=0.0)[0]


def segments_of(shapes):
    coords, owner = shapely.get_coordinates(shapes, return_index=True)
    same = owner[1:] == owner[:-1]
    return shapely.linestrings(np.stack([coords[:-1][same], coords[1:][same]], axis=1)), owner[:-1][same]


def depth(pose, start, reach, walls, *, inward=True):
    """Clip every wall to every strip with GEOS and take the least depth of what is left."""
    strips, away = pose.strip(start, reach, inward=inward)
    at, wall = shapely.STRtree(walls).query(strips, predicate="intersects")
    pieces = shapely.intersection(strips[at], walls[wall])
    coords, piece = shapely.get_coordinates(pieces, return_index=True)
    deep = ((coords - start[at[piece]]) * away[at[piece]]).sum(axis=1)
    near = pd.Series(deep).groupby(piece).agg(["min", "max"])
    counts = near["max"] > EDGE_M
    least = near["min"][counts].groupby(at[near.index[counts]]).min()
    out = np.full(len(start), reach)
    out[least.index] = np.clip(least, 0.0, reach)
    return out


def street_of(city, pose):
    """Measure to every axis near, and keep the nearest that runs along the kerb on the carriageway's side."""
    axes = city.centrelines
    ground = np.flatnonzero((axes["level"] == 0).to_numpy())
    pieces, owner = segments_of(axes.geometry.array[ground])
    kerb = shapely.points(pose.kerb)
    at, piece = shapely.STRtree(pieces).query(kerb, predicate="dwithin", distance=AXIS_M)
    row = ground[owner[piece]]
    ends = shapely.get_coordinates(pieces[piece]).reshape(-1, 2, 2)
    unit = ends[:, 1] - ends[:, 0]
    unit /= np.hypot(*unit.T)[:, None]
    link = shapely.get_coordinates(shapely.shortest_line(kerb[at], pieces[piece])).reshape(-1, 2, 2)
    away = link[:, 1] - link[:, 0]
    across = (pose.along[at] * unit[:, ::-1] * [1, -1]).sum(axis=1)
    left, ahead = (pose.inward[at] * away).sum(axis=1), (pose.along[at] * away).sum(axis=1)
    far = np.hypot(*away.T)
    most = axes["width_m"].to_numpy(dtype=float)[row] / 2 + 2.0 if city.made_of_lines else AXIS_M
    fits = (np.abs(across) <= TURN) & (left > 0) & (np.abs(ahead) <= np.minimum(left, 3.0)) & (far <= most)
    found = pd.DataFrame({"at": at, "far": far, "row": row})[fits].sort_values(["at", "far", "row"])
    first = found.drop_duplicates("at")
    out = np.full(len(pose.kerb), -1)
    out[first["at"]] = first["row"]
    return out


def too_near(pose, features, distance, lets_off=None):
    """Tell which rectangles lie nearer to any feature than a distance and a millimetre, and how near."""
    boxes, shapes = pose.boxes, np.asarray(features.geometry.array)
    feature, box = shapely.STRtree(boxes).query(shapes, predicate="dwithin", distance=distance + EDGE_M)
    gap = shapely.distance(shapes[feature], boxes[box])
    kept = gap < distance + EDGE_M
    if lets_off is not None:
        kept &= ~lets_off(box, shapes[feature])
    out = np.full(len(boxes), np.inf)
    np.minimum.at(out, box[kept], gap[kept])
    return out


def across_axis(city, pose, street):
    axes = np.asarray(city.centrelines.geometry.array)

    def across(box, shapes):
        known = street[box] >= 0
        link = shapely.shortest_line(shapely.points(pose.kerb[box]), shapes)
        return known & shapely.crosses(link, axes[street[box]])

    return across
