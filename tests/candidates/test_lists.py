"""Last year's list: its columns are known, its places found, and what cannot be is named by row."""

import numpy as np
import pandas as pd
import pyproj
import pytest

import pitchplan as pp
from pitchplan.candidates.lists import read_spots
from pitchplan.errors import InputError
from pitchplan.schemas import SPOT_LIST

from .addresses.test_lines import CITY
from .streets import CRS, X, Y

TO_DEGREES = pyproj.Transformer.from_crs(CRS, 4326, always_xy=True)
ROWS = pd.DataFrame(
    {
        "编号": ["1号", "No. 2", 3.0],
        "点位名称": ["东", "", None],
        "具体位置": ["舜耕路与经十路口向南40米路东", "经十路（舜耕路至贡院墙根段）北侧", "千佛山社区"],
        "摊位数（个）": ["3", "", 12],
        "经营时间": ["06:00-09:00", "", ""],
        "备注": ["x", "y", "z"],
    }
)


def listed(*rows, **columns):
    return pd.DataFrame([{"number": k, "address": text} for k, text in enumerate(rows, 1)]).assign(**columns)


def test_chinese_headings_and_relative_text():
    table = read_spots(ROWS.iloc[:2], CITY)
    assert list(table.columns) == SPOT_LIST.names
    assert table["number"].tolist() == [1, 2]
    assert table["spot_id"].tolist() == ["No. 1", "No. 2"]
    assert (table["x_m"] - X).tolist() == pytest.approx([103, 200])
    assert (table["y_m"] - Y).tolist() == pytest.approx([-40, 3])
    assert table["precision_m"].tolist() == pytest.approx([5.0, 100.0])
    assert table["read_as"].tolist()[0] == "舜耕路东侧，经十路口以南40米"
    assert table["district"].tolist() == ["历下区", "历下区"]
    assert table["capacity"].tolist()[0] == 3
    assert np.isnan(table["capacity"][1])
    assert table["hours"].tolist() == ["06:00-09:00", ""]
    assert table.attrs["numbers_used_up_to"] == 2


def test_every_row_that_cannot_be_placed_is_named():
    rows = listed("舜耕路东侧，经十路口以南40米", "路口向南100米路西", "", "舜耕路东侧", "旧路28号")
    with pytest.raises(InputError) as caught:
        read_spots(rows, CITY)
    faults = caught.value.faults
    assert [(f.row, f.column) for f in faults] == [(k, "address") for k in (3, 4, 5, 6)]
    assert "from which crossing" in faults[0].what
    assert "where on the street" in faults[2].what
    assert all(f.fix for f in faults)
    loose = read_spots(rows, CITY, strict=False)
    assert (loose["found"] != "").tolist() == [True, False, False, False, False]
    assert (loose["why_not"] == "").tolist() == [True, False, False, False, False]
    assert loose["x_m"].isna().tolist() == [False, True, True, True, True]
    pp.goals.StayClose(loose[loose["found"] != ""])


def test_coordinates_win_and_are_held_against_the_address():
    lon, lat = TO_DEGREES.transform(X + 110, Y - 45)
    rows = listed("舜耕路东侧，经十路口以南40米", "老瓜点", lon=lon, lat=[str(lat), lat])
    table = read_spots(rows, CITY)
    assert (table["x_m"] - X).tolist() == pytest.approx([110, 110], abs=1e-3)
    assert table["found"].tolist() == ["lon, lat", "lon, lat"]
    assert table["read_as"].tolist() == ["舜耕路东侧，经十路口以南40米", ""]
    with pytest.raises(InputError, match=r"row 2.*are 9 m apart"):
        read_spots(rows, CITY, agree_m=8.0)
    metres = listed("", x_m=X + 1.0, y_m=Y + 2.0)
    assert read_spots(metres, CITY)[["x_m", "y_m"]].to_numpy().tolist() == [[X + 1.0, Y + 2.0]]


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        ({"lon": 36.6, "lat": 117.0}, "lon", "outside the city"),
        ({"lon": "east", "lat": 36.6}, "lon", "not a coordinate"),
        ({"lon": 117.0, "lat": None}, "lat", "not a coordinate"),
        ({"lon": 117.0}, "lat", "not a coordinate"),
        ({"number": "A7"}, "number", "not a spot's number"),
        ({"number": 1}, "number", "comes twice, as in row 2"),
        ({"number": None}, "number", "a number is missing"),
        ({"capacity": "few"}, "capacity", "not a number of pitches"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(change, column, words):
    fine = {"number": 1, "address": "舜耕路东侧，经十路口以南40米"}
    other = {"number": 2, "address": "舜耕路西侧，经十路口以南40米", **change}
    with pytest.raises(InputError) as caught:
        read_spots(pd.DataFrame([fine, other], dtype=object), CITY)
    assert (caught.value.faults[0].row, caught.value.faults[0].column) == (3, column)
    assert words in caught.value.faults[0].what


def test_tables_that_are_no_list():
    with pytest.raises(InputError, match="no column tells the places"):
        read_spots(pd.DataFrame({"编号": [1]}), CITY)
    with pytest.raises(InputError, match="two columns for one thing"):
        read_spots(ROWS.assign(地址=""), CITY)
    with pytest.raises(InputError, match="not a distance"):
        read_spots(ROWS, CITY, agree_m=0)
    assert len(read_spots(ROWS.iloc[:0], CITY)) == 0


def test_a_list_without_numbers_is_counted():
    table = read_spots(ROWS.iloc[:2].drop(columns="编号"), CITY)
    assert table["number"].tolist() == [1, 2]


def test_files_in_gbk_and_xlsx(tmp_path):
    pytest.importorskip("xlsxwriter")
    path, book = tmp_path / "2025.csv", tmp_path / "2025.xlsx"
    path.write_bytes(ROWS.iloc[:2].to_csv(index=False).encode("gbk"))
    ROWS.iloc[:2].to_excel(book, index=False, engine="xlsxwriter")
    a, b = read_spots(path, CITY), read_spots(book, CITY)
    pd.testing.assert_frame_equal(a, b)
    with pytest.raises(InputError, match=r"2025\.csv, row 2, column 'address'.*leaves 5 m open"):
        read_spots(path, CITY, vague_m=4.0)


def test_the_demonstration_citys_list_by_its_addresses(spring):
    known = read_spots(spring.last_year, spring.city)
    told = read_spots(spring.last_year.drop(columns=["lon", "lat"]), spring.city)
    away = np.hypot(known["x_m"] - told["x_m"], known["y_m"] - told["y_m"])
    assert (away <= told["precision_m"] + 5.0).all()
    assert (known["district"] != "").all()
    pp.goals.StayClose(told)


def test_a_published_map_is_a_list(spring, spring_problem, tmp_path):
    plan = pp.greedy_plan(spring_problem)
    pp.write(pp.map_sheet(plan, spring.city, title="t", publisher="p"), tmp_path / "map.geojson")
    table = read_spots(tmp_path / "map.geojson", spring.city)
    assert table["spot_id"].tolist() == plan.spots["spot_id"].tolist()
    assert table["number"].tolist() == plan.spots["number"].tolist()
    assert np.allclose(table["x_m"], plan.spots["x_m"], atol=0.02)
    assert table.attrs["numbers_used_up_to"] == len(plan.spots)
    pd.testing.assert_frame_equal(read_spots(plan, spring.city)[["spot_id"]], table[["spot_id"]])
