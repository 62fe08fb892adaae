"""The harvest survey at the door: units, names, dates, and every fault at once."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from pitchplan.demand.harvest import read_harvest
from pitchplan.errors import InputError
from pitchplan.files.tables import read_table
from pitchplan.schemas import SURVEY, check_table

GOOD: dict[str, Any] = {
    "origin": "唐王",
    "crop": "watermelon",
    "cultivation": "shed",
    "area_mu": 3000,
    "yield_kg_per_mu": 3000,
    "loss_share": 0.05,
    "city_share_low": 0.02,
    "city_share": 0.05,
    "city_share_high": 0.1,
    "load_t": 1.5,
    "selling_t_per_day": 0.5,
    "first_day": "2026-06-01",
    "peak_day": "2026-06-20",
    "last_day": "2026-07-10",
}


def survey(**changes: Any) -> pd.DataFrame:
    """Give a frame of one good row with some cells changed; ``...`` takes the column away."""
    row = {k: v for k, v in {**GOOD, **changes}.items() if v is not ...}
    return pd.DataFrame([row])


def write_csv(
    path: Path, rows: list[dict[str, Any]], *, encoding: str = "utf-8", delimiter: str = ","
) -> Path:
    """Write rows as a text file."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_xlsx(path: Path, records: list[list[Any]]) -> Path:
    """Write records to the first sheet of a workbook; days as date cells."""
    with xlsxwriter.Workbook(path) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        for i, record in enumerate(records):
            for j, cell in enumerate(record):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(i, j, cell, day)
                elif cell is not None:
                    sheet.write(i, j, cell)
    return path


# --- units -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "given_number", "target", "expected"),
    [
        ("area_mu", 15, "area_ha", 1.0),
        ("area_ha", 2.5, "area_ha", 2.5),
        ("yield_jin_per_mu", 6000, "yield_t_per_ha", 45.0),
        ("yield_kg_per_mu", 3000, "yield_t_per_ha", 45.0),
        ("yield_t_per_mu", 3, "yield_t_per_ha", 45.0),
        ("yield_kg_per_ha", 45000, "yield_t_per_ha", 45.0),
        ("yield_t_per_ha", 45, "yield_t_per_ha", 45.0),
        ("load_t", 1.5, "load_t", 1.5),
        ("load_kg", 1500, "load_t", 1.5),
        ("load_jin", 3000, "load_t", 1.5),
        ("selling_t_per_day", 0.5, "selling_t_per_day", 0.5),
        ("selling_kg_per_day", 500, "selling_t_per_day", 0.5),
        ("selling_jin_per_day", 1000, "selling_t_per_day", 0.5),
        ("面积(亩)", 15, "area_ha", 1.0),
        ("面积（公顷）", 1, "area_ha", 1.0),
        ("亩产(公斤)", 3000, "yield_t_per_ha", 45.0),
        ("亩产（斤）", 6000, "yield_t_per_ha", 45.0),
        ("亩产(吨)", 3, "yield_t_per_ha", 45.0),
        ("亩产(公斤/亩)", 3000, "yield_t_per_ha", 45.0),
        ("单产(吨/公顷)", 45, "yield_t_per_ha", 45.0),
        ("单车载重(吨)", 1.5, "load_t", 1.5),
        ("单车载重(公斤)", 1500, "load_t", 1.5),
        ("日均销量(斤)", 1000, "selling_t_per_day", 0.5),
        ("日均销量(公斤/天)", 500, "selling_t_per_day", 0.5),
        ("日均销量 (吨/日)", 0.5, "selling_t_per_day", 0.5),
        ("Area (mu)", 15, "area_ha", 1.0),
        ("Yield [t/ha]", 45, "yield_t_per_ha", 45.0),
        ("area_wan_mu", 0.3, "area_ha", 200.0),
        ("area_km2", 2, "area_ha", 200.0),
        ("area_m2", 2_000_000, "area_ha", 200.0),
        ("面积(万亩)", 0.3, "area_ha", 200.0),
        ("种植面积（平方公里）", 2, "area_ha", 200.0),
        ("面积(km²)", 2, "area_ha", 200.0),
        ("面积(平方米)", 2_000_000, "area_ha", 200.0),
        ("area (wan_mu)", 0.3, "area_ha", 200.0),
        ("AREA_MU", 15, "area_ha", 1.0),
        ("yield_jin_per_ha", 90_000, "yield_t_per_ha", 45.0),
        ("yield (kg_per_mu)", 3000, "yield_t_per_ha", 45.0),
        ("亩产(千克/亩)", 3000, "yield_t_per_ha", 45.0),
        ("产量(公斤/亩)", 3000, "yield_t_per_ha", 45.0),
        ("产量(吨每公顷)", 45, "yield_t_per_ha", 45.0),
    ],
)
def test_units(column: str, given_number: float, target: str, expected: float) -> None:
    quantity = target.split("_")[0]
    others = {c: ... for c in GOOD if c.startswith(quantity + "_")}
    out = read_harvest(survey(**{**others, column: given_number}))
    assert out.loc[0, target] == expected


