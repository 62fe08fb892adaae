"""What an address says, word for word: names a city knows, side, direction, metres, grid square."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pitchplan.candidates.addresses.gazetteer import plain
from pitchplan.candidates.addresses.phrases import WORDS_EN, WORDS_ZH

__all__ = ["Said", "number_said", "read_text"]

Vocabulary = Mapping[str, Mapping[str, frozenset[str]]]

# Names are taken out first, so that 济水西路西侧 has one "west" left: each leaves one of these.
_MARKS = {"street": "\ue000", "space": "\ue001", "area": "\ue002"}
_TURNS = {word: point for point, word in WORDS_ZH.items()} | {
    word.replace("th", f"th{dash}", 1): point
    for point, word in WORDS_EN.items()
    for dash in ("", "-", " ")
    if not dash or len(point) > 1
}
_ZH = "东北|东南|西北|西南|北|东|南|西"
_EN = "|".join(sorted((t for t in _TURNS if t.isascii()), key=len, reverse=True))
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_ABOUT = "(?:大约|大概|约|近|about|approx\\.?|ca\\.?)? ?"
_NUMBER = "([0-9]+(?:\\.[0-9]+)?|[零〇一二两三四五六七八九十百千]+)"

# 40至80米 is a stretch: of two numbers both are taken.
_TO = "(?:至|到|-|–|—|~| to )"
_UNIT = "(?:公里|千米|米|公尺|k?m(?![a-z]))"
_METRES = f"{_NUMBER} ?{_UNIT}?(?:{_TO}{_NUMBER})? ?({_UNIT})"
# 路西180米 is a side of the street and metres from who knows where, not a way to go.
_NOT_SIDE = "(?<![路街道])(?<![路街道][东西])"
_TOWARDS = f"(?:以|向|往|之|朝|偏)?({_ZH})(?:侧|边|面|方向|方)?(?:行|走)?"
_WAY = re.compile(f"{_NOT_SIDE}{_TOWARDS}{_ABOUT}{_METRES}")
_METRES_EN = f"{_NUMBER}(?: ?m?{_TO}{_NUMBER})? ?(kilometres?|kilometers?|km|metres?|meters?|m)"
_WAY_EN = re.compile(f"{_ABOUT}{_METRES_EN} ({_EN}) (?:of|from)\\b")
_SECTION = re.compile("\ue000[(,]?(\ue000)口?(?:至|到|-|—|–|~|to)(\ue000)口?(?:段|之间|间|路段)?")
_SECTION_EN = re.compile("\ue000,? ?between ?\ue000 ?and ?\ue000")
# In 某某路东侧 the 路 belongs to a name nobody knows, and should be told with it.
_SIDE = re.compile(f"({_ZH})侧|(?:(?<![\u3400-\u9fff])|(?<=[口处段米]))[路街道]({_ZH})侧?|({_ZH})[边面]")
_SIDE_EN = re.compile(f"\\b({_EN}) side\\b")
_PART = re.compile(f"({_ZH})部")
_PART_EN = re.compile(f"\\b({_EN}) part\\b")
_CORNER = re.compile(f"({_ZH})(?:侧)?(?:街|路|拐)?角")
_CORNER_EN = re.compile(f"\\b({_EN}) corner\\b")
# 舜耕路东侧 is the street that is gone along; so is 舜耕路（经十路口以南40米）.
_OWNER = re.compile(
    f"\ue000(?:[,(]? ?[路街道](?:{_ZH})侧?|[,(]? ?(?:{_ZH})[侧边面]|,? ?\\(?(?:{_EN}) side|\\(\ue000)"
)
_GRID = re.compile("(?:格网|grid square) ?([a-z]{1,4}[0-9]{1,6})")
_OPEN = re.compile("场地|open space")
_UNNAMED = re.compile("无名路|unnamed street")
_FILL = (
    "(?:十字路口|丁字路口|交叉路口|交叉口|交汇处|交界处|交口|口|人行道|便道|距离|距|附近|位于|之间|靠近|与|和|及|的|处|段|间|内|里|在|沿|临|从|自|起"
    "|\\b(?:and|at|the|of|in|near|along|on|inside|crossing|junction|corner|intersection|with)\\b)"
)
_AROUND = re.compile(f"^[ .'’-]*{_FILL}|{_FILL}[ .'’-]*$")


@dataclass(frozen=True)
class Said:
    """What was said in an address.

    Attributes
    ----------
    streets, spaces, areas : tuple of str
        Names a city knows, as `plain` writes them, in the order they were said.
    side, way, part : str
        Points of the compass: side of the street, direction from a crossing, part of an open space.
    metres, spread_m : float or None, float
        From the crossing; of a stretch such as 40至80米 its middle, and half of its length.
    corner : str
        Point of the compass: corner of the crossing.
    along : int or None
        Which of the streets is said to be the one that is gone along; None where only the direction
        tells.
    section : bool
        The last two streets bound a section of the first.
    square : str
        Square of the grid.
    inside, unnamed : bool
        It is said to be an open space, or a street without a name.
    unknown : tuple of str
        What is left over.
    """

    streets: tuple[str, ...] = ()
    spaces: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    side: str = ""
    way: str = ""
    part: str = ""
    metres: float | None = None
    spread_m: float = 0.0
    corner: str = ""
    along: int | None = None
    section: bool = False
    square: str = ""
    inside: bool = False
    unnamed: bool = False
    unknown: tuple[str, ...] = ()

    def __str__(self) -> str:
        names = (("street", self.streets), ("open space", self.spaces), ("district or community", self.areas))
        parts = [f"{what} {' + '.join(said)}" for what, said in names if said]
        parts += [f"{WORDS_EN[self.side]} side"] if self.side else []
        parts += [f"{self.metres:g} m {WORDS_EN[self.way]}"] if self.metres is not None else []
        parts += [f"{WORDS_EN[self.corner]} corner"] if self.corner else []
        parts += [f"{WORDS_EN[self.part]} part"] if self.part else []
        return ", ".join(parts + ([f"grid square {self.square}"] if self.square else [])) or "nothing"


def number_said(text: str) -> float:
    """Read a number in digits or Chinese numerals.

    Examples
    --------
    >>> [number_said(t) for t in ("40", "四十", "一百二十", "百", "两百五", "一〇五", "十五")]
    [40.0, 40.0, 120.0, 100.0, 250.0, 105.0, 15.0]
    """
    if text[0].isascii():
        return float(text)
    if not set(text) & set(_TENS):
        return float("".join(str(_DIGITS[c]) for c in text))
    total, digit, unit = 0, -1, 0
    for c in text:
        if c in _TENS:
            unit = _TENS[c]
            total += (1 if digit < 0 else digit) * unit
            digit = -1
        else:
            digit, unit = _DIGITS[c], (1 if c in "零〇" else unit)
    # In 两百五 the five is tens: it counts a tenth of the unit before it, unless a zero stands between.
    return float(total + max(digit, 0) * max(unit // 10, 1))


def read_text(text: str, vocabulary: Vocabulary) -> Said:
    """Take an address apart.

    Parameters
    ----------
    text : str
        Chinese or English, full-width or not, with or without blanks.
    vocabulary : mapping
        `Gazetteer.vocabulary`.
    """
    left, names = _names_out(plain(text), vocabulary)
    found: dict[str, str] = {}

    def take(key: str, pattern: re.Pattern[str]) -> bool:
        """Take the first match out of what is left and keep its groups."""
        nonlocal left
        match = None if key in found else pattern.search(left)
        if match:
            found[key] = "\t".join(g for g in match.groups() if g)
            left = left[: match.start()] + " " + left[match.end() :]
        return match is not None

    for key, pattern in (("square", _GRID), ("section", _SECTION), ("section", _SECTION_EN)):
        take(key, pattern)
    way, metres, spread, owner = "", None, 0.0, None
    if take("way", _WAY):
        way, *said = found["way"].split("\t")
        metres, spread = _stretch(said)
    elif match := _WAY_EN.search(left):
        owner = 0 if left[: match.start()].count(_MARKS["street"]) else None
        take("way", _WAY_EN)
        *said, way = found["way"].split("\t")
        metres, spread = _stretch(said)
    said_of = _OWNER.search(left)
    if owner is None and said_of:
        owner = left[: said_of.start()].count(_MARKS["street"])
    for key, *patterns in (
        ("corner", _CORNER, _CORNER_EN),
        ("part", _PART, _PART_EN),
        ("side", _SIDE, _SIDE_EN),
        ("inside", _OPEN),
        ("unnamed", _UNNAMED),
    ):
        for pattern in patterns:
            take(str(key), pattern)
    inside = "inside" in found or any(m + "内" in left for m in _MARKS.values())
    return Said(
        streets=tuple(n for sort, n in names if sort == "street"),
        spaces=tuple(n for sort, n in names if sort == "space"),
        areas=tuple(n for sort, n in names if sort == "area"),
        side=_TURNS.get(found.get("side", ""), ""),
        way=_TURNS.get(way, ""),
        part=_TURNS.get(found.get("part", ""), ""),
        metres=metres,
        spread_m=spread,
        corner=_TURNS.get(found.get("corner", ""), ""),
        along=owner,
        section="section" in found,
        square=found.get("square", "").upper(),
        inside=inside,
        unnamed="unnamed" in found,
        unknown=_left_over(left),
    )


def _stretch(said: list[str]) -> tuple[float, float]:
    """Give the middle of one or two numbers and half of what is between them, metres."""
    *numbers, unit = said
    scale = 1000.0 if unit[0] in "公千k" and unit != "公尺" else 1.0
    ends = [scale * number_said(number) for number in numbers]
    return (ends[0] + ends[-1]) / 2, abs(ends[-1] - ends[0]) / 2


def _left_over(text: str) -> tuple[str, ...]:
    """Give the words that are neither names nor say anything."""
    found = []
    for piece in re.split(r"[^\w.'’ -]+|[\ue000-\ue002]|与|、", text):
        word, before = piece.strip(" .'’-"), ""
        while word != before:
            word, before = _AROUND.sub("", word).strip(" .'’-"), word
        if word not in ("", "路"):
            found.append(word)
    return tuple(found)


def _names_out(text: str, vocabulary: Vocabulary) -> tuple[str, list[tuple[str, str]]]:
    """Put a mark in place of every name, the longest first; give the names in their order."""
    longest = max(map(len, vocabulary), default=0)
    out, names, at = "", [], 0
    while at < len(text):
        for length in range(min(longest, len(text) - at), 0, -1):
            name = text[at : at + length]
            if name in vocabulary and _whole(text, at, at + length):
                sort = next(s for s in _MARKS if s in vocabulary[name])
                names.append((sort, name))
                out += _MARKS[sort]
                at += length
                break
        else:
            out += text[at]
            at += 1
    return out, names


def _whole(text: str, start: int, end: int) -> bool:
    """Tell whether a name ends where words end: Kaivokatu is no part of Kaivokatunkulma."""

    def latin(c: str) -> bool:
        return c.isalnum() and c < "\u2e80"

    # 芙蓉街道 is an office, not the street 芙蓉街; 东城根街道东 is the street's east side.
    office = re.match("道(?:办事处|办|[\u3400-\u9fff])", text[end:]) if text[end - 1] == "街" else None
    if office and not re.match(f"道(?:{_ZH})", text[end:]):
        return False
    before = start > 0 and latin(text[start - 1]) and latin(text[start])
    after = end < len(text) and latin(text[end - 1]) and latin(text[end])
    return not before and not after
