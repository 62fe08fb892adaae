"""The sentence templates of addresses, in Chinese and English: filled in with names, never translated."""

from __future__ import annotations

from pitchplan.candidates.addresses.gazetteer import is_chinese

__all__ = [
    "COMPASS",
    "WORDS_EN",
    "WORDS_ZH",
    "corner_line",
    "grid_line",
    "in_space",
    "junction",
    "on_street",
    "section_line",
]

COMPASS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
WORDS_ZH = dict(zip(COMPASS, ("北", "东北", "东", "东南", "南", "西南", "西", "西北"), strict=True))
WORDS_EN = dict(
    zip(
        COMPASS,
        ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"),
        strict=True,
    )
)
_LANES = ("路", "街", "巷", "道", "胡同", "弄", "里", "坊", "条")


def junction(other: str) -> str:
    """Say in Chinese where a street is met: 经十路口, but 贡院墙根路口.

    Examples
    --------
    >>> junction("经十路"), junction("平泉胡同"), junction("贡院墙根")
    ('经十路口', '平泉胡同口', '贡院墙根路口')
    """
    return other + ("口" if other.endswith(_LANES) else "路口")


def on_street(
    street: str, side: str, other: str, way: str, metres: int, *, chinese: bool | None = None, note: str = ""
) -> str:
    """Write the address of a place on a named street.

    Parameters
    ----------
    street, other : str
        Its street and the one that crosses it.
    side, way : str
        Side of the street, and direction from the crossing: points of the compass; ``side`` may be "".
    metres : int
        From the crossing, metres.
    chinese : bool, optional
        Told by the street's name where not given.
    note : str
        What tells it from a place of the same address.

    Examples
    --------
    >>> on_street("舜耕路", "E", "经十路", "S", 40)
    '舜耕路东侧，经十路口以南40米'
    >>> on_street("Mannerheimintie", "E", "Kaivokatu", "S", 40)
    'Mannerheimintie, east side, 40 m south of Kaivokatu'
    """
    if is_chinese(street) if chinese is None else chinese:
        beside = f"{WORDS_ZH[side]}侧" if side else ""
        toward = WORDS_ZH[way] if len(way) > 1 else f"以{WORDS_ZH[way]}"
        return f"{street}{beside}，{junction(other)}{toward}{metres}米" + (f"（{note}）" if note else "")
    beside = f", {WORDS_EN[side]} side" if side else ""
    return f"{street}{beside}, {metres} m {WORDS_EN[way]} of {other}" + (f" ({note})" if note else "")


def in_space(name: str, part: str, notes: tuple[str, ...], *, chinese: bool) -> str:
    """Write the address of a place in a named open space: its part by the compass, and where that is.

    Examples
    --------
    >>> in_space("泉城广场", "NE", ("泉景社区",), chinese=True)
    '泉城广场内东北部（泉景社区）'
    >>> in_space("Quancheng Square", "", ("Quanjing",), chinese=False)
    'Quancheng Square (Quanjing)'
    """
    said = [note for note in notes if note]
    if chinese:
        text = f"{name}内" + (f"{WORDS_ZH[part]}部" if part else "")
        return text + (f"（{'，'.join(said)}）" if said else "")
    text = name + (f", {WORDS_EN[part]} part" if part else "")
    return text + (f" ({', '.join(said)})" if said else "")


def grid_line(
    street: str,
    side: str,
    district: str,
    square: str,
    near: tuple[str, str, str, int] | None,
    *,
    placement: str,
    chinese: bool,
) -> str:
    """Write the address of a place that no crossing of its own street tells: district and grid square.

    Parameters
    ----------
    street, side, placement : str
        A street without a name is told as such.
    district, square : str
    near : tuple of (str, str, str, int), optional
        Two streets that cross near by, the direction from there and the metres.

    Examples
    --------
    >>> grid_line("", "E", "历下区", "K7", ("经十路", "舜耕路", "S", 40), placement="kerbside", chinese=True)
    '历下区，格网K7，无名路东侧，经十路舜耕路口以南40米'
    >>> grid_line("", "", "Lixia District", "K7", None, placement="open-space", chinese=False)
    'Lixia District, grid square K7, open space'
    """
    open_space = placement == "open-space"
    if chinese:
        what = street or ("场地" if open_space else "无名路")
        parts = [district, f"格网{square}", what + (f"{WORDS_ZH[side]}侧" if side else "")]
        if near:
            toward = WORDS_ZH[near[2]] if len(near[2]) > 1 else f"以{WORDS_ZH[near[2]]}"
            parts.append(f"{near[0]}{junction(near[1])}{toward}{near[3]}米")
        return "，".join(p for p in parts if p)
    what = street or ("open space" if open_space else "unnamed street")
    parts = [district, f"grid square {square}", what, f"{WORDS_EN[side]} side" if side else ""]
    if near:
        parts.append(f"{near[3]} m {WORDS_EN[near[2]]} of {near[0]} and {near[1]}")
    return ", ".join(p for p in parts if p)


def section_line(street: str, side: str, ends: tuple[str, str]) -> str:
    """Write the address of a section of a street between two others.

    Examples
    --------
    >>> section_line("舜耕路", "E", ("经十路", "泺源大街"))
    '舜耕路（经十路至泺源大街段）东侧'
    """
    if is_chinese(street):
        return f"{street}（{ends[0]}至{ends[1]}段）" + (f"{WORDS_ZH[side]}侧" if side else "")
    return f"{street} between {ends[0]} and {ends[1]}" + (f", {WORDS_EN[side]} side" if side else "")


def corner_line(street: str, other: str, corner: str) -> str:
    """Write the address of a corner of a crossing.

    Examples
    --------
    >>> corner_line("舜耕路", "经十路", "SE")
    '舜耕路与经十路口东南角'
    """
    if is_chinese(street):
        return f"{street}与{junction(other)}{WORDS_ZH[corner]}角"
    return f"{street} and {other}, {WORDS_EN[corner]} corner"
