"""How many vendors there are, all together or class by class."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from pitchplan.errors import InputError

from . import hand
from .test_goals import over

TWO = ("small-truck", "tricycle", "small-truck")


@dataclass(frozen=True)
class Provision:
    peak: object
    by_vehicle: dict = field(default_factory=dict)


def test_classes_are_counted_apart():
    stated = hand.problem(vendors={"tricycle": 2, "small-truck": 1}, of_found=hand.found(TWO))
    assert stated.block("shortfall") == slice(8, 10)
    assert hand.dense(stated, "vendors") == [over(10, x0=1, x2=1, x8=1), over(10, x1=1, x9=1)]
    assert hand.bounds(stated, "vendors") == ([1, 2], [1, 2])
    assert stated.goals[0].costs.tolist() == over(10, x8=1, x9=1)
    plan = stated.solve()
    assert sorted(plan.pitches["vehicle"]) == ["small-truck", "tricycle"]
    assert plan.shortfall == 1


def test_a_class_that_is_not_to_be_hosted_gets_no_pitch():
    stated = hand.problem(vendors={"small-truck": 9}, of_found=hand.found(TWO))
    assert stated.upper[:3].tolist() == [2, 0, 2]
    assert hand.solved(stated) == ({"A": 2, "C": 2}, 5)
    none = hand.problem(vendors={"small-truck": 1, "van": 0})
    assert none.facts.vendors == 1


def test_a_forecast_counts_by_class_where_bays_were_looked_for_each():
    both = Provision(5, {"tricycle": 2, "small-truck": 3})
    assert len(hand.problem(vendors=both, of_found=hand.found(TWO)).rows_named("vendors").lower) == 2
    assert hand.bounds(hand.problem(vendors=both), "vendors") == ([5], [5])
    one = Provision(np.int64(4), {"small-truck": 4})
    assert hand.bounds(hand.problem(vendors=one), "vendors") == ([4], [4])


def test_more_vendors_than_places_and_none():
    assert hand.solved(hand.problem(vendors=9))[1] == 4
    assert hand.solved(hand.problem(vendors=0)) == ({}, 0)


@pytest.mark.parametrize(
    ("vendors", "words"),
    [
        (None, "vendors: not a number of vendors. Give a whole number, 0 to 1000000"),
        ("5", "value '5': not a number of vendors"),
        (-1, "value -1: not a number"),
        (2.5, "value 2.5: not a number"),
        (True, "value True: not a number"),
        (float("nan"), "value nan: not a number"),
        (10**6 + 1, "value 1000001"),
        ([3], r"value [3]"),
        (Provision("many"), "Provision(peak='many'"),
        ({}, "value {}: no class of vehicle"),
        ({"small-truck": "3"}, "column 'small-truck', value '3': not a number"),
        ({"small-truck": -3}, "column 'small-truck', value -3: not a number"),
        (
            {"van": 3},
            "column 'van', value 3: no legal bay is made for a 'van'. Bays there are for: small-truck",
        ),
        ({5: 0}, "column 'vehicle', value 5: not a class of vehicle"),
        ({None: 1}, "column 'vehicle': not a class of vehicle"),
    ],
)
def test_vendors_that_cannot_be_counted_are_refused(vendors, words):
    with pytest.raises(InputError) as caught:
        hand.problem(vendors=vendors)
    assert words in str(caught.value)


def test_all_faults_of_all_classes_at_once():
    with pytest.raises(InputError, match="3 faults"):
        hand.problem(vendors={"van": 1, "small-truck": -1, 7: 1})