@pytest.mark.parametrize(
    ("column", "given_number"),
    [
        ("harvest_t", 9000),
        ("harvest_kg", 9e6),
        ("harvest_jin", 18e6),
        ("harvest_wan_t", 0.9),
        ("产量(吨)", 9000),
        ("总产量（万吨）", 0.9),
        ("总产量(万斤)", 1800),
        ("总产(万公斤)", 900),
        ("Production (t)", "9000"),
    ],
)
def test_the_whole_harvest_in_place_of_the_yield(column: str, given_number: Any) -> None:
    out = read_harvest(survey(**{"yield_kg_per_mu": ..., column: given_number}))
    assert out.loc[0, "yield_t_per_ha"] == 45
    assert out.columns.tolist() == SURVEY.names[:17]
    both = read_harvest(survey(**{column: given_number}))
    pd.testing.assert_frame_equal(both, out)


def test_a_rounded_harvest_beside_the_yield_is_no_fault() -> None:
    for harvest in (8600, 9400):
        assert read_harvest(survey(harvest_t=harvest)).loc[0, "yield_t_per_ha"] == 45
    ranged = read_harvest(survey(yield_kg_per_mu="2000-4000", harvest_t=11_000))
    assert ranged.loc[0, "yield_t_per_ha"] == 45
    rows = pd.DataFrame([GOOD, {**GOOD, "origin": "b", "yield_kg_per_mu": None}]).assign(harvest_t=9000)
    assert read_harvest(rows)["yield_t_per_ha"].tolist() == [45, 45]


def test_columns_of_other_names_are_left_out() -> None:
    others = {
        "harvest_date": "x",
        "production_system": "x",
        "loss_date": "x",
        "crop_year": 1,
        "N": 3,
        "总户数": 4,
    }
    pd.testing.assert_frame_equal(read_harvest(survey(**others)), read_harvest(survey()))


def test_a_big_table_is_read_in_seconds() -> None:
    n = 20_000
    rng = np.random.default_rng(0)
    frame = pd.concat([survey()] * n, ignore_index=True).assign(
        origin=[f"v{i}" for i in range(n)],
        area_mu=rng.uniform(1, 900, n),
        yield_kg_per_mu=[f"{a}-{a + 500}" for a in rng.integers(2000, 4000, n)],
        load_t=rng.uniform(1, 2, n).astype(str),
    )
    start = time.perf_counter()
    assert len(read_harvest(frame)) == n
    assert time.perf_counter() - start < 5


def test_a_mu_is_a_fifteenth_of_a_hectare_for_real() -> None:
    # Zhongmu 2011: 127,000 mu gave 350,000 t, 2.76 t per mu.
    out = read_harvest(survey(area_mu=127_000, yield_kg_per_mu=..., yield_t_per_mu=2.756))
    assert float(out.loc[0, "area_ha"]) * 10_000 == pytest.approx(127_000 * 10_000 / 15)
    assert float((out["area_ha"] * out["yield_t_per_ha"]).sum()) == pytest.approx(350_000, rel=1e-3)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [(0.05, 0.05), ("5%", 0.05), ("5 %", 0.05), ("0.05", 0.05), ("５％", 0.05), (0, 0.0), ("100%", 1)],
)
def test_shares(cell: object, expected: float) -> None:
    assert read_harvest(survey(loss_share=cell)).loc[0, "loss_share"] == expected


@pytest.mark.parametrize(
    "cell",
    [
        "2026-06-20",
        "2026/6/20",
        "2026.6.20",
        "2026年6月20日",
        "2026年06月20日",
        " 2026-06-20 ",
        "2026-06-20 00:00:00",
        "2026-06-20T00:00:00",
        "２０２６-06-20",
        dt.date(2026, 6, 20),
        dt.datetime(2026, 6, 20, 8),
        pd.Timestamp("2026-06-20"),
        np.datetime64("2026-06-20"),
    ],
)
def test_dates(cell: object) -> None:
    assert read_harvest(survey(peak_day=cell)).loc[0, "peak_day"] == pd.Timestamp("2026-06-20")


