"""Permit cards: one per grower with a pitch, for the office, with nothing that is nobody's business."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from pitchplan.errors import InputError
from pitchplan.growers.allocation import Allocation
from pitchplan.sheets import map_sheet, render
from pitchplan.sheets.cardface import CARD_MM, MAP, map_svg
from pitchplan.sheets.cards import permit_cards
from pitchplan.sheets.draw import UNIT_MM
from pitchplan.sheets.lettering import text_width

SVG = "{http://www.w3.org/2000/svg}"
WORDS = {"title": "济南市西瓜地图", "title_en": "Jinan Watermelon Map", "publisher": "济南市城市管理局"}
LINK = "https://example.org/p/{permit}"
PHONES = ("13800138001", "13800138002", "13800138003")
IDS = ("370102197001011234", "370102198002022345", "37010219900303345X")


def _growers(count: int) -> pd.DataFrame:
    k = np.arange(count)
    return pd.DataFrame(
        {
            "grower_id": [f"G-{i:04d}" for i in k],
            "name": [("张三丰", "李四光", "阿卜杜热合曼·买买提")[i % 3] for i in k],
            "phone": [PHONES[i % 3] for i in k],
            "id_number": [IDS[i % 3] for i in k],
            "plate": [f"鲁A{10_000 + i}" for i in k],
            "vehicle": "small-truck",
            "gateway": "北入城口",
        }
    )


def _allocation(plan: Any, *, left: int = 0) -> Allocation:
    """Give the pitches to growers in an order that is not the map's; some growers get none."""
    p = plan.pitches.sort_values("pitch_id", ascending=False, ignore_index=True)
    nth = p.groupby("number").cumcount() + 1
    table = pd.DataFrame(
        {
            "grower_id": [f"G-{i:04d}" for i in range(len(p))],
            "spot_id": p["spot_id"],
            "number": p["number"],
            "pitch_id": p["pitch_id"],
            "permit": [f"2026-{n:03d}-{k:02d}" for n, k in zip(p["number"], nth, strict=True)],
            "vehicle": "small-truck",
            "why_not": "",
        }
    )
    empty = table.iloc[:left].assign(
        grower_id=[f"G-{len(p) + i:04d}" for i in range(left)], pitch_id="", spot_id="", number=0, permit=""
    )
    return Allocation(pd.concat([table, empty], ignore_index=True), "queue", pd.DataFrame())


@pytest.fixture(scope="module")
def given(plan: Any, city: Any) -> SimpleNamespace:
    """Return an office sheet, an allocation and its growers."""
    return SimpleNamespace(
        sheet=map_sheet(plan, city, audience="office", date="2026-05-20", **WORDS),
        allocation=_allocation(plan, left=3),
        growers=_growers(len(plan.pitches) + 3),
    )


@pytest.fixture(scope="module")
def cards(given: Any) -> Any:
    """Return its cards."""
    return permit_cards(given.sheet, given.allocation, given.growers, link=LINK)


def _texts(svg: bytes) -> list[Any]:
    return list(ElementTree.fromstring(svg).iter(f"{SVG}text"))


def test_every_grower_with_a_pitch_has_a_card_and_no_other(given: Any, cards: Any, plan: Any) -> None:
    assert len(cards) == len(plan.pitches)
    assert [c.permit for c in cards.cards] == sorted(c.permit for c in cards.cards)
    assert {c.pitch_id for c in cards.cards} == set(plan.pitches["pitch_id"])
    for spot in plan.spots.itertuples():
        own = [c for c in cards.cards if c.spot_id == spot.spot_id]
        assert sorted(c.bay for c in own) == list(range(1, spot.capacity + 1))
        assert {(c.number, c.bays) for c in own} == {(spot.number, spot.capacity)}
    along = plan.pitches.set_index("pitch_id")["chainage_m"]
    first = {c.spot_id: along[c.pitch_id] for c in cards.cards if c.bay == 1}
    assert all(along[c.pitch_id] >= first[c.spot_id] for c in cards.cards)


def test_a_card_says_who_where_and_when_in_both_languages(given: Any, cards: Any, plan: Any) -> None:
    card = cards.cards[7]
    said = [e.text for e in _texts(cards.svg(card.permit))]
    spot = plan.spots.set_index("spot_id").loc[card.spot_id]
    for text in (
        card.permit,
        card.name,
        str(card.number),
        spot["address"],
        spot["address_en"],
        "号摊点",
        f"画线摊位 {card.bay} / {card.bays}",
        f"小货车 · {card.plate}",
        "每天 06:00–09:00, 17:00–21:00",
        "2026年6月1日—8月20日",
        "1 June – 20 August 2026",
        "免费 · 不罚款",
        "Free of charge, no fine",
        "发证：济南市城市管理局",
        "内部使用 Office use only",
    ):
        assert text in said, text
    assert any("2026-05-20" in text for text in said)
    assert b'class="qr"' in cards.svg(card.permit)


