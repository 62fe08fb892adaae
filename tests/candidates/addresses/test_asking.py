"""Asking for places by text: what addresses say, and what lists that are in use say."""

import sys
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely

import pitchplan as pp
from pitchplan.candidates.addresses.asking import find_address, place_asked
from pitchplan.candidates.addresses.asktext import number_said, read_text
from pitchplan.candidates.addresses.axes import Axes
from pitchplan.candidates.addresses.gazetteer import gazetteer_of
from pitchplan.candidates.addresses.lines import address_lines
from pitchplan.errors import InputError

from ..streets import CRS, X, Y, frame
from .test_lines import CITY, LATIN, SQUARE, city_of

PLACES = gazetteer_of(CITY)
ROOT = Path(__file__).resolve().parents[3]


def at(text, gazetteer=PLACES):
    asked = find_address(text, gazetteer)
    return round(asked.x_m - X, 3), round(asked.y_m - Y, 3)


# 舜耕路 runs north and south at x = 100 and is 8 m wide; 经十路 runs east and west at y = 0.
@pytest.mark.parametrize(
    ("text", "x", "y"),
    [
        ("舜耕路东侧，经十路口以南40米", 103, -40),
        ("舜耕路东侧,经十路以南40米", 103, -40),
        ("舜耕路与经十路口向南40米路东", 103, -40),
        ("经十路与舜耕路交叉口往南40米路东侧", 103, -40),
        ("舜耕路经十路路口以南40米路东", 103, -40),
        ("历下区舜耕路 东侧，经十路口 以南约４０ 米处", 103, -40),
        ("舜耕路西侧（千佛山社区），经十路口以北四十米", 97, 40),
        ("舜耕路经十路口以北一百五十米路西", 97, 150),
        ("经十路口，舜耕路向南100米路西", 97, -100),
        ("舜耕路口向西60米路北", 40, 3),
        ("舜耕路，经十路口以南40米", 100, -40),
        ("舜耕路, East Side, about 40 metres south of Jingshi Lu", 103, -40),
        ("Jingshi Lu, north side, 60 m west of 舜耕路", 40, 3),
        ("贡院墙根南侧，经十路口东南160米", 360, -103),
        ("经十路（舜耕路至贡院墙根段）北侧", 200, 3),
        ("经十路(舜耕路—贡院墙根)路南", 200, -3),
        ("经十路舜耕路到贡院墙根之间", 200, 0),
        ("Jingshi Lu between 贡院墙根 and 舜耕路, south side", 200, -3),
        ("孤路西侧", 897, 25),
        ("历下区，格网B1，孤路西侧", 897, 25),
        ("千佛山广场内（千佛山社区）", 180, 60),
        ("千佛山广场", 180, 60),
        ("场地，经十路舜耕路口以南40米", 100, -40),
        ("格网A2", 250, -250),
        ("舜耕路与经十路口东南角", 104.707, -4.707),
        ("经十路口南行40米舜耕路东侧便道", 103, -40),
        ("舜耕路路东，距经十路口以南四十米处", 103, -40),
        ("舜耕路经十路口向南0.04公里街东", 103, -40),
        ("舜耕路经十路口以南30米至50米路东", 103, -40),
        ("舜耕路东侧（经十路口南30-50米）", 103, -40),
    ],
)
def test_a_text_leads_to_its_place(text, x, y):
    assert at(text) == (x, y)


def test_a_part_of_an_open_space_lies_in_that_part():
    asked = find_address("千佛山广场内东北部（千佛山社区）", PLACES)
    assert asked.x_m > X + 180
    assert asked.y_m > Y + 60
    assert asked.precision_m < 60
    assert SQUARE.geometry[0].contains(shapely.Point(asked.x_m, asked.y_m))


def test_the_edge_of_an_open_space_along_a_street():
    asked = find_address("千佛山广场内，临舜耕路", PLACES)
    assert (asked.x_m - X, asked.y_m - Y) == pytest.approx((137.5, 60), abs=1.0)


