"""A list to take along with the tape: streets under pitches whose width nobody measured."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from pitchplan.errors import Fault, InputError
from pitchplan.sheets.draw import fit_size, label, rect
from pitchplan.sheets.ink import INK
from pitchplan.sheets.layouts import unit_of
from pitchplan.sheets.lettering import LEAST_MM, text_width, wrap
from pitchplan.sheets.officefacts import width_word
from pitchplan.sheets.page import PAPERS
from pitchplan.sheets.words import latin, word

if TYPE_CHECKING:
    from pitchplan.sheets.sheet import Sheet

__all__ = ["as_field_check", "draw_field_page", "widths_to_tape"]

_OPEN = ("assumed", "lanes")
_MARGIN, _TOP, _HEAD, _STREET, _ROW = 12.0, 42.0, 6.5, 8.0, 9.0  # millimetres
# Right edges of the columns after the spot's address, as shares of the table's width.
_COLUMNS = (("pitches_head", 0.53), ("clear_head", 0.62), ("width_head", 0.71), ("taped_head", 0.85))


@dataclass(frozen=True)
class _Street:
    """One street with its spots."""

    name: str
    width_m: float
    status: str
    rows: pd.DataFrame


def widths_to_tape(sheet: Sheet) -> pd.DataFrame:
    """List the pitches that stand on streets of an assumed width, by street and spot.

    Parameters
    ----------
    sheet : Sheet
        For the office.

    Returns
    -------
    pandas.DataFrame
        Columns ``street_id``, ``street``, ``width_m`` (as assumed, metres), ``width_status``,
        ``spot_id``, ``number``, ``address``, ``pitches``, ``clear_m`` (least width left, metres).

    Raises
    ------
    InputError
        The sheet is for the public, which does not see widths.
    """
    if sheet.audience != "office":
        raise InputError(
            Fault(
                "a field-check list of a public sheet",
                'Make the map_sheet with audience="office"',
                "Sheet.field_check",
                column="audience",
                value=sheet.audience,
            )
        )
    p = sheet.published.pitches
    p = p[p["width_status"].isin(_OPEN)]
    english = latin(sheet.languages[0])
    names = p["street_en"].where(p["street_en"] != "", p["street"]) if english else p["street"]
    p = p.assign(street=names, clear_m=p["clear_drive_m"].fillna(p["clear_walk_m"]))
    rows = p.groupby(["street_id", "spot_id"], as_index=False).agg(
        street=("street", "first"),
        width_status=("width_status", "first"),
        number=("number", "first"),
        pitches=("pitch_id", "size"),
        clear_m=("clear_m", "min"),
    )
    spots = sheet.published.spots.set_index("spot_id")
    address = spots["address_en"].where(spots["address_en"] != "", spots["address"])
    rows["address"] = rows["spot_id"].map(address if english else spots["address"])
    axes = sheet.layers["centrelines"].drop_duplicates("street_id").set_index("street_id")["width_m"]
    rows["width_m"] = rows["street_id"].map(axes)
    return rows.sort_values(["street", "street_id", "number"], ignore_index=True)


def as_field_check(sheet: Sheet) -> Sheet:
    """Lay a sheet's field-check list out on upright A4, as many pages as it takes.

    Parameters
    ----------
    sheet : Sheet
        For the office.

    Returns
    -------
    Sheet
        Pages of kind ``field``; each knows the spots it lists.
    """
    high, wide = PAPERS["A4"]
    first = replace(
        sheet.page, paper="A4", width=wide, height=high, unit=unit_of("A4"), kind="field", neighbours=()
    )
    room = high - _TOP - _HEAD - _MARGIN - 4.0
    pages: list[list[str]] = [[]]
    used = 0.0
    for street in _streets(widths_to_tape(sheet)):
        for k, spot in enumerate(street.rows["spot_id"]):
            need = _ROW + (_STREET if k == 0 or not pages[-1] else 0.0)
            if used + need > room:
                pages.append([])
                used, need = 0.0, _ROW + _STREET
            pages[-1].append(f"{street.rows['street_id'].iloc[0]}\n{spot}")
            used += need
    made = [
        replace(first, page_id=f"field-{k}", number=k, count=len(pages), spots=tuple(rows))
        for k, rows in enumerate(pages, start=1)
    ]
    return replace(sheet, page=made[0], pages=tuple(made[1:]), numbers={})


def _streets(rows: pd.DataFrame) -> list[_Street]:
    out = []
    for _, part in rows.groupby("street_id", sort=False):
        head = part.iloc[0]
        out.append(_Street(str(head["street"]), float(head["width_m"]), str(head["width_status"]), part))
    return out


def draw_field_page(sheet: Sheet) -> str:
    """Draw one page of the list, with a box for each width that is to be written down.

    Parameters
    ----------
    sheet : Sheet
        On a page of kind ``field``.

    Returns
    -------
    str
        SVG elements.
    """
    page, language = sheet.page, sheet.languages[0]
    rows = widths_to_tape(sheet)
    rows = rows[(rows["street_id"] + "\n" + rows["spot_id"]).isin(page.spots)]
    wide = page.width - 2 * _MARGIN
    out, y = _head(sheet), _TOP
    if not len(rows):
        return out + label(_MARGIN, y + 6.0, word(language, "field_done"), 3.6)
    out += _note(sheet, wide) + _table_head(sheet, y, wide)
    y += _HEAD
    for street in _streets(rows):
        out += _street_line(sheet, street, y, wide)
        y += _STREET
        for row in street.rows.itertuples():
            out += _spot_line(row, y, wide)
            y += _ROW
    return out


def _head(sheet: Sheet) -> str:
    titles = [word(language, "field_title") for language in sheet.languages]
    out = label(_MARGIN, 20.0, titles[0], 6.0, bold=True)
    after = _MARGIN + text_width(titles[0], 6.0, bold=True) + 3.0
    for text in titles[1:]:
        out += label(after, 20.0, text, 3.6, fill=INK["soft"])
    out += label(_MARGIN, 26.5, sheet.title, 3.4)
    right = sheet.page.width - _MARGIN
    return out + label(right, 26.5, sheet.publisher, 2.8, anchor="end", fill=INK["soft"])


def _note(sheet: Sheet, wide: float) -> str:
    """Say what is asked of those who go out with the list."""
    lines = wrap(word(sheet.languages[0], "field_note"), 2.6, wide)
    return "".join(label(_MARGIN, 32.0 + 3.6 * k, t, 2.6, fill=INK["soft"]) for k, t in enumerate(lines))


def _table_head(sheet: Sheet, y: float, wide: float) -> str:
    language = sheet.languages[0]
    base = y + 4.4
    out = rect(_MARGIN, y, wide, 0.4, fill=INK["text"])
    out += label(_MARGIN, base, word(language, "spots_head"), 2.5, bold=True)
    for key, share in _COLUMNS:
        out += label(_MARGIN + share * wide - 2.0, base, word(language, key), 2.5, bold=True, anchor="end")
    out += label(_MARGIN + 0.87 * wide, base, word(language, "by_head"), 2.5, bold=True)
    return out + rect(_MARGIN, y + _HEAD - 0.2, wide, 0.2, fill=INK["text"])


def _street_line(sheet: Sheet, street: _Street, y: float, wide: float) -> str:
    """Draw a street's line: its name, the width it is taken to have, and why."""
    language = sheet.languages[0]
    base = y + 5.6
    name = street.name or word(language, "unnamed")
    out = rect(_MARGIN, y + 0.4, wide, _STREET - 0.6, fill="#F1F1EC")
    out += label(
        _MARGIN + 1.0,
        base,
        name,
        fit_size(name, 3.3, 0.4 * wide, bold=True, least=LEAST_MM),
        bold=True,
    )
    status = width_word(language, street.status)
    out += label(_MARGIN + 0.62 * wide - 2.0, base, status, 2.5, anchor="end", fill=INK["soft"])
    width = f"{street.width_m:.1f}" if street.width_m == street.width_m else "–"
    out += label(_MARGIN + 0.71 * wide - 2.0, base, width, 3.0, bold=True, anchor="end")
    return out + _box(_MARGIN + 0.73 * wide, y + 1.1, 0.12 * wide, _STREET - 2.0)


