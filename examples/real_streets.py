r"""A map from a city's own files.

    python examples/real_streets.py \
        --streets roads.geojson --centrelines axes.geojson --communities communities.geojson \
        --keep-clear hydrant=hydrants.geojson --keep-clear bus-stop=stops.geojson \
        --harvest harvest.csv --rules jinan-2019 --out out

    python examples/real_streets.py --osm city.osm.pbf --harvest harvest.csv --out out

Every layer may be GeoJSON, GeoPackage, Shapefile, FlatGeobuf or TopoJSON, and may be followed by
``|layername=…`` and ``|subset=<SQL>`` as QGIS writes them. Layers that are not given make the rules
that need them "not applied"; square cells and an assumed density stand in for communities and residents.
"""

from __future__ import annotations

import guarding  # noqa: F401  # first: it also holds while the others are loaded

# isort: split

import argparse
import datetime as dt
from pathlib import Path

from outputs import Result, end_if_stopped, summary, write_all

import pitchplan as pp
from pitchplan.errors import Fault


def pairs(items: list[str] | None, option: str) -> dict[str, str]:
    """Read ``name=value`` options."""
    out: dict[str, str] = {}
    for item in items or []:
        name, equals, value = item.partition("=")
        if not equals or not value:
            raise pp.InputError(
                Fault("not name=value", f"Write {option} bus-stop=stops.geojson", option, value=item)
            )
        out[name] = value
    return out


