"""How large a table may be, and where the one that is too large is told to be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pitchplan.errors import InputError
from pitchplan.files.tables import read_table
from pitchplan.files.workbooks import MOST_CELLS, _check_sheet


@pytest.mark.parametrize(("size", "refused"), [(64_000_000, False), (64_000_001, True)])
def test_a_text_of_more_than_64_mb_is_no_table(tmp_path: Path, size: int, refused: bool) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n")
    os.truncate(path, size)
    with pytest.raises(InputError) as error:
        read_table(path)
    (fault,) = error.value.faults
    assert (fault.what == "too large to be a table") is refused
    if refused:
        assert (fault.value, fault.fix) == ("64000001 bytes", "Give a table of at most 64 MB")


@pytest.mark.parametrize("row", [1, 3])
def test_the_row_that_is_too_wide_is_named(tmp_path: Path, row: int) -> None:
    path = tmp_path / "a.csv"
    lines = ["a,b", "1,2", "3,4"]
    lines[row - 1] = ",".join(["7"] * 2001)
    path.write_text("\n".join(lines))
    with pytest.raises(InputError, match="2001 cells") as error:
        read_table(path)
    assert error.value.faults[0].row == row
    lines = [",".join(["7"] * 2000)] * 3
    path.write_text("\n".join([",".join(f"c{k}" for k in range(2000)), *lines]))
    assert read_table(path)[0].shape == (3, 2000)


def assert_spreads(xml: str, rows: int, columns: int) -> None:
    """Hold that a sheet is taken for one of so many rows and columns, and refused where that is too much."""
    if rows * columns <= MOST_CELLS:
        _check_sheet(Path("a.xlsx"), xml.encode())
        return
    with pytest.raises(InputError, match=f"over {rows} rows and {columns} columns"):
        _check_sheet(Path("a.xlsx"), xml.encode())


@pytest.mark.parametrize(
    ("cell", "rows", "columns"),
    [("A1", 1, 1), ("Z3", 3, 26), ("AA2", 2, 27), ("AZ1", 1, 52), ("XFD9", 9, 16384)],
)
def test_a_cell_far_away_spreads_the_sheet(cell: str, rows: int, columns: int) -> None:
    far = MOST_CELLS // columns
    letters = cell.rstrip("0123456789")
    for row in (rows, far, far + 1):
        cells = f'<row r="1"><c r="{letters}{row}"><v>1</v></c></row>'
        assert_spreads(f"<sheetData>{cells}</sheetData>", row, columns)


@pytest.mark.parametrize("columns", [1, 2, 7])
def test_cells_that_do_not_say_where_they_are_stand_in_one_row_at_worst(columns: int) -> None:
    far = MOST_CELLS // columns
    for row in (far, far + 1):
        cells = f'<row r="{row}">{"<c><v>1</v></c>" * columns}</row>'
        assert_spreads(f"<sheetData>{cells}</sheetData>", row, columns)


@pytest.mark.parametrize("row", [1, 2, 5])
def test_the_row_of_a_damaged_character_is_named(tmp_path: Path, row: int) -> None:
    lines = ["产地,产量"] + [f"济南,{k}" for k in range(5)]
    raw = [line.encode() for line in lines]
    raw[row - 1] = raw[row - 1].replace("产".encode() if row == 1 else "济".encode(), b"\xe6\xb5", 1)
    path = tmp_path / "survey.csv"
    path.write_bytes(b"\n".join(raw))
    with pytest.raises(InputError, match="a damaged character") as error:
        read_table(path)
    assert [fault.row for fault in error.value.faults] == [row]
    path.write_bytes(b"\n" + b"\n".join(raw))
    with pytest.raises(InputError, match="a damaged character") as error:
        read_table(path)
    assert [fault.row for fault in error.value.faults] == [row + 1]
    path.write_bytes(b"a,b\n" * (row - 1) + b"\xff\xff,1\n")
    with pytest.raises(InputError, match="neither UTF-8 nor GB18030") as error:
        read_table(path)
    assert [fault.row for fault in error.value.faults] == [row]


def test_the_size_of_a_sample_and_the_number_of_all_are_two_columns(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("yield_n,yield_N,Area,n,N_\n1,2,3,4,5\n", encoding="utf-8")
    assert list(read_table(path)[0].columns) == ["yield_n", "yield_N", "Area", "n", "N_"]
    for twice in ("yield_n,Yield_n", "Area,area", "n,N", "yield_N,YIELD_N"):
        path.write_text(f"{twice}\n1,2\n", encoding="utf-8")
        with pytest.raises(InputError, match="the column is given twice"):
            read_table(path)