@pytest.mark.parametrize("language", [("zh", "en"), ("en", "zh"), ("zh",), ("en",)])
def test_no_text_runs_over_the_card_or_into_another(plan: Any, city: Any, language: Any) -> None:
    sheet = map_sheet(plan, city, audience="office", language=language, stage="draft", **WORDS)
    made = permit_cards(sheet, _allocation(plan), _growers(len(plan.pitches)), link=LINK)
    for card in made.cards[::17]:
        svg = made.svg(card.permit).decode()
        face = re.sub(r"<svg x=.*?</svg>", "", svg, flags=re.DOTALL)
        boxes = []
        for e in _texts(face.encode()):
            size = float(e.get("font-size"))
            wide = text_width(e.text, size, bold=e.get("font-weight") == "700")
            x, y = float(e.get("x")), float(e.get("y"))
            x -= wide * {"end": 1.0, "middle": 0.5}.get(e.get("text-anchor"), 0.0)
            assert x >= 1.0, e.text
            assert x + wide <= CARD_MM[0] - 1.0, e.text
            assert size <= y <= CARD_MM[1] - 1.0, e.text
            boxes.append((x, y - 0.72 * size, x + wide, y, e.text))
        for i, a in enumerate(boxes):
            for b in boxes[:i]:
                assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] + 0.3 or b[3] <= a[1] + 0.3, (a, b)


def test_the_holder_s_bay_is_marked_inside_the_map(cards: Any) -> None:
    for card in cards.cards[::9]:
        bay = re.search(
            r'<path d="M(\d+) (\d+)l[^"]*" transform="[^"]*" fill="#FFD400"', cards.svg(card.permit).decode()
        )
        assert bay is not None
        x, y = UNIT_MM * float(bay[1]), UNIT_MM * float(bay[2])
        assert MAP.x < x < MAP.right
        assert MAP.y < y < MAP.bottom


def test_the_map_is_the_same_for_all_cards_of_a_spot(given: Any, cards: Any) -> None:
    spot = next(c for c in cards.cards if c.bays > 1).spot_id
    inner = [
        re.search(r"<svg x=.*?</svg>", cards.svg(c.permit).decode(), re.DOTALL)[0]  # type: ignore[index]
        for c in cards.cards
        if c.spot_id == spot
    ]
    assert len(set(inner)) == 1
    assert map_svg(given.sheet, spot).decode().split("\n", 1)[1] in inner[0] + "\n"


def test_codes_lead_to_the_permit_and_may_be_left_out(given: Any, cards: Any) -> None:
    assert cards.cards[0].link == f"https://example.org/p/{cards.cards[0].permit}"
    bare = permit_cards(given.sheet, given.allocation, given.growers)
    assert b'class="qr"' not in bare.svg(bare.cards[0].permit)
    with pytest.raises(InputError, match="no QR code"):
        permit_cards(given.sheet, given.allocation, given.growers, link="permit {permit}")


def test_neither_repr_nor_errors_nor_public_sheets_name_anyone(
    given: Any, cards: Any, plan: Any, city: Any
) -> None:
    texts = [repr(cards), repr(cards.cards[0]), repr(cards.cards)]
    public = map_sheet(plan, city, **WORDS)
    texts += [render(public, suffix).decode() for suffix in (".svg", ".geojson", ".html", ".csv")]
    other = map_sheet(plan, city, audience="office", **WORDS)
    lost = given.growers.iloc[3:]
    pitches = other.published.pitches.assign(pitch_id="elsewhere")
    changed = SimpleNamespace(audience="office", published=SimpleNamespace(pitches=pitches))
    for sheet, growers in ((public, given.growers), (other, lost), (changed, given.growers)):
        with pytest.raises(InputError) as caught:
            permit_cards(sheet, given.allocation, growers)  # type: ignore[arg-type]
        texts += [str(caught.value), repr(caught.value.faults)]
    names = set(given.growers["name"]) | {"鲁A1", *PHONES, *IDS}
    for text in texts:
        assert not [n for n in names if n in text]
    with pytest.raises(InputError, match="no card has this permit"):
        cards.svg("2025-001-01")


def test_cards_hold_neither_telephone_nor_id(cards: Any) -> None:
    for card in cards.cards[::5]:
        text = cards.svg(card.permit).decode()
        assert not [secret for secret in (*PHONES, *IDS, "G-0") if secret in text]


def test_cards_print_on_their_own_paper_and_four_on_a4(given: Any, tmp_path: Any) -> None:
    few = given.allocation.table.iloc[:6]
    made = permit_cards(given.sheet, Allocation(few, "queue", pd.DataFrame()), given.growers, link=LINK)
    one = made.pdf()
    assert one == made.pdf()
    assert len(re.findall(rb"/Type\s*/Page\b", one)) == 6
    path = made.write(tmp_path / "cards.pdf", paper="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", path.read_bytes())) == 2
    for wrong in ("A5", ""):
        with pytest.raises(InputError, match="no paper for cards"):
            made.pdf(paper=wrong)
    with pytest.raises(InputError, match="no format for cards"):
        made.write(tmp_path / "cards.png")
    none = permit_cards(given.sheet, Allocation(few.iloc[:0], "queue", pd.DataFrame()), given.growers)
    with pytest.raises(InputError, match="no card to print"):
        none.pdf()
