"""The QR code: the right modules, large enough, read by a scanner, only links that a telephone opens."""

from __future__ import annotations

import io
import re
from typing import Any

import numpy as np
import pytest

from pitchplan.errors import InputError
from pitchplan.sheets import map_sheet, render
from pitchplan.sheets.qr import QUIET, check_link, qr_modules, qr_side, qr_xml

LINK = "https://map.jinan.example/melon/2026"
WORDS = {"title": "济南市西瓜地图", "publisher": "城市管理局"}


def _drawn(xml: str, x: float, y: float, side: float) -> np.ndarray:
    """Return the modules that a reader sees, by looking at each one's middle."""
    n = len(qr_modules(LINK)) + 2 * QUIET
    data = re.search(r'class="qr" d="([^"]+)"', xml)[1]
    runs = np.array(re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)", data), dtype=float)
    seen = np.zeros((n, n), dtype=int)
    at = (np.arange(n) + 0.5) * side / n
    for left, top, wide, high in runs:
        across = (x + at > left) & (x + at < left + wide)
        down = (y + at > top) & (y + at < top + high)
        seen[np.ix_(down, across)] = 1
    return seen


@pytest.mark.parametrize("side", [15.0, 17.5, 30.0])
def test_drawn_modules_are_the_code_s_with_a_quiet_zone(side: float) -> None:
    seen = _drawn(qr_xml(LINK, 12.3, 45.6, side), 12.3, 45.6, side)
    assert (seen[QUIET:-QUIET, QUIET:-QUIET] == np.array(qr_modules(LINK))).all()
    edge = seen.copy()
    edge[QUIET:-QUIET, QUIET:-QUIET] = 0
    assert not edge.any()


@pytest.mark.parametrize(("paper", "unit"), [("A4", 0.82), ("A3", 1.0), ("A1", 1.6)])
@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
def test_code_is_at_least_as_large_as_a_scanner_needs_it(
    plan: Any, city: Any, paper: str, unit: float, orientation: str
) -> None:
    assert qr_side(unit) >= 17.5
    sheet = map_sheet(plan, city, paper=paper, orientation=orientation, link=LINK, **WORDS)
    text = render(sheet, ".svg").decode()
    data = re.search(r'class="qr" d="([^"]+)"', text)[1]
    corners = np.array(re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)", data), dtype=float)
    wide = (corners[:, 0] + corners[:, 2]).max() - corners[:, 0].min()
    modules = len(qr_modules(LINK))
    assert wide * (modules + 2 * QUIET) / modules >= 17.5 - 1e-2
    # Nothing else may stand in it, nor in its quiet zone.
    low, high = corners[:, :2].min(axis=0), corners[:, :2].max(axis=0)
    for x, y in re.findall(r'<text x="([\d.]+)" y="([\d.]+)"', text):
        assert not (low[0] < float(x) < high[0] and low[1] < float(y) < high[1])


def _scanned(png: bytes, *, turned: int = 0, grey: bool = False) -> list[str]:
    """Return what a scanner reads in a picture."""
    scanner = pytest.importorskip("zxingcpp")
    image = pytest.importorskip("PIL.Image").open(io.BytesIO(png))
    pixels = np.asarray(image.convert("L" if grey else "RGB").rotate(turned, expand=True, fillcolor="white"))
    return [found.text for found in scanner.read_barcodes(pixels)]


@pytest.mark.parametrize(
    ("paper", "orientation"),
    [("A4", "landscape"), ("A4", "portrait"), ("A3", "landscape"), ("A1", "landscape")],
)
def test_a_scanner_reads_the_code_of_a_printed_sheet(
    plan: Any, city: Any, paper: str, orientation: str
) -> None:
    sheet = map_sheet(plan, city, paper=paper, orientation=orientation, link=LINK, **WORDS)
    png = render(sheet, ".png", ppi=150)
    assert _scanned(png) == [LINK]
    assert _scanned(png, turned=7, grey=True) == [LINK]  # a copy held askew


def test_a_scanner_reads_the_code_of_a_leaflet_and_of_a_link_as_long_as_may_be(plan: Any, city: Any) -> None:
    longest = "https://example.org/" + "x" * 80
    sheet = map_sheet(plan, city, paper="A3", link=longest, **WORDS)
    assert _scanned(render(sheet, ".png", ppi=150)) == [longest]
    assert _scanned(render(sheet.leaflet(), ".png", ppi=150)) == [longest]


def test_a_scanner_finds_nothing_where_there_is_no_code(sheet: Any) -> None:
    assert _scanned(render(sheet, ".png", ppi=150)) == []


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "ftp://example.org",
        "http://",
        "example.org",
        "https://例子.cn",
        "https://a b.org",
        "geo:x",
    ],
)
def test_what_no_telephone_should_open_is_refused(link: str) -> None:
    with pytest.raises(InputError, match="begins with http"):
        check_link(link, 17.5)


def test_links_and_places_are_taken_and_too_long_ones_are_not() -> None:
    assert check_link("", 17.5) == ""
    assert check_link("geo:36.65,117.02", 17.5) == "geo:36.65,117.02"
    with pytest.raises(InputError, match="shorter"):
        check_link("https://example.org/" + "x" * 300, 17.5)


def test_no_link_no_code(sheet: Any, svg: bytes) -> None:
    assert sheet.link == ""
    assert b'class="qr"' not in svg
