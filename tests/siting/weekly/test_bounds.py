"""What each week of a season needs, held to trying all ways to open spots in intervals."""

import itertools

import numpy as np
import pytest

from pitchplan.siting.weekly.bounds import needs_of_weeks

ROOM, WEEKS = (1, 2, 2), 3
INTERVALS = [(0, 0), *((a, b) for a in range(WEEKS) for b in range(a + 1, WEEKS + 1))]


def seasons():
    """Yield painted pitches, and pitches used by spot and week, of every season of three spots."""
    for painted in itertools.product(*(range(r + 1) for r in ROOM)):
        each = [
            [
                np.array([used[w - a] if a <= w < b else 0 for w in range(WEEKS)])
                for a, b in INTERVALS
                for used in itertools.product(range(1, p + 1), repeat=b - a)
            ]
            for p in painted
        ]
        for way in itertools.product(*each):
            yield np.array(painted), np.array(way)


@pytest.fixture(scope="module")
def every_season():
    return list(seasons())


@pytest.mark.parametrize("vendors", [(5, 1, 5), (4, 2, 5), (6, 1, 4), (1, 5, 1), (3, 3, 3), (7, 2, 6)])
def test_every_season_has_in_each_week_what_it_needs(every_season, vendors):
    vendors, tight = np.array(vendors), 0
    for missing in range(int(np.maximum(0, vendors - sum(ROOM)).sum()), 5):
        needs = needs_of_weeks(vendors, sum(ROOM), missing)
        least = np.full(WEEKS, 99)
        for painted, used in every_season:
            hosted = used.sum(axis=0)
            if (hosted > vendors).any() or (vendors - hosted).sum() > missing:
                continue
            open_ = np.where(used > 0, painted[:, None], 0).sum(axis=0)
            for week, need in enumerate(needs):
                assert vendors[week] - hosted[week] <= need.missing
                assert need.hosted <= hosted[week]
                assert need.painted <= open_[week]
            least = np.minimum(least, open_)
        tight += sum(need.painted == n for need, n in zip(needs, least, strict=True))
    assert tight > 0