def _spot_line(row: Any, y: float, wide: float) -> str:
    base = y + 5.8
    number = str(row.number)
    out = label(_MARGIN + 6.5, base, number, 3.0, bold=True, anchor="end", fill=INK["red"])
    size = fit_size(row.address, 2.7, 0.4 * wide, least=LEAST_MM)
    lines = wrap(row.address, size, 0.41 * wide)[:2]
    for k, line in enumerate(lines):
        out += label(_MARGIN + 8.5, base + (k - (len(lines) - 1) / 2) * 3.2, line, size)
    out += label(_MARGIN + 0.53 * wide - 2.0, base, str(row.pitches), 2.8, anchor="end")
    clear = f"{row.clear_m:.1f}" if row.clear_m == row.clear_m else "–"
    out += label(_MARGIN + 0.62 * wide - 2.0, base, clear, 2.8, anchor="end")
    out += _box(_MARGIN + 0.73 * wide, y + 1.0, 0.12 * wide, _ROW - 2.0)
    out += rect(_MARGIN + 0.87 * wide, y + _ROW - 1.4, 0.13 * wide, 0.15, fill=INK["soft"])
    return out + rect(_MARGIN, y + _ROW - 0.1, wide, 0.1, fill=INK["rule"])


def _box(x: float, y: float, wide: float, high: float) -> str:
    return rect(x, y, wide, high, fill="#FFFFFF", stroke=INK["text"], stroke_width=0.25)
