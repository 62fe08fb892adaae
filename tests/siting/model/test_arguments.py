"""Every argument that cannot be meant is refused with its name and value, never by another library."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pitchplan import goals as g
from pitchplan import limits as m
from pitchplan.errors import InputError

from . import hand

NAN, INF = float("nan"), float("inf")
NO_NUMBERS = ["5", b"5", None, True, [], {}, (1,), NAN, pd.NA, pd.NaT, np.array([1, 2]), object()]
NO_METRES = [*NO_NUMBERS, 0, -1, INF, 10**30]
NO_SHARES = [*NO_NUMBERS, -0.1, 1.1, INF]
NO_COUNTS = [*NO_NUMBERS, -1, 2.5, 10**20]
NO_TEXT = [None, 5, 2.5, True, NAN, [], {}, ["a"], b"a", pd.NA, np.array([1, 2]), object()]
NO_LISTS = ["C0", 5, 2.5, True, {}, {"C0"}, ["C0", 3], [None], np.array(["C0"]), object()]
SPOTS = pd.DataFrame({"spot_id": ["A"], "x_m": [hand.X0], "y_m": [hand.Y0]})


def but(values, *fine):
    return [v for v in values if not any(v is f for f in fine)]


def told(caught, column, value):
    fault = caught.value.faults[0]
    assert fault.column == column or column == fault.source
    assert fault.value is value or repr(fault.value) == repr(value)
    if value is not None:
        assert repr(value)[:30] in str(caught.value)


GOALS = [
    *[(goal, "slack", v) for goal in (*g.GOALS, g.Weighted) for v in [*NO_SHARES, 1.0]],
    *[(goal, "within_m", v) for goal in (g.CoverResidents, g.FairShare, g.StayClose) for v in NO_METRES],
    *[(goal, "beyond_m", v) for goal in (g.ShortestWalk, g.ShortestFarthestWalk) for v in NO_METRES],
    *[(g.SpreadOut, "upto_m", v) for v in NO_METRES],
    *[(g.CoverResidents, "per_pitch", v) for v in [*but(NO_COUNTS, None), 0]],
    *[(g.ShortestFarthestWalk, "step_m", v) for v in [*NO_COUNTS, 0]],
    *[
        (g.Weighted, "parts", v)
        for v in (
            None, 5, "x", (), [], {}, (1,), ((g.HostVendors(),),), ((g.HostVendors(), 0),),
            ((g.HostVendors(), 1.5),), ((g.HostVendors(), True),), ((g.HostVendors, 1),),
            ((g.Weighted(((g.HostVendors(), 1),)), 1),), ((g.HostVendors(), 10**7),), (("x", 1),),
        )
    ],
]  # fmt: skip
PITCHES = SimpleNamespace(pitches=pd.DataFrame({"pitch_id": ["p"]}))
NEEDED = {
    g.KeepPitches: {"last": PITCHES},
    g.StayClose: {"last": SPOTS},
    g.Weighted: {"parts": ((g.HostVendors(), 1),)},
}


@pytest.mark.parametrize(("goal", "column", "value"), GOALS)
def test_a_goal_that_cannot_be_sought_is_refused(goal, column, value):
    with pytest.raises(InputError) as caught:
        goal(**{**NEEDED.get(goal, {}), column: value})
    told(caught, column, value)


def test_a_weighted_sum_counts_each_goal_once():
    with pytest.raises(InputError, match="Give each goal once"):
        g.Weighted(((g.CoverResidents(100), 1), (g.CoverResidents(200), 1)))


@pytest.mark.parametrize("value", [None, 5, "plan.geojson", SPOTS.drop(columns="x_m"), {}, [], SPOTS["x_m"]])
def test_what_is_no_plan_is_nothing_to_stay_close_to(value):
    with pytest.raises(InputError, match=f"'last', value '{type(value).__name__}'"):
        g.StayClose(value)


@pytest.mark.parametrize(
    ("column", "value"),
    [("spot_id", None), ("spot_id", NAN), *[(c, v) for c in ("x_m", "y_m") for v in ("a", None, NAN, INF)]],
)
def test_spots_of_the_last_plan_need_a_place(column, value):
    with pytest.raises(InputError) as caught:
        g.StayClose(SPOTS.astype(object).assign(**{column: [value]}))
    told(caught, column, value)


COUNTS = (m.Quota, m.SpotSize, m.SpotCount)
LIMITS = [
    *[(limit, "at_least", v) for limit in COUNTS for v in NO_COUNTS],
    *[(limit, "at_most", v) for limit in COUNTS for v in but(NO_COUNTS, None)],
    *[(limit, c, v) for limit in (m.Quota, m.SpotCount) for c in ("group_by", "group") for v in NO_TEXT],
    *[(limit, "group_by", "no_such_column") for limit in (m.Quota, m.SpotCount)],
    *[(m.Quota, "group_by", v) for v in ("geometry", "pitch_id", "")],
    *[(m.QuotaByResidents, "group_by", v) for v in [*NO_TEXT, "city", "street_id"]],
    *[(m.QuotaByResidents, "at_least", v) for v in [*NO_NUMBERS, -1, INF]],
    *[(m.QuotaByResidents, "at_most", v) for v in [*but(NO_NUMBERS, None), -1, INF]],
    *[(limit, "within_m", v) for limit in (m.MustServe, m.ServeShare) for v in NO_METRES],
    *[(m.MustServe, "communities", v) for v in [*NO_LISTS, None, []]],
    *[(m.ServeShare, "communities", v) for v in [*NO_LISTS, []]],
    *[(m.ServeShare, "at_least", v) for v in NO_SHARES],
    *[(m.Spacing, "distance_m", v) for v in [*NO_METRES, 0.5, 30.5]],
    *[(m.KerbShare, "at_most", v) for v in NO_SHARES],
    *[(m.ObstructionBudget, "at_most", v) for v in NO_COUNTS],
    *[(limit, "streets", v) for limit in (m.KerbShare, m.ObstructionBudget, m.OneSide) for v in NO_LISTS],
]
FINE = {
    m.Quota: {"group_by": "district", "group": "D0"},
    m.SpotCount: {"group_by": "district", "group": "D0"},
    m.MustServe: {"communities": ["C0"]},
    m.ServeShare: {"at_least": 0.1},
    m.Spacing: {"distance_m": 5},
    m.KerbShare: {"at_most": 0.5},
    m.ObstructionBudget: {"at_most": 5},
}


@pytest.mark.parametrize(("limit", "column", "value"), LIMITS)
def test_a_limit_that_cannot_be_counted_is_refused(limit, column, value):
    with pytest.raises(InputError) as caught:
        hand.problem(limits=[limit(**{**FINE.get(limit, {}), column: value})])
    told(caught, column, value)


@pytest.mark.parametrize(
    ("limit", "column", "value"),
    [
        (m.Quota("community_id", "nowhere", 0, 3), "group", "nowhere"),
        (m.Quota("community_id", at_most=1), "group", ""),
        (m.Quota("city", "D0", at_most=1), "group", "D0"),
        (m.SpotCount(1, None, "district", "D9"), "group", "D9"),
        (m.MustServe(["C0", "C9"]), "communities", "C9"),
        (m.ServeShare(0.1, 100, ["C9"]), "communities", "C9"),
        (m.KerbShare(0.1, ["S9"]), "streets", "S9"),
        (m.ObstructionBudget(5, ["S9"]), "streets", "S9"),
        (m.OneSide(["S9"]), "streets", "S9"),
        (m.Quota("city", "", 3, 2), "at_most", 2),
        (m.SpotSize(3, 2), "at_most", 2),
        (m.SpotCount(3, 2), "at_most", 2),
    ],
)
def test_a_limit_on_what_is_not_there_is_refused(limit, column, value):
    with pytest.raises(InputError) as caught:
        hand.problem(limits=[limit])
    told(caught, column, value)


def test_all_limits_that_cannot_be_counted_are_told_by_their_rows():
    with pytest.raises(InputError, match="3 faults") as caught:
        hand.problem(limits=[m.SpotSize(-1), m.SpotSize(1), "few", m.KerbShare(2)])
    assert [f.row for f in caught.value.faults] == [1, 3, 4]


@pytest.mark.parametrize("value", [None, 5, "few", 2.5, m.SpotSize, object(), ["few"], [m.SpotSize]])
def test_what_is_no_list_of_limits_is_refused(value):
    with pytest.raises(InputError, match="limits"):
        hand.problem(limits=value)


def test_one_limit_alone_needs_no_list():
    assert len(hand.limit_rows(hand.problem(limits=m.Quota("city", "", 0, 2)))) == 1


@pytest.mark.parametrize(
    "value",
    [
        5, 2.5, True, NAN, "host", object(), g.HostVendors, [g.HostVendors], ["host"], [], [None], pd.NA,
        [g.HostVendors(), g.HostVendors(slack=0.5)], m.SpotSize(1), [m.SpotSize(1)],
    ],
)  # fmt: skip
def test_what_is_no_list_of_goals_is_refused(value):
    with pytest.raises(InputError, match="goals"):
        hand.problem(goals=value)


@pytest.mark.parametrize(
    "value", [None, 5, "bus", "", True, [], ["straight"], pd.NA, np.array(["straight"]), b"straight"]
)
def test_a_way_of_walking_that_is_not_known_is_refused(value):
    with pytest.raises(InputError, match=r"walking.*no such way of walking"):
        hand.problem(walking=value)


@pytest.mark.parametrize("walking", ["straight", "streets"])
@pytest.mark.parametrize("value", [*NO_NUMBERS, 0.9, 0, -1, INF, 10**30])
def test_a_detour_shorter_than_straight_is_refused(walking, value):
    import pitchplan as pp

    with pytest.raises(InputError, match="detour") as caught:
        pp.siting_problem(
            hand.found(), hand.city(), vendors=3, goals=[g.FewestSpots()], walking=walking, detour=value
        )
    told(caught, "detour", value)
