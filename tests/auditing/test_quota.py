"""Quotas are counted again in the communities' polygons, whatever the plan says of a pitch."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from pitchplan.auditing.bays import draw_scene
from pitchplan.auditing.kinds.quota import audit
from pitchplan.rules.rule import Rule

from ..candidates.streets import X, Y, frame, only, straight_city
from .test_street_kinds import plan_on

WHOLE = {"group_by": "community", "at_least": 0, "at_most": 10**9, "at_most_share": 1.0, "groups": []}


@pytest.fixture(scope="module")
def town():
    """Three communities along one street: 200, 60 and nobody-knows-how-many people."""
    boxes = [shapely.box(X + a, Y - 50, X + b, Y + 50) for a, b in ((0, 80), (80, 140), (140, 200))]
    return straight_city(
        communities=frame(
            boxes, community_id=["C1", "C2", "C3"], name=["南苑", "北苑", "东苑"],
            district=["甲区", "甲区", "乙区"], residents=[200.0, 60.0, np.nan],
        )
    )  # fmt: skip


@pytest.fixture(scope="module")
def plan(town):
    """Five pitches in the first, three in the second, one in the third; spots of six and three."""
    whole = plan_on(town, only("carriageway"))
    rows = whole.pitches.iloc[:9].reset_index(drop=True)
    x = X + np.array([10, 20, 30, 40, 50, 90, 100, 110, 150.0])
    rows = rows.assign(x_m=x, spot_id=["a"] * 6 + ["b"] * 3, community_id="C9", district="丁区")
    return replace(whole, pitches=rows)


@pytest.mark.parametrize(
    ("numbers", "features", "expected", "tightest"),
    [
        ({"at_most": 5}, 3, [], (0, "C1")),
        ({"at_most": 4}, 3, [("C1", 5, 4, "南苑")], (-1, "C1")),
        ({"at_least": 2}, 3, [("C3", 1, 2, "东苑")], (-1, "C3")),
        ({"at_least": 2, "groups": ["C1", "北苑"]}, 3, [], (1, "C2")),
        ({"at_most": 2, "groups": ["北苑"]}, 3, [("C2", 3, 2, "北苑")], (-1, "C2")),
        # A share of nobody is nothing; of 60 people, 0.05 are three.
        ({"at_most_share": 0.05}, 3, [("C3", 1, 0, "东苑")], (-1, "C3")),
        ({"at_most_share": 0.02, "groups": ["C1", "C2"]}, 3,
         [("C1", 5, 4, "南苑"), ("C2", 3, 1, "北苑")], (-2, "C2")),
        ({"at_most_share": 0.05, "at_most": 4}, 3, [("C1", 5, 4, "南苑"), ("C3", 1, 0, "东苑")], (-1, "C1")),
        ({"group_by": "district", "at_most": 7}, 2, [("甲区", 8, 7, "甲区")], (-1, "甲区")),
        ({"group_by": "district", "at_least": 2}, 2, [("乙区", 1, 2, "乙区")], (-1, "乙区")),
        # The district has 260 people: 0.03 of them are seven.
        ({"group_by": "district", "at_most_share": 0.03}, 2,
         [("乙区", 1, 0, "乙区"), ("甲区", 8, 7, "甲区")], (-1, "乙区")),
        ({"group_by": "spot", "at_most": 5}, 2, [("a", 6, 5, "a")], (-1, "a")),
        ({"group_by": "spot", "at_least": 4}, 2, [("b", 3, 4, "b")], (-1, "b")),
        ({"group_by": "city", "at_most": 9}, 1, [], (0, "city")),
        ({"group_by": "city", "at_least": 10}, 1, [("city", 9, 10, "city")], (-1, "city")),
    ],
)  # fmt: skip
def test_pitches_of_each_group_are_counted(town, plan, numbers, features, expected, tightest):
    found = audit(Rule("q", "quota", WHOLE | numbers, "a test", "ours"), draw_scene(plan, town))
    assert [(b.pitch_id, b.measured, b.required, b.feature_id) for b in found.breaches] == expected
    assert (found.pitches, found.features, found.unit) == (9, features, "pitches")
    assert (found.tightest, found.tightest_at) == tightest
    assert found.not_checkable == ""


def test_a_share_of_people_nobody_counted_is_not_checkable(town, plan):
    nobody = replace(town, communities=town.communities.assign(residents=np.nan))
    rule = Rule("q", "quota", WHOLE | {"at_most_share": 0.5}, "a test", "ours")
    found = audit(rule, draw_scene(plan, nobody))
    assert (found.breaches, found.not_checkable) == ([], "no residents known")
