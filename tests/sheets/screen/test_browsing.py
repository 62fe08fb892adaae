"""The page in a real browser: clicks, search, filters, keys, fingers, position, paper."""

from __future__ import annotations

import dataclasses
import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from pitchplan.sheets import map_sheet, write

if TYPE_CHECKING:
    from collections.abc import Iterator


def _browser_room() -> Any:
    """Load the helper beside: test files are no package."""
    spec = importlib.util.spec_from_file_location("sheets_browser", Path(__file__).parents[1] / "browser.py")
    assert spec is not None
    assert spec.loader is not None
    room = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = room
    spec.loader.exec_module(room)
    return room


room = _browser_room()
pytestmark = pytest.mark.skipif(
    not (room.CHROMIUM and shutil.which("pdfinfo")), reason="needs chromium and pdfinfo"
)

DESK = {"width": 1400, "height": 900}
PHONE = {"width": 390, "height": 844, "phone": True}
LIVE = "document.documentElement.classList.contains('live')"
LISTED = "document.querySelectorAll('#list li').length"
CARD = "document.querySelector('#card').hidden ? '' : document.querySelector('#card').textContent"
SAID = "document.querySelector('#said').textContent"
# How much of the canvas is of the blue that marks places: a canvas has no elements to ask.
MARKED = (
    "(() => { const c = document.querySelector('#ground'), d = c.getContext('2d').getImageData(0, 0, c.width,"
    " c.height).data; let n = 0; for (let i = 0; i < d.length; i += 4)"
    " if (d[i + 2] > d[i] + 80) n++; return n; })()"
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with room.Browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture(scope="module")
def address(sheet: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = write(sheet, tmp_path_factory.mktemp("page") / "map.html")
    return path.as_uri()


@pytest.fixture
def desk(browser: Any, address: str) -> Any:
    tab = browser.page(address, **DESK)
    tab.until(LIVE)
    yield tab
    assert tab.complaints() == []
    tab.send("Page.close")


@pytest.fixture
def phone(browser: Any, address: str) -> Any:
    tab = browser.page(address, **PHONE)
    tab.until(LIVE)
    yield tab
    assert tab.complaints() == []
    tab.send("Page.close")


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_nothing_but_the_file_is_asked_for(browser: Any, address: str, size: dict[str, Any]) -> None:
    tab = browser.page(address, **size)
    tab.until(LIVE)
    tab.click("#list li:first-child button")
    browser.listen(0.5)
    asked = {e["request"]["url"] for e in tab.events("Network.requestWillBeSent")}
    assert asked <= {address, "data:,"}
    assert tab.complaints() == []


def test_the_policy_lets_no_other_script_run(desk: Any) -> None:
    desk.run("window.ran = 0; const s = document.createElement('script'); s.textContent = 'window.ran = 1';"
             " document.body.append(s)")  # fmt: skip
    assert desk.run("window.ran") == 0
    assert desk.complaints()  # the refusal itself
    desk.browser.events.clear()


def test_a_spot_of_the_list_opens_its_card(desk: Any, sheet: Any) -> None:
    desk.click("#list li:nth-child(2) button")
    spot = sheet.published.spots.iloc[1]
    card = desk.run(CARD)
    for part in (
        spot.address,
        spot.address_en,
        f"{spot.lat:.6f}, {spot.lon:.6f}",
        "06:00–09:00",
        "免费",
        "0531-",
    ):
        assert part in card, part
    assert desk.run("document.activeElement.id") == "card-title"
    assert desk.run("document.querySelector('#card a').href").startswith(f"geo:{spot.lat:.3f}"[:8])
    desk.press("Escape")
    assert desk.run(CARD) == ""
    assert desk.run("document.activeElement.dataset.spot") == "1"


def test_a_click_on_the_map_opens_the_spot_under_it(desk: Any, sheet: Any) -> None:
    """The chosen spot lies in the middle of the map; the card is shut and the place is clicked."""
    desk.click("#list li:nth-child(3) button")
    desk.press("Escape")
    box = desk.run("(() => { const b = document.querySelector('#map').getBoundingClientRect();"
                   " return [b.x + b.width / 2, b.y + b.height / 2] })()")  # fmt: skip
    desk.click_at(*box)
    assert sheet.published.spots["address"].iloc[2] in desk.run(CARD)


def test_a_street_is_found_and_marked(desk: Any, sheet: Any) -> None:
    desk.run("document.querySelector('#search').focus()")
    desk.type("舜耕路")
    near = desk.run(LISTED)
    assert 0 < near < len(sheet.published.spots)
    assert "舜耕路" in desk.run("document.querySelector('#message').textContent")
    desk.browser.listen(0.3)
    assert desk.run(MARKED) > 1000
    desk.press("Escape")
    assert desk.run(LISTED) == len(sheet.published.spots)


@pytest.mark.parametrize("query", ["shungeng", "SHUNGENG road", "12", "第3社区", "tianqiao"])
def test_search_knows_english_numbers_and_communities(desk: Any, sheet: Any, query: str) -> None:
    desk.run("document.querySelector('#search').focus()")
    desk.type(query)
    found = desk.run(
        "[...document.querySelectorAll('#list .number')].map(e => Number(e.textContent.match(/\\d+/)[0]))"
    )
    assert 0 < len(found) < len(sheet.published.spots)
    if query == "12":
        assert found == [12]


def test_nothing_found_is_said(desk: Any) -> None:
    desk.run("document.querySelector('#search').focus()")
    desk.type("没有这条路")
    assert desk.run(LISTED) == 0
    desk.until(f"{SAID} === '没有符合的摊点'")


def test_a_district_filters_list_and_map(desk: Any, sheet: Any) -> None:
    assert desk.run("document.querySelector('#week').hidden")
    desk.run("(() => { const s = document.querySelector('#district'); s.selectedIndex = 2;"
             " s.dispatchEvent(new Event('change')) })()")  # fmt: skip
    chosen = desk.run("document.querySelector('#district').selectedOptions[0].textContent")
    assert desk.run(LISTED) == int((sheet.published.spots["district"] == chosen).sum()) > 0
    desk.until(f"{SAID}.includes('个摊点')")


def test_the_other_language(desk: Any) -> None:
    desk.click("#language")
    assert desk.run("document.title") == "Jinan Watermelon Map 2026"
    assert desk.run("document.documentElement.lang") == "en"
    assert "Shungeng Road" in desk.run("document.querySelector('#list').textContent")
    assert desk.run("document.querySelector('#map').getAttribute('aria-label')") == "Map"


def test_by_keys_alone(desk: Any) -> None:
    visited = []
    for _ in range(9):
        desk.press("Tab")
        visited.append(desk.run("document.activeElement.id || document.activeElement.className"))
    assert visited[:3] == ["skip", "skip", "language"]
    assert visited[3:6] == ["search", "district", "near-me"]
    assert desk.run("document.activeElement.closest('#list, #scroll') !== null")
    desk.press("Enter")
    assert desk.run(CARD)
    desk.press("Escape")
    assert desk.run(CARD) == ""
    desk.run("document.querySelector('#map').focus()")
    view = "document.querySelector('#scale').textContent + document.querySelector('#ground').style.transform"
    for key in ("+", "ArrowLeft", "ArrowUp", "-", "-"):
        before = desk.run(view)
        desk.press(key)
        desk.until(f"{view} !== {before!r}")
    desk.press("0")
    desk.press("Enter")
    assert desk.run(CARD)
    desk.press("Escape")
    assert desk.run("document.activeElement.id") == "map"


NAMELESS = """
[...document.querySelectorAll('#screen button, #screen select, #screen input, #screen a, [role=application]')]
  .filter(e => !e.getAttribute('aria-label') && !e.textContent.trim()).map(e => e.outerHTML)
"""
LOST = """
['aria-controls', 'aria-labelledby', 'aria-describedby'].flatMap(a => [...document.querySelectorAll(`[${a}]`)]
  .filter(e => !e.hidden && !document.getElementById(e.getAttribute(a))).map(e => e.outerHTML))
"""


def test_every_control_has_a_name(desk: Any) -> None:
    assert desk.run(NAMELESS) == []
    assert desk.run(LOST) == []
    assert desk.run("document.querySelectorAll('h1').length") == 1
    assert desk.run("document.querySelector('#said').getAttribute('aria-live')") == "polite"
    ids = desk.run("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


FAINT = """(() => {
  const part = v => v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4;
  const light = c => {
    const [r, g, b] = c.match(/[\\d.]+/g).map(Number).map(part);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = e => {
    for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor;
      if (!/, 0\\)$/.test(c)) return c;
    }
    return 'rgb(255, 255, 255)';
  };
  const lettered = e => e.checkVisibility() && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  return [...document.querySelectorAll('#screen *')].filter(lettered).filter(e => {
    const a = light(getComputedStyle(e).color), b = light(behind(e));
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
  }).map(e => e.outerHTML);
})()"""


def test_letters_have_contrast_enough(desk: Any) -> None:
    """Each text on its own background, as WCAG 2 reckons: 4.5 to 1 at least; list and card."""
    assert desk.run(FAINT) == []
    desk.click("#list li:first-child button")
    assert desk.run(FAINT) == []


def test_nearest_to_me(browser: Any, address: str, sheet: Any) -> None:
    tab = browser.page(address, **PHONE)
    tab.until(LIVE)
    spot = sheet.published.spots.iloc[10]
    browser.send("Browser.grantPermissions", permissions=["geolocation"])
    tab.send("Emulation.setGeolocationOverride", latitude=spot.lat, longitude=spot.lon + 0.0001, accuracy=10)
    tab.click("#near-me")
    tab.until("document.querySelector('#message').textContent.includes('直线距离')")
    assert tab.run("document.querySelector('#list .number').textContent") == f"{spot.number} 号摊点"
    assert "10 米" in tab.run("document.querySelector('#list .tail').textContent")
    assert "西" in tab.run("document.querySelector('#list .tail').textContent")
    tab.send("Emulation.setGeolocationOverride", latitude=0, longitude=0, accuracy=10)
    tab.click("#near-me")
    tab.until("document.querySelector('#message').textContent.includes('范围之外')")
    assert tab.complaints() == []


def test_nearest_to_a_place_that_is_tapped(phone: Any, sheet: Any) -> None:
    phone.click("#near-here")
    assert phone.run("!document.querySelector('#prompt').hidden")
    phone.click_at(195, 400)
    phone.until("document.querySelector('#message').textContent.includes('直线距离')")
    metres = phone.run("[...document.querySelectorAll('#list .tail b')].map(e => e.textContent)")
    assert len(metres) == len(sheet.published.spots)
    far = [float(m.split()[0]) * (1000 if "公里" in m else 1) for m in metres]
    assert far == sorted(far)


def test_fingers_drag_pinch_and_open_the_drawer(phone: Any) -> None:
    scale = "document.querySelector('#scale').textContent"
    before = phone.run(scale)
    phone.touch("touchStart", (150, 400), (240, 400))
    for step in range(1, 9):
        phone.touch("touchMove", (150 - 14 * step, 400), (240 + 14 * step, 400))
    phone.touch("touchEnd")
    phone.until(f"{scale} !== {before!r}")
    assert phone.run("document.querySelector('#grip').getAttribute('aria-expanded')") == "false"
    phone.click("#grip")
    assert phone.run("document.querySelector('#grip').getAttribute('aria-expanded')") == "true"
    small = (
        "[...document.querySelectorAll('#screen button, #screen select, #card a')].filter(e =>"
        " e.checkVisibility() && e.getBoundingClientRect().height < 24).map(e => e.id)"
    )
    assert phone.run(small) == []
    assert phone.run("document.documentElement.scrollWidth") <= 390


def test_paper_is_the_sheet(desk: Any, sheet: Any, tmp_path: Path) -> None:
    _prints(desk, tmp_path, pages=1 + len(sheet.pages))


def test_paper_has_a_page_for_each_page_of_the_atlas(browser: Any, sheet: Any, tmp_path: Path) -> None:
    pages = tuple(dataclasses.replace(sheet.page, page_id=f"p{k}") for k in (1, 2))
    page = write(dataclasses.replace(sheet, pages=pages), tmp_path / "atlas.html")
    tab = browser.page(page.as_uri(), **DESK)
    tab.until(LIVE)
    _prints(tab, tmp_path, pages=3)


def _prints(tab: Any, folder: Path, *, pages: int) -> None:
    (folder / "print.pdf").write_bytes(tab.pdf())
    said = subprocess.run(
        ["pdfinfo", folder / "print.pdf"], check=True, capture_output=True, text=True
    ).stdout
    assert re.search(rf"Pages:\s+{pages}\n", said), said
    assert "(A3)" in said, said


def test_without_scripts_the_sheet_is_shown(browser: Any, address: str) -> None:
    tab = browser.page(address, **DESK)
    tab.send("Emulation.setScriptExecutionDisabled", value=True)
    tab.send("Page.reload")
    browser.listen(1.0)
    tab.send("DOM.enable")
    root = tab.send("DOM.getDocument")["root"]["nodeId"]
    paper = tab.send("DOM.querySelector", nodeId=root, selector="#paper svg")["nodeId"]
    assert tab.send("DOM.getBoxModel", nodeId=paper)["model"]["width"] > 300


NASTY = [
    "<img src=x onerror=window.hit=1>",
    "</script><script>window.hit=1</script>",
    "${window.hit=1}",
    "'\"`",
]


def test_names_cannot_run(browser: Any, plan: Any, city: Any, tmp_path: Path) -> None:
    spots = plan.spots.copy()
    spots["address"] = spots["address_en"] = [NASTY[i % 4] for i in range(len(spots))]
    streets = city.centrelines.copy()
    streets["name"] = [NASTY[i % 4] for i in range(len(streets))]
    made = map_sheet(
        dataclasses.replace(plan, spots=spots),
        SimpleNamespace(**{**vars(city), "centrelines": streets}),
        title="图" + NASTY[0],
        publisher=NASTY[1],
        contact=dict.fromkeys(city.communities["district"], NASTY[0]),
    )
    tab = browser.page(write(made, tmp_path / "nasty.html").as_uri(), **DESK)
    tab.until(LIVE)
    tab.run("document.querySelector('#search').focus()")
    tab.type("img")
    tab.click("#list li:first-child button")
    assert NASTY[0] in tab.run(CARD)
    assert tab.run("typeof window.hit") == "undefined"
    assert tab.run("document.querySelectorAll('img, #list script, #card script').length") == 0
    assert tab.complaints() == []


def test_spots_at_one_place_can_all_be_reached(browser: Any, plan: Any, city: Any, tmp_path: Path) -> None:
    """On the map they are one mark: it comes nearer, and at the nearest it lists them."""
    spots = plan.spots.assign(x_m=plan.spots["x_m"].iloc[0], y_m=plan.spots["y_m"].iloc[0]).iloc[:6]
    pitches = plan.pitches[plan.pitches["spot_id"].isin(spots["spot_id"])]
    pitches = pitches.assign(x_m=spots["x_m"].iloc[0], y_m=spots["y_m"].iloc[0])
    made = map_sheet(
        dataclasses.replace(plan, spots=spots, pitches=pitches), city, title="图", publisher="局"
    )
    tab = browser.page(write(made, tmp_path / "one.html").as_uri(), **DESK)
    tab.until(LIVE)
    middle = tab.run(
        "(() => { const b = document.querySelector('#map').getBoundingClientRect();"
        " return [b.x + b.width / 2, b.y + b.height / 2] })()"
    )
    for _ in range(8):
        tab.click_at(*middle)
        browser.listen(0.4)  # two clicks at once would be a double click
        if "同一处" in tab.run("document.querySelector('#message').textContent"):
            break
    assert tab.run(LISTED) == 6
    assert "6 个摊点在同一处" in tab.run("document.querySelector('#message').textContent")
    assert tab.complaints() == []
