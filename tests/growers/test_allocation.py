"""From the growers' table to pitches on Spring City: drives, bans, weeks, privacy."""

import heapq
import itertools
import json
import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import pitchplan as pp
from pitchplan.growers.allocation import allocate, freeze_lottery
from pitchplan.growers.lottery import check_lottery
from pitchplan.growers.reading import read_growers
from pitchplan.growers.routes import gateway_routes

PHONE, NAME, CARD = "13900001234", "某某乙", "370102199001011234"


@pytest.fixture(scope="module")
def spring():
    return pp.datasets.spring_city()


@pytest.fixture(scope="module")
def plan(spring):
    candidates = pp.find_candidates(spring.city, spring.book, season=spring.season)
    goals = (pp.goals.HostVendors(), pp.goals.KeepTrafficClear())
    return pp.siting_problem(candidates, spring.city, vendors=40, goals=goals).solve(time_limit_s=20)


@pytest.fixture(scope="module")
def gateways(spring):
    ends = shapely.get_coordinates(spring.city.centrelines.geometry.to_numpy())
    at = {
        "北入城口": ends[ends[:, 1].argmax()],
        "东入城口": ends[ends[:, 0].argmax()],
        "南入城口": ends[ends[:, 1].argmin()],
        "西入城口": ends[ends[:, 0].argmin()],
    }
    return pd.DataFrame(
        {"name": list(at), "x_m": [p[0] for p in at.values()], "y_m": [p[1] for p in at.values()]}
    )


def growers(count, seed=0):
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "编号": [f"G-{k:03d}" for k in range(count)],
            "姓名": [NAME] * count,
            "手机号": [PHONE] * count,
            "身份证号": [CARD] * count,
            "车型": random.choice(["小货车", "三轮车"], count),
            "入城口": random.choice(["北入城口", "东入城口", "南入城口", "西入城口"], count),
            "志愿摊点": [
                ";".join(map(str, random.choice(np.arange(1, 6), 2, replace=False))) for _ in range(count)
            ],
            "申报日期": [
                f"2026-05-{1 + int(d):02d} 08:{k % 60:02d}"
                for k, d in enumerate(random.integers(0, 20, count))
            ],
        }
    )


@pytest.mark.parametrize("method", ["nearest-gateway", "queue", "lottery"])
def test_every_grower_has_a_pitch_of_their_own_or_a_reason(spring, plan, gateways, method):
    options = (
        {"seed": "2026-05-20 public draw 04 11 23", "salt": "of the office"} if method == "lottery" else {}
    )
    table = growers(50)
    found = allocate(plan, table, method, city=spring.city, gateways=gateways, **options)
    given = found.table[found.table["number"] > 0]
    assert found.hosted == len(given) == len(plan.pitches) == 40
    assert given["pitch_id"].is_unique
    assert given["permit"].is_unique
    assert set(given["pitch_id"]) == set(plan.pitches["pitch_id"])
    number = dict(zip(plan.pitches["pitch_id"], plan.pitches["number"], strict=True))
    assert [number[p] for p in given["pitch_id"]] == given["number"].tolist()
    assert (found.table.loc[found.table["number"] == 0, "why_not"] == "all fitting pitches are taken").all()
    assert found.table["grower_id"].tolist() == table["编号"].tolist()
    assert "40 of 50" in repr(found)
    assert "40 of 50" in found._repr_html_()
    if method == "lottery":
        ids = table["编号"]
        assert check_lottery(found.proof, grower_ids=ids, salt="of the office") == []


def test_nobody_drives_farther_than_by_turn(spring, plan, gateways):
    table = growers(40, seed=3)
    near = allocate(plan, table, city=spring.city, gateways=gateways)
    queue = allocate(plan, table, "queue", city=spring.city, gateways=gateways)
    assert near.hosted == queue.hosted == 40
    assert near.drive_m <= queue.drive_m
    assert (queue.table["wish"] > 0).sum() > (near.table["wish"] > 0).sum()


def test_the_queue_follows_the_days(spring, plan, gateways):
    table = growers(50)
    found = allocate(plan, table, "queue", city=spring.city, gateways=gateways).table
    order = found.assign(day=pd.to_datetime(table["申报日期"])).sort_values("turn")
    assert order["day"].is_monotonic_increasing
    assert (order["number"] > 0).tolist() == [True] * 40 + [False] * 10


