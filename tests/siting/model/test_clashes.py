"""Pairs that may not both be chosen become groups of which one may."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pitchplan.siting import goals as g
from pitchplan.siting.model.clashes import clique_cover

from . import hand


def clashing(*pairs):
    frame = pd.DataFrame(pairs, columns=["pitch_a", "pitch_b"])
    return replace(hand.found(), clashes=frame.assign(rule="gap", measured=1.0, required=2.0))


def test_pitches_that_clash_share_no_column_and_a_row():
    stated = hand.problem(of_found=clashing(("A-1", "B-0")), vendors=5)
    assert stated.variables["pitch_ids"].tolist()[:4] == [("A-0",), ("A-1",), ("B-0",), ("C-0", "C-1")]
    assert hand.dense(stated, "clashes") == [[0, 1, 1, *[0] * 7]]
    assert hand.bounds(stated, "clashes") == ([-np.inf], [1])
    assert hand.solved(stated)[1] == 1


def test_three_that_clash_are_one_row():
    stated = hand.problem(
        of_found=clashing(("A-1", "B-0"), ("C-0", "B-0"), ("A-1", "C-0"), ("B-0", "A-1")), vendors=5
    )
    rows = hand.dense(stated, "clashes")
    assert [np.flatnonzero(r).tolist() for r in rows] == [[1, 2, 3]]
    assert hand.solved(stated)[1] == 2


def test_of_pitches_on_one_street_that_clash_none_is_chosen_where_the_street_is_not_used():
    stated = hand.problem(
        of_found=clashing(("A-1", "B-0"), ("C-0", "B-0"), ("A-1", "C-0")), goals=[g.KeepTrafficClear()]
    )
    # A and B stand on S0, C on S1: columns are pitches, B-0, C-0, C-1; runs; streets from 8.
    assert [np.flatnonzero(r).tolist() for r in hand.dense(stated, "clashes")] == [[1, 2, 3]]
    street = stated.block("street").start
    assert hand.dense(stated, "clash-street") == [
        [{1: 1, 2: 1, street: -1}.get(k, 0) for k in range(stated.size)]
    ]
    assert hand.bounds(stated, "clash-street") == ([-np.inf], [0])
    assert "clash-street" not in [r.name for r in stated.needed(0)[1]]


def test_a_clash_with_a_pitch_that_is_forbidden_counts_no_more():
    stated = hand.problem(of_found=clashing(("A-1", "Z-9"), ("Z-8", "Z-9")))
    assert hand.dense(stated, "clashes") == []
    assert stated.block("pitch").stop == 3


@pytest.mark.parametrize("seed", range(20))
def test_groups_cover_every_clash_and_nothing_else(seed):
    random = np.random.default_rng(seed)
    n = int(random.integers(3, 30))
    pairs = random.integers(0, n, (int(random.integers(1, 120)), 2))
    wanted = {(min(p), max(p)) for p in pairs.tolist() if p[0] != p[1]}
    cliques = clique_cover(*pairs.T)
    assert {(a, b) for c in cliques for a in c for b in c if a < b} == wanted
    # Maximal: nothing clashes with all of a group.
    near = wanted | {(b, a) for a, b in wanted}
    assert not [(c, v) for c in cliques for v in range(n) if v not in c and all((v, a) in near for a in c)]
    swapped = random.permutation(pairs)[:, ::-1]
    assert clique_cover(*swapped.T) == cliques


def test_no_clash_is_chosen(district):
    city, found = district
    plan = hand.problem(of_city=city, of_found=found, vendors=35).solve(time_limit_s=8)
    chosen = set(plan.pitches["pitch_id"])
    assert len(chosen) == 35
    pairs = zip(found.clashes["pitch_a"], found.clashes["pitch_b"], strict=True)
    assert not [p for p in pairs if set(p) <= chosen]
