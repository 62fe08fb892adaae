"""A real table with all its dirt: India's harvests by district, season and crop, 1997 to 2014.

Bananas, papayas and mangos stand for the melons no statistical office publishes so finely. What nobody
collected there (losses, shares sold in the city, loads, days) is added, as a planner would.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pitchplan.demand.harvest import read_harvest
from pitchplan.demand.model.simulation import simulate
from pitchplan.demand.season import Season
from pitchplan.demand.vendors import forecast_vendors
from pitchplan.errors import InputError

FRUIT = ("Banana", "Papaya", "Mango")
# Coconuts are counted in nuts, which in a column of tonnes is the unit slip to be found.
MORE = (*FRUIT, "Coconut", "Potato", "Onion")
ADDED = {
    "loss_share": "8%",
    "city_share": "5%-10%",
    "load_t": "1~1.5~3",
    "selling_t_per_day": 0.5,
    "first_day": "2026-04-01",
    "peak_day": "2026-06-01",
    "last_day": "2026-08-31",
}
MOST_T_PER_HA, MOST_HA = 150, 1_000_000


@pytest.fixture(scope="module")
def india(real_data: Path) -> pd.DataFrame:
    """Give the table as it was published, blanks at the ends of its words included."""
    path = real_data / "harvest" / "india_crop_production.csv.zip"
    if not path.is_file():
        pytest.skip(f"PITCHPLAN_DATA: no file {path}")
    return pd.read_csv(path)


def as_survey(india: pd.DataFrame, crops: tuple[str, ...]) -> pd.DataFrame:
    """Give the rows of some crops with the columns of a survey; the seasons keep their trailing blanks."""
    names = {
        "District_Name": "origin",
        "Crop": "crop",
        "Season": "cultivation",
        "Area": "area_ha",
        "Production": "harvest_t",
    }
    rows = india[india["Crop"].str.strip().isin(crops)]
    return rows.rename(columns=names).assign(**ADDED)


def faults_expected(rows: pd.DataFrame) -> set[tuple[int, str, str]]:
    """Count by pandas alone what is wrong: place, column and kind of fault."""
    area, harvest = rows["area_ha"].to_numpy(), rows["harvest_t"].to_numpy()
    words = rows[["origin", "crop", "cultivation"]].apply(lambda c: c.str.strip())
    wrong = {
        ("area_ha", "not plausible"): area > MOST_HA,
        ("harvest_t", "a value is missing"): np.isnan(harvest),
        ("harvest_t", "not plausible"): (area <= MOST_HA) & (harvest / area > MOST_T_PER_HA),
        ("origin", "the same origin"): words.duplicated().to_numpy(),
    }
    return {(int(i), column, kind) for (column, kind), where in wrong.items() for i in np.flatnonzero(where)}


def faults_found(error: InputError, place_of: dict[int | str, int]) -> set[tuple[int, str, str]]:
    """Give the faults of an error in the same words; a fault in other words stands out as it is."""
    kinds = ("not plausible", "a value is missing", "the same origin")
    found = [
        (place_of[f.row], str(f.column), next((k for k in kinds if k in f.what), f.what))
        for f in error.faults
        if f.row is not None
    ]
    assert len(found) == len(error.faults) == len(set(found))
    return set(found)


def test_all_faults_of_all_years_and_no_other(india: pd.DataFrame, tmp_path: Path) -> None:
    rows = as_survey(india, FRUIT)
    expected = faults_expected(rows)
    # Taken at their names alone, the districts come again every year.
    assert {k for _, _, k in expected} == {"a value is missing", "the same origin"}
    with pytest.raises(InputError) as caught:
        read_harvest(rows)
    labels = {f"index {label}": i for i, label in enumerate(rows.index)}
    assert faults_found(caught.value, labels) == expected  # type: ignore[arg-type]
    rows.to_csv(tmp_path / "india.csv", index=False)
    with pytest.raises(InputError) as caught:
        read_harvest(tmp_path / "india.csv")
    assert faults_found(caught.value, {i + 2: i for i in range(len(rows))}) == expected


def test_nuts_in_a_column_of_tonnes_are_found(india: pd.DataFrame) -> None:
    rows = as_survey(india, MORE)
    rows["origin"] = rows["State_Name"].str.strip() + " · " + rows["origin"]
    rows["cultivation"] = rows["cultivation"].str.strip() + " " + rows["Crop_Year"].astype(str)
    expected = faults_expected(rows)
    assert len(rows) > 15_000
    with pytest.raises(InputError) as caught:
        read_harvest(rows)
    labels = {f"index {label}": i for i, label in enumerate(rows.index)}
    assert faults_found(caught.value, labels) == expected  # type: ignore[arg-type]
    kinds = pd.Series([k for _, _, k in expected]).value_counts().to_dict()
    assert kinds["a value is missing"] == rows["harvest_t"].isna().sum() > 100
    nuts = rows["crop"].str.strip() == "Coconut"
    slipped = np.array([i for i, _, k in expected if k == "not plausible"])
    assert nuts.to_numpy()[slipped].mean() > 0.95
    # Without the bad rows the rest is a survey.
    bad = sorted({i for i, _, _ in expected})
    out = read_harvest(rows.drop(index=rows.index[bad]))
    assert len(out) == len(rows) - len(bad)
    assert out["yield_t_per_ha"].between(0, MOST_T_PER_HA).all()


@pytest.mark.parametrize(
    ("state", "year", "open_rows"), [("Tamil Nadu", 2008, 2), ("Madhya Pradesh", 2012, 10)]
)
def test_one_state_is_read_and_filled(india: pd.DataFrame, state: str, year: int, open_rows: int) -> None:
    rows = as_survey(india, FRUIT)
    rows = rows[(rows["State_Name"] == state) & (rows["Crop_Year"] == year)]
    open_ = rows["harvest_t"].isna().to_numpy()
    assert open_.sum() == open_rows
    with pytest.raises(InputError) as caught:
        read_harvest(rows)
    assert len(caught.value.faults) == open_rows
    out = read_harvest(rows, missing="fill")
    assert (out["filled"] == "yield_t_per_ha").tolist() == open_.tolist()
    pd.testing.assert_frame_equal(read_harvest(out), out)

    tonnes = (out["area_ha"] * out["yield_t_per_ha"]).groupby(out["crop"]).sum()
    yields = (rows["harvest_t"] / rows["area_ha"]).groupby([rows["crop"], rows["cultivation"]])
    whole = rows["harvest_t"].fillna(yields.transform("mean") * rows["area_ha"])
    expected = whole.groupby(rows["crop"].str.strip()).sum()
    assert tonnes.to_dict() == pytest.approx(expected.to_dict())

    count, spread = yields.transform("count"), yields.transform("std")
    se = (spread * np.sqrt(1 + 1 / count))[open_]
    assert out.loc[open_, "yield_se_t_per_ha"].tolist() == pytest.approx(se.tolist())
    assert out.loc[open_, "yield_df"].tolist() == (count[open_] - 1).tolist()
    assert out.loc[~open_, "yield_se_t_per_ha"].isna().all()


def test_one_state_is_forecast(india: pd.DataFrame) -> None:
    """Vendor-days of the season against Little's law in plain pandas; the filled cells are told."""
    rows = as_survey(india, FRUIT)
    rows = rows[(rows["State_Name"] == "Madhya Pradesh") & (rows["Crop_Year"] == 2012)]
    survey = read_harvest(rows, missing="fill")
    season = Season("2026-04-01", "2026-10-15")
    forecast = forecast_vendors(survey, season, draws=2000)
    assert any("10 missing values of the survey were filled" in note for note in forecast.notes)
    sold = survey["area_ha"] * survey["yield_t_per_ha"] * 0.92 * 0.075
    brought = forecast.by_origin.set_index("origin")["tonnes"]
    assert brought.to_dict() == pytest.approx(sold.groupby(survey["origin"]).sum().to_dict(), rel=0.25)
    assert brought.sum() == pytest.approx(sold.sum(), rel=0.04)
    # A vendor brings 1 to 3 t; E[1 / rate] of a shock of cv 0.2 is 1.04; half a day of overhead each.
    rng = np.random.default_rng(0)
    load = rng.triangular(1, 1.5, 3, 200_000)
    days = sold.sum() * (1.04 / 0.5 + 0.5 * (1 / load).mean())
    close, _ = simulate(forecast.recipe)
    assert close.sum() / len(close) == pytest.approx(days, rel=0.06)
    np.testing.assert_array_equal(forecast.parts("crop").peak_draws.sum(axis=1), forecast.peak_draws)


def test_a_harvest_of_nothing_is_a_yield_of_0(india: pd.DataFrame) -> None:
    rows = as_survey(india, ("Mango",))
    rows = rows[rows["harvest_t"] == 0]
    assert len(rows) > 50
    rows["origin"] = rows["origin"] + rows["Crop_Year"].astype(str)
    out = read_harvest(rows)
    assert (out["yield_t_per_ha"] == 0).all()