def test_shape_and_defaults() -> None:
    out = read_harvest(survey(city_share_low=..., city_share_high=...))
    assert out.columns.tolist() == SURVEY.names[:17]
    assert out.index.tolist() == [0]
    assert out.loc[0, ["city_share_low", "city_share_high"]].tolist() == [0.05, 0.05]
    assert out.loc[0, ["origin_en", "gateway", "vehicle"]].tolist() == ["", "", "small-truck"]
    assert all(out[c].dtype.kind == "M" for c in ("first_day", "peak_day", "last_day"))
    assert all(out[c.name].dtype == float for c in SURVEY.columns[:17] if c.kind == "number")
    check_table(out, SURVEY, "survey")


def test_reading_twice_changes_nothing_and_the_input_is_left_alone() -> None:
    frame = pd.concat([survey(), survey(cultivation="open", gateway="north")], ignore_index=True)
    before = frame.copy(deep=True)
    once = read_harvest(frame)
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(read_harvest(once), once)


def test_empty_optional_cells_get_defaults() -> None:
    out = read_harvest(survey(vehicle=None, gateway=math.nan, origin_en="", city_share_low=None))
    assert out.loc[0, ["vehicle", "gateway", "origin_en", "city_share_low"]].tolist() == [
        "small-truck",
        "",
        "",
        0.05,
    ]


# --- files -----------------------------------------------------------------------------------------

CHINESE: dict[str, Any] = {
    "产地": "唐王",
    "作物": "西瓜",
    "种植方式": "大棚",
    "面积（亩）": 3000,
    "亩产（公斤）": 3000,
    "损耗率": "5%",
    "进城零售比例下限": "2%",
    "进城零售比例": "5%",
    "进城零售比例（上限）": "10%",
    "单车载重（吨）": 1.5,
    "日均销量（斤）": 1000,
    "上市日期": "2026年6月1日",
    "盛期": "2026/6/20",
    "收市日期": "2026-07-10",
    "入城口": "东",
    "车型": "small-truck",
    "备注": "",
}


