"""An extract of OpenStreetMap becomes a City: one street by hand, and the centre of Helsinki."""

import pyogrio
import pytest
import shapely

import pitchplan as pp

NODES = {
    1: (117.0000, 36.6500),
    2: (117.0020, 36.6500),
    3: (117.0040, 36.6500),
    4: (117.0020, 36.6510),
    5: (117.0020, 36.6490),
    6: (117.0030, 36.6500),
    10: (117.0005, 36.6505),
    11: (117.0010, 36.6505),
    12: (117.0010, 36.6508),
    13: (117.0005, 36.6508),
}
TAGGED = {
    6: {"highway": "crossing"},
    20: {"emergency": "fire_hydrant"},
    21: {"amenity": "kindergarten", "name": "幼儿园"},
    22: {"railway": "subway_entrance", "layer": "-1"},
    23: {"amenity": "taxi"},
    24: {"entrance": "main"},
}
SQUARE = (10, 11, 12, 13, 10)
WAYS = {
    101: (
        (1, 2, 6, 3),
        {
            "highway": "residential",
            "name": "舜耕路",
            "name:en": "Shungeng Road",
            "lanes": "2",
            "oneway": "-1",
            "parking:lane:left": "no_stopping",
            "parking:right": "lane",
        },
    ),
    102: ((2, 4), {"highway": "tertiary", "width": "7.5 m", "bridge": "yes"}),
    103: ((2, 5), {"highway": "service", "tunnel": "building_passage"}),
    104: ((1, 4), {"highway": "primary", "tunnel": "yes", "layer": "-2", "junction": "roundabout"}),
    105: ((1, 5), {"highway": "footway", "width": "3"}),
    106: ((4, 6, 5), {"highway": "footway", "footway": "crossing"}),
    107: (SQUARE, {"place": "square", "name": "泉城广场", "note": 'a "b", c=>d'}),
    108: (SQUARE, {"building": "yes", "building:levels": "6"}),
    109: (SQUARE, {"amenity": "parking", "parking": "underground"}),
    110: (SQUARE, {"amenity": "marketplace"}),
    111: ((4, 5), {"highway": "proposed"}),
    112: (
        (3, 5),
        {
            "highway": "residential",
            "parking:both:restriction:conditional": "no_parking @ (07:00-09:00)",
            "sidewalk": "right",
        },
    ),
}


def _tags(tags):
    quoted = {k: v.replace('"', "&quot;").replace(">", "&gt;") for k, v in tags.items()}
    return "".join(f'<tag k="{k}" v="{v}"/>' for k, v in quoted.items())


@pytest.fixture(scope="module")
def extract(tmp_path_factory):
    path = tmp_path_factory.mktemp("osm") / "小城.osm"
    places = NODES | {i: (117.003, 36.6503) for i in TAGGED if i not in NODES}
    nodes = [
        f'<node id="{i}" version="1" lon="{x}" lat="{y}">{_tags(TAGGED.get(i, {}))}</node>'
        for i, (x, y) in sorted(places.items())
    ]
    ways = []
    for i, (refs, tags) in WAYS.items():
        nodes_of_it = "".join(f'<nd ref="{n}"/>' for n in refs)
        ways.append(f'<way id="{i}" version="1">{nodes_of_it}{_tags(tags)}</way>')
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6">{"".join(nodes + ways)}</osm>',
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="module")
def town(extract):
    return pp.read_osm(extract)


def test_streets_by_hand(town):
    axes = town.centrelines.set_index("street_id")
    assert set(axes.index) == {"w101", "w102", "w103", "w104", "w112"}
    assert town.crs == "EPSG:4548"
    assert axes["level"].to_dict() == {"w101": 0, "w102": 1, "w103": 0, "w104": -2, "w112": 0}
    assert axes.loc["w101", ["name", "name_en", "oneway", "street_class"]].tolist() == [
        "舜耕路",
        "Shungeng Road",
        "reverse",
        "local",
    ]
    assert axes.loc["w104", "oneway"] == "yes"
    assert axes["width_m"].to_dict() == {"w101": 6.5, "w102": 7.5, "w103": 4.0, "w104": 14.0, "w112": 6.0}
    assert axes["width_status"].to_dict() == {
        "w101": "lanes",
        "w102": "given",
        "w103": "assumed",
        "w104": "assumed",
        "w112": "assumed",
    }


def test_parking_lies_along_the_kerb_of_its_side(town):
    kerbs = town.kerb_regulations.set_index("regulation_id")
    axis = town.centrelines.set_index("street_id").geometry["w101"]
    left, right = kerbs.loc["w101-left-no-stopping"], kerbs.loc["w101-right-parking-bay"]
    assert (left["kind"], right["kind"]) == ("no-stopping", "parking-bay")
    for row, above in ((left, True), (right, False)):  # the street runs east
        assert shapely.distance(row.geometry, axis) == pytest.approx(3.25, abs=0.01)
        assert (row.geometry.centroid.y > axis.centroid.y) == above
        assert row["hours"] == ""
    assert kerbs.loc["w112-left-no-stopping", "hours"] == "07:00-09:00"
    assert kerbs.loc["n23", "kind"] == "taxi-stand"
    assert len(kerbs) == 5


def test_the_tags_that_were_read_are_told(town, extract):
    pp.schemas.check_table(town.taken, pp.schemas.TAKEN, "taken")
    assert set(town.taken["how"]) == {"tag"}
    own = pp.read_osm(extract, communities=town.communities.assign(mayor="李").head(1))
    rows = own.taken[own.taken["layer"] == "communities"].set_index("column")["how"]
    assert rows["mayor"] == "unused"
    assert rows["name"] == "recognised"


