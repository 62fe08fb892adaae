"""Every rule of the book against plain shapely, on 20,000 places of each of three cities."""

import numpy as np
import pytest
import shapely

import pitchplan as pp
from pitchplan.candidates.beside import places_beside, surroundings_of, with_widths
from pitchplan.candidates.places import join_places
from pitchplan.demand.season import hours_overlap, parse_hours
from pitchplan.rules.vehicle import Use

from .oracle import DRIVE_M, WALK_M, Pose, across_axis, depth, segments_of, street_of, too_near
from .streets import SEASON

MANY = 20_000
GIVEN = ("island", "corner", "bend")
"""What hangs on the kerb's own vertices; `test_arcs` measures it."""


def helsinki(folder):
    return pp.read_osm(folder / "osm_helsinki" / "Helsinki.osm.pbf")


def cambridge(folder):
    here = folder / "cambridge_ma"
    return pp.read_city(
        streets=here / "BASEMAP_Roads.topojson",
        assume_crs="EPSG:4326",
        centrelines=here / "TRANS_Centerlines.geojson",
        communities=here / "BOUNDARY_CDDNeighborhoods.geojson",
        columns={"centrelines.street_class": "MajorRoad", "centrelines.name": "Street"},
        classes={"2": "main", "1": "secondary", "0": "local", "": "local"},
        keep_clear={
            "hydrant": here / "INFRA_Hydrants.geojson",
            "bus-stop": here / "TRANS_BusShelters.geojson",
            "school-gate": here / "LANDMARK_PublicSchools.geojson",
            "hospital-gate": here / "HEALTH_Hospitals.geojson",
            "crossing": here / "DPW_PedestrianRamps.geojson",
        },
        kerb_regulations={"taxi-stand": here / "LICENSE_TaxiCabStands.geojson"},
    )


def spring(folder):
    return pp.datasets.spring_city().city


CITIES = {"spring": spring, "helsinki": helsinki, "cambridge": cambridge}


def held(hours):
    """Tell whether a regulation holds in the season; one that nobody can read always does."""
    try:
        return hours_overlap(parse_hours(hours), SEASON.intervals)
    except pp.InputError:
        return True


class Case:
    """A city, what was found in it, a sample of its kerbside places, and what the oracle measures there."""

    def __init__(self, city):
        known = {
            "setback",
            "street-class",
            "clear-width",
            "inside",
            "kerb-regulation",
            "street-width",
            "bend",
        }
        book = pp.rule_book("jinan-2019")
        self.book = book.without(*(r.id for r in book.rules if r.kind not in known))
        self.city = city
        self.found = pp.find_candidates(city, self.book, season=SEASON, placements=["kerbside"])
        seen = self.found.looked_at
        given = np.isin(seen.rule, [seen.rules.index(g) for g in GIVEN])
        whole = np.ones(len(seen), dtype=bool)
        whole[seen.place[given]] = False
        rng = np.random.default_rng(0)
        self.at = np.sort(rng.choice(np.flatnonzero(whole), MANY, replace=False))
        vehicle = self.book.vehicle("small-truck")
        around = surroundings_of(city, {"kerbside"})
        places = join_places(list(places_beside(around, Use(vehicle, "kerbside", SEASON.intervals))))
        assert (places.x_m == seen.x_m).all()
        places = places.take(self.at)
        self.places = with_widths(places.with_columns(street=around.finder.find(places)[0]), around)
        self.pose = Pose(self.places.centre, self.places.along, vehicle.length_m, vehicle.width_m)
        self.queue = vehicle.queue_m
        self.street = street_of(city, self.pose)
        self.refused, self.measured = {}, {}
        self._measure()

    def _measure(self):
        city, pose = self.city, self.pose
        ground = city.streets[city.streets["level"] == 0].geometry.array
        self.whole = shapely.union_all(ground)
        kerbs, _ = segments_of(shapely.get_rings(shapely.get_parts(self.whole)))
        free = depth(pose, pose.kerb, pose.width_m + DRIVE_M, kerbs)
        self.free, self.drive = np.minimum(free, pose.width_m), np.maximum(free - pose.width_m, 0.0)
        if city.made_of_lines:
            own = np.append(city.centrelines["width_m"].to_numpy(dtype=float), np.inf)[self.street]
            self.drive = np.minimum(self.drive, own - pose.width_m)
        classes = np.append(city.centrelines["street_class"].astype(str), "")[self.street]
        self.classes = classes
        for rule in self.book.rules:
            if rule.kind == "bend" or rule.id in set(self.found.not_applied["rule"]):
                continue
            self.refused[rule.id] = getattr(self, rule.kind.replace("-", "_"))(rule)

    def setback(self, rule):
        keep = self.city.keep_clear
        features = keep[(keep["kind"] == rule["feature"]) & (keep["level"] == 0)]
        off = across_axis(self.city, self.pose, self.street) if rule["side"] == "same" else None
        self.measured[rule.id] = too_near(self.pose, features, rule["distance_m"], off)
        return np.isfinite(self.measured[rule.id])

    def kerb_regulation(self, rule):
        layer = self.city.kerb_regulations
        layer = layer[layer["kind"].isin(rule["forbidden"]) & (layer["level"] == 0)]
        layer = layer[[held(h) for h in layer["hours"]]]
        self.measured[rule.id] = too_near(self.pose, layer, rule["distance_m"])
        return np.isfinite(self.measured[rule.id])

    def street_class(self, rule):
        streets, axes = self.city.streets, self.city.centrelines
        forbidden = streets[streets["street_class"].isin(rule["forbidden"]) & (streets["level"] == 0)]
        if not set(streets["street_class"]) & set(axes["street_class"]):
            forbidden = axes[axes["street_class"].isin(rule["forbidden"]) & (axes["level"] == 0)]
            forbidden = forbidden.set_geometry(
                shapely.buffer(
                    forbidden.geometry.array, forbidden["width_m"].astype(float) / 2, cap_style="flat"
                )
            )
        near = np.isfinite(too_near(self.pose, forbidden, rule["near_m"]))
        return near | np.isin(self.classes, rule["forbidden"])

    def clear_width(self, rule):
        if rule["of"] == "drive":
            self.measured[rule.id] = self.drive
        else:
            walls, _ = segments_of(shapely.get_rings(self.city.buildings.geometry.array))
            self.measured[rule.id] = (
                depth(self.pose, self.pose.kerb, WALK_M, walls, inward=False) - self.queue
            )
            self.measured[rule.id] -= self.places.recess_m
        return self.measured[rule.id] < rule["width_m"] + 0.001

    def inside(self, rule):
        if rule["layer"] == "carriageway":
            return self.free < self.pose.width_m
        layer = getattr(self.city, rule["layer"])
        layer = layer[layer["level"] == 0] if "level" in layer else layer
        shapes = np.asarray(layer.geometry.array)
        boxes = self.pose.boxes
        if rule["relation"] == "outside":
            box, shape = shapely.STRtree(shapes).query(boxes, predicate="intersects")
            area = shapely.area(shapely.intersection(boxes[box], shapes[shape]))
            out = np.zeros(len(boxes), dtype=bool)
            out[box[area > 0.005]] = True
            return out
        shapely.prepare(shapes)
        _, covered = shapely.STRtree(boxes).query(shapes, predicate="covers")
        out = np.ones(len(boxes), dtype=bool)
        out[covered] = False
        return out


