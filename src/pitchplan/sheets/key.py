"""The map's key: legend, scale, north arrow and notes, at the panel's foot, as a strip or as a column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pitchplan.sheets.draw import label, rect
from pitchplan.sheets.ink import INK, space_class, street_rank
from pitchplan.sheets.legendsamples import legend_sample
from pitchplan.sheets.lettering import LEAST_MM, text_width, wrap
from pitchplan.sheets.notes import note_lines
from pitchplan.sheets.signs import legend_keys, sign_of
from pitchplan.sheets.words import word

if TYPE_CHECKING:
    from pitchplan.sheets.page import Rect
    from pitchplan.sheets.sheet import Sheet

__all__ = ["LEGEND", "column_fits", "draw_column", "draw_foot", "draw_strip", "may_be_shown", "strip_fits"]

LEGEND = (
    "marker", "marker_bare", "dot", "other_spot", "pitch", "district", "community", "main", "street",
    "footway", "building", "green", "water", "paved", *legend_keys(),
)  # fmt: skip

_SAMPLE = 10.8  # width of a legend's sample with the space after it, millimetres on A3
_SCALE = 62.0  # width of scale bar and north arrow side by side


def _size(sheet: Sheet, on_a3: float) -> float:
    return max(LEAST_MM, on_a3 * sheet.page.unit)


def _items(shown: frozenset[str]) -> list[str]:
    return [key for key in LEGEND if key in shown]


def may_be_shown(sheet: Sheet) -> frozenset[str]:
    """Return what the map may show, judged by its layers: the room the legend needs at most."""
    layers = sheet.layers
    streets = layers["streets"] if len(layers["streets"]) else layers["centrelines"]
    shown = {space_class(k) for k in layers["open_spaces"]["kind"].unique()}
    shown |= {sign_of(k, sheet.page.scale) for k in layers["keep_clear"]["kind"].unique()} - {""}
    shown |= {"main" if street_rank(c) == 0 else "street" for c in streets["street_class"].unique()}
    shown |= {name for name in ("building", "footway") if len(layers[f"{name}s"])}
    dotted = sheet.page.listing == "districts"
    shown |= {"dot" if dotted else "marker", "pitch"} if len(sheet.published.spots) else set()
    shown |= {"other_spot"} if sheet.page.district else set()
    shown |= {"community"} if len(layers["communities"]) > 1 else set()
    return frozenset(shown | ({"district"} if layers["communities"]["district"].nunique() > 1 else set()))


def draw_foot(sheet: Sheet, shown: frozenset[str]) -> tuple[str, float]:
    """Draw the key at the panel's foot, from the bottom up; return also where it begins."""
    p, u = sheet.page.panel, sheet.page.unit
    lines, size = _notes(sheet, p.width, 1.95)
    y = p.bottom - len(lines) * size * 1.38
    out = _note_block(lines, p.x, y, size)
    y -= 1.6 * u
    out += rect(p.x, y, p.width, 0.2, fill=INK["rule"])
    y -= 15.5 * u
    out += _scale_bar(sheet, p.x, y + 2.0 * u) + _north(sheet, p.right - 7.5 * u, y + 7.8 * u, 6.2 * u)
    items = _items(shown)
    columns = _columns(sheet, items, p.width)
    step = _step(sheet)
    y -= -(-len(items) // columns) * step + 7.4 * u
    out += rect(p.x, y, p.width, 0.2, fill=INK["rule"])
    return out + _legend(sheet, items, p.x, y, p.width, columns, step), y - 2.5 * u


def draw_strip(sheet: Sheet, shown: frozenset[str], area: Rect) -> str:
    """Draw the key as a strip below the map: legend, scale and north, notes, from left to right."""
    u = sheet.page.unit
    legend, _ = _strip_widths(sheet, area)
    items = _items(shown)
    room = area.height - 6.6 * u
    most = _columns(sheet, items, legend)
    fewest = -(-len(items) // max(1, int(room / _step(sheet))))
    columns = min(max(1, fewest), most)
    rows = max(1, -(-len(items) // columns))
    step = min(room / rows, 1.3 * _step(sheet))
    legend = min(legend, columns * max(_need(sheet, items), legend / most) + 2.0 * u)
    notes = min(area.width - legend - (_SCALE + 6.0) * u, 120.0 * u)
    out = _legend(sheet, items, area.x, area.y - 1.4 * u, legend, columns, step)
    x = area.x + legend + 4.0 * u
    out += rect(x - 2.6 * u, area.y, 0.2, area.height, fill=INK["rule"])
    out += _scale_bar(sheet, x, area.y - 0.4 * u) + _north(sheet, x + 52.0 * u, area.y + 8.6 * u, 6.2 * u)
    x += _SCALE * u + 2.0 * u
    out += rect(x - 2.6 * u, area.y, 0.2, area.height, fill=INK["rule"])
    lines, size = _notes(sheet, notes, 1.95, height=area.height, most=2.3)
    return out + _note_block(lines, x, area.y, size)


def strip_fits(sheet: Sheet, area: Rect) -> bool:
    """Tell whether a strip holds the whole legend and every note."""
    u = sheet.page.unit
    legend, notes = _strip_widths(sheet, area)
    items = _items(may_be_shown(sheet))
    rows = -(-len(items) // _columns(sheet, items, legend))
    lines, size = _notes(sheet, notes, 1.95)
    return (
        rows * 0.84 * _step(sheet) + 6.6 * u <= area.height
        and len(lines) * size * 1.38 <= area.height + 0.01
        and _need(sheet, items) <= legend
    )


def column_fits(sheet: Sheet, area: Rect) -> bool:
    """Tell whether a column holds the whole legend and every note."""
    u = sheet.page.unit
    items = _items(may_be_shown(sheet))
    lines, size = _notes(sheet, area.width, 2.1)
    room = area.height - len(lines) * size * 1.38 - (1.8 + 17.0 + 11.0) * u
    return -(-len(items) // _columns(sheet, items, area.width)) * 0.84 * _step(sheet) <= room


def draw_column(sheet: Sheet, shown: frozenset[str], area: Rect) -> str:
    """Draw the key as a column beside the list: legend on top, scale, north and notes at the bottom."""
    u = sheet.page.unit
    lines, size = _notes(sheet, area.width, 2.1)
    y = area.bottom - len(lines) * size * 1.38
    out = _note_block(lines, area.x, y, size)
    y -= 1.8 * u
    out += rect(area.x, y, area.width, 0.2, fill=INK["rule"])
    y -= 17.0 * u
    out += _scale_bar(sheet, area.x, y + 2.0 * u)
    out += _north(sheet, area.right - 7.5 * u, y + 8.2 * u, 6.2 * u)
    out += rect(area.x, y - 1.0 * u, area.width, 0.2, fill=INK["rule"])
    items = _items(shown)
    room = y - 11.0 * u - area.y
    # In one column where that is not cramped.
    cramped = room / max(1, len(items)) < 0.84 * _step(sheet)
    columns = _columns(sheet, items, area.width) if cramped else 1
    step = min(room / max(1, -(-len(items) // columns)), 1.6 * _step(sheet))
    out += rect(area.x, area.y, area.width, 0.2, fill=INK["rule"])
    return out + _legend(sheet, items, area.x, area.y, area.width, columns, step)


def _strip_widths(sheet: Sheet, area: Rect) -> tuple[float, float]:
    """Share a strip's width between legend and notes."""
    u = sheet.page.unit
    free = area.width - (_SCALE + 6.0) * u
    notes = min(max(0.36 * free, 62.0 * u), 100.0 * u)
    return free - notes, notes


def _notes(
    sheet: Sheet, width: float, on_a3: float, *, height: float = 0.0, most: float = 0.0
) -> tuple[list[str], float]:
    """Break the notes into lines: as large as a height allows, else at the given size."""
    for size in (*((most, (most + on_a3) / 2) if most else ()), on_a3):
        mm = _size(sheet, size)
        lines = [line for text in note_lines(sheet) for line in wrap(text, mm, width)]
        if not height or len(lines) * mm * 1.38 <= height:
            break
    return lines, mm


def _note_block(lines: list[str], x: float, y: float, size: float) -> str:
    return "".join(
        label(x, y + (k + 0.85) * size * 1.38, line, size, fill=INK["soft"]) for k, line in enumerate(lines)
    )


def _step(sheet: Sheet) -> float:
    return max(4.3 * sheet.page.unit, 3.7)


def _need(sheet: Sheet, items: list[str]) -> float:
    """Return the width of the widest entry, millimetres."""
    u = sheet.page.unit
    sizes = (_size(sheet, 2.25), _size(sheet, 1.95))
    widths = [
        sum(
            text_width(word(language, key), size) + u
            for language, size in zip(sheet.languages, sizes, strict=False)
        )
        for key in items
    ]
    return _SAMPLE * u + max(widths, default=0.0) + 0.6 * u


def _columns(sheet: Sheet, items: list[str], width: float) -> int:
    return min(max(1, int(width / _need(sheet, items))), max(1, len(items)))


def _legend(
    sheet: Sheet, items: list[str], x: float, y: float, width: float, columns: int, step: float
) -> str:
    """Draw the heading and the entries, down the columns."""
    u = sheet.page.unit
    out = _heading(sheet, "legend", x, y + 4.6 * u)
    rows = max(1, -(-len(items) // columns))
    for k, key in enumerate(items):
        column, row = divmod(k, rows)
        left = x + column * width / columns
        middle = y + 6.2 * u + (row + 0.5) * step
        out += legend_sample(key, left, middle, u) + _entry(sheet, key, left + _SAMPLE * u, middle)
    return out


def _heading(sheet: Sheet, key: str, x: float, y: float) -> str:
    u = sheet.page.unit
    words = [word(language, key) for language in sheet.languages]
    out = label(x, y, words[0], 3.0 * u, bold=True)
    if len(words) > 1:
        after = x + text_width(words[0], 3.0 * u, bold=True) + 1.6 * u
        out += label(after, y, words[1], _size(sheet, 2.3), fill=INK["soft"])
    return out


def _entry(sheet: Sheet, key: str, x: float, y: float) -> str:
    words = [word(language, key) for language in sheet.languages]
    size, small = _size(sheet, 2.25), _size(sheet, 1.95)
    out = label(x, y + size * 0.36, words[0], size)
    if len(words) > 1:
        after = x + text_width(words[0], size) + 1.0 * sheet.page.unit
        out += label(after, y + size * 0.36, words[1], small, fill=INK["soft"])
    return out


def _scale_bar(sheet: Sheet, x: float, y: float) -> str:
    """Draw the stated scale and a bar of a round number of metres."""
    page, u = sheet.page, sheet.page.unit
    length = page.bar_m * 1000 / page.scale
    text = f"1:{page.scale:,}".replace(",", " ")
    out = label(x, y + 2.6 * u, text, 3.6 * u, bold=True)
    top, high = y + 5.2 * u, 1.3 * u
    for k in range(4):
        ink = INK["text"] if k % 2 == 0 else "#FFFFFF"
        out += rect(
            x + 0.1 + length * k / 4, top, length / 4, high, fill=ink, stroke=INK["text"], stroke_width=0.18
        )
    for share in (0.0, 0.5, 1.0):
        metres = page.bar_m * share
        mark = f"{metres:g}" + (" m" if share == 1.0 else "")
        # The unit hangs over: the number itself is centred under the bar's end.
        at = x + 0.1 + length * share
        if share == 0.0:
            out += label(x, top + high + 2.9 * u, mark, _size(sheet, 2.1))
        elif share == 1.0:
            shift = text_width(f"{metres:g}", _size(sheet, 2.1)) / 2
            out += label(at - shift, top + high + 2.9 * u, mark, _size(sheet, 2.1))
        else:
            out += label(at, top + high + 2.9 * u, mark, _size(sheet, 2.1), anchor="middle")
    return out


def _north(sheet: Sheet, x: float, y: float, r: float) -> str:
    """Draw an arrow to true north."""
    u = sheet.page.unit
    turn = f"{sheet.page.north_deg:.2f}"
    mark = word(sheet.languages[0], "north")
    return (
        f'<g transform="translate({x:.2f} {y:.2f}) rotate({turn})">'
        f'<circle r="{r:.2f}" fill="none" stroke="{INK["rule"]}" stroke-width=".25"/>'
        f'<path d="M0 {-r * 0.62:.2f}L{r * 0.34:.2f} {r * 0.62:.2f}L0 {r * 0.36:.2f}z" fill="{INK["text"]}"/>'
        f'<path d="M0 {-r * 0.62:.2f}L{-r * 0.34:.2f} {r * 0.62:.2f}L0 {r * 0.36:.2f}z" fill="#FFFFFF" '
        f'stroke="{INK["text"]}" stroke-width=".2"/>'
        f'<rect x="{-1.7 * u:.2f}" y="{-r - 1.6 * u:.2f}" width="{3.4 * u:.2f}" height="{3.2 * u:.2f}" '
        f'fill="#FFFFFF"/>'
        + label(0, -r + 0.95 * u, mark, 2.6 * u, bold=True, anchor="middle").strip()
        + "</g>\n"
    )