def expected_chinese() -> pd.DataFrame:
    """Give what the Chinese table says, read from a frame."""
    return read_harvest(survey(crop="西瓜", cultivation="大棚", gateway="东"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_chinese_csv(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = write_csv(tmp_path / "调查 表.csv", [CHINESE], encoding=encoding, delimiter=delimiter)
    pd.testing.assert_frame_equal(read_harvest(path), expected_chinese())
    pd.testing.assert_frame_equal(read_harvest(str(path), encoding=encoding), expected_chinese())


def test_chinese_xlsx(tmp_path: Path) -> None:
    row = {**CHINESE, "上市日期": dt.date(2026, 6, 1), "损耗率": 0.05}
    path = write_xlsx(tmp_path / "表.xlsx", [list(row), [None] * len(row), list(row.values())])
    pd.testing.assert_frame_equal(read_harvest(path), expected_chinese())


def test_percent_in_the_header() -> None:
    out = read_harvest(survey(loss_share=..., **{"损耗率(%)": 5}))
    assert out.loc[0, "loss_share"] == 0.05


def test_rows_are_counted_as_in_the_file(tmp_path: Path) -> None:
    records = [
        list(GOOD),
        list(GOOD.values()),
        [None] * 3,
        [*list(GOOD.values())[:3], -7, *list(GOOD.values())[4:]],
    ]
    records[3][2] = "open"
    with pytest.raises(InputError) as caught:
        read_harvest(write_xlsx(tmp_path / "harvest.xlsx", records))
    (fault,) = caught.value.faults
    assert (fault.row, fault.column, fault.value) == (4, "area_mu", -7.0)
    assert "harvest.xlsx" in fault.source
    text = "\r\n".join(",".join("" if c is None else str(c) for c in r) for r in records)
    (tmp_path / "harvest.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_harvest(tmp_path / "harvest.csv")
    assert [(f.row, f.column, f.value) for f in caught.value.faults] == [(4, "area_mu", "-7")]


# --- faults ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("origin", "", "missing"),
        ("crop", None, "missing"),
        ("cultivation", "  ", "missing"),
        ("area_mu", "about 300", "not a number"),
        ("area_mu", "1,200", "not a number"),
        ("area_mu", "1_200", "not a number"),
        ("area_mu", True, "not a number"),
        ("area_mu", np.True_, "not a number"),
        ("area_mu", [1], "not a number"),
        ("area_mu", dt.date(2026, 1, 1), "not a number"),
        ("area_mu", -1, "negative"),
        ("area_mu", 0, "0"),
        ("area_mu", "nan", "finite"),
        ("area_mu", "inf", "finite"),
        ("area_mu", math.inf, "finite"),
        ("area_mu", "1e999", "finite"),
        ("area_mu", math.nan, "missing"),
        ("area_mu", 84_670_000, "plausible"),
        ("yield_kg_per_mu", -3000, "negative"),
        ("yield_kg_per_mu", 10_001, "plausible"),
        ("loss_share", 5, "0 to 1"),
        ("loss_share", "5", "0 to 1"),
        ("loss_share", "150%", "0 to 1"),
        ("loss_share", -0.1, "0 to 1"),
        ("loss_share", "five", "not a number"),
        ("loss_share", None, "missing"),
        ("city_share", None, "missing"),
        ("city_share", 1.2, "0 to 1"),
        ("city_share_low", 0.06, "above"),
        ("city_share_high", 0.04, "below"),
        ("load_t", 0, "0"),
        ("load_t", -1, "negative"),
        ("load_t", 2400, "plausible"),
        ("selling_t_per_day", 0, "0"),
        ("selling_t_per_day", "-0.5", "negative"),
        ("selling_t_per_day", 500, "plausible"),
        ("first_day", "June 1", "read"),
        ("first_day", "6月1日", "read"),
        ("first_day", "2026-02-30", "read"),
        ("first_day", 46174, "read"),
        ("first_day", "1026-06-01", "read"),
        ("first_day", None, "missing"),
        ("peak_day", "2026-05-01", "peak"),
        ("peak_day", "2026-08-01", "peak"),
        ("last_day", "2026-05-01", "ends before"),
        ("last_day", "2036-07-10", "year"),
    ],
)
def test_a_bad_cell_is_named(tmp_path: Path, column: str, cell: Any, says: str) -> None:
    rows = [{**GOOD, "cultivation": "open"}, {**GOOD, column: cell}]
    frame = pd.DataFrame(rows, index=["a", "b"], dtype=object)
    with pytest.raises(InputError) as caught:
        read_harvest(frame)
    (fault,) = caught.value.faults
    assert fault.row == "index 'b'"
    assert fault.column == column
    assert says in fault.what
    assert fault.fix
    assert "survey" in str(caught.value)
    if not isinstance(cell, str) or cell.strip():
        path = write_csv(tmp_path / "in.csv", rows)
        with pytest.raises(InputError, match=r"in\.csv, row 3, column") as caught:
            read_harvest(path)
        if cell is not None:
            assert caught.value.faults[0].value == str(cell).strip()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"area_mu": ..., "area_acre": 1}, "unknown unit 'acre'"),
        ({"area_mu": ..., "面积": 1}, "no unit"),
        ({"area_mu": ..., "面积(顷)": 1}, "unknown unit"),
        ({"load_t": ..., "load_lb": 1}, "unknown unit 'lb'"),
        ({"yield_kg_per_mu": ..., "亩产": 1}, "no unit"),
        ({"selling_t_per_day": ..., "selling_t": 1}, "unknown unit 't'"),
        ({"area_ha": 200}, "says the same"),
        ({"产地": "a"}, "says the same"),
        ({"loss_share": ...}, "'loss_share' is missing"),
        ({"city_share": ...}, "'city_share' is missing"),
        ({"area_mu": ...}, "area_ha or area_mu"),
        ({"origin": ...}, "'origin' is missing"),
        ({"last_day": ...}, "'last_day' is missing"),
        ({"city_share_hi": 0.2}, "not understood"),
        ({"loss_share": ..., "损耗率(‰)": 5}, "unknown unit"),
    ],
)
def test_a_bad_column_is_named(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=r"column") as caught:
        read_harvest(survey(**changes))
    assert says in str(caught.value)
    if "unit" in says:
        assert "Use one of: " in str(caught.value) or "percent" in str(caught.value)


