"""A small sound file for every reader: what is spoiled to see that spoilt files are refused."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import shapely

import pitchplan as pp
from pitchplan.demand.calendar import read_calendar
from pitchplan.files.ledger import write_published
from pitchplan.files.ledgerfile import read_ledger
from pitchplan.files.reading import read_layer
from pitchplan.growers.allocation import allocate
from pitchplan.growers.gateways import read_gateways
from pitchplan.growers.lottery import check_lottery
from pitchplan.growers.reading import read_growers

__all__ = ["BOOK", "LAYERS", "Sound", "World", "sheet_rows", "sound_world", "workbook"]

WEST, SOUTH = 117.0, 36.65
HARVEST = """\
origin,crop,cultivation,area_mu,yield_jin_per_mu,loss_share,city_share_low,city_share,city_share_high,\
load_t,selling_t_per_day,first_day,peak_day,last_day
柳林村,西瓜,大棚,770,7050,0.08,0.019,0.032,0.048,2.3,0.59,2026-05-05,2026-06-09,2026-06-21
杏园村,西瓜,露地,990,5950,0.09,0.032,0.053,0.08,1.7,0.74,2026-06-18,2026-07-14,2026-08-18
"""
DECISIONS = """\
decision_id,what,lon,lat,radius_m,rule,reason,who,date
D01,keep,117.0019,36.6511,15,,老瓜点,经十社区,2026-04-25
D02,forbid,117.0021,36.6482,40,,夜间噪声,舜耕社区,2026-04-26
D03,waive,117.0021,36.6484,20,entrance,已封闭停用,舜耕社区,2026-04-27
"""
OCCUPANCY = """\
点位,日期,商户数,已满,投诉数
1,2026-06-02,2,否,0
2,2026-06-02,7,是,1
1,2026-06-03,3,是,0
"""
CALENDAR = """\
first_day,last_day,what
2026-03-02,2026-07-03,school
2026-07-04,2026-08-31,vacation
2026-06-19,2026-06-21,holiday
"""
GROWERS = """\
编号,姓名,手机号,车型,入城口,志愿摊点,申报日期
G-001,某某甲,13900001234,小货车,北入城口,1;2,2026-05-01
G-002,某某乙,13900001235,三轮车,南入城口,2,2026-05-02
"""
GATEWAYS = """\
名称,经度,纬度
北入城口,117.002,36.652
南入城口,117.002,36.648
"""
BOOK = """\
[book]
id = "ours"
title = "本市"
base = "jinan-2019"
without = ["entrance"]

[[rule]]
id = "junction"
kind = "setback"
feature = "junction"
distance_m = 12.0
side = "any"
source = "Order 7 of the city"
origin = "ours"
title = "路口"
title_en = "junction"

[[vehicle]]
id = "van"
length_m = 5.0
width_m = 2.0
gap_m = 1.0
aisle_m = 3.0
queue_m = 0.6
source = "Order 7 of the city"
origin = "ours"
"""
OSM_NODES = {1: (117.0, 36.65), 2: (117.002, 36.65), 3: (117.004, 36.65), 4: (117.002, 36.651)}
OSM_WAYS = {
    101: ((1, 2, 3), {"highway": "residential", "name": "舜耕路", "lanes": "2"}),
    102: ((2, 4), {"highway": "tertiary", "width": "7.5 m"}),
    103: ((1, 2, 4, 1), {"building": "yes", "building:levels": "6"}),
}
LAYERS = (
    "streets",
    "centrelines",
    "footways",
    "open_spaces",
    "buildings",
    "keep_clear",
    "kerb_regulations",
    "zones",
    "communities",
)
"""Every layer that `read_city` takes."""


class Sound(NamedTuple):
    """A file that is read without a fault, and what reads it."""

    path: Path
    read: Callable[[Path], Any]


class World(NamedTuple):
    """One small city with its plan, and a sound file of every reader by the reader's name."""

    city: Any
    plan: Any
    files: dict[str, Sound]


def _box(west_m: float, south_m: float, east_m: float, north_m: float) -> Any:
    """Make a box of metres east and north of the middle, in degrees, about."""
    x, y = WEST + 0.002, SOUTH
    return shapely.box(x + west_m / 89_000, y + south_m / 111_000, x + east_m / 89_000, y + north_m / 111_000)