def test_a_stretch_and_a_corner_say_how_much_they_leave_open():
    assert find_address("舜耕路经十路口以南30米至50米路东", PLACES).precision_m == 15.0
    corner = find_address("舜耕路与经十路口东南角", PLACES)
    assert (corner.precision_m, corner.read_as) == (40.0, "舜耕路与经十路口东南角")


def test_of_two_streets_that_part_at_a_small_angle_one_must_be_said():
    lines = [
        shapely.LineString([(X, Y), (X + 400, Y + 60)]),
        shapely.LineString([(X, Y), (X + 400, Y - 60)]),
    ]
    gazetteer = gazetteer_of(city_of(["经十路", "舜耕路"], [""] * 2, lines))
    with pytest.raises(InputError, match="2 places fit"):
        find_address("经十路与舜耕路口向东100米路北", gazetteer)
    assert at("经十路北侧，舜耕路口以东100米", gazetteer)[1] > 10
    assert at("舜耕路北侧，经十路口以东100米", gazetteer)[1] < -10


def test_an_office_named_after_a_street_is_not_the_street():
    words = {n: {"street": frozenset([n])} for n in ("芙蓉街", "经十路")}
    assert read_text("芙蓉街道办经十路", words).unknown == ("芙蓉街道办",)
    assert read_text("芙蓉街道东", words).side == "E"


def test_what_was_read_is_told_as_an_address():
    asked = find_address("历下区舜耕路与经十路交叉口往南约40米路东侧", PLACES)
    assert asked.read_as == "舜耕路东侧，经十路口以南40米"
    assert (asked.street, asked.side, asked.precision_m) == ("舜耕路", "E", 5.0)
    assert find_address("经十路(舜耕路—贡院墙根)路南", PLACES).precision_m == pytest.approx(100)
    line = "Mannerheimintie, west side, 40 m south of Kaivokatu"
    assert (
        find_address("mannerheimintie  40 m SOUTH of kaivokatu, west side", gazetteer_of(LATIN)).read_as
        == line
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["no address"]),
        ("舜跟路东侧，经十路口以南40米", ["舜跟路", "Nearest names: 舜耕路", "street 经十路"]),
        ("Shungen Road, 40 m south of Jingshi Lu", ["shungen road", "street jingshi lu, 40 m south"]),
        ("路口向南100米路西", ["street's name: from which crossing is missing", "west side, 100 m south"]),
        ("舜耕路东侧", ["where on the street is missing", "舜耕路 meets 经十路"]),
        ("舜耕路东侧，贡院墙根路口以南40米", ["do not meet", "舜耕路 meets 经十路"]),
        ("舜耕路东侧，经十路口以南900米", ["no street leads 900 m south"]),
        ("贡院墙根东侧，经十路口以北40米", ["no street leads north"]),
        ("舜耕路北侧，经十路口以南40米", ["no north side", "east and west"]),
        ("经十路口向南40米路东", ["2 places fit", "舜耕路东侧", "贡院墙根东侧", "crossing street"]),
        ("格网K7，舜耕路东侧", ["no grid square K7"]),
        ("格网C1，千佛山广场", ["no grid square"]),
        ("舜耕路（经十路至孤路段）东侧", ["does not meet both"]),
        ("舜耕路经十路口东南角40米", ["'40米' is no name"]),
        ("舜耕路东南角", ["a corner of which crossing"]),
        ("经十路口向东40米路北", ["经十路 itself leads east", "crossing is missing"]),
        ("经十路路东南40米", ["'40米' is no name"]),
        ("经十路与舜耕路口，贡院墙根以西40米", ["more than two streets"]),
        ("舜耕路与经十路口40米路东", ["'40米' is no name"]),
        ("新路与金十路口以南40米", ["'新路'", "'金十路'", "Nearest names: 经十路"]),
        ("舜耕路与经十路", ["direction and the metres"]),
        ("历下区", ["a street is missing", "district or community 历下区"]),
    ],
)
def test_a_text_that_leads_nowhere_is_told_why(text, words):
    with pytest.raises(InputError) as caught:
        find_address(text, PLACES)
    for word in words:
        assert word in str(caught.value)


