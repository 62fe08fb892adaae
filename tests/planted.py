"""People's numbers and names planted in every input; the look for them shares nothing with the masking."""

from __future__ import annotations

import contextlib
import io
import sys
import traceback
import unicodedata
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

import pitchplan as pp
from pitchplan.candidates.lists import read_spots
from pitchplan.city.layers import TABLES
from pitchplan.demand.calendar import read_calendar
from pitchplan.growers.gateways import read_gateways
from pitchplan.growers.reading import read_growers
from pitchplan.siting.decisions import read_decisions

CRS = "EPSG:4548"
NAME = "张建国"
"""A grower. Names in a cell of free words cannot be known; in columns of their own they are left out."""

_HAN = str.maketrans("零一二三四五六七八九", "0123456789")
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
FORMS: tuple[Callable[[str], str], ...] = (
    lambda n: n,
    lambda n: f"{n[:3]} {n[3:7]} {n[7:]}",
    lambda n: f"{n[:3]}-{n[3:7]}-{n[7:]}",
    lambda n: f"+86 {n}",
    lambda n: f"+86-{n[:3]}-{n[3:7]}-{n[7:]}",
    lambda n: f"0086{n}",
    lambda n: n.translate(_WIDE),
    lambda n: f"（{n[:3]}）{n[3:]}",
    lambda n: "\u200b".join(n),
    lambda n: f"{n[:3]}\u00a0{n[3:7]}\u2013{n[7:]}",
    lambda n: f"{n[:3]}.{n[3:7]}.{n[7:]}",
    lambda n: " ".join(n),
    lambda n: "".join("零一二三四五六七八九"[int(c)] for c in n),
    lambda n: f"微信{n}同号",
    lambda n: f"tel{n}",
)
"""How people write a mobile number."""


@dataclass
class Secrets:
    """Numbers that are planted, each once, so that a hit tells which column leaked it."""

    planted: dict[str, str] = field(default_factory=dict)

    def mobile(self, where: str) -> str:
        """Return a text with a mobile number in one of the forms."""
        k = len(self.planted)
        number = f"1395{k * 7919 % 9_999_991:07d}"
        self.planted[number] = where
        return FORMS[k % len(FORMS)](number)

    def ident(self, where: str) -> str:
        """Return an ID number, now and then with X, blanks or full-width digits."""
        k = len(self.planted)
        number = f"370102198503{1 + k % 28:02d}{k % 1000:03d}" + ("X" if k % 3 == 0 else str(k % 10))
        self.planted[number] = where
        return (number, f"{number[:6]} {number[6:14]} {number[14:]}", number.translate(_WIDE))[k % 3]

    def plate(self, where: str) -> str:
        """Return a number plate, of a battery car now and then."""
        k = len(self.planted)
        number = f"鲁A{'D' if k % 2 else ''}{k:03d}{k * 37 % 100:02d}"
        self.planted[number] = where
        return (number, f"{number[:2]}·{number[2:]}", f"{number[:2]} {number[2:]}")[k % 3]

    def any(self, where: str) -> str:
        """Return one of these in turn."""
        return (self.mobile, self.ident, self.mobile, self.plate)[len(self.planted) % 4](where)

    def name(self, where: str) -> str:
        """Plant the grower's name."""
        self.planted[NAME] = where
        return NAME

    def hits(self, text: str) -> list[str]:
        """Return what can be read in a text, however it is written: the number and where it was planted."""
        plain = unicodedata.normalize("NFKC", text).translate(_HAN)
        plain = "".join(c for c in plain if c.isalnum()).upper()
        return [f"{n} of {where}" for n, where in self.planted.items() if n in plain]


def texts_of(data: bytes) -> str:
    """Return what can be read in a file, archives opened."""
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "\n".join(n + "\n" + texts_of(archive.read(n)) for n in archive.namelist())
    return data.decode("utf-8", "ignore")


def all_it_says(call: Callable[[], Any]) -> str:
    """Return all that a call lets be seen: what it prints, warns, raises, and how its result is shown."""
    out = io.StringIO()
    with warnings.catch_warnings(record=True) as warned, contextlib.redirect_stdout(out):
        warnings.simplefilter("always")
        with contextlib.redirect_stderr(out):
            try:
                result = call()
                if not isinstance(result, pd.DataFrame):
                    out.write(repr(result))
                    out.write(getattr(result, "_repr_html_", str)())
            except Exception as error:
                out.write("".join(traceback.format_exception(error)))
                out.write(repr(error) + repr(getattr(error, "faults", "")) + repr(error.args))
    return out.getvalue() + "".join(str(w.message) for w in warned)


def layer_frames() -> dict[str, gpd.GeoDataFrame]:
    """Return a small city's layers with every column of their tables, four rows each."""
    x, y = 500_000.0, 4_057_000.0
    lines = [shapely.LineString([(x, y + 60 * k), (x + 200, y + 60 * k)]) for k in range(4)]
    boxes = [shapely.box(x, y + 60 * k - 5, x + 200, y + 60 * k + 5) for k in range(4)]
    points = [shapely.Point(x + 20 * k, y + 60 * k + 6) for k in range(4)]
    shapes = {"centrelines": lines, "keep_clear": points, "kerb_regulations": lines}
    plain = {
        "kind": ["hydrant", "bus-stop", "junction", "crossing"],
        "hours": [""] * 4,
        "vehicles": [""] * 4,
        "width_status": ["given"] * 4,
        "oneway": ["no"] * 4,
        "street_class": ["local"] * 4,
        "district": ["甲区"] * 4,
    }
    out = {}
    for name, table in TABLES.items():
        columns = {}
        for column in (c for c in table.columns if c.name not in ("geometry", "axis_id")):
            if column.kind == "text":
                columns[column.name] = plain.get(column.name, [f"{name}{column.name}{k}" for k in range(4)])
            else:
                columns[column.name] = [0 if column.name == "level" else 8.0] * 4
        out[name] = gpd.GeoDataFrame(columns, geometry=shapes.get(name, boxes), crs=CRS)
    return out


