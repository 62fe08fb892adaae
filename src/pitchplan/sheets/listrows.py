"""The rows of the list: a district's heading, a spot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pitchplan.sheets.draw import fit_size, label, rect
from pitchplan.sheets.ink import INK
from pitchplan.sheets.lettering import LEAST_MM, text_width

__all__ = ["Block", "Style", "draw_district", "draw_spot", "number_width", "tail_width"]


@dataclass(frozen=True, slots=True)
class Block:
    """One spot's row or one district's heading, not to be torn.

    Attributes
    ----------
    height : float
        Millimetres.
    heading : bool
        Whether it must stay with what follows.
    content : tuple
        What is drawn.
    """

    height: float
    heading: bool
    content: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Style:
    """One way to set the list, millimetres.

    ``tail`` says what stands before the capacity: ``square``, on an atlas's overview ``square-page``,
    on pages of the list ``page`` with the square on that page.
    """

    columns: int
    size: float
    second: float
    both: bool
    digits: int
    tail: str = "square"


_TAILS = {"square": 3.4, "square-page": 6.6, "page": 6.0}


def number_width(style: Style) -> float:
    """Return the room that a spot's number takes, millimetres."""
    return style.size * (2.2 if style.digits <= 2 else 2.65)


def tail_width(style: Style) -> float:
    """Return the room that page, grid square and capacity take, millimetres."""
    return style.size * _TAILS[style.tail]


def draw_district(style: Style, block: Block, x: float, y: float, width: float, air: float) -> str:
    """Draw a district's heading: name, totals, contact lines."""
    name, second, totals, lines = block.content
    base = y + air / 2 + style.size * 2.0
    size = style.size * 1.18
    out = label(x, base, name, size, bold=True, fill=INK["district"])
    used = text_width(name, size, bold=True) + style.size * 0.6
    tail = text_width(totals, style.second)
    room = width - used - tail - style.size * 0.6
    if second and text_width(second, style.second) <= room:
        out += label(x + used, base, second, style.second, fill=INK["soft"])
    if totals and used + tail < width:
        out += label(x + width, base, totals, style.second, anchor="end", fill=INK["soft"])
    out += rect(x, base + style.size * 0.45, width, 0.3, fill=INK["district"], fill_opacity=0.55)
    at = base + style.size * 0.45
    for line in lines:
        at += style.second * 1.35
        out += label(x, at, line, style.second, fill=INK["text"])
    return out


def draw_spot(style: Style, block: Block, x: float, y: float, width: float, air: float) -> str:
    """Draw a spot's row: number, address, grid square, capacity."""
    spot, lines, more, tab, details, where = block.content
    size = style.size
    base = y + air / 2 + size * 1.12
    out = rect(x, y + block.height + air - 0.04, width, 0.08, fill=INK["rule"], fill_opacity=0.7)
    number = str(spot.number)
    wide = size * (1.75 if len(number) <= 2 else 2.15)
    high = size * 1.34
    out += rect(x, base - size * 0.37 - high / 2, wide, high, fill=INK["red"], rx=f"{high / 2:.2f}")
    figure = fit_size(number, max(size * 0.98, LEAST_MM), wide * 0.92, bold=True, least=LEAST_MM)
    out += label(
        x + wide / 2,
        base - size * 0.37 + figure * 0.366,
        number,
        figure,
        fill="#FFFFFF",
        bold=True,
        anchor="middle",
    )
    at, left = base, x + number_width(style)
    for line in lines:
        out += label(left, at, line, size)
        at += size * 1.28
    at += style.second - size
    if tab:
        out += label(left + tab, base, more[0], style.second, fill=INK["soft"])
        more = []
    for line in (*more, *details):
        out += label(left, at, line, style.second, fill=INK["soft"])
        at += style.second * 1.25
    out += label(
        x + width - size * 1.85,
        base,
        where,
        max(LEAST_MM, size * 0.9),
        fill=INK["soft"],
        anchor="end",
    )
    arm = size * 0.17
    capacity = str(spot.capacity)
    end = x + width
    cross = end - text_width(capacity, size, bold=True) - size * 0.38
    middle = base - size * 0.34
    out += (
        f'<path d="M{cross - arm:.2f} {middle - arm:.2f}l{2 * arm:.2f} {2 * arm:.2f}m{-2 * arm:.2f} '
        f'0l{2 * arm:.2f} {-2 * arm:.2f}"'
        f' stroke="{INK["text"]}" stroke-width="{size * 0.085:.2f}" fill="none"/>'
    )
    out += label(end, base, capacity, size, bold=True, anchor="end")
    return out
