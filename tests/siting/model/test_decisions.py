"""What committees said: kept spots are open, forbidden places are empty, each is answered."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer

from pitchplan import limits as m
from pitchplan.answers import Reason, reasons_of
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


def by(what, k=0, **ways):
    """One decision whose place is told in another way than by degrees."""
    row = {"decision_id": f"K{k}", "what": what, "reason": "r", "who": "w", "date": "2026-05-01"}
    return {**row, **ways}


def test_a_place_is_a_run_or_a_pitch_by_its_id():
    table = pd.DataFrame(
        [by("keep", 0, place="C"), by("forbid", 1, place="A-0"), by("nominate", 2, place="B")]
    )
    problem = hand.problem(vendors=3, decisions=table)
    assert problem.facts.pitches["pitch_id"].tolist() == ["A-1", "B-0", "C-0", "C-1"]
    assert [r.name for r in problem.rows if r.optional] == ["decision K0 (keep spot C)"]
    assert answers(problem) == [
        "spot C is kept, 3 m from the place",
        "1 pitches taken out",
        "1 legal pitches at B",
    ]
    lon, lat = TO_DEGREES.transform(hand.X0 + 100, hand.Y0)
    assert problem.facts.decisions.loc[2, ["lon", "lat"]].tolist() == pytest.approx([lon, lat])


def last_plan():
    return hand.problem(vendors=5).solve(time_limit_s=10)


def test_a_place_is_a_number_of_a_plan():
    last = last_plan()
    number = dict(zip(last.spots["spot_id"], last.spots["number"], strict=True))
    rows = [by("forbid", 0, place=number["A"]), by("keep", 1, place=f"No. {number['C']}")]
    table = pd.DataFrame([*rows, by("nominate", 2, place=f"{number['B']}号")])
    read = read_decisions(table, last=last)
    assert read["place"].tolist() == ["A", "C", "B"]
    assert read["lon"].notna().all()
    problem = hand.problem(decisions=read)
    assert set(problem.facts.pitches["run_id"]) == {"B", "C"}
    with pytest.raises(InputError) as caught:
        read_decisions(pd.DataFrame([by("keep", 0, place=77), by("keep", 1, place="78号")]), last=last)
    assert [(f.row, f.column, f.value) for f in caught.value.faults] == [
        (2, "place", "77"),
        (3, "place", "78号"),
    ]
    with pytest.raises(InputError, match="no plan and no list"):
        read_decisions(table, last=5)


def test_every_place_that_cannot_be_found_is_named():
    lon, lat = TO_DEGREES.transform(hand.X0, hand.Y0)
    table = pd.DataFrame(
        [
            by("keep", 0, place="Q"),
            by("keep", 1, place="12"),
            by("keep", 2, place="C", lon=lon, lat=lat),
            by("keep", 3, place="A", lon=lon, lat=lat),
        ]
    )
    with pytest.raises(InputError) as caught:
        hand.problem(decisions=table)
    assert [f.row for f in caught.value.faults] == [2, 3, 4]
    for fault, words in zip(
        caught.value.faults, ("of this id", "its plan is known", "303 m from"), strict=True
    ):
        assert words in fault.what


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        ({}, "lon", "a value is missing"),
        ({"place": "A", "lon": 117.0}, "lat", "a value is missing"),
        ({"place": "A", "votes_for": 1.5, "votes_against": 1}, "votes_for", "not a number of votes"),
        ({"place": "A", "votes_for": -1, "votes_against": 1}, "votes_for", "not a number of votes"),
        ({"place": "A", "votes_for": 3}, "votes_against", "not a number of votes"),
        ({"place": "A", "votes_for": "many", "votes_against": 1}, "votes_for", "not a finite number"),
    ],
)
def test_what_is_wrong_with_place_and_votes(change, column, words):
    with pytest.raises(InputError) as caught:
        read_decisions(pd.DataFrame([by("keep", 0, place="A"), by("keep", 1, **change)]))
    assert (caught.value.faults[0].row, caught.value.faults[0].column) == (3, column)
    assert words in caught.value.faults[0].what


def test_a_decision_that_lost_its_vote_is_answered_and_not_followed():
    lost = {"votes_for": 2, "votes_against": 5}
    table = pd.DataFrame(
        [
            by("forbid", 0, place="A", **lost),
            by("keep", 1, place="C", **lost),
            by("forbid", 2, place="B", votes_for=3, votes_against=3),
        ]
    )
    problem = hand.problem(decisions=table)
    assert set(problem.facts.pitches["run_id"]) == {"A", "C"}
    assert not [r for r in problem.rows if r.optional]
    outvoted = "not followed: 5 votes against it, 2 for it"
    assert answers(problem) == [outvoted, outvoted, "1 pitches taken out"]
    assert problem.facts.decisions["outcome"].tolist() == ["outvoted", "outvoted", "taken-out"]


def test_an_answer_holds_its_measured_reasons():
    refusals = pd.DataFrame(
        [
            ("X", "junction", "J", 3.2, 10.0, hand.X0 + 205, hand.Y0),
            ("X", "zone", None, np.nan, np.nan, hand.X0 + 205, hand.Y0),
        ],
        columns=["place_id", "rule", "feature_id", "measured", "required", "x_m", "y_m"],
    )
    table = said(("nominate", 203, {}), ("keep", 203, {}), ("keep", 301, {}))
    told = hand.problem(of_found=replace(hand.found(), refusals=refusals), decisions=table).facts.decisions
    assert told["outcome"].tolist() == ["refused", "nowhere", "kept"]
    for k in (0, 1):
        junction, zone = reasons_of(told["reasons"][k])
        assert junction == Reason("junction", 3.2, 10.0, "J")
        assert (zone.rule, np.isnan(zone.measured)) == ("zone", True)
    assert (told["spot_id"][2], round(told["distance_m"][2], 3)) == ("C", 1.0)
    assert reasons_of(told["reasons"][2]) == ()


def test_addresses_place_waivers_and_decisions(spring):
    """The demonstration city's decisions, told by the addresses of their places instead of degrees."""
    import pitchplan as pp

    runs = pp.find_candidates(spring.city, spring.book, season=spring.season).runs
    run = runs[(runs["placement"] == "kerbside") & (runs["street"] != "")].iloc[3]
    rows = [
        by("keep", 0, address=run["address"]),
        by("forbid", 1, address="路口向南100米路西"),
        by("waive", 2, address="旧路28号", rule="bus-stop"),
        by("waive", 3, address=run["address"], rule="no-such-rule"),
    ]
    table = read_decisions(pd.DataFrame(rows[:1]))
    waive = read_decisions(pd.DataFrame([rows[2], rows[3]]))
    with pytest.raises(InputError) as caught:
        pp.find_candidates(spring.city, spring.book, season=spring.season, decisions=waive)
    assert sorted((f.row, f.column) for f in caught.value.faults) == [("K2", "address"), ("K3", "rule")]
    good = read_decisions(pd.DataFrame([by("waive", 2, address=run["address"], rule="bus-stop")]))
    found = pp.find_candidates(spring.city, spring.book, season=spring.season, decisions=good)
    assert (
        np.hypot(
            found.provenance["waivers"][0]["x_m"] - run["x_m"],
            found.provenance["waivers"][0]["y_m"] - run["y_m"],
        )
        < 6
    )
    lost = good.assign(votes_for=1.0, votes_against=2.0)
    none = pp.find_candidates(spring.city, spring.book, season=spring.season, decisions=lost)
    assert none.provenance["waivers"] == []
    problem = pp.siting_problem(found, spring.city, vendors=20, decisions=pd.concat([table, good]))
    assert problem.facts.decisions["outcome"].tolist() == ["kept", "waived"]
    assert problem.facts.decisions["spot_id"][0] == run["run_id"]
    with pytest.raises(InputError, match="row 3, column 'address'"):
        pp.siting_problem(found, spring.city, vendors=20, decisions=pd.DataFrame(rows[:2]))
