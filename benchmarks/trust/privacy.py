"""Nobody's telephone, ID number, plate or name on a public sheet: planted in all inputs, sought everywhere.

    python benchmarks/trust/privacy.py           # about four minutes on one core

Spring City's files get numbers in fifteen spellings in the names and ids of every layer, in the columns of
decisions (who and reason too), growers, gateways, last year's list and occupancy, and columns of their own
with a grower's name. The whole way runs on them, with ``log=True``. Looked through are all public files
(archives opened, PDFs as text), letters, the ledger, provenance, a lottery's proof, the audit's text, what is
printed, how objects show themselves, and every message where a cell of any column of any input is such a
number. Pages of the office must be marked. Prints what is found and ends with 1 where something is.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import pandas as pd

import pitchplan as pp
from pitchplan.candidates.lists import read_spots
from pitchplan.provenance import json_bytes, provenance
from pitchplan.sheets import check_published, map_sheet, render, write, write_cds
from pitchplan.sheets.formats import FORMATS
from pitchplan.sheets.letters import letters

TESTS = Path(__file__).parents[2] / "tests"
LAYERS = (
    "streets", "centrelines", "footways", "open_spaces", "buildings", "keep_clear", "kerb_regulations",
    "communities",
)  # fmt: skip
PUBLIC = {"title": "泉城西瓜地图 2026", "publisher": "泉城城市管理局"}
CONTACT = "热线 13912345678"
"""The declared contact line: printed as it is given."""


def loaded(name: str) -> ModuleType:
    """Load a module of the tests."""
    spec = importlib.util.spec_from_file_location(name, TESTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


planted = loaded("planted")


class Search:
    """The numbers that were planted, and where they were found."""

    def __init__(self) -> None:
        self.secrets, self.looked, self.found = planted.Secrets(), 0, list[str]()

    def look(self, what: str, text: str) -> None:
        """Look through one output."""
        self.looked += 1
        for hit in self.secrets.hits(text):
            self.found.append(f"{what}: {hit}")
            print(f"  {self.found[-1]}", flush=True)

    def file(self, path: Path) -> None:
        """Look through a file, a PDF as text too, and its name."""
        self.look(path.name, path.name + planted.texts_of(path.read_bytes()))
        if path.suffix == ".pdf" and shutil.which("pdftotext"):
            done = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True)
            self.look(f"{path.name} as text", done.stdout.decode())


def planted_files(search: Search, folder: Path) -> dict[str, Path]:
    """Write Spring City's layers with numbers in names and ids of every tenth feature."""
    source, out = pp.datasets.spring_city_folder(), {}
    for name in LAYERS:
        frame = gpd.read_file(source / f"{name}.geojson")
        for column in frame.columns.drop("geometry"):
            texts = frame[column].map(lambda v: isinstance(v, str)).any()
            if not texts or column in ("hours", "width_status", "kind", "contact", "street_class", "oneway"):
                continue
            cells = frame[column].astype(object).tolist()
            for k in range(0, len(cells), max(len(cells) // 6, 2)):
                said = search.secrets.any(f"{name}.{column}")
                cells[k] = said if column.endswith("_id") else f"{cells[k] or ''} {said}"
            frame[column] = cells
        frame["联系人"], frame["手机号"] = (
            search.secrets.name("own column"),
            search.secrets.mobile(f"{name}, own column"),
        )
        out[name] = folder / f"{name}.geojson"
        frame.to_file(out[name], driver="GeoJSON")
    return out


def planted_decisions(search: Search, folder: Path) -> Path:
    """Write the decisions with a number in every column of words, and the grower's name in who and reason."""
    table = pd.read_csv(pp.datasets.spring_city_folder() / "decisions.csv", dtype=object)
    for column in ("reason", "reason_en", "who"):
        name = search.secrets.name("decisions")
        table[column] = [
            f"{cell} {search.secrets.any(f'decisions.{column}')} {name}" for cell in table[column]
        ]
    table["电话"] = search.secrets.mobile("decisions, own column")
    table.to_csv(folder / "decisions.csv", index=False)
    return folder / "decisions.csv"


def growers_of(search: Search, gateways: tuple[str, ...], count: int) -> pd.DataFrame:
    """Make the office's list."""
    rows = [
        {
            "grower_id": f"G-{k:04d}",
            "name": search.secrets.name("growers.name"),
            "phone": "".join(c for c in search.secrets.mobile("growers.phone") if c in "0123456789+- ") or "",
            "id_number": f"37010219850312{k:04d}",
            "plate": search.secrets.plate("growers.plate"),
            "vehicle": "small-truck",
            "gateway": gateways[k % len(gateways)],
            "wishes": "",
        }
        for k in range(count)
    ]
    search.secrets.planted |= {row["id_number"]: "growers.id_number" for row in rows}
    return pd.DataFrame(rows)


def the_way(search: Search, folder: Path) -> None:
    """Go the whole way on planted files and look through all of it."""
    spring = pp.datasets.spring_city()
    files = planted_files(search, folder)
    city = pp.read_city(**files)
    search.look("City", repr(city) + city._repr_html_() + "".join(city.notes) + city.taken.to_string())
    for name in LAYERS:
        frame = getattr(city, name).drop(columns="geometry")
        search.look(f"layer {name}", frame.to_csv(index=False))
    decisions = pp.datasets.read_decisions(planted_decisions(search, folder))
    found = pp.find_candidates(city, spring.book, season=spring.season, decisions=decisions)
    search.look(
        "Candidates", repr(found) + found._repr_html_() + found.pitches.to_csv() + found.runs.to_csv()
    )
    problem = pp.siting_problem(found, city, vendors=60, decisions=decisions)
    search.look("SitingProblem", repr(problem) + problem._repr_html_())
    plans: list[Any] = []
    search.look(
        "solve(log=True)", planted.all_it_says(lambda: plans.append(problem.solve(time_limit_s=20, log=True)))
    )
    plan = plans[0]
    search.look("Plan", repr(plan) + plan._repr_html_() + plan.spots.to_csv() + plan.pitches.to_csv())
    search.look("explain", planted.all_it_says(lambda: problem.explain_shortfall(plan)))
    audit = pp.audit_plan(plan, city, spring.book)
    search.look("audit.txt", audit.text + repr(audit) + audit._repr_html_())
    last = spring.last_year.astype(object)
    for column in ("name", "address"):
        last[column] = [f"{c} {search.secrets.any(f'last year.{column}')}" for c in last[column]]
    listed = read_spots(last, city, strict=False)
    search.look("last year's list", listed.to_csv() + repr(listed.attrs))
    plan = plan.with_numbers_of(listed[listed["found"] != ""])
    outputs(search, folder, plan, city, audit, files)
    season(search, folder, plan, city, spring)


def outputs(search: Search, folder: Path, plan: Any, city: Any, audit: Any, files: dict[str, Path]) -> None:
    """Write everything that is public."""
    contact = dict.fromkeys(city.communities["district"], CONTACT)
    sheet = map_sheet(
        plan, city, **PUBLIC, audit=audit, atlas=True, contact=contact, stage="published", date="2026-05-20"
    )
    out = folder / "public"
    out.mkdir()
    for suffix in FORMATS:
        path = write(sheet, out / f"map{suffix}")
        search.file(path)
        search.file(write(plan, out / f"plan{suffix}") if not FORMATS[suffix].needs_map else path)
    assert "13912345678" in (out / "map.html").read_text(encoding="utf-8"), "the contact line is not printed"
    for page in sheet.pages:
        search.look(f"page {page.page_id}", render(sheet.only(page.page_id), ".svg").decode())
    search.file(write(sheet.leaflet(), out / "leaflet.pdf"))
    for path in write_cds(sheet, out / "cds"):
        search.file(path)
    search.file(out / "published.json")
    search.look("check_published", check_published(out).to_string())
    search.look("Sheet", repr(sheet) + sheet._repr_html_() + sheet.explore()._repr_html_())
    search.look("folium", plan.explore(tiles=None).get_root().render())
    started = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    search.look(
        "provenance", json_bytes(provenance(plan, inputs=files, started=started, seconds=1.0)).decode()
    )
    back = pp.read_plan(out / "map.geojson")
    search.look("read back", repr(back) + back.spots.to_csv() + back.decisions.to_csv())
    office = map_sheet(plan, city, **PUBLIC, audience="office", atlas=True)
    for page in (office.page, *office.pages):
        marked = "内部使用" in render(office.only(page.page_id), ".svg").decode()
        search.looked += 1
        if not marked:
            search.found.append(f"office page {page.page_id} is not marked")
    # Letters leave the office: numbers are masked in them too, whoever wrote them.
    numbers = planted.Secrets({n: w for n, w in search.secrets.planted.items() if n != planted.NAME})
    for letter in letters(plan, city, publisher="局", contact=CONTACT):
        search.looked += 1
        search.found += [f"letter: {hit}" for hit in numbers.hits(letter.html().decode())]


def season(search: Search, folder: Path, plan: Any, city: Any, spring: Any) -> None:
    """Allocate pitches to growers and count who came."""
    growers = growers_of(search, spring.gateways, 40)
    drawn = pp.allocate(
        plan, growers, "lottery", city=city, gateways=spring.gateway_places, seed="7 8 9",
        seed_source=f"公证 {search.secrets.mobile('seed_source')}", salt="secret",
    )  # fmt: skip
    search.look(
        "Allocation", repr(drawn) + drawn._repr_html_() + drawn.table.to_csv() + drawn.routes.to_csv()
    )
    search.file(drawn.write_proof(folder / "lottery.json"))
    again = growers.rename(columns={"grower_id": "编号"}).assign(编号=growers["phone"])
    search.look(
        "growers' ids are telephones",
        planted.all_it_says(lambda: pp.allocate(plan, again, city=city, gateways=spring.gateway_places)),
    )
    rows = [{"spot": int(n), "date": "2026-06-08", "vendors": 2, "round": "早"} for n in plan.spots["number"]]
    counted = pd.DataFrame(rows).assign(记录人=search.secrets.name("occupancy, own column"))
    seen = pp.read_occupancy(counted, plan)
    search.look("Occupancy", repr(seen) + seen._repr_html_() + seen.scores.to_csv())
    for column in counted.columns:
        bad = counted.astype(object)
        bad.loc[0, column] = search.secrets.mobile(f"occupancy.{column}")
        search.look(f"occupancy.{column}", planted.all_it_says(lambda bad=bad: pp.read_occupancy(bad, plan)))


def main() -> int:
    """Run everything and return how much was found."""
    began, search = time.monotonic(), Search()
    with tempfile.TemporaryDirectory() as name:
        the_way(search, Path(name))
    print(f"the whole way: {search.looked} outputs, {len(search.found)} hits", flush=True)
    for where, call in planted.wrong_cells(search.secrets):
        search.look(f"message of {where}", planted.all_it_says(call))
    print(
        f"{len(search.secrets.planted)} numbers and names planted, {search.looked} outputs looked through:"
        f" {len(search.found)} hits ({time.monotonic() - began:.0f} s)"
    )
    return len(search.found)


if __name__ == "__main__":
    sys.exit(min(main(), 1))
