"""How sure a survey is of its numbers: ranges, survey figures, filled values, and their one form."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pitchplan.demand.harvest import read_harvest
from pitchplan.demand.survey.columns import STATISTICS
from pitchplan.demand.survey.headers import Header, parse_header
from pitchplan.errors import InputError
from pitchplan.schemas import SURVEY, check_table

GOOD: dict[str, Any] = {
    "origin": "唐王",
    "crop": "西瓜",
    "cultivation": "大棚",
    "area_mu": 3000,
    "yield_kg_per_mu": 3000,
    "loss_share": 0.05,
    "city_share": 0.05,
    "load_t": 1.5,
    "selling_t_per_day": 0.5,
    "first_day": dt.date(2026, 6, 1),
    "peak_day": dt.date(2026, 6, 20),
    "last_day": dt.date(2026, 7, 10),
}


def survey(*changes: dict[str, Any]) -> pd.DataFrame:
    """Give a frame of good rows with some cells changed; ``...`` takes the column away."""
    rows = [{**GOOD, "origin": f"村{i}", **change} for i, change in enumerate(changes or ({},))]
    return pd.DataFrame([{k: v for k, v in row.items() if v is not ...} for row in rows], dtype=object)


def statistics(out: pd.DataFrame, value: str, row: int = 0) -> list[float]:
    """Give value, low, high, se and df of a row, those that are there."""
    return [float(out.loc[row, c]) for c in (value, *STATISTICS[value]) if c in out.columns]


# --- headers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("yield_low_jin_per_mu", ("yield", "low", "jin_per_mu")),
        ("yield_jin_per_mu_low", ("yield", "low", "jin_per_mu")),
        ("Yield low (jin/mu)", ("yield", "low", "jin_per_mu")),
        ("yield (jin/mu) low", ("yield", "low", "jin_per_mu")),
        ("亩产(斤)下限", ("yield", "low", "jin_per_mu")),
        ("亩产下限(斤)", ("yield", "low", "jin_per_mu")),
        ("亩产（斤，下限）", ("yield", "low", "jin_per_mu")),
        ("亩产（斤）（下限）", ("yield", "low", "jin_per_mu")),
        ("最低亩产(斤)", ("yield", "low", "jin_per_mu")),
        ("亩产上限", ("yield", "high", "")),
        ("亩产标准差(公斤)", ("yield", "sd", "kg_per_mu")),
        ("亩产标准误差(公斤)", ("yield", "se", "kg_per_mu")),
        ("亩产样本数", ("yield", "n", "")),
        ("亩产调查户数", ("yield", "n", "")),
        ("亩产总户数", ("yield", "N", "")),
        ("单产自由度", ("yield", "df", "")),
        ("yield_n", ("yield", "n", "")),
        ("yield_N", ("yield", "N", "")),
        ("yield_of", ("yield", "N", "")),
        ("loss_sd", ("loss_share", "sd", "")),
        ("损耗率标准差(%)", ("loss_share", "sd", "%")),
        ("进城比例上限", ("city_share", "high", "")),
        ("city_share_df", ("city_share", "df", "")),
        ("selling_se_kg_per_day", ("selling", "se", "kg_per_day")),
        ("日均销量标准差(公斤/天)", ("selling", "sd", "kg_per_day")),
        ("日均销量标准差(公斤)", ("selling", "sd", "kg_per_day")),
        ("村", ("origin", "", "")),
        ("备注", ("备注", "", "")),
        ("harvest_date", ("harvest_date", "", "")),
        ("总户数", ("总户数", "", "")),
    ],
)
def test_headers(header: str, expected: tuple[str, str, str]) -> None:
    assert parse_header(header) == Header(*expected)


def test_every_column_of_a_survey_is_understood() -> None:
    for name in SURVEY.names:
        header = parse_header(name)
        # Day and text columns, quantities with their unit, and every statistic: nothing left over.
        assert header.stem in {*SURVEY.names, "area", "yield", "load", "selling"}
    assert {c for four in STATISTICS.values() for c in four} <= set(SURVEY.names)


# --- ranges ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2000-4000", [45, 30, 60]),
        ("2000 – 4000", [45, 30, 60]),
        ("2000~2500~4000", [37.5, 30, 60]),
        ("2000～4000", [45, 30, 60]),
        ("2000至4000", [45, 30, 60]),
        ("2000到4000", [45, 30, 60]),
        ("2e3-4E3", [45, 30, 60]),
        ("２０００—４０００", [45, 30, 60]),
        ("2000.0 - .25e4 - 4000.", [37.5, 30, 60]),
        ("3000-3000", [45, 45, 45]),
        ("3000", [45]),
        ("3e3", [45]),
    ],
)
def test_ranges_in_a_cell(cell: str, expected: list[float]) -> None:
    assert statistics(read_harvest(survey({"yield_kg_per_mu": cell})), "yield_t_per_ha") == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2%-8%", [0.05, 0.02, 0.08]),
        ("2-8%", [0.05, 0.02, 0.08]),
        ("0.02–0.05–0.08", [0.05, 0.02, 0.08]),
        ("2%~4%~8%", [0.04, 0.02, 0.08]),
        ("0-1", [0.5, 0, 1]),
    ],
)
def test_ranges_of_shares(cell: str, expected: list[float]) -> None:
    for share in ("loss_share", "city_share"):
        out = read_harvest(survey({share: cell}))
        assert statistics(out, share) == pytest.approx(expected)


def test_ranges_of_percent_columns() -> None:
    out = read_harvest(survey({"loss_share": ..., "损耗率(%)": "2-8", "损耗率标准差": None}))
    assert statistics(out, "loss_share") == [0.05, 0.02, 0.08]
    out = read_harvest(survey({"loss_share": ..., "损耗率(%)": 5, "损耗率下限": 2, "损耗率上限": "8%"}))
    assert statistics(out, "loss_share") == [0.05, 0.02, 0.08]


def test_a_range_in_columns_takes_the_unit_of_its_value_or_has_its_own() -> None:
    for names in (("yield_low", "亩产上限"), ("yield_low_t_per_mu", "yield_kg_per_mu_high")):
        low = 2 if "t_per" in names[0] else 2000
        out = read_harvest(survey({names[0]: low, names[1]: 4000}))
        assert statistics(out, "yield_t_per_ha") == [45, 30, 60]


def test_a_range_of_some_rows_leaves_the_others_empty() -> None:
    out = read_harvest(survey({"load_t": "1-2"}, {}, {"area_mu": "1500~4500"}))
    assert out["load_low_t"].tolist()[0] == 1
    assert out["load_low_t"].isna().tolist() == out["load_high_t"].isna().tolist() == [False, True, True]
    assert out["area_high_ha"].isna().tolist() == [True, True, False]
    assert out.columns.tolist() == [
        *SURVEY.names[:17],
        "area_low_ha",
        "area_high_ha",
        "load_low_t",
        "load_high_t",
    ]
    check_table(out, SURVEY, "survey")


# --- survey figures --------------------------------------------------------------------------------


def test_the_standard_error_of_a_mean() -> None:
    # 25 of 100 farms, standard deviation 600 kg/mu = 9 t/ha: 9 * sqrt((1 - 1/4) / 25).
    out = read_harvest(survey({"yield_sd": 600, "yield_n": 25, "yield_N": 100}))
    assert statistics(out, "yield_t_per_ha") == pytest.approx([45, 9 * math.sqrt(0.75 / 25), 24])
    # N not known: 9 / sqrt(25).
    out = read_harvest(survey({"亩产标准差(斤)": 1200, "亩产样本数": 25.0}))
    assert statistics(out, "yield_t_per_ha") == pytest.approx([45, 1.8, 24])


@pytest.mark.parametrize("figures", [(7, 9, 9), (None, 9, 9), (None, 1, 1), (0, 1, 1), (0, 5, None)])
def test_a_sample_of_all_there_are_has_no_error(figures: tuple[Any, ...]) -> None:
    sd, n, whole = figures
    out = read_harvest(survey({"yield_sd": sd, "yield_n": n, "yield_of": whole}))
    assert statistics(out, "yield_t_per_ha") == [45, 0, max(n - 1, 1)]


def test_shares_and_city_shares_have_survey_figures_too() -> None:
    out = read_harvest(
        survey(
            {
                "loss_share_sd": "3%",
                "loss_share_n": 9,
                "city_share_se": 0.01,
                "city_share_df": 12.5,
                "selling_sd": 0.2,
                "selling_n": 16,
            }
        )
    )
    assert statistics(out, "loss_share") == pytest.approx([0.05, 0.01, 8])
    assert statistics(out, "city_share") == [0.05, 0.05, 0.05, 0.01, 12.5]
    assert statistics(out, "selling_t_per_day") == pytest.approx([0.5, 0.05, 15])


def test_upper_and_lower_case_columns_in_files(tmp_path: Path) -> None:
    frame = survey({"yield_sd": 600, "yield_n": 25, "yield_N": 100})
    frame.to_csv(tmp_path / "a.csv", index=False)
    pd.testing.assert_frame_equal(read_harvest(tmp_path / "a.csv"), read_harvest(frame))
    frame.to_csv(tmp_path / "b.csv", index=False, sep=";", encoding="gbk")
    pd.testing.assert_frame_equal(read_harvest(tmp_path / "b.csv"), read_harvest(frame))


# --- filling ---------------------------------------------------------------------------------------


def test_open_cells_are_filled_from_the_stratum() -> None:
    loads = [1.0, 2.0, 3.0, None]
    frame = survey(*[{"load_t": x} for x in loads], {"load_t": 9, "cultivation": "露地"})
    out = read_harvest(frame, missing="fill")
    # Mean 2, standard deviation 1, three rows: sqrt(1 + 1/3).
    assert statistics(out, "load_t", 3) == pytest.approx([2, math.sqrt(4 / 3), 2])
    assert out["filled"].tolist() == ["", "", "", "load_t", ""]
    assert out["load_se_t"].isna().tolist() == [True, True, True, False, True]
    for missing in ("refuse", "fill"):
        again = read_harvest(out, missing=missing)  # type: ignore[arg-type]
        pd.testing.assert_frame_equal(again, out)
    with pytest.raises(InputError, match="a value is missing"):
        read_harvest(frame)


def test_a_survey_that_was_written_is_read_again_unchanged(tmp_path: Path) -> None:
    rows = [{"load_t": x} for x in ("1-2", 1.1, 1.7, None)]
    out = read_harvest(survey({"yield_sd": 600, "yield_n": 7}, *rows), missing="fill")
    out.to_csv(tmp_path / "a.csv", index=False)
    pd.testing.assert_frame_equal(read_harvest(tmp_path / "a.csv"), out)


def test_several_columns_are_filled_and_named() -> None:
    rows = [{"load_t": 1 + i / 10, "loss_share": i / 100} for i in range(5)]
    frame = survey(*rows, {"load_t": "", "loss_share": None, "yield_kg_per_mu": math.nan})
    out = read_harvest(frame, missing="fill")
    assert out.loc[5, "filled"] == "yield_t_per_ha, loss_share, load_t"
    assert statistics(out, "yield_t_per_ha", 5) == [45, 0, 4]
    assert statistics(out, "loss_share", 5) == pytest.approx([0.02, math.sqrt(0.00025 * 1.2), 4])


def test_a_survey_without_gaps_is_the_same_in_both_ways() -> None:
    frame = survey({}, {"load_t": "1-2"})
    pd.testing.assert_frame_equal(read_harvest(frame, missing="fill"), read_harvest(frame))
    with pytest.raises(InputError, match="not a way to treat missing values"):
        read_harvest(frame, missing="guess")  # type: ignore[arg-type]


def test_a_missing_harvest_is_filled_as_a_yield() -> None:
    rows = [{"yield_kg_per_mu": ..., "harvest_t": h} for h in (8000, 9000, 10_000, None)]
    out = read_harvest(survey(*rows), missing="fill")
    assert statistics(out, "yield_t_per_ha", 3) == pytest.approx([45, 5 * math.sqrt(4 / 3), 2])


def test_a_filled_value_is_as_far_off_as_it_says() -> None:
    # A new origin of the stratum lies within the t interval as often as the level says.
    from scipy.stats import t

    rng = np.random.default_rng(7)
    n = 600
    loads = rng.normal(20, 4, (n, 5)).clip(1, 59)
    rows = [
        {"cultivation": f"c{k}", "load_t": None if j == 4 else loads[k, j]}
        for k in range(n)
        for j in range(5)
    ]
    out = read_harvest(survey(*rows), missing="fill").iloc[4::5]
    off = np.abs(loads[:, 4] - out["load_t"]) / out["load_se_t"]
    inside = (off <= t.ppf(0.95, out["load_df"])).mean()
    assert abs(inside - 0.9) < 4 * math.sqrt(0.09 / n)


# --- one form --------------------------------------------------------------------------------------

_FIGURE = st.one_of(
    st.just({}),
    st.tuples(st.floats(1, 5), st.floats(0, 4), st.floats(0, 4)).map(
        lambda x: {"load_t": f"{x[0]}~{x[0] + x[1]}~{x[0] + x[1] + x[2]}"}
    ),
    st.tuples(st.floats(0, 9), st.integers(2, 50), st.integers(0, 50)).map(
        lambda x: {"load_t": 3, "load_sd": x[0], "load_n": x[1], "load_N": x[1] + x[2]}
    ),
    st.tuples(st.floats(0, 9), st.floats(1, 50)).map(
        lambda x: {"load_t": 3, "load_se_t": x[0], "load_df": x[1]}
    ),
    st.just({"load_t": None}),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(_FIGURE, min_size=1, max_size=5), st.sampled_from(["load", "area"]))
def test_whatever_is_read_is_read_again_unchanged(figures: list[dict[str, Any]], quantity: str) -> None:
    named = {"load_t": "area_mu"} if quantity == "area" else {}
    keys = [{named.get(k, k.replace("load", quantity)): v for k, v in f.items()} for f in figures]
    keys = [
        {k.replace("_se_t", "_se_mu"): v for k, v in f.items()} if quantity == "area" else f for f in keys
    ]
    frame = survey(*keys, {}, {}, {})
    if quantity == "area" and any("area_mu" in k and k["area_mu"] is None for k in keys):
        with pytest.raises(InputError, match="missing"):
            read_harvest(frame, missing="fill")
        return
    out = read_harvest(frame, missing="fill")
    check_table(out, SURVEY, "survey")
    pd.testing.assert_frame_equal(read_harvest(out), out)
    for value, (low, high, se, df) in STATISTICS.items():
        for a, b in ((low, high), (se, df)):
            assert (a in out.columns) == (b in out.columns)
            if a in out.columns:
                assert (out[a].isna() == out[b].isna()).all()
        if low in out.columns:
            assert not ((out[low] > out[value]) | (out[value] > out[high])).any()


@settings(max_examples=150, deadline=None)
@given(
    cell=st.one_of(
        st.text("0123456789.-~–%e 至", max_size=14),
        st.floats(),
        st.integers(),
        st.none(),
        st.text(max_size=5),
    ),
    where=st.sampled_from(
        ["yield_sd", "yield_n", "yield_N", "load_se", "load_df", "area_low", "area_mu", "filled"]
    ),
    missing=st.sampled_from(["refuse", "fill"]),
)
def test_any_cell_is_read_or_refused_politely(cell: Any, where: str, missing: Any) -> None:
    with contextlib.suppress(InputError):
        out = read_harvest(survey({where: cell}, {}, {}, {}), missing=missing)
        check_table(out, SURVEY, "survey")
        pd.testing.assert_frame_equal(read_harvest(out), out)
