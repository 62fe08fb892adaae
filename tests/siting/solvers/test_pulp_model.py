"""A stage as a problem of PuLP: every goal, rows of the planner's own, solvers stopped early."""

import math
import os
import signal
import threading
import time
from types import SimpleNamespace

import pulp
import pytest

import pitchplan as pp
from pitchplan.plan import Outcome
from pitchplan.siting.search import by_pulp

g, m = pp.goals, pp.limits


def cbc(**options):
    return pulp.PULP_CBC_CMD(msg=False, **options)


def every_goal(town):
    spots = town.found.runs.rename(columns={"run_id": "spot_id"})[["spot_id", "x_m", "y_m"]].iloc[:2]
    return [
        g.HostVendors(),
        g.CoverResidents(150.0, None),
        g.CoverResidents(250.0, 4),
        g.ShortestWalk(300.0),
        g.ShortestFarthestWalk(300.0, 50),
        g.FairShare(250.0),
        g.KeepTrafficClear(),
        g.FewestSpots(),
        g.SpreadOut(150.0),
        g.StayClose(spots),
        g.KeepPitches(SimpleNamespace(pitches=town.found.pitches.iloc[::3])),
        g.Weighted(((g.CoverResidents(150.0, None), 2), (g.FewestSpots(), 3))),
    ]


@pytest.mark.parametrize("number", range(12))
def test_every_goal_is_the_same_for_cbc(street, number):
    goal = every_goal(street)[number]
    goals = (g.HostVendors(), goal) if goal.name != "host-vendors" else (goal, g.FewestSpots())
    problem = street.problem(6, goals, [m.SpotSize(1, 3)])
    plan = problem.solve(time_limit_s=20)
    by_cbc = problem.solve(time_limit_s=20, solver=cbc())
    assert by_cbc.goals["sought"].tolist() == plan.goals["sought"].tolist()
    assert by_cbc.outcome == plan.outcome == Outcome.PROVEN
    reached = [int(v) for v in plan.goals["sought"]]
    for stage, value in enumerate(reached):
        lp = problem.to_pulp(stage, reached=reached[:stage])
        lp.solve(cbc())
        assert round(pulp.value(lp.objective) or 0) == value
        mine = problem.plan_from(lp)
        assert mine.goals["value"].iloc[stage] == value
        for before, least in zip(problem.goals[:stage], reached, strict=False):
            low, high = before.kept(least)
            assert low <= mine.goals["value"].iloc[problem.goals.index(before)] <= high


def test_a_planners_own_row_holds(street):
    problem = street.problem(6)
    free = problem.solve(time_limit_s=10)
    lp = problem.to_pulp()
    x = {v.name: v for v in lp.variables()}
    lp += pulp.lpSum(x[f"x{k}"] for k in range(problem.block("pitch").stop)) <= 1
    lp.solve(cbc())
    mine = problem.plan_from(lp)
    assert len(mine.pitches) == 1 < len(free.pitches)
    assert set(mine.goals["outcome"]) <= {Outcome.PROVEN, Outcome.NO_BOUND}


def test_values_nobody_solved_for_are_not_read(street):
    problem = street.problem(6)
    with pytest.raises(pp.NonePlanFound, match="solve it first"):
        problem.plan_from(problem.to_pulp())


@pytest.mark.parametrize(
    ("value", "words"), [(0.5, "must be whole"), (math.nan, "no usable values"), (99.0, "bounds")]
)
def test_values_that_no_plan_has_are_not_read(street, value, words):
    lp = street.problem(6).to_pulp()
    lp.solve(cbc())
    next(v for v in lp.variables() if v.name == "x1").varValue = value
    with pytest.raises(pp.errors.SolverLied, match=words):
        street.problem(6).plan_from(lp)


def test_a_solver_that_returns_no_numbers_lied(street):
    class Numb(pulp.PULP_CBC_CMD):
        def actualSolve(self, lp, **_):
            status = cbc().actualSolve(lp)
            for variable in lp.variables():
                variable.varValue = math.nan
            return status

    with pytest.raises(pp.errors.SolverLied, match="no usable values"):
        street.problem(6).solve(solver=Numb(msg=False))


