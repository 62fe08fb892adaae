"""The list of spots as a table that a spreadsheet opens without harm."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from pitchplan.sheets.lettering import clean
from pitchplan.sheets.mapdatums import WGS84, shifted_spots

if TYPE_CHECKING:
    from pitchplan.sheets.published import Published
    from pitchplan.sheets.sheet import Sheet

__all__ = ["SPOTS_CSV", "guarded", "spots_csv"]

SPOTS_CSV = (
    "number", "spot_id", "district", "community", "community_id", "address", "address_en", "placement",
    "capacity", "room", "hours", "opens", "closes", "residents_served", "lon", "lat", "grid_square",
)  # fmt: skip


def guarded(text: object) -> str:
    """Return a cell that no spreadsheet takes for a formula.

    Examples
    --------
    >>> guarded("=HYPERLINK(1)"), guarded("舜耕路")
    ("'=HYPERLINK(1)", '舜耕路')
    """
    raw = "" if text is None else str(text)
    said = clean(raw)
    # Spreadsheets skip leading white space and full-width signs count as signs.
    return (
        f"'{said}" if raw[:1] in ("\t", "\r", "\n") or (said[:1] in tuple("=+-@＝＋－＠") and said) else said
    )


def spots_csv(published: Published, sheet: Sheet | None = None, *, datum: str = WGS84) -> bytes:
    """Return the spots as CSV: UTF-8 with a byte order mark, so that spreadsheets read the Chinese.

    Parameters
    ----------
    published : Published
        The facts.
    sheet : Sheet, optional
        Not needed: a list of spots is the same with and without a map.
    datum : {"wgs84", "gcj02"}
        What the degrees shall be; the columns are named ``lon_gcj02``, ``lat_gcj02`` then.
    """
    del sheet
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    mark = "" if datum == WGS84 else f"_{datum}"
    writer.writerow([name + mark if name in ("lon", "lat") else name for name in SPOTS_CSV])
    for row in shifted_spots(published, datum).spots[list(SPOTS_CSV)].itertuples(index=False):
        writer.writerow([_cell(name, value) for name, value in zip(SPOTS_CSV, row, strict=True)])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8")


def _cell(name: str, value: object) -> str:
    if name in ("lon", "lat"):
        return f"{float(value):.7f}"  # type: ignore[arg-type]
    if name in ("number", "capacity", "room", "residents_served"):
        return "" if value != value else str(int(value))  # type: ignore[call-overload]
    return guarded(value)
