"""The signal formula a second time, in plain Python."""

import math

import pytest


def _control_delay(q, c, share):
    """HCM 2000, equations 16-11 and 16-12: cycle 90 s, T = 0.25 h, k = 0.5, I = 1."""
    x = q / c
    d1 = 0.5 * 90 * (1 - share) ** 2 / (1 - min(1.0, x) * share)
    d2 = 900 * 0.25 * ((x - 1) + math.sqrt((x - 1) ** 2 + 8 * 0.5 * 1 * x / (c * 0.25)))
    return d1 + d2


def _stand(q, lanes, distance, share):
    """Return the added delay of a stand in the kerb lane, vehicle-seconds per hour, wide lanes."""
    s, cycles = 1650 / 3600, 3600 / 90
    green = share * 90
    per_cycle = (lanes - 1) * s * green + min(s * green, max(0.0, (distance - 4) / 7.5))
    after = min(per_cycle * cycles, (lanes - 1) * 1650)
    before = lanes * s * green * cycles
    return q * (_control_delay(q, after, share) - _control_delay(q, before, share))


@pytest.fixture(scope="session")
def stand_by_hand():
    return _stand
