"""A season to begin from: as the program says, and at once."""

import time

import numpy as np
import pytest

from pitchplan.siting.search.greedy import greedy_choice
from pitchplan.siting.search.solve import sought
from pitchplan.siting.search.stages import Clock
from pitchplan.siting.weekly import bounds, search
from pitchplan.siting.weekly.begin import _longest, first_season
from pitchplan.siting.weekly.demand import WeeklyVendors
from pitchplan.siting.weekly.legal import legal_weeks
from pitchplan.siting.weekly.search import _within

from .test_weeks import a_season


@pytest.mark.parametrize("part", range(4))
def test_what_it_opens_keeps_every_row(hand, instances, part):
    begun = hosted = 0
    for seed in range(25 * part, 25 * part + 25):
        problem, vendors, price = a_season(hand, instances, seed)
        counts = np.array([vendors])
        painted = greedy_choice(problem)
        legal = legal_weeks(problem.facts.pitches, len(vendors))[problem.first_of_column]
        inward = _within(problem, WeeklyVendors((), counts), legal, price, painted)
        x = first_season(inward, problem, counts, painted)
        if x is None:
            continue
        assert inward.program.broken(x) == ""
        kept, used = inward.split(x[inward.program.choice])
        assert (kept <= painted).all()
        assert (used <= kept[:, None] * legal).all()
        assert (used.sum(axis=0) <= counts[0]).all()
        begun += 1
        hosted += used.sum()
    assert begun >= 10
    assert hosted >= 3 * begun


def test_the_weeks_in_a_row_with_most_pitches():
    def longest(pitches, least=1):
        return np.flatnonzero(_longest(np.array(pitches), least)).tolist()

    assert longest([0, 2, 3, 0, 4, 0]) == [1, 2]
    assert longest([0, 2, 3, 0, 6, 0]) == [4]
    assert longest([2, 2, 3], least=3) == [2]
    assert longest([1, 1], least=2) == []
    assert longest([3, 3, 3]) == [0, 1, 2]


def test_a_season_is_found_where_there_is_hardly_any_time(spring_problem):
    most = spring_problem.facts.vendors
    weeks = len(spring_problem.facts.season.weeks)
    asked = [most * (k + 1) // weeks for k in range(weeks)]
    plan = spring_problem.solve_weeks(asked, time_limit_s=0.5)
    assert plan.weeks.groupby("week")["capacity"].sum().tolist()[-1] > 0.9 * most
    assert (plan.weeks.groupby("week")["capacity"].sum() <= asked).all()


def test_ctrl_c_while_the_peak_is_sought_ends_the_season_with_a_plan(spring_problem, monkeypatch):
    """A search that was stopped is not followed by others that take the rest of the time."""

    def pressed(problem, clock, **more):
        found = sought(problem, Clock(0.5), **more)
        found.interrupted = True
        return found

    monkeypatch.setattr(search, "sought", pressed)
    weeks = len(spring_problem.facts.season.weeks)
    began = time.monotonic()
    plan = spring_problem.solve_weeks([spring_problem.facts.vendors] * weeks, time_limit_s=60)
    assert time.monotonic() - began < 10
    assert "INTERRUPTED" in set(plan.goals["outcome"])
    assert plan.weeks["capacity"].sum() > 0


def test_ctrl_c_while_a_bound_is_sought_keeps_the_plan(spring_problem, monkeypatch):
    def pressed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(bounds.Bounds, "_traffic", pressed)
    weeks = len(spring_problem.facts.season.weeks)
    plan = spring_problem.solve_weeks([spring_problem.facts.vendors] * weeks, time_limit_s=4)
    assert "INTERRUPTED" in set(plan.goals["outcome"])
    assert plan.weeks["capacity"].sum() > 0
