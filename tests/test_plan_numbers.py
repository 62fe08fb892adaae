"""Numbers from year to year: a spot that stays keeps its number, and no number is used again."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pitchplan as pp
from pitchplan.errors import InputError
from pitchplan.plan_numbers import USED, numbers_used
from pitchplan.sheets import validate_geojson

PLAN = pp.Plan(
    pitches=pd.DataFrame(),
    spots=pd.DataFrame(),
    goals=pd.DataFrame(),
    outcome="PROVEN",
    vendors=0,
    residents=0,
    season=pp.Season("2026-06-01", "2026-08-20"),
    crs="EPSG:4548",
    rules_report=pd.DataFrame(),
    limits=pd.DataFrame(),
    decisions=pd.DataFrame(),
)


def made(places, numbers=None, provenance=None):
    """Make a plan of one pitch a spot; places is {spot_id: metres east}."""
    ids = list(places)
    numbers = list(range(1, len(ids) + 1)) if numbers is None else numbers
    spots = pd.DataFrame(
        {"spot_id": ids, "number": numbers, "x_m": [float(places[i]) for i in ids], "y_m": 0.0}
    )
    spots["number"] = spots["number"].astype("int64")
    pitches = spots.assign(pitch_id=[f"{i}-0" for i in ids], chainage_m=0.0)
    return replace(PLAN, spots=spots, pitches=pitches, provenance=provenance or {})


def numbers(plan):
    return dict(zip(plan.spots["spot_id"], plan.spots["number"].tolist(), strict=True))


def test_by_id_then_by_nearness_and_new_ones_above_all():
    last = made({"A": 0, "B": 100, "C": 200}, [7, 2, 5])
    plan = made({"N": 500, "C": 400, "X": 110, "Y": 95}).with_numbers_of(last)
    # C kept its id though it moved; of X and Y the nearer one is B.
    assert numbers(plan) == {"Y": 2, "C": 5, "N": 8, "X": 9}
    assert plan.spots["number"].tolist() == sorted(plan.spots["number"])
    assert plan.pitches["number"].tolist() == plan.spots["number"].tolist()
    assert plan.provenance[USED] == 9


def test_a_number_dropped_two_years_ago_is_not_used_again():
    first = made({"A": 0, "B": 100, "C": 200})
    second = made({"A": 0, "B": 100}).with_numbers_of(first)
    third = made({"A": 0, "B": 100, "D": 300}).with_numbers_of(second)
    assert numbers(third) == {"A": 1, "B": 2, "D": 4}
    assert numbers_used(third) == 4


def test_a_list_that_was_read_will_do_and_unplaced_rows_keep_their_numbers_used():
    last = pd.DataFrame({"spot_id": ["No. 4", "No. 9"], "number": [4, 9], "x_m": [1.0, np.nan], "y_m": 0.0})
    assert numbers(made({"A": 0, "B": 100}).with_numbers_of(last)) == {"A": 4, "B": 10}
    last.attrs[USED] = 20
    assert numbers(made({"A": 0, "B": 100}).with_numbers_of(last)) == {"A": 4, "B": 21}


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (5, "no list of spots"),
        (pd.DataFrame({"spot_id": ["a"]}), "no list of spots"),
        (pd.DataFrame({"spot_id": ["a", "b"], "number": [1, 1], "x_m": 0.0, "y_m": 0.0}), "comes twice"),
        (pd.DataFrame({"spot_id": ["a"], "number": [1.5], "x_m": 0.0, "y_m": 0.0}), "not a spot's number"),
        (pd.DataFrame({"spot_id": ["a"], "number": [0], "x_m": 0.0, "y_m": 0.0}), "not a spot's number"),
    ],
)
def test_what_is_no_list_is_refused(last, words):
    with pytest.raises(InputError, match=words):
        made({"A": 0}).with_numbers_of(last)
    with pytest.raises(InputError, match="not a distance"):
        made({"A": 0}).with_numbers_of(made({"A": 0}), within_m=0)


years = st.lists(
    st.dictionaries(st.sampled_from("ABCDEFGH"), st.integers(0, 400), max_size=6), min_size=2, max_size=5
)


@settings(max_examples=150, deadline=None)
@given(years, st.randoms(use_true_random=False))
def test_over_the_years_no_number_means_two_places(plans, random):
    owner = {}
    last = made(plans[0])
    for i, n in numbers(last).items():
        owner[n] = {i}
    for places in plans[1:]:
        before = numbers(last)
        shuffled = dict(sorted(places.items(), key=lambda _: random.random()))
        plan = made(places).with_numbers_of(last)
        new = numbers(plan)
        assert len(set(new.values())) == len(new)
        assert set(new) == set(places)
        for i, n in new.items():
            if i in before:
                assert n == before[i]
            elif n in before.values():
                was = next(k for k, v in before.items() if v == n)
                gap = abs(last.spots.set_index("spot_id").loc[was, "x_m"] - places[i])
                assert was not in new
                assert gap <= 30
            else:
                assert n > numbers_used(last)
        assert numbers_used(plan) >= numbers_used(last)
        # What is told by ids and places does not depend on the order of the list.
        again = replace(
            last,
            spots=last.spots.sample(frac=1.0, random_state=1),
            pitches=last.pitches.sample(frac=1.0, random_state=2),
        )
        assert numbers(made(places).with_numbers_of(again)) == new
        assert set(shuffled) == set(places)
        assert plan.with_numbers_of(plan).spots.equals(plan.spots)
        last = plan


def test_numbers_survive_the_map_they_are_published_in(spring, spring_problem, tmp_path):
    plan = pp.greedy_plan(spring_problem)
    last = plan.spots[["spot_id", "number", "x_m", "y_m"]].iloc[5:].assign(number=lambda t: t["number"] + 50)
    renumbered = plan.with_numbers_of(last)
    top = int(last["number"].max())
    assert sorted(renumbered.spots["number"])[-5:] == list(range(top + 1, top + 6))
    path = tmp_path / "map.geojson"
    pp.write(pp.map_sheet(renumbered, spring.city, title="t", publisher="p"), path)
    assert validate_geojson(path) == []
    back = pp.read_plan(path)
    assert numbers(back) == numbers(renumbered)
    assert back.provenance[USED] == top + 5
    few = replace(back, spots=back.spots.iloc[:3], pitches=back.pitches[back.pitches["number"] <= 58])
    few = replace(few, pitches=few.pitches[few.pitches["spot_id"].isin(few.spots["spot_id"])])
    assert set(numbers(plan.with_numbers_of(few)).values()) >= {top + 6}
    report = pp.audit_plan(renumbered, spring.city, spring.book)
    assert len(report.breaches) == 0
