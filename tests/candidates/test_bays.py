"""Runs and their lattices of bays, against every packing there is."""

from functools import lru_cache

import numpy as np
import pytest
import shapely

import pitchplan as pp
from pitchplan.candidates.bays import bays_of, lay_bays
from pitchplan.candidates.beside import places_beside, step_of, surroundings_of
from pitchplan.candidates.places import join_places
from pitchplan.rules.effects import RunShape
from pitchplan.rules.vehicle import Use, Vehicle

from .streets import SEASON, bent_city

SHAPE = RunShape(60.0, 15.0)


def legal_places(seed, share=0.7, vehicle=None):
    """Give places of a bent city with streets and communities, some of them refused in stretches."""
    around = surroundings_of(bent_city(seed), {"kerbside"})
    vehicle = vehicle or pp.rule_book("jinan-2019").vehicle("small-truck")
    places = join_places(list(places_beside(around, Use(vehicle, "kerbside", SEASON.intervals))))
    street, side = around.finder.find(places)
    places = places.with_columns(street=street, side=side, community=around.communities.lie_in(places)[0])
    rng = np.random.default_rng(seed)
    kept = np.repeat(rng.random(len(places) // 7 + 1) < share, 7)[: len(places)]
    kept &= (places.bend_m < 0.4) & (street >= 0)
    return places.take(kept), shapely.length(around.kerbs.rings)


def most_that_fit(places, at, pitch):
    """Try every set of places: neighbours at least a pitch apart that share no ground."""
    boxes = places.draw(at)
    steps = places.step[at]

    @lru_cache(None)
    def best(i, before):
        if i == len(at):
            return 0
        free = before < 0 or (
            steps[i] - steps[before] >= pitch
            and shapely.area(shapely.intersection(boxes[before], boxes[i])) <= 1e-9
        )
        return max(best(i + 1, before), 1 + best(i + 1, i) if free else 0)

    return best(0, -1)


@pytest.mark.parametrize("seed", range(6))
def test_room_is_the_most_that_fit(seed):
    places, around = legal_places(seed)
    chosen, run = lay_bays(places, around, SHAPE)
    pitch = round(5.5 / step_of(places.use))
    far = int(np.floor((SHAPE.max_length_m - 4.5) / step_of(places.use) + 1e-9))
    runs = 0
    for number in range(run.max() + 1):
        bays = chosen[run == number]
        first, line = bays[0], places.line[bays[0]]
        reach = np.flatnonzero(
            (places.line == line)
            & (places.step >= places.step[first])
            & (places.step <= places.step[first] + far)
            & (places.community == places.community[first])
            & (places.of_street("name") == places.of_street("name")[first])
        )
        after = chosen[run == number + 1] if number < run.max() else []
        # What belongs to the next run, or lies past the line's closing, is not this run's.
        end = after[0] if len(after) and places.line[after[0]] == line else len(places)
        reach = reach[(reach < end) & (reach <= bays[-1] + pitch)]
        closing = (
            int(around[line] / step_of(places.use)) + places.step[chosen[places.line[chosen] == line][0]]
        )
        reach = reach[places.step[reach] <= closing - pitch]
        if len(reach) <= 400:
            assert len(bays) == most_that_fit(places, reach, pitch), number
            runs += 1
    assert runs > 15


@pytest.mark.parametrize("seed", range(4))
def test_runs_keep_to_one_side_and_community_and_their_length(seed):
    places, around = legal_places(seed)
    chosen, run = lay_bays(places, around, SHAPE)
    found = bays_of([(places.take(chosen), run)])
    for number in range(run.max() + 1):
        mine = found.take(found.run == number)
        assert len(set(mine.street)) == len(set(mine.community.tolist())) == len(set(mine.line.tolist())) == 1
        assert mine.chainage_m[-1] + 4.5 - mine.chainage_m[0] <= SHAPE.max_length_m + 1e-9
        assert (np.diff(mine.chainage_m) - 4.5 <= SHAPE.max_gap_m + 1e-9).all()
        assert (np.diff(mine.chainage_m) >= 5.5 - 1e-9).all()
        ahead = (mine.along[1:] * mine.along[:-1]).sum(axis=1)
        assert (ahead >= 0.5).all()


def test_bays_of_a_run_without_refusals_lie_on_one_lattice():
    places, around = legal_places(2, share=1.1)
    chosen, run = lay_bays(places, around, SHAPE)
    pitch = round(5.5 / step_of(places.use))
    plain = 0
    for number in range(run.max() + 1):
        bays = chosen[run == number]
        if (np.diff(bays) == np.diff(places.step[bays])).all() and (
            np.diff(places.step[bays]) == pitch
        ).all():
            plain += 1
    assert plain > 0.5 * (run.max() + 1)


@pytest.mark.parametrize(("length", "gap"), [(2.5, 1.0), (4.5, 1.0), (6.0, 1.0), (3.3, 0.4), (5.0, 0.0)])
def test_the_step_is_a_whole_part_of_the_distance_between_bays(length, gap):
    use = Use(Vehicle("v", length, 1.5, gap_m=gap), "kerbside", SEASON.intervals)
    parts = (length + gap) / step_of(use)
    assert parts == pytest.approx(round(parts))
    assert 0.5 < step_of(use) <= 1.0


def test_pairs_within_equal_a_plain_distance_matrix():
    rng = np.random.default_rng(3)
    places, _ = legal_places(1)
    some = bays_of([(places.take(np.sort(rng.choice(len(places), 300, replace=False))), np.zeros(300, int))])
    a, b, gap = some.pairs_within(9.0)
    full = shapely.distance(some.rectangles[:, None], some.rectangles[None, :])
    i, j = np.nonzero(np.triu(full < 9.0, 1))
    assert list(zip(a, b, strict=True)) == list(zip(i, j, strict=True))
    assert gap == pytest.approx(full[i, j], abs=1e-8)
    assert (gap == 0).sum() > 20
