"""The engine for many residents, made to take small problems: against trying all plans, and its bounds."""

import contextlib

import numpy as np
import pytest
from scipy.sparse import csr_array, vstack

import pitchplan as pp
from pitchplan.plan import Outcome
from pitchplan.siting import goals as g
from pitchplan.siting import limits as m
from pitchplan.siting.model.statement import restated
from pitchplan.siting.search import covering, relaxing, task
from pitchplan.siting.search.begin import choice_of_plan
from pitchplan.siting.search.merged import part_of
from pitchplan.siting.search.pricing import Multipliers, multipliers_of, priced
from pitchplan.siting.search.stages import Clock
from pitchplan.siting.search.task import implied_by_sizes, serving_of, task_of
from pitchplan.siting.solvers.exhaustive import _choices, _followed, _keeps_rows, best_values
from pitchplan.siting.solvers.highs import Relaxation

PER_PITCH = [2, 5, 30, None]


@pytest.fixture(params=["as few pairs", "as many pairs"])
def engine(monkeypatch, request):
    """Let the engine take every stage that counts residents, step by step, however small it is."""
    for name in ("_MUCH", "_FEW"):
        monkeypatch.setattr(covering, name, -1)
    if request.param == "as many pairs":
        monkeypatch.setattr(task, "_MANY_PAIRS", -1)
        monkeypatch.setattr(relaxing, "_MOST_OF_MANY", -1)
        monkeypatch.setattr(covering, "_PER_RUN", -1)


def covering_problems(instances, seeds):
    for seed in seeds:
        for case in instances.series(seed, 2):
            if isinstance(case.problem, pp.SitingProblem):
                goals = (
                    g.HostVendors(slack=0.2 * (seed % 2)),
                    g.CoverResidents(250.0, PER_PITCH[seed % 4], slack=0.1),
                    g.KeepTrafficClear(),
                    g.FewestSpots(),
                )
                yield restated(case.problem, goals)


def test_the_engine_finds_and_proves_what_trying_all_finds(engine, instances):
    tried, none, kinds = 0, 0, set()
    for problem in covering_problems(instances, range(900, 918)):
        try:
            best, _ = best_values(problem)
        except pp.NoPlanExists:
            with pytest.raises(pp.NoPlanExists):
                problem.solve(time_limit_s=20)
            none += 1
            continue
        plan = problem.solve(time_limit_s=20)
        assert plan.goals["sought"].tolist() == best
        assert plan.goals["bound"].tolist() == best
        assert plan.outcome == Outcome.PROVEN
        kinds |= set(plan.goals["solver"])
        tried += 1
    assert "runs priced and chosen" in kinds
    assert tried >= 20
    assert none >= 1


@pytest.fixture(scope="module")
def solved(district):
    """Return a problem, and the best values of its three goals by another way."""
    city, found = district
    goals = (g.HostVendors(), g.CoverResidents(), g.KeepTrafficClear())
    problem = pp.siting_problem(found, city, vendors=14, goals=goals)
    exact = problem.solve(time_limit_s=30, solver="highs")
    assert exact.outcome == Outcome.PROVEN
    return problem, [int(v) for v in exact.goals["sought"]]


@pytest.mark.parametrize("gap", [0.02, 0.1, 0.5])
def test_a_gap_that_is_allowed_never_moves_the_bound(solved, engine, monkeypatch, gap):
    problem, (*reached, best) = solved
    # Straight to the rows that are found as needed, from a poor plan.
    for step in ("_start", "_relax", "_exchange", "_search", "_better"):
        monkeypatch.setattr(covering._Seeker, step, lambda *_, **__: None)
    x = problem.completed(poor_choice(problem, reached))
    attempt = covering.seek_covering(problem, 2, reached, x, Clock(20.0), gap, False)
    value = problem.goals[2].value(problem.completed(attempt.choice))
    assert best <= value
    assert attempt.bound <= best + 1e-6
    assert value - attempt.bound <= gap * value + 1


def poor_choice(problem, reached):
    """Return a plan that keeps the goals before, the traffic goal left to chance."""
    for seed in range(400):
        free = pp.random_plan(problem, pitches=14, seed=seed)
        values = [int(v) for v in free.goals["value"]]
        bounds = [goal.kept(r) for goal, r in zip(problem.goals, reached, strict=False)]
        if all(a <= v <= b for (a, b), v in zip(bounds, values, strict=False)):
            return choice_of_plan(problem, free)
    raise AssertionError("no plan by lot keeps the goals before")


def legal(problem):
    tables = [_followed(problem, choices) for choices in _choices(problem)]
    table = np.concatenate([t[_keeps_rows(problem, t)] for t in tables])
    return np.array([problem.completed(row[problem.choice]) for row in table])


def test_any_multipliers_give_a_bound_that_holds_for_every_plan(instances):
    seen = 0
    for seed, problem in enumerate(covering_problems(instances, range(1100, 1130))):
        plans = legal(problem)
        if len(plans) == 0 or serving_of(problem, 1) is None:
            continue
        values = np.array([problem.values(x) for x in plans])
        random = np.random.default_rng(seed)
        reached = [int(values[:, 0].min())]
        reached.append(int(values[values[:, 0] == reached[0], 1].max() * 0.7))
        for stage in (1, 2):
            task = task_of(problem, stage, reached[:stage])
            kept = np.ones(len(plans), dtype=bool)
            for goal, before, column in zip(problem.goals[:stage], reached, values.T, strict=False):
                least, most = goal.kept(before)
                kept &= (column >= least) & (column <= most)
            cost = values[kept, stage] * (-1 if task.most else 1)
            # Rows that others imply shut no plan out.
            activity = task.base.matrix @ plans[kept][:, : problem.designed].T
            assert (activity >= task.base.row_lower[:, None]).all()
            assert (activity <= task.base.row_upper[:, None]).all()
            is_open = plans[kept][:, problem.block("run")] > 0
            for _ in range(6):
                scale = 10.0 ** random.uniform(-2, 2)
                found = priced(
                    task,
                    Multipliers(
                        random.normal(0, scale, len(task.own)),
                        random.uniform(0, scale, len(task.residents)),
                        random.uniform(0, scale, len(task.least)),
                    ),
                )
                shut = np.where(is_open, np.nan_to_num(found.extra, posinf=1e12), 0.0).max(axis=1)
                assert (found.bound + shut <= cost + 1e-9).all(), (seed, stage)
                seen += len(cost)
    assert seen > 1000


