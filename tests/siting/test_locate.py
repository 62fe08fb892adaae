"""The classic problems against every choice tried, and against published optima."""

import itertools
import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

import pitchplan as pp
from pitchplan.errors import InputError, NoPlanExists

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("PITCHPLAN_DATA", ROOT.parent / "shared" / "data"))
QUICK = [f"pmed{k}" for k in (1, 2, 3, 4, 5, 7, 8, 9, 10, 13, 14, 15, 18)]


def places(seed, whole=True):
    random = np.random.default_rng(seed)
    demand, sites = int(random.integers(3, 12)), int(random.integers(3, 9))
    a, b = random.uniform(0, 100, (demand, 2)), random.uniform(0, 100, (sites, 2))
    metres = np.hypot(*(a[:, None] - b[None]).transpose(2, 0, 1))
    between = np.hypot(*(b[:, None] - b[None]).transpose(2, 0, 1))
    if whole:
        metres, between = np.rint(metres / 10), np.rint(between / 10)
    weights = random.integers(0, 9, demand).astype(float)
    if not whole:
        weights += random.uniform(0, 1, demand)
    return random, metres, between, weights


def choices(sites, sizes, required=(), forbidden=()):
    for size in sizes:
        for chosen in itertools.combinations(range(sites), size):
            if set(required) <= set(chosen) and not set(forbidden) & set(chosen):
                yield list(chosen)


def most_served(cover, demand, capacity, chosen):
    pairs = [(i, j) for i in range(len(cover)) for j in chosen if cover[i, j]]
    if not pairs:
        return 0
    rows = [[float(i == a) for a, _ in pairs] for i in range(len(cover))]
    rows += [[float(j == b) for _, b in pairs] for j in chosen]
    most = [*demand, *(capacity[j] for j in chosen)]
    return round(-linprog([-1.0] * len(pairs), A_ub=rows, b_ub=most).fun)


def shipped(metres, demand, capacity, chosen):
    pairs = [(i, j) for i in range(len(metres)) for j in chosen]
    once = [[float(i == a) for a, _ in pairs] for i in range(len(metres))]
    room = [[float(j == b) for _, b in pairs] for j in chosen]
    costs = [metres[i, j] for i, j in pairs]
    found = linprog(costs, A_ub=room, b_ub=[capacity[j] for j in chosen], A_eq=once, b_eq=demand)
    return found.fun if found.status == 0 else np.inf


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("seed", range(25))
def test_every_problem_against_all_choices(seed, whole):
    random, metres, between, weights = places(seed, whole)
    sites = metres.shape[1]
    p = int(random.integers(1, sites))
    required = [0] if p > 1 and seed % 3 == 0 else []
    forbidden = [sites - 1] if seed % 4 == 0 and p < sites else []
    fixed = {"required": required, "forbidden": forbidden}
    mine = list(choices(sites, [p], **fixed))
    cover = metres <= np.median(metres)

    best = max(weights[cover[:, c].any(axis=1)].sum() for c in mine)
    found = pp.locate.mclp(cover, weights, p, **fixed)
    assert (found.value, found.outcome) == (pytest.approx(best), "PROVEN")
    assert set(required) <= set(found.chosen.tolist())
    assert not set(forbidden) & set(found.chosen.tolist())
    assert ((found.served_at >= 0) == cover[:, found.chosen].any(axis=1)).all()

    best = min(weights @ metres[:, c].min(axis=1) for c in mine)
    for solve in (pp.locate.p_median, pp.locate.k_nearest_p_median):
        found = solve(metres, weights, p, **fixed)
        assert (found.value, found.outcome) == (pytest.approx(best), "PROVEN")
        assert weights @ metres[np.arange(len(metres)), found.served_at] == pytest.approx(best)
        assert found.bound <= found.value
    assert pp.locate.k_nearest_p_median(metres, weights, p, k=1, **fixed).value == pytest.approx(best)

    best = min(metres[:, c].min(axis=1).max() for c in mine)
    found = pp.locate.p_center(metres, p, **fixed)
    assert (found.value, found.bound, found.outcome) == (best, best, "PROVEN")

    if p > 1:
        best = max(between[np.ix_(c, c)][np.triu_indices(p, 1)].min() for c in mine)
        found = pp.locate.p_dispersion(between, p, **fixed)
        assert (found.value, found.bound, found.outcome) == (best, best, "PROVEN")


@pytest.mark.parametrize("seed", range(25))
def test_set_covering_and_backup_against_all_choices(seed):
    _, metres, _, weights = places(seed)
    cover = metres <= np.quantile(metres, 0.7)
    sites = metres.shape[1]
    full = [c for c in choices(sites, range(1, sites + 1)) if cover[:, c].any(axis=1).all()]
    if not full:
        with pytest.raises(NoPlanExists, match="rows"):
            pp.locate.lscp(cover)
        return
    fewest = min(len(c) for c in full)
    found = pp.locate.lscp(cover)
    assert (found.value, found.bound, found.outcome) == (fewest, fewest, "PROVEN")
    assert cover[:, found.chosen].any(axis=1).all()
    twice = max(weights[cover[:, c].sum(axis=1) > 1].sum() for c in full if len(c) == fewest)
    found = pp.locate.lscp_backup(cover, demand=weights)
    assert (found.value, found.second, found.outcome) == (fewest, twice, "PROVEN")


