"""Make the demonstration city: ``python data/make_spring_city.py [folder]``.

The city is drawn from a sketch (``spring_city_maker/street_plan.py``, ``place_plan.py``) and one seed, so
that the same versions of the libraries write the same bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).parent))

from spring_city_maker import harvest, kerbside, land, network, people, place_plan, writing

SEED = 2026
SEASON = """\
first = 2026-06-01
last = 2026-08-20
hours = "06:00-09:00, 17:00-21:00"
gateways = ["北入城口", "东入城口", "南入城口", "西入城口"]
title = "泉城西瓜地图 2026"
title_en = "Spring City Watermelon Map 2026"
publisher = "泉城城市管理局"
publisher_en = "Spring City Urban Management Bureau"
"""
LANES = {"main": 6, "secondary": 4, "branch": 2, "local": 2, "lane": 1}
Rows = list[dict[str, object]]


def street_rows(streets: list[network.Street]) -> tuple[Rows, Rows]:
    """Return the rows of the carriageways and of the axes."""
    rows: tuple[Rows, Rows] = ([], [])
    for street in streets:
        facts = {
            "street_id": street.street_id,
            "name": street.sketch.name,
            "name_en": street.sketch.name_en,
            "street_class": street.kind,
            "width_m": street.sketch.width_m,
            "width_status": "measured",
            "lanes": LANES[street.kind],
            "level": 0,
        }
        rows[0].append({**facts, "geometry": street.carriageway})
        rows[1].append({**facts, "geometry": street.axis.line})
    return rows


def space_rows(spaces: list[land.Space]) -> Rows:
    """Return the rows of the open spaces."""
    return [
        {"open_space_id": f"O{i:03d}", "name": s.name, "name_en": s.name_en, "kind": s.kind, "level": 0,
         "geometry": s.shape}
        for i, s in enumerate(spaces, start=1)
    ]  # fmt: skip


def building_rows(buildings: list[land.Building]) -> Rows:
    """Return the rows of the buildings."""
    return [
        {"building_id": f"B{i:04d}", "residents": b.residents, "levels": b.levels, "geometry": b.shape}
        for i, b in enumerate(buildings, start=1)
    ]


def feature_rows(features: list[kerbside.Feature], id_name: str, letter: str, note: str) -> Rows:
    """Return the rows of keep-clear features (note = name) or kerb regulations (note = hours)."""
    return [
        {id_name: f"{letter}{i:04d}", "kind": f.kind, note: f.note or None, "level": 0, "geometry": f.shape}
        for i, f in enumerate(features, start=1)
    ]


def community_rows(communities: list[people.Community]) -> Rows:
    """Return the rows of the communities, each with its district's office line."""
    rows: Rows = []
    for c in communities:
        name, name_en, district, district_en = c.texts
        rows.append(
            {"community_id": c.community_id, "name": name, "name_en": name_en, "district": district,
             "district_en": district_en, "residents": c.residents,
             "contact": place_plan.OFFICE_LINES[district], "geometry": c.shape}
        )  # fmt: skip
    return rows


def spot_rows(spots: list[tuple[str, str, shapely.Point, int]]) -> Rows:
    """Return the rows of last year's spots."""
    rows: Rows = []
    for i, (name, where, place, capacity) in enumerate(spots, start=1):
        point = writing.to_degrees(place)
        rows.append(
            {
                "number": i,
                "name": name,
                "address": where,
                "lon": point.x,
                "lat": point.y,
                "capacity": capacity,
            }
        )
    return rows


def gateway_rows(streets: list[network.Street]) -> Rows:
    """Return where growers enter the city: the wider streets' ends farthest north, east, south and west."""
    ends = shapely.get_coordinates([s.axis.line for s in streets if s.kind in ("main", "secondary")])
    rows: Rows = []
    for name, way in (
        ("北入城口", (0, 1)),
        ("东入城口", (1, 0)),
        ("南入城口", (0, -1)),
        ("西入城口", (-1, 0)),
    ):
        place = writing.to_degrees(shapely.Point(ends[int((ends @ np.array(way)).argmax())]))
        rows.append({"name": name, "lon": place.x, "lat": place.y})
    return rows


def decision_rows(answers: list[people.Answer]) -> Rows:
    """Return the rows of the decisions, their places in degrees."""
    rows: Rows = []
    for answer in answers:
        point = writing.to_degrees(answer["place"])
        rows.append({
            "decision_id": answer["decision_id"], "what": answer["what"], "lon": point.x, "lat": point.y,
            **{k: answer[k] for k in ("radius_m", "rule", "reason", "reason_en", "who", "date")},
        })  # fmt: skip
    return rows


def make(folder: Path) -> None:
    """Make the whole city and write its files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = [np.random.default_rng([SEED, k]) for k in range(8)]
    streets = network.draw_axes(rng[0])
    junctions = network.find_junctions(streets)
    network.pave(streets, junctions)
    footways = network.lay_footways(streets, rng[1])
    paved = shapely.union_all([s.carriageway for s in streets] + footways)
    spaces = land.lay_open_spaces(streets, paved)
    kerbs = kerbside.Kerbs(streets, junctions)
    ways_in = kerbside.gates_and_lanes(kerbs, spaces, rng[2])
    open_ground = shapely.union_all([s.shape.buffer(1.0, join_style="mitre") for s in spaces])
    free = network.MAP.difference(paved.buffer(0.5, join_style="mitre")).difference(open_ground)
    compounds = land.lay_compounds(streets, free)
    ways = shapely.union_all([f.shape.buffer(2.2, cap_style="flat") for f in ways_in])
    buildings = land.build(free.difference(ways), compounds, rng[3])
    clear = kerbside.keep_clear(kerbs, junctions, compounds, ways_in, footways, rng[4])
    rules = kerbside.regulations(kerbs, clear, spaces, compounds, rng[5])
    communities = people.tile_communities(streets, buildings)
    found = people.free_places(kerbs, clear, rules, rng[6])
    survey = harvest.survey(rng[7])

    carriageways, axes = street_rows(streets)
    footway_rows: Rows = [
        {"footway_id": f"F{i:04d}", "level": 0, "geometry": f} for i, f in enumerate(footways, 1)
    ]
    layers = {
        "streets": carriageways,
        "centrelines": axes,
        "footways": footway_rows,
        "open_spaces": space_rows(spaces),
        "buildings": building_rows(buildings),
        "keep_clear": feature_rows(clear, "feature_id", "K", "name"),
        "kerb_regulations": feature_rows(rules, "regulation_id", "R", "hours"),
        "communities": community_rows(communities),
    }
    for name, rows in layers.items():
        writing.save(folder, f"{name}.geojson", writing.layer_text(rows))
    spots = people.last_years_spots(found, spaces, streets, rng[6])
    writing.save(folder, "spots_2025.csv", writing.table_text(spot_rows(spots)))
    answers = people.decisions(found, clear, streets, communities, rng[6])
    writing.save(folder, "decisions.csv", writing.table_text(decision_rows(answers)))
    writing.save(folder, "gateways.csv", writing.table_text(gateway_rows(streets)))
    writing.save(folder, "harvest.csv", harvest.as_csv(survey))
    harvest.write_xlsx(survey, folder / "harvest.xlsx")
    writing.save(folder, "season.toml", SEASON)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "spring_city")
