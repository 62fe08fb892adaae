"""Reading a table file (CSV text or an Excel workbook): every cell as given, rows as a person counts them."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pitchplan.errors import Fault, Faults, InputError
from pitchplan.files.scripts import gdal_name, likelier_encoding
from pitchplan.files.workbooks import MOST_CELLS, check_workbook

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_table"]

_TEXT = (".csv", ".tsv", ".txt")
_WORKBOOK = (".xlsx", ".xlsm")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MOST_BYTES = 64_000_000
_MOST_COLUMNS = 2_000


def read_table(path: str | Path, *, encoding: str | None = None) -> tuple[pd.DataFrame, list[int]]:
    """Read a table file and keep every cell as it was given.

    Nothing is guessed: ``"NA"``, ``"001"`` and ``"1e5"`` of a CSV file stay text, an empty cell is
    ``""``. A workbook's cells keep the type they have there (text, number, date, true or false).
    Text is stripped of blanks at both ends; rows without any content are dropped.

    Parameters
    ----------
    path : str or pathlib.Path
        A ``.csv``, ``.tsv`` or ``.txt`` file with commas, semicolons or tabs between the cells, or
        an ``.xlsx`` or ``.xlsm`` workbook, of which the first sheet is read. The first row holds
        the column names.
    encoding : str, optional
        Encoding of a text file. Without it: UTF-8 with or without a byte order mark, UTF-16 with
        one, and GB18030 (which GBK and GB2312 are part of) where the bytes are not UTF-8.

    Returns
    -------
    table : pandas.DataFrame
        One row per row with content, object cells, index 0 to n - 1.
    rows : list of int
        Row of each table row as a spreadsheet counts it; the header is row 1.

    Raises
    ------
    InputError
        The file is missing, a folder, empty, of another kind, damaged or in another encoding; a
        column name is missing or given twice; a row has another number of cells than the header.
    """
    import pandas as pd

    file = _checked_path(path)
    if file.suffix.lower() in _WORKBOOK:
        records = _workbook_records(file)
    else:
        records = _text_records(file, encoding)
    header, body, rows = _checked_shape(records, str(file))
    table = pd.DataFrame(body, columns=pd.Index(header, dtype=object), dtype=object)
    return table, rows


def _refuse(file: Path | str, what: str, fix: str, **where: Any) -> InputError:
    return InputError(Fault(what, fix, str(file), **where))


def _checked_path(path: str | Path) -> Path:
    if not isinstance(path, (str, Path)) or not str(path).strip() or "\0" in str(path):
        raise _refuse("table", "not a path", "Give the path of a .csv or .xlsx file", value=path)
    file = Path(path)
    try:
        if file.is_dir():
            raise _refuse(file, "a folder, not a file", "Give the path of a .csv or .xlsx file in it")
        if not file.exists():
            raise _refuse(file, "no such file", f"Check the path; it was looked for in {Path.cwd()}")
        if not file.is_file():
            raise _refuse(file, "not a plain file", "Give the path of a .csv or .xlsx file")
        if file.suffix.lower() not in _TEXT + _WORKBOOK:
            fix = f"Save it as .xlsx or .csv (UTF-8); what can be read: {', '.join(_TEXT + _WORKBOOK)}"
            raise _refuse(file, f"a file of kind {file.suffix or '(none)'!r} is not read as a table", fix)
        if file.stat().st_size == 0:
            raise _refuse(file, "the file is empty", "Give a header row and at least one row below it")
        if file.stat().st_size > _MOST_BYTES:
            fix = f"Give a table of at most {_MOST_BYTES // 10**6} MB"
            raise _refuse(file, "too large to be a table", fix, value=f"{file.stat().st_size} bytes")
    except OSError as error:
        raise _refuse(
            file, f"the file cannot be opened ({error.strerror})", "Check path and rights"
        ) from None
    return file


def _text_records(file: Path, encoding: str | None) -> list[list[Any]]:
    """Split a text file into records of cells, blank lines as empty records."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise _refuse(file, f"the file cannot be read ({error.strerror})", "Check its rights") from None
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        fix = "Give it the suffix .xlsx, or save it as .csv"
        raise _refuse(file, "the file is a workbook in spite of its suffix", fix)
    text = _decoded(file, raw, encoding)
    if "\0" in text:
        raise _refuse(
            file, "the file is not a text file (it holds NUL characters)", "Save it as .csv (UTF-8)"
        )
    first_line = text.lstrip("\r\n").partition("\n")[0]
    bare = re.sub(r'"[^"]*"', "", first_line)
    delimiter = max(",;\t", key=bare.count)
    if text.count(delimiter) + text.count("\n") > MOST_CELLS:
        fix = f"Give a table of at most {MOST_CELLS} cells"
        raise _refuse(file, "too many cells to be a table", fix)
    records: list[list[Any]] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            records.append(record)
    except csv.Error as error:
        what = f"the row cannot be split into cells ({error})"
        fix = "Close every quotation mark; write a quotation mark inside a cell twice"
        raise _refuse(file, what, fix, row=len(records) + 1) from None
    return records