def two_districts():
    lines = [shapely.LineString([(X + a, Y), (X + a + 300, Y)]) for a in (0, 3000)]
    lines += [shapely.LineString([(X + a + 100, Y - 200), (X + a + 100, Y + 200)]) for a in (0, 3000)]
    streets = frame(lines, name=["经十路", "经十路", "解放路", "解放路"], name_en=[""] * 4)
    areas = frame(
        [shapely.box(X + a, Y - 500, X + a + 2000, Y + 500) for a in (-1000, 2000)],
        community_id=["a", "b"],
        name=["甲社区", "乙社区"],
        district=["历下区", "市中区"],
        residents=[10, 10],
    )
    return gazetteer_of(pp.read_city(streets=streets, communities=areas))


def test_two_streets_of_one_name_are_told_apart_by_district_community_or_square():
    gazetteer = two_districts()
    text = "解放路东侧，经十路口以南40米"
    with pytest.raises(InputError, match=r"2 places fit.*历下区.*市中区.*Say the district"):
        find_address(text, gazetteer)
    assert at(f"市中区{text}", gazetteer)[0] > 3000
    assert at(f"{text}（甲社区）", gazetteer)[0] < 1000
    square = gazetteer.squares(np.array([X + 3100]), np.array([Y - 40]))[0]
    assert at(f"{text}（格网{square}）", gazetteer)[0] > 3000


def test_the_outer_axis_of_a_dual_carriageway_is_meant():
    lines = [
        shapely.LineString([(X, Y), (X + 400, Y)]),
        shapely.LineString([(X + 100, Y - 200), (X + 100, Y + 200)]),
        shapely.LineString([(X + 125, Y - 200), (X + 125, Y + 200)]),
    ]
    city = city_of(["经十路", "舜耕路", "舜耕路"], [""] * 3, lines)
    gazetteer = gazetteer_of(city)
    assert at("舜耕路东侧，经十路口以南40米", gazetteer) == (128, -40)
    assert at("舜耕路西侧，经十路口以南40米", gazetteer) == (97, -40)


@pytest.mark.parametrize(
    ("text", "number"), [("3.5", 3.5), ("二十", 20), ("百二", 120), ("一千零五", 1005), ("三百二十一", 321)]
)
def test_numbers(text, number):
    assert number_said(text) == number


def test_names_are_whole_and_the_longest():
    words = {n: {"street": frozenset([n])} for n in ("经十路", "经十路东段", "kaivokatu")}
    assert read_text("经十路东段西侧", words).streets == ("经十路东段",)
    assert read_text("Kaivokatunkulma", words).unknown == ("kaivokatunkulma",)


def same_side(axes: Axes, run, asked) -> bool:
    """Tell whether run and answer lie on one side of the axis that runs between kerbs there."""
    piece, along = axes.feet(
        np.array([asked.x_m, run.x_m]), np.array([asked.y_m, run.y_m]), axes.code(np.array([run.street] * 2))
    )
    unit = (axes.xy_m[axes.end[piece]] - axes.xy_m[axes.start[piece]]) / axes.length_m[piece][:, None]
    foot = axes.xy_m[axes.start[piece]] + unit * along[:, None]
    off = np.array([[asked.x_m, asked.y_m], [run.x_m, run.y_m]]) - foot
    return bool(np.dot(off[0], off[1]) > 0)


def led_back(city, runs):
    """Ask for every run by both its lines: give those not understood, and metres for the others."""
    gazetteer = gazetteer_of(city)
    lost, metres = [], []
    for lines in address_lines(runs, gazetteer):
        for run, line in zip(runs.itertuples(), lines, strict=True):
            try:
                asked = find_address(line, gazetteer)
            except InputError as error:
                lost.append((line, str(error)))
                continue
            away = np.hypot(asked.x_m - run.x_m, asked.y_m - run.y_m)
            assert away <= asked.precision_m + run.length_m / 2 + 5.0, (line, away, asked)
            if run.placement == "kerbside" and run.street:
                assert away <= 5.0 + run.length_m / 2, (line, away)
                assert asked.side == run.side
                assert same_side(gazetteer.axes, run, asked), line
                metres.append(away)
    return lost, np.array(metres)


