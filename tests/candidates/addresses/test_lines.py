from dataclasses import replace

import pandas as pd
import pytest
import shapely

import pitchplan as pp
from pitchplan.candidates.addresses.axes import find_crossings
from pitchplan.candidates.addresses.gazetteer import gazetteer_of
from pitchplan.candidates.addresses.lines import address_lines

from ..streets import X, Y, frame

LINES = [
    shapely.LineString([(X, Y), (X + 600, Y)]),
    shapely.LineString([(X + 100, Y - 400), (X + 100, Y + 400)]),
    # Bends: south-east of the first crossing, then south.
    shapely.LineString([(X + 300, Y), (X + 300, Y - 100), (X + 400, Y - 100)]),
    shapely.LineString([(X + 900, Y), (X + 900, Y + 50)]),
    shapely.LineString([(X + 500, Y - 40), (X + 500, Y + 40)]),
]
NAMES = ["经十路", "舜耕路", "贡院墙根", "孤路", ""]
ENGLISH = ["Jingshi Lu", "", "", "", ""]


def city_of(names=NAMES, english=ENGLISH, lines=LINES, *, district="历下区", community="千佛山社区", **more):
    """Make a city of named axes with one community, or cells in place of it where that is named None."""
    ids = [f"s{i}" for i in range(len(lines))]
    streets = frame(lines, name=names, name_en=english, street_id=ids, width_m=[8.0] * len(lines))
    area = frame(
        [shapely.box(X - 500, Y - 1000, X + 9000, Y + 1000)],
        community_id=["c"],
        name=[community],
        name_en=["Qianfoshan"],
        district=[district],
        district_en=["Lixia District"],
        residents=[1000],
    )
    return pp.read_city(streets=streets, communities=None if community is None else area, **more)


SQUARE = frame(
    [shapely.box(X + 130, Y + 30, X + 230, Y + 90)],
    open_space_id=["o"],
    name=["千佛山广场"],
    name_en=[""],
    kind=["square"],
)
CITY = city_of(open_spaces=SQUARE)


def lines(city=CITY, **changed):
    run = {
        "street_id": "s1",
        "street": "舜耕路",
        "street_en": "Shungeng Lu",
        "side": "E",
        "placement": "kerbside",
        "x_m": X + 104,
        "y_m": Y - 41,
        "community_id": city.communities["community_id"].iloc[0],
        **changed,
    }
    local, english = address_lines(pd.DataFrame([run]), gazetteer_of(city))
    return local[0], english[0]


SQUARE_RUN = {
    "street_id": "o",
    "street": "千佛山广场",
    "street_en": "",
    "placement": "open-space",
    "side": "",
}


@pytest.mark.parametrize(
    ("changed", "local", "english"),
    [
        ({}, "舜耕路东侧，经十路口以南40米", "Shungeng Lu, east side, 40 m south of Jingshi Lu"),
        (
            {"street": "经十路", "street_en": "", "side": "N", "x_m": X + 160, "y_m": Y + 4},
            "经十路北侧，舜耕路口以东60米",
            "经十路, north side, 60 m east of 舜耕路",
        ),
        (
            {"street": "经十路", "street_en": "", "side": "S", "x_m": X + 282, "y_m": Y - 4},
            "经十路南侧，贡院墙根路口以西20米",
            "经十路, south side, 20 m west of 贡院墙根",
        ),
        (  # 100 m south and 60 m east along the axis, which is 117 m as the crow flies.
            {"street": "贡院墙根", "street_en": "", "side": "S", "x_m": X + 360, "y_m": Y - 104},
            "贡院墙根南侧，经十路口东南160米",
            "贡院墙根, south side, 160 m southeast of Jingshi Lu",
        ),
        (
            {"street": "", "street_en": "", "side": "E", "x_m": X + 504, "y_m": Y + 30},
            "历下区，格网B1，无名路东侧，经十路贡院墙根路口以东205米",
            "Lixia District, grid square B1, unnamed street, east side, "
            "205 m east of Jingshi Lu and 贡院墙根",
        ),
        (
            {"street": "", "street_en": "", "x_m": X + 5000},
            "历下区，格网B2，无名路东侧",
            "Lixia District, grid square B2, unnamed street, east side",
        ),
        (
            {"street": "孤路", "street_en": "", "side": "W", "x_m": X + 896, "y_m": Y + 20},
            "历下区，格网B1，孤路西侧",
            "Lixia District, grid square B1, 孤路, west side",
        ),
        (
            {**SQUARE_RUN, "x_m": X + 180, "y_m": Y + 60},
            "千佛山广场内（千佛山社区）",
            "千佛山广场 (Qianfoshan)",
        ),
        (
            {**SQUARE_RUN, "x_m": X + 215, "y_m": Y + 80},
            "千佛山广场内东北部（千佛山社区）",
            "千佛山广场, northeast part (Qianfoshan)",
        ),
        (
            {"street": "", "street_en": "", "placement": "open-space", "side": ""},
            "历下区，格网A2，场地，经十路舜耕路口以南40米",
            "Lixia District, grid square A2, open space, 40 m south of Jingshi Lu and 舜耕路",
        ),
    ],
)
def test_address_lines(changed, local, english):
    assert lines(**changed) == (local, english)


