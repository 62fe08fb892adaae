"""What committees said: kept spots are open, forbidden places are empty, each is answered."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer

from pitchplan import limits as m
from pitchplan.errors import InputError, NoPlanExists
from pitchplan.siting.decisions import read_decisions

from . import hand
from .test_goals import over

TO_DEGREES = Transformer.from_crs(hand.CRS, "EPSG:4326", always_xy=True)


def said(*rows):
    """Decisions from (what, metres east, changes)."""
    table = []
    for k, (what, x, changes) in enumerate(rows):
        lon, lat = TO_DEGREES.transform(hand.X0 + x, hand.Y0)
        row = {"decision_id": f"K{k}", "what": what, "lon": lon, "lat": lat, "radius_m": 4.0, "rule": ""}
        table.append({**row, "reason": "r", "who": "w", "date": "2026-05-01", **changes})
    return pd.DataFrame(table)


def answers(problem):
    return problem.facts.decisions["answer"].tolist()


def test_a_kept_spot_is_a_row_that_can_be_taken_back():
    problem = hand.problem(vendors=1, decisions=said(("keep", 301, {"radius_m": 9.0})))
    assert hand.limit_rows(problem) == [(over(9, C=1), 1, np.inf)]
    assert [r.name for r in problem.rows if r.optional] == ["decision K0 (keep spot C)"]
    assert hand.solved(problem) == ({"C": 1}, 0)
    assert answers(problem) == ["spot C is kept, 1 m from the place"]


def test_of_two_spots_as_near_the_smaller_id_is_kept():
    problem = hand.problem(decisions=said(("keep", 53, {"radius_m": 60.0})))
    assert [r.name for r in problem.rows if r.optional] == ["decision K0 (keep spot A)"]


def test_forbidden_pitches_are_taken_out():
    problem = hand.problem(vendors=5, decisions=said(("forbid", 0, {}), ("forbid", 100, {})))
    assert problem.facts.pitches["pitch_id"].tolist() == ["A-1", "C-0", "C-1"]
    assert problem.block("pitch").stop == 2
    assert answers(problem) == ["1 pitches taken out", "1 pitches taken out"]
    assert hand.solved(problem) == ({"A": 1, "C": 2}, 2)


def test_a_walk_leads_to_the_farthest_bay_that_is_left():
    from pitchplan import goals as g

    shorter = hand.problem(goals=[g.ShortestWalk(60)], decisions=said(("forbid", 0, {"radius_m": 2.0})))
    assert shorter.goals[0].bound == 10 * 44 + 7 * 60


def test_keeping_what_is_forbidden_is_a_contradiction():
    with pytest.raises(NoPlanExists, match="'K0'"):
        hand.problem(decisions=said(("keep", 100, {}), ("forbid", 100, {"radius_m": 60.0})))


def test_keeping_more_spots_than_vendors_is_named():
    problem = hand.problem(vendors=1, decisions=said(("keep", 0, {}), ("keep", 100, {})))
    with pytest.raises(NoPlanExists, match="decision K"):
        problem.solve(time_limit_s=10)


def test_every_decision_is_answered():
    refusals = pd.DataFrame(
        [("X", "junction", "J", 3.2, 10.0, hand.X0 + 205, hand.Y0)],
        columns=["place_id", "rule", "feature_id", "measured", "required", "x_m", "y_m"],
    )
    table = said(
        ("keep", 200, {}),
        ("nominate", 3, {}),
        ("nominate", 203, {}),
        ("nominate", 700, {}),
        ("waive", 3, {"rule": "hydrant"}),
        ("waive", 3, {"rule": "hydrant", "decision_id": "W"}),
    )
    places = replace(hand.found(), refusals=refusals, provenance={"waivers": [{"decision_id": "W"}]})
    problem = hand.problem(of_found=places, decisions=table)
    assert answers(problem) == [
        "no legal place within 4 m: see candidates.why",
        "2 legal pitches within 4 m",
        "no legal pitch within 4 m: refused by junction (measured 3.20, required 10)",
        "no legal pitch within 4 m, and no place there was looked at",
        "rule hydrant not waived: give the decisions to find_candidates too",
        "rule hydrant waived; 2 legal pitches within 4 m",
    ]
    assert hand.limit_rows(problem) == []


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        ({"what": "hold"}, "what", "value 'hold': an unknown decision"),
        ({"lon": 400.0}, "lon", "value 400.0: not a longitude"),
        ({"lat": -91.0}, "lat", "value -91.0: not a latitude"),
        ({"lon": float("nan")}, "lon", "a value is missing"),
        ({"lon": 10.0}, "lon, lat", "lies outside the city"),
        ({"what": "waive"}, "rule", "no rule to waive"),
        ({"radius_m": -1.0}, "radius_m", "value -1.0: not a radius"),
    ],
)
def test_a_decision_that_cannot_hold_is_refused_with_its_row(change, column, words):
    with pytest.raises(InputError) as caught:
        hand.problem(decisions=said(("keep", 0, {"decision_id": "first"}), ("keep", 0, change)))
    assert words in str(caught.value)
    assert (caught.value.faults[0].row, caught.value.faults[0].column) == (3, column)


@pytest.mark.parametrize("source", [5, [{"decision_id": "K"}], "no such file.csv", {}, pd.DataFrame()])
def test_what_is_no_table_of_decisions_is_refused(source):
    with pytest.raises(InputError):
        hand.problem(decisions=source)


def test_decisions_are_read_from_a_file(tmp_path):
    path = tmp_path / "committees.csv"
    said(("keep", 0, {"radius_m": np.nan})).to_csv(path, index=False)
    assert read_decisions(path)["radius_m"].tolist() == [30.0]
    assert answers(hand.problem(decisions=path, limits=[m.SpotSize(1, 2)])) == [
        "spot A is kept, 0 m from the place"
    ]


@pytest.mark.filterwarnings("error")
def test_a_column_without_an_entry_is_empty_text():
    table = said(("keep", 301, {}), ("forbid", 0, {})).assign(rule=np.nan, decision_id=[1, 2])
    read = read_decisions(table)
    assert read["rule"].tolist() == ["", ""]
    assert read["decision_id"].tolist() == ["1", "2"]
