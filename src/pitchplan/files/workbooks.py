"""Looking into an Excel workbook before it is read: how large it gets, and whether its values are its own."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from pathlib import Path

from pitchplan.errors import Fault, InputError
from pitchplan.files.zipped import BROKEN_ZIP

__all__ = ["MOST_CELLS", "check_workbook"]

MOST_CELLS = 2_000_000
"""Most cells of a table that is read: more take more memory than an office's computer has."""
_MOST_BYTES = 64_000_000
_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_ANY_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_ROW = re.compile(rb'<(?:\w+:)?row\s[^>]*?\br="(\d{1,9})"')
# [2]Sheet!A1 is a cell of the second linked workbook; Table[2] is a column of a table.
_ELSEWHERE = re.compile(rb"<(?:\w+:)?f[^>]*>[^<]*?(?<![\w\]])\[\d+\]")
_AGAIN = "Open it in a spreadsheet program and save it again as .xlsx"


def check_workbook(file: Path) -> None:
    """Refuse a workbook that cannot be read safely.

    Parameters
    ----------
    file : pathlib.Path
        An ``.xlsx`` or ``.xlsm`` file.

    Raises
    ------
    InputError
        It is protected, in the old format or damaged; unpacked it would take all memory; or cells take
        their values from another workbook.
    """
    data = file.read_bytes()
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        fix = "Take the password away, or save an old .xls as .xlsx"
        raise _refuse(file, "the workbook is protected or in the old .xls format", fix)
    try:
        with zipfile.ZipFile(file) as archive:
            members = [m for m in archive.infolist() if not m.filename.startswith("xl/media/")]
    except BROKEN_ZIP as error:
        raise _refuse(file, f"the workbook cannot be read ({error})", _AGAIN) from None
    if sum(m.file_size for m in members) > _MOST_BYTES:
        raise _refuse(file, "the workbook is too large", "Keep only the table, or save it as .csv")
    for member in members:
        content = _unpacked(file, data, member)
        if member.filename.startswith("xl/worksheets/"):
            _check_sheet(file, content)


def _refuse(file: Path, what: str, fix: str, row: int | None = None) -> InputError:
    return InputError(Fault(what, fix, str(file), row=row))


def _unpacked(file: Path, data: bytes, member: zipfile.ZipInfo) -> bytes:
    """Unpack a member, and refuse one that is larger than the archive says: readers may believe it."""
    try:
        name, extra = struct.unpack_from("<26xHH", data, member.header_offset)
        start = member.header_offset + 30 + name + extra
        packed = data[start : start + member.compress_size]
        if member.compress_type == zipfile.ZIP_STORED:
            content = packed
        else:
            content = zlib.decompressobj(-15).decompress(packed, member.file_size + 1)
    except BROKEN_ZIP as error:
        raise _refuse(file, f"the workbook cannot be read ({error})", _AGAIN) from None
    if len(content) != member.file_size:
        raise _refuse(file, "the workbook cannot be read (its parts are not of the size it says)", _AGAIN)
    return content


def _check_sheet(file: Path, xml: bytes) -> None:
    if _ELSEWHERE.search(xml):
        fix = "Copy the table and paste it as values, then save"
        raise _refuse(file, "cells take their values from another workbook", fix)
    cells = sum(1 for _ in _ANY_CELL.finditer(xml))
    if cells > MOST_CELLS:
        raise _refuse(file, f"the sheet has {cells} cells", "Keep only the table")
    columns, rows = [], [int(row) for row in _ROW.findall(xml)]
    for letters, digits in _CELL.findall(xml):
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        columns.append(column)
        rows.append(int(digits))
    # Cells that do not say where they are follow each other; at worst they stand in one row.
    widest, deepest = max([*columns, cells - len(columns)]), max(rows, default=0)
    if widest * deepest > MOST_CELLS:
        what = f"the sheet spreads over {deepest} rows and {widest} columns"
        fix = "Delete the rows and columns outside of the table (a stray cell far away is enough)"
        raise _refuse(file, what, fix, row=deepest)