def _layers() -> dict[str, gpd.GeoDataFrame]:
    lines = [
        shapely.LineString([(WEST, SOUTH), (WEST + 0.004, SOUTH)]),
        shapely.LineString([(WEST + 0.002, SOUTH - 0.002), (WEST + 0.002, SOUTH + 0.002)]),
    ]
    names = {"street_id": ["a", "b"], "name": ["经十路", "舜耕路"]}
    axes = {**names, "width_m": [12.0, 10.0], "street_class": ["main", "local"]}
    areas = [_box(-180, -6, 180, 6), _box(-5, -220, 5, 220)]
    walks = [_box(8, 10, 11, 200), _box(8, -200, 11, -10)]
    halves = [_box(-400, -400, 0, 400), _box(0, -400, 400, 400)]
    people = {"name": ["西社区", "东社区"], "district": ["历泉区"] * 2, "residents": [2883, 1200]}
    kerb = shapely.LineString([(WEST + 0.0005, SOUTH), (WEST + 0.001, SOUTH)])
    truck = {"zone_id": ["z"], "kind": ["truck-ban"], "hours": ["07:00-09:00"], "vehicles": ["small-truck"]}
    tables: dict[str, tuple[dict[str, Any], list[Any]]] = {
        "streets": (names, areas),
        "centrelines": (axes, lines),
        "footways": ({"footway_id": ["f", "g"], "width_m": [3.0, 3.0]}, walks),
        "open_spaces": (
            {"open_space_id": ["o"], "name": ["泉城广场"], "kind": ["square"]},
            [_box(40, 40, 90, 90)],
        ),
        "buildings": (
            {"building_id": ["h", "i"], "residents": [120, 80], "levels": [6, 4]},
            [_box(-60, 20, -40, 60), _box(-90, 20, -70, 60)],
        ),
        "keep_clear": (
            {"feature_id": ["k", "l"], "kind": ["bus-stop", "entrance"], "name": ["甲站", ""]},
            [shapely.Point(WEST + 0.001, SOUTH), shapely.Point(WEST + 0.003, SOUTH)],
        ),
        "kerb_regulations": (
            {"regulation_id": ["r"], "kind": ["no-stopping"], "hours": ["07:00-09:00"]},
            [kerb],
        ),
        "zones": (truck, [_box(-100, -100, 100, 100)]),
        "communities": ({"community_id": ["w", "e"], **people}, halves),
    }
    return {
        name: gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)
        for name, (columns, shapes) in tables.items()
    }


def _layer_files(folder: Path, city: pp.City) -> dict[str, Sound]:
    layers = _layers()
    streets = folder / "streets.geojson"
    for name, layer in layers.items():
        layer.to_file(folder / f"{name}.geojson", driver="GeoJSON")
    axes = layers["centrelines"]

    def reading(name: str) -> Callable[[Path], Any]:
        if name == "streets":
            return lambda path: pp.read_city(streets=path)
        return lambda path: pp.read_city(streets=streets, **{name: path})

    files = {name: Sound(folder / f"{name}.geojson", reading(name)) for name in LAYERS}
    for suffix in ("gpkg", "fgb", "kml", "shp"):
        axes.rename(columns={"name": "Name", "street_class": "class"}).to_file(
            folder / f"axes.{suffix}", driver="KML" if suffix == "kml" else None
        )
        files[suffix] = Sound(folder / f"axes.{suffix}", _read_axes)
    with zipfile.ZipFile(folder / "axes.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for part in ("shp", "shx", "dbf", "prj", "cpg"):
            archive.write(folder / f"axes.{part}", f"axes.{part}")
    files["zip"] = Sound(folder / "axes.zip", _read_axes)
    arcs = [shapely.get_coordinates(g).tolist() for g in axes.geometry]
    rows = [
        {"type": "LineString", "properties": {"name": n}, "arcs": [k]} for k, n in enumerate(axes["name"])
    ]
    objects = {"streets": {"type": "GeometryCollection", "geometries": rows}}
    topology = {"type": "Topology", "objects": objects, "arcs": arcs}
    (folder / "axes.topojson").write_text(json.dumps(topology), encoding="utf-8")
    files["topojson"] = Sound(folder / "axes.topojson", _read_axes)
    for part in ("dbf", "shx", "prj", "cpg"):
        files[part] = Sound(
            folder / f"axes.{part}", lambda path: _read_axes(path.parent / f"{path.stem}.shp")
        )
    return files


def _read_axes(path: Path) -> Any:
    read_layer(path)
    return pp.read_city(streets=path, assume_crs="EPSG:4326")


def _osm_text() -> str:
    nodes = [f'<node id="{i}" version="1" lon="{x}" lat="{y}"/>' for i, (x, y) in OSM_NODES.items()]
    ways = []
    for i, (refs, tags) in OSM_WAYS.items():
        inner = "".join(f'<nd ref="{n}"/>' for n in refs)
        inner += "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        ways.append(f'<way id="{i}" version="1">{inner}</way>')
    body = "\n".join([*nodes, *ways])
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6">\n{body}\n</osm>\n'


def _plan(city: pp.City, season: pp.Season) -> pp.Plan:
    candidates = pp.find_candidates(city, pp.rule_book("jinan-2019"), season=season)
    problem = pp.siting_problem(candidates, city, vendors=24, goals=(pp.goals.HostVendors(),))
    return problem.solve(time_limit_s=20)


def workbook(sheet: str, **parts: str) -> bytes:
    """Make a workbook of the XML of its one sheet's rows; ``parts`` are further files of it, by path."""
    main = "http://schemas.openxmlformats.org"
    package = f"{main}/package/2006"
    office = f"{main}/officeDocument/2006/relationships"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kinds}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}/spreadsheetml/2006/main" xmlns:r="{office}">'
        '<sheets><sheet name="one" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}/spreadsheetml/2006/main">'
        f"<sheetData>{sheet}</sheetData></worksheet>",
        **parts,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def sheet_rows(text: str) -> str:
    """Turn lines of CSV into a sheet's rows: numbers as numbers, the rest as text."""
    rows = []
    for y, line in enumerate(text.splitlines(), start=1):
        cells = [
            f'<c r="{chr(65 + x)}{y}"><v>{cell}</v></c>'
            if cell.replace(".", "", 1).isdigit()
            else f'<c r="{chr(65 + x)}{y}" t="inlineStr"><is><t>{cell}</t></is></c>'
            for x, cell in enumerate(line.split(","))
        ]
        rows.append(f'<row r="{y}">{"".join(cells)}</row>')
    return "".join(rows)


