"""HiGHS alone: what it is told, what it answers, how it is stopped."""

import threading
import time

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
