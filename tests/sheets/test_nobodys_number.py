"""No public sheet shows anybody's number but the declared contact line."""

from __future__ import annotations

import dataclasses
import zipfile
from pathlib import Path
from typing import Any

import pytest

from pitchplan.errors import InputError
from pitchplan.masking import holds_number
from pitchplan.sheets import map_sheet, write
from pitchplan.sheets.formats import FORMATS

PHONE, PLATE, IDENT = "138 0013 8000", "鲁A·D12345", "37010219900101123X"
BARE = ("13800138000", "鲁AD12345", IDENT)


@pytest.fixture(scope="module")
def told(plan: Any, city: Any) -> Any:
    said = f"老张 {PHONE} {PLATE} {IDENT}"
    spots = plan.spots.assign(address=said, address_en=said, name=said)
    report = plan.rules_report.assign(source=said, applied=["yes", said, said])
    pitches = plan.pitches.assign(street=said, flags=said)
    told = dataclasses.replace(plan, spots=spots, pitches=pitches, rules_report=report)
    communities = city.communities.assign(name=said)
    layered = type(city)(**{**vars(city), "communities": communities})
    return map_sheet(told, layered, title="图", publisher="局", contact={"历下区": "值班 139-1234-5678"})


@pytest.mark.parametrize("suffix", [s for s in FORMATS if s not in (".pdf", ".png")])
def test_no_file_shows_a_number(told: Any, suffix: str, tmp_path: Path) -> None:
    path = write(told, tmp_path / f"m{suffix}")
    data = [path.read_bytes()]
    if data[0][:2] == b"PK":
        with zipfile.ZipFile(path) as archive:
            data = [archive.read(name) for name in archive.namelist()]
    text = b"".join(data).decode("utf-8", "ignore")
    bare = "".join(c for c in text if c.isalnum())
    for number in BARE:
        assert number not in bare
    assert "老张" in text
    if suffix in (".html", ".svg"):
        assert "139-1234-5678" in text


def test_texts_of_a_public_map_that_hold_a_number_are_refused(plan: Any, city: Any) -> None:
    words = {"title": "图", "publisher": "局"}
    for name in ("title", "title_en", "publisher", "valid", "source_note", "review_number"):
        with pytest.raises(InputError, match="belongs in contact") as caught:
            map_sheet(plan, city, **{**words, name: f"图 {PHONE}"})
        assert not holds_number(str(caught.value))
    office = map_sheet(plan, city, title="图", publisher=f"局 {PHONE}", audience="office")
    assert PHONE in office.publisher


def test_an_id_that_reads_like_a_number_is_refused(plan: Any, city: Any) -> None:
    spots = plan.spots.assign(spot_id=[f"{13800138000 + k}" for k in range(len(plan.spots))])
    with pytest.raises(InputError, match="Give other ids"):
        map_sheet(dataclasses.replace(plan, spots=spots), city, title="图", publisher="局")