def test_nobodys_name_phone_or_id_leaves_the_office(spring, plan, gateways, tmp_path):
    options = {"seed": "a public draw", "salt": "of the office"}
    found = allocate(plan, growers(50), "lottery", city=spring.city, gateways=gateways, **options)
    found.write_proof(tmp_path / "proof.json")
    proof = (tmp_path / "proof.json").read_text(encoding="utf-8")
    assert check_lottery(tmp_path / "proof.json") == []
    public = found.public.to_csv() + repr(found) + found._repr_html_() + proof + found.routes.to_csv()
    for planted in (PHONE, NAME, CARD, "G-001", "of the office"):
        assert planted not in public
    near = allocate(plan, growers(50), city=spring.city, gateways=gateways)
    assert not {"grower_id", "name", "phone"} & set(near.public.columns)
    with pytest.raises(pp.InputError, match="no lottery"):
        near.write_proof(tmp_path / "none.json")
    bad = growers(3).assign(手机号=[PHONE + "x", PHONE, PHONE], 车型="飞船", 入城口=CARD)
    with pytest.raises(pp.InputError) as caught:
        read_growers(bad)
    assert len(caught.value.faults) >= 7
    for planted in (PHONE, NAME, CARD):
        assert planted not in str(caught.value)


def test_the_list_can_be_published_before_the_draw(spring, plan, gateways):
    given = {"city": spring.city, "gateways": gateways, "salt": "of the office"}
    before = freeze_lottery(plan, growers(50), **given)
    mixed = growers(50).sample(frac=1, random_state=2)
    drawn = allocate(plan, mixed, "lottery", seed="a public draw", **given)
    assert check_lottery(drawn.proof, list_sha256=before["list_sha256"]) == []
    other = allocate(plan, growers(49), "lottery", seed="a public draw", **given)
    assert "published before the draw" in check_lottery(other.proof, list_sha256=before["list_sha256"])[0]
    for planted in (PHONE, NAME, CARD, "G-001", "of the office"):
        assert planted not in json.dumps(before, ensure_ascii=False)
    with pytest.raises(pp.InputError, match="without a salt"):
        freeze_lottery(plan, growers(5), city=spring.city, gateways=gateways, salt="")


def test_what_does_not_fit_the_plan_is_named_at_once(spring, plan, gateways):
    table = growers(4)
    table.loc[1, "入城口"] = "天上"
    table.loc[2, "志愿摊点"] = "999"
    with pytest.raises(pp.InputError) as caught:
        allocate(plan, table, "raffle", city=spring.city, gateways=gateways)
    told = str(caught.value)
    assert all(t in told for t in ("no such method", "row 3", "天上", "row 4", "999"))
    with pytest.raises(pp.InputError, match=r"without a seed[\s\S]*without a salt"):
        allocate(plan, growers(4), "lottery", city=spring.city, gateways=gateways)
    far = gateways.assign(x_m=gateways["x_m"] + 9000)
    with pytest.raises(pp.InputError, match="no street within 500 m"):
        allocate(plan, growers(4), city=spring.city, gateways=far)


def by_hand(city, gateways, spots, open_line):
    """Dijkstra over the streets' own vertices, cut nowhere: streets of Spring City meet at vertices."""
    near, at = {}, {}
    for line, oneway in zip(city.centrelines.geometry, city.centrelines["oneway"].fillna(""), strict=True):
        xy = [tuple(np.round(c, 3)) for c in shapely.get_coordinates(line)]
        for a, b in itertools.pairwise(xy):
            step = math.dist(a, b)
            if not open_line(a, b):
                continue
            if oneway != "reverse":
                near.setdefault(a, []).append((b, step))
            if oneway != "yes":
                near.setdefault(b, []).append((a, step))
    for name, x, y in gateways[["name", "x_m", "y_m"]].itertuples(index=False):
        source = tuple(np.round((x, y), 3))
        best, heap = {source: 0.0}, [(0.0, source)]
        while heap:
            far, node = heapq.heappop(heap)
            if far > best[node]:
                continue
            for other, step in near.get(node, ()):
                if far + step < best.get(other, math.inf):
                    best[other] = far + step
                    heapq.heappush(heap, (far + step, other))
        at[name] = best
    return at


def a_town(seed, ban=False):
    """Return a city of a small grid with one-way streets, and maybe a truck ban in its middle."""
    random = np.random.default_rng(seed)
    rows = []
    for i in range(5):
        for j in range(5):
            for di, dj in ((1, 0), (0, 1)):
                if i + di < 5 and j + dj < 5 and random.random() < 0.8:
                    rows.append(((i, j), (i + di, j + dj)))
    lines = [shapely.LineString(100.0 * np.array(r) + [500_000, 4_060_000]) for r in rows]
    axes = gpd.GeoDataFrame(
        {"street_id": range(len(rows)), "street_class": "branch", "level": 0,
         "oneway": random.choice(["yes", "reverse", "no", ""], len(rows))},
        geometry=lines, crs="EPSG:4548",
    )  # fmt: skip
    area = shapely.box(500_130, 4_060_130, 500_270, 4_060_270)
    zones = gpd.GeoDataFrame(
        {"zone_id": ["Z"], "kind": ["truck-ban"], "vehicles": ["truck"], "hours": ["05:00-10:00"]},
        geometry=[area], crs="EPSG:4548",
    ).iloc[: int(ban)]  # fmt: skip
    return pp_city(axes, zones), area