def planted_layers(secrets: Secrets) -> dict[str, gpd.GeoDataFrame]:
    """Plant a number in every name, id and class of every layer, and people in columns of their own."""
    frames = layer_frames()
    for name, frame in frames.items():
        for column in TABLES[name].columns:
            if column.kind == "text" and column.name in frame.columns and column.name not in _CHECKED:
                where = f"{name}.{column.name}"
                bare = column.name.endswith("_id")
                cells = frame[column.name].astype(object).tolist()
                for k in (1, 2):
                    cells[k] = secrets.any(where) if bare else f"{cells[k]} {secrets.any(where)}"
                frame[column.name] = cells
        frame["联系人"], frame["手机"] = (
            secrets.name("a column of its own"),
            secrets.mobile(f"{name}, own column"),
        )
    return frames


_CHECKED = ("contact", "hours", "vehicles", "width_status", "oneway", "kind")
"""What is read as one of a few words, where anything else is an error; and what is made to be published."""


def tables() -> dict[str, tuple[pd.DataFrame, Callable[[pd.DataFrame], Any]]]:
    """Return of every table a good row or two, and what reads it."""
    city = pp.read_city(**layer_frames())
    survey = {
        "origin": "柳林村", "origin_en": "Liulin", "crop": "西瓜", "cultivation": "大棚", "area_mu": 770,
        "yield_jin_per_mu": 7050, "loss_share": 0.08, "city_share_low": 0.019, "city_share": 0.032,
        "city_share_high": 0.048, "load_t": 2.3, "selling_t_per_day": 0.59, "first_day": "2026-06-05",
        "peak_day": "2026-06-19", "last_day": "2026-07-21", "gateway": "北", "vehicle": "tricycle",
    }  # fmt: skip
    decision = {
        "decision_id": "D1", "what": "keep", "lon": 117.001, "lat": 36.64, "radius_m": 15.0, "rule": "",
        "reason": "好", "who": "甲社区", "date": "2026-04-25", "place": "", "address": "", "votes_for": 2,
        "votes_against": 1,
    }  # fmt: skip
    grower = {
        "grower_id": "G-1", "name": "某某", "phone": "", "id_number": "", "plate": "", "vehicle": "tricycle",
        "gateway": "北", "wishes": "1;2", "declared": "2026-05-03", "first_week": 1, "last_week": 3,
        "village": "柳林",
    }  # fmt: skip
    spot = {
        "number": 1,
        "name": "甲",
        "address": "乙",
        "district": "区",
        "lon": 117.001,
        "lat": 36.65,
        "capacity": 3,
    }
    day = {"first_day": "2026-03-02", "last_day": "2026-07-03", "what": "school"}
    count = {"date": "2026-06-08", "vendors": 30}
    season = pp.Season("2026-06-01", "2026-08-20", hours="06:00-09:00")

    def learned(frame: pd.DataFrame) -> Any:
        forecast = pp.forecast_vendors(pp.read_harvest(pd.DataFrame([survey])), season, draws=50)
        return forecast.learn(frame)

    return {
        "harvest": (pd.DataFrame([survey]), pp.read_harvest),
        "decisions": (pd.DataFrame([decision]), read_decisions),
        "growers": (pd.DataFrame([grower]), read_growers),
        "gateways": (
            pd.DataFrame([{"name": "北", "lon": 117.0, "lat": 36.6}]),
            lambda f: read_gateways(f, crs=CRS),
        ),
        "last year": (pd.DataFrame([spot]), lambda f: read_spots(f, city)),
        "calendar": (pd.DataFrame([day]), read_calendar),
        "counts": (pd.DataFrame([count]), learned),
        "widths": (pd.DataFrame([{"feature_id": "a", "width_m": 3.0}]), city.with_checked),
    }


def wrong_cells(secrets: Secrets) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield a reading for each column of each input in which a cell is somebody's number."""
    for name, (frame, read) in tables().items():
        for column in frame.columns:
            for kind in (secrets.mobile, secrets.ident, secrets.plate):
                cell = kind(f"{name}.{column}")
                bad = frame.astype(object)
                bad.loc[0, column] = cell
                yield f"{name}.{column}", lambda read=read, bad=bad: read(bad)
        number = float(
            next(n for n in [secrets.mobile(f"{name} as a number"), *secrets.planted] if n.isdecimal())
        )
        bad = frame.astype(object).map(lambda _, number=number: number)
        yield f"{name} as numbers", lambda read=read, bad=bad: read(bad)
        headed = frame.rename(columns={c: secrets.any(f"{name} heading") for c in frame.columns})
        yield f"{name} headings", lambda read=read, headed=headed: read(headed)
    for name, frame in layer_frames().items():
        for column in frame.columns.drop("geometry"):
            for kind in (secrets.mobile, secrets.plate):
                bad = frame.assign(**{column: [*frame[column].astype(object)[:3], kind(f"{name}.{column}")]})
                layers = {"streets": layer_frames()["streets"], name: bad}
                yield f"{name}.{column}", lambda layers=layers: pp.read_city(**layers)


if __name__ == "__main__":
    sys.exit("a module of tests")
