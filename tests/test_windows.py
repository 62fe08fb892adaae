"""A plan and a map for each opening interval of the demonstration city's season."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import shapely

import pitchplan as pp
from pitchplan.candidates.places import rectangles


@pytest.fixture(scope="module")
def made(spring: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Make a plan and a map per window."""
    out = {}
    for window in spring.season.windows:
        found = pp.find_candidates(spring.city, spring.book, season=window)
        plan = pp.siting_problem(found, spring.city, vendors=60).solve(time_limit_s=20)
        sheet = pp.map_sheet(plan, spring.city, title="图", publisher="局")
        path = tmp_path_factory.mktemp("maps") / f"map-{window.hours[:2]}.svg"
        out[window.hours] = (found, plan, pp.write(sheet, path))
    return out


def test_each_window_has_its_own_plan_and_map(made: dict[str, Any], spring: Any) -> None:
    assert list(made) == ["06:00-09:00", "17:00-21:00"]
    for hours, (_, plan, path) in made.items():
        assert set(plan.pitches["hours"]) == set(plan.spots["hours"]) == {hours}
        assert hours.replace("-", "–") in Path(path).read_text(encoding="utf-8")
        assert pp.audit_plan(plan, spring.city, spring.book).breaches.empty


def test_what_a_regulation_of_the_morning_bans_is_legal_in_the_evening(
    made: dict[str, Any], spring: Any
) -> None:
    kerbs = spring.city.kerb_regulations
    mornings = kerbs[
        (kerbs["hours"] == "07:00-09:00") & kerbs["kind"].isin(spring.book["kerb-use"]["forbidden"])
    ]
    near = shapely.union_all(mornings.geometry.array)

    def on_them(hours: str) -> int:
        table = made[hours][0].pitches
        columns = (table[c].to_numpy() for c in ("x_m", "y_m", "bearing_deg", "length_m", "width_m"))
        return int((shapely.distance(rectangles(*columns), near) < 0.3).sum())

    assert on_them("06:00-09:00") == 0
    assert on_them("17:00-21:00") > 100


def test_all_windows_at_once_find_what_each_finds(made: dict[str, Any], spring: Any) -> None:
    """One search with ``partly`` tells of every place what the windows tell."""
    both = pp.find_candidates(spring.city, spring.book, season=spring.season, partly=True)
    legal = both.looked_at.legal
    for found, _, _ in made.values():
        assert not (found.looked_at.legal & ~legal).any()
