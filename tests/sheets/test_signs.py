"""Signs: each told by its outline alone, in the legend only if shown, the many only at large scales."""

from __future__ import annotations

import itertools
import json
import re
import tomllib
from importlib.resources import files
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from pitchplan.sheets import map_sheet, render
from pitchplan.sheets.gis import Layer
from pitchplan.sheets.qgis import style
from pitchplan.sheets.signs import SIGNS, legend_keys, sign_of
from pitchplan.sheets.words import WORDS

SVG = "{http://www.w3.org/2000/svg}"
SURFACES = {"junction", "driveway", "fire-lane", "tactile-paving"}
# Kinds that one city's rule book alone has, for which no map has a sign.
OWN = {"newsstand"}


def _ink(path: str) -> Any:
    """Return what a path covers, drawn small: its steps and circles as points of a fine grid."""
    from matplotlib.path import Path

    codes, points, at = [], [], np.zeros(2)
    for command, numbers in _commands(path):
        steps = list(zip(numbers[::2], numbers[1::2], strict=False))
        if command == "M":
            at = np.array(numbers)
            codes.append(Path.MOVETO)
            points.append(at.copy())
            continue
        if command in "hvHV":
            axis = 0 if command in "hH" else 1
            for n in numbers:
                at = at.copy()
                at[axis] = n if command.isupper() else at[axis] + n
                codes.append(Path.LINETO)
                points.append(at)
        elif command == "a":
            for k in range(0, len(numbers), 7):
                end = at + numbers[k + 5 : k + 7]
                rx, _, _, large, sweep = numbers[k : k + 5]
                for p in _arc(at, end, rx, large, sweep):
                    codes.append(Path.LINETO)
                    points.append(p)
                at = end
        elif command in "lL":
            for step in steps:
                at = np.array(step) + (at if command == "l" else 0)
                codes.append(Path.LINETO)
                points.append(at)
    grid = np.stack(np.meshgrid(np.linspace(-7, 7, 57), np.linspace(-7, 7, 57)), -1).reshape(-1, 2)
    return Path(points, codes).contains_points(grid)