def sound_world(folder: Path) -> World:
    """Write the sound files into a folder and say what reads each.

    Parameters
    ----------
    folder : pathlib.Path
        An empty folder.
    """
    texts = {
        "harvest.csv": HARVEST,
        "decisions.csv": DECISIONS,
        "occupancy.csv": OCCUPANCY,
        "calendar.csv": CALENDAR,
        "growers.csv": GROWERS,
        "gateways.csv": GATEWAYS,
        "book.toml": BOOK,
        "city.osm": _osm_text(),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "harvest.xlsx").write_bytes(workbook(sheet_rows(HARVEST)))
    _layers()["centrelines"].to_file(folder / "axes.geojson", driver="GeoJSON")
    city = pp.read_city(streets=folder / "axes.geojson")
    season = pp.Season("2026-06-01", "2026-06-21", hours="06:00-09:00, 17:00-21:00")
    plan = _plan(city, season)
    sheet = pp.map_sheet(plan, city, title="西瓜地图", publisher="城管局")
    pp.write(sheet, folder / "map.geojson")
    pp.write(sheet, folder / "spots.csv")
    drawn = allocate(
        plan,
        folder / "growers.csv",
        "lottery",
        city=city,
        gateways=folder / "gateways.csv",
        seed="12 5 9",
        seed_source="the lottery of 1 May",
        salt="s" * 32,
    )
    drawn.write_proof(folder / "proof.json")
    write_published(folder / "map-2026.geojson", b"{}", title="西瓜地图", issued="2026-05-20")
    files = {
        "harvest": Sound(folder / "harvest.csv", pp.read_harvest),
        "workbook": Sound(folder / "harvest.xlsx", pp.read_harvest),
        "decisions": Sound(folder / "decisions.csv", pp.read_decisions),
        "occupancy": Sound(folder / "occupancy.csv", lambda path: pp.read_occupancy(path, plan)),
        "calendar": Sound(folder / "calendar.csv", read_calendar),
        "growers": Sound(folder / "growers.csv", read_growers),
        "gateways": Sound(folder / "gateways.csv", lambda path: read_gateways(path, crs=city.crs)),
        "spots": Sound(folder / "spots.csv", lambda path: pp.read_spots(path, city)),
        "book": Sound(folder / "book.toml", pp.read_rule_book),
        "osm": Sound(folder / "city.osm", pp.read_osm),
        "plan": Sound(folder / "map.geojson", pp.read_plan),
        "proof": Sound(folder / "proof.json", check_lottery),
        "ledger": Sound(folder / "published.json", lambda path: read_ledger(path.parent)),
        **_layer_files(folder, city),
    }
    return World(city, plan, files)
