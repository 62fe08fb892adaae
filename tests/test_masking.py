"""Nobody's number is shown: found however it is written, masked in messages, layers and public files."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path

import pandas as pd
import pytest

import pitchplan as pp
from pitchplan.errors import Fault, InputError, PitchplanError
from pitchplan.masking import holds_number, mask_numbers, masked_cells, masked_within
from pitchplan.siting.decisions import read_decisions


def _planted():
    spec = importlib.util.spec_from_file_location("planted", Path(__file__).with_name("planted.py"))
    room = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = room
    spec.loader.exec_module(room)
    return room


planted = _planted()

LEFT = (
    "经十路", "06:00-09:00, 17:00-21:00", "2026-06-01/2026-06-07", "2026-06-15 2026-06-07 1", "0531-12345678",
    "热线 12319", "370102001001", "n13012345678", "node/13012345678", "way 13012345678", "沪G1501",
    "宁E STREET", "R5014567-40567890-901-45x20", "P5014561-98503128-12-45x20", "R-14567-40567890-901-45x20",
    "6000~6500~7200", "13800138000" + "ab" * 20, "117.01234, 36.65123", "13800", "138001380001", "",
)  # fmt: skip


@pytest.mark.parametrize("text", LEFT)
def test_what_is_nobodys_number_is_left(text):
    assert mask_numbers(text) == text


def test_numbers_are_found_however_they_are_written_and_the_rest_is_left():
    rng = random.Random(3)
    for k in range(900):
        secrets = planted.Secrets({str(n): "x" for n in range(k)})
        secret = rng.choice((secrets.mobile, secrets.ident, secrets.plate))("here")
        before, after = (
            rng.choice(("", "老张 ", "甲路12号，", "tel: ")),
            rng.choice(("", "号", "，乙路", " 3")),
        )
        secrets.planted = {n: w for n, w in secrets.planted.items() if w == "here"}
        shown = mask_numbers(f"{before}{secret}{after}")
        assert not secrets.hits(shown), (before, secret, after, shown)
        assert shown.startswith(before)
        assert shown.endswith(after)
        assert len(shown) == len(f"{before}{secret}{after}")
        assert mask_numbers(shown) == shown


def test_two_numbers_in_a_row_are_two():
    assert mask_numbers("13800138000 13900139000") == "138****8000 139****9000"
    assert mask_numbers("12 13800138000") == "12 138****8000"


def test_values_of_any_make():
    assert masked_within({"a": ["13800138000", 4.5, True, None]}) == {"a": ["138****8000", 4.5, True, None]}
    assert masked_within(13800138000) == 13800138000
    assert masked_within((13800138000, float("inf")), numbers=True) == ("138****8000", float("inf"))
    assert masked_within(10**400, numbers=True) == 10**400
    cells, hits = masked_cells(pd.Series(["甲", "13800138000", None, "甲"], dtype=object))
    assert cells.tolist()[:2] == ["甲", "138****8000"]
    assert hits == 1


def test_no_error_shows_a_number():
    fault = Fault("bad 13800138000", "fix", "of/13800138000", "13800138000", "鲁A12345", 13800138000.0)
    error = InputError(fault)
    assert not holds_number(f"{error} {error!r} {fault!r} {error.args}")
    assert "138****8000" in str(error)
    assert str(PitchplanError("x 138-0013-8000")) == "x 138-****-8000"


def test_layers_take_in_nobodys_number_and_say_so():
    secrets = planted.Secrets()
    city = pp.read_city(**planted.planted_layers(secrets))
    for name in planted.TABLES:
        text = getattr(city, name).drop(columns="geometry").to_csv()
        assert not secrets.hits(text), name
    said = "\n".join(city.notes)
    assert "cells of name held a telephone or ID number or a number plate: masked" in said
    assert "read like telephone or ID numbers: others made" in said
    assert not secrets.hits(said + repr(city) + city.taken.to_string())
    names = city.streets["name"].tolist() + city.centrelines["name"].tolist()
    assert any("*" in n and n.startswith(("streetsname", "centrelinesname")) for n in names)
    for name, column in (("keep_clear", "feature_id"), ("communities", "community_id")):
        assert getattr(city, name)[column].is_unique


def test_messages_about_a_cell_do_not_quote_the_number():
    """Every nineteenth; all of them: ``benchmarks/trust/privacy.py``."""
    secrets = planted.Secrets()
    raised = 0
    for where, call in list(planted.wrong_cells(secrets))[::19]:
        said = planted.all_it_says(call)
        raised += "InputError" in said
        assert not secrets.hits(said), where
    assert raised > 7


def test_the_look_finds_what_nobody_masks(monkeypatch):
    secrets = planted.Secrets()
    frame, read = planted.tables()["decisions"]
    bad = frame.assign(what=secrets.mobile("decisions.what"))
    assert not secrets.hits(planted.all_it_says(lambda: read(bad)))
    monkeypatch.setattr("pitchplan.errors.masked_within", lambda value, numbers: value)
    monkeypatch.setattr("pitchplan.errors.mask_numbers", lambda text: text)
    assert secrets.hits(planted.all_it_says(lambda: read(bad)))


def test_ids_of_decisions_are_nobodys_number():
    frame, _ = planted.tables()["decisions"]
    with pytest.raises(InputError, match="reads like a telephone"):
        read_decisions(frame.assign(decision_id="D 13800138000"))
