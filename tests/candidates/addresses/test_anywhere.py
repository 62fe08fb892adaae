"""Any point has an address line, and the line leads back to it."""

import numpy as np

from pitchplan.candidates.addresses.anywhere import addresses_at
from pitchplan.candidates.addresses.asking import find_address
from pitchplan.candidates.addresses.gazetteer import gazetteer_of

from ..streets import X, Y
from .test_lines import CITY

PLACES = gazetteer_of(CITY)


def test_beside_a_street_in_an_open_space_and_far_from_both():
    x = np.array([X + 103.0, X + 100.0, X + 180.0, X + 3000.0])
    y = np.array([Y - 40.0, Y - 60.0, Y + 60.0, Y - 700.0])
    local, english = addresses_at(x, y, PLACES)
    assert local[:2].tolist() == ["舜耕路东侧，经十路口以南40米", "舜耕路，经十路口以南60米"]
    assert english[0] == "舜耕路, east side, 40 m south of Jingshi Lu"
    assert local[2] == "千佛山广场内（千佛山社区）"
    assert "格网" in local[3]
    assert len(addresses_at(x[:0], y[:0], PLACES)[0]) == 0


def test_points_at_kerbs_lead_back(spring, spring_candidates):
    runs = spring_candidates.runs
    runs = runs[(runs["placement"] == "kerbside") & (runs["street"] != "")]
    gazetteer = spring_candidates.gazetteer
    x, y = runs["x_m"].to_numpy(dtype=float), runs["y_m"].to_numpy(dtype=float)
    local, _ = addresses_at(x, y, gazetteer)
    same = (local == runs["address"].to_numpy(dtype=object)).mean()
    assert same > 0.95
    for line, east, north in zip(local, x, y, strict=True):
        asked = find_address(line, gazetteer)
        assert np.hypot(asked.x_m - east, asked.y_m - north) <= asked.precision_m + 5.0, line
