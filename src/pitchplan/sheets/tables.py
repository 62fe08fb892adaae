"""Tables that a spreadsheet opens without harm: the list of spots, and any other."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from pitchplan.files.ledger import write_guarded
from pitchplan.sheets.lettering import clean
from pitchplan.sheets.mapdatums import WGS84, shifted_spots

if TYPE_CHECKING:
    import os

    import pandas as pd

    from pitchplan.sheets.published import Published
    from pitchplan.sheets.sheet import Sheet

__all__ = ["SPOTS_CSV", "guarded", "spots_csv", "write_table"]

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


def write_table(table: pd.DataFrame, path: str | os.PathLike[str]) -> Path:
    """Write any table as CSV, whole or not at all.

    Parameters
    ----------
    table : pandas.DataFrame
        The table, such as ``replanned.changes`` or ``allocation.table``; the index is left out.
    path : str or os.PathLike
        Where the file shall appear; its folder must exist.

    Returns
    -------
    pathlib.Path
        The file: UTF-8 with a byte order mark, and no cell that a spreadsheet takes for a formula.

    Raises
    ------
    OutputError
        The file could not be written, or something else was published under its name.
    """
    cells = table.map(lambda value: guarded(value) if isinstance(value, str) else value)
    return write_guarded(Path(path), cells.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig"))


def _cell(name: str, value: object) -> str:
    if name in ("lon", "lat"):
        return f"{float(value):.7f}"  # type: ignore[arg-type]
    if name in ("number", "capacity", "room", "residents_served"):
        return "" if value != value else str(int(value))  # type: ignore[call-overload]
    return guarded(value)