def test_every_address_of_spring_city_leads_back(spring, spring_candidates):
    lost, metres = led_back(spring.city, spring_candidates.runs)
    assert not lost
    assert metres.max() < 4.0


def test_last_years_list_leads_to_its_places(spring):
    gazetteer = gazetteer_of(spring.city)
    to_plan = pyproj.Transformer.from_crs(4326, spring.city.crs, always_xy=True)
    for spot in spring.last_year.itertuples():
        x, y = to_plan.transform(float(spot.lon), float(spot.lat))
        asked = find_address(spot.address, gazetteer)
        assert np.hypot(asked.x_m - x, asked.y_m - y) <= asked.precision_m + 5.0, spot.address


def test_addresses_of_a_real_city_lead_back(real_data, spring):
    city = pp.read_osm(real_data / "osm_helsinki" / "Helsinki.osm.pbf")
    runs = pp.find_candidates(city, spring.book, season=spring.season).runs
    lost, metres = led_back(city, runs)
    # What is lost are squares and paths that share one name within one grid square.
    assert len(lost) <= 0.02 * 2 * len(runs), lost
    assert metres.max() < 6.0


def test_place_asked_checks_its_numbers():
    x, y = np.array([X + 103.0, X + 97.0]), np.array([Y - 42.0, Y - 42.0])
    text = "舜耕路西侧，经十路口以南40米"
    found, away, asked = place_asked(x, y, PLACES, text)
    assert (found, round(away, 3), asked.side) == (1, 2.0, "W")
    for bad in ({}, {"lon": 117.0}, {"lon": 500.0, "lat": 36.0}, {"lon": True, "lat": 36.0}):
        with pytest.raises(InputError):
            place_asked(x, y, PLACES, **bad)
    with pytest.raises(InputError, match="two ways"):
        place_asked(x, y, PLACES, text, lon=117.0, lat=36.0)
    with pytest.raises(InputError, match="leaves 354 m open"):
        place_asked(x, y, PLACES, "格网A2")
    with pytest.raises(InputError, match="read as 舜耕路西侧，经十路口以北300米"):
        place_asked(x, y, PLACES, "舜耕路西侧，经十路口以北300米")


def test_why_answers_by_address_as_by_degrees(spring, spring_candidates):

    runs = spring_candidates.runs[spring_candidates.runs["placement"] == "kerbside"]
    run = runs.iloc[0]
    answer = spring_candidates.why(run.address)
    assert answer.attrs["read_as"] == run.address
    assert answer.empty
    refused = spring_candidates.places[~spring_candidates.places["legal"]].iloc[1000]
    to_degrees = pyproj.Transformer.from_crs(CRS, 4326, always_xy=True)
    lon, lat = to_degrees.transform(refused["x_m"], refused["y_m"])
    assert set(spring_candidates.why(lon=lon, lat=lat)["place_id"]) == {refused["place_id"]}


@pytest.fixture(scope="module")
def lists():
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import addresses

    return addresses


def test_two_hundred_entries_of_real_lists_are_right_or_refused_never_silently_wrong(lists, spring):
    told, misled = lists.checked(spring.city, 200, styles=lists.STYLES)
    assert misled == []
    assert told["right"] + told["refused"] == 200
    assert told["right"] >= 0.98 * 200
    told, misled = lists.checked(spring.city, 200, styles=lists.AMBIGUOUS)
    assert misled == []
    assert told["refused"] == 200


def test_entries_of_a_city_with_latin_names_are_right_or_refused(lists, real_data):
    city = pp.read_osm(real_data / "osm_helsinki" / "Helsinki.osm.pbf")
    for styles in (lists.STYLES, lists.AMBIGUOUS):
        told, misled = lists.checked(city, 200, styles=styles)
        assert misled == []
        assert told["right"] + told["refused"] == 200
