"""HiGHS alone: what it is told, what it answers, how it is stopped."""

import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from pitchplan.siting.solvers import highs
from pitchplan.siting.solvers.highs import Relaxation, Stage, solve_stage


def knapsack(costs, weights, room, most=True):
    n = len(costs)
    return Stage(
        costs=np.array(costs, dtype=float),
        most=most,
        lower=np.zeros(n),
        upper=np.ones(n),
        integer=np.ones(n, dtype=bool),
        matrix=csr_array(np.array([weights], dtype=float)),
        row_lower=np.array([-np.inf]),
        row_upper=np.array([float(room)]),
    )


@pytest.mark.parametrize("presolve", [True, False])
@pytest.mark.parametrize("seed", [0, 1, 2, 3, highs.SEED])
def test_a_knapsack_by_hand(presolve, seed):
    """Weights 3, 4, 5 into 8: 3 and 5 are worth 10, more than 4 alone or 3 and 4."""
    answer = solve_stage(knapsack([4, 5, 6], [3, 4, 5], 8), time_limit_s=5, presolve=presolve, seed=seed)
    assert answer.status == "optimal"
    assert answer.values.round(6).tolist() == [1, 0, 1]
    assert answer.bound == pytest.approx(10)


def test_no_answer():
    stage = knapsack([1, 1], [-1, -1], -3)
    answer = solve_stage(stage, time_limit_s=5)
    assert (answer.status, answer.values, answer.bound) == ("infeasible", None, np.inf)


def test_a_finer_step_is_proven_to_the_end():
    """Costs that are no whole numbers: answers less than one apart are not the same."""
    random = np.random.default_rng(0)
    costs, weights = random.uniform(0.01, 0.05, 30).round(4), random.integers(3, 30, 30)
    coarse, fine = (
        solve_stage(knapsack(costs, weights, 120), time_limit_s=10, step=step) for step in (1.0, 1e-4)
    )
    assert fine.bound - costs @ fine.values < 1e-3
    assert costs @ coarse.values <= costs @ fine.values + 1e-9


def test_the_first_answer_is_enough():
    random = np.random.default_rng(1)
    stage = knapsack(random.integers(50, 99, 60), random.integers(50, 99, 60), 1500)
    first = solve_stage(stage, time_limit_s=10, first_is_enough=True)
    assert first.values is not None
    assert stage.matrix @ first.values.round() <= 1500


def broken_up(monkeypatch, longest=4, part=3):
    monkeypatch.setattr(highs, "_LONG", longest)
    monkeypatch.setattr(highs, "_PART", part)


