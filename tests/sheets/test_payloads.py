"""Texts that try to be more than texts: a sheet full of them, in every format."""

from __future__ import annotations

import dataclasses
import json
import zipfile
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from pitchplan.sheets import Sheet, map_sheet, render, write
from pitchplan.sheets.cds import cds_files
from pitchplan.sheets.formats import FORMATS
from pitchplan.sheets.layouts import layouts
from pitchplan.sheets.published import LAYER_COLUMNS, PITCH_COLUMNS, SPOT_COLUMNS

from . import payloads
from .payloads import DAYS, IDS, LAYER_TEXTS, NUMBERS, PITCH_TEXTS, SPOT_TEXTS, poisoned_sheet


def test_every_text_column_is_poisoned() -> None:
    """A column that is published from now on must be attacked from now on."""
    published = {*SPOT_COLUMNS, *PITCH_COLUMNS, *(c for columns in LAYER_COLUMNS.values() for c in columns)}
    assert published <= {*SPOT_TEXTS, *PITCH_TEXTS, *LAYER_TEXTS, *NUMBERS, *IDS, *DAYS}


@pytest.fixture(scope="module")
def poisoned(build: Any) -> Sheet:
    city = build.city()
    # One page to choose from: to lay many districts out several times takes long and tries nothing more.
    only_one = mock.patch(
        "pitchplan.sheets.mapsheet.layouts", lambda *given, **named: layouts(*given, **named)[:1]
    )
    with only_one:
        return poisoned_sheet(build.plan(city), city)


@pytest.fixture(scope="module")
def harmless_files(build: Any) -> Any:
    """Return what the same sheet's files look like without payloads."""
    city = build.city()
    sheet = map_sheet(build.plan(city), city, title="图", publisher="局", contact={"历下区": "电话"})
    return {suffix: render(sheet, suffix) for suffix in (".html", ".svg", ".kml", ".kmz", ".gpkg")}


@pytest.mark.parametrize("suffix", FORMATS)
def test_no_text_becomes_active(
    poisoned: Sheet, harmless_files: dict[str, bytes], suffix: str, tmp_path: Path
) -> None:
    """A new format needs a ``check_`` of its own in `payloads`, for what could act in it."""
    check = payloads.check_of(suffix)
    path = tmp_path / f"map{suffix}"
    data = write(poisoned, path).read_bytes()
    for control in ("\u202e", "\u2066", "\x00"):
        if suffix not in (".png", ".pdf", ".kmz", ".xlsx", ".shp.zip", ".gpkg", ".fgb"):
            assert control not in data.decode("utf-8")
    check(data, harmless_files.get(suffix), path)


@pytest.mark.parametrize("suffix", [s for s, f in FORMATS.items() if not f.needs_map])
def test_rare_characters_are_kept(plan: Any, suffix: str, tmp_path: Path) -> None:
    path = write(
        dataclasses.replace(plan, spots=plan.spots.assign(address="🍉 𠮷野路")), tmp_path / f"m{suffix}"
    )
    data = path.read_bytes()
    if suffix in (".kmz", ".xlsx", ".shp.zip"):
        with zipfile.ZipFile(path) as archive:
            data = b"".join(archive.read(n) for n in archive.namelist())
    assert "🍉 𠮷野路".encode() in data


SECRETS = {"phone": "13800001111", "grower": "张三丰", "id_number": "370102199001011234"}


@pytest.mark.parametrize("suffix", [s for s, f in FORMATS.items() if not f.needs_map])
def test_columns_beyond_the_list_reach_no_file(build: Any, suffix: str, tmp_path: Path) -> None:
    city = build.city()
    plan = build.plan(city)
    planted = dataclasses.replace(
        plan, spots=plan.spots.assign(**SECRETS), pitches=plan.pitches.assign(**SECRETS)
    )
    city.communities = city.communities.assign(**SECRETS)
    path = write(map_sheet(planted, city, title="图", publisher="局"), tmp_path / f"m{suffix}")
    data = path.read_bytes()
    if suffix in (".kmz", ".xlsx", ".shp.zip"):
        with zipfile.ZipFile(path) as archive:
            data = b"".join(archive.read(n) for n in archive.namelist())
    for name, secret in SECRETS.items():
        assert name.encode() not in data
        assert secret.encode() not in data


def test_curb_data_are_texts_alone(poisoned: Sheet) -> None:
    pitches = poisoned.published.pitches.assign(placement="kerbside")
    published = dataclasses.replace(poisoned.published, pitches=pitches)
    for body in cds_files(dataclasses.replace(poisoned, published=published)).values():
        assert "\u202e" not in json.dumps(body, allow_nan=False, ensure_ascii=False)