def test_a_harvest_of_366_days_is_no_longer_than_a_year() -> None:
    days = {"first_day": "2026-06-01", "peak_day": "2026-07-01"}
    assert len(read_harvest(survey(**days, last_day="2027-06-02"))) == 1
    with pytest.raises(InputError, match="longer than a year"):
        read_harvest(survey(**days, last_day="2027-06-03"))
    # Of a harvest that is told to be wrong otherwise, its length is not told as well.
    with pytest.raises(InputError) as caught:
        read_harvest(survey(first_day="2026-06-01", peak_day="2026-05-31", last_day="2027-06-03"))
    assert [f.column for f in caught.value.faults] == ["peak_day"]


def test_the_peak_may_be_the_first_or_the_last_day() -> None:
    days = {"first_day": "2026-06-01", "last_day": "2026-07-01"}
    for peak in days.values():
        assert len(read_harvest(survey(**days, peak_day=peak))) == 1


def test_all_faults_at_once() -> None:
    frame = pd.concat(
        [survey(area_mu=-1, load_t=0, loss_share=5), survey(crop="", peak_day="x")], ignore_index=True
    )
    with pytest.raises(InputError) as caught:
        read_harvest(frame)
    assert {(f.row, f.column) for f in caught.value.faults} == {
        ("index 0", "area_mu"),
        ("index 0", "load_t"),
        ("index 0", "loss_share"),
        ("index 1", "crop"),
        ("index 1", "peak_day"),
    }


def test_a_yield_in_the_wrong_unit_says_so() -> None:
    with pytest.raises(InputError, match="kg or jin put in a column of tonnes"):
        read_harvest(survey(yield_kg_per_mu=..., yield_t_per_mu=3000))
    assert read_harvest(survey(yield_kg_per_mu=10_000)).loc[0, "yield_t_per_ha"] == 150


def test_duplicated_rows_are_named() -> None:
    with pytest.raises(InputError, match="same origin, crop and cultivation") as caught:
        read_harvest(pd.concat([survey(), survey(area_mu=5)], ignore_index=True))
    assert caught.value.faults[0].row == "index 1"
    assert "index 0" in caught.value.faults[0].what
    keys = survey()[["origin", "crop", "cultivation"]].iloc[0]
    assert f"({' · '.join(keys)})" in caught.value.faults[0].what


@pytest.mark.parametrize("frame", [pd.DataFrame(), survey().iloc[:0]])
def test_an_empty_survey(frame: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="no rows"):
        read_harvest(frame)


