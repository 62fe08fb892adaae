"""Maximal covering at scale: what is claimed holds, against trying all, and is the same every time."""

import itertools
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from scipy.sparse import csr_array

from pitchplan.errors import InputError
from pitchplan.siting.solvers import covering_bound, covering_kernels, covering_merge, covering_search
from pitchplan.siting.solvers.large import cover_most, merged_groups


def drawn(seed, rows=30, sites=9, density=0.25):
    rng = np.random.default_rng(seed)
    reach = csr_array((rng.random((rows, sites)) < density).astype(np.int8))
    return reach, rng.integers(0, 50, size=rows)


def disc_covering(sites, rows, seed=0, near=10):
    rng = np.random.default_rng(seed)
    a, b = rng.random((rows, 2)), rng.random((sites, 2))
    far = ((a[:, None] - b[None]) ** 2).sum(axis=2)
    return csr_array((far < near / sites / np.pi).astype(np.int8)), rng.integers(1, 99, size=rows)


def covered(reach, residents, chosen):
    return int(residents[(reach.toarray()[:, chosen] != 0).any(axis=1)].sum())


def best_of_all(reach, residents, sites, must=(), never=()):
    free = [j for j in range(reach.shape[1]) if j not in must and j not in never]
    left = min(sites - len(must), len(free))
    return max(covered(reach, residents, [*must, *c]) for c in itertools.combinations(free, left))


def test_against_trying_all():
    optimal = 0
    for seed in range(200):
        rng = np.random.default_rng(1_000 + seed)
        reach, residents = drawn(seed, sites=int(rng.integers(2, 10)), density=rng.uniform(0.05, 0.6))
        sites = int(rng.integers(0, 6))
        found = cover_most(reach, residents, sites, effort=30)
        best = best_of_all(reach, residents, sites)
        assert found.finished
        assert not found.interrupted
        assert len(found.chosen) == min(sites, reach.shape[1])
        assert (np.diff(found.chosen) > 0).all()
        assert found.value == covered(reach, residents, found.chosen) <= best <= found.bound
        optimal += found.value == best
    assert optimal >= 199


def test_must_and_never():
    for seed in range(40):
        reach, residents = drawn(seed)
        kind = np.random.default_rng(seed).permutation(9)
        must, never = kind[:2], kind[2:5]
        masks = {"must": np.isin(np.arange(9), must), "never": np.isin(np.arange(9), never)}
        sites = 2 + seed % 5
        found = cover_most(reach, residents, sites, **masks, effort=30)
        assert np.isin(must, found.chosen).all()
        assert not np.isin(never, found.chosen).any()
        assert len(found.chosen) == min(sites, 6)
        best = best_of_all(reach, residents, sites, must.tolist(), never.tolist())
        assert found.value == covered(reach, residents, found.chosen) == best <= found.bound


def test_a_start_is_never_made_worse():
    reach, residents = disc_covering(300, 1_500)
    good = cover_most(reach, residents, 20, effort=50)
    again = cover_most(reach, residents, 20, start=good.chosen, effort=1, seed=1)
    assert again.value >= good.value
    lost = good.chosen[:3]
    never = np.isin(np.arange(300), lost)
    without = cover_most(reach, residents, 20, start=good.chosen, never=never, effort=1)
    assert not np.isin(lost, without.chosen).any()


def test_the_gap_ends_it():
    reach, residents = disc_covering(300, 1_500)
    found = cover_most(reach, residents, 20, gap=0.2)
    assert found.finished
    assert (found.bound - found.value) / found.bound <= 0.2


def test_same_bytes_every_time():
    reach, residents = disc_covering(600, 3_000)
    one, two = (cover_most(reach, residents, 30, effort=30) for _ in range(2))
    assert one.chosen.tobytes() == two.chosen.tobytes()
    assert (one.value, one.bound, one.finished) == (two.value, two.bound, True)