@pytest.fixture(scope="module", params=list(CITIES))
def case(request):
    folder = None if request.param == "spring" else request.getfixturevalue("real_data")
    return Case(CITIES[request.param](folder))


def rows_of(case, rule):
    """Give our verdict on the sampled places for one rule: refused, and measured where it is."""
    seen = case.found.looked_at
    mine = seen.rule == seen.rules.index(rule)
    refused, measured = np.zeros(len(seen), dtype=bool), np.full(len(seen), np.nan)
    refused[seen.place[mine]] = True
    measured[seen.place[mine]] = seen.measured[mine]
    return refused[case.at], measured[case.at]


def test_no_verdict_differs(case):
    legal = case.found.looked_at.legal[case.at]
    expected = case.street >= 0
    for refused in case.refused.values():
        expected &= ~refused
    differ = np.flatnonzero(legal != expected)
    assert not len(differ), [
        (case.pose.centre[i].tolist(), legal[i], [r for r, m in case.refused.items() if m[i]])
        for i in differ[:5]
    ]
    assert 0.02 < legal.mean() < 0.98


def test_streets_are_those_that_run_along_the_kerb(case):
    refused, _ = rows_of(case, "no-street")
    assert (refused == (case.street < 0)).all()


def test_every_rule_refuses_the_same_places(case):
    decided = rows_of(case, "no-street")[0] | np.isin(case.classes, ["main", "secondary"])
    for rule, expected in case.refused.items():
        ours, measured = rows_of(case, rule)
        if rule == "main-street":
            assert (ours[case.street >= 0] == expected[case.street >= 0]).all()
            continue
        differ = np.flatnonzero((ours != expected) & ~decided)
        assert not len(differ), (rule, case.pose.centre[differ[:5]].tolist())
        if rule in case.measured:
            both = ours & expected & ~decided
            gap = np.abs(np.maximum(case.measured[rule], -9)[both] - measured[both])
            assert gap.max(initial=0.0) <= 1e-3, rule


def test_widths_are_right_to_the_millimetre(case):
    assert case.places.clear_drive_m == pytest.approx(case.drive, abs=1e-3)
    assert case.places.free_depth_m == pytest.approx(case.free, abs=1e-3)
    if "walk-width" in case.measured:
        assert case.places.clear_walk_m == pytest.approx(case.measured["walk-width"], abs=1e-3)
