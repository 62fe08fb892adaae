"""The writers beside a sheet's formats, each made of texts that try to be more than texts.

Every one returns its HTML, SVG, JSON or plain text by name, once for a harmless name and once for
payloads, so that the same look tells whether a text became anything but a text.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import json
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from pitchplan import schemas
from pitchplan.answers import Answer, answer_columns
from pitchplan.auditing.audit import AuditReport
from pitchplan.city.layers import TABLES, City
from pitchplan.growers.allocation import Allocation
from pitchplan.growers.lottery import proof_of
from pitchplan.growers.turns import Asked, Given
from pitchplan.provenance import json_bytes, provenance
from pitchplan.sheets.cards import permit_cards
from pitchplan.sheets.cds import cds_files
from pitchplan.sheets.letters import letters
from pitchplan.siting.frontier import Frontier
from pitchplan.siting.replanning import Replanned

SHOWN = {
    "Sheet": lambda sheet: sheet._repr_html_(),
    "Sheet.explore": lambda sheet: sheet.explore()._repr_html_(),
}
"""How a notebook shows a sheet, by name."""


def whole_city(city: Any, text: str) -> City:
    """Return a checked city of a stand-in's layers, with a text for every name."""
    layers = {}
    for name, table in TABLES.items():
        frame = getattr(city, name, None)
        if frame is None:
            frame = gpd.GeoDataFrame(geometry=[], crs=city.crs)
        for column in table.columns:
            if column.kind == "text" and column.name not in ("kind", "width_status", "oneway"):
                if not column.name.endswith("_id"):
                    frame = frame.assign(**{column.name: text})
                elif column.name not in frame.columns:
                    frame = frame.assign(**{column.name: ""})
            elif column.name not in frame.columns and column.name != "geometry":
                frame = frame.assign(**{column.name: 0})
        layers[name] = frame
    return City(**layers, crs=city.crs, notes=(text,), assumptions=(text,))


def audit_of(text: str) -> AuditReport:
    """Return a report all of whose texts are one text."""
    row = {c.name: text if c.kind == "text" else 1.0 for c in schemas.MEASURED.columns}
    breach = {c.name: text if c.kind == "text" else 1.0 for c in schemas.BREACHES.columns}
    return AuditReport(pd.DataFrame([breach]), pd.DataFrame([row]), (text,))


def post_of(plan: Any, city: Any, text: str) -> Any:
    """Return the letter that answers a decision of which every word is one text."""
    home = city.communities.iloc[0]
    at = gpd.GeoSeries([shapely.Point(home.geometry.representative_point())], crs=city.crs).to_crs(4326)[0]
    row = {
        "decision_id": text,
        "what": "waive",
        "lon": at.x,
        "lat": at.y,
        "radius_m": 30.0,
        "rule": text,
        "reason": text,
        "who": text,
        "date": text,
    }
    row |= {k: v[0] for k, v in answer_columns([Answer("waived", text, 3, rule=text)]).items()}
    told = dataclasses.replace(
        plan, decisions=pd.DataFrame([row]), spots=plan.spots.assign(address=text, address_en=text)
    )
    who = {text: [home["community_id"]]}
    return letters(
        told,
        whole_city(city, text),
        publisher=text or "x",
        communities=who,
        contact=text,
        stage=text,
        date=text,
    )


def card_of(office: Any, text: str) -> Any:
    """Return the permit card of a grower with a text for name, plate and village."""
    pitch = office.published.pitches.iloc[0]
    table = pd.DataFrame(
        [
            {
                "grower_id": "G-1",
                "spot_id": pitch["spot_id"],
                "number": pitch["number"],
                "pitch_id": pitch["pitch_id"],
                "permit": "2026-001-01",
                "vehicle": "small-truck",
                "why_not": "",
            }
        ]
    )
    grower = {
        "grower_id": "G-1",
        "name": text,
        "plate": text,
        "village": text,
        "vehicle": "small-truck",
        "gateway": "北",
    }
    return permit_cards(office, Allocation(table, "queue", pd.DataFrame()), pd.DataFrame([grower]))


def htmls(plan: Any, city: Any, text: str) -> dict[str, str]:
    """Return every page and notebook table that holds HTML, by name."""
    spots = plan.spots.assign(address=text, address_en=text, hours=text)
    told = dataclasses.replace(
        plan,
        spots=spots,
        goals=plan.goals.assign(goal=text, sought=1.0),
        outcome=text,
        provenance={"book_id": text},
    )
    change = {c.name: text if c.kind == "text" else 1 for c in schemas.CHANGES.columns}
    changes = pd.DataFrame([change])
    out = {
        "City": whole_city(city, text)._repr_html_(),
        "Plan": told._repr_html_(),
        "AuditReport": audit_of(text)._repr_html_(),
        "Replanned": Replanned(told, changes, SimpleNamespace(), True)._repr_html_(),  # type: ignore[arg-type]
        "Frontier": Frontier(text, text, pd.DataFrame({"outcome": [text]}), ())._repr_html_(),
        "Allocation": Allocation(
            pd.DataFrame({"wish": [0], "number": [0], "why_not": [text], "drive_m": [0.0]}),
            text,
            pd.DataFrame(),
        )._repr_html_(),
    }
    for letter in post_of(plan, city, text):
        out["letter"] = letter.html().decode()
    return out


def folium_page(plan: Any, text: str) -> str:
    """Return the page of ``plan.explore``."""
    spots = plan.spots.assign(address=text, address_en=text, hours=text)
    page: str = dataclasses.replace(plan, spots=spots).explore(tiles=None).get_root().render()
    return page


def jsons(plan: Any, sheet: Any, text: str) -> dict[str, Any]:
    """Return every file of JSON, by name, read back."""
    noted = dataclasses.replace(plan, provenance={**plan.provenance, "book_id": text, text: [text]})
    started = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    asked = [Asked("t1", f"{text} / small-truck", ("small-truck",), (1,))]
    files = {"provenance.json": json_bytes(provenance(noted, inputs={}, started=started, seconds=1.0))}
    files |= {
        name: json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        for name, body in cds_files(sheet, author=text or "x").items()
    }
    files["lottery.json"] = json.dumps(
        proof_of(asked, [Given(1, "small-truck", 1, text)], {}, {asked[0].kind: {1: 5}}, "7", text),
        ensure_ascii=False,
    ).encode("utf-8", "surrogatepass")
    return {name: json.loads(data.decode("utf-8", "surrogatepass")) for name, data in files.items()}


def picture_of(text: str) -> bytes:
    """Draw matplotlib's pictures whose words are the planner's: of an audit, and of candidates."""
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    from pitchplan.candidates.plotting import plain

    figure, axes = plt.subplots(2)
    audit_of(text).plot(axes[0])
    axes[1].set_title(plain(text))
    out = io.BytesIO()
    figure.savefig(out, format="svg")
    plt.close(figure)
    return out.getvalue()