LATIN = city_of(["Kaivokatu", "Mannerheimintie", "Bulevardi", "Annankatu", ""], [""] * 5, community=None)


def test_a_city_of_latin_names_has_no_chinese_words():
    line = "Mannerheimintie, east side, 40 m south of Kaivokatu"
    assert lines(LATIN, street="Mannerheimintie", street_en="") == (line, line)
    line = "grid square B1, unnamed street, east side, 205 m east of Bulevardi and Kaivokatu"
    assert lines(LATIN, street="", street_en="", x_m=X + 504, y_m=Y + 30) == (line, line)


@pytest.mark.parametrize(("crs", "chinese"), [("EPSG:4548", True), ("EPSG:32635", False)])
def test_a_city_without_any_name_speaks_the_language_of_its_place(crs, chinese):
    city = city_of([""] * 5, [""] * 5, community=None)
    assert gazetteer_of(replace(city, crs=crs)).chinese is chinese


def test_a_pair_of_streets_that_meets_twice_is_told_apart_by_the_grid():
    bow = shapely.LineString([(X, Y), (X, Y + 300), (X + 600, Y + 300), (X + 600, Y)])
    city = city_of(["经十路", "月牙路"], ["Jingshi Lu", ""], [LINES[0], bow])
    local, english = lines(city, street="月牙路", street_en="", x_m=X + 604, y_m=Y + 40)
    assert local == "月牙路东侧，经十路口以北40米（格网C1）"
    assert english == "月牙路, east side, 40 m north of Jingshi Lu (grid square C1)"


def test_streets_on_two_levels_do_not_cross():
    axes, crossings = find_crossings(CITY.centrelines.assign(level=[0, 1, 0, 0, 0]))
    assert crossings.table["street"].tolist() == ["经十路", "贡院墙根"]
    assert len(crossings.row) == len(crossings.node) == 2
    assert axes.street_length_m.sum() == pytest.approx(600 + 800 + 200 + 50)


def test_a_dual_carriageway_is_crossed_once():
    lines = [
        shapely.LineString([(X, Y), (X + 400, Y)]),
        shapely.LineString([(X, Y + 20), (X + 400, Y + 20)]),
        shapely.LineString([(X + 100, Y - 200), (X + 100, Y + 200)]),
        shapely.LineString([(X + 300, Y - 200), (X + 300, Y - 0.3)]),
    ]
    city = city_of(["经十路", "经十路", "舜耕路", "短路"], [""] * 4, lines)
    _, crossings = find_crossings(city.centrelines)
    found = {(r.street, r.other): (r.x_m - X, r.y_m - Y) for r in crossings.table.itertuples()}
    assert len(found) == len(crossings.table) == 4
    assert found["舜耕路", "经十路"] == pytest.approx((100, 10))
    assert found["短路", "经十路"] == pytest.approx((300, -0.3))


def test_a_gazetteer_of_no_names_writes_and_holds_no_city():
    city = city_of([""] * 5, [""] * 5, community=None)
    local, english = lines(city, street="", street_en="")
    assert (local, english) == ("格网A2，无名路东侧", "grid square A2, unnamed street, east side")
    assert not any(isinstance(part, pp.city.layers.City) for part in vars(gazetteer_of(city)).values())


def test_no_runs_have_no_lines():
    empty = pd.DataFrame(
        columns=["street_id", "street", "street_en", "side", "placement", "x_m", "y_m", "community_id"]
    )
    local, english = address_lines(empty, gazetteer_of(CITY))
    assert len(local) == len(english) == 0


def test_many_runs_at_once_have_the_lines_that_each_has_alone(spring, spring_candidates):
    gazetteer = gazetteer_of(spring.city)
    runs = pd.concat([spring_candidates.runs] * 3, ignore_index=True)
    local, english = address_lines(runs, gazetteer)
    for i in range(0, len(spring_candidates.runs), 37):
        one, other = address_lines(runs.iloc[[i]], gazetteer)
        for k in (i, i + len(spring_candidates.runs)):
            assert (local[k], english[k]) == (one[0], other[0])
