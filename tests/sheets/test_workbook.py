"""The workbook: an overview, a sheet per district, ready to print, no formula anywhere."""

from __future__ import annotations

import dataclasses
import io
import re
import sys
import zipfile
from typing import Any
from xml.etree import ElementTree

import pytest
from python_calamine import CalamineWorkbook

from pitchplan.errors import PitchplanError
from pitchplan.sheets import render
from pitchplan.sheets.workbook import sheet_names


def _sheets(data: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def _parts(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {n: archive.read(n).decode("utf-8") for n in archive.namelist()}


def test_a_sheet_per_district_lists_its_spots(sheet: Any) -> None:
    sheets = _sheets(render(sheet, ".xlsx"))
    spots = sheet.published.spots
    assert list(sheets) == ["摊点一览", *dict.fromkeys(spots["district"])]
    for district, group in spots.groupby("district"):
        head, *rows = sheets[district]
        assert head[0] == "编号\nNo."
        assert [r[0] for r in rows] == list(group["number"])
        assert [r[1] for r in rows] == list(group["address"])
        assert [r[-2] for r in rows] == pytest.approx(list(group["lon"]))


def test_the_overview_adds_up(sheet: Any) -> None:
    rows = _sheets(render(sheet, ".xlsx"))["摊点一览"]
    assert rows[0][0] == sheet.title
    total = next(r for r in rows if r[0] == "合计 Total")
    assert total[1:3] == [len(sheet.published.spots), len(sheet.published.pitches)]
    line = next(r for r in rows if r[0] == "历下区")
    assert line[4] == sheet.contact["历下区"]


def test_it_prints_well(sheet: Any) -> None:
    parts = _parts(render(sheet, ".xlsx"))
    for name, text in parts.items():
        if re.match(r"xl/worksheets/sheet[2-9]", name):
            assert 'paperSize="9"' in text
            assert 'fitToHeight="0"' in text
            assert 'topLeftCell="C2"' in text
            assert "&amp;P / &amp;N" in text
    assert parts["xl/workbook.xml"].count("_xlnm.Print_Titles") == 3


def test_bytes_are_the_same_and_name_no_day_of_today(sheet: Any) -> None:
    data = render(sheet, ".xlsx")
    assert data == render(sheet, ".xlsx")
    assert "2026-06-01T00:00:00Z" in _parts(data)["docProps/core.xml"]


def test_a_plan_alone_and_one_without_spots_have_a_workbook(plan: Any) -> None:
    assert len(_sheets(render(plan, ".xlsx"))) == 4
    none = dataclasses.replace(plan, spots=plan.spots[:0], pitches=plan.pitches[:0])
    assert list(_sheets(render(none, ".xlsx"))) == ["摊点一览"]


def test_spots_without_a_district_have_a_sheet_too(plan: Any) -> None:
    nowhere = dataclasses.replace(plan, spots=plan.spots.assign(district=""))
    assert list(_sheets(render(nowhere, ".xlsx"))) == ["摊点一览", "未分区"]


@pytest.mark.parametrize(
    "names",
    [
        ["A" * 40, "A" * 41, "a" * 31],
        ["[x]", "x", "X", "'x'", "x?"],
        ["'", "''", "", "/", ":"],
        ["History", "HISTORY"],
        ["摊点一览", "摊点一览"],
        ["区" * 50] * 12,
    ],
)
def test_names_of_sheets_are_ones_that_a_workbook_takes(names: list[str], plan: Any) -> None:
    found = sheet_names(names)
    assert len({n.lower() for n in found}) == len(names)
    for name in found:
        assert 1 <= len(name) <= 31
        assert not re.search(r"[\[\]:*?/\\]", name)
        assert not name.startswith("'")
        assert not name.endswith("'")
        assert name.lower() != "history"
    district = [names[i % len(names)] for i in range(len(plan.spots))]
    render(dataclasses.replace(plan, spots=plan.spots.assign(district=district)), ".xlsx")


def test_an_ampersand_in_the_title_is_no_code_of_the_footer(sheet: Any) -> None:
    text = _parts(render(dataclasses.replace(sheet, title="Fruit &D& more"), ".xlsx"))[
        "xl/worksheets/sheet1.xml"
    ]
    footer = ElementTree.fromstring(text).find(".//{*}oddFooter").text
    assert footer.startswith("&LFruit &&D&& more&C")


def test_the_library_that_is_missing_is_named(sheet: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(PitchplanError, match=r'pip install "pitchplan\[xlsx\]"'):
        render(sheet, ".xlsx")


def test_rows_are_as_high_as_their_longest_text(plan: Any) -> None:
    long = dataclasses.replace(plan, spots=plan.spots.assign(address="很长的地址" * 20))
    short = dataclasses.replace(plan, spots=plan.spots.assign(address_en=""))
    for one, lines in ((short, 1), (long, 4)):
        text = _parts(render(one, ".xlsx"))["xl/worksheets/sheet2.xml"]
        row = ElementTree.fromstring(text).findall(".//{*}row")[1]
        assert float(row.get("ht", 15)) == 15 * lines
