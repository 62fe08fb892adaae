"""Columns and rows that every problem has; what each column stands for."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pitchplan import goals as g
from pitchplan import limits as m
from pitchplan.errors import InputError

from . import hand
from .test_goals import over


def test_the_columns_and_rows_of_every_problem():
    stated = hand.problem()
    assert stated.blocks == (("pitch", 3), ("run", 3), ("street", 2), ("shortfall", 1))
    assert stated.lower.tolist() == [0] * 9
    assert stated.upper.tolist() == [2, 1, 2, 1, 1, 1, 1, 1, 3]
    assert hand.dense(stated, "vendors") == [over(9, x0=1, x1=1, x2=1, x8=1)]
    assert hand.bounds(stated, "vendors") == ([3], [3])
    assert hand.dense(stated, "spot-least") == [over(9, x0=1, A=-1), over(9, x1=1, B=-1), over(9, x2=1, C=-1)]
    assert hand.bounds(stated, "spot-least") == ([0] * 3, [np.inf] * 3)
    assert hand.dense(stated, "spot-most") == [over(9, x0=1, A=-2), over(9, x1=1, B=-1), over(9, x2=1, C=-2)]
    assert hand.bounds(stated, "spot-most") == ([-np.inf] * 3, [0] * 3)
    assert hand.dense(stated, "bay-open") == [over(9, x1=1, B=-1)]
    assert hand.dense(stated, "street-open") == [
        over(9, A=1, x6=-1),
        over(9, B=1, x6=-1),
        over(9, C=1, x7=-1),
    ]
    assert hand.dense(stated, "clashes") == []
    assert [r.name for r in stated.rows if r.optional] == []


def test_variables_say_what_each_column_stands_for():
    table = hand.problem(goals=[g.CoverResidents(100, 4)]).variables
    assert (
        table["kind"].tolist()
        == ["pitch"] * 3 + ["run"] * 3 + ["street"] * 2 + ["shortfall"] + ["served"] * 3
    )
    assert table["pitch_ids"].tolist()[:4] == [("A-0", "A-1"), ("B-0",), ("C-0", "C-1"), ()]
    assert table["run_id"].tolist() == ["A", "B", "C", "A", "B", "C", "", "", "", "A", "B", "B"]
    assert table["street_id"].tolist()[6:8] == ["S0", "S1"]
    assert table["group"].tolist() == [-1] * 9 + [0, 0, 1]
    assert table["column"].tolist() == list(range(12))


def test_variables_of_walks_and_of_residents_covered():
    walk = hand.problem(goals=[g.ShortestWalk(150)]).variables.tail(6)
    assert walk["run_id"].tolist() == ["A", "B", "B", "C", "", ""]
    assert walk["group"].tolist() == [0, 0, 1, 1, 0, 1]
    covered = hand.problem(goals=[g.FairShare(100)], limits=[m.OneSide()]).variables
    assert covered["kind"].tolist()[9:] == ["side"] * 3 + ["fair"] + ["covered"] * 2
    assert covered["group"].tolist()[-2:] == [0, 1]


@pytest.mark.parametrize("column", ["vehicle", "community_id", "district", "clear_drive_m"])
def test_bays_that_something_tells_apart_have_columns_of_their_own(column):
    values = {"clear_drive_m": [9.0, 2.0]}.get(column, ["x", "y"])
    places = hand.found()
    pitches = places.pitches.assign(**{column: [*values, *places.pitches[column].tolist()[2:]]})
    stated = hand.problem(of_found=replace(places, pitches=pitches))
    assert stated.variables["pitch_ids"].tolist()[:2] == [("A-0",), ("A-1",)]
    assert len(hand.dense(stated, "bay-open")) == 3


def test_bays_that_are_alike_come_back_side_by_side():
    places = hand.found()
    more = pd.concat([places.pitches.head(1)] * 5, ignore_index=True)
    more = more.assign(
        pitch_id=[f"A-{k}" for k in range(5)],
        chainage_m=7.0 * np.arange(5),
        x_m=hand.X0 + 7.0 * np.arange(5),
    )
    stated = hand.problem(of_found=replace(places, pitches=more), vendors=3)
    assert stated.upper[0] == 5
    assert stated.solve().pitches["pitch_id"].tolist() == ["A-1", "A-2", "A-3"]


def test_a_row_of_the_planners_own():
    stated = hand.problem(vendors=5)
    more = stated.with_rows("A or C, not both", {3: 1, np.int64(5): 1}, at_most=1)
    assert hand.dense(more, "A or C, not both") == [over(9, A=1, C=1)]
    assert hand.bounds(more, "A or C, not both") == ([-np.inf], [1])
    assert hand.solved(more)[1] == 2
    assert hand.solved(stated)[1] == 0
    assert more.sha256 != stated.sha256
    assert len(stated.rows) + 1 == len(more.rows)
    least = stated.with_rows("open C", {5: 1}, at_least=1)
    assert hand.bounds(least, "open C") == ([1], [np.inf])
    assert "open C" in repr(least)


@pytest.mark.parametrize(
    ("name", "row", "options", "words"),
    [
        ("mine", {99: 1}, {}, "'column', value 99: no such column. Give 0 to 8"),
        ("mine", {-1: 1}, {}, "value -1: no such column"),
        ("mine", {"A": 1}, {}, "value 'A': no such column"),
        ("mine", {0.0: 1}, {}, "value 0.0: no such column"),
        ("mine", {0: 0.5}, {}, "row 0, value 0.5: not a whole number"),
        ("mine", {0: True}, {}, "value True: not a whole number"),
        ("mine", {0: 1}, {"at_least": 1.5}, "'at_least', value 1.5"),
        ("mine", {0: 1}, {"at_most": "3"}, "'at_most', value '3'"),
        ("vendors", {0: 1}, {}, "'name', value 'vendors': a name that is empty or taken"),
        ("", {0: 1}, {}, "a name that is empty"),
        (7, {0: 1}, {}, "value 7: a name that is empty"),
    ],
)
def test_rows_that_cannot_be_added_are_refused(name, row, options, words):
    with pytest.raises(InputError) as caught:
        hand.problem().with_rows(name, row, **options)
    assert words in str(caught.value)


def test_there_are_no_rows_of_that_name():
    with pytest.raises(KeyError, match="no rows named 'nothing'; there are vendors"):
        hand.problem().rows_named("nothing")


def test_a_problem_prints_as_a_few_telling_lines():
    stated = hand.problem(limits=[m.Quota("street_id", "S0", 0, 2)], goals=[g.HostVendors(), g.FewestSpots()])
    assert repr(stated).split("\n") == [
        "SitingProblem: 3 vendors, 5 pitches in 3 runs",
        "  goals: host-vendors, fewest-spots",
        "  9 columns (3 pitch, 3 run, 2 street, 1 shortfall), 12 rows",
        "  limit planner (street_id 'S0': at most 2)",
    ]
    many = hand.problem(limits=[m.SpotCount(0, k) for k in range(9)])
    assert repr(many).endswith(" and 3 more")


def test_a_problem_prints_as_safe_html():
    places = hand.found()
    sly = places.pitches.assign(street_id="<b>&")
    stated = hand.problem(of_found=replace(places, pitches=sly), limits=[m.Quota("street_id", "<b>&", 0, 2)])
    shown = stated._repr_html_()
    assert shown.startswith("<p>SitingProblem: 3 vendors")
    assert "&lt;b&gt;&amp;" in shown
    assert "<b>" not in shown


def test_a_city_without_homes_or_a_town_without_pitches_is_stated():
    empty = replace(hand.city(), buildings=hand.homes((50, 10)).iloc[:0])
    bare = replace(empty, communities=empty.communities.assign(residents=0.0))
    every = [
        g.CoverResidents(100),
        g.ShortestWalk(),
        g.ShortestFarthestWalk(),
        g.FairShare(),
        g.SpreadOut(),
        g.KeepTrafficClear(),
        g.FewestSpots(),
        g.HostVendors(),
    ]
    plan = hand.problem(of_city=bare, goals=every).solve(time_limit_s=20)
    assert plan.goals["value"].tolist()[:5] == [0, 0, 2000, 1000, 300]
    places = hand.found()
    none = replace(places, pitches=places.pitches.iloc[:0], runs=places.runs.iloc[:0])
    plan = hand.problem(of_found=none, goals=every).solve(time_limit_s=20)
    assert plan.goals["value"].iloc[-1] == 3
    assert len(plan.spots) == 0
