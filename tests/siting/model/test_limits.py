"""Each limit's rows and its answer, on a district that fits on a sheet of paper."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pitchplan import goals as g
from pitchplan import limits as m
from pitchplan.auditing.limits import count_limits
from pitchplan.errors import InputError, NoPlanExists
from pitchplan.traffic.obstruction import obstruction

from . import hand
from .test_goals import over

INF = np.inf
D0, D1 = over(9, x0=1, x1=1), over(9, x2=1)


def stated(*limits, **options):
    return hand.problem(limits=limits, **options)


def table(problem):
    columns = ["counts", "group_by", "group", "at_least", "at_most"]
    return list(problem.facts.limits[columns].itertuples(index=False, name=None))


def test_a_quota_counts_the_pitches_of_a_group():
    problem = stated(m.Quota("district", "D0", 1, 2), vendors=5)
    assert hand.limit_rows(problem) == [(D0, 1, 2)]
    assert table(problem) == [("pitches", "district", "D0", 1, 2)]
    counts, short = hand.solved(problem)
    assert short == 1
    assert counts["C"] == 2


def test_a_quota_of_each_group_is_a_row_per_group():
    problem = stated(m.Quota("community_id", "each", 1, 1), vendors=5)
    assert hand.limit_rows(problem) == [(D0, 1, 1), (D1, 1, 1)]
    assert hand.solved(problem)[1] == 3
    vehicle = stated(
        m.Quota("vehicle", "tricycle", 0, 0),
        vendors=5,
        of_found=hand.found(("small-truck", "tricycle", "small-truck")),
    )
    assert hand.limit_rows(vehicle) == [(over(9, x1=1), -INF, 0)]


def test_a_quota_of_a_community_without_a_pitch():
    district = hand.city()
    more = pd.concat(
        [district.communities, district.communities.tail(1).assign(community_id="C2")], ignore_index=True
    )
    wider = replace(district, communities=more)
    assert hand.limit_rows(stated(m.Quota("community_id", "each", 0, 5), of_city=wider)) == [
        (D0, -INF, INF),
        (D1, -INF, INF),
    ]
    with pytest.raises(NoPlanExists, match="C2"):
        stated(m.Quota("community_id", "each", 1), of_city=wider)


def test_a_quota_in_proportion_to_residents():
    # Of three vendors 3 x 10 / 17 = 1.76 are D0's fair part, and 1.24 are D1's.
    problem = stated(m.QuotaByResidents("district", 1.0, 0.5 + 0.5))
    assert table(problem) == [("pitches", "district", "D0", 1, 2), ("pitches", "district", "D1", 1, 2)]
    assert hand.limit_rows(problem) == [(D0, 1, 2), (D1, 1, INF)]
    half = stated(m.QuotaByResidents("community_id", 0.0, 0.5))
    assert hand.limit_rows(half) == [(D0, -INF, 1), (D1, -INF, 1)]
    assert hand.solved(half)[1] == 1


def test_at_least_more_than_at_most_times_the_fair_part_is_refused():
    with pytest.raises(InputError, match=r"'at_most', value 0\.5: a limit that cannot be counted"):
        stated(m.QuotaByResidents("district", 1.5, 0.5))


def test_proportions_need_residents():
    district = hand.city()
    with pytest.raises(InputError, match="no residents known"):
        stated(
            m.QuotaByResidents(),
            of_city=replace(district, communities=district.communities.assign(residents=np.nan)),
        )


def test_a_spot_has_at_least_and_at_most_so_many_pitches():
    problem = stated(m.SpotSize(2, 3))
    assert hand.dense(problem, "spot-least") == [
        over(9, x0=1, A=-2),
        over(9, x1=1, B=-2),
        over(9, x2=1, C=-2),
    ]
    assert hand.dense(problem, "spot-most") == [over(9, x0=1, A=-2), over(9, x1=1, B=-1), over(9, x2=1, C=-2)]
    assert table(problem) == [("pitches", "spot", "", 2, 3)]
    assert hand.solved(problem)[1] == 1
    assert hand.dense(stated(m.SpotSize(0, 1)), "spot-most")[0] == over(9, x0=1, A=-1)
    with pytest.raises(NoPlanExists, match="at least 3 and at most 2"):
        stated(m.SpotSize(3, None), m.SpotSize(1, 2))


def test_a_number_of_spots():
    problem = stated(m.SpotCount(1, 2), goals=[g.FewestSpots()])
    assert hand.limit_rows(problem) == [(over(9, A=1, B=1, C=1), 1, 2)]
    assert table(problem) == [("spots", "city", "", 1, 2)]
    assert hand.solved(problem)[1] == 1
    by_street = stated(m.SpotCount(0, 1, "street_id", "each"), vendors=5)
    assert hand.limit_rows(by_street) == [(over(9, A=1, B=1), -INF, 1), (over(9, C=1), -INF, INF)]
    assert hand.solved(by_street) == ({"A": 2, "C": 2}, 1)


def test_every_resident_of_a_community_must_be_served():
    problem = stated(m.MustServe(["C0"], 100), goals=[g.FewestSpots()])
    assert hand.limit_rows(problem) == [(over(9, A=1, B=1), 1, INF)]
    assert hand.solved(problem)[1] == 1
    with pytest.raises(NoPlanExists, match=r"'C1'.*2 residents have no legal run that near"):
        stated(m.MustServe(["C1"], 100))
    both = stated(m.MustServe(["C1", "C0"], 600), goals=[g.FewestSpots()])
    assert list(hand.solved(both)[0]) == ["C"]


def test_a_share_of_the_residents_must_be_served():
    problem = stated(m.ServeShare(0.8, 100), goals=[g.FewestSpots()])
    # 0.8 x 17 = 13.6 residents, of 10 near A and B and 5 near B.
    assert hand.limit_rows(problem) == [(over(11, x9=1, x10=1), 14, INF)]
    assert list(hand.solved(problem)[0]) == ["B"]
    one = stated(m.ServeShare(0.5, 100, ["C1"]))
    assert hand.limit_rows(one) == [(over(11, x10=1), 4, INF)]
    with pytest.raises(NoPlanExists, match="only 5 have a legal run that near"):
        stated(m.ServeShare(0.9, 100, ["C1"]))


def test_naming_every_community_asks_as_much_as_naming_none():
    # Of C1's 90 residents 7 have a home; the others count as not served, whoever is asked about.
    district = hand.city()
    told = replace(district, communities=district.communities.assign(residents=[10.0, 90.0]))
    rows = [
        hand.limit_rows(stated(m.ServeShare(0.1, 100, names), of_city=told)) for names in (None, ["C0", "C1"])
    ]
    assert rows[0] == rows[1] == [(over(11, x9=1, x10=1), 10, INF)]
    with pytest.raises(NoPlanExists, match="at least 45 residents"):
        stated(m.ServeShare(0.5, 100, ["C1"]), of_city=told)


@pytest.mark.parametrize(
    ("metres", "pairs"), [(94, []), (95, ["AB"]), (200, ["AB"]), (201, ["AB", "BC"]), (295, ["ABC"])]
)
def test_spots_stand_apart(metres, pairs):
    problem = stated(m.Spacing(metres), vendors=5)
    assert hand.limit_rows(problem) == [(over(9, **dict.fromkeys(p, 1)), -INF, 1) for p in pairs]
    assert hand.solved(problem)[1] == {94: 0, 95: 1, 200: 1, 201: 1, 295: 3}[metres]


def test_pitches_along_a_share_of_the_kerbs():
    # Two kerbs of 100 m each: twelve metres of them are two bays.
    problem = stated(m.KerbShare(0.06), vendors=5)
    assert hand.limit_rows(problem) == [(D0, -INF, 2), (D1, -INF, INF)]
    assert table(problem)[0] == ("pitches", "street_id", "S0", 0, 2)
    assert hand.solved(problem)[1] == 1
    assert hand.limit_rows(stated(m.KerbShare(0.0, ["S1"]))) == [(D1, -INF, 0)]


def test_bays_of_two_lengths_take_up_their_own_kerb():
    places = hand.found(("small-truck", "tricycle", "small-truck"))
    long = np.where(places.pitches["vehicle"] == "tricycle", 3.0, 6.0)
    mixed = replace(places, pitches=places.pitches.assign(length_m=long))
    problem = stated(m.KerbShare(0.045, ["S0"]), of_found=mixed, vendors=5)
    assert hand.limit_rows(problem) == [(over(9, x0=600, x1=300), -INF, 900)]
    assert table(problem) == [("centimetres of kerb", "street_id", "S0", 0, 900)]
    plan = problem.solve()
    assert (plan.pitches["run_id"] == "A").sum() == 1
    assert plan.shortfall == 1
    assert plan.limits["used"].tolist() == [900]
    finding = count_limits(plan)
    assert (finding.breaches, finding.not_checkable) == ([], "")
    over_it = replace(plan, limits=plan.limits.assign(at_most=899))
    assert [b.measured for b in count_limits(over_it).breaches] == [900]


def test_bays_of_a_run_that_differ_in_length_have_columns_of_their_own():
    places = hand.found()
    unlike = replace(places, pitches=places.pitches.assign(length_m=[6.0, 5.0, 6.0, 6.0, 6.0]))
    assert stated(of_found=unlike).block("pitch").stop == 3
    problem = stated(m.KerbShare(0.03, ["S0"]), of_found=unlike)
    assert problem.block("pitch").stop == 4
    assert hand.limit_rows(problem)[0][0][:4] == [600, 500, 600, 0]


def test_kerbs_are_measured_by_centrelines():
    district = hand.city()
    with pytest.raises(InputError, match="no centrelines"):
        stated(m.KerbShare(0.1), of_city=replace(district, centrelines=district.centrelines.iloc[:0]))


def test_a_street_delays_by_at_most_so_much():
    places = hand.found(clear=(4.5, 4.5, 4.5))
    told = obstruction(places.pitches, places.runs, hand.city().centrelines)
    pitch, run, street = told.per_pitch[0], told.per_run, told.per_street
    least = int(pitch + run[0] + street[0])
    problem = stated(m.ObstructionBudget(least, ["S0"]), of_found=places, vendors=5)
    assert hand.limit_rows(problem) == [
        (over(9, x0=pitch, x1=told.per_pitch[2], A=run[0], B=run[1], x6=street[0]), -INF, least)
    ]
    assert hand.solved(problem)[1] == 2
    none = stated(m.ObstructionBudget(0), of_found=places)
    assert hand.solved(none) == ({}, 3)


def test_spots_on_one_side_only():
    problem = stated(m.OneSide(), vendors=5)
    assert problem.block("side") == slice(9, 12)
    assert hand.dense(problem, "side-open") == [
        over(12, A=1, x9=-1),
        over(12, B=1, x10=-1),
        over(12, C=1, x11=-1),
    ]
    assert hand.limit_rows(problem) == [(over(12, x9=1, x10=1), -INF, 1)]
    assert table(problem) == [("sides", "street_id", "S0", 0, 1), ("sides", "street_id", "S1", 0, 1)]
    assert hand.solved(problem) == ({"A": 2, "C": 2}, 1)
    assert hand.limit_rows(stated(m.OneSide(["S1"]))) == []


def test_the_books_limits_hold_beside_the_planners():
    book = pd.DataFrame(
        [("a", "spot", "", 2, 2), ("b", "community_id", "C1", None, 1), ("b", "community_id", "C1", None, 1)],
        columns=["rule", "group_by", "group", "at_least", "at_most"],
    )
    problem = stated(m.SpotSize(1, 5), of_found=replace(hand.found(), limits=book))
    assert hand.limit_rows(problem) == [(D1, -INF, 1)]
    assert hand.solved(problem) == ({"A": 2}, 1)


def test_limits_without_room_are_named():
    with pytest.raises(NoPlanExists, match=r"community_id 'C0': at least 4\).*only 3 are legal"):
        stated(m.Quota("community_id", "C0", 4))
    with pytest.raises(
        NoPlanExists, match="limits by district ask for 4 pitches together, more than 3 vendors"
    ):
        stated(m.Quota("district", "each", 2))


def test_limits_that_contradict_are_named():
    problem = stated(m.Quota("community_id", "C0", 2), m.Quota("district", "D0", 0, 1))
    with pytest.raises(NoPlanExists, match="contradict each other") as caught:
        problem.solve(time_limit_s=10)
    assert "C0" in str(caught.value)
    assert "D0" in str(caught.value)
    with pytest.raises(NoPlanExists, match="no plan exists"):
        stated(m.SpotSize(2, None), m.Quota("city", "", 1, 1)).solve(time_limit_s=10)


def test_what_a_plan_uses_of_its_limits():
    problem = stated(
        m.Quota("district", "D0", 0, 2),
        m.SpotSize(1, 2),
        m.SpotCount(0, 3),
        m.ServeShare(0.1, 100),
        m.Spacing(95),
        vendors=5,
    )
    plan = problem.solve()
    pitches = plan.pitches["district"].tolist().count("D0")
    near = 15 if "B" in set(plan.spots["spot_id"]) else 10
    assert plan.limits["used"].tolist() == [pitches, plan.spots["capacity"].max(), len(plan.spots), near, 190]


NOT_TEXT = {
    "numbers": ([1.0, 1.0, 1.0, np.nan, np.nan], "1.0"),
    "whole-numbers": (pd.array([7, 7, 7, None, None], dtype="Int64"), "7"),
    "categories": (pd.Categorical(["inner", "inner", "inner", None, None]), "inner"),
    "yes-no": (pd.array([True, True, True, None, None], dtype="boolean"), "True"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("wards", "name"), NOT_TEXT.values(), ids=NOT_TEXT.keys())
def test_groups_need_not_be_text(wards, name):
    places = hand.found()
    marked = replace(places, pitches=places.pitches.assign(ward=wards))
    problem = stated(m.Quota("ward", "each", 1, 2), of_found=marked, vendors=5)
    assert hand.limit_rows(problem) == [(D0, 1, 2)]
    assert table(problem) == [("pitches", "ward", name, 1, 2)]
    plan = problem.solve()
    assert plan.shortfall == 1
    assert count_limits(plan).breaches == []


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("empty", [np.nan, None, pd.NA], ids=["nan", "none", "na"])
def test_columns_that_are_empty_throughout_are_read_as_no_text(empty):
    places, district = hand.found(), hand.city()
    nowhere = dict.fromkeys(("street", "street_en", "side", "address_en"), empty)
    bare = replace(places, pitches=places.pitches.assign(**nowhere), runs=places.runs.assign(**nowhere))
    limits = [m.OneSide(), m.SpotCount(0, 3), m.KerbShare(0.5)]
    plan = stated(*limits, of_found=bare, of_city=district, vendors=5, goals=[g.FewestSpots()]).solve()
    assert set(plan.spots["name"]) <= {"路侧"}
    assert count_limits(plan).breaches == []
