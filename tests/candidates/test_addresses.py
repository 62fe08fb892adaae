import pandas as pd
import pytest
import shapely

from pitchplan.candidates.addresses import address_lines, find_crossings

from .streets import X, Y, frame

AXES = frame(
    [
        shapely.LineString([(X, Y), (X + 300, Y)]),
        shapely.LineString([(X + 100, Y - 200), (X + 100, Y + 200)]),
    ],
    name=["经十路", "舜耕路"],
    name_en=["Jingshi Lu", ""],
    level=[0, 0],
)


def lines(**changed):
    run = {
        "street": "舜耕路",
        "street_en": "Shungeng Lu",
        "side": "E",
        "placement": "kerbside",
        "x_m": X + 104,
        "y_m": Y - 41,
        "community": "千佛山社区",
        "community_en": "Qianfoshan",
        **changed,
    }
    local, english = address_lines(pd.DataFrame([run]), find_crossings(AXES))
    return local[0], english[0]


@pytest.mark.parametrize(
    ("changed", "local", "english"),
    [
        ({}, "舜耕路东侧，经十路以南40米", "Shungeng Lu, east side, 40 m south of Jingshi Lu"),
        (
            {"street": "经十路", "street_en": "", "side": "N", "x_m": X + 160, "y_m": Y + 4},
            "经十路北侧，舜耕路以东60米",
            "经十路, north side, 60 m east of 舜耕路",
        ),
        (
            {"street": "", "street_en": ""},
            "无名路东侧（千佛山社区）",
            "Unnamed street, east side, Qianfoshan",
        ),
        (
            {"street": "千佛山广场", "street_en": "", "placement": "open-space"},
            "千佛山广场内（千佛山社区）",
            "千佛山广场, Qianfoshan",
        ),
        (
            {"street": "", "street_en": "", "placement": "open-space"},
            "场地，经十路舜耕路路口以南40米",
            "open space, 40 m south of 经十路 / 舜耕路",
        ),
        (
            {"street": "", "street_en": "", "placement": "open-space", "x_m": X + 5000},
            "场地内（千佛山社区）",
            "open space, Qianfoshan",
        ),
    ],
)
def test_address_lines(changed, local, english):
    assert lines(**changed) == (local, english)


def test_streets_on_two_levels_do_not_cross():
    assert find_crossings(AXES.assign(level=[0, 1])).table.empty