def test_other_layers_by_hand(town):
    kinds = town.keep_clear.set_index("feature_id")["kind"]
    mapped = kinds[kinds != "junction"].to_dict()
    assert mapped == {
        "n6": "crossing",
        "n20": "hydrant",
        "n21": "school-gate",
        "n22": "station-exit",
        "n24": "entrance",
    }
    clear = town.keep_clear.set_index("feature_id")
    assert clear.loc["n22", "level"] == -1
    assert clear.geometry["n6"].length == pytest.approx(6.5, abs=0.01)
    assert town.open_spaces.set_index("open_space_id")["kind"].to_dict() == {
        "w107": "square",
        "w110": "market-place",
    }
    assert town.buildings[["building_id", "levels"]].values.tolist() == [["w108", 6.0]]
    assert town.footways["axis_id"].unique().tolist() == ["w105", "w112-right-sidewalk"]
    assert town.footways["width_status"].unique().tolist() == ["given", "assumed"]
    length = town.footways.geometry.iloc[0].area / 3.0
    assert length == pytest.approx(210, abs=5)
    assert any("OpenStreetMap contributors" in n for n in town.notes)


def test_a_taped_street_moves_its_tagged_sidewalk(town):
    assert "w112-right-sidewalk" in set(town.field_list()["feature_id"])
    new = town.with_checked({"w112": 9.0, "w112-right-sidewalk": 2.5})
    axis = town.centrelines.set_index("street_id").geometry["w112"]
    for city, kerb, width in ((town, 3.0, 2.0), (new, 4.5, 2.5)):
        path, strip = city.footways.geometry.iloc[0], shapely.union_all(city.footways.geometry.iloc[1:])
        assert path.equals_exact(town.footways.geometry.iloc[0])
        assert strip.distance(axis) == pytest.approx(kerb, abs=0.01)
        assert strip.intersects(shapely.offset_curve(axis, -(kerb + width - 0.01)))
        assert not strip.intersects(shapely.offset_curve(axis, -(kerb + width + 0.01)))


def test_communities_of_the_planner_and_a_crs(town, extract, tmp_path):
    given = town.communities[["name", "geometry"]].head(1).to_crs(4326)
    city = pp.read_osm(extract, communities=given, crs="EPSG:32650")
    assert city.crs == "EPSG:32650"
    assert len(city.communities) == 1
    with pytest.raises(pp.InputError, match="not a CRS"):
        pp.read_osm(extract, crs="nowhere")
    with pytest.raises(pp.InputError, match="not made for this place"):
        pp.read_osm(extract, crs="EPSG:32631")
    torn = tmp_path / "torn.osm"
    torn.write_bytes(extract.read_bytes()[:1500])
    with pytest.raises(pp.InputError, match="cannot be read as OpenStreetMap"):
        pp.read_osm(torn)
    bare = tmp_path / "bare.osm"
    bare.write_text('<osm version="0.6"><node id="1" version="1" lon="1" lat="1"/></osm>')
    with pytest.raises(pp.InputError, match="no street"):
        pp.read_osm(bare)


@pytest.fixture(scope="module")
def helsinki(real_data):
    folder = real_data / "osm_helsinki"

    def derived(name):
        frame = pyogrio.read_dataframe(folder / "derived_layers.gpkg", layer=name)
        return frame.assign(id=frame["osm_type"].str[0] + frame["osm_id"].astype(str))

    return pp.read_osm(folder / "Helsinki.osm.pbf"), derived


def test_helsinki_agrees_with_what_was_derived_by_other_software(helsinki):
    city, derived = helsinki

    def clear(kind):
        return set(city.keep_clear.loc[city.keep_clear["kind"] == kind, "feature_id"])

    assert clear("hydrant") == set(derived("hydrants")["id"])
    # Two nodes say crossing=no; one crossing is mapped as a way only.
    crossings = derived("crossings")
    wanted = set(crossings.loc[crossings["crossing"] != "no", "id"])
    assert (len(crossings), len(wanted)) == (626, 624)
    assert wanted < clear("crossing")
    assert len(clear("crossing") - wanted) == 1
    # Subway entrances are station exits here; building=entrance counts as an entrance too.
    doors = derived("entrances")
    stations = set(doors.loc[doors["railway"].notna(), "id"])
    assert len(doors) == 325
    assert stations <= clear("station-exit")
    assert set(doors["id"]) - stations < clear("entrance")
    assert len(clear("entrance")) == 339
    # Trains and the metro stop at platforms no kerb reaches; tram stops and platforms as areas count.
    stops = set(derived("bus_stops")["id"])
    assert len(stops & clear("bus-stop")) == 100
    # pyrosm lost 18 streets that GDAL keeps.
    streets = set(derived("streets")["id"])
    assert len(streets) == 961
    assert streets < set(city.centrelines["street_id"])
    assert city.centrelines["street_id"].nunique() == 979
    # Crossings, corridors and cycleways without foot traffic are no footways; areas are.
    assert len(set(derived("footways")["id"]) & set(city.footways["footway_id"])) > 1000
    # Two of 446 lie below the ground; 38 have another outline in pyrosm or none.
    assert len(set(derived("buildings")["id"]) & set(city.buildings["building_id"])) == 444


def test_helsinki_has_legal_places(helsinki):
    city, _ = helsinki
    season = pp.Season("2026-06-01", "2026-08-20", hours="06:00-09:00, 17:00-21:00")
    found = pp.find_candidates(city, pp.rule_book("jinan-2019"), season=season)
    assert len(found.pitches) > 1000
    report = found.rules_report.set_index("rule")
    assert report.loc["kerb-use", "refused"] > report.loc["hydrant", "refused"] > 0
