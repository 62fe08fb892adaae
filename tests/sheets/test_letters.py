"""Letters to committees: each decision with what became of it, the spots, and no name that runs code."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pyproj
import pytest

import pitchplan as pp
from pitchplan.answers import Answer, Reason, answer_columns
from pitchplan.errors import InputError, OutputError
from pitchplan.files.ledger import LEDGER, write_published
from pitchplan.sheets.letters import letters
from pitchplan.sheets.lettersay import Facts, reason_line

from .browser import CHROMIUM, Browser

HOSTILE = '银河社区</style><script>document.title="x"</script>#sys.version $x$ *b* "&\'{{script}}'


@pytest.fixture(scope="module")
def plan(spring_problem):
    return pp.greedy_plan(spring_problem)


@pytest.fixture(scope="module")
def post(plan, spring):
    return letters(
        plan,
        spring.city,
        publisher="泉城城市管理局",
        book=spring.book,
        contact="热线 12319",
        stage="征求意见稿",
        date="2026-05-10",
    )


def answered(plan, *rows):
    """Return the plan with decisions of one committee at its first spot, and their answers."""
    spot = plan.spots.iloc[0]
    degrees = pyproj.Transformer.from_crs(plan.crs, 4326, always_xy=True)
    lon, lat = degrees.transform(spot["x_m"], spot["y_m"])
    base = {
        "lon": lon,
        "lat": lat,
        "radius_m": 20.0,
        "rule": "",
        "reason": "r",
        "who": "某委员会",
        "date": "",
    }
    table = pd.DataFrame([{**base, "decision_id": f"K{k}", **row} for k, (row, _) in enumerate(rows)])
    return dataclasses.replace(plan, decisions=table.assign(**answer_columns([a for _, a in rows])))


def test_every_committee_gets_one_letter_with_all_its_decisions(post, plan):
    assert [x.who for x in post] == sorted(set(plan.decisions["who"]))
    for letter in post:
        own = plan.decisions[plan.decisions["who"] == letter.who]
        zh, en = letter.versions
        assert zh["to"] == f"{letter.who}："
        assert len(zh["items"]) == len(en["items"]) == len(own) == letter.decisions
        for ident, reason, item in zip(own["decision_id"], own["reason"], zh["items"], strict=True):
            assert ident in item["head"]
            assert f"理由：{reason.rstrip('。')}。" in item["lines"]
            assert item["answer"]
        assert [row[0] for row in zh["rows"]] == [str(n) for n in letter.spots["number"]]
        assert zh["closing"] == ["如有疑问，请联系：热线 12319。"]
        assert zh["sign"] == ["泉城城市管理局", "2026年5月10日"]
        assert en["sign"] == ["泉城城市管理局", "10 May 2026"]
    assert re.search(r"Letters: \d+", repr(post))
    with pytest.raises(InputError, match="no letter to them"):
        post["nobody"]


def test_the_spots_are_those_of_the_committees_communities(post, plan, spring):
    names = dict(zip(spring.city.communities["name"], spring.city.communities["community_id"], strict=True))
    letter = post["银河社区居民委员会"]
    own = plan.spots[plan.spots["community_id"] == names["银河社区"]]
    assert letter.spots["spot_id"].tolist() == own.sort_values("number")["spot_id"].tolist()
    assert "银河社区" in letter.versions[0]["spots"]
    said = {"银河社区居民委员会": [names["宝华社区"], names["永安社区"]]}
    other = letters(plan, spring.city, publisher="p", communities=said)["银河社区居民委员会"]
    assert set(other.spots["community_id"]) <= set(said["银河社区居民委员会"])
    assert "宝华社区" in other.versions[0]["spots"]


def test_measured_reasons_are_said_in_both_languages(post):
    zh, en = post["银河社区居民委员会"].versions
    refused = next(i["answer"] for i in zh["items"] if "D11" in i["head"])
    assert re.fullmatch(r"不能设摊：.*距学校门 \d+\.\d 米，要求 100 米。", refused)
    refused = next(i["answer"] for i in en["items"] if "D11" in i["head"])
    assert re.search(r"Away from school gates: \d+\.\d m measured, 100 m required\.", refused)


def test_a_shortfall_is_never_told_as_none(spring):
    rules = {r.id: r for r in spring.book.rules}
    facts = Facts(
        pd.DataFrame(),
        {i: r.kind for i, r in rules.items()},
        {i: (r.title, r.title_en) for i, r in rules.items()},
        {},
        pd.DataFrame(),
        {},
    )
    assert reason_line("zh", Reason("bus-stop", 12.34, 15.0), facts) == "距公交站 12.3 米，要求 15 米"
    assert reason_line("zh", Reason("bus-stop", 14.993, 15.0), facts) == "距公交站 14.9 米，要求 15 米"
    told = reason_line("zh", Reason("drive-width", 3.2, 4.0), facts)
    assert told == "保留消防车道：实测 3.2 米，要求 4 米"
    assert reason_line("zh", Reason("footway", 2.0, 0.0), facts) == "不符合“不占人行道”的要求"
    assert reason_line("en", Reason("island"), facts).startswith("it is a traffic island")
    assert reason_line("zh", Reason("no-such-rule", 1.0, 2.0), facts) == "不符合“no-such-rule”的要求"


def test_every_outcome_is_said(plan, spring):
    spot = plan.spots.iloc[0]
    wall = (Reason("bus-stop", 12.34, 15.0),)
    rows = [
        ({"what": "keep"}, Answer("kept", spot_id=spot["spot_id"], distance_m=1.2)),
        ({"what": "keep"}, Answer("kept", spot_id="gone", distance_m=1.2)),
        ({"what": "keep"}, Answer("nowhere", reasons=wall)),
        ({"what": "forbid"}, Answer("taken-out", pitches=4)),
        ({"what": "forbid"}, Answer("taken-out")),
        ({"what": "nominate"}, Answer("legal", pitches=3)),
        ({"what": "nominate"}, Answer("refused", reasons=wall)),
        ({"what": "nominate"}, Answer("not-looked-at")),
        ({"what": "nominate"}, Answer("none")),
        ({"what": "waive", "rule": "bus-stop"}, Answer("waived", pitches=2)),
        ({"what": "waive", "rule": "bus-stop"}, Answer("not-waived")),
        ({"what": "keep", "votes_for": 2, "votes_against": 5}, Answer("outvoted", votes=(2, 5))),
    ]
    letter = letters(answered(plan, *rows), spring.city, publisher="p", book=spring.book)["某委员会"]
    zh = [i["answer"] for i in letter.versions[0]["items"]]
    order = sorted(range(len(rows)), key=lambda k: f"K{k}")
    told = dict(zip(order, zh, strict=True))
    assert (
        told[0] == f"已保留：第 1 号摊点（{spot['address']}），{spot['capacity']} 个摊位，距所提位置 1 米。"
    )
    assert told[2] == "未能保留：所提范围内没有符合规则的位置。距公交站 12.3 米，要求 15 米。"
    assert told[3] == "已采纳：所提范围内的 4 个备选摊位不再使用。"
    assert told[5] == "符合规则：所提范围内有 3 个可用摊位。本方案在此设第 1 号摊点。"
    assert told[6] == "不能设摊：距公交站 12.3 米，要求 15 米。"
    assert told[11] == "未采纳：反对票多于赞成票。"
    assert len(set(zh)) == len(rows)
    votes = letter.versions[0]["items"][order.index(11)]["lines"]
    assert "表决：赞成 2 票，反对 5 票。" in votes
    english = [i["answer"] for i in letter.versions[1]["items"]]
    assert len(set(english)) == len(rows)
    assert not any("{" in text for text in zh + english)
    # Nobody's community: those its decisions lie in.
    assert spot["spot_id"] in set(letter.spots["spot_id"])


def test_a_place_where_no_bay_fits_is_said_in_words(plan, spring):
    rows = [({"what": "nominate"}, Answer("refused", reasons=(Reason("island", 0.4), Reason("corner"))))]
    letter = letters(answered(plan, *rows), spring.city, publisher="p")["某委员会"]
    told = "不能设摊：该处是交通岛或隔离带，行人不能到达；该处路缘转弯，放不下一个摊位。"
    assert letter.versions[0]["items"][0]["answer"] == told


def test_a_plan_of_an_office_map_has_its_letters_and_a_public_one_has_none(plan, spring, tmp_path, post):
    for audience in ("office", "public"):
        sheet = pp.map_sheet(plan, spring.city, title="t", publisher="p", audience=audience)
        pp.write(sheet, tmp_path / f"{audience}.geojson")
    back = letters(
        pp.read_plan(tmp_path / "office.geojson"),
        spring.city,
        publisher="泉城城市管理局",
        book=spring.book,
        contact="热线 12319",
        stage="征求意见稿",
        date="2026-05-10",
    )
    assert [x.html() for x in back] == [x.html() for x in post]
    with pytest.raises(InputError, match="no decision of anybody"):
        letters(pp.read_plan(tmp_path / "public.geojson"), spring.city, publisher="p")


def test_what_cannot_be_a_letter_is_refused(plan, spring):
    with pytest.raises(InputError) as caught:
        letters(plan, spring.city, publisher=" ", communities={"谁": ["nowhere"]})
    assert len(caught.value.faults) == 3
    with pytest.raises(InputError, match="languages"):
        letters(plan, spring.city, publisher="p", language="xx")


def test_the_folder_holds_a_file_per_committee_and_format(post, tmp_path):
    made = post.write(tmp_path / "post", formats=[".html"])
    assert [p.name for p in made] == [f"{k:02d}-{x.who}.html" for k, x in enumerate(post, 1)]
    first = [p.read_bytes() for p in made]
    assert [p.read_bytes() for p in post.write(tmp_path / "post", formats=[".html"])] == first
    assert len(list((tmp_path / "post").iterdir())) == len(post)
    with pytest.raises(InputError, match="no format"):
        post.write(tmp_path, formats=[".docx"])
    with pytest.raises(OutputError, match="does not exist"):
        post.write(tmp_path / "a" / "b")


def test_a_letter_does_not_take_the_name_of_what_was_published(post, tmp_path):
    name = f"01-{post.letters[0].who}.html"
    write_published(tmp_path / name, b"a map", title="T", issued="2026-05-20")
    with pytest.raises(OutputError, match="published on 2026-05-20"):
        post.write(tmp_path, formats=[".html"])
    assert sorted(p.name for p in tmp_path.iterdir()) == [name, LEDGER]


def hostile(plan, spring):
    rows = ({"what": "keep", "who": HOSTILE, "reason": HOSTILE, "rule": HOSTILE}, Answer("none"))
    told = answered(plan, rows)
    spots = told.spots.assign(address=HOSTILE, address_en=HOSTILE, hours=HOSTILE)
    told = dataclasses.replace(told, spots=spots)
    return letters(told, spring.city, publisher=HOSTILE, stage=HOSTILE, contact=HOSTILE, date=HOSTILE)


def test_a_name_is_text_and_never_code(plan, spring, tmp_path):
    post = hostile(plan, spring)
    (path,) = post.write(tmp_path, formats=[".html"])
    assert "/" not in path.name
    assert "<" not in path.name
    page = path.read_text(encoding="utf-8")
    assert "<script" not in page
    assert page.count("</style>") == 1
    assert "default-src 'none'; style-src 'sha256-" in page
    assert "&lt;/style&gt;&lt;script&gt;" in page


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs pdftotext")
def test_the_pdf_says_what_the_letter_says(post, plan, spring, tmp_path):
    pytest.importorskip("typst")
    letter = post["银河社区居民委员会"]
    assert letter.pdf() == letter.pdf()
    bad = next(iter(hostile(plan, spring)))
    for one, texts in (
        (letter, ["银河社区居民委员会", "不能设摊", "Page 1 of 1", "12319"]),
        (bad, ["#sys.version"]),
    ):
        path = tmp_path / "letter.pdf"
        path.write_bytes(one.pdf())
        done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True)
        for text in texts:
            assert text in done.stdout.replace("\n", "")


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_a_browser_shows_it_and_runs_nothing(plan, spring, tmp_path):
    (path,) = hostile(plan, spring).write(tmp_path, formats=[".html"])
    with Browser(tmp_path / "profile") as browser:
        tab = browser.page(Path(path).as_uri(), width=800, height=900)
        assert tab.run("document.title").startswith("关于瓜果摊点设置意见的答复")
        assert tab.run("document.querySelectorAll('article').length") == 2
        # The page's own style is allowed, which its policy knows by hash.
        assert tab.run("getComputedStyle(document.querySelector('h1')).textAlign") == "center"
        assert not tab.run("document.documentElement.scrollWidth > innerWidth")
        blocked = [e for e in browser.events if e.get("method") == "Log.entryAdded"]
        assert blocked == []
