"""The drawing: nothing overlaps, all is escaped, one page, the same bytes."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import importlib.util
import re
import struct
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import shapely

from pitchplan.errors import InputError, OutputError, PitchplanError
from pitchplan.sheets import map_sheet, render, write
from pitchplan.sheets import pdf as pdf_room
from pitchplan.sheets.lettering import text_width
from pitchplan.sheets.listing import arrange, list_body
from pitchplan.sheets.mapbody import marker_layout
from pitchplan.sheets.page import Rect
from pitchplan.sheets.panel import list_area

SVG = "{http://www.w3.org/2000/svg}"
WORDS = {"title": "济南市西瓜地图 2026", "title_en": "Jinan Watermelon Map 2026", "publisher": "城市管理局"}


def _overlaps(markers: list[Any]) -> list[tuple[int, int]]:
    boxes = np.array([m.box for m in markers])
    a, b = boxes[:, None, :], boxes[None, :, :]
    hit = (
        (a[..., 0] < b[..., 2]) & (a[..., 2] > b[..., 0]) & (a[..., 1] < b[..., 3]) & (a[..., 3] > b[..., 1])
    )
    return [(int(i), int(j)) for i, j in np.argwhere(hit) if i < j]


def _texts(svg: bytes) -> list[str]:
    return ["".join(e.itertext()) for e in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize(("spots", "paper"), [(35, "A3"), (120, "A3"), (60, "A4")])
def test_markers_overlap_neither_each_other_nor_the_frame(build: Any, spots: int, paper: str) -> None:
    city = build.city()
    sheet = map_sheet(build.plan(city, spots=spots), city, paper=paper, **WORDS)
    markers = marker_layout(sheet)
    assert len(markers) == spots
    assert _overlaps(markers) == []
    f = sheet.page.frame
    for m in markers:
        left, top, right, bottom = m.box
        assert left > f.x
        assert top > f.y
        assert right < f.right
        assert bottom < f.bottom


def test_spots_at_one_place_get_markers_apart(plan: Any, city: Any) -> None:
    """Thirty-five spots on one street corner: the leaders must lead out."""
    spots = plan.spots.assign(x_m=plan.spots["x_m"].iloc[0], y_m=plan.spots["y_m"].iloc[0])
    sheet = map_sheet(dataclasses.replace(plan, spots=spots), city, **WORDS)
    assert _overlaps(marker_layout(sheet)) == []


def test_numbers_are_large_enough_and_all_there(sheet: Any, svg: bytes) -> None:
    root = ElementTree.fromstring(svg)
    white = [
        e for e in root.iter(f"{SVG}text") if e.get("fill") == "#FFFFFF" and e.get("text-anchor") == "middle"
    ]
    f = sheet.page.frame
    on_map = [e for e in white if float(e.get("x")) < f.right and f.y < float(e.get("y")) < f.bottom]
    assert sorted(int(e.text) for e in on_map) == list(range(1, 36))
    assert min(float(e.get("font-size")) for e in on_map) * 0.733 >= 2.2


def test_list_letters_are_not_too_small(build: Any) -> None:
    city = build.city()
    for spots in (10, 35, 120):
        sheet = map_sheet(build.plan(city, spots=spots), city, **WORDS)
        style, columns, left_out = arrange(sheet, list_body(sheet, list_area(sheet)))
        assert style.size >= 1.9
        assert style.second >= 1.9
        assert left_out == 0
        assert sum(not b.heading for c in columns for b in c) == spots


def test_spots_that_do_not_fit_the_list_are_counted_honestly(build: Any) -> None:
    city = build.city()
    sheet = map_sheet(build.plan(city, spots=230), city, paper="A3", **WORDS)
    texts = _texts(render(sheet, ".svg"))
    said = [t for t in texts if "完整名录见第 2 页起" in t]
    assert len(said) == 1
    left_out = int(re.search(r"\d+", said[0])[0])
    root = ElementTree.fromstring(render(sheet, ".svg"))
    listed = [
        e
        for e in root.iter(f"{SVG}text")
        if e.get("fill") == "#FFFFFF"
        and e.get("text-anchor") == "middle"
        and float(e.get("x")) > sheet.page.panel.x
    ]
    sample = sheet.page.key is None  # in the legend, if that stands in the panel
    assert len(listed) - sample + left_out == 230


def test_scale_hours_and_facts_are_printed(sheet: Any, svg: bytes) -> None:
    text = "\n".join(_texts(svg))
    for part in (
        f"1:{sheet.page.scale // 1000} {sheet.page.scale % 1000:03d}",
        "2026年6月1日—8月20日",
        "06:00–09:00",
        "免费 · 不罚款",
        "Free of charge",
        "EPSG:4548",
        "jinan-2019",
        "tactile-paving",
        "no breaches",
        "0531-1234 5678",
        "已证最优",
        "历下区",
        "经十路",
    ):
        assert part in text


def test_legend_explains_only_what_is_shown(plan: Any, city: Any) -> None:
    bare = SimpleNamespace(
        **{
            **vars(city),
            "open_spaces": city.open_spaces.iloc[:0],
            "keep_clear": city.keep_clear.iloc[:0],
            "buildings": city.buildings.iloc[:0],
        }
    )
    text = _texts(render(map_sheet(plan, bare, **WORDS), ".svg"))
    assert "水面" not in text
    assert "公交站" not in text
    assert "建筑" not in text
    assert "区界" in text


def test_empty_layers_and_an_empty_plan_still_make_a_map(plan: Any, city: Any) -> None:
    layers = ("streets", "centrelines", "footways", "open_spaces", "buildings", "keep_clear")
    bare = SimpleNamespace(**{**vars(city), **{n: getattr(city, n).iloc[:0] for n in layers}})
    empty = dataclasses.replace(plan, spots=plan.spots.iloc[:0], pitches=plan.pitches.iloc[:0], vendors=0)
    sheet = map_sheet(empty, bare, **WORDS)
    assert "没有摊点" in _texts(render(sheet, ".svg"))
    assert render(sheet, ".geojson")


def test_latin_names_make_an_english_sheet(build: Any) -> None:
    city = build.city(latin=True)
    sheet = map_sheet(build.plan(city), city, title="Jinan", publisher="Bureau")
    assert sheet.languages == ("en",)
    assert not re.search("[\u4e00-\u9fff]", render(sheet, ".svg").decode())


def test_chinese_address_templates_do_not_make_a_latin_sheet_chinese(build: Any) -> None:
    city = build.city(latin=True)
    plan = build.plan(city)
    spots = plan.spots.assign(address=plan.spots["name"] + "东侧，路口以南40米")
    sheet = map_sheet(dataclasses.replace(plan, spots=spots), city, title="Jinan", publisher="Bureau")
    assert sheet.languages == ("en",)
    text = render(sheet, ".svg").decode()
    assert not re.search("[\u4e00-\u9fff]", text)
    assert plan.spots["address_en"].iloc[0] in text


def test_clip_of_each_sheet_has_its_own_name(plan: Any, city: Any, sheet: Any, svg: bytes) -> None:
    """Two drawings on one page of a notebook must not clip each other."""

    def name(drawing: bytes) -> str:
        found = re.findall(r'clipPath id="([^"]+)"', drawing.decode())
        assert len(found) == 1
        assert f"url(#{found[0]})" in drawing.decode()
        return str(found[0])

    other = render(map_sheet(plan, city, paper="A4", **WORDS), ".svg")
    assert name(svg) == name(render(sheet, ".svg"))
    assert name(svg) != name(other)


@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_no_letters_are_smaller_than_the_least(plan: Any, city: Any, paper: str) -> None:
    root = ElementTree.fromstring(render(map_sheet(plan, city, paper=paper, **WORDS), ".svg"))
    sizes = {float(e.get("font-size")): e.text for e in root.iter(f"{SVG}text")}
    assert min(sizes) >= 1.895, sizes[min(sizes)]


def test_district_names_stay_inside_and_clear_of_markers(build: Any) -> None:
    """Each of the sixteen districts' names lies in its district and under no marker."""
    city = build.city(latin=True)
    communities = city.communities.copy()
    communities["district"] = communities["district_en"] = [
        f"North-Harrington {i}" for i in range(len(communities))
    ]
    city = SimpleNamespace(**{**vars(city), "communities": communities})
    sheet = map_sheet(build.plan(city), city, title="Jinan", publisher="Bureau")
    boxes = np.array([m.box for m in marker_layout(sheet)])
    drawn = 0
    for e in ElementTree.fromstring(render(sheet, ".svg")).iter(f"{SVG}text"):
        if e.get("paint-order") != "stroke" or e.get("font-weight") != "700":
            continue
        drawn += 1
        x, y, size = (float(e.get(k)) for k in ("x", "y", "font-size"))
        half = text_width(e.text, size, bold=True, spacing=0.1) / 2
        hit = (boxes[:, 0] < x + half) & (boxes[:, 2] > x - half)
        hit &= (boxes[:, 1] < y) & (boxes[:, 3] > y - 0.7 * size)
        assert not hit.any(), e.text
        assert x - half > sheet.page.frame.x
        ends = np.array([[x - half + 0.5, y], [x + half - 0.5, y - 0.5 * size]])
        homes = {
            name
            for name, shape in zip(communities["district"], communities.geometry, strict=True)
            if (
                shapely.distance(shapely.transform(shape, sheet.page.to_paper), shapely.points(ends)) < 0.3
            ).all()
        }
        assert any(e.text in home for home in homes), e.text
    assert drawn >= len(communities)


