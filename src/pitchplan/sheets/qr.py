"""A QR code as vector squares, so that paper leads to a link of the planner's."""

from __future__ import annotations

import importlib
import re
from functools import lru_cache
from typing import Any

from pitchplan.errors import Fault, InputError, PitchplanError
from pitchplan.sheets.draw import rect

__all__ = ["QUIET", "check_link", "qr_modules", "qr_side", "qr_xml"]

QUIET = 4  # modules of white around the code, as ISO/IEC 18004 asks for
_LEAST_MODULE_MM = 0.33  # what a telephone reads from a good print at arm's length
_LINK = re.compile(r"(https?://[^\s/]+\S*|geo:-?\d+(\.\d+)?,-?\d+(\.\d+)?\S*)")


def check_link(link: str, side_mm: float) -> str:
    """Return a link that can be printed as a code.

    Parameters
    ----------
    link : str
        Address, ``http``, ``https`` or ``geo``; empty for none.
    side_mm : float
        Side of the code, quiet zone included, millimetres.

    Returns
    -------
    str
        The link as it is.

    Raises
    ------
    InputError
        It is another kind of address, holds characters that are not printable ASCII, or is so long
        that the code's squares are too small to be read.
    PitchplanError
        The library that makes the code is missing.
    """
    if not link:
        return ""
    if not _LINK.fullmatch(link) or not all("!" <= c <= "~" for c in link):
        raise InputError(
            Fault(
                "a link that no QR code can carry",
                "Give an address that begins with http://, https:// or geo:, percent-encoded",
                "map_sheet",
                column="link",
                value=link,
            )
        )
    modules = len(qr_modules(link)) + 2 * QUIET
    if side_mm / modules < _LEAST_MODULE_MM:
        raise InputError(
            Fault(
                f"a link of {len(link)} characters makes a QR code too fine to be read on this paper",
                "Give a shorter address, or take a larger paper",
                "map_sheet",
                column="link",
                value=link,
            )
        )
    return link


def qr_side(unit: float) -> float:
    """Return the side of the code on a paper, quiet zone included: 17.5 mm on A3, never under that.

    Of 15 mm, a scanner could not read pictures of 150 pixels per inch: its modules are 2.4 pixels wide.
    """
    return 17.5 * max(unit, 1.0)


@lru_cache(maxsize=4)
def qr_modules(link: str) -> tuple[tuple[int, ...], ...]:
    """Return the code's modules, 1 for black, row by row, without the quiet zone."""
    try:
        segno: Any = importlib.import_module("segno")
    except ImportError as error:
        raise PitchplanError('A QR code needs the library segno: pip install "pitchplan[print]"') from error
    code = segno.make(link, error="m", micro=False, boost_error=False)
    return tuple(tuple(int(m) for m in row) for row in code.matrix)


def qr_xml(link: str, x: float, y: float, side: float) -> str:
    """Draw the code with its quiet zone.

    Parameters
    ----------
    link : str
        A checked link.
    x, y : float
        Upper left corner, millimetres.
    side : float
        Side with the quiet zone, millimetres.

    Returns
    -------
    str
        SVG elements: a white ground, and one path of black runs.
    """
    rows = qr_modules(link)
    step = side / (len(rows) + 2 * QUIET)
    data = []
    for r, row in enumerate(rows):
        for run in re.finditer("1+", "".join(map(str, row))):
            left, top = x + (QUIET + run.start()) * step, y + (QUIET + r) * step
            wide = (run.end() - run.start()) * step
            data.append(f"M{left:.3f} {top:.3f}h{wide:.3f}v{step:.3f}h{-wide:.3f}z")
    ground = rect(x, y, side, side, fill="#FFFFFF")
    # Crisp edges: no grey seams between the rows on screens.
    return f'{ground}<path class="qr" d="{"".join(data)}" fill="#000000" shape-rendering="crispEdges"/>\n'
