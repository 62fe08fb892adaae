"""Stages: a draft says so on every page and in every file, and what is published stays as it is."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pitchplan.errors import InputError, OutputError
from pitchplan.sheets import check_published, map_sheet, render, validate_geojson, write
from pitchplan.sheets.stages import STAGES
from pitchplan.sheets.svg import svg_text
from pitchplan.sheets.words import word

OPEN = STAGES[:-1]


@pytest.fixture(scope="module")
def make(plan: Any, city: Any) -> Any:
    def made(**options: Any) -> Any:
        return map_sheet(
            plan, city, title="西瓜地图", title_en="Watermelon Map", publisher="城管局", **options
        )

    return made


def pages(sheet: Any) -> list[str]:
    return [svg_text(replace(sheet, page=page)) for page in (sheet.page, *sheet.pages)]


@pytest.mark.parametrize("stage", OPEN)
def test_a_draft_is_marked_on_every_page(make: Any, stage: str) -> None:
    sheet = make(stage=stage, atlas=True, audience="office")
    said = [word(language, f"stage_{stage}") for language in ("zh", "en")]
    for several in (sheet, sheet.leaflet(), sheet.field_check()):
        assert all(text in page for page in pages(several) for text in said)
    for language, text in zip(("zh", "en"), said, strict=True):
        for page in pages(replace(sheet, languages=(language,))):
            assert text in page
            assert word(language, "here") not in page


def test_what_is_published_or_has_no_stage_bears_no_mark(make: Any) -> None:
    for options in ({}, {"stage": "published", "date": "2026-05-20"}):
        page = pages(make(**options))[0]
        assert not any(word(k, f"stage_{s}") in page for s in OPEN for k in ("zh", "en"))
        assert word("zh", "here") in page
    assert "2026-05-20正式发布" in page


@pytest.mark.parametrize("stage", STAGES)
def test_files_say_the_stage(make: Any, stage: str) -> None:
    sheet = make(stage=stage, date="2026-05-20", atlas=True)
    data = render(sheet, ".geojson")
    member = json.loads(data)["pitchplan"]
    assert member["stage"] == stage
    notes = [f["properties"] for f in json.loads(data)["features"] if f["properties"]["kind"] == "note"]
    assert [n["text"] for n in notes if n["topic"] == "stage"] == [
        "  ".join(word(language, f"stage_{stage}") for language in ("zh", "en"))
    ]
    html = render(sheet, ".html").decode()
    title = re.search("<title>(.*?)</title>", html)
    assert title
    assert (word("zh", f"stage_{stage}") in title[1]) == (stage in OPEN)
    data_json = json.loads(
        re.search(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', html, re.S)[1]
    )
    for language in ("zh", "en"):
        said = data_json["words"][language]
        assert said["season"].startswith(word(language, f"stage_{stage}")) == (stage in OPEN)
        assert any(word(language, f"stage_{stage}") in line for line in said["about_lines"])


def test_a_map_with_a_stage_is_valid_and_one_without_is_as_before(make: Any, tmp_path: Path) -> None:
    path = write(make(stage="draft"), tmp_path / "map.geojson")
    assert not len(validate_geojson(path))
    assert "stage" not in json.loads(render(make(), ".geojson"))["pitchplan"]
    wrong = json.loads(path.read_text())
    wrong["pitchplan"]["stage"] = "nearly"
    path.write_text(json.dumps(wrong))
    assert len(validate_geojson(path))


def test_unknown_stages_and_published_maps_without_a_day_are_refused(make: Any) -> None:
    with pytest.raises(InputError, match=r"unknown stage.*draft, traffic-police, notice, published"):
        make(stage="Entwurf")
    with pytest.raises(InputError, match="without a day of issue"):
        make(stage="published")


def test_a_published_file_never_changes_silently(make: Any, plan: Any, tmp_path: Path) -> None:
    draft, notice = make(stage="draft"), make(stage="notice")
    first = make(stage="published", date="2026-05-20")
    path = tmp_path / "map.svg"
    write(draft, path)
    write(notice, path)
    assert not (tmp_path / "published.json").exists()
    write(first, path)
    published = path.read_bytes()
    write(first, path)
    later = make(stage="published", date="2026-06-10")
    for other in (draft, make(), later):
        with pytest.raises(
            OutputError, match=r"published on 2026-05-20 \('西瓜地图'\).*map-2\.svg.*replaces="
        ):
            write(other, path)
    with pytest.raises(InputError, match="only a published sheet"):
        write(draft, path, replaces="I want to")
    for reason in (" ", None, 3):
        with pytest.raises(InputError, match="no reason"):
            write(later, path, replaces=reason)  # type: ignore[arg-type]
    assert path.read_bytes() == published
    write(first, tmp_path / "spots.csv")
    with pytest.raises(OutputError, match="published on"):
        write(plan, tmp_path / "spots.csv")
    write(later, path, replaces="12号点移到路对面")
    report = check_published(tmp_path).set_index("file")
    assert report["state"].tolist() == ["as published"] * 2
    assert report.loc["map.svg", ["issued", "replaced"]].tolist() == ["2026-06-10", 1]


def test_a_file_for_amap_is_listed_by_its_own_name(make: Any, tmp_path: Path) -> None:
    write(make(stage="published", date="2026-05-20"), tmp_path / "map.geojson", datum="gcj02")
    assert check_published(tmp_path)["file"].tolist() == ["map.gcj02.geojson"]
    write(make(stage="draft"), tmp_path / "map.geojson")
