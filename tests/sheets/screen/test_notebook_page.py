"""Sheets in a notebook: a picture, and the page in a frame."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from pitchplan.sheets import render


def test_a_notebook_shows_the_page_in_a_frame(sheet: Any) -> None:
    shown = sheet.explore(height=500)._repr_html_()
    found = re.fullmatch(r'<iframe srcdoc="([^"]*)" sandbox="([^"]*)".*</iframe>', shown, re.S)
    assert found is not None
    assert unescape(found[1]) == render(sheet, ".html").decode()
    assert "allow-same-origin" not in found[2]
    assert 'height="500"' in shown
    assert len(repr(sheet.explore())) < 100


def test_a_sheet_is_plotted(sheet: Any) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    ax = sheet.plot()
    assert [t.get_text() for t in ax.texts] == [str(n) for n in sheet.published.spots["number"]]
    assert sheet.plot(ax) is ax