def _commands(path: str) -> Any:
    for command, text in re.findall(r"([MLlHhVvazA])([^MLlHhVvazA]*)", path):
        yield command, [float(n) for n in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", text)]


def _arc(a: Any, b: Any, r: float, large: float, sweep: float) -> Any:
    """Return points of a circle's arc from a to b."""
    middle, half = (a + b) / 2, (b - a) / 2
    off = np.sqrt(max(r * r - half @ half, 0.0)) * (1 if bool(large) != bool(sweep) else -1)
    turned = np.array([-half[1], half[0]]) / np.hypot(*half)
    centre = middle + off * turned
    start, end = (np.arctan2(*(p - centre)[::-1]) for p in (a, b))
    if sweep and end < start:
        end += 2 * np.pi
    if not sweep and end > start:
        end -= 2 * np.pi
    angles = np.linspace(start, end, 16)[1:]
    return centre + r * np.column_stack([np.cos(angles), np.sin(angles)])


def _black_and_white(key: str) -> Any:
    """Return a sign without its colour: the outline without what is white in it."""
    sign = SIGNS[key]
    shown = _ink(sign.outline)
    return shown & ~_ink(sign.inside) if sign.inside else shown


@pytest.mark.parametrize(("a", "b"), list(itertools.combinations(SIGNS, 2)))
def test_any_two_signs_differ_in_black_and_white(a: str, b: str) -> None:
    one, other = _black_and_white(a), _black_and_white(b)
    assert one.sum() > 250
    assert other.sum() > 250
    # Share of the ink that the two do not have in common.
    assert (one ^ other).sum() / (one | other).sum() > 0.35


def test_every_sign_has_a_word_in_every_language_and_its_own_mark_in_qgis() -> None:
    assert set(legend_keys()) == set(SIGNS)
    assert all(key in WORDS[language] for language in WORDS for key in SIGNS)
    assert len({sign.qgis for sign in SIGNS.values()}) == len(SIGNS)
    kinds = [kind for sign in SIGNS.values() for kind in sign.kinds]
    assert len(set(kinds)) == len(kinds)


def test_every_place_that_a_rule_book_keeps_clear_of_has_a_sign() -> None:
    folder = files("pitchplan.rules") / "presets"
    books = [
        tomllib.loads(f.read_text(encoding="utf-8")) for f in folder.iterdir() if f.name.endswith(".toml")
    ]
    kinds = {rule["feature"] for book in books for rule in _rules(book) if "feature" in rule}
    assert {"station-exit", "hydrant", "crossing"} <= kinds
    assert {k for k in kinds if not sign_of(k)} <= SURFACES | OWN


def _rules(book: Any) -> list[Any]:
    return [r for value in book.values() if isinstance(value, list) for r in value if isinstance(r, dict)]


def _with(city: Any, kinds: list[str]) -> SimpleNamespace:
    """Return a city whose keep-clear features are one row of each kind, far from all pitches."""
    x0, y0, x1, _ = city.bounds
    at = shapely.points(np.linspace(x0, x1, len(kinds) + 2)[1:-1], np.full(len(kinds), y0 + 35.0))
    rows = {"feature_id": [f"k{i}" for i in range(len(kinds))], "kind": kinds, "name": "", "level": 0}
    return SimpleNamespace(
        **vars(city) | {"keep_clear": gpd.GeoDataFrame(pd.DataFrame(rows), geometry=at, crs=city.crs)}
    )


def _legend(sheet: Any, language: str = "zh") -> set[str]:
    texts = {"".join(e.itertext()) for e in ElementTree.fromstring(render(sheet, ".svg")).iter(f"{SVG}text")}
    return {key for key in SIGNS if WORDS[language][key] in texts}


KINDS = ["station-exit", "hospital-gate", "school-gate", "bus-stop", "hydrant", "crossing", "entrance"]


@pytest.mark.parametrize("scale", [2_000, 4_000, 10_000, 100_000])
def test_the_legend_names_what_the_scale_shows(plan: Any, city: Any, scale: int) -> None:
    import dataclasses

    # Few spots: their numbers have no room on so small a part of the city, and are not looked at here.
    spots = plan.spots.iloc[:5]
    pitches = plan.pitches[plan.pitches["spot_id"].isin(spots["spot_id"])]
    made = _with(city, KINDS)
    few = dataclasses.replace(plan, spots=spots, pitches=pitches)
    sheet = map_sheet(few, made, title="图", publisher="局", paper="A2")
    page = dataclasses.replace(sheet.page, scale=scale)
    west, south, _, _ = page.window()
    page = dataclasses.replace(page, centre=(page.centre[0], page.centre[1] + city.bounds[1] - south - 10))
    sheet = dataclasses.replace(sheet, page=page)
    xy = page.to_paper(shapely.get_coordinates(made.keep_clear.geometry.to_numpy()))
    f = page.frame
    inside = ((xy > [f.x + 2, f.y + 2]) & (xy < [f.right - 2, f.bottom - 2])).all(axis=1)
    may = {sign_of(k, scale) for k, i in zip(KINDS, inside, strict=True) if i} - {""}
    named = _legend(sheet)
    assert named <= may
    assert may == named or scale == 100_000  # there they may lie on each other
    assert west < page.centre[0]


def test_an_overview_is_not_crowded_by_the_many(sheet: Any) -> None:
    assert sheet.page.scale > SIGNS["hydrant"].up_to
    assert "hydrant" in set(sheet.layers["keep_clear"]["kind"])
    assert not {"hydrant", "crossing", "entrance"} & _legend(sheet)


def test_the_exits_of_a_station_are_shown_as_a_station(plan: Any, city: Any) -> None:
    sheet = map_sheet(plan, _with(city, ["station-exit"]), title="图", publisher="局")
    assert _legend(sheet) == {"station"}
    found = json.loads(render(sheet, ".geojson"))["features"]
    titles = [f["properties"]["title"] for f in found if f["properties"]["kind"] == "keep-clear"]
    assert titles == ["车站"]


def test_qgis_has_the_signs_of_the_sheet_at_the_sheet_s_scales() -> None:
    layer = Layer("keep_clear", "keep-clear", 0, pd.DataFrame({"feature": ["hydrant"]}))
    root = ElementTree.fromstring(style(layer).partition("\n")[2])
    rules = {rule.get("label"): rule for rule in root.iter("rule")}
    assert set(rules) == set(SIGNS)
    for key, rule in rules.items():
        assert all(f"'{kind}'" in rule.get("filter") for kind in SIGNS[key].kinds)
        assert int(rule.get("scalemaxdenom")) <= SIGNS[key].up_to