def _decoded(file: Path, raw: bytes, encoding: str | None) -> str:
    if encoding is not None:
        try:
            return raw.decode(encoding).removeprefix("\ufeff")
        except (LookupError, TypeError):
            fix = "Name one such as 'utf-8' or 'gb18030'"
            raise _refuse(file, "unknown encoding", fix, value=encoding) from None
        except UnicodeError:
            fix = "Leave out encoding=, or name the right one"
            raise _refuse(file, "the file is not in the encoding named", fix, value=encoding) from None
    if raw.startswith(_UTF16):
        try:
            return raw.decode("utf-16")
        except UnicodeError:
            raise _refuse(file, "damaged UTF-16 text", "Save it as .csv (UTF-8)") from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        # GB18030 accepts nearly any bytes: a UTF-8 file with one torn character would come out as
        # nonsense, so text that is UTF-8 nearly everywhere is refused instead.
        lenient = raw.decode("utf-8", errors="replace")
        whole = sum(c > "\u07ff" and c != "\ufffd" for c in lenient)
        if whole > 2 * lenient.count("\ufffd"):
            fix = "Save it again as .csv (UTF-8), or name its encoding with encoding="
            raise _refuse(file, "a damaged character in UTF-8 text", fix, row=row) from None
    try:
        text = raw.decode("gb18030")
        likely = likelier_encoding([line for line in raw.splitlines() if not line.isascii()], "gb18030")
        if likely is None:
            return text
        fix = f'Say so with encoding="{gdal_name(likely)}" if it is, or save it as .csv (UTF-8)'
        raise _refuse(file, f"the text makes no sense in GB18030; it looks like {gdal_name(likely)}", fix)
    except UnicodeDecodeError:
        fix = "Save it as .csv (UTF-8), or name its encoding with encoding="
        raise _refuse(file, "the text is neither UTF-8 nor GB18030", fix, row=row) from None


def _workbook_records(file: Path) -> list[list[Any]]:
    """Take the cells of a workbook's first sheet, from its cell A1 on."""
    import python_calamine

    check_workbook(file)
    try:
        with python_calamine.CalamineWorkbook.from_path(file) as book:
            if not book.sheet_names:
                raise _refuse(file, "the workbook has no sheet", "Put the table on the first sheet")
            return list(book.get_sheet_by_index(0).to_python(skip_empty_area=False))
    except InputError:
        raise
    except BaseException as error:
        # A panic inside the reader is a BaseException of its own; interrupts must go through.
        if isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit)):
            raise
        fix = "Open it in a spreadsheet program and save it again as .xlsx"
        raise _refuse(file, f"the workbook cannot be read ({error})", fix) from None


def _stripped(cell: Any) -> Any:
    if cell is None:
        return ""
    return cell.strip().strip("\ufeff").strip() if isinstance(cell, str) else cell


def _checked_shape(records: list[list[Any]], source: str) -> tuple[list[str], list[list[Any]], list[int]]:
    """Give column names, rows with content and their numbers; one error for all that is wrong."""
    clean = [[_stripped(c) for c in record] for record in records]
    if not any(c != "" for record in clean for c in record):
        raise _refuse(source, "the table is empty", "Give a header row and at least one row below it")
    widest = max(range(len(clean)), key=lambda i: len(clean[i]))
    if len(clean[widest]) > _MOST_COLUMNS:
        what = f"the row has {len(clean[widest])} cells"
        raise _refuse(source, what, f"Keep only the table: at most {_MOST_COLUMNS} columns", row=widest + 1)
    header = [str(c) for c in clean[0]]
    body = [(i + 2, r) for i, r in enumerate(clean[1:]) if any(c != "" for c in r)]
    while header and header[-1] == "" and not any("".join(map(str, r[len(header) - 1 :])) for _, r in body):
        header.pop()
    faults = Faults(source)
    seen: dict[str, str] = {}
    for place, name in enumerate(header, start=1):
        plain = unicodedata.normalize("NFKC", name)
        # A sample's size n and the number of all N are two columns: yield_n, yield_N.
        key = plain.casefold()[:-1] + plain[-1] if re.search(r"[_\s][nN]$", plain) else plain.casefold()
        if name == "":
            what = f"column {place} has no name"
            faults.add(what, "Put the column names, and nothing above them, in the first row", row=1)
        elif key in seen:
            faults.add("the column is given twice", "Delete or rename one of them", row=1, column=name)
        seen[key] = name
    for row, cells in body:
        if len(cells) < len(header) or any(c != "" for c in cells[len(header) :]):
            what = f"the row has {len(cells)} cells, the header has {len(header)}"
            fix = "Give one cell per column; put a cell that holds the separator in quotation marks"
            faults.add(what, fix, row=row, value=cells[0] if cells else None)
    faults.raise_if_any()
    return header, [cells[: len(header)] for _, cells in body], [row for row, _ in body]