def test_an_answer_to_rows_that_contradict_is_no_plan(street):
    problem = street.problem(6, limits=[m.Quota("street_id", "S0", at_most=3), m.Quota("city", at_least=6)])
    lp = problem.to_pulp()
    lp.solve(cbc())
    with pytest.raises(pp.NoPlanExists):
        problem.plan_from(lp)


def test_a_stage_that_is_none_and_goals_left_out_are_refused(street):
    problem = street.problem(6)
    with pytest.raises(pp.InputError, match="no such goal"):
        problem.to_pulp(9)
    for reached in ((), None, [math.nan], [math.inf], ["0"], [0, 0]):
        with pytest.raises(pp.InputError, match="not one value per earlier goal"):
            problem.to_pulp(1, reached=reached)
    # What a solver says of a whole number is not always whole.
    assert str(problem.to_pulp(1, reached=[2.9999999])) == str(problem.to_pulp(1, reached=[3]))


class Lazy(pulp.PULP_CBC_CMD):
    """A solver that stops at the worst plan there is and says "optimal", as CBC does at a gap."""

    def actualSolve(self, lp, **_):
        lp.sense = -lp.sense
        status = cbc().actualSolve(lp)
        lp.sense = -lp.sense
        return status


@pytest.mark.parametrize("told", [{"gapRel": 0.9}, {"gapAbs": 1e6}, {"options": ["ratioGap 0.9"]}])
def test_a_solver_that_may_stop_at_a_gap_has_proven_nothing(street, told):
    problem = street.problem(8, (g.FewestSpots(),), [m.Quota("city", at_least=5)])
    plan = problem.solve(time_limit_s=15, solver=Lazy(msg=False, **told))
    assert plan.goals["outcome"].tolist() == [Outcome.WITHIN_GAP]
    assert plan.goals["bound"].iloc[0] < 2
    assert problem.solve(time_limit_s=15, solver=cbc()).goals["outcome"].tolist() == [Outcome.PROVEN]


def test_a_solver_that_cannot_be_run_is_an_input_error(street):
    with pytest.raises(pp.InputError, match="cannot be run"):
        street.problem(11, (g.KeepTrafficClear(), g.FewestSpots()), [m.Quota("city", at_least=5)]).solve(
            solver=pulp.COIN_CMD(path="/nowhere/cbc", msg=False)
        )


def test_the_solver_given_is_not_changed(street):
    solver = cbc(timeLimit=77)
    before = dict(vars(solver))
    street.problem(5, (g.KeepTrafficClear(), g.FewestSpots()), [m.Quota("city", at_least=5)]).solve(
        solver=solver
    )
    assert vars(solver) == before


def test_a_stop_while_cbc_runs_returns_the_plan_before(dense, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    timer = threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    plan = dense.solve(time_limit_s=20, solver=cbc())
    timer.cancel()
    assert plan.outcome == Outcome.INTERRUPTED
    assert len(plan.pitches) == 80
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="the program is a shell script")
def test_a_program_that_does_not_keep_its_time_is_ended(tmp_path, dense):
    deaf = tmp_path / "deaf"
    deaf.write_text(f"#!/bin/sh\necho $$ > {tmp_path / 'pid'}\nexec sleep 60\n")
    deaf.chmod(0o755)
    began = time.monotonic()
    plan = dense.solve(time_limit_s=4, solver=pulp.COIN_CMD(path=str(deaf), msg=False))
    assert time.monotonic() - began < 4 + 2
    assert plan.outcome == "TIME_LIMIT"
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_what_takes_longer_to_write_down_than_there_is_time_is_not_handed_over(dense, monkeypatch):
    monkeypatch.setattr(by_pulp, "_WRITTEN_S", 10.0)
    monkeypatch.setattr(by_pulp, "solved", lambda *_: pytest.fail("it was handed over"))
    assert dense.solve(time_limit_s=5, solver=pulp.PULP_CBC_CMD(msg=False)).outcome == "TIME_LIMIT"
