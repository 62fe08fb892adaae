"""What pitches cost: as the formulas say, never less with more vehicles, never more with more room."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.stats import spearmanr

from pitchplan.schemas import CENTRELINES, OBSTRUCTION, check_table
from pitchplan.traffic.obstruction import MOST, obstruction, obstruction_table
from pitchplan.traffic.streets import STOP_LINE_M, TYPICAL, stop_line_distances, streets_of

NONE = pd.DataFrame(columns=CENTRELINES.names)


def frames(*runs):
    """Make runs of one pitch each: (run, street, class, placement, width left)."""
    table = pd.DataFrame(runs, columns=["run_id", "street_id", "street_class", "placement", "clear_drive_m"])
    return table.assign(pitch_id=table["run_id"]), table.drop(columns="clear_drive_m")


def axes_of(*streets):
    return pd.DataFrame(
        streets, columns=["street_id", "lanes", "width_m", "oneway", "volume_veh_per_h"]
    ).astype({"lanes": float, "width_m": float, "volume_veh_per_h": float})


def alone(found):
    """Say what each run costs without its pitches where no other run of its street is used."""
    return found.per_run + np.append(found.per_street, 0)[found.street_of_run]


def costs(street_class, clear, lanes=np.nan, width=np.nan, oneway="", volume=np.nan):
    """Give the costs of a first stand, without its pitch, and of a pitch, on a street of its own."""
    pitches, runs = frames(("r", "s", street_class, "kerbside", clear))
    found = obstruction(pitches, runs, axes_of(("s", lanes, width, oneway, volume)))
    return int(alone(found)[0]), int(found.per_pitch[0])


def many_costs(street_class, clear, lanes, width, oneway, volume):
    """Give the same for arrays of widths left and volumes: a street each."""
    clear, volume = np.broadcast_arrays(clear, volume)
    ids = [f"{k:04d}" for k in range(len(clear))]
    pitches, runs = frames(*((i, i, street_class, "kerbside", c) for i, c in zip(ids, clear, strict=True)))
    axes = axes_of(*((i, lanes, width, oneway, v) for i, v in zip(ids, volume, strict=True)))
    found = obstruction(pitches, runs, axes)
    return np.stack([alone(found), found.per_pitch], axis=1)


@pytest.fixture(scope="module")
def approaches():
    """60 signalised approaches: a street each that ends at a cross street, a stand before it."""
    random = np.random.default_rng(3)
    rows, lines, streets, places = [], [], [], []
    for k in range(60):
        lanes, share, distance = int(random.integers(2, 4)), random.uniform(0.08, 0.95), random.uniform(8, 90)
        y, q = 1000.0 * k, share * lanes * 1650 * 0.45
        rows.append((q, lanes, distance))
        lines += [
            shapely.LineString([(0, y), (600, y)]),
            shapely.LineString([(0, y - 50), (0, y), (0, y + 50)]),
        ]
        streets += [(f"s{k}", "main", 2 * lanes, 20.0, 2 * q), (f"x{k}", "branch", 2, 7.0, np.nan)]
        # The junction is a disc of half the wider street: 10 m.
        places.append((f"s{k}", "main", "kerbside", 3.6 * (2 * lanes - 1), 10.0 + distance, y))
    columns = ["street_id", "street_class", "lanes", "width_m", "volume_veh_per_h"]
    axes = gpd.GeoDataFrame(
        pd.DataFrame(streets, columns=columns).assign(oneway="", level=0), geometry=lines, crs="EPSG:4548"
    )
    columns = ["street_id", "street_class", "placement", "clear_drive_m", "x_m", "y_m"]
    pitches = pd.DataFrame(places, columns=columns).assign(run_id=lambda f: f["street_id"])
    return rows, pitches, pitches.drop(columns="clear_drive_m"), axes


def test_signalised_approaches_are_what_the_formula_says_by_hand(approaches, stand_by_hand):
    rows, pitches, runs, axes = approaches
    assert stop_line_distances(runs, axes) == pytest.approx([d for _, _, d in rows])
    found = alone(obstruction(pitches, runs, axes))
    free = 50 / 3.6
    slow = 0.75 * free
    formula = [stand_by_hand(q, lanes, d, 0.45) for q, lanes, d in rows]
    slowing = [q / n * ((free - slow) ** 2 / 1.5 / free + 30 / slow - 30 / free) for q, n, _ in rows]
    assert found == pytest.approx(np.minimum(np.add(formula, slowing), MOST), abs=1.0)
    # A score of ranks: slowing down beside the stand must not turn the formula's order around.
    assert spearmanr(found, formula).statistic > 0.97
    assert spearmanr([q for q, _, _ in rows], formula).statistic < 0.9


CASES = [
    ("main", 6, 26.0, ""),
    ("secondary", 2, 9.0, "yes"),
    ("branch", 2, 12.0, ""),
    ("local", 2, 7.0, ""),
    ("local", 1, 6.0, "reverse"),
    ("lane", 1, 5.0, ""),
]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("clear", [2.0, 3.0, 4.2, 5.0, 6.5, 9.0, 20.0])
def test_more_vehicles_never_cost_less(case, clear):
    street_class, lanes, width, oneway = case
    found = many_costs(street_class, clear, lanes, width, oneway, np.linspace(0, 20_000, 1601))
    assert (np.diff(found, axis=0) >= 0).all()
    assert np.max(found) <= MOST
    assert found[-1][0] == MOST or clear > 5


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("volume", [np.nan, 60.0, 700.0, 1500.0])
def test_more_room_never_costs_more(case, volume):
    street_class, lanes, width, oneway = case
    found = many_costs(street_class, np.arange(1.0, 26.0, 0.02), lanes, width, oneway, volume)
    assert (np.diff(found, axis=0) <= 0).all()
    assert found[0].tolist() == [MOST, MOST]
    assert found[0][0] > 10 * found[-1][0] or volume == 1500


@pytest.mark.parametrize("street_class", [c for c in TYPICAL if c != "pedestrian"])
@pytest.mark.parametrize("clear", [4.0, 5.2, 9.0])
def test_the_first_stand_costs_much_more_than_the_fifth(street_class, clear):
    first, fifth = costs(street_class, clear)
    assert first + fifth > 4 * fifth > 0


def test_no_car_passes_costs_more_than_the_busiest_street():
    assert costs("lane", 2.3) == (MOST, MOST)
    assert costs("lane", 2.4)[0] < costs("main", 12.0)[0] < MOST


def test_busy_classes_cost_more_than_quiet_ones():
    streets = {"main": (6, 26), "secondary": (4, 18), "branch": (2, 10), "local": (2, 7.8), "lane": (1, 6.6)}
    first = [costs(c, w - 2.3, lanes, w)[0] for c, (lanes, w) in streets.items()]
    assert first == sorted(first, reverse=True)


def test_runs_of_one_street_share_its_part():
    pitches, runs = frames(
        ("1", "b", "branch", "kerbside", 5.0),
        ("2", "b", "branch", "kerbside", 9.0),
        ("3", "a", "unheard-of", "kerbside", 5.0),
    )
    found = obstruction(pitches, runs, NONE)
    assert found.street_ids == ("a", "b")
    assert found.street_of_run.tolist() == [1, 1, 0]
    narrow, wide = costs("branch", 5.0)[0], costs("branch", 9.0)[0]
    assert alone(found).tolist() == [narrow, wide, narrow]
    assert found.per_street.tolist() == [narrow // 2, wide // 2]
    together = found.per_street[1] + found.per_run[:2].sum()
    assert narrow < together < narrow + wide
    assert found.per_pitch.dtype == found.per_run.dtype == found.per_street.dtype == np.int64


@pytest.mark.parametrize("placement", ["open-space", "footway", "setback-land"])
def test_what_stands_beside_the_carriageway_delays_nobody(placement):
    pitches, runs = frames(
        ("1", "b", "main", placement, np.nan),
        ("2", "b", "local", "kerbside", 7.0),
        ("3", "q", "open-space", placement, 1.0),
    )
    found = obstruction(pitches, runs, NONE)
    assert found.per_run[[0, 2]].tolist() == found.per_pitch[[0, 2]].tolist() == [0, 0]
    assert found.street_of_run.tolist() == [-1, 0, -1]
    assert found.street_ids == ("b",)
    assert alone(found)[1] == costs("local", 7.0)[0]


def test_nothing_at_all():
    pitches, runs = frames()
    found = obstruction(pitches, runs, NONE)
    assert (len(found.per_pitch), len(found.per_run), found.street_ids) == (0, 0, ())
    assert obstruction_table(pitches, runs, NONE).columns.tolist() == OBSTRUCTION.names


def test_a_run_is_as_narrow_as_most_of_its_pitches_and_neighbours_stay_alike():
    pitches, runs = frames(("r", "s", "local", "kerbside", 5.2))
    many = pitches.iloc[[0] * 4].assign(clear_drive_m=[5.01, 5.2, 5.49, 2.0])
    found = obstruction(many, runs, NONE)
    assert found.per_pitch.tolist() == [costs("local", 5.0)[1]] * 3 + [MOST]
    assert alone(found)[0] == costs("local", (5.01 + 5.2) / 2)[0]


def test_a_width_nobody_measured_is_the_streets_less_a_stand():
    assert costs("local", np.nan, width=8.0) == costs("local", 5.5, width=8.0)
    pitches, runs = frames(("r", "s", "local", "kerbside", 5.2))
    empty = obstruction(pitches.iloc[:0], runs, NONE)
    assert alone(empty)[0] == costs("local", 6.0 - 2.5)[0]


def test_given_traffic_goes_before_typical():
    places = pd.DataFrame(
        {"street_id": ["a", "b", "c", "d"], "street_class": ["main", "local", "lane", "branch"]}
    )
    axes = axes_of(
        ("a", 4, 14.0, "", 900),
        ("a", 6, 20.0, "yes", 1200),
        ("b", 2, 7.0, "reverse", np.nan),
        ("d", 0, np.nan, "", -5),
    )
    found = streets_of(places, axes)
    assert found.given.tolist() == [True, False, False, False]
    assert found.volume.tolist() == [1200, 150, 50, 500]
    assert found.lanes.tolist() == [4, 2, 1, 2]
    assert found.abreast.tolist() == [2, 2, 1, 1]
    assert found.ahead.tolist() == [600, 150, 25, 250]
    assert found.oncoming.tolist() == [600, 0, 25, 250]
    assert found.width_m.tolist() == [14, 7, 4, 7]
    assert costs("local", 5.2, volume=400)[0] > costs("local", 5.2)[0] == costs("local", 5.2, volume=150)[0]


def test_where_no_signal_is_known_the_stop_line_is_a_stated_distance_away():
    runs = pd.DataFrame({"x_m": [5.0, np.nan], "y_m": [0.0, 0.0]})
    line = gpd.GeoDataFrame(
        {"street_class": ["local"], "level": [0], "width_m": [6.0]},
        geometry=[shapely.LineString([(0, 0), (9, 0)])],
        crs="EPSG:4548",
    )
    for axes in (NONE, line, line.assign(street_class="main")):
        assert stop_line_distances(runs, axes).tolist() == [STOP_LINE_M] * 2


def test_the_table_says_what_the_costs_rest_on():
    pitches, runs = frames(
        ("1", "b", "local", "kerbside", 5.0),
        ("2", "b", "local", "kerbside", 4.5),
        ("3", "a", "main", "kerbside", 12.0),
        ("4", "q", "open-space", "open-space", np.nan),
    )
    table = obstruction_table(pitches, runs, axes_of(("b", 2, 7.0, "", 90)))
    check_table(table, OBSTRUCTION, "obstruction")
    assert table["street_id"].tolist() == ["a", "b"]
    assert table["volume_status"].tolist() == ["typical", "given"]
    assert table["volume_veh_per_h"].tolist() == [1800, 90]
    assert table["runs"].tolist() == [1, 2]
    assert table["clear_drive_m"].tolist() == [12.0, 4.5]
    assert (table["least_run_cost"] <= table["most_run_cost"]).all()
