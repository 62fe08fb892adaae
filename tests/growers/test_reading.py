"""The growers' table: every fault at once, in nobody's name."""

import datetime as dt

import pandas as pd
import pytest

from pitchplan.errors import InputError
from pitchplan.growers.masking import PRIVATE
from pitchplan.growers.reading import read_growers
from pitchplan.schemas import GROWERS

CHINESE = """编号,姓名,手机号,身份证号,车牌,车型,入城口,志愿摊点,申报日期,首周,末周,所在村,备注
G-1,张三丰,13800138001,370102197001011234,鲁A12345,小货车,北入城口,12；3,2026-05-03 08:15,1,4,柳林村,老户
G-2,李四光,13800138002,37010219800202234x,,三轮车,东入城口,,2026/5/4,,,,
"""
SECRETS = ("张三丰", "李四光", "13800138001", "13800138002", "370102197001011234", "鲁A12345")


def table(**columns):
    rows = {"grower_id": ["G-1", "G-2"], "name": ["张三丰", "李四光"], "vehicle": ["tricycle", "tractor"]}
    return pd.DataFrame({**rows, "gateway": ["北入城口", "东入城口"], **columns})


def faults_of(source):
    with pytest.raises(InputError) as caught:
        read_growers(source)
    for secret in SECRETS:
        assert secret not in str(caught.value)
        assert all(secret not in repr(f) for f in caught.value.faults)
    return caught.value.faults


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_headings_and_words_are_understood(tmp_path, encoding):
    path = tmp_path / "growers.csv"
    path.write_bytes(CHINESE.encode(encoding))
    got = read_growers(path)
    assert got.columns.tolist() == GROWERS.names
    assert got.loc[0, ["vehicle", "wishes", "plate"]].tolist() == ["small-truck", "12;3", "鲁A12345"]
    assert got["declared"].tolist() == [pd.Timestamp("2026-05-03 08:15"), pd.Timestamp("2026-05-04")]
    assert got.loc[0, "last_week"] == 4
    assert pd.isna(got.loc[1, "first_week"])
    assert got.loc[1, "id_number"].endswith("X")
    pd.testing.assert_frame_equal(read_growers(got), got)


def test_a_workbook_s_cells_are_read_as_they_are(tmp_path):
    path = tmp_path / "growers.xlsx"
    frame = table(phone=[13800138001, "0531-88001"], declared=[dt.date(2026, 5, 3), None], wishes=[3, "2 1"])
    frame.to_excel(path, index=False, engine="xlsxwriter")
    got = read_growers(path)
    assert got["phone"].tolist() == ["13800138001", "0531-88001"]
    assert got["wishes"].tolist() == ["3", "2;1"]
    assert got["declared"].isna().tolist() == [False, True]


def test_ranks_are_numbers_and_missing_columns_are_empty():
    got = read_growers(table(declared=["2", 1]))
    assert got["declared"].tolist() == [2.0, 1.0]
    assert got["village"].tolist() == ["", ""]


def test_every_fault_is_named_at_once_and_private_cells_by_their_length():
    faults = faults_of(
        table(
            grower_id=["G-1", "G-1"],
            phone=["13800138001号", "13800138002"],
            id_number=["370102197001011234!", 370102198002022345],
            vehicle=["马车", ""],
            wishes=["3;x", "4;4"],
            declared=["2026-05-03", 2],
            first_week=[5, 0],
            last_week=[4, ""],
        )
    )
    assert len(faults) == 11
    assert {(f.row, f.column) for f in faults} >= {(3, "grower_id"), (2, "phone"), (3, "id_number")}
    by_column = {f.column: f for f in faults}
    assert by_column["phone"].value == "(12 characters, not shown)"
    assert "lost its last digits" in str(faults)
    assert all(f.fix for f in faults)


@pytest.mark.parametrize(
    "column", ["grower_id", "vehicle", "gateway", "village", "wishes", "declared", "first_week"]
)
def test_a_telephone_in_any_column_is_not_repeated(column):
    faults_of(table(**{column: ["13800138001", "370102197001011234"]}))


def test_neither_a_file_without_headings_nor_a_row_too_long_is_quoted(tmp_path):
    path = tmp_path / "growers.csv"
    path.write_text("张三丰,13800138001,370102197001011234\n李四光,13800138002,3\n", encoding="utf-8")
    assert len(faults_of(path)) == 4
    path.write_text(CHINESE + "张三丰,13800138001\n", encoding="utf-8")
    assert [f.row for f in faults_of(path)] == [4]
    path.write_text("编号,姓名,电话,手机,车型,入城口\nG-1,张三丰,1,2,三轮车,北\n", encoding="utf-8")
    assert "two columns say phone" in str(faults_of(path)[0])


def test_an_empty_table_and_lost_columns_are_refused():
    assert "no rows" in str(faults_of(table().iloc[:0]))
    assert "'vehicle' is missing" in str(faults_of(table().drop(columns="vehicle"))[0])
    assert set(PRIVATE) < set(GROWERS.names)


def test_other_classes_are_known_when_they_are_named():
    frame = table(vehicle=["van", "tricycle"])
    faults_of(frame)
    assert read_growers(frame, vehicles=["van"])["vehicle"].tolist() == ["van", "tricycle"]
