"""The days on which a spot is open, where these are not the season's."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import pitchplan as pp
from pitchplan.sheets import map_sheet
from pitchplan.sheets.opening import days_open

WEEKS = "2026-06-08/2026-06-14; 2026-06-15/2026-06-21; 2026-07-13/2026-07-19"


@pytest.mark.parametrize(
    ("weeks", "said"),
    [
        (WEEKS, "8 June – 21 June, 13 July – 19 July"),
        (WEEKS[:23], "8 June – 14 June"),
        ("", "1 June – 20 August"),
    ],
)
def test_weeks_in_a_row_are_said_together(weeks: str, said: str) -> None:
    spot = SimpleNamespace(weeks=weeks, opens="2026-06-01", closes="2026-08-20")
    assert days_open("en", spot) == said


def test_a_spot_that_is_legal_in_some_weeks_says_so_in_the_list(
    spring_plan: Any, spring: Any, tmp_path: Any
) -> None:
    first = spring_plan.pitches["spot_id"] == spring_plan.spots["spot_id"].iloc[0]
    plan = replace(spring_plan, pitches=spring_plan.pitches.assign(weeks=np.where(first, "2-3, 7", "")))
    sheet = map_sheet(plan, spring.city, title="Map", publisher="Bureau", language="en")
    text = pp.write(sheet, tmp_path / "map.svg").read_text(encoding="utf-8")
    assert "8 June – 21 June" in text
    assert "8 June – 21 June" not in pp.write(
        map_sheet(spring_plan, spring.city, title="Map", publisher="Bureau", language="en"),
        tmp_path / "whole.svg",
    ).read_text(encoding="utf-8")