@pytest.mark.skipif(not covering_kernels.fast(), reason="numba is not installed: nothing to compare with")
def test_same_bytes_without_numba(monkeypatch):
    reach, residents = disc_covering(600, 1_800)
    fast = cover_most(reach, residents, 30, effort=20)
    assert fast.value < fast.bound, "proven early: the comparison would see no annealing"
    for module in (covering_kernels, covering_bound, covering_search):
        monkeypatch.setattr(module, "fast", lambda: False)
    slow = cover_most(reach, residents, 30, effort=20)
    assert fast.chosen.tobytes() == slow.chosen.tobytes()
    assert (fast.value, fast.bound) == (slow.value, slow.bound)
    assert slow.finished


def test_the_clock_is_kept():
    reach, residents = disc_covering(600, 3_000)
    cover_most(reach, residents, 30, effort=1)
    began = time.perf_counter()
    found = cover_most(reach, residents, 30, clock_s=1.0, effort=10**6)
    assert time.perf_counter() - began < 1.6
    assert not found.finished
    assert not found.interrupted
    assert found.value == covered(reach, residents, found.chosen) <= found.bound
    assert found.bound < 1.1 * found.value


def test_ctrl_c_gives_the_best_so_far():
    reach, residents = disc_covering(600, 3_000)
    cover_most(reach, residents, 30, effort=1)
    timer = threading.Timer(0.7, signal.raise_signal, [signal.SIGINT])
    began = time.perf_counter()
    timer.start()
    found = cover_most(reach, residents, 30, clock_s=30, effort=10**6)
    assert time.perf_counter() - began < 2
    assert found.interrupted
    assert not found.finished
    assert found.value == covered(reach, residents, found.chosen) <= found.bound


