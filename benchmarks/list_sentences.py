"""Sentences in the styles of real lists of selling spots, with the place each was made of.

Places are found with shapely alone, along the merged line of one street, so that the address finder
is checked by something it shares nothing with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

__all__ = ["AMBIGUOUS", "Sentence", "sentences"]

_POINTS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
_ZH = dict(zip(_POINTS, ("北", "东北", "东", "东南", "南", "西南", "西", "西北"), strict=True))
_WORDS = ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")
_EN = dict(zip(_POINTS, _WORDS, strict=True))

STYLES = (
    "{a}{side}侧，{b}口以{way}{m}米",
    "{a}与{b}口向{way}{m}米路{side}",
    "{b}与{a}交叉口往{way}{m}米路{side}侧",
    "{a}{b}路口{way}{m}米路{side}",
    "{b}口{way}行{m}米{a}路{side}",
    "{a}（{b}口以{way}{m}米）{side}侧",
    "{a}{side}侧便道，距{b}口以{way}约{m}米处",
    "{b}以{way}{m}米{a}{side}侧",
    "{a}、{b}交汇处向{way}走{zh}米街{side}",
    "{a}路{side}，{b}路口向{way}方向{m} 米",
    "{a}与{b}十字路口{way}侧{m}ｍ{side}侧人行道",
    "{a}{b}口向{way}{km}公里路{side}",
    "{a}{b}口以{way}{low}米至{high}米路{side}",
    "{a}{side}侧（{b}口{way}{low}-{high}米）",
    "{a}, {side_en} side, {m} m {way_en} of {b}",
    "{a} ({side_en} side), {m} metres {way_en} from {b}",
)
"""With a place: a street, the one that crosses it, a direction, metres along the axis, a side."""

AMBIGUOUS = (
    "路口向{way}{m}米路{side}",
    "{way}{m}米路{side}",
    "{a}{side}侧",
    "{a}路{side}{m}米",
    "{a}{b}口{m}米路{side}",
    "{a}路{side}，距{b}口{m}米",
    "{a}口向{way}{m}米路{side}",
    "{a}中段路{side}",
    "{a}{way}段路{side}",
    "{a}{m}号门前",
    "{a}与{b}口向{way}{m}米再向{side}{m}米",
    "{a}与{b}口向{way}{m}米路{side}对面",
    "{a}{b}口向{way}{m}米路{wrong}",
    "旧{a}与{b}口向{way}{m}米路{side}",
)
"""Without one: what a list says and nobody can place; each must be refused with a reason."""


@dataclass(frozen=True)
class Sentence:
    """One entry of a list.

    Attributes
    ----------
    text : str
        As the list says it.
    style : str
        Its template.
    x_m, y_m : float
        Place at the kerb, planning CRS; not a number where the entry tells none.
    """

    text: str
    style: str
    x_m: float
    y_m: float


def sentences(city: Any, count: int, seed: int = 0, styles: tuple[str, ...] = STYLES) -> list[Sentence]:
    """Make sentences of a city's streets, each style in turn.

    Parameters
    ----------
    city : City
    count : int
    seed : int
        Of the choice of streets, metres and sides.
    styles : tuple of str
        Templates; those of `AMBIGUOUS` get no place.
    """
    draw = np.random.default_rng(seed)
    meetings = list(_meetings(city))
    out: list[Sentence] = []
    while len(out) < count:
        style = styles[len(out) % len(styles)]
        a, b, line, at, half = meetings[draw.integers(len(meetings))]
        metres, back = float(draw.integers(4, 40) * 5), bool(draw.integers(2))
        end = at - metres if back else at + metres
        if not 0 < end < line.length:
            continue
        out.append(_sentence(style, a, b, line, at, end, half, int(draw.choice([-1, 1]))))
    return out


def _sentence(
    style: str, a: str, b: str, line: Any, at: float, end: float, half: float, turn: int
) -> Sentence:
    here, there = (shapely.get_coordinates(line.interpolate(d))[0] for d in (at, end))
    before, after = (shapely.get_coordinates(line.interpolate(end + d))[0] for d in (-0.5, 0.5))
    unit = (after - before) / np.hypot(*(after - before))
    out = turn * np.array([unit[1], -unit[0]])
    metres = round(abs(end - at))
    low, high = metres - 10, metres + 10
    side, way = _point(out), _point(there - here)
    words = {
        "a": a, "b": b, "m": metres, "low": low, "high": high, "km": f"{metres / 1000:g}",
        "zh": _numeral(metres), "side": _ZH[side], "way": _ZH[way], "wrong": _ZH[_point(unit)],
        "side_en": _EN[side], "way_en": _EN[way],
    }  # fmt: skip
    place = there + out * max(half - 1.0, 1.0)
    if style in AMBIGUOUS:
        place = np.full(2, np.nan)
    return Sentence(style.format(**words), style, float(place[0]), float(place[1]))


def _point(vector: Any) -> str:
    return list(_ZH)[round(np.degrees(np.arctan2(*vector)) / 45.0) % 8]


def _numeral(number: int) -> str:
    digits = "零一二三四五六七八九"
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    out = (digits[hundreds] + "百" if hundreds else "") + (digits[tens] + "十" if tens else "")
    out += "零" if hundreds and not tens and ones else ""
    return out + (digits[ones] if ones else "")


def _meetings(city: Any) -> Iterator[tuple[str, str, Any, float, float]]:
    """Give streets of one unforked axis on the ground, and where each meets another such street."""
    table = city.centrelines
    table = table[(table["name"] != "")]
    lines, halves = {}, {}
    for name, part in table.groupby("name"):
        merged = shapely.line_merge(shapely.union_all(part.geometry.to_numpy()))
        if merged.geom_type == "LineString" and (part["level"] == 0).all() and merged.is_simple:
            lines[str(name)] = merged
            halves[str(name)] = float(part["width_m"].fillna(6.0).median()) / 2
    names = sorted(lines)
    tree = shapely.STRtree([lines[n] for n in names])
    for k, a in enumerate(names):
        for j in sorted(tree.query(lines[a], predicate="intersects").tolist()):
            met = shapely.intersection(lines[a], lines[names[j]])
            if j != k and met.geom_type == "Point":
                yield a, names[j], lines[a], float(lines[a].line_locate_point(met)), halves[a]