def pp_city(axes, zones):
    from types import SimpleNamespace

    return SimpleNamespace(centrelines=axes, zones=zones)


@pytest.mark.parametrize("seed", range(60))
def test_drives_are_those_of_dijkstra(seed):
    city, area = a_town(seed, ban=seed % 2 == 0)
    corners = np.unique(shapely.get_coordinates(city.centrelines.geometry.to_numpy()), axis=0)
    random = np.random.default_rng(seed)
    picked = corners[random.permutation(len(corners))[:8]]
    gateways = pd.DataFrame({"name": ["a", "b"], "x_m": picked[:2, 0], "y_m": picked[:2, 1]})
    spots = pd.DataFrame(
        {"spot_id": list("pqrstu")[: len(picked) - 2], "x_m": picked[2:, 0], "y_m": picked[2:, 1]}
    )
    spots["number"] = np.arange(1, len(spots) + 1)
    for vehicle, hours in (("truck", "06:00-09:00"), ("truck", "17:00-21:00"), ("tricycle", "06:00-09:00")):
        shut = seed % 2 == 0 and vehicle == "truck" and hours.startswith("06")

        def open_line(a, b, shut=shut):
            return not (shut and shapely.LineString([a, b]).intersection(area).length > 1)

        wanted = by_hand(city, gateways, spots, open_line)
        found = gateway_routes(city, spots, gateways, vehicles=[vehicle], hours=hours)
        for row in found.itertuples():
            place = tuple(
                np.round(spots.set_index("spot_id").loc[row.spot_id, ["x_m", "y_m"]].astype(float), 3)
            )
            far = wanted[row.gateway].get(place, math.inf)
            if math.isinf(far):
                assert math.isnan(row.drive_m), row
                assert row.why, row
            else:
                assert row.drive_m == math.ceil(far - 1e-6), row


def test_a_ban_says_so_by_name(spring, plan, gateways):
    _, south, east, north = spring.city.bounds
    zone = gpd.GeoDataFrame(
        {
            "zone_id": ["Z"],
            "kind": ["truck-ban"],
            "vehicles": ["small-truck"],
            "hours": ["05:30-10:00"],
            "level": [0],
        },
        geometry=[shapely.box(plan.spots["x_m"].median() + 1, south, east, north)],
        crs=spring.city.crs,
    )
    from dataclasses import replace

    city = replace(spring.city, zones=zone)
    only = gateways[gateways["name"] == "西入城口"]
    found = gateway_routes(
        city, plan.spots, only, vehicles=["small-truck", "tricycle"], hours=plan.season.hours
    )
    trucks = found[found["vehicle"] == "small-truck"]
    assert trucks["why"].str.contains("closed to a small-truck at 06:00 and 17:00").any()
    assert (found.loc[found["vehicle"] == "tricycle", "why"] == "").all()
    table = growers(60).assign(入城口="西入城口", 车型="小货车", 志愿摊点="")
    result = allocate(plan, table, city=city, gateways=only)
    open_spots = set(trucks.loc[trucks["why"] == "", "number"])
    assert set(result.table["number"]) <= open_spots | {0}
    assert 0 < result.hosted < 40


def test_weeks_have_their_own_growers(spring, plan, gateways):
    ids = "; ".join(plan.pitches.loc[plan.pitches["number"] == 1, "pitch_id"])
    weeks = pd.DataFrame(
        {
            "spot_id": [plan.spots["spot_id"][0]], "number": [1], "week": [2],
            "first_day": [plan.season.weeks[1][0]], "last_day": [plan.season.weeks[1][1]],
            "capacity": [int(plan.spots["capacity"][0])], "pitch_ids": [ids],
        }
    )  # fmt: skip
    from dataclasses import replace

    weekly = replace(plan, weeks=weeks, vendors_by_week=(0, 9, *[0] * 10))
    # A spot that is closed in this week may be wished for; rows of faults are those of the table.
    table = growers(9).assign(首周=[3] * 4 + [1] * 5, 志愿摊点="2;1")
    bad = table.assign(入城口=["北入城口"] * 8 + ["天上"])
    with pytest.raises(pp.InputError, match="row 10"):
        allocate(weekly, bad, city=spring.city, gateways=gateways, week=2)
    found = allocate(weekly, table, city=spring.city, gateways=gateways, week=2)
    assert len(found.table) == 5
    assert set(found.table["number"]) <= {0, 1}
    assert found.hosted == min(5, int(plan.spots["capacity"][0]))
    assert json.dumps(found.public.to_dict())