@pytest.mark.parametrize("stage", ["by_nearness", "Relaxation", "promising"])
def test_ctrl_c_at_any_stage(stage, monkeypatch):
    def struck(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(f"pitchplan.siting.solvers.large.{stage}", struck)
    reach, residents = disc_covering(300, 900)
    found = cover_most(reach, residents, 20)
    assert found.interrupted
    assert len(found.chosen) == 20
    assert found.value == covered(reach, residents, found.chosen) <= found.bound


@pytest.mark.parametrize("collide", [False, True])
def test_merging_is_exact(collide, monkeypatch):
    if collide:
        # Three hashes for all sets: most groups meet others of their hash.
        monkeypatch.setattr(
            covering_merge,
            "_hashes",
            lambda at, sites, columns: (np.arange(len(at) - 1) % 3).astype(np.uint64),
        )
    for seed in range(20):
        reach, residents = drawn(seed, rows=200, sites=5, density=0.3)
        groups, people, of_row = merged_groups(reach, residents)
        dense = reach.toarray()
        reached = dense.any(axis=1)
        assert ((of_row >= 0) == reached).all()
        assert people.sum() == residents[reached].sum()
        assert (np.bincount(of_row[reached], weights=residents[reached]) == people).all()
        assert (groups.toarray()[of_row[reached]] == dense[reached]).all()
        if not collide:
            assert len({tuple(row) for row in dense[reached]}) == len(people)


def test_equal_hashes_of_different_sets_merge_nothing(monkeypatch):
    monkeypatch.setattr(
        covering_merge, "_hashes", lambda at, sites, columns: np.zeros(len(at) - 1, np.uint64)
    )
    reach, residents = drawn(3, rows=300, sites=6)
    groups, people, _ = merged_groups(reach, residents)
    reached = reach.toarray().any(axis=1)
    assert len({tuple(row) for row in reach.toarray()[reached]}) == len(people) == groups.shape[0]


def test_doubles_zeros_and_order_within_a_row_do_not_matter():
    reach = csr_array((np.array([1, 1, 0, 1, 1, 1], np.int8), [2, 0, 1, 0, 2, 2], [0, 3, 6]), shape=(2, 3))
    groups, people, of_row = merged_groups(reach, np.array([4, 5]))
    assert groups.toarray().tolist() == [[1, 0, 1]]
    assert (people.tolist(), of_row.tolist()) == ([9], [0, 0])
    assert reach.nnz == 6


def test_a_bound_of_any_prices_holds():
    reach, residents = drawn(5, rows=40)
    groups, people, _ = merged_groups(reach, residents)
    covering = covering_bound.Covering(groups.indptr.astype(np.int64), groups.indices, people, 9, 3)
    best = best_of_all(reach, residents, 3)
    for seed in range(50):
        price = np.random.default_rng(seed).normal(0.5, 0.7, size=len(people)) * people
        assert covering_bound.exact_bound(covering, price) >= best


def test_what_does_not_fit_is_refused():
    reach, residents = drawn(0)
    yes, no = np.ones(9, dtype=bool), np.zeros(9, dtype=bool)
    with pytest.raises(InputError, match="both a must"):
        cover_most(reach, residents, 9, must=yes, never=yes)
    with pytest.raises(InputError, match="more sites are a must"):
        cover_most(reach, residents, 3, must=yes, never=no)
    with pytest.raises(InputError, match="residents"):
        cover_most(reach, residents[:-1], 3)
    with pytest.raises(InputError, match="start"):
        cover_most(reach, residents, 3, start=np.array([9]))


def test_importing_it_does_not_load_numba():
    code = "import sys, pitchplan.siting.solvers.large; print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.skipif(not covering_kernels.fast(), reason="numba is not installed: nothing to compare with")
@pytest.mark.parametrize("seed", range(8))
def test_kernels_give_the_same_bits_compiled_and_interpreted(seed):
    random = np.random.default_rng(seed)
    rows, sites = int(random.integers(1, 30)), int(random.integers(2, 12))
    inside = random.random((rows, sites)) < random.uniform(0.1, 0.9)
    reach = csr_array(inside)
    row_at, row_sites = reach.indptr.astype(np.int64), reach.indices.astype(np.int64)
    turned = csr_array(inside.T)
    site_at, site_rows = turned.indptr.astype(np.int64), turned.indices.astype(np.int64)
    both, residents = (row_at, row_sites, site_at, site_rows), random.integers(0, 90, rows)
    share, price = random.random(sites), random.uniform(0, 60, rows)

    def order():
        return (
            int(random.integers(sites)), *(np.zeros(n, dtype=np.int64) for n in (sites, rows)),
            *(np.zeros(n, dtype=bool) for n in (sites, rows)),
        )  # fmt: skip

    cases = {
        covering_kernels.sums_by_row: (row_at, row_sites, share, np.zeros(rows)),
        covering_kernels.sums_by_site: (row_at, row_sites, price, np.zeros(sites)),
        covering_kernels.dual_step: (
            row_at, row_sites, share, residents.astype(float), random.uniform(0, 9, rows), 1.5, price,
            price.copy(), np.zeros(sites),
        ),
        covering_kernels.near_order: (*both, *order()),
        covering_kernels.neighbours: (
            *both, int(random.integers(1, 3)), int(random.integers(1, sites)), np.full(sites, -1),
            np.zeros(sites + 1, dtype=np.int64), np.zeros(int(random.integers(0, 40)), dtype=np.int64),
        ),
    }  # fmt: skip
    for function, given in cases.items():
        one, two = ([a.copy() if isinstance(a, np.ndarray) else a for a in given] for _ in range(2))
        assert covering_kernels.kernel(function)(*one) == function(*two)
        for a, b in zip(one, two, strict=True):
            assert np.asarray(a).tobytes() == np.asarray(b).tobytes(), function.__name__
    summed = np.zeros(rows)
    covering_kernels.sums_by_row(row_at, row_sites, share, summed)
    assert summed == pytest.approx(inside @ share)
    covering_kernels.sums_by_site(row_at, row_sites, price, worth := np.zeros(sites))
    assert worth == pytest.approx(price @ inside)
    _, _, _, most, step, scale, old, _, _ = cases[covering_kernels.dual_step]
    covering_kernels.dual_step(
        row_at, row_sites, share, most, step, scale, new := old.copy(), old.copy(), worth
    )
    assert new == pytest.approx(np.clip(old + scale * step * (1 - inside @ share), 0, most))
    assert worth == pytest.approx(new @ inside)
