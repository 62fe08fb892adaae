"""A stage given to PuLP, on a machine that is slow."""

import time

import numpy as np
import pulp

import pitchplan as pp
from pitchplan.siting.search import by_pulp
from pitchplan.siting.search.stages import Clock

g = pp.goals


class Asked(pulp.LpSolver):
    """A solver of PuLP that keeps how long it was given, and finds nothing."""

    name = "asked"

    def __init__(self):
        super().__init__(msg=False)
        self.given_s = []

    def available(self):
        return True

    def actualSolve(self, lp, **_):
        self.given_s.append(self.timeLimit)
        lp.assignStatus(pulp.LpStatusNotSolved, pulp.LpSolutionNoSolutionFound)
        return pulp.LpStatusNotSolved


def given(street, seconds, *, stating_s=0.0, monkeypatch=None):
    """Tell for how long a solver was asked, where stating took so long and the clock had so much."""
    problem, solver = street.problem(5, (g.FewestSpots(),)), Asked()
    if monkeypatch is not None:
        real = by_pulp.to_pulp
        monkeypatch.setattr(by_pulp, "to_pulp", lambda *a: (time.sleep(stating_s), real(*a))[1])
    attempt = by_pulp.seek_by_pulp(problem, 0, [], solver, Clock(seconds))
    assert attempt.status == "limit"
    assert attempt.choice is None
    assert np.isnan(attempt.bound)
    return solver.given_s


def test_a_solver_gets_what_is_left_of_the_time(street):
    (seconds,) = given(street, 5.0)
    assert 4.5 < seconds <= 5.0


def test_what_takes_long_to_state_will_take_long_to_write(street, monkeypatch):
    (seconds,) = given(street, 5.0, stating_s=0.5, monkeypatch=monkeypatch)
    assert seconds < 5.0 - 0.5 - 0.5 * 2.9 / 2.2
    assert given(street, 1.0, stating_s=0.5, monkeypatch=monkeypatch) == []
