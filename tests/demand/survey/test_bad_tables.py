"""A catalogue of bad surveys: exactly the faults that are in them are found, through every door."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest
import xlsxwriter

from pitchplan.demand.harvest import read_harvest
from pitchplan.errors import InputError

Row = dict[str, Any]
Expected = tuple[int | None, str, str]
"""Row as a spreadsheet counts it (None: the whole column), column, and words of what is wrong."""

GOOD: Row = {
    "crop": "西瓜",
    "cultivation": "大棚",
    "area_mu": 3000,
    "yield_kg_per_mu": 3000,
    "loss_share": 0.05,
    "city_share": 0.05,
    "load_t": 1.5,
    "selling_t_per_day": 0.5,
    "first_day": "2026-06-01",
    "peak_day": "2026-06-20",
    "last_day": "2026-07-10",
}


class Bad(NamedTuple):
    """A survey and the faults that are in it."""

    name: str
    rows: list[Row]
    faults: set[Expected]
    missing: str = "refuse"


def bad(name: str, *changes: Row, faults: set[Expected], missing: str = "refuse") -> Bad:
    """Make a survey of good rows with some cells changed; ``...`` takes a column away."""
    rows = [{"origin": f"村{i}", **GOOD, **change} for i, change in enumerate(changes)]
    columns = list(dict.fromkeys(c for row in rows for c in row))
    gone = {c for row in rows for c, cell in row.items() if cell is ...}
    kept = [c for c in columns if c not in gone]
    return Bad(name, [{c: row.get(c) for c in kept} for row in rows], faults, missing)


# A yield that is the mean of 25 farms of 400, said in kg per mu.
SAMPLE: Row = {"yield_sd": 500, "yield_n": 25, "yield_N": 400}

CELLS = [
    bad("word in a number", {"area_mu": "约300"}, faults={(2, "area_mu", "not a number")}),
    bad("thousands separator", {"area_mu": "1,200"}, faults={(2, "area_mu", "not a number")}),
    bad("unit in the cell", {"load_t": "1.5吨"}, faults={(2, "load_t", "not a number")}),
    bad("negative area", {}, {"area_mu": -7}, faults={(3, "area_mu", "negative")}),
    bad("no area", {"area_mu": 0}, faults={(2, "area_mu", "area is 0")}),
    bad("area in square metres", {"area_mu": 84_670_000}, faults={(2, "area_mu", "not plausible")}),
    bad(
        "400 t per mu",
        {"yield_kg_per_mu": ..., "yield_t_per_mu": 400},
        faults={(2, "yield_t_per_mu", "not plausible")},
    ),
    bad("jin as kg", {"yield_kg_per_mu": 12_000}, faults={(2, "yield_kg_per_mu", "not plausible")}),
    bad("negative yield", {"yield_kg_per_mu": -1}, faults={(2, "yield_kg_per_mu", "negative")}),
    bad("infinite yield", {"yield_kg_per_mu": "inf"}, faults={(2, "yield_kg_per_mu", "not a finite")}),
    bad("nan as text", {"yield_kg_per_mu": "NaN"}, faults={(2, "yield_kg_per_mu", "not a finite")}),
    bad("no load", {"load_t": 0}, faults={(2, "load_t", "load is 0")}),
    bad("load in kg", {"load_t": 1500}, faults={(2, "load_t", "not plausible")}),
    bad("nothing sold", {"selling_t_per_day": 0}, faults={(2, "selling_t_per_day", "selling is 0")}),
    bad("selling in jin", {"selling_t_per_day": 1000}, faults={(2, "selling_t_per_day", "not plausible")}),
    bad("percent without mark", {"loss_share": 5}, faults={(2, "loss_share", "within 0 to 1")}),
    bad("150 percent", {"city_share": "150%"}, faults={(2, "city_share", "within 0 to 1")}),
    bad("negative share", {"city_share": -0.1}, faults={(2, "city_share", "within 0 to 1")}),
    bad("mark only", {"loss_share": "%"}, faults={(2, "loss_share", "not a number")}),
    bad("percent of an area", {"area_mu": "5%"}, faults={(2, "area_mu", "not a number")}),
    bad("no year", {"first_day": "6月1日"}, faults={(2, "first_day", "not a day")}),
    bad("30 February", {"first_day": "2026-02-30"}, faults={(2, "first_day", "not a day")}),
    bad("day as a serial number", {"peak_day": 46174}, faults={(2, "peak_day", "not a day")}),
    bad("ends first", {"last_day": "2026-05-01"}, faults={(2, "last_day", "ends before")}),
    bad("peak before", {"peak_day": "2026-05-01"}, faults={(2, "peak_day", "peak is not within")}),
    bad("peak after", {"peak_day": "2026-08-01"}, faults={(2, "peak_day", "peak is not within")}),
    bad(
        "ten years, all of them ripening",
        {"last_day": "2036-07-10", "peak_day": "2036-07-10"},
        faults={(2, "last_day", "longer than a year")},
    ),
    bad("ten years", {"last_day": "2036-07-10"}, faults={(2, "last_day", "longer than a year")}),
    bad("no origin", {"origin": ""}, {}, faults={(2, "origin", "missing")}),
    bad("no crop", {"crop": None}, faults={(2, "crop", "missing")}),
    bad("blanks for a name", {"cultivation": "  "}, faults={(2, "cultivation", "missing")}),
    bad("no city share", {"city_share": None}, {}, faults={(2, "city_share", "missing")}),
    bad(
        "city share from its ends only",
        {"city_share": None, "city_share_low": 0.02, "city_share_high": 0.08},
        faults={(2, "city_share", "missing")},
    ),
    bad("no area, filled", {"area_mu": None}, {}, faults={(2, "area_mu", "missing")}, missing="fill"),
]

COLUMNS = [
    bad("acres", {"area_mu": ..., "area_acre": 1}, faults={(None, "area_acre", "unknown unit 'acre'")}),
    bad("no unit", {"area_mu": ..., "面积": 1}, faults={(None, "面积", "names no unit")}),
    bad("yield without unit", {"yield_kg_per_mu": ..., "亩产": 1}, faults={(None, "亩产", "no unit")}),
    bad("qing", {"area_mu": ..., "面积(顷)": 1}, faults={(None, "面积(顷)", "unknown unit")}),
    bad("per mille", {"loss_share": ..., "损耗率(‰)": 5}, faults={(None, "损耗率(‰)", "unknown unit")}),
    bad("two units", {"area_mu": ..., "area_mu (ha)": 5}, faults={(None, "area_mu (ha)", "unknown unit")}),
    bad("area twice", {"area_ha": 200}, faults={(None, "area_ha", "says the same")}),
    bad("origin twice", {"乡镇": "甲"}, faults={(None, "乡镇", "says the same")}),
    bad("no city share column", {"city_share": ...}, faults={(None, "city_share", "is missing")}),
    bad(
        "no city share column, filled",
        {"city_share": ...},
        faults={(None, "city_share", "is missing")},
        missing="fill",
    ),
    bad("no yield column", {"yield_kg_per_mu": ...}, faults={(None, "yield_t_per_ha", "is missing")}),
    bad("no days", {"peak_day": ...}, faults={(None, "peak_day", "is missing")}),
    bad("odd share", {"city_share_hi": 0.2}, faults={(None, "city_share_hi", "not understood")}),
    bad(
        "harvest without unit",
        {"yield_kg_per_mu": ..., "产量": 9000},
        faults={(None, "产量", "names no unit")},
    ),
    bad("range of a harvest", {"harvest_low_t": 1}, faults={(None, "harvest_low_t", "are not read")}),
    bad(
        "unit of a count",
        {"load_sd_t": 0.1, "load_n_kg": 5},
        faults={(None, "load_n_kg", "a count with the unit")},
    ),
    bad(
        "unit of a spread",
        {"yield_sd_lb": 1, "yield_n": 9},
        faults={(None, "yield_sd_lb", "unknown unit 'lb'")},
    ),
    bad(
        "a spread beside a harvest names no unit",
        {"yield_kg_per_mu": ..., "harvest_t": 9000, "yield_sd": 500, "yield_n": 25},
        faults={(None, "yield_sd", "names no unit")},
    ),
    bad(
        "spread twice",
        {**SAMPLE, "亩产标准差": 500},
        faults={(None, "亩产标准差", "says the same")},
    ),
    bad(
        "headers and cells at once",
        {"area_mu": ..., "area_acre": "many", "load_t": -1, "first_day": "?"},
        faults={(None, "area_acre", "unknown"), (2, "load_t", "negative"), (2, "first_day", "not a day")},
    ),
    bad(
        "a column of unknown unit is still empty in places",
        {"area_mu": ..., "area_acre": 1},
        {"area_acre": None},
        faults={(None, "area_acre", "unknown"), (3, "area_acre", "missing")},
    ),
]

HARVESTS = [
    bad(
        "harvest too great",
        {"yield_kg_per_mu": ..., "area_mu": 15, "产量(吨)": 151},
        faults={(2, "产量(吨)", "151 t/ha is not plausible")},
    ),
    bad(
        "harvest negative",
        {"yield_kg_per_mu": ..., "harvest_t": -1},
        faults={(2, "harvest_t", "harvest is negative")},
    ),
    bad(
        "harvest missing",
        {"yield_kg_per_mu": ..., "harvest_t": None},
        {"harvest_t": 9000},
        faults={(2, "harvest_t", "missing")},
    ),
    bad(
        "neither harvest nor yield",
        {"yield_kg_per_mu": None, "harvest_t": None},
        {"harvest_t": 9000},
        faults={(2, "yield_kg_per_mu", "missing")},
    ),
    bad("harvest and yield apart", {"harvest_t": 9500}, faults={(2, "harvest_t", "the yield says 45")}),
    bad("harvest in jin apart", {"总产量(万斤)": 1700}, faults={(2, "总产量(万斤)", "42.5 t/ha, the yield")}),
    bad(
        "harvest of a range",
        {"yield_kg_per_mu": ..., "harvest_t": "8000-9000"},
        faults={(2, "harvest_t", "a range where one number")},
    ),
    bad(
        "harvest of no area",
        {"yield_kg_per_mu": ..., "harvest_t": 9000, "area_mu": 0},
        faults={(2, "area_mu", "area is 0")},
    ),
]

RANGES = [
    bad("falling", {"yield_kg_per_mu": "3500-3000"}, faults={(2, "yield_kg_per_mu", "does not rise")}),
    bad("likely below", {"area_mu": "300~200~400"}, faults={(2, "area_mu", "does not rise")}),
    bad("likely above", {"area_mu": "300~500~400"}, faults={(2, "area_mu", "does not rise")}),
    bad("four ends", {"area_mu": "1-2-3-4"}, faults={(2, "area_mu", "not a number")}),
    bad("one end", {"area_mu": "300-"}, faults={(2, "area_mu", "not a number")}),
    bad("word for a dash", {"area_mu": "300 or 400"}, faults={(2, "area_mu", "not a number")}),
    bad("share beyond", {"city_share": "50%-120%"}, faults={(2, "city_share", "within 0 to 1")}),
    bad("shares as percent", {"city_share": "5–8"}, faults={(2, "city_share", "within 0 to 1")}),
    bad("half a mark", {"city_share": "5%-8"}, faults={(2, "city_share", "not a number")}),
    bad("load from 0", {"load_t": "0-2"}, faults={(2, "load_t", "load is 0")}),
    bad("end too great", {"yield_kg_per_mu": "6000至12000"}, faults={(2, "yield_kg_per_mu", "18")}),
    bad("a day of a range", {"area_mu": dt.date(2026, 5, 8)}, faults={(2, "area_mu", "")}),
    bad(
        "low above likely",
        {"yield_low": 3100, "yield_high": 4000},
        faults={(2, "yield_low", "low end is above")},
    ),
    bad(
        "high below likely",
        {"亩产(公斤)下限": 2000, "亩产上限(公斤)": 2900},
        faults={(2, "亩产上限(公斤)", "high end is below")},
    ),
    bad("no high", {"load_low_t": 1}, faults={(2, "load_low_t", "range with one end")}),
    bad(
        "no low in one row",
        {"load_low_t": 1, "load_high_t": 2},
        {"load_high_t": 2},
        faults={(3, "load_high_t", "range with one end")},
    ),
    bad(
        "range twice",
        {"load_t": "1-2", "load_low_t": 1, "load_high_t": 2},
        faults={(2, "load_low_t", "a range in the cell"), (2, "load_high_t", "a range in the cell")},
    ),
    bad(
        "range in an end",
        {"load_low_t": "1-1.2", "load_high_t": 2},
        faults={(2, "load_low_t", "a range where one number")},
    ),
    bad(
        "city share low above",
        {"city_share_low": 0.06},
        faults={(2, "city_share_low", "low end is above")},
    ),
    bad(
        "city share in and beside the cell",
        {"city_share": "2%-8%", "city_share_high": 0.08},
        faults={(2, "city_share_high", "a range in the cell")},
    ),
    bad("negative low", {"area_low_mu": -1, "area_high_mu": 4000}, faults={(2, "area_low_mu", "negative")}),
    bad(
        "high in another unit",
        {"area_low_mu": 2000, "area_high_ha": 150},
        faults={(2, "area_high_ha", "high end is below")},
    ),
    bad(
        "range without a value",
        {"yield_kg_per_mu": None, "yield_low": 2000, "yield_high": 4000},
        faults={(2, "yield_kg_per_mu", "missing")},
    ),
]

FIGURES = [
    bad("sd without n column", {"yield_sd": 500}, faults={(2, "yield_sd", "without the size")}),
    bad("sd without n", {**SAMPLE, "yield_n": None}, faults={(2, "yield_sd", "without the size")}),
    bad("n without sd", {**SAMPLE, "yield_sd": None}, faults={(2, "yield_n", "without its standard")}),
    bad("N alone", {"yield_of": 400}, faults={(2, "yield_of", "a total without the size")}),
    bad("n of 1", {**SAMPLE, "yield_n": 1}, faults={(2, "yield_n", "fewer than 2")}),
    bad("n of 0", {**SAMPLE, "yield_n": 0}, faults={(2, "yield_n", "below 1")}),
    bad("n not whole", {**SAMPLE, "yield_n": 2.5}, faults={(2, "yield_n", "not a whole")}),
    bad("n above N", {**SAMPLE, "yield_N": 24}, faults={(2, "yield_n", "larger than all")}),
    bad("N not whole", {**SAMPLE, "yield_N": "99.5"}, faults={(2, "yield_N", "not a whole")}),
    bad("sd negative", {**SAMPLE, "yield_sd": -1}, faults={(2, "yield_sd", "spread is negative")}),
    bad("sd in jin", {**SAMPLE, "yield_sd": 50_000}, faults={(2, "yield_sd", "not plausible")}),
    bad("sd a word", {**SAMPLE, "yield_sd": "大"}, faults={(2, "yield_sd", "not a number")}),
    bad("n a word", {**SAMPLE, "yield_n": "25户"}, faults={(2, "yield_n", "not a number")}),
    bad(
        "sd of a share above 1",
        {"loss_share_sd": 2, "loss_share_n": 9},
        faults={(2, "loss_share_sd", "above 1")},
    ),
    bad("se without df", {"load_se_t": 0.1}, faults={(2, "load_se_t", "without its degrees")}),
    bad("df without se", {"load_df": 9}, faults={(2, "load_df", "without a standard error")}),
    bad("df below 1", {"load_se_t": 0.1, "load_df": 0.5}, faults={(2, "load_df", "below 1")}),
    bad("se negative", {"load_se_t": -0.1, "load_df": 5}, faults={(2, "load_se_t", "spread is negative")}),
    bad(
        "figures twice",
        {**SAMPLE, "yield_se": 100, "yield_df": 24},
        faults={(2, "yield_se", "given twice"), (2, "yield_df", "given twice")},
    ),
    bad(
        "range and sample",
        {**SAMPLE, "yield_kg_per_mu": "2000-4000"},
        {**SAMPLE},
        faults={(2, c, "both a range and") for c in SAMPLE},
    ),
    bad(
        "range columns and error",
        {"load_low_t": 1, "load_high_t": 2, "load_se_t": 0.1, "load_df": 9},
        faults={(2, "load_se_t", "both a range and"), (2, "load_df", "both a range and")},
    ),
    bad(
        "city share with range and error",
        {"city_share_low": 0.02, "city_share_se": 0.01, "city_share_df": 5},
        faults={(2, "city_share_se", "both a range and"), (2, "city_share_df", "both a range and")},
    ),
    bad(
        "chinese figures",
        {"亩产标准差": 500, "亩产调查户数": 40, "亩产总户数": 30},
        faults={(2, "亩产调查户数", "larger than all")},
    ),
    bad(
        "figures in some rows",
        SAMPLE,
        {},
        {"yield_sd": 400},
        {"yield_n": 30},
        faults={(4, "yield_sd", "without the size"), (5, "yield_n", "without its standard")},
    ),
]

FILLS = [
    bad("a load missing", {"load_t": None}, {}, {}, {}, faults={(2, "load_t", "a value is missing")}),
    bad("too few", {"load_t": None}, {}, {}, faults={(2, "load_t", "2 rows of 西瓜")}, missing="fill"),
    bad(
        "too few of this cultivation",
        {"loss_share": None, "cultivation": "露地"},
        {},
        {},
        {},
        faults={(2, "loss_share", "0 rows of 西瓜 · 露地")},
        missing="fill",
    ),
    bad(
        "a bad cell counts as given",
        {"load_t": None},
        {"load_t": "x"},
        {},
        {},
        faults={(3, "load_t", "not a number")},
        missing="fill",
    ),
    bad(
        "a value filled before does not count",
        {"load_t": None},
        {"load_t": 1.5, "filled": "load_t"},
        {},
        {},
        faults={(2, "load_t", "2 rows of")},
        missing="fill",
    ),
    bad(
        "figures without a value",
        {"load_t": None, "load_se_t": 0.1, "load_df": 4},
        {},
        {},
        {},
        faults={(2, "load_t", "missing beside")},
        missing="fill",
    ),
    bad("filled with what", {"filled": "area_ha"}, faults={(2, "filled", "not a list of columns")}),
    bad(
        "days and names are never filled",
        {"first_day": None, "crop": None},
        *[{}] * 4,
        faults={(2, "first_day", "missing"), (2, "crop", "missing")},
        missing="fill",
    ),
]

TOGETHER = [
    bad("twice", {"origin": "甲"}, {"origin": "甲", "area_mu": 5}, faults={(3, "origin", "as row")}),
    bad(
        "three times",
        *[{"origin": "甲"}, {"origin": " 甲"}, {"origin": "乙"}, {"origin": "甲 "}],
        faults={(3, "origin", "as row"), (5, "origin", "as row")},
    ),
    bad(
        "many faults in a row",
        {
            "area_mu": -1,
            "yield_kg_per_mu": "5000-4000",
            "loss_share": "5",
            "city_share": None,
            "load_t": "x",
            "selling_t_per_day": 500,
            "peak_day": "20 June",
            "last_day": "2026-05-01",
        },
        faults={
            (2, "area_mu", "negative"),
            (2, "yield_kg_per_mu", "does not rise"),
            (2, "loss_share", "within 0 to 1"),
            (2, "city_share", "missing"),
            (2, "load_t", "not a number"),
            (2, "selling_t_per_day", "not plausible"),
            (2, "peak_day", "not a day"),
            (2, "last_day", "ends before"),
        },
    ),
    bad(
        "a fault in every other row",
        *[{"load_t": -1} if i % 2 else {} for i in range(40)],
        faults={(i, "load_t", "negative") for i in range(3, 42, 2)},
    ),
    bad(
        "Chinese headers",
        {
            **dict.fromkeys(GOOD, ...),
            "origin": ...,
            "产地": "唐王",
            "作物": "西瓜",
            "种植方式": "大棚",
            "面积（万亩）": 0,
            "亩产（斤）": "6000～5000",
            "损耗率（%）": 105,
            "进城零售比例": "",
            "单车载重（吨）": "一吨半",
            "日均销量（公斤）": -500,
            "上市日期": "2026年6月31日",
            "盛期": "2026/6/20",
            "收市日期": "2026.7.10",
        },
        faults={
            (2, "面积（万亩）", "area is 0"),
            (2, "亩产（斤）", "does not rise"),
            (2, "损耗率（%）", "within 0 to 1"),
            (2, "进城零售比例", "missing"),
            (2, "单车载重（吨）", "not a number"),
            (2, "日均销量（公斤）", "negative"),
            (2, "上市日期", "not a day"),
        },
    ),
]

CATALOGUE = CELLS + COLUMNS + HARVESTS + RANGES + FIGURES + FILLS + TOGETHER
ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "utf-16"]


def assert_exactly(caught: InputError, table: Bad, row_of: Any) -> None:
    """Assert that the faults expected are there, each once, and no other."""
    expected = {(row if row is None else row_of(row), column): what for row, column, what in table.faults}
    found = [(fault.row, fault.column) for fault in caught.faults]
    assert sorted(map(str, found)) == sorted(map(str, expected)), str(caught)
    for fault in caught.faults:
        assert expected[fault.row, fault.column] in fault.what
        assert fault.fix


def test_the_catalogue_is_wide() -> None:
    assert len(CATALOGUE) >= 60
    assert len({b.name for b in CATALOGUE}) == len(CATALOGUE)


@pytest.mark.parametrize("table", CATALOGUE, ids=lambda b: b.name)
def test_exactly_the_faults_of_a_frame(table: Bad) -> None:
    with pytest.raises(InputError) as caught:
        read_harvest(pd.DataFrame(table.rows, dtype=object), missing=table.missing)  # type: ignore[arg-type]
    assert_exactly(caught.value, table, lambda row: f"index {row - 2}")


@pytest.mark.parametrize("table", CATALOGUE, ids=lambda b: b.name)
def test_exactly_the_faults_of_a_text_file(tmp_path: Path, table: Bad) -> None:
    place = CATALOGUE.index(table)
    # A per mille sign and an en dash are in GBK; commas in cells need no other treatment than quotes.
    path, encoding, delimiter = tmp_path / "调查.csv", ENCODINGS[place % 4], ",;\t"[place % 3]
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(table.rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(table.rows)
    with pytest.raises(InputError) as caught:
        read_harvest(path, missing=table.missing)  # type: ignore[arg-type]
    assert_exactly(caught.value, table, lambda row: row)


@pytest.mark.parametrize("table", CATALOGUE, ids=lambda b: b.name)
def test_exactly_the_faults_of_a_workbook(tmp_path: Path, table: Bad) -> None:
    path = tmp_path / "调查.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, list(table.rows[0]))
        for i, row in enumerate(table.rows, start=1):
            for j, cell in enumerate(row.values()):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(i, j, cell, day)
                elif cell is not None:
                    sheet.write(i, j, cell)
    with pytest.raises(InputError) as caught:
        read_harvest(path, missing=table.missing)  # type: ignore[arg-type]
    assert_exactly(caught.value, table, lambda row: row)


@pytest.mark.parametrize("table", CATALOGUE, ids=lambda b: b.name)
def test_faults_are_told_in_order_with_what_was_given(table: Bad) -> None:
    frame = pd.DataFrame(table.rows, dtype=object)
    with pytest.raises(InputError) as caught:
        read_harvest(frame, missing=table.missing)  # type: ignore[arg-type]
    places = [-1 if f.row is None else int(str(f.row).removeprefix("index ")) for f in caught.value.faults]
    assert places == sorted(places)
    for fault, place in zip(caught.value.faults, places, strict=True):
        if place >= 0:
            given = frame[fault.column].iloc[place]
            assert fault.value is given or fault.value == given