def test_street_names_keep_their_distance(sheet: Any, svg: bytes) -> None:
    """No name is set twice within 80 mm."""
    root = ElementTree.fromstring(svg)
    places: dict[str, list[tuple[float, float]]] = {}
    for e in root.iter(f"{SVG}text"):
        move = re.match(r"translate\(([-\d.]+) ([-\d.]+)\)", e.get("transform", ""))
        if move:
            places.setdefault(e.text, []).append((float(move[1]), float(move[2])))
    assert len(places) > 10
    for name, found in places.items():
        for i, a in enumerate(found):
            for b in found[i + 1 :]:
                assert np.hypot(a[0] - b[0], a[1] - b[1]) > 79, name


NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "a & b </svg>",
    "泉城\x00\x0b\u202e路]]>",
]


def test_names_are_escaped_everywhere(plan: Any, city: Any) -> None:
    spots = plan.spots.copy()
    spots.loc[: len(NASTY) - 1, "address"] = NASTY
    streets = city.centrelines.copy()
    streets.loc[: len(NASTY) - 1, "name"] = NASTY
    sheet = map_sheet(
        dataclasses.replace(plan, spots=spots),
        SimpleNamespace(**{**vars(city), "centrelines": streets}),
        title=NASTY[0] + "图",
        publisher=NASTY[1],
        contact={"历下区": NASTY[1]},
        source_note=NASTY[2],
    )
    svg = render(sheet, ".svg")
    assert not {e.tag.removeprefix(SVG) for e in ElementTree.fromstring(svg).iter()} & {
        "script",
        "img",
        "image",
        "a",
    }
    html = render(sheet, ".html").decode()
    assert html.count("<script") == 2  # the page's own: its data and what draws them
    assert "<img" not in html
    assert "\x00" not in html
    assert "\u202e" not in html
    assert "&lt;script&gt;" in html