def traffic_task(district, per_pitch):
    city, found = district
    goals = (g.HostVendors(), g.CoverResidents(per_pitch=per_pitch), g.KeepTrafficClear())
    problem = pp.siting_problem(found, city, vendors=25, goals=goals)
    start = pp.greedy_plan(problem)
    reached = [int(v) for v in start.goals["value"].iloc[:2]]
    return task_of(problem, 2, reached)


@pytest.mark.parametrize("per_pitch", [200, None])
def test_residents_merged_more_coarsely_bound_no_less_and_better_for_all_runs(district, per_pitch):
    task = traffic_task(district, per_pitch)
    everywhere = np.ones(task.runs, dtype=bool)
    parts = [part_of(task, everywhere, alike=alike) for alike in (None, 4, 2, 1)]
    many = [len(part.count) for part in parts]
    assert many == sorted(many, reverse=True)
    assert many[-1] < many[0]
    exact, *coarse = [Relaxation(part.stage).solve(20) for part in parts]
    for part, answer in zip(parts[1:], coarse, strict=True):
        assert answer.bound <= exact.bound + 1e-6 * abs(exact.bound)
        proven = priced(task, multipliers_of(task, part, answer.duals))
        assert proven.bound >= answer.bound - 1e-4 * abs(answer.bound)


@pytest.mark.parametrize("per_pitch", [200, None])
def test_the_relaxations_own_multipliers_prove_at_least_its_value(district, per_pitch):
    task = traffic_task(district, per_pitch)
    part = part_of(task, np.ones(task.runs, dtype=bool))
    answer = Relaxation(part.stage).solve(20)
    proven = priced(task, multipliers_of(task, part, answer.duals))
    # Whole pitches and whole streets can only lift it.
    assert proven.bound >= answer.bound - 1e-4 * abs(answer.bound)


def test_quotas_and_the_largest_spot_imply_rows_that_hold_and_bind(district):
    city, found = district
    limits = [m.SpotSize(1, 3), m.Quota("community_id", "each", 0, 4)]
    problem = pp.siting_problem(found, city, vendors=200, limits=limits)
    quotas = [r for r in problem.rows if r.optional]
    upper = np.concatenate([r.upper for r in quotas])
    matrix, top = implied_by_sizes(problem, csr_array(vstack([r.matrix for r in quotas])), upper)
    # Four pitches need two spots: pitches <= spots + 2.
    assert len(top) == found.runs["community_id"].nunique()
    assert (top == 2).all()
    bound = 0
    for seed in range(40):
        plan = pp.random_plan(problem, pitches=20 + 3 * seed, seed=seed)
        activity = matrix @ problem.completed(choice_of_plan(problem, plan))
        assert (activity <= top).all()
        bound += (activity == top).sum()
    assert bound > 5


def test_shares_that_must_be_served_are_requirements_of_their_own(engine, district):
    city, found = district
    goals = (g.HostVendors(), g.CoverResidents(400.0, None), g.KeepTrafficClear())
    share = m.ServeShare(0.6, 400.0)
    problem = pp.siting_problem(found, city, vendors=12, goals=goals, limits=[share])
    task = task_of(problem, 2, [0, 1])
    assert len(task.least) == 2
    plan = problem.solve(time_limit_s=20)
    assert plan.residents_served >= 0.6 * plan.residents
    whole = problem.solve(time_limit_s=20, solver="highs")
    assert plan.goals["sought"].tolist() == whole.goals["sought"].tolist()


def test_the_engine_keeps_to_its_clock(engine, cities):
    city = cities.make_city((14, 14), residents_per_ha=20.0)
    problem = pp.siting_problem(cities.make_candidates(city, 400), city, vendors=80)
    clock = Clock(2.0)
    x = problem.completed(covering.greedy_choice(problem))
    covering.seek_covering(problem, 1, [problem.values(x)[0]], x, clock, 0.0, False)
    assert clock.left == 0.0 or problem.values(x)[1] == problem.goals[1].bound


def test_a_plan_that_people_know_is_bettered_not_replaced_by_one_built_anew(engine, instances, monkeypatch):
    anew = []
    start = covering._Seeker._start

    def spied(self, clock, favoured=None):
        if favoured is None:
            anew.append(self)
        return start(self, clock, favoured)

    monkeypatch.setattr(covering._Seeker, "_start", spied)
    plans = []
    for problem in covering_problems(instances, range(903, 906)):
        with contextlib.suppress(pp.NoPlanExists):
            plans.append((problem, problem.solve(time_limit_s=20)))
    assert anew
    anew.clear()
    for problem, plan in plans:
        again = problem.solve(time_limit_s=20, start=plan)
        assert again.goals["value"].tolist() == plan.goals["value"].tolist()
    assert not anew