# --- table files -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "empty"),
        ("a.xlsx", b"", "empty"),
        ("a.csv", b"\n\n , \n", "empty"),
        ("a.csv", b"a,b\n1,2\n3\n", "row 3"),
        ("a.csv", b"a,b\n\n1,2,3\n", "row 3"),
        ("a.csv", b"a,a\n1,2\n", "given twice"),
        ("a.csv", b"a,A\n1,2\n", "given twice"),
        ("a.csv", b"a,,c\n1,2,3\n", "column 2 has no name"),
        ("a.csv", b'a,b\n1,"2\n', "row 2"),
        ("a.csv", b"a,b\n1,2\n\xff\xfe\xff,3\n", "neither UTF-8 nor GB18030"),
        ("a.csv", "名,b\n西瓜西瓜西瓜,2\n".encode() + b"\xe8\xa5,3\n", "damaged character"),
        ("a.csv", b"a,b\n1,\x002\n", "NUL"),
        ("a.csv", b"PK\x03\x04....", "workbook in spite"),
        ("a.csv", b'a\n"' + b"x" * 200_000 + b'"\n', "row 2"),
        ("a.xlsx", b"not a workbook", "cannot be read"),
        ("a.xlsx", b"PK\x03\x04 torn", "cannot be read"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0 old", "password"),
        ("a.xls", b"x", "'.xls'"),
        ("a", b"x", "(none)"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_table(path)
    assert says in str(caught.value)
    assert name in caught.value.faults[0].source
    assert caught.value.faults[0].fix
    assert caught.value.__cause__ is None


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(InputError, match="a folder"):
        read_table(tmp_path)
    for wrong in ("", "a\0b.csv", 7, None, "x" * 5000 + ".csv"):
        with pytest.raises(InputError):
            read_table(wrong)  # type: ignore[arg-type]
    path = tmp_path / "a.csv"
    path.write_text("名\n1\n", encoding="utf-8")
    with pytest.raises(InputError, match="unknown encoding"):
        read_table(path, encoding="utf-88")
    with pytest.raises(InputError, match="not in the encoding"):
        read_table(path, encoding="ascii")


def test_a_torn_workbook_and_a_far_cell(tmp_path: Path) -> None:
    whole = write_xlsx(tmp_path / "a.xlsx", [["a", "b"], [1, 2]])
    raw = bytearray(whole.read_bytes())
    for at in range(60, len(raw) - 60, 97):
        torn = tmp_path / "torn.xlsx"
        torn.write_bytes(raw[:at] + bytes(40) + raw[at + 40 :])
        # Whatever is torn: read, or refused by an error of ours and no other.
        with contextlib.suppress(InputError):
            read_table(torn)
    with xlsxwriter.Workbook(tmp_path / "far.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "x")
    with pytest.raises(InputError, match="1048576 rows and 16384 columns"):
        read_table(tmp_path / "far.xlsx")


def test_workbook_cells_keep_their_type_and_text_stays_text(tmp_path: Path) -> None:
    records = [
        ["id", " n ", "d", "t"],
        ["001", 1.5, dt.date(2026, 6, 1), " x "],
        [None] * 4,
        ["NA", 2, None, "1e5"],
    ]
    table, rows = read_table(write_xlsx(tmp_path / "a.xlsx", records))
    assert rows == [2, 4]
    assert table.columns.tolist() == ["id", "n", "d", "t"]
    assert table.to_numpy().tolist() == [["001", 1.5, dt.date(2026, 6, 1), "x"], ["NA", 2, "", "1e5"]]
    (tmp_path / "a.csv").write_text("id,n,,\n001, 1.5 ,,\n,,,\nNA,,\n", encoding="utf-8")
    table, rows = read_table(tmp_path / "a.csv")
    assert rows == [2, 4]
    assert table.to_numpy().tolist() == [["001", "1.5"], ["NA", ""]]


_CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"), max_size=8
)


@settings(max_examples=80, deadline=None)
@given(
    body=st.integers(2, 4).flatmap(
        lambda n: st.lists(st.lists(_CELLS, min_size=n, max_size=n), min_size=1, max_size=6)
    ),
    delimiter=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_csv_round_trip(
    tmp_path_factory: pytest.TempPathFactory, body: list[list[str]], delimiter: str, encoding: str
) -> None:
    header = [f"c{i}" for i in range(len(body[0]))]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([header, *body])
    path = tmp_path_factory.getbasetemp() / "round.csv"
    path.write_bytes(buffer.getvalue().encode(encoding))
    table, rows = read_table(path)
    stripped = [[c.strip() for c in r] for r in body]
    kept = [(i + 2, r) for i, r in enumerate(stripped) if any(r)]
    assert table.columns.tolist() == header
    assert rows == [i for i, _ in kept]
    assert table.to_numpy().tolist() == [r for _, r in kept]


@settings(max_examples=80, deadline=None)
@given(
    area=st.floats(1e-3, 1e5),
    per_mu=st.floats(0, 9000),
    shares=st.lists(st.floats(0, 1), min_size=3, max_size=3).map(sorted),
    first=st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
    lengths=st.tuples(st.integers(0, 100), st.integers(0, 100)),
)
def test_reading_is_idempotent_and_conserves_tonnes(
    area: float, per_mu: float, shares: list[float], first: dt.date, lengths: tuple[int, int]
) -> None:
    low, likely, high = shares
    peak = first + dt.timedelta(lengths[0])
    out = read_harvest(
        survey(
            area_mu=area,
            yield_kg_per_mu=per_mu,
            city_share_low=low,
            city_share=likely,
            city_share_high=high,
            first_day=first,
            peak_day=f"{peak:%Y年%m月%d日}",
            last_day=str(peak + dt.timedelta(lengths[1])),
        )
    )
    assert out.loc[0, "area_ha"] * out.loc[0, "yield_t_per_ha"] == pytest.approx(area * per_mu / 1000)
    pd.testing.assert_frame_equal(read_harvest(out), out)


@settings(max_examples=150, deadline=None)
@given(
    cell=st.one_of(st.text(max_size=12), st.floats(), st.integers(), st.booleans(), st.dates(), st.none()),
    where=st.sampled_from(list(GOOD)),
)
def test_any_cell_is_read_or_refused_politely(cell: Any, where: str) -> None:
    with contextlib.suppress(InputError):
        check_table(read_harvest(survey(**{where: cell})), SURVEY, "survey")