def test_html_prints_on_its_paper_and_loads_nothing(sheet: Any) -> None:
    html = render(sheet, ".html").decode()
    assert "@page { size: 420mm 297mm; margin: 0 }" in html
    assert 'viewBox="0 0 420 297"' in html
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    assert "unsafe" not in policy[1]
    assert "connect-src" not in policy[1]  # so nothing can be sent
    own = re.findall(r"<script>(.*?)</script>", html, re.S)
    digest = base64.b64encode(hashlib.sha256(own[0].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy[1]
    assert re.findall(r"""(?:src|href)\s*=\s*"([^"#][^"]*)""", html) == ["data:,"]
    assert not re.search(r"""url\((?!#)|@import|innerHTML|fetch\(|XMLHttpRequest|eval\(""", html)
    assert html.count("http") == html.count("http://www.w3.org/2000/svg") + html.count("http-equiv")


def test_svg_is_small_and_complete(sheet: Any, svg: bytes) -> None:
    assert len(svg) < 1_000_000
    assert b"NaN" not in svg
    assert b"inf " not in svg
    assert b"None" not in svg


@pytest.mark.parametrize("suffix", [".svg", ".html", ".geojson", ".csv", ".pdf", ".png"])
def test_same_bytes_each_time(build: Any, suffix: str) -> None:
    city = build.city()

    def once() -> bytes:
        return render(map_sheet(build.plan(city), city, paper="A4", **WORDS), suffix, ppi=60)

    assert once() == once()


def test_nothing_given_is_changed(plan: Any, city: Any) -> None:
    before = plan.spots.copy(), city.streets.copy()
    render(map_sheet(plan, city, **WORDS), ".svg")
    assert before[0].equals(plan.spots)
    assert before[1].equals(city.streets)


def test_pdf_has_one_page_of_the_paper(sheet: Any) -> None:
    pdf = render(sheet, ".pdf")
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    assert re.search(rb"/MediaBox\s*\[0 0 1190\.55\d* 841\.88\d*\]", pdf)
    assert b"CreationDate" not in pdf


def test_png_is_as_large_as_asked(sheet: Any) -> None:
    png = render(sheet, ".png", ppi=100)
    width, height = struct.unpack(">II", png[16:24])
    assert abs(width - 420 / 25.4 * 100) <= 1
    assert abs(height - 297 / 25.4 * 100) <= 1
    with pytest.raises(InputError, match="pixels per inch"):
        render(sheet, ".png", ppi=0)


@pytest.mark.parametrize("ppi", [60, 90, 100])
@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
def test_no_row_of_pixels_is_left_out(plan: Any, city: Any, ppi: int, orientation: str) -> None:
    """Where a row is missing, all below it is a pixel off what twice the resolution shows."""
    import io

    from PIL import Image

    sheet = map_sheet(plan, city, orientation=orientation, **WORDS)
    coarse, fine = (Image.open(io.BytesIO(render(sheet, ".png", ppi=k * ppi))).convert("L") for k in (1, 2))
    seen = np.asarray(coarse, dtype=float)
    true = np.asarray(fine.resize((2 * coarse.width, 2 * coarse.height)).reduce(2), dtype=float)
    off = np.abs(seen - true).mean(axis=1)
    thirds = [part.mean() for part in np.array_split(off, 3)]
    for other in (np.roll(true, 1, axis=0), np.roll(true, -1, axis=0)):
        shifted = [part.mean() for part in np.array_split(np.abs(seen - other).mean(axis=1), 3)]
        assert all(here < there for here, there in zip(thirds, shifted, strict=True))


def test_missing_glyphs_are_named(plan: Any, city: Any) -> None:
    sheet = map_sheet(plan, city, **{**WORDS, "publisher": "城管局 \U000f1234\U0001f349"})
    with pytest.raises(InputError, match=r"U\+F1234"):
        render(sheet, ".pdf")


def test_printing_without_typst_names_the_extra(sheet: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(pdf_room.importlib, "import_module", gone)
    with pytest.raises(PitchplanError, match=r'pip install "pitchplan\[print\]"'):
        render(sheet, ".pdf")


def test_the_packaged_font_has_every_character(sheet: Any, svg: bytes) -> None:
    spec = importlib.util.find_spec("pylopdf_fonts_zh_cn")
    if spec is None:
        pytest.skip("the packaged font is not installed")
    files = ((f"{spec.submodule_search_locations[0]}/NotoSansSC-Regular.otf", 0),)
    assert pdf_room.missing_characters("".join(_texts(svg)), files) == []


def test_write_goes_by_suffix(sheet: Any, svg: bytes, plan: Any, tmp_path: Any) -> None:
    assert write(sheet, tmp_path / "map.SVG").read_bytes() == svg
    assert write(plan, str(tmp_path / "spots.csv")).read_bytes().startswith(b"\xef\xbb\xbf")
    with pytest.raises(InputError, match=r"\.geojson, \.html, \.svg, \.pdf, \.png, \.csv"):
        write(sheet, tmp_path / "map.docx")
    with pytest.raises(InputError, match="map_sheet"):
        write(plan, tmp_path / "map.pdf")
    with pytest.raises(OutputError, match="does not exist"):
        write(sheet, tmp_path / "nowhere" / "map.svg")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["map.SVG", "spots.csv"]


def test_what_cannot_be_a_map_is_refused(plan: Any, city: Any) -> None:
    with pytest.raises(InputError, match="title"):
        map_sheet(plan, city, title=" ", publisher="x")
    with pytest.raises(InputError, match="publisher"):
        map_sheet(plan, city, title="x", publisher="")
    with pytest.raises(InputError, match="en, zh"):
        map_sheet(plan, city, title="x", publisher="x", language=("fr",))
    with pytest.raises(InputError, match="EPSG:32650"):
        map_sheet(plan, SimpleNamespace(**{**vars(city), "crs": "EPSG:32650"}), title="x", publisher="x")


def test_bold_is_drawn_where_the_font_has_no_bold_face() -> None:
    bold = b'<text x="1" font-size="10.00" fill="#123456" font-weight="700">A</text>'
    outlined = b'<text font-size="5.00" fill="#1" font-weight="700" stroke="#FFF">A</text>'
    plain = b'<text font-size="5.00" fill="#1">A</text>'
    made = pdf_room.embolden(bold + outlined + plain)
    assert made == bold.replace(b">A", b' stroke="#123456" stroke-width="0.400">A') + outlined + plain


def test_street_names_and_markers_keep_clear_of_each_other(sheet: Any, svg: bytes) -> None:
    """The middle of no street's name lies under a marker."""
    boxes = np.array([m.box for m in marker_layout(sheet)])
    for e in ElementTree.fromstring(svg).iter(f"{SVG}text"):
        move = re.match(r"translate\(([-\d.]+) ([-\d.]+)\)", e.get("transform", ""))
        if move and float(move[1]) < sheet.page.frame.right:
            x, y = float(move[1]), float(move[2])
            under = (boxes[:, 0] < x) & (x < boxes[:, 2]) & (boxes[:, 1] < y) & (y < boxes[:, 3])
            assert not under.any(), e.text


def test_missing_cells_of_any_kind_are_blank(plan: Any, city: Any) -> None:
    import pandas as pd

    spots = plan.spots.copy()
    spots["district"] = spots["district"].astype(object)
    spots.loc[0, "district"] = pd.NA
    spots.loc[1, "address_en"] = None
    spots.loc[2, "community_id"] = float("nan")
    sheet = map_sheet(dataclasses.replace(plan, spots=spots), city, **WORDS)
    svg = render(sheet, ".svg").decode()
    assert ">nan<" not in svg
    assert "&lt;NA&gt;" not in svg
    assert "未分区" in svg


def test_a_narrow_list_breaks_addresses_and_never_cuts_them(build: Any) -> None:
    city = build.city(latin=True)
    plan = build.plan(city, spots=28)
    sheet = map_sheet(plan, city, paper="A4", title="Jinan", publisher="Bureau")
    text = " ".join(_texts(render(sheet, ".svg")))
    for address in plan.spots["address_en"]:
        assert all(word in text for word in address.replace(",", " ").split())
    _, columns, left_out = arrange(sheet, Rect(0, 0, 45, 400))
    assert left_out == 0
    for block in (b for column in columns for b in column if not b.heading):
        assert " ".join(block.content[1]) == block.content[0].address_en


def test_the_second_language_never_starts_in_the_middle_of_a_broken_line(sheet: Any, build: Any) -> None:
    city = build.city()
    for paper in ("A4", "A3"):
        for spots in (10, 35, 120):
            texts = _texts(
                render(map_sheet(build.plan(city, spots=spots), city, paper=paper, **WORDS), ".svg")
            )
            said = [t for t in texts if "Growers may" in t]
            assert said
            assert all(t.endswith("numbered spots") for t in said), (paper, spots)
