"""What the page on the screen is told: short, exact, harmless."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyproj
import pytest

from pitchplan.sheets import map_sheet, render
from pitchplan.sheets.screen.encode import ALPHABET, encode
from pitchplan.sheets.screen.payload import screen_data
from pitchplan.sheets.screen.position import fit_position, powers
from pitchplan.sheets.screen.words import SCREEN_WORDS
from pitchplan.sheets.words import WORDS

NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script><svg onload=alert(1)>",
    "<!--",
    "${1}`",
]


def _decode(text: str) -> list[list[tuple[int, int]]]:
    numbers, value, shift = [], 0, 0
    for c in text:
        digit = ALPHABET.index(c)
        value |= (digit & 31) << shift
        shift += 5
        if digit < 32:
            numbers.append(-(value + 1) // 2 if value % 2 else value // 2)
            value = shift = 0
    lines, x, y, rest = [], 0, 0, iter(numbers)
    for n in rest:
        line = []
        for _ in range(n):
            x, y = x + next(rest), y + next(rest)
            line.append((x, y))
        lines.append(line)
    return lines


def test_lines_come_back_as_they_were() -> None:
    rng = np.random.default_rng(3)
    lines = [rng.integers(-(10**k), 10**k, size=(n, 2)) for k, n in ((1, 2), (3, 40), (7, 3), (6, 9))]
    assert _decode(encode(lines)) == [[tuple(p) for p in line.tolist()] for line in lines]
    assert encode([]) == ""


@pytest.mark.parametrize(
    ("crs", "bounds"),
    [
        ("EPSG:4548", (501_500.0, 4_057_000.0, 504_400.0, 4_059_500.0)),
        ("EPSG:4548", (430_000.0, 3_984_000.0, 588_000.0, 4_156_000.0)),
        ("EPSG:32635", (380_000.0, 6_665_000.0, 400_000.0, 6_690_000.0)),
        ("EPSG:32756", (300_000.0, 6_200_000.0, 350_000.0, 6_280_000.0)),
    ],
)
def test_degrees_become_metres(crs: str, bounds: tuple[float, float, float, float]) -> None:
    origin = (bounds[0], bounds[1])
    fit = fit_position(bounds, origin, crs)
    assert fit is not None
    assert fit["worst_m"] <= 0.5
    rng = np.random.default_rng(7)
    xy = rng.uniform(bounds[:2], bounds[2:], size=(500, 2))
    lon, lat = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(*xy.T)
    u, v = (lon - fit["lon"]) / fit["span"], (lat - fit["lat"]) / fit["span"]
    terms = np.column_stack([u**i * v**j for i, j in powers(fit["degree"])])
    found = np.column_stack([terms @ fit["x"], terms @ fit["y"]]) + origin
    assert np.hypot(*(found - xy).T).max() < 1.0


def test_an_extent_too_large_for_a_fit_has_none() -> None:
    assert fit_position((-4e6, 0.0, 4e6, 9e6), (0.0, 0.0), "EPSG:4548") is None


def test_languages_have_the_same_words() -> None:
    assert SCREEN_WORDS.keys() == WORDS.keys()
    first, *others = SCREEN_WORDS.values()
    for other in others:
        assert other.keys() == first.keys()
        for key, text in other.items():
            assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", first[key])), key


def test_every_word_of_the_page_is_there(sheet: Any) -> None:
    html = render(sheet, ".html").decode()
    words = screen_data(sheet)["words"]["en"]
    asked = set(re.findall(r'data-(?:word|label|hint)="(\w+)"', html)) | set(
        re.findall(r'\bword\("(\w+)"', html)
    )
    assert asked - set(words) == set()


def test_spots_stand_where_the_plan_says(sheet: Any) -> None:
    data = screen_data(sheet)
    spots = sheet.published.spots
    assert [s["id"] for s in data["spots"]] == spots["number"].tolist()
    places = np.array([s["at"] for s in data["spots"]]) * data["unit"]
    shift = places - spots[["x_m", "y_m"]].to_numpy()
    assert np.ptp(shift, axis=0).max() <= 0.1 + 1e-6
    assert sum(len(s["bays"]) for s in data["spots"]) == len(sheet.published.pitches)
    assert data["weeks"] == []
    assert data["names"][data["spots"][0]["n"]] == [spots["address"].iloc[0], spots["address_en"].iloc[0]]


def test_weeks_are_offered_where_spots_name_them(plan: Any, city: Any) -> None:
    cells = ["2026-06-01/2026-06-07; 2026-06-08/2026-06-14", "2026-06-08/2026-06-14"]
    spots = plan.spots.assign(weeks=[cells[i % 2] for i in range(len(plan.spots))])
    sheet = map_sheet(dataclasses.replace(plan, spots=spots), city, title="图", publisher="局")
    data = screen_data(sheet)
    assert data["weeks"] == [["2026-06-01", "2026-06-07"], ["2026-06-08", "2026-06-14"]]
    assert {tuple(s["weeks"]) for s in data["spots"]} == {(0, 1), (1,)}


def test_growers_never_reach_the_page(plan: Any, city: Any) -> None:
    spots = plan.spots.assign(grower="王某", phone="13800000000")
    sheet = map_sheet(dataclasses.replace(plan, spots=spots), city, title="图", publisher="局")
    html = render(sheet, ".html").decode()
    assert "王某" not in html
    assert "13800000000" not in html


def test_no_name_can_end_the_data(plan: Any, city: Any) -> None:
    spots = plan.spots.copy()
    spots.loc[: len(NASTY) - 1, "address"] = NASTY
    streets = city.centrelines.copy()
    streets.loc[: len(NASTY) - 1, "name"] = NASTY
    made = map_sheet(
        dataclasses.replace(plan, spots=spots),
        SimpleNamespace(**{**vars(city), "centrelines": streets}),
        title=NASTY[0] + "图",
        publisher=NASTY[1],
        contact={"历下区": NASTY[2]},
        source_note=NASTY[3],
    )
    html = render(made, ".html").decode()
    block = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.S)
    assert block is not None
    assert not set(block[1]) & set("<>&\u2028\u2029")
    data = json.loads(block[1])
    assert data["spots"][0]["n"] >= 0
    assert NASTY[0] in {name[0] for name in data["names"]}
    assert html.count("<script") == 2
    assert "<img" not in html
    assert "<!--" not in html


def test_a_page_needs_no_library_that_is_not_installed() -> None:
    code = "import pitchplan.sheets.html, sys; print('folium' in sys.modules, 'matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