def arguments() -> argparse.Namespace:
    """Read the command line."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    streets = p.add_mutually_exclusive_group(required=True)
    streets.add_argument("--streets", help="carriageway polygons, or centrelines")
    streets.add_argument(
        "--osm", help="an OpenStreetMap extract (.osm.pbf or .osm): all layers but communities"
    )
    p.add_argument("--centrelines", help="axes with names and classes, where the streets are polygons")
    p.add_argument("--communities", help="polygons with name, district, residents")
    p.add_argument("--footways", help="polygons or lines")
    p.add_argument("--buildings", help="footprints, residents if known")
    p.add_argument(
        "--open-spaces", action="append", metavar="KIND=FILE", help="square, car-park, market-place"
    )
    p.add_argument(
        "--keep-clear", action="append", metavar="KIND=FILE", help="bus-stop, hydrant, school-gate …"
    )
    p.add_argument(
        "--kerb-regulations", action="append", metavar="KIND=FILE", help="no-stopping, loading-bay …"
    )
    p.add_argument("--zones", action="append", metavar="KIND=FILE", help="truck-ban, pedestrian-zone …")
    p.add_argument("--width-unit", help="unit of widths that state none: m, cm, mm, ft or in")
    p.add_argument(
        "--column", action="append", metavar="LAYER.NAME=COLUMN", help="a column not recognised by name"
    )
    p.add_argument(
        "--street-class", action="append", metavar="VALUE=CLASS", help="a class not recognised by name"
    )
    p.add_argument("--crs", help="planning CRS; chosen from the place where not given")
    p.add_argument("--assume-crs", help="CRS of layers that state none, such as TopoJSON")
    p.add_argument("--harvest", required=True, help="harvest survey, csv or xlsx")
    p.add_argument("--gateways", help="names of the city's gateways, separated by commas")
    p.add_argument("--rules", default="jinan-2019", help="a preset or a TOML file")
    p.add_argument("--decisions", help="committees' decisions, csv or xlsx")
    p.add_argument("--season", default="2026-06-01,2026-08-20", help="first and last day")
    p.add_argument("--hours", default="06:00-09:00, 17:00-21:00")
    p.add_argument(
        "--vehicle", action="append", help="a class of the rule book; small-truck if none is given"
    )
    p.add_argument(
        "--placement",
        action="append",
        help="kerbside, footway, setback-land, open-space; else as the book says",
    )
    p.add_argument("--level", type=float, default=0.9, help="share of seasons in which all find a pitch")
    p.add_argument("--time-limit", type=float, default=90.0, help="seconds the solver may take")
    p.add_argument("--title", default="Watermelon map")
    p.add_argument("--publisher", default="City management office")
    p.add_argument("--source-note", default="", help="attribution of the data, printed on the map")
    p.add_argument("--paper", default="A3")
    p.add_argument("--out", type=Path, default=Path("out"))
    return p.parse_args()


def read_city(o: argparse.Namespace) -> pp.City:
    """Read the layers that were given."""
    if o.osm:
        return pp.read_osm(o.osm, communities=o.communities, crs=o.crs)
    return pp.read_city(
        streets=o.streets,
        centrelines=o.centrelines,
        footways=o.footways,
        buildings=o.buildings,
        communities=o.communities,
        open_spaces=pairs(o.open_spaces, "--open-spaces") or None,
        keep_clear=pairs(o.keep_clear, "--keep-clear") or None,
        kerb_regulations=pairs(o.kerb_regulations, "--kerb-regulations") or None,
        zones=pairs(o.zones, "--zones") or None,
        width_unit=o.width_unit,
        columns=pairs(o.column, "--column"),
        classes=pairs(o.street_class, "--street-class") if o.street_class else None,
        crs=o.crs,
        assume_crs=o.assume_crs,
    )


def input_files(o: argparse.Namespace) -> dict[str, Path]:
    """Name every file that was read, for the provenance."""
    given = {
        name: getattr(o, name)
        for name in ("streets", "osm", "centrelines", "communities", "footways", "buildings")
    }
    for name in ("open_spaces", "keep_clear", "kerb_regulations", "zones"):
        given |= {f"{name}:{kind}": path for kind, path in pairs(getattr(o, name), name).items()}
    given |= {"harvest": o.harvest, "decisions": o.decisions}
    if Path(o.rules).suffix == ".toml":
        given["rules"] = o.rules
    return {name: Path(source.split("|")[0]) for name, source in given.items() if source}


def main() -> None:
    """Make the map, print every rule with what it saw and refused, and what came out."""
    o = arguments()
    started = dt.datetime.now(dt.UTC)
    first, _, last = o.season.partition(",")
    season = pp.Season(first, last, hours=o.hours)
    book = pp.read_rule_book(o.rules) if o.rules.endswith(".toml") else pp.rule_book(o.rules)
    decisions = pp.read_decisions(o.decisions) if o.decisions else None
    gateways = [g.strip() for g in o.gateways.split(",")] if o.gateways else None
    forecast = pp.forecast_vendors(pp.read_harvest(o.harvest), season, gateways=gateways)

    city = read_city(o)
    print(city)
    candidates = pp.find_candidates(
        city,
        book,
        season=season,
        vehicles=o.vehicle or "small-truck",
        placements=o.placement,
        decisions=decisions,
    )
    print(
        candidates.rules_report[["rule", "kind", "features", "refused", "clashes", "applied"]].to_string(
            index=False
        )
    )
    problem = pp.siting_problem(candidates, city, vendors=forecast.to_provide(o.level), decisions=decisions)
    plan = problem.solve(time_limit_s=o.time_limit)
    audit = pp.audit_plan(plan, city, book).raise_for_breaches()
    sheet = pp.map_sheet(
        plan,
        city,
        title=o.title,
        publisher=o.publisher,
        paper=o.paper,
        source_note=o.source_note,
        audit=audit,
    )
    end_if_stopped(plan, audit, sheet, o.out)
    others = {
        "greedy planner": pp.greedy_plan(problem),
        "random planner": pp.random_plan(problem, pitches=len(plan.pitches), seed=0),
    }
    result = Result(forecast, candidates, plan, audit, others)
    write_all(result, sheet, o.out, inputs=input_files(o), started=started)
    print(summary(result, o.out))


if __name__ == "__main__":
    main()
