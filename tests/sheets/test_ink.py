"""The colours: apart also for eyes that see no red or no green, and legible in grey."""

from __future__ import annotations

import itertools
import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import shapely

from pitchplan.sheets import map_sheet, render
from pitchplan.sheets.basemap import tints
from pitchplan.sheets.districtnames import PALE
from pitchplan.sheets.ink import INK, TINTS
from pitchplan.sheets.signs import SIGNS

# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
EYES = {
    "normal": np.eye(3),
    "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
}
TO_XYZ = np.array([[0.4125, 0.3576, 0.1804], [0.2127, 0.7152, 0.0722], [0.0193, 0.1192, 0.9503]])
GROUNDS = (*TINTS, INK["ground"], INK["paper"])


def _linear(ink: str) -> Any:
    c = np.array([int(ink[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def _lab(ink: str, eye: str) -> Any:
    xyz = TO_XYZ @ np.clip(np.array(EYES[eye]) @ _linear(ink), 0, 1) / [0.95047, 1.0, 1.08883]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def _contrast(a: str, b: str) -> float:
    light = sorted(float(TO_XYZ[1] @ _linear(ink)) for ink in (a, b))
    return (light[1] + 0.05) / (light[0] + 0.05)


@pytest.mark.parametrize("eye", list(EYES))
def test_tints_differ_in_every_eye(eye: str) -> None:
    for a, b in itertools.combinations(TINTS, 2):
        assert np.linalg.norm(_lab(a, eye) - _lab(b, eye)) > 5.5, (a, b)


def test_a_photocopy_shows_the_tints_nearly_white() -> None:
    assert min(_lab(t, "normal")[0] for t in TINTS) > 89


# WCAG 2.2: 1.4.3 asks 4.5:1 of text and 3:1 of large text (14 pt bold); 1.4.11 asks 3:1 of what must be
# seen to understand a drawing. Contrast is of luminance alone, so it holds in grey and for every eye.
TEXT, LARGE_TEXT, DRAWING = 4.5, 3.0, 3.0
STREETS = ("main", "secondary", "street")


def _worst(ink: str, grounds: Any) -> float:
    return min(_contrast(ink, ground) for ground in grounds)


def _over(ink: str, ground: str, opacity: float) -> str:
    """Return the colour of an ink that lets some of the ground through."""
    mixed = (
        round(opacity * int(ink[i : i + 2], 16) + (1 - opacity) * int(ground[i : i + 2], 16))
        for i in (1, 3, 5)
    )
    return "#" + "".join(f"{c:02X}" for c in mixed)


@pytest.mark.parametrize(
    ("ink", "grounds"),
    [
        ("text", GROUNDS),
        ("soft", GROUNDS),
        ("district", GROUNDS),  # of small districts' names and at the edges
        ("water_text", (INK["water"],)),
        ("green_text", (INK["green"],)),
        ("soft", (INK["paved"],)),
        ("text", tuple(INK[name] for name in STREETS)),
        ("paper", (INK["red"], INK["melon"], INK["text"])),  # figures of the markers, words of the bands
        ("red", (INK["paper"],)),  # pitches on a marker's flag
    ],
)
def test_text_can_be_read_in_grey(ink: str, grounds: Any) -> None:
    assert _worst(INK[ink], grounds) >= TEXT


def test_large_pale_names_of_districts_can_be_read_in_grey() -> None:
    for ground in TINTS:
        assert _contrast(_over(INK["district"], ground, PALE), ground) >= LARGE_TEXT


@pytest.mark.parametrize("line", ["district", "community", *(f"{s}_edge" for s in STREETS), "water_edge"])
def test_lines_are_told_from_the_tints_on_both_sides_in_grey(line: str) -> None:
    assert _worst(INK[line], GROUNDS) >= DRAWING


@pytest.mark.parametrize(("line", "inside"), [*((f"{s}_edge", s) for s in STREETS), ("paved_edge", "paved")])
def test_edges_are_told_from_what_they_go_round(line: str, inside: str) -> None:
    assert _contrast(INK[line], INK[inside]) >= DRAWING


@pytest.mark.parametrize("ink", ["red", "pitch"])
def test_markers_and_pitches_are_told_from_everything_under_them(ink: str) -> None:
    under = (*GROUNDS, *(INK[n] for n in (*STREETS, "footway", "building", "green", "water", "paved")))
    assert _worst(INK[ink], under) >= DRAWING


@pytest.mark.parametrize("key", list(SIGNS))
def test_signs_are_told_from_everything_under_them(key: str) -> None:
    under = (*GROUNDS, *(INK[n] for n in (*STREETS, "footway", "building", "green", "water", "paved")))
    assert _worst(SIGNS[key].colour, under) >= DRAWING


def test_main_streets_are_told_by_width_and_casing_not_by_colour_alone() -> None:
    for name in ("main", "secondary", "street"):
        assert _contrast(INK[f"{name}_edge"], INK[name]) >= DRAWING


def test_district_and_community_boundaries_have_patterns_of_their_own(svg: bytes) -> None:
    patterns = set(re.findall(r'stroke-dasharray="([^"]+)"', svg.decode()))
    assert len(patterns) >= 2


@pytest.mark.parametrize("count", [3, 9, 16])
def test_no_district_has_the_tint_of_its_neighbour(build: Any, count: int) -> None:
    city = build.city()
    communities = city.communities.copy()
    communities["district"] = [f"第{i % count + 1}区" for i in range(len(communities))]
    made = SimpleNamespace(**{**vars(city), "communities": communities})
    sheet = map_sheet(build.plan(made), made, title="图", publisher="局")
    chosen = tints(sheet)
    wholes = {
        d: shapely.union_all(part.geometry.to_numpy())
        for d, part in sheet.layers["communities"].groupby("district")
    }
    for a, b in itertools.combinations(wholes, 2):
        crowded = sum(shapely.dwithin(wholes[a], w, 1.0) for w in wholes.values()) > len(TINTS)
        if shapely.dwithin(wholes[a], wholes[b], 1.0) and not crowded:
            assert chosen[a] != chosen[b]
    assert render(sheet, ".svg")
