"""Each goal's rows and costs, and its answer, on a district that fits on a sheet of paper."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pitchplan import goals as g
from pitchplan import limits as m
from pitchplan.errors import InputError
from pitchplan.traffic.obstruction import obstruction

from . import hand

NONE = [0] * hand.BASE
RUNS = {"A": 3, "B": 4, "C": 5}


def over(size, **at):
    """Return one row: coefficients by run (A, B, C) or by column (x9, x10 and so on)."""
    row = [0] * size
    for name, value in at.items():
        row[RUNS[name] if name in RUNS else int(name[1:])] = value
    return row


def costs(stated, k=0):
    return stated.goals[k].costs.tolist()


def test_host_vendors_counts_who_is_left():
    stated = hand.problem(vendors=7)
    assert costs(stated) == over(9, x8=1)
    assert (stated.goals[0].sense, stated.goals[0].bound, stated.goals[0].whole) == ("least", 0, 7)
    assert hand.solved(stated) == ({"A": 2, "B": 1, "C": 2}, 2)


def test_cover_residents_within_the_capacity_of_spots():
    stated = hand.problem(goals=[g.CoverResidents(100, 4)])
    # The homes at 50 m reach A and B, those at 200 m reach B; nobody at 900 m reaches any.
    assert stated.blocks[-1] == ("served", 3)
    assert hand.dense(stated, "serve-within-capacity") == [
        [-4, 0, 0, *[0] * 6, 1, 0, 0],
        [0, -4, 0, *[0] * 6, 0, 1, 1],
        [0, 0, -4, *[0] * 6, 0, 0, 0],
    ]
    assert hand.dense(stated, "serve-once") == [over(12, x9=1, x10=1), over(12, x11=1)]
    assert hand.bounds(stated, "serve-once")[1] == [10, 5]
    assert costs(stated) == over(12, x9=1, x10=1, x11=1)
    assert (stated.goals[0].sense, stated.goals[0].bound) == ("most", 12)
    assert hand.solved(stated) == ({"A": 2, "B": 1}, 12)


def test_cover_residents_however_many():
    stated = hand.problem(goals=[g.CoverResidents(100, None), g.FewestSpots()])
    assert hand.dense(stated, "covered-by-open-runs") == [
        over(11, A=-10, B=-10, x9=1),
        over(11, B=-5, x10=1),
    ]
    assert costs(stated) == over(11, x9=1, x10=1)
    assert stated.goals[0].bound == 15
    assert list(hand.solved(stated)[0]) == ["B"]


def test_shortest_walk_to_the_nearest_spot():
    stated = hand.problem(goals=[g.ShortestWalk(150, slack=0.0), g.FewestSpots()])
    # 50 m to A and B, 100 m to B, 106 m to C, then "nowhere" of either home.
    assert hand.dense(stated, "walk-once") == [
        over(15, x9=1, x10=1, x13=1),
        over(15, x11=1, x12=1, x14=1),
    ]
    assert hand.bounds(stated, "walk-once") == ([1, 1], [1, 1])
    assert hand.dense(stated, "walk-to-open") == [
        over(15, x9=1, A=-1),
        over(15, x10=1, B=-1),
        over(15, x11=1, B=-1),
        over(15, x12=1, C=-1),
    ]
    assert costs(stated) == [*NONE, 500, 500, 500, 530, 1500, 750]
    # Two people at 900 m have no run within 150 m: they count as walking so far whatever is opened.
    assert (stated.goals[0].offset, stated.goals[0].bound) == (300, 1300)
    plan = stated.solve()
    assert plan.goals["value"].tolist() == [1300, 1]
    assert plan.spots["spot_id"].tolist() == ["B"]


def test_shortest_walk_of_a_plan_without_spots():
    stated = hand.problem(vendors=0, goals=[g.ShortestWalk(150.9)])
    assert hand.solved(stated) == ({}, 17 * 150)


def test_shortest_farthest_walk_in_steps():
    stated = hand.problem(goals=[g.ShortestFarthestWalk(150, 10, slack=0.0), g.FewestSpots()])
    # Levels 50, 100, 110 and 150: column k says that somebody walks farther than level k.
    assert stated.block("farthest") == slice(9, 12)
    assert hand.dense(stated, "farthest-is-nested") == [over(12, x9=1, x10=-1), over(12, x10=1, x11=-1)]
    assert hand.dense(stated, "no-nearer-run") == [over(12, x9=1)]
    assert hand.dense(stated, "walk-no-farther") == [
        over(12, A=1, B=1, x11=1),
        over(12, B=1, x10=1),
        over(12, B=1, C=1, x11=1),
    ]
    assert costs(stated) == over(12, x9=50, x10=10, x11=40)
    assert (stated.goals[0].offset, stated.goals[0].bound) == (50, 100)
    assert hand.solved(stated)[0].keys() == {"B"}
    # Without B the second home walks 106 m, which is 110 in steps of ten; without both it counts 150.
    pairs = {"goals": [g.ShortestFarthestWalk(150, 10)], "limits": [m.SpotSize(2, 2)]}
    assert hand.solved(hand.problem(vendors=4, **pairs)) == ({"A": 2, "C": 2}, 110)
    assert hand.solved(hand.problem(vendors=3, **pairs))[1] == 150


def test_whoever_has_no_run_in_reach_is_left_out_of_the_farthest_walk():
    stated = hand.problem(vendors=0, goals=[g.ShortestFarthestWalk(30, 20)])
    assert hand.solved(stated) == ({}, 40)


def test_fair_share_of_the_least_served_community():
    stated = hand.problem(goals=[g.FairShare(100, slack=0.0), g.FewestSpots()])
    assert hand.dense(stated, "fair-share") == [
        over(12, x9=-10, x10=1000),
        over(12, x9=-5, x11=1000),
    ]
    assert hand.bounds(stated, "fair-share") == ([0, 0], [np.inf, np.inf])
    assert costs(stated) == over(12, x9=1)
    assert stated.goals[0].bound == 1000
    assert list(hand.solved(stated)[0]) == ["B"]
    assert (
        hand.solved(hand.problem(goals=[g.FairShare(100)], limits=[m.Quota("street_id", "S0", 0, 0)]))[1] == 0
    )


def test_residents_outside_all_communities_hold_no_share_down():
    # At 960 m, past the last community, seven people reach C alone.
    outside = replace(hand.city(), buildings=hand.homes((50, 10), (200, 5), (960, 7)))
    stated = hand.problem(
        vendors=1, of_city=outside, goals=[g.FairShare(700)], limits=[m.Quota("community_id", "C1", 0, 0)]
    )
    assert len(hand.dense(stated, "fair-share")) == 2
    assert hand.solved(stated)[1] == 1000


def test_keep_traffic_clear_pays_pitch_run_and_street():
    district, places = hand.city(), hand.found(clear=(4.5, 4.5, 4.5))
    stated = hand.problem(of_found=places, goals=[g.HostVendors(), g.KeepTrafficClear()])
    told = obstruction(places.pitches, places.runs, district.centrelines)
    a, b, c = told.per_pitch[0], told.per_pitch[2], told.per_pitch[3]
    assert min(a, b, c, *told.per_run, *told.per_street) > 0
    assert costs(stated, 1) == [a, b, c, *told.per_run, *told.per_street, 0]
    # The street is used once, by whichever of its runs.
    assert hand.dense(stated, "street-open") == [
        over(9, A=1, x6=-1),
        over(9, B=1, x6=-1),
        over(9, C=1, x7=-1),
    ]
    used = hand.problem(
        of_found=places,
        vendors=3,
        limits=[m.Quota("street_id", "S1", 0, 0)],
        goals=[g.HostVendors(), g.KeepTrafficClear()],
    )
    assert hand.solved(used) == ({"A": 2, "B": 1}, 2 * a + b + told.per_run[:2].sum() + told.per_street[0])


@pytest.mark.parametrize("layer", ["centrelines", "streets"])
@pytest.mark.parametrize(("busy", "spot"), [("S0", ["C"]), ("S1", ["A"])])
def test_the_streets_traffic_decides_where_vendors_stand(layer, busy, spot):
    district = hand.city()
    volume = np.where(district.centrelines["street_id"] == busy, 900.0, 40.0)
    if layer == "centrelines":
        district = replace(district, centrelines=district.centrelines.assign(volume_veh_per_h=volume))
    else:
        counts = pd.DataFrame({"street_id": ["S0", "S1"], "volume_veh_per_h": volume})
        district = replace(district, centrelines=district.centrelines.iloc[:0], streets=counts)
    stated = hand.problem(of_city=district, vendors=2, goals=[g.HostVendors(), g.KeepTrafficClear()])
    assert list(hand.solved(stated)[0]) == spot


def test_fewest_spots():
    stated = hand.problem(goals=[g.HostVendors(), g.FewestSpots()])
    assert costs(stated, 1) == over(9, A=1, B=1, C=1)
    assert hand.solved(stated)[1] == 2


def test_spread_out_between_the_nearest_bays():
    stated = hand.problem(goals=[g.SpreadOut(250.5)], limits=[m.SpotCount(2)])
    # 94 m from A to B, 200 m from B to C, 294 m from A to C; levels 94, 200 and 250.
    assert hand.dense(stated, "spots-apart") == [over(12, A=1, B=1, x10=1), over(12, B=1, C=1, x11=1)]
    assert hand.bounds(stated, "spots-apart")[1] == [2, 2]
    assert hand.dense(stated, "spread-is-nested") == [over(12, x9=1, x10=-1), over(12, x10=1, x11=-1)]
    assert costs(stated) == over(12, x9=94, x10=106, x11=50)
    assert stated.goals[0].bound == 250
    assert hand.solved(stated)[1] == 250
    assert hand.solved(stated)[0].keys() == {"A", "C"}
    assert hand.solved(hand.problem(goals=[g.SpreadOut(250)], limits=[m.SpotCount(3)]))[1] == 94
    assert hand.solved(hand.problem(goals=[g.SpreadOut(250)], limits=[m.SpotCount(0, 1)]))[1] == 250


def test_metres_between_spots_are_rounded_down_and_walks_up():
    places = hand.found()
    moved = places.pitches.assign(
        x_m=places.pitches["x_m"] + np.where(places.pitches["run_id"] == "B", 0.4, 0)
    )
    near = replace(places, pitches=moved)
    spread = hand.problem(of_found=near, goals=[g.SpreadOut(250)], limits=[m.SpotCount(3)])
    assert hand.solved(spread)[1] == 94
    walk = hand.problem(of_found=near, goals=[g.ShortestWalk(150)], limits=[m.Quota("run_id", "A", 0, 0)])
    assert hand.solved(walk)[1] == 10 * 51 + 5 * 100 + 2 * 150


def last(*spots):
    frame = pd.DataFrame(spots, columns=["spot_id", "x_m", "y_m"])
    return frame.assign(x_m=hand.X0 + frame["x_m"], y_m=hand.Y0 + frame["y_m"])


def test_stay_close_counts_spots_given_up_and_added():
    # A by its id wherever it says it was, B from ten metres away, and one that has no run any more.
    spots = last(("A", 800.0, 0.0), ("old", 110.0, 0.0), ("gone", 600.0, 0.0))
    stated = hand.problem(goals=[g.HostVendors(), g.StayClose(spots)])
    assert costs(stated, 1) == over(9, A=-1, B=-1, C=1)
    assert (stated.goals[1].offset, stated.goals[1].bound) == (3, 1)
    assert hand.solved(stated) == ({"A": 2, "B": 1}, 1)
    nearer = hand.problem(goals=[g.StayClose(spots, within_m=9)])
    assert costs(nearer) == over(9, A=-1, B=1, C=1)
    assert nearer.goals[0].offset == 3


def test_a_run_stands_for_one_spot_of_the_last_plan():
    stated = hand.problem(goals=[g.StayClose(last(("p", 95.0, 0.0), ("q", 105.0, 0.0)))])
    assert costs(stated) == over(9, A=1, B=-1, C=1)
    assert hand.solved(stated) == ({"B": 1}, 1)


def test_stay_close_to_a_plan_takes_its_spots():
    plan = hand.problem(vendors=2, limits=[m.Quota("district", "D0", 0, 0)]).solve()
    again = hand.problem(goals=[g.StayClose(plan)])
    assert hand.solved(again)[0].keys() == {"C"}


def test_a_weighted_sum_counts_more_is_better_with_a_minus():
    stated = hand.problem(goals=[g.Weighted(((g.CoverResidents(100, None), 2), (g.FewestSpots(), 3)))])
    assert stated.goals[0].name == "2 x cover-residents + 3 x fewest-spots"
    assert costs(stated) == over(11, A=3, B=3, C=3, x9=-2, x10=-2)
    assert (stated.goals[0].sense, stated.goals[0].bound) == ("least", -30)
    assert hand.solved(stated) == ({"B": 1}, -27)


def test_slack_is_a_share_of_what_is_reached():
    row = hand.problem(vendors=5, goals=[g.HostVendors(slack=0.4)]).goals[0]
    assert row.kept(0) == (-np.inf, 2)
    assert row.kept(1) == (-np.inf, 2)
    most = replace(row, sense="most", whole=None, slack=0.1)
    assert most.kept(100)[0] == 90
    assert most.kept(-100)[0] == -110
    assert replace(most, sense="least").kept(101)[1] == 111


def test_numbers_of_numpy_are_numbers():
    one = g.CoverResidents(np.float64(100), np.int64(4), slack=np.float64(0.1))
    other = g.CoverResidents(100.0, 4, slack=0.1)
    assert (
        hand.problem(goals=[one]).goals[0].costs.tolist()
        == hand.problem(goals=[other]).goals[0].costs.tolist()
    )


def test_one_goal_alone_needs_no_list():
    assert hand.problem(goals=g.FewestSpots()).goals[0].name == "fewest-spots"


def test_residents_too_many_to_count_are_refused():
    crowd = replace(hand.city(), buildings=hand.homes((50, 2**31)))
    with pytest.raises(InputError, match="too many residents"):
        hand.problem(of_city=crowd, goals=[g.CoverResidents(100)])
    with pytest.raises(InputError, match="person-metres"):
        hand.problem(of_city=replace(crowd, buildings=hand.homes((50, 2**45))), goals=[g.ShortestWalk(800)])
