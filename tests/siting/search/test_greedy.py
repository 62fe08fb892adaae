"""Pitch by pitch under limits in which pitches weigh unequally, or in which runs and streets weigh too."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.sparse import csr_array

import pitchplan as pp
from pitchplan.siting.search import greedy
from pitchplan.siting.search.begin import first_choice
from pitchplan.siting.search.greedy import Builder, greedy_choice, is_legal, kept_choice
from pitchplan.traffic.obstruction import obstruction

VENDORS = 60


@pytest.fixture(scope="module")
def town(cities):
    """Streets with an axis each, on which every third bay is a short one."""
    city = cities.make_city((4, 4), residents_per_ha=30.0)
    found = cities.make_candidates(city, 30)
    at = found.pitches.groupby("street_id")[["x_m", "y_m"]].mean()
    axes = gpd.GeoDataFrame(
        pd.DataFrame(index=range(len(at)), columns=pp.schemas.CENTRELINES.names).drop(columns="geometry"),
        geometry=[shapely.LineString([(x, y), (x + 400, y)]) for x, y in at.to_numpy()],
        crs=city.crs,
    ).assign(street_id=at.index, street_class="branch", oneway="no")
    length = np.where(np.arange(len(found.pitches)) % 3, 6.0, 3.5)
    return replace(city, centrelines=axes), replace(found, pitches=found.pitches.assign(length_m=length))


def a_stand_and_a_half(city, found):
    """Return the delay that a street's dearest spot and half a pitch more cost."""
    told = obstruction(found.pitches, found.runs, city.centrelines)
    return int(1.5 * told.per_pitch.max() + told.per_run.max() + told.per_street.max())


LIMITS = {
    "kerb": lambda *_: [pp.limits.KerbShare(0.02)],
    "delay": lambda *town: [pp.limits.ObstructionBudget(a_stand_and_a_half(*town))],
    "side": lambda *_: [pp.limits.OneSide()],
    "all": lambda *town: [
        pp.limits.KerbShare(0.03),
        pp.limits.ObstructionBudget(3 * a_stand_and_a_half(*town)),
        pp.limits.OneSide(),
        pp.limits.SpotSize(2, 5),
    ],
}


@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS.keys())
def test_limits_that_weigh_pitches_unequally_are_kept(town, limits):
    city, found = town
    problem = pp.siting_problem(found, city, vendors=VENDORS, limits=limits(city, found))
    assert not is_legal(problem, np.minimum(1, problem.upper[problem.choice]).astype(np.int64))
    choice = greedy_choice(problem)
    assert is_legal(problem, choice)
    assert choice.sum() > 10
    assert is_legal(problem, kept_choice(problem, np.ones_like(choice)))
    assert first_choice(problem, None) is not None


def test_a_row_of_ones_own_is_kept_too(town):
    """Over pitches that weigh nothing, something and much, and over a spot."""
    city, found = town
    problem = pp.siting_problem(found, city, vendors=VENDORS)
    weights = {k: k % 3 for k in range(problem.choice.stop)} | {problem.block("run").start: 4}
    mine = problem.with_rows("tables", weights, at_most=30)
    choice = greedy_choice(mine)
    assert is_legal(mine, choice)
    assert choice.sum() == VENDORS


@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS.keys())
def test_what_may_be_added_is_what_the_rows_allow(town, limits):
    city, found = town
    some = [limit for limit in limits(city, found) if not isinstance(limit, pp.limits.SpotSize)]
    problem = pp.siting_problem(found, city, vendors=VENDORS, limits=some)
    random, builder = np.random.default_rng(5), Builder(problem)
    for _ in range(25):
        free = builder.addable()
        for column in range(builder.bays):
            more = builder.count.copy()
            more[column] += 1
            assert free[column] == is_legal(problem, more, late=False)
        if not free.any():
            break
        builder.add(int(random.choice(np.flatnonzero(free))))
    assert builder.total >= 8
    for run in (*np.flatnonzero(builder.in_run)[::2], -1):
        again = Builder(problem)
        again.load(builder.count)
        assert (again.addable() == builder.addable()).all()
        if run >= 0:
            builder.shrink(int(run))


def test_a_spot_is_not_tried_where_a_row_of_all_its_pitches_has_too_little_left(town, monkeypatch):
    """The choice is that of trying, without the tries."""
    city, found = town
    problem = pp.siting_problem(found, city, vendors=20, limits=[pp.limits.SpotSize(3, 3)])
    problem = problem.with_rows("fourteen", dict.fromkeys(range(problem.choice.stop), 1), at_most=14)
    failed = []
    real = Builder.add

    def add(builder, column):
        went = real(builder, column)
        failed.append(not went)
        return went

    monkeypatch.setattr(Builder, "add", add)
    chosen, tries = greedy_choice(problem), sum(failed)
    failed.clear()
    monkeypatch.setattr(
        greedy,
        "_shared_rows",
        lambda matrix, run_of, runs: csr_array((runs, matrix.shape[0]), dtype=np.int64),
    )
    assert (greedy_choice(problem) == chosen).all()
    assert tries == 0 < sum(failed)
    assert chosen.sum() == 12
