"""Ctrl-C at any moment: back at once, with a plan that keeps every row or a word of our own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import pitchplan as pp
from pitchplan.plan import Outcome
from pitchplan.siting.alternatives import plan_columns

RUN = """
import importlib.util, json, os, random, signal, sys, threading, time
import pulp
import pitchplan as pp
from pitchplan.siting.alternatives import plan_columns

def module(name):
    spec = importlib.util.spec_from_file_location("siting_" + name, sys.argv[1] + "/" + name + ".py")
    made = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made

cities, times, longest = module("cities"), int(sys.argv[3]), float(sys.argv[5])
city = cities.make_city((14, 14), residents_per_ha=20.0)
g = pp.goals
goals = (g.HostVendors(), g.FewestSpots(), g.KeepTrafficClear())
if sys.argv[2] == "1":
    goals = (goals[0], g.CoverResidents(per_pitch=None), *goals[1:])
problem = pp.siting_problem(cities.make_candidates(city, 400, clash_m=120.0), city, vendors=80, goals=goals)
solver = pulp.PULP_CBC_CMD(msg=False) if sys.argv[4] == "cbc" else sys.argv[4]
rng, said = random.Random(int(sys.argv[2])), []
for _ in range(times):
    sent = []
    def stop():
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)
    timer = threading.Timer(rng.uniform(0.0, longest), stop)
    timer.daemon = True
    try:
        timer.start()
        plan = problem.solve(time_limit_s=20, solver=solver)
        plan_columns(problem, plan)  # raises for a broken row
        word = plan.outcome
    except (KeyboardInterrupt, pp.NonePlanFound) as error:
        word = type(error).__name__
    late = time.monotonic() - sent[0] if sent else None
    timer.cancel()
    said.append((word, late))
print(json.dumps(said))
"""


def interrupted(seed, times, solver, longest, **environment):
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            RUN,
            str(Path(__file__).parents[1]),
            *map(str, (seed, times, solver, longest)),
        ],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    # Not a word, not a traceback of another library.
    assert run.stderr.replace("DeprecationWarning", "").count("Traceback") == 0, run.stderr
    assert run.stdout.count("\n") == 1, run.stdout
    return json.loads(run.stdout)


@pytest.mark.parametrize("seed", range(2))
def test_a_stop_at_any_moment(seed):
    said = interrupted(seed, 9, "auto", 0.8)
    assert {w for w, _ in said} <= {"INTERRUPTED", "NonePlanFound", "KeyboardInterrupt", "PROVEN"}
    assert max(late for _, late in said if late is not None) < 3.0
    assert sum(w == "INTERRUPTED" for w, _ in said) >= 7, said


def test_a_stop_of_a_program_that_pulp_started_leaves_nothing_behind(tmp_path):
    said = interrupted(7, 4, "cbc", 2.0, TMPDIR=str(tmp_path))
    assert {w for w, _ in said} <= {"INTERRUPTED", "KeyboardInterrupt"}
    assert max(late for _, late in said if late is not None) < 3.0
    assert list(tmp_path.iterdir()) == []
    assert programs_in(tmp_path) == []


STOPPED = r"stopped \(Ctrl-C\) before any plan was found; one may exist: solve again and let it run longer or"


def programs_in(folder):
    """List the programs whose command line names a folder."""
    found = []
    for one in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = one.read_bytes()
        except OSError:
            continue
        if str(folder).encode() in words:
            found.append(words)
    return found


class PressedAt:
    """Press Ctrl-C at one of the calls within the room while a problem is solved."""

    def __init__(self, moment=-1):
        self.moment, self.names = moment, []

    def __call__(self, frame, event, _):
        if event == "call" and "/siting/" in frame.f_code.co_filename.replace("\\", "/"):
            self.names.append(frame.f_code.co_name)
            if len(self.names) == self.moment:
                raise KeyboardInterrupt

    def solve(self, problem, solver):
        before = sys.getprofile()
        sys.setprofile(self)
        try:
            return problem.solve(solver=solver)
        finally:
            sys.setprofile(before)


@pytest.mark.parametrize("solver", ["auto", "exhaustive"])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_stop_wherever_the_room_is(small, solver):
    """From the first plan on there is one to return, while goals are sought or the plan is written."""
    problem = small(4)
    problem.solve()
    whole = PressedAt()
    best = whole.solve(problem, solver)
    first, then = whole.names.index("first_choice") + 1, whole.names.index("seek_all") + 1
    with pytest.raises(pp.NonePlanFound, match=STOPPED) as none:
        PressedAt(first).solve(problem, solver)
    assert none.value.__context__ is None
    outcomes = set()
    for moment in np.unique(np.linspace(then, len(whole.names), 80).astype(int)).tolist():
        plan = PressedAt(moment).solve(problem, solver)
        assert problem.broken(plan_columns(problem, plan)) == ""
        assert plan.goals["goal"].tolist() == best.goals["goal"].tolist()
        for goal, row in zip(problem.goals, plan.goals.itertuples(), strict=True):
            assert not goal.better(row.sought, row.bound)
        if plan.outcome == Outcome.PROVEN:
            assert plan.goals["sought"].tolist() == best.goals["sought"].tolist()
        outcomes.add(plan.outcome)
    assert outcomes == {Outcome.PROVEN, Outcome.INTERRUPTED}


@pytest.mark.parametrize(
    "ask",
    [
        lambda problem, plan: problem.alternatives(plan, 3),
        lambda problem, plan: problem.importance(plan),
        lambda problem, plan: problem.explain_shortfall(plan),
        lambda problem, plan: problem.frontier(pp.goals.HostVendors(), pp.goals.FewestSpots(), 4),
    ],
    ids=["alternatives", "importance", "explain_shortfall", "frontier"],
)
def test_a_stop_ends_what_asks_for_many_searches(small, ask, monkeypatch):
    problem = small(5, vendors=9)
    plan, searches = problem.solve(), []

    def stopped(*_):
        searches.append(1)
        raise KeyboardInterrupt

    monkeypatch.setattr("pitchplan.siting.search.solve._attempt", stopped)
    ask(problem, plan)
    assert len(searches) == 1
