"""Who sees what: the public an allow-list, the office more and marked."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pandas as pd
import pytest

from pitchplan.errors import InputError
from pitchplan.sheets import map_sheet, render
from pitchplan.sheets.formats import FORMATS

WORDS = {"title": "济南市西瓜地图", "title_en": "Jinan Watermelon Map", "publisher": "城市管理局"}
SECRETS = {"phone": "13800001111", "grower": "张三丰", "id_number": "370102199001011234"}
TEXTS = [s for s in FORMATS if s in (".geojson", ".html", ".svg", ".csv", ".kml", ".geojsonl")]


@pytest.fixture(scope="module")
def told(plan: Any, city: Any) -> Any:
    """Return a plan whose tables hold secrets, and what only the office may see."""
    pitches = plan.pitches.assign(**SECRETS, flags="flag-of-the-office", clear_walk_m=1.2345)
    pitches["width_status"] = ["assumed" if n % 3 == 0 else "given" for n in pitches["number"]]
    place = pd.DataFrame(
        {
            "decision_id": ["d1"],
            "what": ["waive"],
            "lon": [float("nan")],
            "lat": [float("nan")],
            "radius_m": [50.0],
            "rule": ["bus-stop"],
            "reason": ["reason-of-the-office"],
            "who": ["银河社区"],
            "date": ["2026-04-02"],
            **{k: [v] for k, v in SECRETS.items()},
        }
    )
    import pyproj

    there = pyproj.Transformer.from_crs(plan.crs, "EPSG:4326", always_xy=True)
    place["lon"], place["lat"] = there.transform(plan.spots["x_m"].iloc[0], plan.spots["y_m"].iloc[0])
    return dataclasses.replace(plan, pitches=pitches, spots=plan.spots.assign(**SECRETS), decisions=place)


def _sheet(plan: Any, city: Any, **more: Any) -> Any:
    from types import SimpleNamespace

    city = SimpleNamespace(**{**vars(city), "communities": city.communities.assign(**SECRETS)})
    return map_sheet(plan, city, paper="A3", **WORDS, **more)


@pytest.mark.parametrize("suffix", TEXTS)
def test_no_other_column_reaches_the_public(told: Any, city: Any, suffix: str) -> None:
    sheet = _sheet(told, city, atlas=True)
    texts = [render(sheet, suffix)]
    if suffix == ".svg":
        texts += [render(sheet.only(page.page_id), suffix) for page in sheet.pages]
        texts += [render(sheet.leaflet().only(f"leaflet-{side}"), suffix) for side in ("inside", "outside")]
    hidden = ["reason-of-the-office", "银河社区", "内部使用"]
    if suffix != ".geojson":
        # What was measured belongs to the plan and is in its file; it is not printed for the public.
        hidden.append("flag-of-the-office")
    for text in (t.decode() for t in texts):
        for secret in (*SECRETS.values(), *hidden):
            assert secret not in text


def test_tables_hold_the_plan_s_own_columns_for_either_audience(told: Any, city: Any) -> None:
    public, office = (_sheet(told, city, audience=a).published for a in ("public", "office"))
    assert public.pitches.equals(office.pitches)
    assert not {"width_status", "flags", "waivers"} & set(public.spots.columns)
    for published in (public, office):
        assert not set(SECRETS) & (set(published.spots.columns) | set(published.pitches.columns))


def test_every_page_of_the_office_is_marked_and_says_more(told: Any, city: Any) -> None:
    sheet = _sheet(told, city, audience="office", atlas=True)
    for page in (sheet.page, *sheet.pages):
        text = render(sheet.only(page.page_id), ".svg").decode()
        assert "内部使用" in text
        assert "Office use only" in text
        for secret in SECRETS.values():
            assert secret not in text
    whole = "".join(render(sheet.only(p.page_id), ".svg").decode() for p in (sheet.page, *sheet.pages))
    for said in (
        "flag-of-the-office",
        "宽度：假定",
        "余步行 1.2 m",
        "豁免：bus-stop（银河社区，2026-04-02：",
    ):
        assert said in whole


def test_the_weakest_width_of_a_spot_is_told(told: Any, city: Any) -> None:
    published = _sheet(told, city, audience="office").published
    weakest = published.pitches.groupby("spot_id")["width_status"].agg(
        lambda s: "assumed" if "assumed" in set(s) else "given"
    )
    for spot in published.spots.itertuples():
        assert spot.width_status == weakest[spot.spot_id]
        assert spot.clear_drive_m == pytest.approx(4.2)


def test_unknown_audiences_days_and_links_are_refused(plan: Any, city: Any) -> None:
    for given, said in (
        ({"audience": "press"}, "public, office"),
        ({"date": "20.5.2026"}, "2026-05-20"),
        ({"orientation": "upright"}, "landscape, portrait, auto"),
        ({"atlas": "street_office"}, "community_id"),
    ):
        with pytest.raises(InputError, match=said):
            map_sheet(plan, city, **WORDS, **given)


def test_review_number_and_day_are_printed_and_nothing_by_itself(plan: Any, city: Any) -> None:
    text = render(
        map_sheet(plan, city, **WORDS, review_number="鲁S(2026)001号", date="2026-05-20"), ".svg"
    ).decode()
    assert "审图号：鲁S(2026)001号" in text
    assert "制图日期：2026-05-20" in text
    plain = render(map_sheet(plan, city, **WORDS), ".svg").decode()
    assert not re.search("审图号|制图日期|内部使用", plain)


def test_the_office_reads_of_each_waiver_who_why_and_when(told: Any, city: Any) -> None:
    from pitchplan.sheets.officefacts import office_lines

    spot = told.spots["spot_id"].iloc[0]
    place = told.decisions.assign(who="银河|社区")
    far = place.assign(decision_id="d2", lon=place["lon"] + 0.5, rule="hydrant", reason="far-away")
    lost = place.assign(decision_id="d3", rule="junction", votes_for=1.0, votes_against=2.0)
    several = dataclasses.replace(told, decisions=pd.concat([place, far, lost], ignore_index=True))
    sheet = _sheet(several, city, audience="office")
    rows = {s.spot_id: office_lines("zh", s) for s in sheet.published.spots.itertuples()}
    assert rows[spot][-1] == "豁免：bus-stop（银河/社区，2026-04-02：reason-of-the-office）"
    assert sum("豁免" in line for lines in rows.values() for line in lines) >= 1
    assert "junction" not in "".join(line for lines in rows.values() for line in lines)


def test_a_waiver_reaches_a_spot_by_any_of_its_pitches(told: Any, city: Any) -> None:
    import pyproj

    pitch = told.pitches.iloc[-1]
    spots = told.spots.copy()
    spots.loc[spots["spot_id"] == pitch["spot_id"], "x_m"] += 200.0
    there = pyproj.Transformer.from_crs(told.crs, "EPSG:4326", always_xy=True)
    lon, lat = there.transform(pitch["x_m"], pitch["y_m"])
    near = told.decisions.assign(lon=lon, lat=lat, radius_m=3.0)
    sheet = _sheet(dataclasses.replace(told, spots=spots, decisions=near), city, audience="office")
    waived = sheet.published.spots.set_index("spot_id")["waivers"]
    assert waived[pitch["spot_id"]].startswith("bus-stop|")


def test_the_office_s_workbook_lists_all_waivers_and_the_public_s_none(told: Any, city: Any) -> None:
    import io

    from python_calamine import CalamineWorkbook

    far = told.decisions.assign(
        decision_id="d2", rule="hydrant", reason="far-away", votes_for=5.0, votes_against=2.0
    )
    several = dataclasses.replace(told, decisions=pd.concat([told.decisions, far], ignore_index=True))
    for audience in ("office", "public"):
        data = render(_sheet(several, city, audience=audience), ".xlsx")
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        assert ("豁免" in book.sheet_names) is (audience == "office")
        if audience == "office":
            head, *rows = book.get_sheet_by_name("豁免").to_python()
            assert head[0] == "豁免的规则\nRule waived"
            assert [r[:5] for r in rows] == [
                ["bus-stop", "银河社区", "reason-of-the-office", "2026-04-02", ""],
                ["hydrant", "银河社区", "far-away", "2026-04-02", "5 : 2"],
            ]
