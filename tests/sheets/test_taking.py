"""What a sheet takes from a city does not depend on the order of the city's files."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

import pitchplan as pp
from pitchplan.sheets import map_sheet, render

LAYERS = ("footways", "open_spaces", "buildings", "keep_clear", "communities", "streets", "centrelines")


@pytest.mark.parametrize("suffix", [".svg", ".geojson", ".csv", ".kml"])
def test_rows_in_another_order_give_the_same_bytes(spring: Any, spring_plan: pp.Plan, suffix: str) -> None:
    random = np.random.default_rng(5)
    turned = {}
    for name in LAYERS:
        layer = getattr(spring.city, name)
        turned[name] = layer.iloc[random.permutation(len(layer))].reset_index(drop=True)
    other = dataclasses.replace(spring.city, **turned)
    one, two = (
        render(map_sheet(spring_plan, c, title="图", publisher="局"), suffix) for c in (spring.city, other)
    )
    assert one == two
