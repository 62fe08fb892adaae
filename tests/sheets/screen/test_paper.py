"""The printed pages inside the page: what is shared says the same as what was written many times."""

from __future__ import annotations

import dataclasses
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from pitchplan.sheets import map_sheet, render
from pitchplan.sheets.screen.paper import share
from pitchplan.sheets.svg import svg_text

SVG = "{http://www.w3.org/2000/svg}"
RULE = r"\.(t\d+)\{([-#\w.:; ]*)\}"


@pytest.fixture(scope="module")
def drawings(plan: Any, city: Any) -> list[str]:
    sheet = map_sheet(
        plan,
        city,
        title="图",
        title_en="Map",
        publisher="局",
        atlas=True,
        link="https://example.org/a-rather-long-address-so-that-its-code-is-long",
    )
    return [svg_text(dataclasses.replace(sheet, page=page)) for page in (sheet.page, *sheet.pages)]


def _written_out(shared: list[str], style: str) -> list[Any]:
    """Return what each element of each drawing says: its name, its attributes, its text."""
    rules = dict(re.findall(RULE, style))
    roots = [ElementTree.fromstring(drawing) for drawing in shared]
    known = {e.get("id"): e for root in roots for e in root.iter() if str(e.get("id")).startswith("shared-")}
    out = []
    for root in roots:
        said = []
        for element in root.iter():
            e = known.get(element.get("href", "")[1:], element)
            attributes = {k: v for k, v in e.attrib.items() if e is element or k != "id"}
            if str(attributes.get("id")).startswith("shared-"):
                del attributes["id"]
            if e.tag == f"{SVG}text" and "class" in attributes:
                for rule in filter(None, rules[attributes.pop("class")].split(";")):
                    name, value = rule.split(":")
                    attributes[name] = value.removesuffix("px")
            said.append((e.tag, attributes, e.text))
        out.append(said)
    return out


def test_what_is_shared_says_the_same(drawings: list[str]) -> None:
    shared, style = share(drawings)
    assert _written_out(shared, style) == _written_out(drawings, "")
    assert sum(map(len, shared)) + len(style) < 0.9 * sum(map(len, drawings))
    assert any('<use href="#shared-' in drawing for drawing in shared)
    assert re.fullmatch(rf"({RULE}\n)*", style)


def test_only_numbers_and_colours_become_rules() -> None:
    bad = '<text x="1" y="2" fill="url(https://evil)" font-size="2">a</text>'
    shared, style = share([f'<svg xmlns="{SVG[1:-1]}">{bad}</svg>'])
    assert style == ".t0{font-size:2px}\n"
    assert 'fill="url(https://evil)"' in shared[0]


def test_the_rules_are_in_the_style_that_the_policy_knows(sheet: Any) -> None:
    html = render(sheet, ".html").decode()
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.S)
    assert set(re.findall(r'<text class="(t\d+)"', html)) == set(re.findall(r"^\.(t\d+)\{", style, re.M))