@pytest.mark.parametrize("seed", range(25))
def test_capacitated_forms_against_all_choices(seed):
    random, metres, _, weights = places(seed)
    sites, cover = metres.shape[1], metres <= np.quantile(metres, 0.7)
    capacity = random.integers(1, max(2, int(weights.sum())), sites)
    p = int(random.integers(1, sites + 1))

    best = max(most_served(cover, weights, capacity, c) for c in choices(sites, [p]))
    found = pp.locate.mclp(cover, weights, p, capacity=capacity)
    assert (found.value, found.outcome) == (best, "PROVEN")
    used = np.asarray(found.shares.multiply(weights[:, None]).sum(axis=0)).ravel()
    assert (used <= capacity + 1e-9).all()

    best = min(shipped(metres, weights, capacity, c) for c in choices(sites, [p]))
    if np.isinf(best):
        with pytest.raises(NoPlanExists):
            pp.locate.p_median(metres, weights, p, capacity=capacity)
    else:
        for solve in (pp.locate.p_median, pp.locate.k_nearest_p_median):
            found = solve(metres, weights, p, capacity=capacity)
            assert (found.value, found.outcome) == (pytest.approx(best), "PROVEN")

    enough = [
        c
        for c in choices(sites, range(1, sites + 1))
        if cover[:, c].any(axis=1).all() and most_served(cover, weights, capacity, c) == weights.sum()
    ]
    if not enough:
        with pytest.raises(NoPlanExists):
            pp.locate.lscp(cover, demand=weights, capacity=capacity)
        return
    fewest = min(len(c) for c in enough)
    assert pp.locate.lscp(cover, demand=weights, capacity=capacity).value == fewest
    twice = max(weights[cover[:, c].sum(axis=1) > 1].sum() for c in enough if len(c) == fewest)
    found = pp.locate.lscp_backup(cover, demand=weights, capacity=capacity)
    assert (found.value, found.second) == (fewest, twice)


@pytest.mark.parametrize("seed", range(10))
def test_solvers_agree(seed):
    import pulp

    _, metres, _, weights = places(seed, whole=bool(seed % 2))
    cover = metres <= np.median(metres)
    for solver in ("highs", "exhaustive", pulp.PULP_CBC_CMD(msg=False)):
        for problem, given in ((pp.locate.mclp, cover), (pp.locate.p_median, metres)):
            assert problem(given, weights, 2, solver=solver).value == pytest.approx(
                problem(given, weights, 2).value
            )
        assert pp.locate.p_center(metres, 2, solver=solver).value == pp.locate.p_center(metres, 2).value


def test_frames_keep_their_names_and_sparse_costs_their_gaps():
    costs = pd.DataFrame([[0.0, 4.0, 9.0], [4.0, 0.0, 5.0], [9.0, 5.0, 0.0]], columns=["甲", "乙", "丙"])
    found = pp.locate.p_median(costs, None, 2)
    assert found.value == 4.0
    assert set(found.labels) <= {"甲", "乙", "丙"}
    # Place 2 can be served from site 2 alone, and a cost of nothing is a cost.
    sparse = csr_array(([0.0, 4.0, 1.0], ([0, 1, 2], [0, 0, 2])), shape=(3, 3))
    assert pp.locate.p_median(sparse, None, 2).chosen.tolist() == [0, 2]
    with pytest.raises(NoPlanExists):
        pp.locate.p_median(sparse, None, 1)
    with pytest.raises(NoPlanExists):
        pp.locate.p_center(sparse, 1)
    assert pp.locate.p_center(sparse, 2).value == 4.0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: pp.locate.mclp([[1, 0]], [1, 2], 1), "weights"),
        (lambda: pp.locate.mclp([[1, 0]], [-1], 1), "-1"),
        (lambda: pp.locate.mclp([[1, 0]], None, 3), "'p'"),
        (lambda: pp.locate.mclp([[1, 0]], None, 1.5), "1.5"),
        (lambda: pp.locate.mclp([[1, 0]], None, 1, required=[7]), "7"),
        (lambda: pp.locate.mclp([[1, 0]], None, 1, required=[0], forbidden=[0]), "both"),
        (lambda: pp.locate.mclp([[1, 0]], [0.5], 1, capacity=[1, 1]), "whole"),
        (lambda: pp.locate.mclp([1, 0], None, 1), "matrix"),
        (lambda: pp.locate.mclp([["a"]], None, 1), "matrix"),
        (lambda: pp.locate.p_median([[np.nan, 1]], None, 1), "nan"),
        (lambda: pp.locate.p_median([[1, -2]], None, 1), "-2"),
        (lambda: pp.locate.p_dispersion([[0, 1]], 1), "square"),
        (lambda: pp.locate.k_nearest_p_median([[0, 1]], None, 1, k=0), "'k'"),
        (lambda: pp.locate.lscp([[1]], time_limit_s=-1), "time_limit_s"),
        (lambda: pp.locate.lscp([[1]], solver="gurobi"), "gurobi"),
    ],
)
def test_bad_numbers_are_named(call, words):
    with pytest.raises(InputError, match=words):
        call()


def test_too_few_sites_name_what_contradicts():
    with pytest.raises(NoPlanExists, match="all demand served within the capacities"):
        pp.locate.lscp([[1, 0], [0, 1]], demand=[5, 5], capacity=[5, 4])


@pytest.fixture(scope="module")
def published():
    if not (DATA / "location_instances").is_dir():
        pytest.skip(f"needs the published problems: set PITCHPLAN_DATA (looked in {DATA})")
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import published

    return published


def test_published_optima_are_reached_and_proven(published):
    for one in published.every():
        if one.name.startswith("pmed") and one.name not in QUICK:
            continue
        found = one.solve(time_limit_s=60.0)
        assert found.outcome == "PROVEN", one.name
        assert abs(found.value - one.optimum) <= one.within, one.name
