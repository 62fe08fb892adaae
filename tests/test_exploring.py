"""A plan on folium's map: every spot there, no name runs."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
from pathlib import Path
from typing import Any

import pytest

from pitchplan.errors import PitchplanError
from pitchplan.exploring import harmless

NASTY = [
    "<img src=x onerror=alert(1)>",
    "${alert(1)}",
    "`+alert(1)+`",
    "</script><script>alert(1)</script>",
    "\\`",
]


@pytest.fixture(scope="module")
def plan() -> Any:
    spec = importlib.util.spec_from_file_location(
        "stand_in", Path(__file__).parent / "sheets" / "conftest.py"
    )
    assert spec is not None
    assert spec.loader is not None
    room = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(room)
    return room.make_plan(room.make_city())


def test_every_spot_is_shown_and_no_name_runs(plan: Any) -> None:
    pytest.importorskip("folium")
    spots = plan.spots.copy()
    spots["address"] = spots["address_en"] = [NASTY[i % len(NASTY)] for i in range(len(spots))]
    html = dataclasses.replace(plan, spots=spots).explore(tiles=None).get_root().render()
    assert html.count("L.marker(") == len(spots)
    for text in NASTY:
        assert text not in html
    assert "&lt;img src=x" in html
    assert "tile.openstreetmap" not in html


def test_signs_of_html_and_of_javascript_become_entities() -> None:
    for text in NASTY:
        assert not set(harmless(text)) & set("<>`$\\\"'")


def test_without_folium_the_extra_is_named(plan: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", gone)
    with pytest.raises(PitchplanError, match=r'pip install "pitchplan\[explore\]"'):
        plan.explore()