@pytest.mark.parametrize("seed", range(20))
def test_rows_that_are_broken_up_change_no_answer(seed, monkeypatch):
    random, n = np.random.default_rng(seed), 14
    matrix = random.integers(-3, 9, (5, n)) * (random.random((5, n)) < [[0.9], [0.9], [0.9], [0.2], [0.9]])
    lower, upper = random.integers(-2, 1, n).astype(float), random.integers(1, 4, n).astype(float)
    middle = matrix @ random.integers(lower, upper + 1)
    stage = Stage(
        costs=random.integers(-9, 9, n).astype(float),
        most=bool(seed % 2),
        lower=lower,
        upper=upper,
        integer=random.random(n) < 0.8,
        matrix=csr_array(matrix),
        row_lower=np.array([-np.inf, middle[1] - 3, middle[2] - 1, -np.inf, middle[4] - 2], dtype=float),
        row_upper=np.array([middle[0] + 3, np.inf, middle[2] + 1, middle[3] + 1, np.inf], dtype=float),
    )
    whole = solve_stage(stage, time_limit_s=20, step=1e-6)
    broken_up(monkeypatch)
    parts, _ = highs._without_long_rows(stage)
    lengths = np.diff(csr_array(stage.matrix).indptr)
    at = [k for k in (0, 1, 3, 4) if lengths[k] > 4]
    assert len(at) >= 2
    assert len(parts.costs) - n == sum(-(-lengths[k] // 3) for k in at)
    assert np.diff(parts.matrix.indptr)[at].max() <= 5
    answer = solve_stage(stage, time_limit_s=20, step=1e-6)
    assert answer.status == whole.status == "optimal"
    assert stage.costs @ answer.values == pytest.approx(stage.costs @ whole.values, abs=1e-6)
    activity = matrix @ answer.values
    assert (activity >= stage.row_lower - 1e-5).all()
    assert (activity <= stage.row_upper + 1e-5).all()
    assert all(len(one) == n for one in answer.others)


def test_a_plan_to_begin_from_is_heard_where_rows_are_broken_up(monkeypatch):
    random = np.random.default_rng(3)
    stage = knapsack(random.integers(1000, 9999, 400), random.integers(1000, 9999, 400), 600_000)
    best = solve_stage(stage, time_limit_s=20)
    broken_up(monkeypatch, 100, 20)
    again = solve_stage(stage, time_limit_s=20, start=best.values, most_nodes=0, first_is_enough=True)
    assert stage.costs @ again.values >= stage.costs @ best.values


def test_only_rows_of_one_bound_of_whole_problems_are_broken_up(monkeypatch):
    broken_up(monkeypatch)
    stage = knapsack(range(1, 10), range(1, 10), 20)
    assert highs._without_long_rows(stage)[0].matrix.shape == (4, 12)
    for other in (
        replace(stage, row_lower=np.array([3.0])),
        replace(stage, integer=np.zeros(9, dtype=bool)),
        knapsack([1, 2, 3, 4], [1, 2, 3, 4], 5),
    ):
        assert highs._without_long_rows(other)[0] is other
    free = replace(stage, upper=np.full(9, np.inf), matrix=csr_array((np.zeros(9), np.arange(9), [0, 9])))
    assert highs._without_long_rows(free)[0].upper[-3:].tolist() == [0, 0, 0]


class Deaf:
    """A solver that hears nothing for a while."""

    HandleUserInterrupt = False

    def __init__(self, seconds):
        self.seconds, self.told = seconds, 0

    def run(self):
        time.sleep(self.seconds)

    def cancelSolve(self):
        self.told += 1


def test_a_solver_that_does_not_stop_is_left_behind():
    solver, began = Deaf(1.5), time.monotonic()
    assert highs._run(solver, 0.2, 0.3) == "late and silent"
    assert time.monotonic() - began < 1.0
    assert solver.told == 1
    assert highs._run(Deaf(0.3), 5.0, 0.3) == ""
    assert highs._run(Deaf(0.5), 0.1, 5.0) == "late"


def test_no_search_begins_where_handing_over_took_all_the_time(monkeypatch):
    real, ran = highs._loaded, []
    monkeypatch.setattr(highs, "_loaded", lambda *a: (time.sleep(0.2), real(*a))[1])
    monkeypatch.setattr(highs, "_run", lambda _, seconds, patience: ran.append(seconds) or "late and silent")
    for most, bound in ((True, np.inf), (False, -np.inf)):
        answer = solve_stage(knapsack([4, 5, 6], [3, 4, 5], 8, most), time_limit_s=0.1)
        assert (answer.status, answer.values, answer.bound) == ("limit", None, bound)
    assert ran == []
    solve_stage(knapsack([4, 5, 6], [3, 4, 5], 8), time_limit_s=0.6)
    assert 0.0 < ran[0] <= 0.4 + highs._LATE_S


def test_two_searches_at_once_do_not_wait_for_each_other():
    random = np.random.default_rng(2)
    stage = knapsack(random.integers(1000, 9999, 200), random.integers(1000, 9999, 200), 300_000)
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(solve_stage(stage, time_limit_s=2.0)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({round(a.bound, 3) for a in answers}) == 1


def test_rows_that_are_added_tighten_a_relaxation():
    loose = Relaxation(knapsack([1, 1, 1], [1, 1, 1], 3))
    assert loose.solve(5.0).bound == pytest.approx(3)
    loose.add(np.array([0, 1]), np.array([1.0, 1.0]), 1.0)
    answer = loose.solve(5.0)
    assert (answer.status, round(answer.bound, 6)) == ("optimal", 2.0)
