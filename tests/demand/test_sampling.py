"""Sample estimates against every sample there could be, closed forms, and how often intervals cover."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom

from pitchplan.demand.harvest import read_harvest
from pitchplan.demand.sampling import Estimate, chapman, farm_yields, ratio_total, stratified_total
from pitchplan.errors import InputError

TOWNS = {"north": [3.0, 8.0, 1.0, 5.0], "south": [20.0, 31.0, 24.0, 27.0, 12.0]}


def town_sample(**chosen: tuple[float, ...]) -> pd.DataFrame:
    """Give one row per farm asked."""
    return pd.DataFrame([{"town": town, "t": t} for town, values in chosen.items() for t in values])


# --- totals by stratum -----------------------------------------------------------------------------


def test_over_all_samples_the_total_and_its_variance_are_right() -> None:
    totals, variances = [], []
    for north in itertools.combinations(TOWNS["north"], 2):
        for south in itertools.combinations(TOWNS["south"], 3):
            e = stratified_total(
                town_sample(north=north, south=south), {"north": 4, "south": 5}, value="t", stratum="town"
            )
            totals.append(e.total)
            variances.append(e.se**2)
    assert np.mean(totals) == pytest.approx(sum(map(sum, TOWNS.values())))
    assert np.mean(variances) == pytest.approx(np.var(totals))


def test_a_hand_made_total() -> None:
    sample = town_sample(north=(1.0, 2.0, 3.0), south=(10.0, 14.0))
    estimate = stratified_total(sample, pd.Series({"north": 30, "south": 10}), value="t", stratum="town")
    # 900 * 0.9 * 1 / 3 = 270 and 100 * 0.8 * 8 / 2 = 320; df = 590^2 / (270^2 / 2 + 320^2 / 1).
    assert estimate.total == 180
    assert estimate.se == pytest.approx(math.sqrt(590))
    assert estimate.df == pytest.approx(590**2 / (270**2 / 2 + 320**2))
    assert estimate.strata["total"].tolist() == [60, 120]
    assert estimate.strata["variance"].tolist() == pytest.approx([270, 320])
    assert estimate.strata[["n", "N"]].to_numpy().tolist() == [[3, 30], [2, 10]]


def test_everyone_asked_leaves_no_variance() -> None:
    sample = town_sample(north=tuple(TOWNS["north"]), south=(5.0,))
    estimate = stratified_total(sample, {"north": 4, "south": 1}, value="t", stratum="town")
    assert (estimate.total, estimate.se) == (22, 0)
    assert estimate.interval() == (22, 22)
    part = stratified_total(
        town_sample(north=(1.0, 3.0), south=(5.0,)), {"north": 9, "south": 1}, value="t", stratum="town"
    )
    assert part.df == 1


def test_intervals_cover_as_often_as_they_say() -> None:
    rng, runs, inside = np.random.default_rng(3), 500, 0
    frame = {"a": 40, "b": 25, "c": 60}
    people = {h: rng.normal(10 * (k + 1), 2 + k, n) for k, (h, n) in enumerate(frame.items())}
    truth = sum(p.sum() for p in people.values())
    for _ in range(runs):
        chosen = {h: tuple(rng.choice(p, 5, replace=False)) for h, p in people.items()}
        low, high = stratified_total(town_sample(**chosen), frame, value="t", stratum="town").interval(0.9)
        inside += low <= truth <= high
    assert abs(inside / runs - 0.9) < 4 * math.sqrt(0.09 / runs)


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.lists(st.floats(0, 1e6), min_size=2, max_size=6), min_size=1, max_size=4),
    spare=st.integers(0, 50),
    factor=st.floats(1e-3, 1e3),
)
def test_a_total_scales_and_its_df_lie_between(values: list[list[float]], spare: int, factor: float) -> None:
    sample = town_sample(**{f"s{i}": tuple(v) for i, v in enumerate(values)})
    frame = {f"s{i}": len(v) + spare for i, v in enumerate(values)}
    one = stratified_total(sample, frame, value="t", stratum="town")
    many = stratified_total(sample.assign(t=sample["t"] * factor), frame, value="t", stratum="town")
    assert many.total == pytest.approx(one.total * factor)
    assert many.se == pytest.approx(one.se * factor, rel=1e-6, abs=1e-9)
    assert 1 - 1e-9 <= one.df <= len(sample) - len(values) + 1e-9
    shuffled = sample.sample(frac=1, random_state=1)
    assert stratified_total(shuffled, frame, value="t", stratum="town").total == pytest.approx(one.total)


# --- ratios ----------------------------------------------------------------------------------------

FARMS = pd.DataFrame(
    {
        "ha": [2.0, 3.1, 4.2, 5.0, 6.3, 7.1, 2.6, 3.9, 5.5, 4.8],
        "t": [83.0, 139.0, 187.0, 231.0, 279.0, 325.0, 120.0, 170.0, 250.0, 214.0],
    }
)


def test_over_all_samples_a_ratio_is_nearly_right() -> None:
    estimates = [
        ratio_total(
            FARMS.iloc[list(chosen)], value="t", size="ha", total_size=float(FARMS["ha"].sum()), n_total=10
        )
        for chosen in itertools.combinations(range(10), 5)
    ]
    totals = np.array([e.total for e in estimates])
    assert totals.mean() == pytest.approx(FARMS["t"].sum(), rel=2e-3)
    assert np.mean([e.se**2 for e in estimates]) == pytest.approx(totals.var(), rel=0.1)
    # The area known makes it far surer than the mean of the farms alone.
    assert totals.std() < 0.2 * math.sqrt(100 * 0.5 * FARMS["t"].var() / 5)
    assert {e.df for e in estimates} == {4}


def test_ratio_intervals_cover_as_often_as_they_say() -> None:
    rng, runs, inside = np.random.default_rng(11), 400, 0
    ha = rng.gamma(4, 1, 300)
    farms = pd.DataFrame({"ha": ha, "t": ha * rng.normal(45, 6, 300)})
    for seed in range(runs):
        sample = farms.sample(25, random_state=seed)
        estimate = ratio_total(sample, value="t", size="ha", total_size=float(ha.sum()), n_total=300)
        low, high = estimate.interval(0.9)
        inside += low <= farms["t"].sum() <= high
    assert abs(inside / runs - 0.9) < 4 * math.sqrt(0.09 / runs)


def test_a_hand_made_ratio() -> None:
    farms = pd.DataFrame({"ha": [1, 2, 3], "t": [40, 90, 140]}, index=[7, 7, 9])
    estimate = ratio_total(farms, value="t", size="ha", total_size=200, n_total=30)
    assert estimate.total == 9000
    assert estimate.se == pytest.approx(200 / 2 * math.sqrt(0.9 * 25 / 3))
    assert estimate.df == 2
    everyone = ratio_total(farms, value="t", size="ha", total_size=6, n_total=3)
    assert (everyone.total, everyone.se) == (270, 0)


def test_separate_ratios_add_up() -> None:
    split = FARMS.assign(town=["a", "b"] * 5)
    kwargs: dict[str, Any] = {"value": "t", "size": "ha"}
    both = ratio_total(
        split, **kwargs, total_size={"a": 100, "b": 300}, n_total={"a": 50, "b": 80}, stratum="town"
    )
    parts = [
        ratio_total(split[split["town"] == h], **kwargs, total_size=x, n_total=n)
        for h, x, n in (("a", 100, 50), ("b", 300, 80))
    ]
    assert both.total == pytest.approx(sum(p.total for p in parts))
    assert both.se == pytest.approx(math.hypot(*(p.se for p in parts)))
    assert both.df == pytest.approx(both.se**4 / sum(p.se**4 / 4 for p in parts))


# --- yields of farms -------------------------------------------------------------------------------

REST: dict[str, Any] = {
    "area_ha": 300,
    "loss_share": 0.05,
    "city_share": 0.05,
    "load_t": 1.5,
    "selling_t_per_day": 0.5,
    "first_day": "2026-06-01",
    "peak_day": "2026-06-20",
    "last_day": "2026-07-10",
}


def test_a_survey_of_farm_yields_has_the_error_of_the_ratio() -> None:
    farms = FARMS.rename(columns={"ha": "area_ha", "t": "harvest_t"}).assign(
        origin=["甲"] * 6 + ["乙"] * 4, crop="西瓜", cultivation="大棚", farms=[40] * 6 + [4] * 4
    )
    yields = farm_yields(farms, n_total="farms")
    assert yields["origin"].tolist() == ["甲", "乙"]
    assert yields["yield_n"].tolist() == [6, 4]
    out = read_harvest(yields.assign(**REST))
    for row, (origin, of) in enumerate([("甲", 40), ("乙", 4)]):
        sample = FARMS[farms["origin"] == origin]
        estimate = ratio_total(sample, value="t", size="ha", total_size=300, n_total=of)
        assert out.loc[row, "yield_t_per_ha"] * 300 == pytest.approx(estimate.total)
        assert out.loc[row, "yield_se_t_per_ha"] * 300 == pytest.approx(estimate.se)
        assert out.loc[row, "yield_df"] == estimate.df
    assert out.loc[1, "yield_se_t_per_ha"] == 0


def test_chinese_farm_tables_in_mu_and_jin() -> None:
    farms = pd.DataFrame(
        {
            "乡镇": "唐王",
            "作物": "西瓜",
            "种植方式": "大棚",
            "面积(亩)": [15, 30, 45],
            "产量(斤)": [80_000, 180_000, 280_000],
        }
    )
    out = farm_yields(farms)
    assert out.columns.tolist() == [
        "origin",
        "crop",
        "cultivation",
        "yield_t_per_ha",
        "yield_sd_t_per_ha",
        "yield_n",
    ]
    assert out.iloc[0].tolist() == ["唐王", "西瓜", "大棚", 45, 2.5, 3]
    assert farm_yields(farms, by=["crop"])["yield_n"].tolist() == [3]
    one = farm_yields(farms.head(1))
    assert math.isnan(one.loc[0, "yield_sd_t_per_ha"])
    with pytest.raises(InputError, match="fewer than 2"):
        read_harvest(one.assign(**REST))


# --- counts twice ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("there", "n1", "n2"), [(30, 16, 15), (60, 40, 35), (12, 7, 12), (200, 120, 90)])
def test_over_all_recaptures_the_count_and_its_variance_are_right(there: int, n1: int, n2: int) -> None:
    m = np.arange(max(0, n1 + n2 - there), min(n1, n2) + 1)
    chance = hypergeom.pmf(m, there, n1, n2)
    estimate, variance = chapman(np.full(len(m), n1), n2, m)
    assert (chance * estimate).sum() == pytest.approx(there)
    assert (chance * variance).sum() == pytest.approx((chance * (estimate - there) ** 2).sum(), abs=1e-6)


def test_hand_made_counts() -> None:
    estimate, variance = chapman([49, 5, 0], [59, 5, 0], [19, 5, 0])
    assert estimate.tolist() == [149, 5, 0]
    assert variance.tolist() == pytest.approx([50 * 60 * 30 * 40 / (20**2 * 21), 0, 0])
    assert chapman(49, 59, 19)[0] == 149


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        (([5], [6], [7]), "more were seen both times"),
        (([5, 5], [6, 6], [2, 6]), "place 1"),
        (([-1], [6], [0]), "not a count"),
        (([5.5], [6], [0]), "not a count"),
        (([5], [math.nan], [0]), "not a count"),
        (([5], ["six"], [0]), "not a count"),
        (([True], [6], [0]), "not a count"),
        (([5, 6], [6, 7, 8], [0]), "different lengths"),
    ],
)
def test_counts_that_cannot_be(counts: tuple[Any, Any, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        chapman(*counts)


# --- what is refused -------------------------------------------------------------------------------

_TOWN = town_sample(a=(1.0, 2.0), b=(3.0, 4.0))


def _strata(sample: Any = _TOWN, frame: Any = None, value: str = "t") -> Estimate:
    return stratified_total(sample, {"a": 9, "b": 9} if frame is None else frame, value=value, stratum="town")


def _ratio(sample: Any = FARMS, **kwargs: Any) -> Estimate:
    return ratio_total(sample, **{"value": "t", "size": "ha", "total_size": 100, **kwargs})


def _farms(**changes: Any) -> pd.DataFrame:
    cells = {
        "origin": "a",
        "crop": "b",
        "cultivation": "c",
        "area_mu": [1, 2],
        "harvest_t": [3, 4],
        **changes,
    }
    return farm_yields(
        pd.DataFrame({k: v for k, v in cells.items() if v is not ...}), n_total=changes.get("of")
    )


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: _strata(value="kg"), "'kg' is missing"),
        (lambda: _strata(_TOWN.iloc[:0]), "no rows"),
        (lambda: _strata("farms.csv"), "not a table"),
        (lambda: _strata(_TOWN.assign(t=[1, "x", -1, None])), "3 faults"),
        (lambda: _strata(_TOWN.assign(t=True)), "not a finite number"),
        (lambda: _strata(_TOWN.assign(town=["a", "a", None, "b"])), "a name is missing"),
        (lambda: _strata(frame={"a": 9}), "without its size"),
        (lambda: _strata(frame={"a": 9, "b": 9, "c": 9}), "no unit of the stratum"),
        (lambda: _strata(frame={"a": 9, "b": 1}), "2 units were asked of 1"),
        (lambda: _strata(_TOWN.head(3)), "one unit was asked"),
        (lambda: _strata(frame={"a": 9, "b": 2.5}), "not a size"),
        (lambda: _strata(frame={"a": 9, "b": "many"}), "not a size"),
        (lambda: _strata(frame={}), "no sizes"),
        (lambda: _strata(frame=7), "no sizes"),
        (lambda: _strata(frame=pd.Series([9, 9, 9], ["a", "a", "b"])), "given twice"),
        (lambda: _strata().interval(90), "not a level"),
        (lambda: _ratio(FARMS.assign(ha=0)), "a number of 0"),
        (lambda: _ratio(total_size=-5), "not a size"),
        (lambda: _ratio(total_size={"a": 5}), "no stratum"),
        (lambda: _ratio(FARMS.assign(town="a"), stratum="town"), "one size for several"),
        (lambda: _ratio(n_total=5), "10 units were asked of 5"),
        (lambda: _ratio(FARMS.head(1)), "one unit was asked"),
        (
            lambda: _ratio(
                FARMS.assign(town=["a", "b"] * 5),
                stratum="town",
                total_size={"a": 5, "b": 5},
                n_total={"a": 9},
            ),
            "without its size",
        ),
        (lambda: _farms(area_mu=...), "not one column of area"),
        (lambda: _farms(area_ha=[1, 2]), "not one column of area"),
        (lambda: _farms(harvest_t=..., harvest=[1, 2]), "not one column of harvest"),
        (lambda: _farms(area_mu=[1, 0]), "a number of 0"),
        (lambda: _farms(harvest_t=[1, -1]), "negative"),
        (lambda: _farms(origin=...), "'origin' is missing"),
        (lambda: farm_yields(pd.DataFrame()), "missing"),
    ],
)
def test_what_is_refused(call: Callable[[], Any], says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        call()
    assert all(f.fix for f in caught.value.faults)


def test_an_origin_with_two_numbers_of_farms() -> None:
    farms = pd.DataFrame({"origin": ["a", "a"], "area_ha": [1, 2], "harvest_t": [40, 80], "of": [5, 6]})
    with pytest.raises(InputError, match="several numbers of all farms"):
        farm_yields(farms, by=["origin"], n_total="of")
