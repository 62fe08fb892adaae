"""Widths in whatever unit they are written, and how far each may be trusted."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import pitchplan as pp
from pitchplan.city.widths import STATUSES, UNITS, WIDEST_M, column_unit, metres_of, read_widths

CRS = "EPSG:4548"
X, Y = 500_000.0, 4_057_000.0
WRITTEN = {
    "m": ("m", " m", " metres", "米"),
    "cm": (" cm", "厘米"),
    "mm": ("mm",),
    "ft": (" ft", "'", " feet"),
    "in": ('"',),
}


def lines(**columns):
    n = len(next(iter(columns.values())))
    shapes = [shapely.LineString([(X, Y + 50 * i), (X + 100, Y + 50 * i)]) for i in range(n)]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def read(*, width_unit=None, columns=None, **given):
    return pp.read_city(streets=lines(**given), width_unit=width_unit, columns=columns)


def widths(city):
    return city.centrelines["width_m"].round(4).tolist()


def noted(city, words):
    return [n for n in city.notes if words in n]


@given(st.floats(0.5, 99), st.sampled_from(sorted(UNITS)), st.data())
def test_a_width_is_the_same_in_every_unit_and_writing(metres, unit, data):
    number = round(metres / UNITS[unit], 3)
    text = f"{number}{data.draw(st.sampled_from(WRITTEN[unit]))}"
    cells = pd.Series([text, text.replace(".", ","), f"  {text.upper()} "], dtype=object)
    expected = number * UNITS[unit]
    if unit in ("mm", "cm"):  # their comma may group thousands
        cells = cells[[0, 2]]
    assert metres_of(cells, "ft").tolist() == pytest.approx([expected] * len(cells))
    assert metres_of(pd.Series([number]), unit).tolist() == pytest.approx([expected])
    assert metres_of(pd.Series([str(number)]), unit).tolist() == pytest.approx([expected])


@given(st.one_of(st.text(max_size=8), st.floats(), st.integers(), st.none(), st.booleans()))
def test_whatever_a_cell_holds_it_is_a_width_or_nothing(cell):
    width = metres_of(pd.Series([cell], dtype=object)).iloc[0]
    assert np.isnan(width) or 0 < width <= WIDEST_M


@pytest.mark.parametrize(
    ("cell", "metres"),
    [("3.5 m", 3.5), ("12 ft", 3.6576), ("12'", 3.6576), ("3,5", 3.5), ("12'6\"", 3.81), ("12 ft 6 in", 3.81),
     ("3,500 mm", 3.5), ("３．５米", 3.5), ("12′6″", 3.81), ("3.5-4", None), ("~4", None), ("0", None),
     ("-1", None), ("9999", None), ("wide", None), ("inf", None), ("1e1", None)],
)  # fmt: skip
def test_cells_as_people_write_them(cell, metres):
    assert metres_of(pd.Series([cell]))[0] == pytest.approx(metres or np.nan, nan_ok=True)


@pytest.mark.parametrize(
    ("column", "base", "unit"),
    [("width_ft", "width", "ft"), ("WIDTH_CM", "width", "cm"), ("路宽(米)", "路宽", "m"),
     ("Breite [m]", "breite", "m"),
     ("PAVE_WIDTH", "pave_width", None), ("width", "width", None), ("_m", "_m", None)],
)  # fmt: skip
def test_a_columns_name_may_end_in_its_unit(column, base, unit):
    assert column_unit(column) == (base, unit)


@pytest.mark.parametrize("column", ["width_ft", "Pave_Width (ft)", "breite_ft"])
def test_numbers_are_in_the_unit_of_their_column(column):
    city = read(**{column: [20.0, 30.0]})
    assert widths(city) == [6.096, 9.144]
    assert city.centrelines["width_status"].tolist() == ["given", "given"]
    assert city.taken.set_index("taken_as").loc["width_m", ["column", "how", "unit"]].tolist() == [
        column,
        "recognised",
        "ft",
    ]


def test_the_unit_may_be_stated_for_the_whole_column_and_a_cell_knows_better():
    assert widths(read(PAVE_WIDTH=["20", "6 m", "30"], width_unit="ft")) == [6.096, 6.0, 9.144]
    assert widths(read(width_cm=[650.0], width_unit="ft")) == [6.5]
    assert widths(read(W=[650], columns={"streets.width_m": "W"}, width_unit="cm")) == [6.5]
    assert widths(read(W_FT=[20], columns={"streets.width_m": "W_FT"})) == [6.096]
    with pytest.raises(pp.InputError, match="not a unit of length"):
        read(width=[6], width_unit="yard")


def test_nonsense_is_counted_with_its_row_and_never_a_width():
    city = read(width=["6", "-1", "wide", None, "", "9999"], highway=["residential"] * 6)
    assert city.centrelines["width_status"].tolist() == ["given", *["assumed"] * 5]
    note = noted(city, "3 widths ignored")
    assert len(note) == 1
    assert "row 2: '-1'" in note[0]
    assert not noted(read(width=[6.0, None]), "ignored")


def test_widths_that_look_like_feet_are_doubted_aloud():
    assert noted(read(PAVE_WIDTH=[24, 30, 36]), 'say width_unit="ft"')
    assert not noted(read(PAVE_WIDTH=[24, 30, 36], width_unit="ft"), "feet")
    assert not noted(read(width_m=[24, 30, 36]), "feet")


def test_statuses_of_the_layer_hold_for_widths_that_are_there():
    stated = ["checked", "Measured", "given", "lanes", "assumed", "guess", None, "checked"]
    city = read(width=[7.0] * 7 + [None], width_status=stated)
    assert city.centrelines["width_status"].tolist() == [
        *("checked", "measured", "given", "lanes", "assumed", "given", "given", "assumed")
    ]
    assert noted(city, "1 cells of width_status that are none of checked")
    assert set(city.field_list()["width_status"]) == {"lanes", "assumed"}


def test_a_city_read_again_from_its_own_centrelines_trusts_them_as_before():
    city = read(width=[7.0, None, None], lanes=[None, 2, None])
    again = pp.read_city(streets=city.centrelines)
    for column in ("width_m", "width_status"):
        assert again.centrelines[column].tolist() == city.centrelines[column].tolist()


@pytest.mark.parametrize("better", range(len(STATUSES)))
def test_the_best_known_width_of_a_twin_is_kept(better):
    line = shapely.LineString([(X, Y), (X + 100, Y)])
    status = ["assumed", *STATUSES[better:]]
    width = [5.0 + i for i in range(len(status))]
    frame = gpd.GeoDataFrame(
        {"name": [f"{i}路" for i in range(len(status))], "width": width, "width_status": status},
        geometry=[line if i % 2 else shapely.reverse(line) for i in range(len(status))],
        crs=CRS,
    )
    axes = pp.read_city(streets=frame).centrelines
    expected = [5.0, "assumed"] if STATUSES[better] == "assumed" else [6.0, STATUSES[better]]
    assert axes[["width_m", "width_status"]].values.tolist() == [expected]
    assert axes["name"].tolist() == ["0路"]


def test_ranks_of_given_lanes_and_class():
    width, status = read_widths(
        pd.Series([4.0, 4.0, None, None]),
        pd.Series([4, None, 2, None]),
        pd.Series(["lane"] * 4),
        stated=pd.Series(["measured", "", "checked", "given"]),
    )
    assert width.tolist() == [4.0, 4.0, 6.5, 4.0]
    assert status.tolist() == ["measured", "given", "lanes", "assumed"]


def test_lines_whose_widths_were_all_measured_can_still_be_taped():
    city = read(street_id=["a", "b"], width=[7.0, 8.0], width_status=["measured"] * 2)
    assert city.with_checked({"a": 6.5}).centrelines["width_m"].tolist() == [6.5, 8.0]


def test_footways_that_are_lines_have_their_width():
    shapes = [shapely.LineString([(X, Y + 20 * i), (X + 100, Y + 20 * i)]) for i in range(3)]
    ways = gpd.GeoDataFrame({"width": ["3 m", None, None]}, geometry=shapes, crs=CRS)
    ways.loc[2, "geometry"] = shapely.box(X, Y + 40, X + 100, Y + 41)
    city = pp.read_city(streets=lines(width=[6.0]), footways=ways)
    assert city.footways.area.round(6).tolist() == [300.0, 200.0, 100.0]
    assert noted(city, "1 footways are lines, taken as 2 m wide (assumed)")
